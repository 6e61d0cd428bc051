/*
 * wires.h — links that lib/wire carries: their tap devices, and what the process
 * that has them is told. Private to lib/kern.
 */
#ifndef KERN_WIRES_H
#define KERN_WIRES_H

#include "kern/kern_parts.h"

/* STEP_LINK_ADD: both taps, each born in its node; the shapes go with it. One of that
 * number that was carried is gone then. */
int wires_add(struct kern *k, const struct link *l, struct err *e);
/* It is fine where it is not carried. */
int wires_del(struct kern *k, const struct link *l, struct err *e);
int wires_shape(struct kern *k, const struct step *s, struct err *e);
int wires_mtu(struct kern *k, const struct step *s, struct err *e);

/* The numbers of the links that are carried and whole, ascending, free() *ret; none where
 * no process runs. */
int wires_list(struct kern *k, uint32_t **ret, size_t *ret_n, struct err *e);
/* Lets go of a link by its number. */
int wires_drop(struct kern *k, uint32_t link, struct err *e);

#endif
