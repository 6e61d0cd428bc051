/*
 * graph.c — series over time, from samples and recordings.
 */
#include "stat/graph.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "stat/report.h"

static const struct quantity {
	const char *name, *title;
	enum report_column column; /* of a recording */
	bool tcp;
} quantities[] = {
	[GRAPH_RATE] = { "rate", "bit rate", REPORT_BITS, false },
	[GRAPH_PPS] = { "pps", "packet rate", REPORT_PACKETS, false },
	[GRAPH_DROPS] = { "drops", "packets lost", REPORT_DROPS, false },
	[GRAPH_QUEUE] = { "queue", "packets waiting", REPORT_BACKLOG_PACKETS, false },
	[GRAPH_RTT] = { "rtt", "TCP round-trip time", REPORT_RTT, true },
	[GRAPH_CWND] = { "cwnd", "TCP congestion window", REPORT_CWND, true },
};
_Static_assert(ARRAY_LEN(quantities) == GRAPH_QUANTITIES, "a row each");

const char *graph_quantity_name(enum graph_quantity q)
{
	return quantities[q].name;
}

const char *graph_quantity_title(enum graph_quantity q)
{
	return quantities[q].title;
}

bool graph_quantity_is_tcp(enum graph_quantity q)
{
	return quantities[q].tcp;
}

const char *graph_unit(enum graph_quantity q, double max, double *ret_factor)
{
	static const char *const rates[] = { "bit/s", "kbit/s", "mbit/s", "gbit/s" };
	static const char *const times[] = { "us", "ms", "s" };
	int i = 0;

	*ret_factor = 1;
	if (q == GRAPH_RATE) {
		for (; i < 3 && max >= *ret_factor * 1000; i++)
			*ret_factor *= 1000;
		return rates[i];
	}
	if (q == GRAPH_RTT) {
		*ret_factor = 1e-6;
		for (; i < 2 && max >= *ret_factor * 1000; i++)
			*ret_factor *= 1000;
		return times[i];
	}
	if (q == GRAPH_CWND)
		return "segments";
	return q == GRAPH_QUEUE ? "packets" : "packets/s";
}

struct graph *graph_new(enum graph_quantity q)
{
	struct graph *g = mem_alloc(sizeof(*g));

	g->quantity = q;
	g->begin = -1;
	return g;
}

static void series_clear(struct graph_series *s)
{
	free(s->name);
	vec_free(&s->time);
	vec_free(&s->value);
}

void graph_free(struct graph *g)
{
	if (!g)
		return;
	vec_each (&g->series, s)
		series_clear(s);
	vec_free(&g->series);
	free(g);
}

/* Samples come in the same order again and again. */
static struct graph_series *series_named(struct graph *g, const char *name)
{
	for (size_t i = 0; i < g->series.n; i++) {
		size_t at = (g->hint + i) % g->series.n;

		if (strcmp(g->series.v[at].name, name) != 0)
			continue;
		g->hint = at + 1;
		return &g->series.v[at];
	}
	vec_push(&g->series, (struct graph_series){ .name = mem_strdup(name) });
	g->hint = g->series.n;
	return &g->series.v[g->series.n - 1];
}

void graph_add(struct graph *g, const char *series, double time, double value,
	       double weight)
{
	struct graph_series *s = series_named(g, series);

	if (g->begin < 0)
		g->begin = time;
	time -= g->begin;
	if (time > g->seconds)
		g->seconds = time;
	vec_push(&s->time, time);
	vec_push(&s->value, value);
	s->weight += weight;
}

/* ---- from samples ---- */

static double value_of(enum graph_quantity q, const struct rate_direction *d)
{
	switch (q) {
	case GRAPH_RATE:
		return d->bits;
	case GRAPH_PPS:
		return d->packets;
	case GRAPH_DROPS:
		return d->drops;
	default:
		return (double)d->backlog_packets;
	}
}

static char *connection_name(const char *node, const char *local, const char *remote,
			     const char *congestion)
{
	return mem_printf("%s %s -> %s %s", node, local, remote, congestion);
}

static void add_tcp(struct graph *g, const struct snapshot *s, const struct stat_tcp *t)
{
	const struct stat_node *n = snapshot_node(s, t->node);
	char local[REPORT_ADDRESS_MAX], remote[REPORT_ADDRESS_MAX];
	cleanup_free char *name = connection_name(
		n ? n->name : "?", report_address(&t->local, t->local_port, local),
		report_address(&t->remote, t->remote_port, remote), t->congestion);

	graph_add(g, name, (double)s->time / 1e9,
		  g->quantity == GRAPH_RTT ? t->rtt / 1e6 : t->cwnd, (double)t->sent);
}

void graph_add_sample(struct graph *g, const struct snapshot *s, const struct rates *r)
{
	if (graph_quantity_is_tcp(g->quantity))
		vec_each (&s->tcp, t)
			add_tcp(g, s, t);
	for (size_t i = 0; i < s->links.n && !graph_quantity_is_tcp(g->quantity); i++) {
		for (int d = 0; d < 2; d++) {
			const struct stat_link *l = &s->links.v[i];
			const struct rate_direction *rate = &r->links.v[i].direction[d];
			char from[REPORT_IFACE_MAX], to[REPORT_IFACE_MAX];
			cleanup_free char *name = mem_printf("%s -> %s",
							     report_iface(s, l, d, from),
							     report_iface(s, l, !d, to));
			bool known = g->quantity == GRAPH_QUEUE
					     ? l->end[d].presence != STAT_GONE
					     : rate->known;
			double v = value_of(g->quantity, rate);

			graph_add(g, name, (double)s->time / 1e9, known ? v : NAN,
				  known ? v : 0);
		}
	}
}

static int by_weight(const void *a, const void *b)
{
	const struct graph_series *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return strcmp(x->name, y->name);
}

static bool has_value(const struct graph_series *s)
{
	vec_each (&s->value, v)
		if (!isnan(*v))
			return true;
	return false;
}

void graph_sort(struct graph *g)
{
	size_t kept = 0;

	for (size_t i = 0; i < g->series.n; i++) {
		if (has_value(&g->series.v[i]))
			g->series.v[kept++] = g->series.v[i];
		else
			series_clear(&g->series.v[i]);
	}
	g->series.n = kept;
	g->hint = 0;
	if (kept)
		qsort(g->series.v, kept, sizeof(*g->series.v), by_weight);
}

size_t graph_main_series(const struct graph *g, size_t max)
{
	size_t n = g->series.n;

	while (n > 2 && g->series.v[n - 1].weight * 100 < g->series.v[0].weight)
		n--;
	/* two are a link's directions; of connections one may be for control alone */
	if (n == 2 && graph_quantity_is_tcp(g->quantity) &&
	    g->series.v[1].weight * 100 < g->series.v[0].weight)
		n--;
	return n < max ? n : max;
}

/* ---- from a recording ---- */

struct reading {
	struct graph *g;
	int place[REPORT_COLUMNS]; /* in a row; -1: it is not there */
	VEC(char *) cells;	   /* of the row */
};

/* Cuts a line, whose end is gone, into its cells. */
static void cut(struct reading *x, char *line)
{
	x->cells.n = 0;
	for (char *cell; (cell = strsep(&line, ","));)
		vec_push(&x->cells, cell);
}

static const char *cell(const struct reading *x, enum report_column c)
{
	return x->place[c] >= 0 ? x->cells.v[x->place[c]] : "";
}

static double number(const struct reading *x, enum report_column c)
{
	const char *text = cell(x, c);
	char *end;
	double v = strtod(text, &end);

	return *text && !*end ? v : NAN;
}

static int read_head(struct reading *x, char *line, struct err *e)
{
	const enum report_column needed[] = { REPORT_KIND, REPORT_MONOTONIC,
					      quantities[x->g->quantity].column };

	cut(x, line);
	for (int c = 0; c < REPORT_COLUMNS; c++) {
		x->place[c] = -1;
		for (size_t i = 0; i < x->cells.n; i++)
			if (strcmp(x->cells.v[i],
				   report_column_name((enum report_column)c)) == 0)
				x->place[c] = (int)i;
	}
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (x->place[needed[i]] < 0)
			return err_set(e, EBADMSG, "it is no recording: no column '%s'",
				       report_column_name(needed[i]));
	return 0;
}

static void read_row(struct reading *x)
{
	const struct quantity *q = &quantities[x->g->quantity];
	double value = number(x, q->column), time = number(x, REPORT_MONOTONIC);
	cleanup_free char *name = NULL;

	if (strcmp(cell(x, REPORT_KIND), q->tcp ? "tcp" : "link") != 0 || isnan(time))
		return;
	if (q->tcp)
		name = connection_name(cell(x, REPORT_NODE), cell(x, REPORT_LOCAL),
				       cell(x, REPORT_REMOTE),
				       cell(x, REPORT_CONGESTION));
	else
		name = mem_printf("%s -> %s", cell(x, REPORT_FROM), cell(x, REPORT_TO));
	graph_add(x->g, name, time, value,
		  q->tcp	 ? number(x, REPORT_ACKED)
		  : isnan(value) ? 0
				 : value);
}

static int read_lines(struct reading *x, FILE *from, struct err *e)
{
	cleanup_free char *line = NULL;
	size_t room = 0, columns = 0, number_of_line = 0;
	ssize_t n;
	int r = 0;

	while (r == 0 && (n = getline(&line, &room, from)) > 0) {
		number_of_line++;
		if (line[n - 1] != '\n')
			break; /* the recording was killed in its midst */
		line[n - 1] = '\0';
		if (number_of_line == 1) {
			r = read_head(x, line, e);
			columns = x->cells.n;
			continue;
		}
		cut(x, line);
		if (x->cells.n != columns)
			r = err_set(e, EBADMSG, "line %zu has %zu cells, not %zu",
				    number_of_line, x->cells.n, columns);
		else
			read_row(x);
	}
	if (r == 0 && ferror(from))
		r = err_sys(e, EIO, "read it");
	if (r == 0 && !columns)
		r = err_set(e, EBADMSG, "it is no recording: it is empty");
	return r;
}

int graph_read(const char *path, enum graph_quantity q, struct graph **ret, struct err *e)
{
	struct reading x = { .g = NULL };
	FILE *from = fopen(path, "re");
	int r;

	if (!from)
		return err_sys(e, errno, "%s", path);
	x.g = graph_new(q);
	r = read_lines(&x, from, e);
	fclose(from);
	vec_free(&x.cells);
	if (r < 0)
		err_context(e, "%s", path);
	graph_sort(x.g);
	if (r == 0 && !x.g->series.n)
		r = err_set(e, ENODATA, "%s: nothing of %s is in it", path,
			    graph_quantity_name(q));
	if (r < 0)
		graph_free(x.g);
	else
		*ret = x.g;
	return r;
}
