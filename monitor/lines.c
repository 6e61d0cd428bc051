/*
 * lines.c — cells one after the other, line by line, through a window.
 */
#include "monitor/lines.h"

#include <stdio.h>

#include "monitor/figure.h"

enum { GAP = 2 };

void lines_begin(struct lines *l, struct grid *g, int y, int height, size_t scroll)
{
	*l = (struct lines){
		.g = g, .y = y, .height = height, .scroll = scroll, .row = -1
	};
}

void lines_next(struct lines *l)
{
	size_t i = l->n++;

	l->x = 1;
	l->row = i >= l->scroll && i - l->scroll < (size_t)(l->height > 0 ? l->height : 0)
			 ? l->y + (int)(i - l->scroll)
			 : -1;
}

/* The width that a cell has; 0: there is no room. */
static int width_of(struct lines *l, int width, const char *text)
{
	int room = l->g->width - l->x, needed = grid_columns(text);

	if (width == 0)
		width = needed < room ? needed : room;
	else if (width > room && needed <= room)
		width = needed;
	if (width <= 0 || width > room) {
		l->cut = true;
		l->x = l->g->width;
		return 0;
	}
	return width;
}

void lines_text(struct lines *l, int width, enum ink ink, const char *text)
{
	width = width_of(l, width, text);
	grid_text(l->g, l->x, l->row, width, ink, text);
	l->x += width + GAP;
}

void lines_right(struct lines *l, int width, enum ink ink, const char *text)
{
	/* what is aligned to the right is either where it belongs or nowhere */
	if (l->x + width > l->g->width) {
		l->cut = true;
		l->x = l->g->width;
		return;
	}
	grid_right(l->g, l->x, l->row, width, ink, text);
	l->x += width + GAP;
}

void lines_count(struct lines *l, int width, enum ink ink, double n)
{
	char buf[FIGURE_MAX];

	lines_right(l, width, n > 0 ? ink : INK_DIM, figure_count(buf, n));
}

void lines_end(const struct lines *l, struct shown *ret, char note[NOTE_MAX])
{
	size_t height = l->height > 0 ? (size_t)l->height : 0;

	ret->lines = l->n;
	ret->scroll = l->scroll;
	ret->page = l->height;
	ret->y = l->y;
	snprintf(note, NOTE_MAX, "%s", l->cut ? "no room for all columns" : "");
	if (l->n > l->scroll + height)
		snprintf(note, NOTE_MAX, "%zu more lines below: Down, PgDn%s",
			 l->n - l->scroll - height,
			 l->cut ? "; no room for all columns" : "");
}
