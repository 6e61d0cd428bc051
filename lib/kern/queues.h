/*
 * queues.h — the queueing disciplines of a node's interfaces, ours and others',
 * with what they have counted.
 */
#ifndef KERN_QUEUES_H
#define KERN_QUEUES_H

#include "kern/kern.h"

struct queue_state {
	int ifindex;
	char kind[16];
	uint32_t handle, parent; /* parent: TC_H_ROOT, or the class it is in */
	bool is_class;		 /* of the discipline above it: handle is its classid */
	uint64_t packets, bytes; /* sent */
	uint32_t dropped, requeued, overlimits;	 /* packets */
	uint32_t marked;			 /* packets: ECN, by an AQM that tells */
	uint32_t backlog_packets, backlog_bytes; /* that wait now */
};
typedef VEC(struct queue_state) queue_vec;

/* By interface, each before its children; without those that hold nothing (noqueue).
 * -ENOENT: the node is gone. */
int queues_read(struct kern *k, const struct node *n, queue_vec *ret, struct err *e);
/* Those in the fabric, where shapes are enforced. */
int queues_read_fabric(struct kern *k, queue_vec *ret, struct err *e);

/* What a message of RTM_GETQDISC or RTM_GETTCLASS tells. False: of nothing that holds
 * packets, or it is another message. */
bool queue_read(const struct nlmsghdr *h, struct queue_state *ret);

/* By interface, roots first, then by handle. */
void queues_sort(queue_vec *v);

#endif
