/*
 * keep.h — runs a kept command in its node.
 */
#ifndef RUN_KEEP_H
#define RUN_KEEP_H

#include "run/hooks.h"
#include "run/network.h"

enum { KEEP_MAX_S = 60 }; /* set-up ends; what goes on is for `run` */

/*
 * Runs it and waits for its end, which interrupts may hasten: -EINTR. -ECHILD: it failed,
 * or took too long, and e has the end of what it wrote; other codes: it could not be
 * started.
 */
int keep_run(struct network *n, const char *node, const char *command,
	     const struct hooks *hooks, struct err *e);

#endif
