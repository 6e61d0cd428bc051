/*
 * model.c — the model's containers: shared nodes and links, and looking up.
 *
 * Nodes and links stand in arrays by rising id, nodes once more by name; all
 * look-ups are binary searches, and a copy of a model is a copy of the arrays
 * with a reference counted on each object. An object with one reference
 * belongs to one model and may be written; model_edit_*() replaces a shared
 * one by a private copy first.
 */
#include "model/model.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct model *model_new(void)
{
	struct model *m = mem_alloc(sizeof(*m));

	m->automatic = true;
	m->first_id = m->next_id = 1;
	return m;
}

static void node_release(struct node *n)
{
	if (--n->refs > 0)
		return;
	vec_free(&n->ports);
	vec_free(&n->loopback);
	vec_free(&n->routes);
	services_release(&n->services);
	kept_free(&n->kept);
	vec_free(&n->nics);
	free(n);
}

void link_free(struct link *l)
{
	vec_free(&l->end[0].addresses);
	vec_free(&l->end[1].addresses);
	vlans_free(&l->end[0].vlans);
	vlans_free(&l->end[1].vlans);
	free(l->tunnel.substrate);
	free(l->name);
	free(l);
}

static void link_release(struct link *l)
{
	if (--l->refs == 0)
		link_free(l);
}

struct model *model_copy(const struct model *m)
{
	struct model *copy = mem_alloc(sizeof(*copy));

	copy->automatic = m->automatic;
	copy->has_seed = m->has_seed;
	copy->seed = m->seed;
	copy->first_id = m->first_id;
	copy->next_id = m->next_id;
	vec_copy(&copy->nodes, &m->nodes);
	vec_copy(&copy->names, &m->names);
	vec_copy(&copy->links, &m->links);
	vec_each (&copy->nodes, n)
		(*n)->refs++;
	vec_each (&copy->links, l)
		(*l)->refs++;
	return copy;
}

void model_free(struct model *m)
{
	if (!m)
		return;
	vec_each (&m->nodes, n)
		node_release(*n);
	vec_each (&m->links, l)
		link_release(*l);
	vec_free(&m->nodes);
	vec_free(&m->names);
	vec_free(&m->links);
	free(m);
}

static bool same_pointers(const void *a, size_t an, const void *b, size_t bn)
{
	return an == bn && (!an || memcmp(a, b, an * sizeof(void *)) == 0);
}

bool model_same(const struct model *a, const struct model *b)
{
	return a->automatic == b->automatic && a->has_seed == b->has_seed &&
	       a->seed == b->seed &&
	       same_pointers(a->nodes.v, a->nodes.n, b->nodes.v, b->nodes.n) &&
	       same_pointers(a->links.v, a->links.n, b->links.v, b->links.n);
}

bool addresses_same(const address_vec *a, const address_vec *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!ip_equal(&a->v[i].ip, &b->v[i].ip))
			return false;
	return true;
}

/* ---- places in the arrays: where the item is, or where it would be ---- */

static size_t node_place(const struct model *m, uint32_t id)
{
	size_t low = 0, high = m->nodes.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (m->nodes.v[mid]->id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static size_t name_place(const struct model *m, const char *name)
{
	size_t low = 0, high = m->names.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(m->names.v[mid]->name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static size_t link_place(const struct model *m, uint32_t id)
{
	size_t low = 0, high = m->links.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (m->links.v[mid]->id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct node *model_node(const struct model *m, uint32_t id)
{
	size_t at = node_place(m, id);

	return at < m->nodes.n && m->nodes.v[at]->id == id ? m->nodes.v[at] : NULL;
}

struct node *model_node_named(const struct model *m, const char *name)
{
	size_t at = name_place(m, name);

	return at < m->names.n && strcmp(m->names.v[at]->name, name) == 0 ? m->names.v[at]
									  : NULL;
}

struct link *model_link(const struct model *m, uint32_t id)
{
	size_t at = link_place(m, id);

	return at < m->links.n && m->links.v[at]->id == id ? m->links.v[at] : NULL;
}

struct link *model_link_named(const struct model *m, const char *name)
{
	vec_each (&m->links, l)
		if ((*l)->name && strcmp((*l)->name, name) == 0)
			return *l;
	return NULL;
}

size_t model_links_between(const struct model *m, uint32_t a, uint32_t b,
			   const struct link **ret, size_t max)
{
	const struct node *na = model_node(m, a), *nb = model_node(m, b);
	size_t n = 0;

	if (!na || !nb)
		return 0;
	/* through the node with fewer interfaces: a switch may have a thousand */
	if (nb->ports.n < na->ports.n) {
		const struct node *swap = na;

		na = nb;
		nb = swap;
	}
	vec_each (&na->ports, p) {
		const struct link *l = p->link ? model_link(m, p->link) : NULL;

		if (!l || l->end[!p->end].node != nb->id)
			continue;
		if (n < max)
			ret[n] = l;
		n++;
	}
	return n;
}

int model_iface_named(const struct model *m, const struct node *node, const char *iface,
		      const struct link **ret_link, int *ret_end)
{
	unsigned index = 0;
	size_t digits;

	if (strncmp(iface, "eth", 3) != 0)
		return -ENOENT;
	iface += 3;
	digits = strspn(iface, "0123456789");
	if (digits == 0 || digits > 5 || iface[digits] || (digits > 1 && *iface == '0'))
		return -ENOENT;
	for (size_t i = 0; i < digits; i++)
		index = 10 * index + (unsigned)(iface[i] - '0');
	if (index >= node->ports.n || !node->ports.v[index].link)
		return -ENOENT;
	*ret_link = model_link(m, node->ports.v[index].link);
	*ret_end = node->ports.v[index].end;
	return 0;
}

const char *node_kind_name(enum node_kind kind)
{
	static const char *const names[] = {
		[NODE_HOST] = "host",
		[NODE_ROUTER] = "router",
		[NODE_SWITCH] = "switch",
	};

	return names[kind];
}

const char *node_kind_text(const struct node *n)
{
	return n->nat ? "nat" : node_kind_name(n->kind);
}

const char *iface_text(const struct model *m, const struct link *l, int end, char *buf)
{
	const struct node *n = model_node(m, l->end[end].node);

	snprintf(buf, IFACE_TEXT_MAX, "%s:eth%u", n ? n->name : "?", l->end[end].index);
	return buf;
}

char *link_text(const struct model *m, const struct link *l)
{
	const struct node *a = model_node(m, l->end[0].node);
	const struct node *b = model_node(m, l->end[1].node);
	char ia[IFACE_TEXT_MAX], ib[IFACE_TEXT_MAX];

	if (l->name)
		return mem_strdup(l->name);
	if (a && b && model_links_between(m, a->id, b->id, NULL, 0) <= 1)
		return mem_printf("%s %s", a->name, b->name);
	return mem_printf("%s %s", iface_text(m, l, 0, ia), iface_text(m, l, 1, ib));
}

void link_default_mac(uint32_t number, int end, uint8_t mac[6])
{
	mac[0] = 0x02; /* locally administered, unicast */
	mac[1] = (uint8_t)(number >> 24);
	mac[2] = (uint8_t)(number >> 16);
	mac[3] = (uint8_t)(number >> 8);
	mac[4] = (uint8_t)number;
	mac[5] = (uint8_t)(end + 1);
}

bool model_iface_up(const struct model *m, const struct link *l, int end)
{
	const struct node *n = model_node(m, l->end[end].node);

	return n && n->up && l->end[end].up;
}

bool model_next_hop(const struct model *m, const struct node *node, const struct ip *via,
		    const struct link **ret_link, int *ret_end)
{
	int best = -1;

	vec_each (&node->ports, p) {
		const struct link *l = p->link ? model_link(m, p->link) : NULL;

		if (!l)
			continue;
		vec_each (&l->end[p->end].addresses, a) {
			struct ip subnet = ip_network(&a->ip);

			if (a->ip.len <= best || !ip_within(via, &subnet) ||
			    ip_same_address(&a->ip, via))
				continue;
			best = a->ip.len;
			*ret_link = l;
			*ret_end = p->end;
		}
	}
	return best >= 0;
}

const struct ip *model_node_address(const struct model *m, const struct node *node,
				    int family)
{
	/* a router's loopback address is there as long as the router is */
	vec_each (&node->loopback, a)
		if (a->ip.family == family)
			return &a->ip;
	vec_each (&node->ports, p) {
		const struct link *l = p->link ? model_link(m, p->link) : NULL;

		if (!l)
			continue;
		vec_each (&l->end[p->end].addresses, a)
			if (a->ip.family == family)
				return &a->ip;
	}
	return NULL;
}

/* near: 0, or a node that the owner is to be connected to. */
static uint32_t find_owner(const struct model *m, const struct ip *address, uint32_t near)
{
	vec_each (&m->links, l)
		for (int end = 0; end < 2; end++) {
			const struct iface *i = &(*l)->end[end];

			vec_each (&i->addresses, a)
				if (ip_same_address(&a->ip, address) &&
				    (!near || model_connected(m, i->node, near)))
					return i->node;
		}
	vec_each (&m->nodes, n)
		vec_each (&(*n)->loopback, a)
			if (ip_same_address(&a->ip, address) &&
			    (!near || model_connected(m, (*n)->id, near)))
				return (*n)->id;
	return 0;
}

uint32_t model_address_owner(const struct model *m, const struct ip *address)
{
	return find_owner(m, address, 0);
}

uint32_t model_owner_near(const struct model *m, const struct ip *address, uint32_t node)
{
	uint32_t owner = find_owner(m, address, node);

	return owner ? owner : find_owner(m, address, 0);
}

/* ---- private copies ---- */

static struct node *node_copy(const struct node *n)
{
	struct node *copy = mem_alloc(sizeof(*copy));

	*copy = *n;
	copy->refs = 1;
	vec_copy(&copy->ports, &n->ports);
	vec_copy(&copy->loopback, &n->loopback);
	vec_copy(&copy->routes, &n->routes);
	services_share(&copy->services, &n->services);
	kept_copy(&copy->kept, &n->kept);
	vec_copy(&copy->nics, &n->nics);
	return copy;
}

static struct link *link_copy(const struct link *l)
{
	struct link *copy = mem_alloc(sizeof(*copy));

	*copy = *l;
	copy->refs = 1;
	copy->name = mem_strdup(l->name);
	copy->tunnel.substrate = substrate_copy(l->tunnel.substrate);
	for (int end = 0; end < 2; end++) {
		vec_copy(&copy->end[end].addresses, &l->end[end].addresses);
		vlans_copy(&copy->end[end].vlans, &l->end[end].vlans);
	}
	return copy;
}

struct node *model_edit_node(struct model *m, uint32_t id)
{
	size_t at = node_place(m, id);
	struct node *shared = m->nodes.v[at], *own;

	if (shared->refs == 1)
		return shared;
	own = node_copy(shared);
	m->names.v[name_place(m, own->name)] = own;
	m->nodes.v[at] = own;
	shared->refs--;
	return own;
}

struct link *model_edit_link(struct model *m, uint32_t id)
{
	size_t at = link_place(m, id);
	struct link *shared = m->links.v[at], *own;

	if (shared->refs == 1)
		return shared;
	own = link_copy(shared);
	m->links.v[at] = own;
	shared->refs--;
	return own;
}

void model_insert_copy(struct model *m, const struct node *n)
{
	struct node *copy = node_copy(n);

	vec_free(&copy->ports);
	model_insert_node(m, copy);
}

void model_plug_copy(struct model *m, const struct link *l)
{
	model_plug_link(m, link_copy(l));
}

void model_insert_node(struct model *m, struct node *n)
{
	n->refs = 1;
	vec_insert(&m->nodes, node_place(m, n->id), n);
	vec_insert(&m->names, name_place(m, n->name), n);
	if (m->next_id <= n->id)
		m->next_id = n->id + 1;
}

void model_insert_link(struct model *m, struct link *l)
{
	l->refs = 1;
	vec_insert(&m->links, link_place(m, l->id), l);
	if (m->next_id <= l->id)
		m->next_id = l->id + 1;
}

void model_remove_node(struct model *m, uint32_t id)
{
	size_t at = node_place(m, id);
	struct node *n = m->nodes.v[at];

	vec_remove(&m->names, name_place(m, n->name));
	vec_remove(&m->nodes, at);
	node_release(n);
}

void model_remove_link(struct model *m, uint32_t id)
{
	size_t at = link_place(m, id);
	struct link *l = m->links.v[at];

	vec_remove(&m->links, at);
	link_release(l);
}
