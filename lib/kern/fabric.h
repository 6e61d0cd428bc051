/*
 * fabric.h — the namespaces of a network that are no nodes: the fabric, and the two ends
 * of the path for tunnels without an underlay. Private to lib/kern.
 */
#ifndef KERN_FABRIC_H
#define KERN_FABRIC_H

#include "kern/kern_parts.h"

/* Opens the fabric's socket; it is made if it is not there. */
int fabric_open(struct kern *k, struct err *e);
/* Makes the fabric again if somebody took it away. */
int fabric_restore(struct kern *k, struct err *e);
/* Makes what is missing of the path. */
int fabric_make_path(struct kern *k, struct err *e);

/* The number (nsid) that the fabric has for the namespace at path; it gets one if it has
 * none. -ENOENT: there is no such namespace. */
int fabric_number(struct kern *k, const char *path, int *ret, struct err *e);

/* The node of that id, or what stands for one of layout.h's places; NULL: there is none.
 */
const struct node *fabric_place(const struct model *m, uint32_t place);

#endif
