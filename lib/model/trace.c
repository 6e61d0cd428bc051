/*
 * trace.c — see trace.h.
 */
#include "model/trace.h"

#include <errno.h>

#include "base/mem.h"

enum { HOPS_MAX = 64 }; /* the time to live that Linux gives */

static bool has_address(const struct model *m, const struct node *n, const struct ip *ip)
{
	vec_each (&n->loopback, a)
		if (ip_same_address(&a->ip, ip))
			return true;
	vec_each (&n->ports, p) {
		const struct link *l = p->link ? model_link(m, p->link) : NULL;

		if (!l)
			continue;
		vec_each (&l->end[p->end].addresses, a)
			if (ip_same_address(&a->ip, ip))
				return true;
	}
	return false;
}

/* Where a packet leaves a node, and whom it is for on that LAN. */
struct leap {
	const struct link *out;
	int end;
	struct ip next;
};

/* The node's interface on a subnet that has the address: its prefix length, or -1. */
static int find_subnet(const struct model *m, const struct node *n, const struct ip *to,
		       struct leap *ret)
{
	int best = -1;

	if (!model_next_hop(m, n, to, &ret->out, &ret->end))
		return -1;
	ret->next = *to;
	vec_each (&ret->out->end[ret->end].addresses, a) {
		struct ip subnet = ip_network(&a->ip);

		if (ip_within(to, &subnet) && a->ip.len > best)
			best = a->ip.len;
	}
	return best;
}

static bool find_leap(const struct model *m, const struct node *n, const struct ip *to,
		      struct leap *ret)
{
	int best = find_subnet(m, n, to, ret);
	uint32_t metric = 0;

	vec_each (&n->routes, r) {
		struct leap way = { .next = r->via };

		if (r->prefix.family != to->family || !ip_within(to, &r->prefix) ||
		    (int)r->prefix.len < best ||
		    ((int)r->prefix.len == best && r->metric >= metric) ||
		    !model_next_hop(m, n, &r->via, &way.out, &way.end))
			continue;
		best = r->prefix.len;
		metric = r->metric;
		*ret = way;
	}
	return best >= 0;
}

/* A link end that frames come out of, and the smallest MTU on their way. */
struct reached {
	const struct link *link;
	int end;
	int tag; /* the frames' VLAN tag; 0: none */
	uint32_t mtu;
	size_t before; /* the one in the queue that led to it; of the first, itself */
};
typedef VEC(struct reached) reached_vec;

static void add_way(const reached_vec *queue, size_t at, link_ids *links)
{
	const struct reached *r = &queue->v[at];

	if (r->before != at)
		add_way(queue, r->before, links);
	vec_push(links, r->link->id);
}

/* The node on the LAN behind the interface that has the address; NULL: none that can be
 * reached. */
static const struct node *find_on_lan(const struct model *m, const struct leap *leap,
				      uint32_t *mtu, link_ids *links)
{
	reached_vec queue = { 0 };
	const struct node *found = NULL;
	struct reached first = { leap->out, !leap->end, 0, leap->out->mtu, 0 };

	vec_push(&queue, first);
	for (size_t at = 0; at < queue.n && !found; at++) {
		struct reached r = queue.v[at];
		const struct node *n = model_node(m, r.link->end[r.end].node);
		int inside;

		if (!model_iface_up(m, r.link, 0) || !model_iface_up(m, r.link, 1))
			continue;
		if (n->kind != NODE_SWITCH) {
			if (r.tag || !has_address(m, n, &leap->next))
				continue;
			found = n;
			*mtu = r.mtu < *mtu ? r.mtu : *mtu;
			if (links)
				add_way(&queue, at, links);
			break;
		}
		inside = vlan_inside(m, r.link, r.end, (uint16_t)r.tag);
		vec_each (&n->ports, p) {
			const struct link *l = p->link ? model_link(m, p->link) : NULL;
			int tag = l && inside >= 0 ? vlan_outside(m, l, p->end, inside)
						   : -1;
			bool seen = false;

			vec_each (&queue, q)
				seen |= q->link == l && q->tag == tag;
			if (tag >= 0 && !seen)
				vec_push(&queue,
					 ((struct reached){
						 l, !p->end, tag,
						 l->mtu < r.mtu ? l->mtu : r.mtu, at }));
		}
	}
	vec_free(&queue);
	return found;
}

int trace_path(const struct model *m, uint32_t from, const struct ip *to,
	       uint32_t *ret_mtu, link_ids *links, struct err *e)
{
	const struct node *n = model_node(m, from);
	char text[IP_TEXT_MAX], iface[IFACE_TEXT_MAX];
	uint32_t mtu = UINT32_MAX;

	for (int hop = 0; hop < HOPS_MAX; hop++) {
		const struct node *next;
		struct leap leap;

		if (has_address(m, n, to)) {
			*ret_mtu = mtu;
			return 0;
		}
		if (!n->up)
			return err_set(e, EHOSTUNREACH, "%s is down", n->name);
		if (hop && n->kind != NODE_ROUTER)
			return err_set(e, EHOSTUNREACH,
				       "%s is a host, which does not forward", n->name);
		if (!find_leap(m, n, to, &leap))
			return err_set(e, ENETUNREACH, "%s has no route to %s", n->name,
				       ip_text(to, text));
		if (!model_iface_up(m, leap.out, leap.end))
			return err_set(e, EHOSTUNREACH, "%s is down",
				       iface_text(m, leap.out, leap.end, iface));
		next = find_on_lan(m, &leap, &mtu, links);
		if (!next)
			return err_set(e, EHOSTUNREACH, "%s finds nobody with %s at %s",
				       n->name, ip_text(&leap.next, text),
				       iface_text(m, leap.out, leap.end, iface));
		n = next;
	}
	return err_set(e, ELOOP, "packets for %s go round in a loop", ip_text(to, text));
}

const struct ip *trace_source(const struct model *m, uint32_t from, const struct ip *to)
{
	const struct node *n = model_node(m, from);
	const struct ip *source = NULL;
	struct leap leap;

	if (!find_leap(m, n, to, &leap))
		return NULL;
	vec_each (&leap.out->end[leap.end].addresses, a) {
		struct ip subnet = ip_network(&a->ip);

		if (!source && a->ip.family == to->family &&
		    ip_within(&leap.next, &subnet))
			source = &a->ip;
	}
	return source;
}
