/*
 * lan.c — finding the broadcast domains: union-find over the links, where each
 * switch unites the links it has. One that knows VLANs unites those of each VLAN; then
 * what is inside of every switch, by VLAN, is an item of its own, behind the links.
 */
#include "model/lan.h"

#include <stdlib.h>

static void *array(size_t n, size_t size)
{
	return mem_resize(NULL, n, size);
}

/* Where an id stands in rising ids; it must be there. */
static uint32_t place(const uint32_t *ids, size_t n, uint32_t id)
{
	size_t low = 0;

	while (n > 1) {
		size_t half = n / 2;

		low += ids[low + half] <= id ? half : 0;
		n -= half;
	}
	return (uint32_t)low;
}

static void find_places(struct lans *l)
{
	const struct model *m = l->m;
	uint32_t *node_ids = array(m->nodes.n, sizeof(*node_ids));

	for (size_t i = 0; i < m->nodes.n; i++)
		node_ids[i] = m->nodes.v[i]->id;
	for (size_t i = 0; i < m->links.n; i++) {
		const struct link *link = m->links.v[i];

		l->link_ids[i] = link->id;
		for (int end = 0; end < 2; end++)
			l->node_of[2 * i + end] =
				place(node_ids, m->nodes.n, link->end[end].node);
	}
	free(node_ids);
}

static uint32_t root(uint32_t *up, uint32_t i)
{
	for (; up[i] != i; i = up[i])
		up[i] = up[up[i]];
	return i;
}

/* The root of a set is its oldest link. A set without one has no LAN. */
static void unite(uint32_t *up, uint32_t a, uint32_t b)
{
	a = root(up, a);
	b = root(up, b);
	if (a < b)
		up[b] = a;
	else
		up[a] = b;
}

static bool counts(const struct lans *l, size_t link, enum lan_scope scope)
{
	const struct link *k = l->m->links.v[link];

	return scope == LAN_ALL ||
	       (model_iface_up(l->m, k, 0) && model_iface_up(l->m, k, 1));
}

static bool is_switch(const struct lans *l, lan_end at)
{
	return lan_node(l, at)->kind == NODE_SWITCH;
}

/* ---- VLANs ---- */

enum { INSIDES = VLAN_MAX + 1 };

/* What is inside of switches. */
struct insides {
	uint32_t **item_of;   /* [node's place][VLAN or tag]: its item, or 0 */
	bool tagged[INSIDES]; /* that some trunk has; 0: untagged frames */
	bool any;	      /* a switch knows VLANs */
	VEC(uint32_t) up;
};

static void find_tags(struct insides *x, const struct lans *l)
{
	x->tagged[0] = true;
	for (size_t i = 0; i < l->m->nodes.n; i++)
		x->any |= l->m->nodes.v[i]->vlan;
	for (lan_end at = 0; x->any && at < 2 * l->m->links.n; at++)
		vec_each (&lan_iface(l, at)->vlans.tagged, r)
			for (int id = r->first; id <= r->last; id++)
				x->tagged[id] = true;
}

static uint32_t item_inside(struct insides *x, const struct lans *l, lan_end at,
			    int inside)
{
	uint32_t **of = &x->item_of[l->node_of[at]];

	if (!*of)
		*of = mem_alloc(INSIDES * sizeof(**of));
	if (!(*of)[inside]) {
		uint32_t item = (uint32_t)x->up.n;

		vec_push(&x->up, item);
		(*of)[inside] = item;
	}
	return (*of)[inside];
}

/* A link between switches unites what a frame is on both sides, for each tag it may have;
 * the LAN that it is in is that of untagged frames. */
static void unite_insides(struct insides *x, const struct lans *l, uint32_t i)
{
	const struct link *k = l->m->links.v[i];

	for (int tag = 0; tag < INSIDES; tag++) {
		uint32_t item[2] = { i, i };
		bool passes = x->tagged[tag];

		for (int end = 0; end < 2 && passes; end++) {
			lan_end at = 2 * i + (uint32_t)end;
			int inside = is_switch(l, at)
					     ? vlan_inside(l->m, k, end, (uint16_t)tag)
				     : tag ? -1
					   : 0;

			passes = inside >= 0;
			if (passes && is_switch(l, at))
				item[end] = item_inside(x, l, at, inside);
		}
		if (!passes)
			continue;
		unite(x->up.v, item[0], item[1]);
		if (!tag)
			unite(x->up.v, i, item[0]);
	}
}

static void find_sets_by_vlan(struct lans *l, enum lan_scope scope, struct insides *x)
{
	size_t n_links = l->m->links.n;

	x->item_of = mem_alloc((l->m->nodes.n + 1) * sizeof(*x->item_of));
	for (uint32_t i = 0; i < n_links; i++)
		vec_push(&x->up, i);
	for (uint32_t i = 0; i < n_links; i++)
		if (counts(l, i, scope))
			unite_insides(x, l, i);
	for (uint32_t i = 0; i < n_links; i++)
		l->lan_of[i] = counts(l, i, scope) ? root(x->up.v, i) : LAN_NOWHERE;
	for (size_t i = 0; i < l->m->nodes.n; i++)
		free(x->item_of[i]);
	free(x->item_of);
	vec_free(&x->up);
}

/* ---- sets ---- */

/* Leaves the root of each link's set in lan_of. */
static void find_sets(struct lans *l, enum lan_scope scope)
{
	size_t n_links = l->m->links.n, n_nodes = l->m->nodes.n;
	uint32_t *up, *seen; /* a switch's first link */
	struct insides x = { 0 };

	find_tags(&x, l);
	if (x.any) {
		find_sets_by_vlan(l, scope, &x);
		return;
	}
	up = array(n_links, sizeof(*up));
	seen = array(n_nodes, sizeof(*seen));
	for (size_t i = 0; i < n_nodes; i++)
		seen[i] = LAN_NOWHERE;
	for (uint32_t i = 0; i < n_links; i++) {
		up[i] = i;
		l->lan_of[i] = LAN_NOWHERE;
		if (!counts(l, i, scope))
			continue;
		l->lan_of[i] = i;
		for (uint32_t end = 0; end < 2; end++) {
			uint32_t node = l->node_of[2 * i + end];

			if (!is_switch(l, 2 * i + end))
				continue;
			if (seen[node] == LAN_NOWHERE)
				seen[node] = i;
			unite(up, i, seen[node]);
		}
	}
	for (uint32_t i = 0; i < n_links; i++)
		if (l->lan_of[i] != LAN_NOWHERE)
			l->lan_of[i] = root(up, i);
	free(up);
	free(seen);
}

/* From roots to numbers, and the list of each LAN's links. */
static void number_sets(struct lans *l)
{
	size_t n_links = l->m->links.n;

	/* a root comes before the other links of its set */
	for (uint32_t i = 0; i < n_links; i++)
		if (l->lan_of[i] != LAN_NOWHERE)
			l->lan_of[i] = l->lan_of[i] == i ? l->n++
							 : l->lan_of[l->lan_of[i]];
	l->first = mem_alloc((l->n + 2) * sizeof(*l->first));
	for (size_t i = 0; i < n_links; i++)
		if (l->lan_of[i] != LAN_NOWHERE)
			l->first[l->lan_of[i] + 2]++;
	for (size_t i = 2; i < l->n + 2; i++)
		l->first[i] += l->first[i - 1];
	for (uint32_t i = 0; i < n_links; i++)
		if (l->lan_of[i] != LAN_NOWHERE)
			l->links[l->first[l->lan_of[i] + 1]++] = i;
}

void lans_find(struct lans *l, const struct model *m, enum lan_scope scope)
{
	*l = (struct lans){
		.m = m,
		.node_of = array(2 * m->links.n, sizeof(*l->node_of)),
		.lan_of = array(m->links.n, sizeof(*l->lan_of)),
		.links = array(m->links.n, sizeof(*l->links)),
		.link_ids = array(m->links.n, sizeof(*l->link_ids)),
	};
	find_places(l);
	find_sets(l, scope);
	number_sets(l);
}

void lans_free(struct lans *l)
{
	free(l->node_of);
	free(l->lan_of);
	free(l->first);
	free(l->links);
	free(l->link_ids);
	*l = (struct lans){ 0 };
}

bool lans_port(const struct lans *l, const struct port *p, lan_end *ret)
{
	if (!p->link)
		return false;
	*ret = 2 * place(l->link_ids, l->m->links.n, p->link) + (unsigned)p->end;
	return true;
}

char *lans_text(const struct lans *l, uint32_t lan)
{
	for (uint32_t i = l->first[lan]; i < l->first[lan + 1]; i++)
		for (uint32_t end = 0; end < 2; end++) {
			const struct node *n = lan_node(l, 2 * l->links[i] + end);

			if (n->kind == NODE_SWITCH)
				return mem_strdup(n->name);
		}
	return link_text(l->m, l->m->links.v[l->links[l->first[lan]]]);
}
