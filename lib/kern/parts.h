/*
 * parts.h — links that are made of more than a veth pair or taps: plan/layout.h. Private
 * to lib/kern.
 */
#ifndef KERN_PARTS_H
#define KERN_PARTS_H

#include "kern/kern_parts.h"

/* The requests of a STEP_LINK_ADD or STEP_LINK_DEL, put into the batch; `at` is the
 * step's place in the plan. */
int parts_add(struct kern *k, const struct link *l, size_t at, struct err *e);
int parts_del(struct kern *k, const struct link *l, size_t at, struct err *e);

#endif
