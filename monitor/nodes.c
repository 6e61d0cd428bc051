/*
 * nodes.c — the view of all nodes.
 */
#include <math.h>
#include <stdio.h>

#include "monitor/figure.h"
#include "monitor/layout.h"
#include "monitor/list.h"

static const struct stat_node *node_of(const struct scene *s, const struct list_row *r)
{
	return s->now->nodes.v + r->index;
}

static const struct rate_node *rate_of(const struct scene *s, const struct list_row *r)
{
	return s->rates->nodes.v + r->index;
}

static void draw_figure(struct grid *g, int x, int y, int width, double value,
			const char *text)
{
	grid_right(g, x, y, width, value > 0 ? INK_PLAIN : INK_DIM, text);
}

/* A rate of the past is not kept for nodes. */
static double now_only(const struct state *st, const struct rate_node *n, double value)
{
	return st->past || !n->known ? NAN : value;
}

/* ---- columns ---- */

static void draw_name(struct grid *g, int x, int y, int width, const struct scene *s,
		      const struct state *st, const struct list_row *r)
{
	(void)s;
	(void)st;
	grid_put(g, x, y, r->changed ? INK_CHANGED : INK_FULL,
		 r->problem != PROBLEM_NONE ? '!'
		 : r->changed		    ? 0x25cf
					    : ' ');
	grid_text(g, x + 1, y, width - 1, r->changed ? INK_CHANGED : INK_STRONG, r->name);
}

static void draw_kind(struct grid *g, int x, int y, int width, const struct scene *s,
		      const struct state *st, const struct list_row *r)
{
	(void)st;
	grid_text(g, x, y, width, INK_PLAIN, node_kind_name(node_of(s, r)->kind));
}

static void draw_state(struct grid *g, int x, int y, int width, const struct scene *s,
		       const struct state *st, const struct list_row *r)
{
	const char *state = scene_node_state(node_of(s, r));

	(void)st;
	grid_text(g, x, y, width,
		  strcmp(state, "up") == 0	? INK_GOOD
		  : strcmp(state, "stale") == 0 ? INK_WARN
						: INK_FULL,
		  state);
}

static void draw_count(struct grid *g, int x, int y, int width, double n)
{
	char buf[FIGURE_MAX];

	draw_figure(g, x, y, width, n, figure_count(buf, n));
}

static void draw_ports(struct grid *g, int x, int y, int width, const struct scene *s,
		       const struct state *st, const struct list_row *r)
{
	(void)st;
	draw_count(g, x, y, width, node_of(s, r)->n_ports);
}

static void draw_received(struct grid *g, int x, int y, int width, const struct scene *s,
			  const struct state *st, const struct list_row *r)
{
	double bits = now_only(st, rate_of(s, r), rate_of(s, r)->rx_bits);
	char buf[FIGURE_MAX];

	draw_figure(g, x, y, width, bits, figure_rate(buf, bits));
}

static void draw_sent(struct grid *g, int x, int y, int width, const struct scene *s,
		      const struct state *st, const struct list_row *r)
{
	double bits = now_only(st, rate_of(s, r), rate_of(s, r)->tx_bits);
	char buf[FIGURE_MAX];

	draw_figure(g, x, y, width, bits, figure_rate(buf, bits));
}

static void draw_forwarded(struct grid *g, int x, int y, int width, const struct scene *s,
			   const struct state *st, const struct list_row *r)
{
	draw_count(g, x, y, width, now_only(st, rate_of(s, r), rate_of(s, r)->forwarded));
}

static void draw_no_route(struct grid *g, int x, int y, int width, const struct scene *s,
			  const struct state *st, const struct list_row *r)
{
	double n = now_only(st, rate_of(s, r), rate_of(s, r)->no_route);
	char buf[FIGURE_MAX];

	grid_right(g, x, y, width, n > 0 ? INK_FULL : INK_DIM, figure_count(buf, n));
}

static void draw_cpu(struct grid *g, int x, int y, int width, const struct scene *s,
		     const struct state *st, const struct list_row *r)
{
	double cpu = now_only(st, rate_of(s, r), rate_of(s, r)->cpu);
	char buf[FIGURE_MAX];

	grid_right(g, x, y, width, isnan(cpu) ? INK_DIM : figure_ink(cpu),
		   figure_share(buf, cpu));
}

static void draw_programs(struct grid *g, int x, int y, int width, const struct scene *s,
			  const struct state *st, const struct list_row *r)
{
	(void)st;
	draw_count(g, x, y, width, node_of(s, r)->programs);
}

static void draw_tcp(struct grid *g, int x, int y, int width, const struct scene *s,
		     const struct state *st, const struct list_row *r)
{
	(void)st;
	draw_count(g, x, y, width, node_of(s, r)->tcp_sockets);
}

static void draw_udp(struct grid *g, int x, int y, int width, const struct scene *s,
		     const struct state *st, const struct list_row *r)
{
	(void)st;
	draw_count(g, x, y, width, node_of(s, r)->udp_sockets);
}

/* ---- what is sorted by ---- */

static double value_kind(const struct scene *s, const struct list_row *r)
{
	return node_of(s, r)->kind;
}
static double value_state(const struct scene *s, const struct list_row *r)
{
	(void)s;
	return -(double)r->problem;
}
static double value_ports(const struct scene *s, const struct list_row *r)
{
	return node_of(s, r)->n_ports;
}
static double value_received(const struct scene *s, const struct list_row *r)
{
	return rate_of(s, r)->rx_bits;
}
static double value_sent(const struct scene *s, const struct list_row *r)
{
	return rate_of(s, r)->tx_bits;
}
static double value_forwarded(const struct scene *s, const struct list_row *r)
{
	return rate_of(s, r)->forwarded;
}
static double value_no_route(const struct scene *s, const struct list_row *r)
{
	return rate_of(s, r)->no_route;
}
static double value_cpu(const struct scene *s, const struct list_row *r)
{
	return rate_of(s, r)->cpu;
}
static double value_programs(const struct scene *s, const struct list_row *r)
{
	return node_of(s, r)->programs;
}
static double value_tcp(const struct scene *s, const struct list_row *r)
{
	return node_of(s, r)->tcp_sockets;
}
static double value_udp(const struct scene *s, const struct list_row *r)
{
	return node_of(s, r)->udp_sockets;
}

static const struct list_column columns[] = {
	{ "NODE", 0, 0, 0, false, 0, draw_name, NULL },
	{ "KIND", 6, 0, 0, false, 5, draw_kind, value_kind },
	{ "STATE", 5, 0, 0, false, 4, draw_state, value_state },
	{ "PORTS", FIGURE_COUNT, 0, 0, true, 9, draw_ports, value_ports },
	{ "RECEIVED", FIGURE_RATE, 0, 0, true, 1, draw_received, value_received },
	{ "SENT", FIGURE_RATE, 0, 0, true, 1, draw_sent, value_sent },
	{ "FWD/S", FIGURE_COUNT, 0, 0, true, 2, draw_forwarded, value_forwarded },
	{ "NO ROUTE/S", 10, 0, 0, true, 8, draw_no_route, value_no_route },
	{ "CPU", FIGURE_SHARE, 0, 0, true, 3, draw_cpu, value_cpu },
	{ "PROGRAMS", 8, 0, 0, true, 10, draw_programs, value_programs },
	{ "TCP", 4, 0, 0, true, 6, draw_tcp, value_tcp },
	{ "UDP", 4, 0, 0, true, 7, draw_udp, value_udp },
};

static enum problem problem_of(const struct stat_node *n, const struct rate_node *r)
{
	if (n->presence == STAT_GONE)
		return PROBLEM_GONE;
	if (!n->up)
		return PROBLEM_DOWN;
	if (r->known && r->no_route > 0)
		return PROBLEM_DROPS;
	return n->presence == STAT_STALE ? PROBLEM_STALE : PROBLEM_NONE;
}

void view_nodes_draw(struct grid *g, int y, int height, const struct scene *s,
		     const struct state *st, struct shown *ret, char note[NOTE_MAX])
{
	list_rows rows = { 0 };

	for (size_t i = 0; i < s->now->nodes.n; i++) {
		const struct stat_node *n = s->now->nodes.v + i;
		struct list_row r = {
			.id = { n->id, 0 },
			.index = i,
			.problem = problem_of(n, s->rates->nodes.v + i),
			.changed = changes_has(s->changes, n->id, s->now),
		};

		if (!scene_has_node(s, n->id))
			continue;
		r.name = mem_strdup(n->name);
		vec_push(&rows, r);
	}
	list_draw(g, y, height, columns, ARRAY_LEN(columns), &rows, s, st, &st->list[1],
		  ret, note, NOTE_MAX);
	list_rows_free(&rows);
}
