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

/* Each AQM has counters of its own; of those that mark. */
static uint32_t read_marked(const char *kind, struct nlattr *app)
{
	struct tc_codel_xstats codel = { 0 };
	struct tc_fq_codel_xstats fq_codel = { 0 };
	struct tc_red_xstats red = { 0 };
	struct tc_pie_xstats pie = { 0 };

	if (strcmp(kind, "codel") == 0)
		read_member(app, &codel, sizeof(codel));
	else if (strcmp(kind, "fq_codel") == 0)
		read_member(app, &fq_codel, sizeof(fq_codel));
	else if (strcmp(kind, "red") == 0)
		read_member(app, &red, sizeof(red));
	else if (strcmp(kind, "pie") == 0)
		read_member(app, &pie, sizeof(pie));
	if (fq_codel.type != TCA_FQ_CODEL_XSTATS_QDISC)
		fq_codel.qdisc_stats.ecn_mark = 0;
	return codel.ecn_mark + fq_codel.qdisc_stats.ecn_mark + red.marked + pie.ecn_mark;
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
	ret->marked = read_marked(ret->kind, a[TCA_STATS_APP]);
}

bool queue_read(const struct nlmsghdr *h, struct queue_state *ret)
{
	const struct tcmsg *t = NLMSG_DATA(h);
	struct nlattr *a[TCA_MAX + 1];

	if ((h->nlmsg_type != RTM_NEWQDISC && h->nlmsg_type != RTM_NEWTCLASS) ||
	    nlmsg_parse((struct nlmsghdr *)h, sizeof(*t), a, TCA_MAX, NULL) < 0 ||
	    !a[TCA_KIND] || strcmp(nla_get_string(a[TCA_KIND]), "noqueue") == 0)
		return false;
	*ret = (struct queue_state){
		.ifindex = t->tcm_ifindex,
		.handle = t->tcm_handle,
		.parent = t->tcm_parent,
		.is_class = h->nlmsg_type == RTM_NEWTCLASS,
	};
	snprintf(ret->kind, sizeof(ret->kind), "%s", nla_get_string(a[TCA_KIND]));
	if (a[TCA_STATS2])
		read_counters(a[TCA_STATS2], ret);
	return true;
}

static void read_queue(const struct nlmsghdr *h, void *cookie)
{
	queue_vec *v = cookie;
	struct queue_state q;

	if (queue_read(h, &q))
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

void queues_sort(queue_vec *v)
{
	if (v->n)
		qsort(v->v, v->n, sizeof(*v->v), by_place);
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
	queues_sort(ret);
	return 0;
}

int queues_read_fabric(struct kern *k, queue_vec *ret, struct err *e)
{
	return queues_read(k, fabric_place(NULL, PLACE_FABRIC), ret, e);
}
