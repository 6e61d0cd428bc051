/*
 * cmd_build.c — add, link, del, up, down, stp, set: the shape of the network.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run/rootless.h"
#include "run/underlay.h"
#include "shell/handlers.h"

static enum node_kind kind_of(const struct args *a)
{
	if (args_has(a, "router") || args_has(a, "nat"))
		return NODE_ROUTER;
	return args_has(a, "switch") ? NODE_SWITCH : NODE_HOST;
}

int cmd_add(struct session *s, const struct args *a, struct err *e)
{
	uint32_t id;

	if (args_has(a, "nat") && rootless_is_inside()) {
		err_set(e, EPERM,
			"without root, the machine's own network is out of reach");
		return err_hint(e, "'sudo espalier' reaches it");
	}
	for (size_t i = 0; i < args_count(a, "NAME"); i++) {
		const char *name = args_get(a, "NAME", i)->text;

		if (model_add_node(s->draft, kind_of(a), name, &id, e) < 0)
			return args_blame(a, "NAME", i, e);
		if (args_has(a, "nat"))
			model_set_nat(s->draft, id, NULL);
	}
	return 0;
}

/* ---- link ---- */

/* An address of the LAN behind a node whose subnet has ip; false: none. */
static bool lan_length(const struct model *m, uint32_t node, struct ip *ip)
{
	const struct node *first = model_node(m, node);
	struct crossing queue = { 0 };
	bool found = false;

	/* a new port is in the VLAN of new ports */
	if (first->kind == NODE_SWITCH)
		vec_push(&queue.v,
			 ((struct inside){ node, first->vlan ? VLAN_DEFAULT : 0 }));
	for (size_t at = 0; at < queue.v.n && !found; at++) {
		const struct inside in = queue.v.v[at];

		vec_each (&model_node(m, in.node)->ports, p) {
			const struct link *l = p->link ? model_link(m, p->link) : NULL;
			const struct iface *far = l ? &l->end[!p->end] : NULL;
			int tag = l ? vlan_outside(m, l, p->end, in.vlan) : -1;

			if (tag < 0)
				continue;
			vec_each (&far->addresses, a) {
				struct ip subnet = ip_network(&a->ip);

				if (found || tag || !ip_within(ip, &subnet))
					continue;
				ip->len = subnet.len;
				found = true;
			}
			if (found)
				break;
			crossing_enter(&queue, m, l, !p->end, tag);
		}
	}
	vec_free(&queue.v);
	return found;
}

/*
 * The prefix length of an address that was typed without: the other end's if
 * it is in that subnet, else the LAN's, else the usual one.
 */
static void choose_length(const struct model *m, uint32_t neighbour,
			  const struct arg *own, const struct arg *other, struct ip *ip)
{
	if (own->value.number) /* it was typed with one */
		return;
	if (other->kind && other->value.number && ip_within(ip, &other->value.ip))
		ip->len = other->value.ip.len;
	else if (!lan_length(m, neighbour, ip))
		ip->len = ip->family == AF_INET ? 24 : 64;
}

/* Whether the link is refused for its first address, or else for its second. */
static size_t bad_end(struct model *draft, const uint32_t node[2],
		      const struct link_options *o)
{
	struct link_options trial = *o;
	struct err e = ERR_INIT;
	uint32_t id;
	int r;

	/* the draft is thrown away, so the first may be tried alone */
	trial.end[1].ip = (struct ip){ 0 };
	r = model_add_link(draft, node[0], node[1], &trial, &id, &e);
	err_clear(&e);
	return r == 0;
}

/* Whether it is refused for its tunnel, or for the way that is to be joined. */
static bool bad_tunnel(struct model *draft, const uint32_t node[2],
		       const struct link_options *o)
{
	struct link_options trial = *o;
	uint32_t id;

	if (!o->tunnel.kind && !o->tunnel.key && !o->tunnel.underlay[0] &&
	    !o->tunnel.substrate && !o->via)
		return false;
	/* the draft is thrown away */
	trial.tunnel = (struct tunnel){ 0 };
	trial.via = VIA_AUTO;
	return model_add_link(draft, node[0], node[1], &trial, &id, NULL) == 0;
}

/* The key that a tunnel's trouble is with. */
static const char *tunnel_trouble(const struct link_options *o, int code)
{
	if (code == -EEXIST || code == -ERANGE)
		return "key";
	if (code == -EMSGSIZE)
		return o->mtu ? "mtu" : "underlay";
	if (code != -EINVAL)
		return "underlay";
	if (!o->tunnel.kind)
		return o->via ? "via" : o->tunnel.key ? "key" : "underlay";
	if (o->enforced && o->via == VIA_DIRECT)
		return "via";
	return o->engine == SHAPE_ENGINE_WIRE ? "engine" : "underlay";
}

/* Where a refused link's trouble stands in the text. */
static void blame_link(struct session *s, const struct args *a, const uint32_t node[2],
		       const struct link_options *o, struct err *e)
{
	for (size_t end = 0; end < 2; end++) {
		const struct node *n = model_node(s->draft, node[end]);
		unsigned number = o->end[end].number;

		if (number && number <= n->ports.n && n->ports.v[number - 1].link) {
			args_blame(a, "END", end, e);
			return;
		}
	}
	if (node[0] == node[1]) {
		args_blame(a, "END", 1, e);
	} else if (bad_tunnel(s->draft, node, o)) {
		const struct arg *at = args_behind(a, tunnel_trouble(o, e->code), 0);

		if (at)
			e->place = at->word->place;
	} else if (args_behind(a, "ip", 0)) {
		e->place = args_behind(a, "ip", bad_end(s->draft, node, o))->word->place;
	}
}

/* The number of the keyword behind a key; 0: it was not typed. */
static uint32_t choice(const struct args *a, const char *key,
		       const char *(*name)(uint32_t))
{
	const struct arg *v = args_behind(a, key, 0);
	uint32_t i = 0;

	if (!v)
		return 0;
	while (name(i) && strcmp(name(i), v->key) != 0)
		i++;
	return i;
}

/* Splits "sub.m1"; the network's own name is as good as none. 0: it is a node of this
 * network; 1: of another. */
static int read_place(struct session *s, const struct args *a, size_t end,
		      struct link_options *o, struct substrate *substrate, struct err *e)
{
	const struct value *v = args_get(a, "underlay", end);
	const char *point = v->node ? NULL : strchr(v->text, '.');
	const struct node *n;

	if (!point) {
		o->tunnel.underlay[end] = v->node;
		return 0;
	}
	snprintf(substrate->network, sizeof(substrate->network), "%.*s",
		 (int)(point - v->text), v->text);
	snprintf(substrate->node[end], sizeof(substrate->node[end]), "%s", point + 1);
	if (strcmp(substrate->network, s->net->name) != 0)
		return 1;
	n = model_node_named(s->draft, substrate->node[end]);
	if (!n) {
		err_set(e, ENOENT, "there is no node '%s'", substrate->node[end]);
		return args_blame(a, "underlay", end, e);
	}
	o->tunnel.underlay[end] = n->id;
	return 0;
}

static int read_underlay(struct session *s, const struct args *a, struct link_options *o,
			 struct substrate *substrate, struct err *e)
{
	struct substrate other = { 0 };
	int first, second;

	if (!args_get(a, "underlay", 0))
		return 0;
	first = read_place(s, a, 0, o, substrate, e);
	second = first < 0 ? first : read_place(s, a, 1, o, &other, e);
	if (second < 0)
		return second;
	if (first != second ||
	    (first && strcmp(substrate->network, other.network) != 0)) {
		err_set(e, EINVAL, "%s and %s are not in one network",
			args_get(a, "underlay", 0)->text,
			args_get(a, "underlay", 1)->text);
		err_hint(e, "an IP path has to lead from the one to the other");
		return args_blame(a, "underlay", 1, e);
	}
	if (!first)
		return 0;
	memcpy(substrate->node[1], other.node[1], sizeof(other.node[1]));
	o->tunnel.substrate = substrate;
	return 0;
}

/* What other networks tell of it. */
static int ask_others(struct session *s, const struct args *a, struct link_options *o,
		      struct substrate_facts *ret, struct err *e)
{
	size_t bad;
	int r;

	if (!o->tunnel.kind || (!o->tunnel.substrate && !o->tunnel.underlay[0]))
		return 0;
	o->facts = ret;
	r = underlay_ask(s->net, &o->tunnel, o->mtu != 0, &s->hooks, ret, &bad, e);
	return r < 0 ? args_blame(a, "underlay", bad, e) : 0;
}

/* substrate: where that is put, if there is one. */
static int read_tunnel(struct session *s, const struct args *a, struct link_options *o,
		       struct substrate *substrate, struct err *e)
{
	o->tunnel.kind = (uint8_t)choice(a, "tunnel", tunnel_kind_name);
	o->via = choice(a, "via", link_via_name);
	o->enforced = args_has(a, "enforced");
	o->tunnel.key = (uint32_t)args_number(a, "key", 0);
	if (args_get(a, "key", 0) && !o->tunnel.key) {
		err_set(e, ERANGE, "a key of 0: the lowest is 1");
		return args_blame(a, "key", 0, e);
	}
	return read_underlay(s, a, o, substrate, e);
}

int cmd_link(struct session *s, const struct args *a, struct err *e)
{
	struct link_options o = { .name = args_text(a, "name", NULL) };
	uint64_t mtu = args_number(a, "mtu", MTU_MIN);
	struct substrate_facts facts = { 0 };
	struct substrate substrate = { 0 };
	uint32_t node[2], id;
	int r;

	for (size_t end = 0; end < 2; end++) {
		node[end] = args_get(a, "END", end)->node;
		o.end[end].number = (unsigned)args_get(a, "END", end)->number;
	}
	for (size_t end = 0; end < 2; end++) {
		const struct value *mac = args_get(a, "mac", end);
		const struct arg *ip = args_behind(a, "ip", end);

		if (mac) {
			o.end[end].has_mac = true;
			memcpy(o.end[end].mac, mac->mac, sizeof(mac->mac));
		}
		if (ip && !ip->kind) {
			o.end[end].no_address = true;
		} else if (ip) {
			o.end[end].ip = ip->value.ip;
			choose_length(s->draft, node[!end], ip,
				      args_behind(a, "ip", !end), &o.end[end].ip);
		}
	}
	if (mtu < MTU_MIN || mtu > MTU_MAX) {
		err_set(e, ERANGE, "an MTU is %dB to %dB", MTU_MIN, MTU_MAX);
		return args_blame(a, "mtu", 0, e);
	}
	if (args_get(a, "mtu", 0))
		o.mtu = (uint32_t)mtu;
	if (read_tunnel(s, a, &o, &substrate, e) < 0)
		return e->code;
	if (handlers_read_shape(a, &o.shape, e) < 0)
		return e->code;
	o.engine = handlers_read_engine(a, SHAPE_ENGINE_AUTO);
	r = ask_others(s, a, &o, &facts, e);
	if (r == 0) {
		r = model_add_link(s->draft, node[0], node[1], &o, &id, e);
		if (r < 0)
			blame_link(s, a, node, &o, e);
	}
	if (r == 0 && (o.tunnel.substrate || o.tunnel.underlay[0])) {
		r = underlay_check(s->net, s->draft, id, e);
		if (r < 0)
			args_blame(a, "underlay", 0, e);
	}
	substrate_facts_free(&facts);
	return r;
}

/* ---- what is there already ---- */

int cmd_del(struct session *s, const struct args *a, struct err *e)
{
	for (size_t i = 0; i < args_count(a, "TARGET"); i++) {
		const struct value *t = args_get(a, "TARGET", i);
		int r = 0;

		/* a node named before may have taken it along */
		if (t->link && model_link(s->draft, t->link))
			r = model_del_link(s->draft, t->link, e);
		else if (!t->link && model_node(s->draft, t->node))
			r = model_del_node(s->draft, t->node, e);
		if (r < 0)
			return args_blame(a, "TARGET", i, e);
	}
	return 0;
}

static int set_up(struct session *s, const struct args *a, bool up, struct err *e)
{
	for (size_t i = 0; i < args_count(a, "TARGET"); i++) {
		const struct value *t = args_get(a, "TARGET", i);
		int r = t->link ? model_set_link_up(s->draft, t->link, up, e)
				: model_set_node_up(s->draft, t->node, up, e);

		if (r < 0)
			return args_blame(a, "TARGET", i, e);
	}
	return 0;
}

int cmd_up(struct session *s, const struct args *a, struct err *e)
{
	return set_up(s, a, true, e);
}

int cmd_down(struct session *s, const struct args *a, struct err *e)
{
	return set_up(s, a, false, e);
}

int cmd_stp(struct session *s, const struct args *a, struct err *e)
{
	uint32_t node = args_get(a, "NODE", 0)->node;

	if (model_set_stp(s->draft, node, args_has(a, "on"), e) < 0)
		return args_blame(a, "NODE", 0, e);
	return 0;
}

int cmd_seed(struct session *s, const struct args *a, struct err *e)
{
	(void)e;
	s->draft->has_seed = !args_has(a, "none");
	s->draft->seed = args_number(a, "SEED", 0);
	return 0;
}

int cmd_set(struct session *s, const struct args *a, struct err *e)
{
	(void)e;
	s->draft->automatic = args_has(a, "on");
	return 0;
}
