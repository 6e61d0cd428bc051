/*
 * way.c — see way.h. From node to node by routes, and within a LAN by a breadth-first
 * search over its switches from where the packet leaves the node.
 */
#include "model/way.h"

#include <stdlib.h>

enum { HOPS_MAX = 255 }; /* an IPv4 packet goes no further; an end for loops */

struct way {
	const struct model *m;
	const uint32_t *links;
	size_t n;
};

static int by_id(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool wanted(const struct way *w, uint32_t link)
{
	return w->n && bsearch(&link, w->links, w->n, sizeof(link), by_id);
}

static bool has_address(const struct model *m, const struct node *n, const struct ip *ip)
{
	vec_each (&n->loopback, a)
		if (ip_same_address(&a->ip, ip))
			return true;
	vec_each (&n->ports, p) {
		const struct link *l = p->link ? model_link(m, p->link) : NULL;

		if (l)
			vec_each (&l->end[p->end].addresses, a)
				if (ip_same_address(&a->ip, ip))
					return true;
	}
	return false;
}

/* Where to send it next, and out of which end; false: nowhere. */
static bool next_hop(const struct model *m, const struct node *n, const struct ip *to,
		     struct ip *ret_via, const struct link **ret_link, int *ret_end)
{
	const struct route *best = NULL;

	*ret_via = *to;
	if (model_next_hop(m, n, to, ret_link, ret_end))
		return true;
	vec_each (&n->routes, r) {
		if (r->prefix.family != to->family || !ip_within(to, &r->prefix))
			continue;
		if (!best || r->prefix.len > best->prefix.len ||
		    (r->prefix.len == best->prefix.len && r->metric < best->metric))
			best = r;
	}
	if (!best)
		return false;
	*ret_via = best->via;
	return model_next_hop(m, n, &best->via, ret_link, ret_end);
}

/* A node that a search in a LAN came to. */
struct visit {
	uint32_t node, link; /* over which it came */
	size_t from;	     /* visit before it */
};

struct search {
	VEC(struct visit) v;
};

static void visit(struct search *s, const struct link *l, int end, size_t from)
{
	struct visit next = { .node = l->end[end].node, .link = l->id, .from = from };

	vec_each (&s->v, p)
		if (p->node == next.node)
			return;
	vec_push(&s->v, next);
}

/* The visit that has the address; SIZE_MAX: none does. */
static size_t find(const struct way *w, struct search *s, const struct ip *ip)
{
	for (size_t i = 0; i < s->v.n; i++) {
		const struct node *n = model_node(w->m, s->v.v[i].node);

		if (has_address(w->m, n, ip))
			return i;
		if (n->kind != NODE_SWITCH)
			continue;
		vec_each (&n->ports, p) {
			const struct link *l = p->link ? model_link(w->m, p->link) : NULL;

			if (l)
				visit(s, l, !p->end, i);
		}
	}
	return SIZE_MAX;
}

/* Out of that end to the node with the address, which is returned; NULL: it is not there.
 * *ret_takes: over a link that is wanted. */
static const struct node *cross(const struct way *w, const struct link *l, int end,
				const struct ip *ip, bool *ret_takes)
{
	struct search s = { 0 };
	const struct node *n = NULL;
	bool takes = false;
	size_t at;

	visit(&s, l, !end, SIZE_MAX);
	at = find(w, &s, ip);
	if (at != SIZE_MAX)
		n = model_node(w->m, s.v.v[at].node);
	for (; at != SIZE_MAX; at = s.v.v[at].from)
		takes |= wanted(w, s.v.v[at].link);
	vec_free(&s.v);
	*ret_takes = takes;
	return n;
}

bool model_way_takes(const struct model *m, uint32_t node, const struct ip *to,
		     const uint32_t *links, size_t n)
{
	const struct way w = { .m = m, .links = links, .n = n };
	const struct node *at = model_node(m, node);
	bool takes = false;

	for (int i = 0; i < HOPS_MAX && at; i++) {
		const struct link *l;
		bool here;
		struct ip via;
		int end;

		if (has_address(m, at, to))
			return takes;
		if (!next_hop(m, at, to, &via, &l, &end))
			return false;
		at = cross(&w, l, end, &via, &here);
		takes |= here;
	}
	return false;
}
