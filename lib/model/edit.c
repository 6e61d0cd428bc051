/*
 * edit.c — the checked changes of a model. Each looks at everything before it
 * writes anything, so a refusal leaves the model as it was.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/edit.h"

int model_check_name(const char *name, struct err *e)
{
	size_t n = strlen(name);

	if (n == 0)
		return err_set(e, EINVAL, "a name is empty");
	if (n > NODE_NAME_MAX)
		return err_set(e, EINVAL,
			       "the name is %zu characters long; %d is the most", n,
			       NODE_NAME_MAX);
	for (const char *c = name; *c; c++) {
		if (isascii(*c) && (isalnum(*c) || *c == '-' || *c == '_'))
			continue;
		if (isascii(*c) && isprint(*c))
			err_set(e, EINVAL, "the name '%s' has a '%c' in it", name, *c);
		else
			err_set(e, EINVAL,
				"a name has a character that cannot be shown or is not "
				"ASCII");
		return err_hint(e,
				"names are letters, digits, '-' and '_', a letter first");
	}
	if (!isalpha(name[0])) {
		err_set(e, EINVAL, "the name '%s' does not begin with a letter", name);
		return err_hint(e,
				"names are letters, digits, '-' and '_', a letter first");
	}
	if (name[n - 1] == '-') {
		err_set(e, EINVAL, "the name '%s' ends in '-'", name);
		return err_hint(
			e, "it is also the node's hostname, which may not (RFC 1123)");
	}
	return 0;
}

int model_add_node(struct model *m, enum node_kind kind, const char *name,
		   uint32_t *ret_id, struct err *e)
{
	const struct node *same = model_node_named(m, name);
	struct node *n;
	int r = model_check_name(name, e);

	if (r < 0)
		return r;
	if (same)
		return err_set(e, EEXIST, "there is a %s named '%s' already",
			       node_kind_text(same), name);
	if (model_link_named(m, name))
		return err_set(e, EEXIST, "there is a link named '%s' already", name);
	n = mem_alloc(sizeof(*n));
	n->id = m->next_id;
	memcpy(n->name, name, strlen(name) + 1);
	n->kind = kind;
	n->up = true;
	model_insert_node(m, n);
	*ret_id = n->id;
	return 0;
}

int model_del_node(struct model *m, uint32_t id, struct err *e)
{
	const struct node *n = model_node(m, id);

	if (!n)
		return err_set(e, ENOENT, "the node is gone");
	for (size_t i = 0; i < n->ports.n; i++) {
		uint32_t link = n->ports.v[i].link;

		if (link)
			model_del_link(m, link, NULL);
		n = model_node(m, id); /* the edit may have made it private */
	}
	for (size_t i = m->links.n; i-- > 0;) {
		const struct tunnel *t = &m->links.v[i]->tunnel;

		if (t->kind && (t->underlay[0] == id || t->underlay[1] == id))
			model_del_link(m, m->links.v[i]->id, NULL);
	}
	model_remove_node(m, id);
	return 0;
}

/* ---- links ---- */

/* Whether an interface of the machine has the name of that number. */
static bool is_nic(const struct node *n, unsigned index)
{
	char name[32];

	if (!n->nics.n)
		return false;
	snprintf(name, sizeof(name), "eth%u", index);
	return nic_named(&n->nics, name) != NULL;
}

static unsigned lowest_free_port(const struct node *n)
{
	unsigned i = 0;

	while ((i < n->ports.n && n->ports.v[i].link) || is_nic(n, i))
		i++;
	return i;
}

static int check_mac(const uint8_t mac[6], struct err *e)
{
	static const uint8_t zero[6];

	if (mac[0] & 1)
		return err_set(e, EINVAL,
			       "a multicast MAC address cannot be an interface's");
	if (memcmp(mac, zero, 6) == 0)
		return err_set(e, EINVAL,
			       "an interface's MAC address cannot be all zero");
	return 0;
}

/* The number an end's interface gets; < 0 with e filled. */
static long choose_port(const struct model *m, const struct node *n, unsigned wanted,
			struct err *e)
{
	unsigned index = wanted ? wanted - 1 : lowest_free_port(n);

	(void)m;
	if (wanted && index < n->ports.n && n->ports.v[index].link) {
		err_set(e, EEXIST, "%s:eth%u is the end of another link", n->name, index);
		return err_hint(
			e, "leave the interface out, and the lowest free one is taken");
	}
	if (is_nic(n, index)) {
		err_set(e, EEXIST, "%s:eth%u is an interface of the machine", n->name,
			index);
		return err_hint(e, "`attach %s nic eth%u off` gives it back", n->name,
				index);
	}
	if (index >= SWITCH_PORTS_MAX) {
		if (n->kind == NODE_SWITCH) {
			err_set(e, ENOSPC,
				"switch %s is full: a Linux bridge has %d ports", n->name,
				SWITCH_PORTS_MAX);
			return err_hint(e, "join a second switch to it");
		}
		if (index >= NODE_PORTS_MAX)
			return err_set(e, ENOSPC, "%s:eth%u: the highest number is eth%u",
				       n->name, index, NODE_PORTS_MAX - 1);
	}
	return index;
}

static void attach(struct model *m, uint32_t link, int end, uint32_t node, unsigned index)
{
	struct node *n = model_edit_node(m, node);

	while (n->ports.n <= index)
		vec_push(&n->ports, ((struct port){ 0 }));
	n->ports.v[index] = (struct port){ .link = link, .end = end };
}

static void detach(struct model *m, uint32_t node, unsigned index)
{
	struct node *n = model_edit_node(m, node);

	n->ports.v[index] = (struct port){ 0 };
	while (n->ports.n && !n->ports.v[n->ports.n - 1].link)
		n->ports.n--;
}

void model_plug_link(struct model *m, struct link *l)
{
	model_insert_link(m, l);
	for (int end = 0; end < 2; end++)
		attach(m, l->id, end, l->end[end].node, l->end[end].index);
}

void model_unplug_link(struct model *m, uint32_t id)
{
	const struct link *l = model_link(m, id);

	for (int end = 0; end < 2; end++) {
		const struct iface *i = &l->end[end];
		const struct node *n = model_node(m, i->node);

		if (n && i->index < n->ports.n && n->ports.v[i->index].link == id)
			detach(m, i->node, i->index);
	}
	model_remove_link(m, id);
}

static int check_link(const struct model *m, const struct node *const node[2],
		      const struct link_options *o, struct err *e)
{
	int r;

	if (node[0] == node[1]) {
		err_set(e, EINVAL, "a link joins two nodes, not %s to itself",
			node[0]->name);
		return -EINVAL;
	}
	if (o->name) {
		r = model_check_name(o->name, e);
		if (r < 0)
			return r;
		if (model_link_named(m, o->name))
			return err_set(e, EEXIST, "there is a link named '%s' already",
				       o->name);
		if (model_node_named(m, o->name))
			return err_set(e, EEXIST, "there is a node named '%s' already",
				       o->name);
	}
	if (o->mtu && (o->mtu < MTU_MIN || o->mtu > MTU_MAX))
		return err_set(e, ERANGE, "an MTU of %uB is not within %dB to %dB",
			       o->mtu, MTU_MIN, MTU_MAX);
	r = shape_check(&o->shape, e);
	if (r < 0)
		return r;
	for (int end = 0; end < 2; end++) {
		const struct ip *ip = &o->end[end].ip;

		if (ip->family) {
			r = addresses_check(m, node[end], 0, 0, ip, 1, e);
			if (r == 0) /* they will be connected */
				r = addresses_check_near(m, node[!end]->id, ip, e);
			if (r < 0)
				return r;
		}
		if (o->end[end].has_mac) {
			r = check_mac(o->end[end].mac, e);
			if (r < 0)
				return r;
		}
	}
	if (o->end[0].ip.family && o->end[0].ip.family == o->end[1].ip.family) {
		char a[IP_TEXT_MAX], b[IP_TEXT_MAX];

		if (ip_same_address(&o->end[0].ip, &o->end[1].ip))
			return err_set(e, EADDRINUSE, "both ends have the address %s",
				       ip_text(&o->end[0].ip, a));
		if (!ip_same_subnet(&o->end[0].ip, &o->end[1].ip))
			return err_set(e, EINVAL, "%s and %s are not in one subnet",
				       ip_text_length(&o->end[0].ip, a),
				       ip_text_length(&o->end[1].ip, b));
	}
	return 0;
}

int model_add_link(struct model *m, uint32_t a, uint32_t b,
		   const struct link_options *asked, uint32_t *ret_id, struct err *e)
{
	const struct node *node[2] = { model_node(m, a), model_node(m, b) };
	struct link_options complete = *asked, *o = &complete;
	long index[2];
	struct link *l;
	int r;

	if (!node[0] || !node[1])
		return err_set(e, ENOENT, "the node is gone");
	r = check_link(m, node, o, e);
	if (r == 0)
		r = tunnel_complete(m, (uint32_t[]){ a, b }, o, e);
	if (r < 0)
		return r;
	for (int end = 0; end < 2; end++) {
		index[end] = choose_port(m, node[end], o->end[end].number, e);
		if (index[end] < 0)
			return (int)index[end];
	}
	l = mem_alloc(sizeof(*l));
	l->id = m->next_id;
	l->name = mem_strdup(o->name);
	l->mtu = o->mtu ? o->mtu : MTU_DEFAULT;
	l->mtu_follows = o->tunnel.substrate && !asked->mtu;
	l->lan = LAN_NONE;
	l->engine = (uint8_t)o->engine;
	l->wire = o->engine == SHAPE_ENGINE_WIRE;
	l->tunnel = o->tunnel;
	l->tunnel.substrate = substrate_copy(o->tunnel.substrate);
	l->via = (uint8_t)o->via;
	l->enforced = o->enforced;
	for (int end = 0; end < 2; end++) {
		struct iface *i = &l->end[end];

		l->shape[end] = o->shape;
		i->node = node[end]->id;
		i->index = (unsigned)index[end];
		i->up = true;
		link_default_mac(l->id - m->first_id + 1, end, i->mac);
		if (o->end[end].has_mac)
			memcpy(i->mac, o->end[end].mac, sizeof(i->mac));
		if (o->end[end].ip.family)
			addresses_put(i, &o->end[end].ip, 1);
		else if (o->end[end].no_address && node[end]->kind != NODE_SWITCH)
			i->manual = true;
	}
	model_plug_link(m, l);
	for (int end = 0; end < 2; end++) {
		const struct ip *ip = &o->end[end].ip;

		if (!ip->family)
			continue;
		r = addresses_check_lan(m, l->id, end, ip, 1, e);
		if (r < 0) {
			m->next_id = l->id; /* as if it had never been there */
			model_del_link(m, l->id, NULL);
			return r;
		}
	}
	*ret_id = l->id;
	return 0;
}

int model_del_link(struct model *m, uint32_t id, struct err *e)
{
	if (!model_link(m, id))
		return err_set(e, ENOENT, "the link is gone");
	model_unplug_link(m, id);
	return 0;
}

/* ---- states ---- */

int model_set_node_up(struct model *m, uint32_t id, bool up, struct err *e)
{
	const struct node *n = model_node(m, id);

	if (!n)
		return err_set(e, ENOENT, "the node is gone");
	if (n->up != up)
		model_edit_node(m, id)->up = up;
	return 0;
}

int model_set_link_up(struct model *m, uint32_t id, bool up, struct err *e)
{
	const struct link *l = model_link(m, id);
	struct link *own;

	if (!l)
		return err_set(e, ENOENT, "the link is gone");
	if (l->end[0].up == up && l->end[1].up == up)
		return 0;
	own = model_edit_link(m, id);
	own->end[0].up = own->end[1].up = up;
	return 0;
}

int model_set_shape(struct model *m, uint32_t link, int end, const struct shape *shape,
		    struct err *e)
{
	const struct link *l = model_link(m, link);
	int r;

	if (!l)
		return err_set(e, ENOENT, "the link is gone");
	r = shape_check(shape, e);
	if (r == 0 && (!shape_same(&l->shape[end], shape) ||
		       l->shape[end].seed_derived != shape->seed_derived))
		model_edit_link(m, link)->shape[end] = *shape;
	return r;
}

int model_set_engine(struct model *m, uint32_t link, enum shape_engine engine,
		     struct err *e)
{
	const struct link *l = model_link(m, link);
	struct link *own;

	if (!l)
		return err_set(e, ENOENT, "the link is gone");
	if (l->engine == engine)
		return 0;
	if (l->tunnel.kind && engine == SHAPE_ENGINE_WIRE)
		return err_set(e, EINVAL,
			       "a tunnel's packets stay in the kernel: engine wire "
			       "cannot carry them");
	own = model_edit_link(m, link);
	own->engine = (uint8_t)engine;
	own->wire = engine == SHAPE_ENGINE_WIRE;
	return 0;
}

void model_choose_engines(struct model *m,
			  bool (*can)(void *cookie, const struct shape *s), void *cookie)
{
	for (size_t i = 0; i < m->links.n; i++) {
		const struct link *l = m->links.v[i];
		bool wire;

		if (l->engine != SHAPE_ENGINE_AUTO || l->tunnel.kind)
			continue;
		wire = !can(cookie, &l->shape[0]) || !can(cookie, &l->shape[1]);
		if (l->wire != wire)
			model_edit_link(m, l->id)->wire = wire;
	}
}

int model_set_stp(struct model *m, uint32_t id, bool on, struct err *e)
{
	const struct node *n = model_node(m, id);

	if (!n)
		return err_set(e, ENOENT, "the node is gone");
	if (n->kind != NODE_SWITCH) {
		err_set(e, EINVAL, "%s is a %s; spanning tree runs on switches", n->name,
			node_kind_text(n));
		return -EINVAL;
	}
	if (n->stp != on)
		model_edit_node(m, id)->stp = on;
	return 0;
}
