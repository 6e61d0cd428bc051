/*
 * terminal.h — the grid on a terminal, by ncurses; there is one.
 *
 * However the program ends, but for SIGKILL, the terminal is as it was: a signal that
 * ends it is its user's to catch, and to call terminal_close(); one of a crash is
 * caught here while the terminal is open, and raised again.
 */
#ifndef MONITOR_TERMINAL_H
#define MONITOR_TERMINAL_H

#include "base/err.h"
#include "draw/grid.h"

/* -ENOTTY: standard input or output is no terminal, or one that cannot place a cursor. */
int terminal_open(struct err *e);
void terminal_close(void);

/* Follows the window where its size changed. */
void terminal_size(int *ret_width, int *ret_height);
/* Sends what differs from what is shown; theme: counts through those that it can show. */
void terminal_show(const struct grid *g, unsigned theme);
/* Forgets what is shown, so that all is sent. */
void terminal_redraw(void);

/* A key as enum key has them, or what the mouse did. */
struct terminal_event {
	uint32_t key; /* 0: the mouse */
	int y, wheel; /* a click on that line; wheel: lines down, 0: a click */
};
/* False: nothing more is there now. */
bool terminal_event(struct terminal_event *ret);

/* Whether the locale and the terminal have no more than ASCII for sure. */
bool terminal_is_ascii(void);

#endif
