/*
 * machine.h — the network namespace that the shell was started in: the machine's. What a
 * network has changed there is taken back from there.
 */
#ifndef RUN_MACHINE_H
#define RUN_MACHINE_H

#include <stdbool.h>

#include "base/err.h"
#include "kern/netns.h"

/* Of the calling thread's present namespace. */
int machine_identify(struct netns_id *ret, struct err *e);

bool machine_same(const struct netns_id *a, const struct netns_id *b);

/* Whether a process is in that namespace. One that nobody is in has nothing to be taken
 * back from it. */
bool machine_is_alive(const struct netns_id *machine);

#endif
