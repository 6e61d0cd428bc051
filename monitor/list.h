/*
 * list.h — a table of rows that can be sorted, filtered and selected: what the views of
 * links and of nodes share.
 *
 * A column is a row of a table: its title, width, how it is drawn and compared. Columns
 * that do not fit are left out, those of the highest rank first, and a note says so.
 */
#ifndef MONITOR_LIST_H
#define MONITOR_LIST_H

#include "monitor/figure.h"
#include "monitor/scene.h"
#include "monitor/state.h"

struct list_row {
	struct choice_id id;
	const char *name;	  /* owned by the list */
	size_t index;		  /* into the snapshot's links or nodes */
	struct scene_direction d; /* links */
	enum problem problem;
	bool changed;
};

struct list_cell {
	struct grid *g;
	int x, y, width;
	const struct scene *s;
	const struct state *st;
	const struct list_row *r;
};

struct list_column {
	const char *title;
	int width;     /* least; 0: of the longest name */
	int narrow;    /* least in a narrow window; 0: the same */
	int widest;    /* it grows to, where there is room; 0: does not grow */
	unsigned rank; /* 0: always there */
	/* A figure, aligned to the right, in that ink if it is more than 0; it is sorted
	 * by, the greatest first. value NULL: sorted by name, from A on. */
	double (*value)(const struct scene *s, const struct state *st,
			const struct list_row *r);
	const char *(*figure)(char buf[FIGURE_MAX], double value);
	enum ink ink;
	/* No plain figure; NULL: it is one. */
	void (*draw)(const struct list_cell *c);
	bool left; /* what it draws begins on the left */
};

/* For draw: the name, with a mark where something is wrong or changed. */
void list_draw_name(const struct list_cell *c);
/* Text, in an ink that suits "up", "down", "stale" or "gone". */
void list_draw_state(const struct list_cell *c, const char *state);

typedef VEC(struct list_row) list_rows;

/*
 * Filters and orders the rows, draws the table from line y on into height lines, and
 * tells in *ret. The titles of what was left out go to `note` (size bytes).
 */
void list_draw(struct grid *g, int y, int height, const struct list_column *columns,
	       size_t n, list_rows *rows, const struct scene *s, const struct state *st,
	       const struct list *how, struct shown *ret, char *note, size_t note_size);
void list_rows_free(list_rows *rows);

/* Whether a name has all words of the filter in it; upper case is as lower. */
bool list_matches(const char *name, const char *filter);

#endif
