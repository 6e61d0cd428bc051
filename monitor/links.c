/*
 * links.c — the view of all links: a row for each direction.
 */
#include <math.h>

#include "monitor/layout.h"
#include "monitor/list.h"

enum { MINUTE = 60, NARROW_LOAD = 8 };

static const struct stat_link *link_of(const struct scene *s, const struct list_row *r)
{
	return s->now->links.v + r->index;
}

/* ---- what has more than a figure ---- */

static void draw_state(const struct list_cell *c)
{
	list_draw_state(c, scene_link_state(link_of(c->s, c->r)));
}

static void draw_engine(const struct list_cell *c)
{
	const char *engine = scene_engine(link_of(c->s, c->r));

	grid_text(c->g, c->x, c->y, c->width, *engine == '-' ? INK_DIM : INK_PLAIN,
		  engine);
}

static void draw_load(const struct list_cell *c)
{
	double load = c->r->d.load;
	enum ink ink = isnan(load) ? INK_DIM : figure_ink(load);
	char buf[FIGURE_MAX];

	if (c->width >= NARROW_LOAD && !isnan(load))
		figure_bar(c->g, c->x, c->y, c->width - FIGURE_SHARE, ink, load);
	grid_right(c->g, c->x + c->width - FIGURE_SHARE, c->y, FIGURE_SHARE, ink,
		   figure_share(buf, load));
}

static void draw_minute(const struct list_cell *c)
{
	uint64_t rate = link_of(c->s, c->r)->shape[c->r->id.end].rate;
	double full = (double)rate, load = c->r->d.load;
	float values[MINUTE];

	if (!stat_history_get(c->s->history, c->r->id.id, c->r->id.end, HISTORY_BITS,
			      c->s->back + c->st->past, MINUTE, values))
		return;
	/* without a rate, the highest of the minute fills it */
	for (int i = 0; !rate && i < MINUTE; i++)
		full = fmax(full, values[i]);
	figure_graph(c->g, c->x, c->y, c->width, 1, load > 0 ? figure_ink(load) : INK_LOW,
		     values, MINUTE, full);
}

/* ---- figures ---- */

static double value_state(const struct scene *s, const struct state *st,
			  const struct list_row *r)
{
	(void)s;
	(void)st;
	return -(double)r->problem;
}

static double value_engine(const struct scene *s, const struct state *st,
			   const struct list_row *r)
{
	(void)st;
	return scene_engine(link_of(s, r))[0];
}

/* What the row has already. */
#define VALUE(name)                                                                      \
	static double value_##name(const struct scene *s, const struct state *st,        \
				   const struct list_row *r)                             \
	{                                                                                \
		(void)s;                                                                 \
		(void)st;                                                                \
		return r->d.name;                                                        \
	}
VALUE(bits)
VALUE(packets)
VALUE(load)
VALUE(drops)
VALUE(dropped)
VALUE(backlog_packets)
VALUE(backlog_bytes)
VALUE(backlog_time)
#undef VALUE

static double value_delay(const struct scene *s, const struct state *st,
			  const struct list_row *r)
{
	uint64_t delay = link_of(s, r)->shape[r->id.end].delay;

	(void)st;
	return delay ? (double)delay / 1e9 : NAN;
}

/* The share that is lost in the long run: in bursts, too. */
static double value_loss(const struct scene *s, const struct state *st,
			 const struct list_row *r)
{
	const struct shape *shape = &link_of(s, r)->shape[r->id.end];
	double begin = shape->burst_begin, end = shape->burst_end;

	(void)st;
	if (begin > 0)
		return begin / (begin + end);
	return shape->loss ? (double)shape->loss / SHAPE_CERTAIN : NAN;
}

static const struct list_column columns[] = {
	{ .title = "LINK", .draw = list_draw_name, .left = true },
	{ "STATE", 5, .rank = 4, .value = value_state, .draw = draw_state, .left = true },
	{ "RATE", FIGURE_RATE, 0, 0, 0, value_bits, .figure = figure_rate,
	  .ink = INK_STRONG },
	{ "LOAD", 11, FIGURE_SHARE, 25, 1, value_load, .draw = draw_load },
	{ "MINUTE", 10, 6, MINUTE / 2, 3, value_bits, .draw = draw_minute },
	{ "PKT/S", FIGURE_COUNT, 0, 0, 5, value_packets, .figure = figure_count },
	{ "DROP/S", 6, 0, 0, 2, value_drops, .figure = figure_count, .ink = INK_FULL },
	{ "DROPS", FIGURE_COUNT, 0, 0, 7, value_dropped, .figure = figure_count },
	{ "WAITS", FIGURE_TIME, 0, 0, 6, value_backlog_time, .figure = figure_time },
	{ "QUEUE", FIGURE_BYTES, 0, 0, 8, value_backlog_bytes, .figure = figure_bytes },
	{ "PKT", FIGURE_COUNT, 0, 0, 9, value_backlog_packets, .figure = figure_count },
	{ "DELAY", FIGURE_TIME, 0, 0, 10, value_delay, .figure = figure_time },
	{ "LOSS", FIGURE_SHARE, 0, 0, 11, value_loss, .figure = figure_share },
	{ "ENGINE", 6, .rank = 12, .value = value_engine, .draw = draw_engine,
	  .left = true },
};

void view_links_draw(struct grid *g, int y, int height, const struct scene *s,
		     const struct state *st, struct shown *ret, char note[NOTE_MAX])
{
	char name[SCENE_NAME_MAX];
	list_rows rows = { 0 };

	for (size_t i = 0; i < s->now->links.n; i++) {
		const struct stat_link *l = s->now->links.v + i;
		bool changed;

		if (!scene_has_link(s, l))
			continue;
		changed = changes_has(s->changes, l->id, s->now);
		for (int end = 0; end < 2; end++) {
			struct list_row r = {
				.id = { l->id, end },
				.index = i,
				.d = scene_direction(s, i, end, st->past),
				.changed = changed,
			};

			r.name = mem_strdup(scene_direction_name(s, l, end, name));
			r.problem = scene_problem(l, &r.d);
			vec_push(&rows, r);
		}
	}
	list_draw(g, y, height, columns, ARRAY_LEN(columns), &rows, s, st, &st->list[0],
		  ret, note, NOTE_MAX);
	list_rows_free(&rows);
}
