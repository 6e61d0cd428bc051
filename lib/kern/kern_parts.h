/*
 * kern_parts.h — what struct kern holds; private to lib/kern.
 */
#ifndef KERN_KERN_PARTS_H
#define KERN_KERN_PARTS_H

#include "kern/handles.h"
#include "kern/kern.h"
#include "kern/node.h"
#include "model/ipset.h"

/* A kind of queueing discipline or device, and whether the kernel has it. */
struct ability {
	char kind[16];
	bool has;
};

/* A request of the batch. */
struct asked {
	size_t step;	  /* its place in the plan */
	const char *kind; /* of the device that it makes; NULL: another one */
};

struct kern {
	char *dir, *name;
	struct netlink fabric;
	bool has_path; /* the path for tunnels was seen to since kern_rest() */
	struct handles handles;
	struct node_defaults defaults;
	struct wire_client wires;
	kern_wires_fn *open_wires;
	VEC(struct ability) abilities; /* queueing disciplines */
	bool has_modules;	       /* they were looked at since kern_rest() */
	VEC(struct ability) kinds;     /* of devices */
	char *modules; /* modules_state() that kinds is of; owned, NULL: not known */
	struct ip_set released; /* addresses that an interface had and lost */
	/* the batch, see batch.c */
	const struct plan *plan;
	struct netlink *to;
	struct netlink_batch batch;
	VEC(struct asked) asked;
	VEC(struct handle *) needed;
};

/* Where the namespace of a part's other_place is pinned: of n, unless that is in another
 * network; free() it. */
char *kern_other_path(const struct kern *k, const struct link *l, const struct part *p,
		      const struct node *n);

/* Appends a request to the batch; kind as in struct asked. What has to stay open until it
 * has been run is needed. */
int kern_queue(struct kern *k, struct netlink *to, struct nl_msg *m, struct asked what,
	       struct err *e);
void kern_need(struct kern *k, struct handle *h);
/* A socket in the node, for the batch. */
int kern_reach(struct kern *k, const struct node *n, struct handle **ret, struct err *e);

/* Runs what is in the batch; flush() of the handles. */
int kern_run_batch(void *kern, struct err *e);
/* Forgets what is in it. */
void kern_empty_batch(struct kern *k);

#endif
