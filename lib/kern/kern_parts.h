/*
 * kern_parts.h — what struct kern holds; private to lib/kern.
 */
#ifndef KERN_KERN_PARTS_H
#define KERN_KERN_PARTS_H

#include "kern/handles.h"
#include "kern/kern.h"
#include "kern/node.h"
#include "model/ipset.h"

/* The fabric is pinned beside the nodes, by a name that none of them can have. */
#define FABRIC_NAME ".fabric"

/* A kind of queueing discipline, and whether the kernel has it. */
struct ability {
	char kind[16];
	bool has;
};

struct kern {
	char *dir, *name;
	struct netlink fabric;
	struct handles handles;
	struct node_defaults defaults;
	struct wire_client wires;
	kern_wires_fn *open_wires;
	VEC(struct ability) abilities;
	struct ip_set released; /* addresses that an interface had and lost */
	/* the batch of apply.c */
	const struct plan *plan;
	struct netlink *to;
	struct netlink_batch batch;
	VEC(size_t) steps; /* per request: its step's place in the plan */
	VEC(struct handle *) needed;
};

/* Runs what is in the batch; flush() of the handles. */
int kern_run_batch(void *kern, struct err *e);

#endif
