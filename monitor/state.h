/*
 * state.h — what the user chose: view, order, filter, selection; and how keys change it.
 */
#ifndef MONITOR_STATE_H
#define MONITOR_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum view {
	VIEW_LINKS,
	VIEW_NODES,
	VIEW_TOPOLOGY,
	VIEW_LINK, /* one of them */
	VIEW_NODE,
	VIEWS,
};

enum { FILTER_MAX = 40 };

/* A row that can be selected: a direction of a link, or a node (end 0). */
struct choice_id {
	uint32_t id; /* 0: none yet, so the first */
	int end;
};

/* How a list is shown. */
struct list {
	int column; /* it is sorted by; -1: as they were added */
	bool reversed;
	struct choice_id selected;
	size_t top; /* row at the top of the window, as last drawn */
};

struct state {
	enum view view;
	enum view from; /* a detail: where Esc leads */
	bool help;
	bool typing; /* keys go to the filter */
	char filter[FILTER_MAX + 1];
	struct list list[2]; /* of links; of nodes, also in the topology */
	bool problems_first;
	size_t scroll; /* a detail's or the help's first line */
	bool frozen;
	unsigned past;	/* frozen: s before that moment */
	uint64_t every; /* ns between samples */
	unsigned theme;
	bool redraw;  /* of the whole terminal */
	bool ascii;   /* the terminal has no more for sure */
	bool written; /* for no user: no keys, no views to choose from */
	bool quit;
};

/* What a picture turned out to hold; keys refer to it. */
struct shown {
	struct choice_id *rows; /* owned; all rows of the list, as ordered */
	size_t n;
	size_t top;	   /* of them, the first in the window */
	int y, page;	   /* the window: its first line, and how many */
	size_t lines;	   /* of a detail or the help: all, … */
	size_t scroll;	   /* … and the first that is in the window */
	int columns;	   /* that can be sorted by */
	unsigned past_max; /* s that can be looked back */
};
void shown_free(struct shown *s);

void state_begin(struct state *s, uint64_t every);

/* ---- keys (keys.c) ---- */

/* Keys beside characters. */
enum key {
	KEY_NONE = 0,
	KEY_TAB = 9,
	KEY_RETURN = 13,
	KEY_ESCAPE = 27,
	KEY_ERASE = 127,
	KEY_CTRL_C = 3,
	KEY_CTRL_L = 12,
	KEY_CURSOR_UP = 0x110000, /* from here on, no code points */
	KEY_CURSOR_DOWN,
	KEY_CURSOR_LEFT,
	KEY_CURSOR_RIGHT,
	KEY_PAGE_UP,
	KEY_PAGE_DOWN,
	KEY_TO_START,
	KEY_TO_END,
	KEY_TAB_BACK,
	KEY_FUNCTION, /* + n: F<n> */
	KEY_FUNCTION_LAST = KEY_FUNCTION + 12,
};

/* Returns whether the key does anything there. */
bool state_key(struct state *s, const struct shown *shown, uint32_t key);
/* A mouse: the line that was pressed is selected; if it is already, that is Enter. */
void state_click(struct state *s, const struct shown *shown, int y);
/* steps > 0: down. */
void state_wheel(struct state *s, const struct shown *shown, int steps);

/* A row of what keys do, for the help and the manual: the keys; NULL: no more. */
const char *key_help(size_t i, const char **ret_help);

#endif
