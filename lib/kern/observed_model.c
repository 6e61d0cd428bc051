/*
 * observed_model.c — what was seen, written into the model that is found.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kern/observing.h"
#include "kern/request.h"

void observing_take_node(struct model *m, uint32_t id)
{
	/* by number: the array changes on the way */
	for (size_t i = 0; i < model_node(m, id)->ports.n; i++) {
		struct port p = model_node(m, id)->ports.v[i];
		const struct link *l = p.link ? model_link(m, p.link) : NULL;

		if (l)
			model_unplug_link(m, l->id);
	}
	model_remove_node(m, id);
}

static bool contains(const address_vec *v, const struct ip *ip)
{
	vec_each (v, a)
		if (ip_equal(&a->ip, ip))
			return true;
	return false;
}

static bool has_subnet_route(const struct dump *d, int ifindex, const struct ip *ip)
{
	struct ip subnet = ip_network(ip);

	if (ip->len == ip_bits(ip))
		return true;
	vec_each (&d->subnets, r)
		if (r->ifindex == ifindex && ip_equal(&r->prefix, &subnet))
			return true;
	return false;
}

/* Takes the hollow addresses of an interface that is up out of those seen. */
static void find_hollows(struct observing *x, const struct sight *s, int ifindex,
			 address_vec *seen)
{
	size_t kept = 0;

	for (size_t i = 0; i < seen->n; i++) {
		struct hollow h = { s->node->id, ifindex, seen->v[i].ip };

		if (has_subnet_route(&s->dump, ifindex, &h.ip))
			seen->v[kept++] = seen->v[i];
		else
			vec_push(&x->o->hollows, h);
	}
	seen->n = kept;
}

static bool is_hollow(const struct observing *x, const struct sight *s, int ifindex)
{
	vec_each (&x->o->hollows, h)
		if (h->node == s->node->id && h->ifindex == ifindex)
			return true;
	return false;
}

/* The interface's addresses as far as they are ours: marked so, or in a model (kernels
 * before 5.18 have no mark). */
static address_vec seen_addresses(const struct dump *d, int ifindex, const address_vec *a,
				  const address_vec *b)
{
	address_vec seen = { 0 };

	vec_each (&d->addresses, i)
		if (i->ifindex == ifindex &&
		    (i->ours || (a && contains(a, &i->ip)) || (b && contains(b, &i->ip))))
			vec_push(&seen, ((struct address){ i->ip, false }));
	return seen;
}

/* Whether the kernel has what the interface should have; those that it loses while it is
 * down are not missing. */
static bool as_it_should(const address_vec *seen, const address_vec *wanted, bool up)
{
	address_vec kept = { 0 };
	bool same;

	if (up)
		return addresses_same(seen, wanted);
	vec_each (wanted, a)
		if (a->ip.family == AF_INET)
			vec_push(&kept, *a);
	same = addresses_same(seen, &kept);
	vec_free(&kept);
	return same;
}

static const struct iface *other_iface(const struct observing *x, const struct link *l,
				       int end)
{
	const struct link *o = model_link(x->other, l->id);

	return o ? &o->end[end] : NULL;
}

/* Those of an interface, in the order of their handles. */
/* What is seen of a shape is one that the models know, none, or of unknown kind. */
static void write_shape(struct observing *x, const struct sight *s, const struct link *l,
			int end)
{
	const struct link *known[2] = { model_link(x->target, l->id),
					model_link(x->other, l->id) };
	struct shape_place place = layout_shape(l, end);
	struct shape found = { .unknown = true };
	struct qdisc_tree seen, tree;
	bool any = false;

	if (l->wire) {
		struct wire_link_stats stats;

		if (kern_wire_counts(x->k, l->id, &stats, NULL) == 0)
			found = stats.shape[end];
		if (!shape_same(&found, &model_link(x->o->model, l->id)->shape[end]))
			model_edit_link(x->o->model, l->id)->shape[end] = found;
		return;
	}
	for (int i = 0; i < 2; i++)
		any |= known[i] && !shape_is_none(&known[i]->shape[end]);
	if (!any)
		return;
	if (place.place != s->node->id)
		s = observing_sight(x, place.place);
	qdisc_tree_seen(&s->dump.qdiscs, place.ifindex, &seen);
	if (!seen.n)
		found = (struct shape){ 0 };
	for (int i = 1; i >= 0; i--) {
		if (!known[i])
			continue;
		qdisc_tree_make(&known[i]->shape[end], known[i]->mtu, &tree);
		if (qdisc_tree_is(&seen, &tree))
			found = known[i]->shape[end];
	}
	if (!shape_same(&found, &model_link(x->o->model, l->id)->shape[end]))
		model_edit_link(x->o->model, l->id)->shape[end] = found;
}

/* What is seen of a port's VLANs is what the models know, or something else. */
static void write_vlans(struct observing *x, const struct sight *s, const struct link *l,
			int end)
{
	const struct link *known[2] = { model_link(x->target, l->id),
					model_link(x->other, l->id) };
	struct vlans seen = { .trunk = true }, *own;
	bool strange = false;

	if (!observing_vlans(x, s->node->id))
		return;
	seen.unknown = true;
	vec_each (&s->dump.vlans, v) {
		if (v->ifindex != observing_ifindex(l, end))
			continue;
		strange |= v->native != v->untagged || (v->native && seen.native);
		if (v->native)
			seen.native = v->first;
		else
			vlan_ranges_add(&seen.tagged, v->first, v->last);
	}
	for (int i = 0; i < 2; i++) {
		const struct vlans *k = known[i] ? &known[i]->end[end].vlans : NULL;
		struct vlans full = { .trunk = true, .unknown = true };

		if (!k)
			continue;
		full.native = vlans_native(k);
		full.tagged = k->tagged; /* borrowed */
		if (strange || !vlans_same(&seen, &full))
			continue;
		vlans_free(&seen);
		vlans_copy(&seen, k);
		break;
	}
	if (!vlans_same(&seen, &model_link(x->o->model, l->id)->end[end].vlans)) {
		own = &model_edit_link(x->o->model, l->id)->end[end].vlans;
		vlans_free(own);
		*own = seen;
	} else {
		vlans_free(&seen);
	}
}

void observing_write_end(struct observing *x, const struct link *l, int end)
{
	struct model *m = x->o->model;
	const struct sight *s = observing_sight(x, l->end[end].node);
	const struct dump_iface *i = dump_find(&s->dump, observing_ifindex(l, end));
	const struct iface *other = other_iface(x, l, end);
	const struct iface *wanted = &model_link(m, l->id)->end[end];
	address_vec seen = seen_addresses(&s->dump, i->ifindex, &wanted->addresses,
					  other ? &other->addresses : NULL);
	bool unplugged = s->node->kind == NODE_SWITCH && i->master != IFINDEX_BRIDGE;
	bool is_left; /* to kept commands */
	char name[IFACE_TEXT_MAX];

	snprintf(name, sizeof(name), "eth%u", l->end[end].index);
	is_left = kept_sets(&s->node->kept, name);
	if (i->up)
		find_hollows(x, s, i->ifindex, &seen);
	if (unplugged || (i->mtu != l->mtu && !is_left))
		model_edit_link(m, l->id)->mtu = unplugged ? 0 : i->mtu;
	if (i->up != model_iface_up(m, model_link(m, l->id), end) && !is_left)
		model_edit_link(m, l->id)->end[end].up = i->up;
	write_shape(x, s, l, end);
	write_vlans(x, s, l, end);
	wanted = &model_link(m, l->id)->end[end];
	if (memcmp(i->mac, wanted->mac, sizeof(i->mac)) != 0 && !is_left)
		memcpy(model_edit_link(m, l->id)->end[end].mac, i->mac, sizeof(i->mac));
	wanted = &model_link(m, l->id)->end[end];
	if (!as_it_should(&seen, &wanted->addresses, i->up)) {
		address_vec *own = &model_edit_link(m, l->id)->end[end].addresses;

		vec_free(own);
		*own = seen;
		memset(&seen, 0, sizeof(seen));
	}
	vec_free(&seen);
}

static bool is_route(const struct dump_route *d, const struct route *r)
{
	return ip_equal(&d->prefix, &r->prefix) && ip_same_address(&d->via, &r->via) &&
	       d->metric == plan_route_metric(r);
}

static const struct route *find_route(const struct node *n, const struct dump_route *d)
{
	if (n)
		vec_each (&n->routes, r)
			if (is_route(d, r))
				return r;
	return NULL;
}

/* An interface that a kept command put into a VRF has its routes there. */
static bool is_elsewhere(const struct observing *x, const struct sight *s,
			 const struct route *r)
{
	const struct dump_iface *i;
	const struct link *l;
	int end;

	if (!model_next_hop(x->target, s->node, &r->via, &l, &end))
		return false;
	i = dump_find(&s->dump, observing_ifindex(l, end));
	return i && i->master;
}

static void write_routes(struct observing *x, const struct sight *s)
{
	struct node *own = model_edit_node(x->o->model, s->node->id);
	const struct node *target = model_node(x->target, s->node->id);
	const struct node *other = model_node(x->other, s->node->id);

	own->routes.n = 0;
	if (target)
		vec_each (&target->routes, r)
			if (is_elsewhere(x, s, r))
				vec_push(&own->routes, *r);
	vec_each (&s->dump.routes, d) {
		const struct route *r = find_route(target, d);
		struct route made = {
			.prefix = d->prefix,
			.via = d->via,
			.metric = d->metric,
		};

		/* the kernel drops it when the hollow address is taken away */
		if (is_hollow(x, s, d->ifindex))
			continue;
		if (r && is_elsewhere(x, s, r))
			continue;
		if (!r)
			r = find_route(other, d);
		vec_push(&own->routes, r ? *r : made);
	}
}

/* What was kept cannot be seen. Where the other model has what the target is to be
 * without, it may have been done. */
static void write_kept(struct observing *x, const struct sight *s)
{
	const struct node *target = model_node(x->target, s->node->id);
	const struct node *other = model_node(x->other, s->node->id);
	kept_vec *own;

	if (!target || !other || kept_begins(&target->kept, &other->kept))
		return;
	own = &model_edit_node(x->o->model, s->node->id)->kept;
	kept_free(own);
	kept_copy(own, &other->kept);
}

void observing_write_node(struct observing *x, const struct sight *s)
{
	struct model *m = x->o->model;
	const struct node *other = model_node(x->other, s->node->id);
	bool is_switch = s->node->kind == NODE_SWITCH;
	const struct dump_iface *base =
		dump_find(&s->dump, is_switch ? IFINDEX_BRIDGE : IFINDEX_LOOPBACK);
	const address_vec *wanted = &model_node(m, s->node->id)->loopback;
	address_vec seen = seen_addresses(&s->dump, IFINDEX_LOOPBACK, wanted,
					  other ? &other->loopback : NULL);

	if (!addresses_same(&seen, wanted)) {
		struct node *own = model_edit_node(m, s->node->id);

		vec_free(&own->loopback);
		own->loopback = seen;
	} else {
		vec_free(&seen);
	}
	if (!base || !base->up)
		vec_push(&x->o->lowered, s->node->id);
	if (is_switch && base && !kept_sets(&s->node->kept, "br0")) {
		if (base->stp != s->node->stp)
			model_edit_node(m, s->node->id)->stp = base->stp;
		if (base->vlan != s->node->vlan)
			model_edit_node(m, s->node->id)->vlan = base->vlan;
	}
	if (!is_switch)
		write_routes(x, s);
	write_kept(x, s);
}
