/*
 * grid.h — a picture made of characters: cells with an ink each, drawn by layout,
 * shown by a terminal or printed as text.
 *
 * Every character takes one column. An ink says what a cell means; theme.h says how
 * that looks. What would be outside the grid is not drawn.
 */
#ifndef DRAW_GRID_H
#define DRAW_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ink {
	INK_PLAIN,
	INK_DIM,     /* zeros, units of rest, lines */
	INK_STRONG,  /* names */
	INK_TITLE,   /* the bar at the top, and what belongs to it */
	INK_TAB,     /* the view that is shown */
	INK_HEADING, /* titles of columns */
	INK_SORTED,  /* the title of the column that is sorted by */
	INK_KEY,     /* a key, in the line that explains keys */
	INK_IDLE,    /* loads, by how full: nothing … */
	INK_LOW,
	INK_HIGH, /* from half on */
	INK_FULL, /* from 90 % on; also whatever is a problem */
	INK_GOOD,
	INK_WARN,
	INK_CHANGED, /* new, or not what it was some seconds ago */
	INKS,
};

struct grid_cell {
	uint32_t c; /* code point; 0: a blank */
	uint8_t ink;
	bool marked; /* in the row that is selected */
};

struct grid {
	int width, height;
	bool ascii; /* only ASCII is put into it: what is not becomes what looks alike */
	struct grid_cell *cells;
};

void grid_begin(struct grid *g, int width, int height, bool ascii);
void grid_end(struct grid *g);
/* All blank. */
void grid_clear(struct grid *g);
const struct grid_cell *grid_at(const struct grid *g, int x, int y);

void grid_put(struct grid *g, int x, int y, enum ink ink, uint32_t c);
void grid_fill(struct grid *g, int x, int y, int width, enum ink ink, uint32_t c);
/* Text of at most width columns; cut, it ends in '…'. Returns the columns it took. */
int grid_text(struct grid *g, int x, int y, int width, enum ink ink, const char *text);
/* The same, ending at x + width. */
void grid_right(struct grid *g, int x, int y, int width, enum ink ink, const char *text);
/* Columns of a text. */
int grid_columns(const char *text);
/* The row is the selected one, from x on. */
void grid_mark(struct grid *g, int x, int y, int width);

/* As UTF-8: rows with no blanks at their ends, each with a newline; free() it. */
char *grid_print(const struct grid *g);

#endif
