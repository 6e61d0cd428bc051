/*
 * unfinished.h — a change that was stopped in its midst; private to lib/run.
 */
#ifndef RUN_UNFINISHED_H
#define RUN_UNFINISHED_H

#include "run/network.h"

/* Undoes n->unfinished, or finishes it where programs were being ended; nothing if there
 * is none. On failure it stays, to be tried again, but for -ECHILD: all is done
 * but a kept command that failed, and it is over. */
int network_finish(struct network *n, struct err *e);
/* Forgets about it. */
void network_drop_unfinished(struct network *n);

#endif
