/*
 * uplink.h — a nat node's way out: a veth pair between it and the machine's own network
 * namespace, which is the one that the shell was started in.
 *
 *     node ── uplink 198.18.x.y/30 ── NAME 198.18.x.y/30 ── machine
 *
 * The pair's subnet follows from the interface's number on the machine, so no two pairs
 * there have the same. Here are the devices; what the machine forwards is lib/run's.
 */
#ifndef KERN_UPLINK_H
#define KERN_UPLINK_H

#include "kern/kern.h"

/* Of the end on the machine. */
struct uplink {
	char name[16]; /* IFNAMSIZ */
	char *mark;    /* its alias; borrowed */
	struct ip subnet;
};

/*
 * Makes what is not there, and sets what is to be: up if up is set. *ret_made: the pair
 * was not there. -EEXIST: the machine has an interface of that name that is not marked
 * so.
 */
int uplink_make(struct kern *k, const struct node *n, struct uplink *u, bool up,
		bool *ret_made, struct err *e);

/* Deletes it, if it is there and has the mark, or none yet. In the caller's present
 * namespace. */
int uplink_delete(const struct uplink *u, struct err *e);

/* Whether the machine has an interface of that name. */
bool uplink_is_taken(const char *name);

#endif
