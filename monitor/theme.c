/*
 * theme.c — the sets. Blue, yellow and vermilion are told apart by all (Okabe and Ito,
 * 2008); what matters has a mark of its own beside its colour.
 */
#include "monitor/theme.h"

static const struct look looks[THEMES][INKS] = {
	[THEME_COLOUR] = {
		[INK_PLAIN] = { -1, -1, -1, -1, 0 },
		[INK_DIM] = { 244, -1, -1, -1, 0 },
		[INK_STRONG] = { -1, -1, -1, -1, LOOK_BOLD },
		[INK_TITLE] = { 253, 24, 7, 4, 0 },
		[INK_TAB] = { 16, 117, 0, 6, 0 },
		[INK_HEADING] = { 117, -1, 6, -1, 0 },
		[INK_SORTED] = { 117, -1, 6, -1, LOOK_BOLD },
		[INK_KEY] = { 222, -1, 3, -1, LOOK_BOLD },
		[INK_IDLE] = { 240, -1, -1, -1, 0 },
		[INK_LOW] = { 78, -1, 2, -1, 0 },
		[INK_HIGH] = { 220, -1, 3, -1, 0 },
		[INK_FULL] = { 203, -1, 1, -1, LOOK_BOLD },
		[INK_GOOD] = { 78, -1, 2, -1, 0 },
		[INK_WARN] = { 220, -1, 3, -1, 0 },
		[INK_CHANGED] = { 213, -1, 5, -1, LOOK_BOLD },
	},
	/* what is not here is as in THEME_COLOUR */
	[THEME_SAFE] = {
		[INK_KEY] = { 253, -1, 7, -1, LOOK_BOLD },
		[INK_LOW] = { 74, -1, 6, -1, 0 },
		[INK_HIGH] = { 227, -1, 3, -1, 0 },
		[INK_FULL] = { 202, -1, 1, -1, LOOK_BOLD | LOOK_UNDERLINE },
		[INK_GOOD] = { 74, -1, 6, -1, 0 },
		[INK_WARN] = { 227, -1, 3, -1, 0 },
		[INK_CHANGED] = { 253, -1, 7, -1, LOOK_BOLD | LOOK_UNDERLINE },
	},
	[THEME_MONO] = {
		[INK_PLAIN] = { -1, -1, -1, -1, 0 },
		[INK_DIM] = { -1, -1, -1, -1, LOOK_DIM },
		[INK_STRONG] = { -1, -1, -1, -1, 0 },
		[INK_TITLE] = { -1, -1, -1, -1, LOOK_REVERSE },
		[INK_TAB] = { -1, -1, -1, -1, LOOK_BOLD },
		[INK_HEADING] = { -1, -1, -1, -1, LOOK_UNDERLINE },
		[INK_SORTED] = { -1, -1, -1, -1, LOOK_BOLD | LOOK_UNDERLINE },
		[INK_KEY] = { -1, -1, -1, -1, LOOK_BOLD },
		[INK_IDLE] = { -1, -1, -1, -1, LOOK_DIM },
		[INK_LOW] = { -1, -1, -1, -1, 0 },
		[INK_HIGH] = { -1, -1, -1, -1, LOOK_BOLD },
		[INK_FULL] = { -1, -1, -1, -1, LOOK_BOLD | LOOK_UNDERLINE },
		[INK_GOOD] = { -1, -1, -1, -1, 0 },
		[INK_WARN] = { -1, -1, -1, -1, LOOK_BOLD },
		[INK_CHANGED] = { -1, -1, -1, -1, LOOK_BOLD },
	},
};

const struct look *theme_look(enum theme t, enum ink i)
{
	return t == THEME_SAFE && !looks[t][i].fg ? &looks[THEME_COLOUR][i]
						  : &looks[t][i];
}
