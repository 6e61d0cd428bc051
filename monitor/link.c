/*
 * link.c — all about one link: both directions over time, the queueing disciplines of
 * each end as the tree they are, errors, and where packets were lost.
 */
#include <math.h>
#include <stdio.h>

#include <linux/pkt_sched.h>

#include "base/str.h"
#include "base/units.h"
#include "monitor/figure.h"
#include "monitor/lines.h"
#include "stat/report.h"

enum {
	SCALE = 9, /* columns at the left of a graph */
	GRAPH_MAX = 12,
	SIDE_BY_SIDE = 140, /* columns from which on both graphs are beside each other */
	DEPTH_MAX = 8,
	QUEUE_NAME = 16,
	PLACE = 24,
};

/* ---- a direction over time ---- */

static char *shape_text(const struct shape *shape)
{
	struct str b = { 0 };
	cleanup_free char *rate = units_print_rate(shape->rate);
	cleanup_free char *delay = units_print_time(shape->delay);
	char share[FIGURE_MAX];

	if (shape->rate)
		str_addf(&b, "  of %s", rate);
	if (shape->delay)
		str_addf(&b, "  delay %s", delay);
	if (shape->loss)
		str_addf(&b, "  loss %s",
			 figure_share(share, (double)shape->loss / SHAPE_CERTAIN));
	if (shape->burst_begin)
		str_add(&b, "  loss in bursts");
	return str_take(&b);
}

static void draw_direction(struct grid *g, int x, int y, int width, int height,
			   const struct scene *s, const struct state *st, size_t link,
			   int end)
{
	const struct stat_link *l = s->now->links.v + link;
	struct scene_direction d = scene_direction(s, link, end, st->past);
	cleanup_free char *shape = shape_text(&l->shape[end]);
	int columns = width - SCALE, n = 2 * columns, at = x;
	double full = (double)l->shape[end].rate;
	char buf[FIGURE_MAX], name[SCENE_NAME_MAX], text[96];
	float values[HISTORY_SECONDS];

	n = n > HISTORY_SECONDS ? HISTORY_SECONDS : n;
	columns = n / 2;
	at += grid_text(g, at, y, width, INK_STRONG,
			scene_direction_name(s, l, end, name)) +
	      2;
	at += grid_text(g, at, y, x + width - at,
			figure_ink(isnan(d.load) ? 0.1 : d.load),
			figure_rate(buf, d.bits));
	at += grid_text(g, at, y, x + width - at, INK_DIM, shape);
	snprintf(text, sizeof(text), "  drops %s/s", figure_count(buf, d.drops));
	at += grid_text(g, at, y, x + width - at, d.drops > 0 ? INK_FULL : INK_DIM, text);
	if (d.backlog_bytes > 0) {
		at += grid_text(g, at, y, x + width - at, INK_DIM, "  waiting ");
		at += grid_text(g, at, y, x + width - at, INK_PLAIN,
				figure_bytes(buf, d.backlog_bytes));
	}
	if (n < 2 || height < 2 ||
	    !stat_history_get(s->history, l->id, end, HISTORY_BITS, s->back + st->past,
			      (size_t)n, values))
		return;
	snprintf(text, sizeof(text), "  last %ds", n);
	if (grid_columns(text) <= x + width - at)
		grid_right(g, at, y, x + width - at, INK_DIM, text);
	/* what was reached goes to the top where it is more than the rate, or no rate is
	 * set */
	for (int i = 0; i < n; i++)
		full = fmax(full, values[i]);
	grid_right(g, x, y + 1, SCALE - 1, INK_DIM, figure_rate(buf, full));
	if (height > 2)
		grid_right(g, x, y + height - 1, SCALE - 1, INK_DIM, "0");
	for (int row = 1; row < height; row++)
		grid_put(g, x + SCALE - 1, y + row, INK_DIM, 0x2502);
	figure_graph(g, x + SCALE + (width - SCALE - columns), y + 1, columns, height - 1,
		     figure_ink(isnan(d.load) ? 0.1 : d.load), values, n, full);
}

/* ---- queueing disciplines ---- */

static const struct {
	const char *title;
	int width;
} counters[] = {
	{ "SENT", FIGURE_COUNT },  { "BYTES", FIGURE_BYTES }, { "DROPS", FIGURE_COUNT },
	{ "WAITS", FIGURE_COUNT }, { "BYTES", FIGURE_BYTES }, { "OVERLIM", 7 },
	{ "MARKS", FIGURE_COUNT }, { "REQUEUE", 7 },
};

static void queue_titles(struct lines *t, const char *what)
{
	lines_next(t);
	lines_next(t);
	lines_text(t, QUEUE_NAME, INK_HEADING, what);
	for (size_t i = 0; i < ARRAY_LEN(counters); i++)
		lines_right(t, counters[i].width, INK_HEADING, counters[i].title);
}

static void draw_queue(struct lines *t, const struct stat_queue *q, int depth)
{
	char name[48], buf[FIGURE_MAX];

	lines_next(t);
	if (strcmp(q->kind, "wire") == 0)
		snprintf(name, sizeof(name), "wire");
	else if (q->is_class)
		snprintf(name, sizeof(name), "%*sclass %x:%x", 2 * depth, "",
			 q->handle >> 16, q->handle & 0xffff);
	else
		snprintf(name, sizeof(name), "%*s%s %x:", 2 * depth, "", q->kind,
			 q->handle >> 16);
	lines_text(t, QUEUE_NAME, INK_PLAIN, name);
	lines_count(t, counters[0].width, INK_PLAIN, (double)q->packets);
	lines_right(t, counters[1].width, q->bytes ? INK_PLAIN : INK_DIM,
		    figure_bytes(buf, (double)q->bytes));
	lines_count(t, counters[2].width, INK_FULL, (double)q->dropped);
	lines_count(t, counters[3].width, INK_WARN, (double)q->backlog_packets);
	lines_right(t, counters[4].width, q->backlog_bytes ? INK_WARN : INK_DIM,
		    figure_bytes(buf, (double)q->backlog_bytes));
	lines_count(t, counters[5].width, INK_PLAIN, (double)q->overlimits);
	lines_count(t, counters[6].width, INK_PLAIN, (double)q->marked);
	lines_count(t, counters[7].width, INK_PLAIN, (double)q->requeues);
}

/* A class at the top has the root as its parent too; it hangs on its own discipline. */
static bool is_child(const struct stat_queue *q, const struct stat_queue *of)
{
	if (q == of || (!of && q->is_class))
		return false;
	if (!of)
		return q->parent == TC_H_ROOT || q->parent == TC_H_INGRESS ||
		       q->parent == TC_H_CLSACT || q->parent == 0;
	if (q->is_class && !of->is_class)
		return (q->handle & TC_H_MAJ_MASK) == of->handle &&
		       (q->parent == TC_H_ROOT || q->parent == of->handle);
	return q->parent == of->handle && of->is_class;
}

static void draw_tree(struct lines *t, const struct stat_queue *queues, size_t n,
		      const struct stat_queue *of, int depth)
{
	for (size_t i = 0; depth < DEPTH_MAX && i < n; i++) {
		if (!is_child(queues + i, of))
			continue;
		draw_queue(t, queues + i, depth);
		draw_tree(t, queues, n, queues + i, depth + 1);
	}
}

static void draw_queues(struct lines *t, const struct scene *s, const struct stat_link *l)
{
	for (int end = 0; end < 2; end++) {
		const struct stat_iface *i = &l->end[end];
		char title[NODE_NAME_MAX + 8];

		if (!i->n_queues)
			continue;
		snprintf(title, sizeof(title), "QUEUES %s",
			 scene_node_name(s, l->node[end]));
		queue_titles(t, title);
		draw_tree(t, s->now->queues.v + i->queue, i->n_queues, NULL, 0);
	}
}

/* ---- losses and errors ---- */

/* b NAN: there is no such end. */
static void draw_place(struct lines *t, const char *place, double a, double b)
{
	char text[PLACE + 1];

	/* the names are those of the reports */
	snprintf(text, sizeof(text), "%s", place);
	for (char *c = text; (c = strchr(c, '_'));)
		*c = ' ';
	lines_next(t);
	lines_text(t, PLACE, INK_PLAIN, text);
	lines_count(t, PLACE, INK_FULL, a);
	if (!isnan(b))
		lines_count(t, PLACE, INK_FULL, b);
}

static void draw_losses(struct lines *t, const struct scene *s, size_t link)
{
	const struct stat_link *l = s->now->links.v + link;
	const struct rate_link *r = s->rates->links.v + link;
	const struct stat_node *far[2] = { snapshot_node(s->now, l->node[1]),
					   snapshot_node(s->now, l->node[0]) };
	char name[SCENE_NAME_MAX];

	lines_next(t);
	lines_next(t);
	lines_text(t, PLACE, INK_HEADING, "LOST, packets in all");
	for (int end = 0; end < 2; end++)
		lines_right(t, PLACE, INK_HEADING, scene_direction_name(s, l, end, name));
	for (enum loss_place p = 0; p < LOSS_PLACES; p++)
		draw_place(t, loss_place_name(p), (double)r->lost[0][p],
			   (double)r->lost[1][p]);
	if (!far[0] || !far[1])
		return;
	lines_next(t);
	lines_text(t, 0, INK_DIM, "and in the node it leads to, of all that came there:");
	if (far[0]->kind == NODE_SWITCH || far[1]->kind == NODE_SWITCH)
		draw_place(t, "bridge", (double)far[0]->bridge_dropped,
			   (double)far[1]->bridge_dropped);
	draw_place(t, "no route", (double)far[0]->no_route, (double)far[1]->no_route);
	draw_place(t, "IP, on receiving",
		   (double)far[0]->in_discarded + (double)far[0]->header_errors,
		   (double)far[1]->in_discarded + (double)far[1]->header_errors);
	draw_place(t, "IP, on sending", (double)far[0]->out_discarded,
		   (double)far[1]->out_discarded);
}

static void draw_errors(struct lines *t, const struct scene *s, const struct stat_link *l)
{
	bool any = false;

	lines_next(t);
	lines_next(t);
	lines_text(t, PLACE, INK_HEADING, "ERRORS of interfaces");
	for (int end = 0; end < (*l->nic ? 1 : 2); end++) {
		char name[REPORT_IFACE_MAX];

		lines_right(t, PLACE, INK_HEADING, report_iface(s->now, l, end, name));
	}
	for (enum stat_error e = 0; e < STAT_ERRORS; e++) {
		if (!l->end[0].errors[e] && !l->end[1].errors[e])
			continue;
		any = true;
		draw_place(t, stat_error_name(e), (double)l->end[0].errors[e],
			   *l->nic ? NAN : (double)l->end[1].errors[e]);
	}
	if (!any) {
		lines_next(t);
		lines_text(t, 0, INK_DIM, "none");
	}
}

/* ---- all of it ---- */

static char *title(const struct scene *s, const struct stat_link *l)
{
	char a[REPORT_IFACE_MAX], b[REPORT_IFACE_MAX];

	if (*l->nic)
		return mem_printf("%s   the machine's   %s   MTU %uB", l->name,
				  scene_link_state(l), l->end[0].mtu);
	return mem_printf("%s   %s — %s   %s   %s   MTU %uB", l->name,
			  report_iface(s->now, l, 0, a), report_iface(s->now, l, 1, b),
			  scene_link_state(l),
			  scene_engine(l)[0] == '-' ? "no shape" : scene_engine(l),
			  l->end[0].mtu);
}

void view_link_draw(struct grid *g, int y, int height, const struct scene *s,
		    const struct state *st, struct shown *ret, char note[NOTE_MAX])
{
	long link = layout_selected_link(s, st);
	bool beside = g->width >= SIDE_BY_SIDE;
	int graph = (height - (beside ? 6 : 5)) / (beside ? 2 : 3), width = g->width - 2;
	const struct stat_link *l;
	cleanup_free char *text = NULL;
	struct lines t;

	if (link < 0) {
		grid_text(g, 1, y, width, INK_DIM,
			  "that link is not there any more; Esc leads back");
		return;
	}
	l = s->now->links.v + link;
	text = title(s, l);
	grid_text(g, 1, y, width, INK_STRONG, text);
	/* a graph of less than two rows is only its title */
	graph = graph < 3 ? 1 : graph > GRAPH_MAX ? GRAPH_MAX : graph;
	y += 1;
	height -= 1;
	for (int end = 0; end < 2; end++) {
		int half = (width - 2) / 2;

		if (beside)
			draw_direction(g, 1 + end * (half + 2), y, half, graph, s, st,
				       (size_t)link, end);
		else
			draw_direction(g, 1, y + end * graph, width, graph, s, st,
				       (size_t)link, end);
	}
	y += beside ? graph : 2 * graph;
	height -= beside ? graph : 2 * graph;
	lines_begin(&t, g, y, height, st->scroll);
	draw_queues(&t, s, l);
	draw_losses(&t, s, (size_t)link);
	draw_errors(&t, s, l);
	lines_end(&t, ret, note);
	if (graph == 1) {
		size_t n = strlen(note);

		snprintf(note + n, NOTE_MAX - n, "%sno room for graphs", n ? "; " : "");
	}
}
