/*
 * theme.h — how inks look on a terminal: one set for many colours, one that is safe for
 * all eyes, one without colours.
 */
#ifndef MONITOR_THEME_H
#define MONITOR_THEME_H

#include <stdbool.h>

#include "draw/grid.h"

enum theme_attribute {
	LOOK_BOLD = 1 << 0,
	LOOK_DIM = 1 << 1,
	LOOK_UNDERLINE = 1 << 2,
	LOOK_REVERSE = 1 << 3,
};

/* Colours are those of xterm; -1: the terminal's own. */
struct look {
	short fg, bg;	      /* of 256 */
	short fg_few, bg_few; /* of 8 */
	unsigned attributes;
};

enum theme { THEME_COLOUR, THEME_SAFE, THEME_MONO, THEMES };

const struct look *theme_look(enum theme t, enum ink i);
/* The background of the selected row, of 256; with fewer it is reversed. */
enum { THEME_MARKED = 238 };

#endif
