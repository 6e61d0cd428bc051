/*
 * qdisc.c — see qdisc.h. Attributes and their units are those of
 * linux/pkt_sched.h; probabilities are of 2^32 - 1 there.
 */
#include "kern/qdisc.h"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kern/qdisc_options.h"

enum {
	HANDLE_FIRST = 0xe501, /* majors */
	ROOM_FOR_TAGS = 22,    /* bytes that VLAN tags and the like may add to a frame */
	LIMIT_MIN = 10000,     /* packets on their way in a delay */
	LIMIT_MAX = 1000000,
	NS_PER_PACKET = 600, /* of 1500 bytes at 20 Gbit/s: what a delay has room for */
	BITS = 8,
	BURST_NS = 1000000, /* of a rate: what a timer that is late makes up for */
	NS_PER_S = 1000000000,
	MESSAGE_MAX = 16384, /* bytes; a table of netem's takes 8192 */
};

static const uint64_t SPLIT_RATE = 125000000000; /* bytes a second; no limit, in effect */

/* ---- what a shape needs ---- */

static struct qdisc *push(struct qdisc_tree *t, const char *kind)
{
	struct qdisc *q = &t->v[t->n];

	*q = (struct qdisc){ .handle = (HANDLE_FIRST + (uint32_t)t->n) << 16 };
	q->parent = t->n ? t->v[t->n - 1].handle | 1 : TC_H_ROOT;
	snprintf(q->kind, sizeof(q->kind), "%s", kind);
	t->n++;
	return q;
}

static bool each_packet_counts(const struct shape *s)
{
	return s->loss || s->burst_begin || s->duplicate || s->reorder || s->corrupt ||
	       s->slot_max;
}

static uint32_t capped(uint64_t n)
{
	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static void push_netem(struct qdisc_tree *t, const struct shape *s)
{
	struct qdisc *q = push(t, "netem");
	uint64_t limit = (s->delay + s->jitter + s->slot_max) / NS_PER_PACKET;

	q->limit = limit < LIMIT_MIN   ? LIMIT_MIN
		   : limit > LIMIT_MAX ? LIMIT_MAX
				       : (uint32_t)limit;
	q->netem = *s;
	q->netem.rate = q->netem.queue = 0;
	q->netem.aqm = SHAPE_FIFO;
	q->netem.queue_in_bytes = q->netem.ecn = false;
	q->netem.seed = 0;
	q->netem.has_seed = false;
}

static void push_rate(struct qdisc_tree *t, const struct shape *s, uint32_t mtu)
{
	struct qdisc *q = push(t, "tbf");
	uint32_t frame = mtu + SHAPE_FRAME_HEADER;
	uint64_t limit = shape_queue_limit(s, mtu), burst;

	q->rate = s->rate / BITS ? s->rate / BITS : 1;
	burst = (uint64_t)((long double)q->rate * BURST_NS / NS_PER_S);
	q->burst = capped(burst > 2 * frame ? burst : 2 * frame);
	q->limit = capped(limit);
	if (s->aqm == SHAPE_FIFO)
		return;
	q = push(t, shape_aqm_name(s->aqm));
	q->limit = capped(s->aqm == SHAPE_RED || s->aqm == SHAPE_CAKE ? limit
			  : limit / frame			      ? limit / frame
								      : 1);
	q->ecn = s->ecn;
	q->frame = frame;
	q->rate = s->rate / BITS;
}

void qdisc_tree_make(const struct shape *s, uint32_t mtu, struct qdisc_tree *ret)
{
	ret->n = 0;
	if (each_packet_counts(s)) {
		struct qdisc *q = push(ret, "tbf");

		q->rate = SPLIT_RATE;
		q->burst = mtu + SHAPE_FRAME_HEADER + ROOM_FOR_TAGS;
		q->limit = INT32_MAX;
	}
	if (shape_is_more_than_rate(s))
		push_netem(ret, s);
	if (s->rate)
		push_rate(ret, s, mtu);
}

/* ---- comparing ---- */

bool qdisc_tree_alike(const struct qdisc_tree *a, const struct qdisc_tree *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		/* a table of netem's stays until it is replaced by another */
		if (strcmp(a->v[i].kind, b->v[i].kind) != 0 ||
		    a->v[i].netem.distribution != b->v[i].netem.distribution)
			return false;
	}
	return true;
}

static bool close_to(uint64_t a, uint64_t b, uint64_t slack)
{
	return a > b ? a - b <= slack : b - a <= slack;
}

static bool same_share(uint32_t a, uint32_t b)
{
	return close_to(a, b, 1); /* rounded there and back */
}

static bool same_netem(const struct shape *a, const struct shape *b)
{
	return a->delay == b->delay && a->jitter == b->jitter &&
	       same_share(a->loss, b->loss) &&
	       same_share(a->loss_correlation, b->loss_correlation) &&
	       same_share(a->burst_begin, b->burst_begin) &&
	       same_share(a->burst_end, b->burst_end) &&
	       same_share(a->duplicate, b->duplicate) &&
	       same_share(a->reorder, b->reorder) && same_share(a->corrupt, b->corrupt) &&
	       a->slot_min == b->slot_min && a->slot_max == b->slot_max;
}

bool qdisc_tree_is(const struct qdisc_tree *seen, const struct qdisc_tree *wanted)
{
	if (seen->n != wanted->n)
		return false;
	for (size_t i = 0; i < seen->n; i++) {
		const struct qdisc *s = &seen->v[i], *w = &wanted->v[i];
		bool tbf = strcmp(w->kind, "tbf") == 0;

		if (strcmp(s->kind, w->kind) != 0 || s->handle != w->handle ||
		    s->parent != w->parent || s->limit != w->limit || s->ecn != w->ecn ||
		    (tbf && s->rate != w->rate) || !same_netem(&s->netem, &w->netem))
			return false;
	}
	return true;
}

/* ---- reading ---- */

void qdisc_tree_seen(const qdisc_vec *seen, int ifindex, struct qdisc_tree *ret)
{
	ret->n = 0;
	vec_each (seen, q) {
		size_t at = ret->n;

		if (q->ifindex != ifindex || ret->n == QDISC_MAX)
			continue;
		for (; at > 0 && ret->v[at - 1].handle > q->qdisc.handle; at--)
			ret->v[at] = ret->v[at - 1];
		ret->v[at] = q->qdisc;
		ret->n++;
	}
}

static void add_netem(struct shape *s, const struct shape *netem)
{
	struct shape sum = *netem;

	sum.rate = s->rate;
	sum.queue = s->queue;
	sum.queue_in_bytes = s->queue_in_bytes;
	sum.aqm = s->aqm;
	sum.ecn = s->ecn;
	*s = sum;
}

static void add_aqm(struct shape *s, const struct qdisc *q)
{
	for (uint32_t aqm = 0; shape_aqm_name(aqm); aqm++)
		if (strcmp(shape_aqm_name(aqm), q->kind) == 0)
			s->aqm = aqm;
	s->ecn = q->ecn;
}

void qdisc_shape(const qdisc_vec *seen, int ifindex, const struct shape *asked,
		 uint32_t mtu, struct shape *ret)
{
	struct qdisc_tree tree, wanted;
	uint64_t limit = 0;

	qdisc_tree_seen(seen, ifindex, &tree);
	qdisc_tree_make(asked, mtu, &wanted);
	if (qdisc_tree_is(&tree, &wanted)) {
		*ret = *asked;
		return;
	}
	*ret = (struct shape){ 0 };
	for (size_t i = 0; i < tree.n; i++) {
		const struct qdisc *q = &tree.v[i];

		if (strcmp(q->kind, "netem") == 0) {
			add_netem(ret, &q->netem);
		} else if (strcmp(q->kind, "tbf") != 0) {
			add_aqm(ret, q);
		} else if (q->rate != SPLIT_RATE) {
			ret->rate = asked->rate / BITS == q->rate ? asked->rate
								  : q->rate * BITS;
			limit = q->limit;
		}
	}
	if (ret->jitter)
		ret->distribution = asked->distribution;
	if (limit == shape_queue_limit(asked, mtu)) {
		ret->queue = asked->queue;
		ret->queue_in_bytes = asked->queue_in_bytes;
	} else if (limit && limit != shape_queue_limit(ret, mtu)) {
		ret->queue = limit;
		ret->queue_in_bytes = true;
	}
}

/* ---- messages ---- */

static struct nl_msg *message(int type, int flags, int ifindex, uint32_t handle,
			      uint32_t parent)
{
	struct tcmsg t = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = ifindex,
		.tcm_handle = handle,
		.tcm_parent = parent,
	};
	struct nl_msg *m = nlmsg_alloc_size(MESSAGE_MAX);

	if (!m ||
	    !nlmsg_put(m, NL_AUTO_PORT, NL_AUTO_SEQ, type, 0, NLM_F_REQUEST | flags) ||
	    nlmsg_append(m, &t, sizeof(t), NLMSG_ALIGNTO) < 0)
		abort(); /* out of memory; see base/mem.h */
	return m;
}

struct nl_msg *request_qdisc(int ifindex, const struct qdisc *q)
{
	struct nl_msg *m = message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, ifindex,
				   q->handle, q->parent);

	nla_put_string(m, TCA_KIND, q->kind);
	qdisc_options_put(m, q);
	return m;
}

struct nl_msg *request_qdiscs_del(int ifindex)
{
	return message(RTM_DELQDISC, 0, ifindex, 0, TC_H_ROOT);
}

struct nl_msg *request_qdiscs(void)
{
	return message(RTM_GETQDISC, 0, 0, 0, 0);
}

bool qdisc_read(const struct nlmsghdr *h, int *ret_ifindex, struct qdisc *ret)
{
	const struct tcmsg *t = NLMSG_DATA(h);
	struct nlattr *a[TCA_MAX + 1];
	uint32_t major;

	if (h->nlmsg_type != RTM_NEWQDISC ||
	    nlmsg_parse((struct nlmsghdr *)h, sizeof(*t), a, TCA_MAX, NULL) < 0 ||
	    !a[TCA_KIND])
		return false;
	major = t->tcm_handle >> 16;
	if (major < HANDLE_FIRST || major >= HANDLE_FIRST + QDISC_MAX)
		return false;
	*ret_ifindex = t->tcm_ifindex;
	*ret = (struct qdisc){ .handle = t->tcm_handle, .parent = t->tcm_parent };
	snprintf(ret->kind, sizeof(ret->kind), "%s", nla_get_string(a[TCA_KIND]));
	if (a[TCA_OPTIONS])
		qdisc_options_read(a[TCA_OPTIONS], ret);
	return true;
}
