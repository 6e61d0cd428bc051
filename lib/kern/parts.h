/*
 * parts.h — links that are made of more than a veth pair or taps: plan/layout.h. Private
 * to lib/kern.
 */
#ifndef KERN_PARTS_H
#define KERN_PARTS_H

#include "kern/kern_parts.h"

/* The requests of a STEP_LINK_ADD, put into the batch; `at` is its place in the plan. */
int parts_add(struct kern *k, const struct link *l, size_t at, struct err *e);
/* Of STEP_LINK_DELs, [at, last): what is in the fabric goes all at once. */
int parts_del(struct kern *k, size_t at, size_t last, struct err *e);

#endif
