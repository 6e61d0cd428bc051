/*
 * figure.h — figures of a stable width, and little pictures of them: a bar, a line of
 * the last minute, a graph over time.
 *
 * A number has three digits that count and the unit that suits: 9.98mbit, 842kbit.
 */
#ifndef MONITOR_FIGURE_H
#define MONITOR_FIGURE_H

#include "draw/grid.h"

enum {
	FIGURE_MAX = 16,
	FIGURE_RATE = 8,  /* columns: "9.98mbit" */
	FIGURE_COUNT = 5, /* "9.98k" */
	FIGURE_BYTES = 6, /* "9.98kB" */
	FIGURE_TIME = 6,  /* "9.98ms" */
	FIGURE_SHARE = 5, /* "12.5%" */
};

/* Each writes to buf and returns it. NAN is "-". */
const char *figure_rate(char buf[FIGURE_MAX], double bits);   /* bit/s */
const char *figure_count(char buf[FIGURE_MAX], double n);     /* "12", "9.98k" */
const char *figure_bytes(char buf[FIGURE_MAX], double bytes); /* "1.50kB" */
const char *figure_time(char buf[FIGURE_MAX], double seconds);
const char *figure_share(char buf[FIGURE_MAX], double share); /* 1 is "100%" */

/* How full: 0.9 is INK_FULL. */
enum ink figure_ink(double load);

/* A bar of width columns, of which `load` (1 is all) is filled. */
void figure_bar(struct grid *g, int x, int y, int width, enum ink ink, double load);

/*
 * n values, oldest first, two to a column, ending at the right edge: one row is a
 * sparkline, more are a graph. full is the value that fills the height; NAN is a gap.
 */
void figure_graph(struct grid *g, int x, int y, int width, int height, enum ink ink,
		  const float *values, int n, double full);

#endif
