/*
 * space.c — see space.h. The dumps are
 *
 *     RTM_GETSTATS   64-bit counters alone: a third of what RTM_GETLINK costs
 *     RTM_GETLINK    whether interfaces are up, their MTU; without counters
 *     RTM_GETQDISC   all of a namespace
 *     RTM_GETTCLASS  of an interface, where a discipline has classes
 *
 * (linux/rtnetlink.h, linux/if_link.h). Each is collected aside and takes the place of
 * what was there only when it is whole.
 */
#include "stat/space.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kern/request.h"

static const uint64_t SELDOM = 900000000; /* ns: a sample a second reads all */

/* ---- the namespace ---- */

void space_init(struct space *p, const struct node *n)
{
	*p = (struct space){ .node = n->id, .route.fd = -1, .diag.fd = -1 };
	memcpy(p->name, n->name, sizeof(p->name));
}

void space_close(struct space *p)
{
	netlink_close(&p->route);
	netlink_close(&p->diag);
}

static void forget(struct space *p)
{
	p->ifaces.n = p->states.n = p->queues.n = p->tcp.n = 0;
	p->states_at = p->queues_at = 0;
	p->stale = false;
	p->node_counted = (struct stat_node){ 0 };
}

void space_clear(struct space *p)
{
	space_close(p);
	vec_free(&p->ifaces);
	vec_free(&p->states);
	vec_free(&p->queues);
	vec_free(&p->tcp);
}

void space_look(struct space *p, int ns, uint64_t now, bool all)
{
	struct stat st;
	bool there;

	if (!all && p->there && now - p->looked_at < SELDOM)
		return;
	p->looked_at = now;
	there = fstatat(ns, p->name, &st, 0) == 0;
	if (p->there && there && st.st_dev == p->id.dev && st.st_ino == p->id.ino)
		return;
	space_close(p);
	forget(p);
	p->there = there;
	if (there)
		p->id = (struct netns_id){ .dev = st.st_dev, .ino = st.st_ino };
}

int space_enter(const struct space *p, int ns, struct err *e)
{
	cleanup_free char *path = mem_printf("/proc/self/fd/%d/%s", ns, p->name);
	cleanup_close int fd = netns_open(path);
	int r;

	if (fd < 0)
		return err_sys(e, fd, "its network namespace");
	r = netns_enter(fd);
	return r < 0 ? err_sys(e, r, "enter its network namespace") : 0;
}

int space_open(struct space *p, int ns, int protocol, struct err *e)
{
	struct netlink *nl = protocol == NETLINK_ROUTE ? &p->route : &p->diag;
	int r;

	if (nl->fd >= 0)
		return 0;
	r = space_enter(p, ns, e);
	if (r == -ENOENT)
		p->there = false;
	return r < 0 ? r : netlink_open_protocol(nl, protocol, e);
}

/* ---- interfaces ---- */

static struct nl_msg *request(int type, const void *header, size_t n)
{
	struct nl_msg *m = nlmsg_alloc_simple(type, NLM_F_REQUEST);

	if (!m || nlmsg_append(m, (void *)(uintptr_t)header, n, NLMSG_ALIGNTO) < 0)
		abort(); /* out of memory; see base/mem.h */
	return m;
}

/* What a dump has told so far: it has one of these to itself. */
struct collected {
	space_ifaces ifaces;
	space_states states;
	queue_vec queues;
};

static void begin(void *cookie)
{
	struct collected *c = cookie;

	c->ifaces.n = c->states.n = c->queues.n = 0;
}

static int dump(struct space *p, int type, const void *header, size_t n,
		void (*each)(const struct nlmsghdr *h, void *cookie),
		struct collected *ret, struct err *e)
{
	return netlink_dump(&p->route, request(type, header, n), begin, each, ret, e);
}

static struct nlattr *find(const struct nlmsghdr *h, int header, int type)
{
	return nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)h, header, type);
}

static void read_counters(const struct nlmsghdr *h, void *cookie)
{
	struct collected *c = cookie;
	const struct if_stats_msg *i = NLMSG_DATA(h);
	struct nlattr *a = find(h, sizeof(*i), IFLA_STATS_LINK_64);
	struct rtnl_link_stats64 s = { 0 };
	struct space_iface f = { 0 };
	size_t have = a ? (size_t)nla_len(a) : 0;

	if (h->nlmsg_type != RTM_NEWSTATS || !a)
		return;
	/* it grows from kernel to kernel */
	memcpy(&s, nla_data(a), have < sizeof(s) ? have : sizeof(s));
	f.ifindex = (int)i->ifindex;
	f.counted = (struct stat_iface){
		.rx_packets = s.rx_packets,
		.rx_bytes = s.rx_bytes,
		.tx_packets = s.tx_packets,
		.tx_bytes = s.tx_bytes,
		.errors = {
			[STAT_RX_ERRORS] = s.rx_errors,
			[STAT_RX_DROPPED] = s.rx_dropped,
			[STAT_RX_MISSED] = s.rx_missed_errors,
			[STAT_RX_OVER] = s.rx_over_errors,
			[STAT_RX_LENGTH] = s.rx_length_errors,
			[STAT_RX_CRC] = s.rx_crc_errors,
			[STAT_RX_FRAME] = s.rx_frame_errors,
			[STAT_RX_FIFO] = s.rx_fifo_errors,
			[STAT_RX_NOHANDLER] = s.rx_nohandler,
			[STAT_TX_ERRORS] = s.tx_errors,
			[STAT_TX_DROPPED] = s.tx_dropped,
			[STAT_TX_ABORTED] = s.tx_aborted_errors,
			[STAT_TX_CARRIER] = s.tx_carrier_errors,
			[STAT_TX_FIFO] = s.tx_fifo_errors,
			[STAT_TX_HEARTBEAT] = s.tx_heartbeat_errors,
			[STAT_TX_WINDOW] = s.tx_window_errors,
			[STAT_COLLISIONS] = s.collisions,
		},
	};
	vec_push(&c->ifaces, f);
}

static void read_state(const struct nlmsghdr *h, void *cookie)
{
	struct collected *c = cookie;
	const struct ifinfomsg *i = NLMSG_DATA(h);
	struct nlattr *mtu = find(h, sizeof(*i), IFLA_MTU);
	struct nlattr *name = find(h, sizeof(*i), IFLA_IFNAME);
	struct space_state s = { .ifindex = i->ifi_index,
				 .up = i->ifi_flags & IFF_UP,
				 .carrier = i->ifi_flags & IFF_LOWER_UP,
				 .mtu = mtu ? nla_get_u32(mtu) : 0 };

	if (name)
		nla_strlcpy(s.name, name, sizeof(s.name));
	if (h->nlmsg_type == RTM_NEWLINK)
		vec_push(&c->states, s);
}

/* Both structs begin with it. */
static int by_ifindex(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

const struct space_iface *space_iface(const struct space *p, int ifindex)
{
	return p->ifaces.n ? bsearch(&ifindex, p->ifaces.v, p->ifaces.n,
				     sizeof(*p->ifaces.v), by_ifindex)
			   : NULL;
}

const struct space_state *space_state(const struct space *p, int ifindex)
{
	return p->states.n ? bsearch(&ifindex, p->states.v, p->states.n,
				     sizeof(*p->states.v), by_ifindex)
			   : NULL;
}

const struct space_state *space_state_named(const struct space *p, const char *name)
{
	vec_each (&p->states, s)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

/* Two vecs change their contents. */
#define swap(a, b)                                                                       \
	do {                                                                             \
		__typeof__(*(a)) was_ = *(a);                                            \
		*(a) = *(b);                                                             \
		*(b) = was_;                                                             \
	} while (0)
#define sort(vec)                                                                        \
	do {                                                                             \
		if ((vec)->n)                                                            \
			qsort((vec)->v, (vec)->n, sizeof(*(vec)->v), by_ifindex);        \
	} while (0)

static bool same_ifaces(const space_ifaces *a, const space_states *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; i < a->n && same; i++)
		same = a->v[i].ifindex == b->v[i].ifindex;
	return same;
}

/* Whether a packet passed any of them in between. */
static bool have_moved(const space_ifaces *a, const space_ifaces *b)
{
	bool moved = a->n != b->n;

	for (size_t i = 0; i < a->n && !moved; i++) {
		const struct stat_iface *x = &a->v[i].counted, *y = &b->v[i].counted;

		moved = a->v[i].ifindex != b->v[i].ifindex ||
			x->tx_packets != y->tx_packets ||
			x->rx_packets != y->rx_packets ||
			x->errors[STAT_TX_DROPPED] != y->errors[STAT_TX_DROPPED];
	}
	return moved;
}

static int read_counters_of_all(struct space *p, bool *ret_moved, struct err *e)
{
	const struct if_stats_msg header = {
		.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64),
	};
	struct collected c = { 0 };
	int r;

	vec_reserve(&c.ifaces, p->ifaces.n);
	r = dump(p, RTM_GETSTATS, &header, sizeof(header), read_counters, &c, e);
	if (r == 0) {
		sort(&c.ifaces);
		*ret_moved = have_moved(&p->ifaces, &c.ifaces);
		swap(&p->ifaces, &c.ifaces);
	}
	vec_free(&c.ifaces);
	return r;
}

static int read_states(struct space *p, uint64_t now, struct err *e)
{
	struct collected c = { 0 };
	int r = netlink_dump(&p->route, request_links(), begin, read_state, &c, e);

	if (r == 0) {
		sort(&c.states);
		swap(&p->states, &c.states);
		p->states_at = now;
	}
	vec_free(&c.states);
	return r;
}

/* ---- queues ---- */

static void read_queue(const struct nlmsghdr *h, void *cookie)
{
	struct collected *c = cookie;
	struct queue_state q;

	if (queue_read(h, &q))
		vec_push(&c->queues, q);
}

/* Others tell of classes too, which are their flows, or nothing new. */
static bool has_classes(const char *kind)
{
	static const char *const kinds[] = { "htb",  "hfsc", "drr",   "qfq",
					     "prio", "ets",  "mqprio" };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	return false;
}

static int read_classes(struct space *p, int ifindex, queue_vec *ret, struct err *e)
{
	const struct tcmsg header = { .tcm_ifindex = ifindex };
	struct collected c = { 0 };
	int r = dump(p, RTM_GETTCLASS, &header, sizeof(header), read_queue, &c, e);

	if (r == 0)
		vec_each (&c.queues, q)
			if (has_classes(q->kind))
				vec_push(ret, *q);
	vec_free(&c.queues);
	return r;
}

static int read_queues(struct space *p, uint64_t now, struct err *e)
{
	const struct tcmsg header = { 0 };
	struct collected c = { 0 };
	int classes_of = 0, r;
	size_t n;

	vec_reserve(&c.queues, p->queues.n);
	r = dump(p, RTM_GETQDISC, &header, sizeof(header), read_queue, &c, e);
	queues_sort(&c.queues);
	n = c.queues.n;
	for (size_t i = 0; i < n && r == 0; i++) {
		int ifindex = c.queues.v[i].ifindex;

		if (ifindex == classes_of || !has_classes(c.queues.v[i].kind))
			continue;
		classes_of = ifindex;
		r = read_classes(p, ifindex, &c.queues, e);
	}
	if (r == 0) {
		if (c.queues.n > n)
			queues_sort(&c.queues);
		swap(&p->queues, &c.queues);
		p->queues_at = now;
	}
	vec_free(&c.queues);
	return r;
}

/* ---- all ---- */

/* Where no packet passed, and none waited, a queue is as it was. */
static bool is_busy(const struct space *p, bool moved)
{
	bool busy = moved && p->queues.n;

	vec_each (&p->queues, q)
		busy |= q->backlog_packets > 0;
	return busy;
}

int space_read(struct space *p, uint64_t now, bool all, struct err *e)
{
	bool moved = true;
	int r = read_counters_of_all(p, &moved, e);

	all = all || r < 0 || p->stale || !same_ifaces(&p->ifaces, &p->states);
	if (r == 0 && (all || now - p->states_at >= SELDOM))
		r = read_states(p, now, e);
	if (r == 0 && (all || is_busy(p, moved) || now - p->queues_at >= SELDOM))
		r = read_queues(p, now, e);
	p->stale = r < 0;
	return r;
}
