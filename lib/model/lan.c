/*
 * lan.c — finding the broadcast domains: union-find over the links, where each
 * switch unites the links it has.
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

/* The root of a set is its oldest link. */
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

/* Leaves the root of each link's set in lan_of. */
static void find_sets(struct lans *l, enum lan_scope scope)
{
	size_t n_links = l->m->links.n, n_nodes = l->m->nodes.n;
	uint32_t *up = array(n_links, sizeof(*up));
	uint32_t *seen = array(n_nodes, sizeof(*seen)); /* a switch's first link */

	for (size_t i = 0; i < n_nodes; i++)
		seen[i] = LAN_NOWHERE;
	for (uint32_t i = 0; i < n_links; i++) {
		up[i] = i;
		l->lan_of[i] = LAN_NOWHERE;
		if (!counts(l, i, scope))
			continue;
		l->lan_of[i] = i;
		for (int end = 0; end < 2; end++) {
			uint32_t node = l->node_of[2 * i + (uint32_t)end];

			if (l->m->nodes.v[node]->kind != NODE_SWITCH)
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
