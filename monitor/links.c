/*
 * links.c — the view of all links: a row for each direction.
 */
#include <math.h>
#include <stdio.h>

#include "monitor/figure.h"
#include "monitor/layout.h"
#include "monitor/list.h"

enum { MINUTE = 60, NARROW_LOAD = 8 };

static const struct stat_link *link_of(const struct scene *s, const struct list_row *r)
{
	return s->now->links.v + r->index;
}

/* Nothing is dim, so that something is seen. */
static enum ink ink_of(double value, enum ink ink)
{
	return value > 0 ? ink : INK_DIM;
}

/* ---- columns ---- */

static void draw_name(struct grid *g, int x, int y, int width, const struct scene *s,
		      const struct state *st, const struct list_row *r)
{
	static const enum ink inks[] = {
		[PROBLEM_GONE] = INK_FULL,  [PROBLEM_DOWN] = INK_FULL,
		[PROBLEM_DROPS] = INK_FULL, [PROBLEM_FULL] = INK_FULL,
		[PROBLEM_STALE] = INK_WARN, [PROBLEM_NONE] = INK_PLAIN,
	};

	(void)s;
	(void)st;
	/* marks, too, for who sees no colours */
	grid_put(g, x, y, r->changed ? INK_CHANGED : inks[r->problem],
		 r->problem != PROBLEM_NONE ? '!'
		 : r->changed		    ? 0x25cf
					    : ' ');
	grid_text(g, x + 1, y, width - 1, r->changed ? INK_CHANGED : INK_STRONG, r->name);
}

static void draw_state(struct grid *g, int x, int y, int width, const struct scene *s,
		       const struct state *st, const struct list_row *r)
{
	const char *state = scene_link_state(link_of(s, r));

	(void)st;
	grid_text(g, x, y, width,
		  strcmp(state, "up") == 0	? INK_GOOD
		  : strcmp(state, "stale") == 0 ? INK_WARN
						: INK_FULL,
		  state);
}

static void draw_engine(struct grid *g, int x, int y, int width, const struct scene *s,
			const struct state *st, const struct list_row *r)
{
	const char *engine = scene_engine(link_of(s, r));

	(void)st;
	grid_text(g, x, y, width, *engine == '-' ? INK_DIM : INK_PLAIN, engine);
}

static void draw_rate(struct grid *g, int x, int y, int width, const struct scene *s,
		      const struct state *st, const struct list_row *r)
{
	char buf[FIGURE_MAX];

	(void)s;
	(void)st;
	grid_right(g, x, y, width, ink_of(r->d.bits, INK_STRONG),
		   figure_rate(buf, r->d.bits));
}

static void draw_packets(struct grid *g, int x, int y, int width, const struct scene *s,
			 const struct state *st, const struct list_row *r)
{
	char buf[FIGURE_MAX];

	(void)s;
	(void)st;
	grid_right(g, x, y, width, ink_of(r->d.packets, INK_PLAIN),
		   figure_count(buf, r->d.packets));
}

static void draw_load(struct grid *g, int x, int y, int width, const struct scene *s,
		      const struct state *st, const struct list_row *r)
{
	enum ink ink = figure_ink(r->d.load);
	char buf[FIGURE_MAX];

	(void)s;
	(void)st;
	if (width >= NARROW_LOAD && !isnan(r->d.load))
		figure_bar(g, x, y, width - FIGURE_SHARE, ink, r->d.load);
	grid_right(g, x + width - FIGURE_SHARE, y, FIGURE_SHARE,
		   isnan(r->d.load) ? INK_DIM : ink, figure_share(buf, r->d.load));
}

static void draw_minute(struct grid *g, int x, int y, int width, const struct scene *s,
			const struct state *st, const struct list_row *r)
{
	double full = (double)link_of(s, r)->shape[r->id.end].rate;
	float values[MINUTE];

	if (!stat_history_get(s->history, r->id.id, r->id.end, HISTORY_BITS,
			      s->back + st->past, MINUTE, values))
		return;
	/* without a rate, the highest of the minute fills it */
	for (int i = 0; link_of(s, r)->shape[r->id.end].rate == 0 && i < MINUTE; i++)
		full = fmax(full, values[i]);
	figure_graph(g, x, y, width, 1, figure_ink(r->d.load > 0 ? r->d.load : 0.1),
		     values, MINUTE, full);
}

static void draw_drops(struct grid *g, int x, int y, int width, const struct scene *s,
		       const struct state *st, const struct list_row *r)
{
	char buf[FIGURE_MAX];

	(void)s;
	(void)st;
	grid_right(g, x, y, width, ink_of(r->d.drops, INK_FULL),
		   figure_count(buf, r->d.drops));
}

static void draw_dropped(struct grid *g, int x, int y, int width, const struct scene *s,
			 const struct state *st, const struct list_row *r)
{
	char buf[FIGURE_MAX];

	(void)s;
	(void)st;
	grid_right(g, x, y, width, ink_of(r->d.dropped, INK_PLAIN),
		   figure_count(buf, r->d.dropped));
}

static void draw_queue_packets(struct grid *g, int x, int y, int width,
			       const struct scene *s, const struct state *st,
			       const struct list_row *r)
{
	char buf[FIGURE_MAX];

	(void)s;
	(void)st;
	grid_right(g, x, y, width, ink_of(r->d.backlog_packets, INK_PLAIN),
		   figure_count(buf, r->d.backlog_packets));
}

static void draw_queue_bytes(struct grid *g, int x, int y, int width,
			     const struct scene *s, const struct state *st,
			     const struct list_row *r)
{
	char buf[FIGURE_MAX];

	(void)s;
	(void)st;
	grid_right(g, x, y, width, ink_of(r->d.backlog_bytes, INK_PLAIN),
		   figure_bytes(buf, r->d.backlog_bytes));
}

static void draw_queue_time(struct grid *g, int x, int y, int width,
			    const struct scene *s, const struct state *st,
			    const struct list_row *r)
{
	char buf[FIGURE_MAX];

	(void)s;
	(void)st;
	grid_right(g, x, y, width, ink_of(r->d.backlog_time, INK_PLAIN),
		   figure_time(buf, r->d.backlog_time));
}

static void draw_delay(struct grid *g, int x, int y, int width, const struct scene *s,
		       const struct state *st, const struct list_row *r)
{
	uint64_t delay = link_of(s, r)->shape[r->id.end].delay;
	char buf[FIGURE_MAX];

	(void)st;
	grid_right(g, x, y, width, delay ? INK_PLAIN : INK_DIM,
		   delay ? figure_time(buf, (double)delay / 1e9) : "-");
}

/* The share that is lost in the long run: a burst's too. */
static double set_loss(const struct scene *s, const struct list_row *r)
{
	const struct shape *shape = &link_of(s, r)->shape[r->id.end];
	double begin = shape->burst_begin, end = shape->burst_end;

	return begin > 0 ? begin / (begin + end) : (double)shape->loss / SHAPE_CERTAIN;
}

static void draw_loss(struct grid *g, int x, int y, int width, const struct scene *s,
		      const struct state *st, const struct list_row *r)
{
	double loss = set_loss(s, r);
	char buf[FIGURE_MAX];

	(void)st;
	grid_right(g, x, y, width, loss > 0 ? INK_PLAIN : INK_DIM,
		   loss > 0 ? figure_share(buf, loss) : "-");
}

/* ---- what is sorted by ---- */

static double value_state(const struct scene *s, const struct list_row *r)
{
	(void)s;
	return -(double)r->problem;
}
static double value_engine(const struct scene *s, const struct list_row *r)
{
	return scene_engine(link_of(s, r))[0];
}
static double value_rate(const struct scene *s, const struct list_row *r)
{
	(void)s;
	return r->d.bits;
}
static double value_packets(const struct scene *s, const struct list_row *r)
{
	(void)s;
	return r->d.packets;
}
static double value_load(const struct scene *s, const struct list_row *r)
{
	(void)s;
	return r->d.load;
}
static double value_drops(const struct scene *s, const struct list_row *r)
{
	(void)s;
	return r->d.drops;
}
static double value_dropped(const struct scene *s, const struct list_row *r)
{
	(void)s;
	return r->d.dropped;
}
static double value_queue_packets(const struct scene *s, const struct list_row *r)
{
	(void)s;
	return r->d.backlog_packets;
}
static double value_queue_bytes(const struct scene *s, const struct list_row *r)
{
	(void)s;
	return r->d.backlog_bytes;
}
static double value_queue_time(const struct scene *s, const struct list_row *r)
{
	(void)s;
	return r->d.backlog_time;
}
static double value_delay(const struct scene *s, const struct list_row *r)
{
	return (double)link_of(s, r)->shape[r->id.end].delay;
}

static const struct list_column columns[] = {
	{ "LINK", 0, 0, 0, false, 0, draw_name, NULL },
	{ "STATE", 5, 0, 0, false, 4, draw_state, value_state },
	{ "RATE", FIGURE_RATE, 0, 0, true, 0, draw_rate, value_rate },
	{ "LOAD", 11, FIGURE_SHARE, 25, true, 1, draw_load, value_load },
	{ "MINUTE", 10, 6, MINUTE / 2, true, 3, draw_minute, value_rate },
	{ "PKT/S", FIGURE_COUNT, 0, 0, true, 5, draw_packets, value_packets },
	{ "DROP/S", 6, 0, 0, true, 2, draw_drops, value_drops },
	{ "DROPS", FIGURE_COUNT, 0, 0, true, 7, draw_dropped, value_dropped },
	{ "WAITS", FIGURE_TIME, 0, 0, true, 6, draw_queue_time, value_queue_time },
	{ "QUEUE", FIGURE_BYTES, 0, 0, true, 8, draw_queue_bytes, value_queue_bytes },
	{ "PKT", FIGURE_COUNT, 0, 0, true, 9, draw_queue_packets, value_queue_packets },
	{ "DELAY", FIGURE_TIME, 0, 0, true, 10, draw_delay, value_delay },
	{ "LOSS", FIGURE_SHARE, 0, 0, true, 11, draw_loss, set_loss },
	{ "ENGINE", 6, 0, 0, false, 12, draw_engine, value_engine },
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
