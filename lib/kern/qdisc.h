/*
 * qdisc.h — a shape as queueing disciplines of the interface that sends.
 *
 * At most four, each the child of the one before:
 *
 *     tbf        splits super-packets, where each packet has a fate of its own
 *     netem      loss, delay and the rest of it
 *     tbf        the rate, with a queue of bytes
 *     codel …    the AQM, in place of that queue
 *
 * netem stands before the rate, as the kernel allows no other way: what it
 * loses takes no time on the link. A constant delay makes no difference, for
 * a queue drops the same packets whenever they come. Their handles, 0xe501 and
 * on, mark them as ours.
 */
#ifndef KERN_QDISC_H
#define KERN_QDISC_H

#include <netlink/msg.h>

#include "base/vec.h"
#include "model/shape.h"

enum { QDISC_MAX = 4 };

struct qdisc {
	char kind[16]; /* IFNAMSIZ, as the kernel's struct Qdisc_ops */
	uint32_t handle, parent;
	/* tbf */
	uint64_t rate;	/* bytes a second */
	uint32_t burst; /* bytes; not known of one that was seen */
	/* tbf: bytes; the others: packets */
	uint32_t limit;
	/* netem; codel and the others: just the limit and ecn */
	struct shape netem; /* the members that netem has */
	bool ecn;
	uint32_t frame; /* bytes of the largest; not known of one that was seen */
};

struct qdisc_tree {
	struct qdisc v[QDISC_MAX];
	size_t n; /* 0: none of ours */
};

/* One of ours, found in a namespace. */
struct seen_qdisc {
	int ifindex;
	struct qdisc qdisc;
};
typedef VEC(struct seen_qdisc) qdisc_vec;

/* For an interface of that MTU. */
void qdisc_tree_make(const struct shape *s, uint32_t mtu, struct qdisc_tree *ret);
/* Whether one becomes the other by changing parameters, so that no packet is lost. */
bool qdisc_tree_alike(const struct qdisc_tree *a, const struct qdisc_tree *b);
/* Whether what was seen is what was to be. */
bool qdisc_tree_is(const struct qdisc_tree *seen, const struct qdisc_tree *wanted);

/* Makes or changes one; deletes all. The caller owns the messages. */
struct nl_msg *request_qdisc(int ifindex, const struct qdisc *q);
struct nl_msg *request_qdiscs_del(int ifindex);
/* Dumps the namespace's. */
struct nl_msg *request_qdiscs(void);

/* Whether a message of that dump tells of one of ours: then all that can be seen of it.
 */
bool qdisc_read(const struct nlmsghdr *h, int *ret_ifindex, struct qdisc *ret);
/* Those of an interface, in their order. */
void qdisc_tree_seen(const qdisc_vec *seen, int ifindex, struct qdisc_tree *ret);
/* What they amount to: the shape that was asked for, if they are as they should be. Of
 * rounded figures, and where the kernel does not tell (a distribution), it is what was
 * asked for. */
void qdisc_shape(const qdisc_vec *seen, int ifindex, const struct shape *asked,
		 uint32_t mtu, struct shape *ret);

#endif
