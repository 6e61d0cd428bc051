/*
 * nodes.c — the view of all nodes.
 */
#include <math.h>

#include "monitor/layout.h"
#include "monitor/list.h"

static const struct stat_node *node_of(const struct scene *s, const struct list_row *r)
{
	return s->now->nodes.v + r->index;
}

/* ---- what is no figure ---- */

static void draw_kind(const struct list_cell *c)
{
	grid_text(c->g, c->x, c->y, c->width, INK_PLAIN,
		  stat_node_kind(node_of(c->s, c->r)));
}

static void draw_state(const struct list_cell *c)
{
	list_draw_state(c, scene_node_state(node_of(c->s, c->r)));
}

/* ---- figures ---- */

static double value_kind(const struct scene *s, const struct state *st,
			 const struct list_row *r)
{
	(void)st;
	return node_of(s, r)->kind + (node_of(s, r)->nat ? 0.5 : 0);
}

static double value_state(const struct scene *s, const struct state *st,
			  const struct list_row *r)
{
	(void)s;
	(void)st;
	return -(double)r->problem;
}

#define VALUE(name)                                                                      \
	static double value_##name(const struct scene *s, const struct state *st,        \
				   const struct list_row *r)                             \
	{                                                                                \
		(void)st;                                                                \
		return node_of(s, r)->name;                                              \
	}
VALUE(n_ports)
VALUE(programs)
VALUE(tcp_sockets)
VALUE(udp_sockets)
#undef VALUE

/* Rates of nodes are not kept: of the past nothing is known. */
#define VALUE(name)                                                                      \
	static double value_##name(const struct scene *s, const struct state *st,        \
				   const struct list_row *r)                             \
	{                                                                                \
		const struct rate_node *rate = s->rates->nodes.v + r->index;             \
                                                                                         \
		return st->past || !rate->known ? NAN : rate->name;                      \
	}
VALUE(rx_bits)
VALUE(tx_bits)
VALUE(forwarded)
VALUE(no_route)
VALUE(cpu)
#undef VALUE

static const struct list_column columns[] = {
	{ .title = "NODE", .draw = list_draw_name, .left = true },
	{ "KIND", 6, .rank = 5, .value = value_kind, .draw = draw_kind, .left = true },
	{ "STATE", 5, .rank = 4, .value = value_state, .draw = draw_state, .left = true },
	{ "PORTS", FIGURE_COUNT, 0, 0, 9, value_n_ports, .figure = figure_count },
	{ "RECEIVED", FIGURE_RATE, 0, 0, 1, value_rx_bits, .figure = figure_rate },
	{ "SENT", FIGURE_RATE, 0, 0, 1, value_tx_bits, .figure = figure_rate },
	{ "FWD/S", FIGURE_COUNT, 0, 0, 2, value_forwarded, .figure = figure_count },
	{ "NO ROUTE/S", 10, 0, 0, 8, value_no_route, .figure = figure_count,
	  .ink = INK_FULL },
	{ "CPU", FIGURE_SHARE, 0, 0, 3, value_cpu, .figure = figure_share },
	{ "PROGRAMS", 8, 0, 0, 10, value_programs, .figure = figure_count },
	{ "TCP", 4, 0, 0, 6, value_tcp_sockets, .figure = figure_count },
	{ "UDP", 4, 0, 0, 7, value_udp_sockets, .figure = figure_count },
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
