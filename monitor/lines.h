/*
 * lines.h — tables below each other, that are scrolled: what a detail has beside graphs.
 *
 * A line is drawn if it is in the window; the lines before and after are only counted.
 */
#ifndef MONITOR_LINES_H
#define MONITOR_LINES_H

#include "monitor/layout.h"

struct lines {
	struct grid *g;
	int y, height; /* the window */
	size_t scroll, n;
	int row;  /* of the grid that the line has; -1: it is not in the window */
	int x;	  /* where the next cell goes */
	bool cut; /* cells were left out, since the window is too narrow */
};

void lines_begin(struct lines *l, struct grid *g, int y, int height, size_t scroll);
/* Begins the next line. */
void lines_next(struct lines *l);
/* A cell of that width, if there is room, and a gap of two; 0: as long as it is, or as
 * there is room. */
void lines_text(struct lines *l, int width, enum ink ink, const char *text);
void lines_right(struct lines *l, int width, enum ink ink, const char *text);
/* Counts, dim where there is nothing; ink: of more than that. */
void lines_count(struct lines *l, int width, enum ink ink, double n);
/* Tells how many there were, and whether there is more. */
void lines_end(const struct lines *l, struct shown *ret, char note[NOTE_MAX]);

#endif
