/*
 * watch.h — a network that is to be watched: what the shell asks for and the monitor
 * does. It stands here since neither of them knows the other.
 */
#ifndef RUN_WATCH_H
#define RUN_WATCH_H

#include <stdio.h>

#include "run/network.h"

enum watch_form {
	WATCH_SCREEN, /* on the terminal; as text where there is none */
	WATCH_TEXT,
	WATCH_JSON,
	WATCH_CSV,
};

struct watch_request {
	struct network *net;  /* where it is read-only, it is refreshed */
	const uint32_t *only; /* ids of links and nodes; n_only 0: all */
	size_t n_only;
	uint64_t every; /* ns between samples, WATCH_EVERY_MIN at least; 0: WATCH_EVERY */
	uint64_t time;	/* ns after which it ends; 0: when told */
	bool once;	/* ends with the first picture that has rates */
	enum watch_form form;
	FILE *to; /* what is no screen is written here; a closed pipe ends it quietly */
	bool (*interrupted)(void *cookie); /* a signal says that it should end */
	void *cookie;
};

static const uint64_t WATCH_EVERY = 1000000000, WATCH_EVERY_MIN = 10000000; /* ns */

/* Who can do it. */
struct watcher {
	/* Returns when its user leaves, or -errno: -ENOENT: the network was destroyed. */
	int (*watch)(const struct watch_request *w, struct err *e);
	/* What keys do, row by row, for the manual: the keys; NULL: no more. */
	const char *(*keys)(size_t i, const char **ret_help);
};

#endif
