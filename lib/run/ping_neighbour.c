/*
 * ping_neighbour.c — many first contacts on one LAN, and the neighbour table.
 *
 * A ping to a neighbour leaves an ARP entry at both of its ends. Linux counts
 * the entries of all namespaces together and holds at most gc_thresh3 of them
 * (1024 unless root of the machine raised it); one younger than 5 s is never
 * dropped for a new one. So `pingall` on a LAN of 33 hosts fills the table,
 * and what then fails is silent: a target that cannot note who asks does not
 * answer ARP at all.
 *
 * Where the pings of a run could come near that number, this module takes care
 * of it: both directions of a pair are sent next to each other, since they
 * share their two entries; few pairs are under way at once; and the entries
 * are removed at both ends a while after the answer, except those that
 * somebody made permanent. The next packet between the two asks by ARP again,
 * as it does after a minute of silence anyway.
 *
 * ARP asks everybody: on a LAN of 200 a first contact is 200 packets at once, and
 * a CPU queues no more than 1000 (net.core.netdev_max_backlog) before it drops
 * some. So only as many contacts are made in one burst as fit into that. (It is
 * done with a burst when the answers to it came, or a few milliseconds later: links
 * with a delay must not slow a run down to a burst per round trip.)
 *
 * Removing is one SIOCDARP on the raw socket which the node has anyway. IPv6
 * has no such call: there the limit is only met by sending later (ENOBUFS).
 */
#include "run/ping_neighbour.h"

#include <errno.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/file.h"
#include "base/mem.h"

enum {
	LIMIT_DEFAULT = 1024, /* gc_thresh3, kernel net/ipv4/arp.c */
	SHARE = 4, /* of the table may be used: each ping has 2 entries, others have some
		    */
	SHARE_UNDER_WAY = 16,	/* and of that, under way, and as many answered lately */
	BACKLOG_DEFAULT = 1000, /* netdev_max_backlog, kernel net/core/hotdata.c */
};

/* Who has an IPv4 address, and on which interface. */
struct owner {
	uint32_t address; /* network byte order */
	uint32_t node;
	unsigned iface; /* eth<iface> */
};

struct pair {
	uint64_t key; /* both nodes, the lower id first */
	uint32_t index;
};

struct ping_neighbours {
	struct ping_sources *sources;
	const struct ping *pings;
	VEC(struct owner) owners; /* by address */
	uint32_t *order;
	unsigned room, burst;
	VEC(uint32_t) decided; /* pings, in the order they were decided */
	size_t tidied;	       /* so many of them have no entries any more */
};

static uint32_t address_of(const struct ip *ip)
{
	uint32_t a;

	memcpy(&a, ip->b, sizeof(a));
	return a;
}

/* A setting of the machine; elsewhere than in its own namespace there is no such file. */
static unsigned long setting(const char *path, unsigned long otherwise)
{
	cleanup_free char *text = NULL;
	unsigned long value;
	size_t n;

	if (file_read(path, 64, &text, &n, NULL) < 0)
		return otherwise;
	value = strtoul(text, NULL, 10);
	return value ? value : otherwise;
}

/* The interface through which the node reaches a neighbour; false: a router is between.
 */
static bool on_lan(const struct model *m, uint32_t from, const struct ip *to,
		   const struct iface **ret)
{
	const struct node *node = model_node(m, from);
	const struct link *link;
	int end;

	if (!node || to->family != AF_INET || !model_next_hop(m, node, to, &link, &end))
		return false;
	*ret = &link->end[end];
	return true;
}

/* ---- the order ---- */

static int owner_compare(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

static const struct owner *owner_find(const struct ping_neighbours *nb,
				      const struct ip *ip)
{
	struct owner key = { .address = address_of(ip) };

	if (nb->owners.n == 0)
		return NULL;
	return bsearch(&key, nb->owners.v, nb->owners.n, sizeof(key), owner_compare);
}

static void owners_collect(struct ping_neighbours *nb, const struct model *m)
{
	for (size_t n = 0; n < 2 * m->links.n; n++) {
		const struct iface *i = &m->links.v[n / 2]->end[n & 1];

		for (size_t k = 0; k < i->addresses.n; k++) {
			struct owner o = { .node = i->node, .iface = i->index };

			if (i->addresses.v[k].ip.family != AF_INET)
				continue;
			o.address = address_of(&i->addresses.v[k].ip);
			vec_push(&nb->owners, o);
		}
	}
	if (nb->owners.n)
		qsort(nb->owners.v, nb->owners.n, sizeof(*nb->owners.v), owner_compare);
}

static int number_compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* How many addresses the largest subnet has, which is how many ARP asks. */
static size_t largest_lan(const struct model *m)
{
	VEC(uint32_t) networks = { NULL, 0, 0 };
	size_t run = 0, most = 1;

	for (size_t n = 0; n < 2 * m->links.n; n++) {
		const struct iface *i = &m->links.v[n / 2]->end[n & 1];

		for (size_t k = 0; k < i->addresses.n; k++) {
			struct ip network = ip_network(&i->addresses.v[k].ip);

			if (network.family == AF_INET)
				vec_push(&networks, address_of(&network));
		}
	}
	if (networks.n)
		qsort(networks.v, networks.n, sizeof(*networks.v), number_compare);
	for (size_t k = 0; k < networks.n; k++) {
		run = k > 0 && networks.v[k] == networks.v[k - 1] ? run + 1 : 1;
		most = run > most ? run : most;
	}
	vec_free(&networks);
	return most;
}

static int pair_compare(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static void order_make(struct ping_neighbours *nb, size_t n)
{
	cleanup_free struct pair *pairs = mem_resize(NULL, n, sizeof(*pairs));

	for (size_t i = 0; i < n; i++) {
		const struct ping *p = &nb->pings[i];
		const struct owner *o = p->to.family == AF_INET ? owner_find(nb, &p->to)
								: NULL;
		uint32_t a = p->from, b = o ? o->node : p->from;

		pairs[i].key = a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
		pairs[i].index = (uint32_t)i;
	}
	qsort(pairs, n, sizeof(*pairs), pair_compare);
	nb->order = mem_resize(NULL, n, sizeof(*nb->order));
	for (size_t i = 0; i < n; i++)
		nb->order[i] = pairs[i].index;
}

struct ping_neighbours *ping_neighbours_plan(struct ping_sources *s,
					     const struct ping *pings, size_t n,
					     const uint32_t **ret_order)
{
	unsigned long limit =
		setting("/proc/sys/net/ipv4/neigh/default/gc_thresh3", LIMIT_DEFAULT);
	unsigned long backlog =
		setting("/proc/sys/net/core/netdev_max_backlog", BACKLOG_DEFAULT);
	const struct iface *out;
	struct ping_neighbours *nb;
	size_t contacts = 0;

	for (size_t i = 0; i < n && contacts <= limit / SHARE; i++)
		contacts += on_lan(s->net->model, pings[i].from, &pings[i].to, &out);
	if (contacts <= limit / SHARE)
		return NULL;
	nb = mem_alloc(sizeof(*nb));
	nb->sources = s;
	nb->pings = pings;
	nb->room = (unsigned)(limit / SHARE_UNDER_WAY) + 1;
	/* two pings make one contact; half of the queue is for others */
	nb->burst = 2 * (unsigned)(backlog / 2 / largest_lan(s->net->model));
	nb->burst = nb->burst < 2 ? 2 : nb->burst;
	owners_collect(nb, s->net->model);
	order_make(nb, n);
	*ret_order = nb->order;
	return nb;
}

unsigned ping_neighbours_room(const struct ping_neighbours *nb)
{
	return nb->room;
}

unsigned ping_neighbours_burst(const struct ping_neighbours *nb)
{
	return nb->burst;
}

/* ---- removing ---- */

static void forget(struct ping_neighbours *nb, uint32_t node, unsigned iface,
		   uint32_t address)
{
	struct ping_source *src = ping_source_get(nb->sources, node, AF_INET);
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = address };
	struct arpreq req = { .arp_flags = 0 };

	if (!src || ping_source_open(nb->sources, src, NULL) < 0)
		return; /* the kernel forgets by itself, later */
	memcpy(&req.arp_pa, &in, sizeof(in));
	snprintf(req.arp_dev, sizeof(req.arp_dev), "eth%u", iface);
	if (ioctl(src->fd, SIOCGARP, &req) < 0 || req.arp_flags & ATF_PERM)
		return;
	req.arp_flags = 0;
	memset(&req.arp_ha, 0, sizeof(req.arp_ha));
	(void)ioctl(src->fd, SIOCDARP, &req);
}

static void forget_ping(struct ping_neighbours *nb, const struct ping *p)
{
	const struct iface *out;
	const struct owner *o;

	if (!on_lan(nb->sources->net->model, p->from, &p->to, &out))
		return;
	forget(nb, p->from, out->index, address_of(&p->to));
	o = owner_find(nb, &p->to);
	if (!o || o->node == p->from)
		return;
	for (size_t k = 0; k < out->addresses.n; k++) {
		const struct ip *own = &out->addresses.v[k].ip;

		if (own->family == AF_INET && ip_within(&p->to, own))
			forget(nb, o->node, o->iface, address_of(own));
	}
}

static void tidy(struct ping_neighbours *nb, size_t keep)
{
	while (nb->decided.n - nb->tidied > keep)
		forget_ping(nb, &nb->pings[nb->decided.v[nb->tidied++]]);
	if (nb->tidied > 4096) { /* what is done with is not worth the memory */
		memmove(nb->decided.v, nb->decided.v + nb->tidied,
			(nb->decided.n - nb->tidied) * sizeof(*nb->decided.v));
		nb->decided.n -= nb->tidied;
		nb->tidied = 0;
	}
}

void ping_neighbours_decided(struct ping_neighbours *nb, uint32_t index)
{
	vec_push(&nb->decided, index);
}

void ping_neighbours_tidy(struct ping_neighbours *nb)
{
	tidy(nb, nb->room);
}

void ping_neighbours_end(struct ping_neighbours *nb)
{
	if (!nb)
		return;
	tidy(nb, 0);
	vec_free(&nb->decided);
	vec_free(&nb->owners);
	free(nb->order);
	free(nb);
}
