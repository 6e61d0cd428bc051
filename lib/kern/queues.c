/*
 * queues.c — see queues.h. Counters are those of linux/gen_stats.h.
 */
#include "kern/queues.h"

#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kern/fabric.h"
#include "kern/qdisc.h"

static void begin(void *cookie)
{
	queue_vec *v = cookie;

	v->n = 0;
}

/* Sizes differ between kernels: what is there of it. */
static void read_member(struct nlattr *a, void *ret, size_t n)
{
	size_t have = a ? (size_t)nla_len(a) : 0;

	if (have)
		memcpy(ret, nla_data(a), have < n ? have : n);
}

static void read_counters(struct nlattr *stats, struct queue_state *ret)
{
	struct nlattr *a[TCA_STATS_MAX + 1];
	struct gnet_stats_basic basic = { 0 };
	struct gnet_stats_queue queue = { 0 };

	if (nla_parse_nested(a, TCA_STATS_MAX, stats, NULL) < 0)
		return;
	read_member(a[TCA_STATS_BASIC], &basic, sizeof(basic));
	read_member(a[TCA_STATS_QUEUE], &queue, sizeof(queue));
	ret->bytes = basic.bytes;
	ret->packets = basic.packets;
	read_member(a[TCA_STATS_PKT64], &ret->packets, sizeof(ret->packets));
	ret->dropped = queue.drops;
	ret->requeued = queue.requeues;
	ret->overlimits = queue.overlimits;
	ret->backlog_packets = queue.qlen;
	ret->backlog_bytes = queue.backlog;
}

static void read_queue(const struct nlmsghdr *h, void *cookie)
{
	queue_vec *v = cookie;
	const struct tcmsg *t = NLMSG_DATA(h);
	struct nlattr *a[TCA_MAX + 1];
	struct queue_state q = { 0 };

	if (h->nlmsg_type != RTM_NEWQDISC ||
	    nlmsg_parse((struct nlmsghdr *)h, sizeof(*t), a, TCA_MAX, NULL) < 0 ||
	    !a[TCA_KIND] || strcmp(nla_get_string(a[TCA_KIND]), "noqueue") == 0)
		return;
	q.ifindex = t->tcm_ifindex;
	q.handle = t->tcm_handle;
	q.parent = t->tcm_parent;
	snprintf(q.kind, sizeof(q.kind), "%s", nla_get_string(a[TCA_KIND]));
	if (a[TCA_STATS2])
		read_counters(a[TCA_STATS2], &q);
	vec_push(v, q);
}

static int by_place(const void *a, const void *b)
{
	const struct queue_state *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	if ((x->parent == TC_H_ROOT) != (y->parent == TC_H_ROOT))
		return x->parent == TC_H_ROOT ? -1 : 1;
	return (x->handle > y->handle) - (x->handle < y->handle);
}

int queues_read(struct kern *k, const struct node *n, queue_vec *ret, struct err *e)
{
	struct netlink *nl;
	int ns, r = kern_enter(k, n, &nl, &ns, e);

	memset(ret, 0, sizeof(*ret));
	if (r == 0)
		r = netlink_dump(nl, request_qdiscs(), begin, read_queue, ret, e);
	if (r < 0) {
		err_context(e, "look at the queues of %s", n->name);
		vec_free(ret);
		return r;
	}
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_place);
	return 0;
}

int queues_read_fabric(struct kern *k, queue_vec *ret, struct err *e)
{
	return queues_read(k, fabric_place(NULL, PLACE_FABRIC), ret, e);
}
