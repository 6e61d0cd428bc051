/*
 * whole.h — several commands that happen together or not at all: a file, a block.
 */
#ifndef SHELL_WHOLE_H
#define SHELL_WHOLE_H

#include "shell/session.h"

struct whole {
	size_t position; /* in the network's history */
	struct model *before;
};

void whole_begin(struct whole *w, const struct session *s);

/*
 * r < 0: they failed, and unless s->keep_going the network is put back as it was,
 * whatever may interrupt; e's hint says so. what: "file", "block"; command names it in
 * the history. Returns r.
 */
int whole_end(struct whole *w, struct session *s, int r, const char *what,
	      const char *command, struct err *e);

#endif
