/*
 * paths.c — `route auto`: shortest paths for a whole network.
 *
 * Destinations are the prefixes that routers are on (and their loopback
 * addresses). From each, a breadth-first search goes outwards: it begins with
 * the routers on it, and what a router meets on its LANs for the first time
 * gets a route through that router's address there. A hop is the way across
 * one LAN, over links that are up, whatever switches are in between. Each
 * level is walked in order of the nodes, so ties go to the one added first.
 *
 * Only routers carry on; hosts in several LANs are met, and go no further. A
 * LAN whose members were all met is not looked at again, so that a search
 * costs no more than there are interfaces, and all of them together not much
 * more than the routes they result in.
 */
#include <arpa/inet.h>
#include <errno.h>

#include "model/lan.h"

/* All routes together; a network that needs more is out of reach of this way. */
enum { ROUTES_MAX = 2000000 };

/* A prefix that no route of the node goes to. */
struct barred {
	struct ip prefix;
	bool own; /* the node is on it (else: a route was typed) */
};

/* A router, or a host in several LANs. */
struct hop {
	uint32_t met;		   /* the last search that came here */
	VEC(lan_end) ends;	   /* those that are up, by interface number */
	VEC(struct barred) barred; /* sorted */
	size_t next;		   /* the first one that is not before the prefix */
	VEC(struct route) routes;  /* the result */
};

/* A router on a prefix. */
struct source {
	struct ip prefix;
	uint32_t node; /* place */
};

typedef VEC(uint32_t) place_vec;

struct paths {
	struct model *m;
	struct lans lans; /* of links that are up */
	struct hop *hop;  /* [node's place] */
	VEC(struct source) sources;
	uint32_t *first;     /* [LAN + 1]: where its members begin */
	lan_end *members;    /* ends of those that are met */
	uint32_t *exhausted; /* [LAN]: the last search that met all members */
	uint32_t search;     /* number of the one under way, from 1 */
};

/* ---- who takes part ---- */

static void find_ends(struct paths *p)
{
	for (uint32_t i = 0; i < p->m->nodes.n; i++) {
		const struct node *n = p->m->nodes.v[i];
		lan_end at;

		if (n->kind == NODE_SWITCH)
			continue;
		vec_each (&n->ports, port)
			if (lans_port(&p->lans, port, &at) &&
			    p->lans.lan_of[at / 2] != LAN_NOWHERE)
				vec_push(&p->hop[i].ends, at);
	}
}

static bool in_several_lans(const struct paths *p, uint32_t node)
{
	const struct hop *h = &p->hop[node];

	vec_each (&h->ends, at)
		if (p->lans.lan_of[*at / 2] != p->lans.lan_of[h->ends.v[0] / 2])
			return true;
	return false;
}

static bool takes_part(const struct paths *p, uint32_t node)
{
	enum node_kind kind = p->m->nodes.v[node]->kind;

	return kind == NODE_ROUTER || (kind == NODE_HOST && in_several_lans(p, node));
}

/* The ends on each LAN, in order of their nodes. */
static void find_members(struct paths *p)
{
	uint32_t *at;

	p->first = mem_alloc((p->lans.n + 2) * sizeof(*p->first));
	p->members = mem_alloc(2 * p->m->links.n * sizeof(*p->members));
	for (uint32_t i = 0; i < p->m->nodes.n; i++)
		if (takes_part(p, i))
			vec_each (&p->hop[i].ends, end)
				p->first[p->lans.lan_of[*end / 2] + 2]++;
	for (uint32_t i = 2; i < p->lans.n + 2; i++)
		p->first[i] += p->first[i - 1];
	at = p->first + 1;
	for (uint32_t i = 0; i < p->m->nodes.n; i++)
		if (takes_part(p, i))
			vec_each (&p->hop[i].ends, end)
				p->members[at[p->lans.lan_of[*end / 2]]++] = *end;
}

/* ---- destinations ---- */

static bool is_link_local(const struct ip *ip)
{
	return ip->family == AF_INET6 && ip->b[0] == 0xfe && (ip->b[1] & 0xc0) == 0x80;
}

static int compare_sources(const void *a, const void *b)
{
	const struct source *x = a, *y = b;
	int r = ip_compare(&x->prefix, &y->prefix);

	return r ? r : (x->node > y->node) - (x->node < y->node);
}

static void find_sources(struct paths *p)
{
	for (uint32_t i = 0; i < p->m->nodes.n; i++) {
		const struct node *n = p->m->nodes.v[i];

		if (n->kind != NODE_ROUTER || !n->up)
			continue;
		/* to where no network of the model is */
		if (n->nat)
			vec_push(&p->sources,
				 ((struct source){ { .family = AF_INET }, i }));
		vec_each (&n->loopback, a) {
			struct source s = { .prefix = a->ip, .node = i };

			s.prefix.len = (uint8_t)ip_bits(&a->ip);
			vec_push(&p->sources, s);
		}
		vec_each (&p->hop[i].ends, at)
			vec_each (&lan_iface(&p->lans, *at)->addresses, a) {
				struct source s = { ip_network(&a->ip), i };

				if (!is_link_local(&a->ip))
					vec_push(&p->sources, s);
			}
	}
	if (p->sources.n)
		qsort(p->sources.v, p->sources.n, sizeof(*p->sources.v), compare_sources);
}

static int compare_barred(const void *a, const void *b)
{
	const struct barred *x = a, *y = b;
	int r = ip_compare(&x->prefix, &y->prefix);

	return r ? r : y->own - x->own;
}

/* Prefixes the node is on, even where its interface is down, and typed routes. */
static void find_barred(struct paths *p, uint32_t node)
{
	const struct node *n = p->m->nodes.v[node];
	struct hop *h = &p->hop[node];

	vec_each (&n->ports, port) {
		lan_end at;

		if (!lans_port(&p->lans, port, &at))
			continue;
		vec_each (&lan_iface(&p->lans, at)->addresses, a)
			vec_push(&h->barred,
				 ((struct barred){ ip_network(&a->ip), true }));
	}
	vec_each (&n->loopback, a) {
		struct ip lone = a->ip;

		lone.len = (uint8_t)ip_bits(&lone);
		vec_push(&h->barred, ((struct barred){ lone, true }));
	}
	vec_each (&n->routes, r)
		if (r->origin != ROUTE_PATH)
			vec_push(&h->barred, ((struct barred){ r->prefix, false }));
	if (h->barred.n)
		qsort(h->barred.v, h->barred.n, sizeof(*h->barred.v), compare_barred);
}

/* Prefixes are asked about in rising order; NULL: not barred. */
static const struct barred *is_barred(struct hop *h, const struct ip *prefix)
{
	while (h->next < h->barred.n &&
	       ip_compare(&h->barred.v[h->next].prefix, prefix) < 0)
		h->next++;
	if (h->next < h->barred.n && ip_equal(&h->barred.v[h->next].prefix, prefix))
		return &h->barred.v[h->next];
	return NULL;
}

/* ---- the search ---- */

/* The first address of the family at `there` that `from` reaches; NULL: none. */
static const struct ip *next_hop(const struct paths *p, lan_end from, lan_end there,
				 int family)
{
	vec_each (&lan_iface(&p->lans, there)->addresses, via)
		if (via->ip.family == family)
			vec_each (&lan_iface(&p->lans, from)->addresses, own)
				if (ip_within(&via->ip, &own->ip) &&
				    !ip_same_address(&via->ip, &own->ip))
					return &via->ip;
	return NULL;
}

static struct route path(const struct ip *prefix, const struct ip *via)
{
	struct route r = { .prefix = *prefix, .via = *via, .origin = ROUTE_PATH };

	r.via.len = (uint8_t)ip_bits(via);
	return r;
}

/* A node is met for the first time: its route, and whether it carries on. */
static void meet(struct paths *p, uint32_t node, const struct ip *prefix,
		 const struct ip *via, place_vec *level)
{
	struct hop *h = &p->hop[node];
	const struct barred *b = is_barred(h, prefix);

	h->met = p->search;
	if (!b)
		vec_push(&h->routes, path(prefix, via));
	/* one that has the prefix on an interface that is down drops what it gets */
	if (p->m->nodes.v[node]->kind == NODE_ROUTER && (!b || !b->own))
		vec_push(level, node);
}

/* What stands on the LAN behind a router's end. */
static void cross(struct paths *p, lan_end there, const struct ip *prefix,
		  place_vec *level)
{
	uint32_t lan = p->lans.lan_of[there / 2];
	bool all = true;

	if (p->exhausted[lan] == p->search)
		return;
	for (uint32_t i = p->first[lan]; i < p->first[lan + 1]; i++) {
		lan_end from = p->members[i];
		uint32_t node = p->lans.node_of[from];
		const struct ip *via;

		if (p->hop[node].met == p->search)
			continue;
		via = next_hop(p, from, there, prefix->family);
		if (via)
			meet(p, node, prefix, via, level);
		else
			all = false;
	}
	if (all)
		p->exhausted[lan] = p->search;
}

static int compare_places(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* From the n routers on a prefix outwards. level and next are scratch. */
static void search(struct paths *p, const struct source *from, size_t n, place_vec *level,
		   place_vec *next)
{
	p->search++;
	level->n = 0;
	for (size_t i = 0; i < n; i++) {
		if (p->hop[from[i].node].met == p->search)
			continue; /* on the prefix with two interfaces */
		p->hop[from[i].node].met = p->search;
		vec_push(level, from[i].node);
	}
	while (level->n) {
		place_vec swap = *level;

		next->n = 0;
		vec_each (level, node)
			vec_each (&p->hop[*node].ends, at)
				cross(p, *at, &from->prefix, next);
		if (next->n > 1)
			qsort(next->v, next->n, sizeof(*next->v), compare_places);
		*level = *next;
		*next = swap;
	}
}

static size_t same_prefix(const struct paths *p, size_t at)
{
	size_t n = 1;

	while (at + n < p->sources.n &&
	       ip_equal(&p->sources.v[at].prefix, &p->sources.v[at + n].prefix))
		n++;
	return n;
}

static int check_size(const struct paths *p, struct err *e)
{
	uint64_t prefixes = 0, nodes = 0;

	for (size_t i = 0; i < p->sources.n; i += same_prefix(p, i))
		prefixes++;
	for (uint32_t i = 0; i < p->m->nodes.n; i++)
		nodes += takes_part(p, i);
	if (nodes * prefixes <= ROUTES_MAX)
		return 0;
	err_set(e, E2BIG,
		"routes from %llu nodes to %llu subnets are more than the %d that fit",
		(unsigned long long)nodes, (unsigned long long)prefixes, ROUTES_MAX);
	err_hint(e, "type routes that cover many subnets each");
	return -E2BIG;
}

/* ---- hosts in one LAN ---- */

static bool has_default(const struct node *n, int family)
{
	vec_each (&n->routes, r)
		if (r->origin != ROUTE_PATH && r->prefix.len == 0 &&
		    r->prefix.family == family)
			return true;
	return false;
}

/* Through the router on its LAN that was added first. */
static void find_default(struct paths *p, uint32_t host, int family)
{
	struct ip prefix = { .family = (uint8_t)family };
	struct hop *h = &p->hop[host];
	uint32_t lan = p->lans.lan_of[h->ends.v[0] / 2];

	if (has_default(p->m->nodes.v[host], family))
		return;
	for (uint32_t i = p->first[lan]; i < p->first[lan + 1]; i++) {
		if (lan_node(&p->lans, p->members[i])->kind != NODE_ROUTER)
			continue;
		vec_each (&h->ends, from) {
			const struct ip *via = next_hop(p, *from, p->members[i], family);

			if (!via)
				continue;
			vec_push(&h->routes, path(&prefix, via));
			return;
		}
	}
}

/* ---- writing the result ---- */

static bool same_route(const struct route *a, const struct route *b)
{
	return ip_equal(&a->prefix, &b->prefix) && ip_equal(&a->via, &b->via) &&
	       a->metric == b->metric;
}

/* Whether the node's ROUTE_PATH routes are these, in this order. */
static bool as_found(const struct node *n, const struct hop *h)
{
	size_t i = 0;

	vec_each (&n->routes, r)
		if (r->origin == ROUTE_PATH &&
		    (i == h->routes.n || !same_route(r, &h->routes.v[i++])))
			return false;
	return i == h->routes.n;
}

static void write_routes(struct paths *p, uint32_t node)
{
	const struct hop *h = &p->hop[node];
	struct node *n = p->m->nodes.v[node];
	size_t kept = 0;

	if (as_found(n, h))
		return;
	n = model_edit_node(p->m, n->id);
	vec_each (&n->routes, r)
		if (r->origin != ROUTE_PATH)
			n->routes.v[kept++] = *r;
	n->routes.n = kept;
	vec_reserve(&n->routes, kept + h->routes.n);
	vec_each (&h->routes, r)
		vec_push(&n->routes, *r);
}

static void find_all(struct paths *p)
{
	place_vec level = { 0 }, next = { 0 };

	for (size_t i = 0, n; i < p->sources.n; i += n) {
		n = same_prefix(p, i);
		search(p, &p->sources.v[i], n, &level, &next);
	}
	vec_free(&level);
	vec_free(&next);
	for (uint32_t i = 0; i < p->m->nodes.n; i++) {
		const struct node *n = p->m->nodes.v[i];

		if (n->kind != NODE_HOST || !p->hop[i].ends.n || in_several_lans(p, i))
			continue;
		find_default(p, i, AF_INET);
		find_default(p, i, AF_INET6);
	}
	for (uint32_t i = 0; i < p->m->nodes.n; i++)
		write_routes(p, i);
}

static void paths_free(struct paths *p)
{
	for (size_t i = 0; i < p->m->nodes.n; i++) {
		vec_free(&p->hop[i].ends);
		vec_free(&p->hop[i].barred);
		vec_free(&p->hop[i].routes);
	}
	free(p->hop);
	vec_free(&p->sources);
	free(p->first);
	free(p->members);
	free(p->exhausted);
	lans_free(&p->lans);
}

int model_route_auto(struct model *m, struct err *e)
{
	struct paths p = { .m = m, .hop = mem_alloc(m->nodes.n * sizeof(*p.hop)) };
	int r;

	lans_find(&p.lans, m, LAN_UP);
	p.exhausted = mem_alloc(p.lans.n * sizeof(*p.exhausted));
	find_ends(&p);
	find_members(&p);
	find_sources(&p);
	for (uint32_t i = 0; i < m->nodes.n; i++)
		if (takes_part(&p, i))
			find_barred(&p, i);
	r = check_size(&p, e);
	if (r == 0)
		find_all(&p);
	paths_free(&p);
	return r;
}
