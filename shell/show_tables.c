/*
 * show_tables.c — the tables of `show`: nodes, links, addresses, routes.
 */
#include <arpa/inet.h>
#include <string.h>

#include "kern/shapes.h"
#include "shell/describe.h"
#include "shell/handlers.h"

static enum style state_style(bool up)
{
	return up ? STYLE_GOOD : STYLE_BAD;
}

json_t *handlers_take_result(struct session *s)
{
	json_t *result = s->out.result ? s->out.result : json_array();

	s->out.result = NULL;
	return result;
}

static size_t count_links(const struct node *n)
{
	size_t links = 0;

	vec_each (&n->ports, p)
		links += p->link != 0;
	return links;
}

static void add_node_address(struct table *t, const struct model *m, const struct node *n,
			     int family)
{
	const struct ip *ip = model_node_address(m, n, family);
	char text[IP_TEXT_MAX];

	table_add(t, ip ? mem_strdup(ip_text(ip, text)) : NULL, NULL, STYLE_PLAIN);
}

static bool any_nic(const struct model *m)
{
	vec_each (&m->nodes, n)
		if ((*n)->nics.n)
			return true;
	return false;
}

static void add_nics(struct table *t, const struct node *n)
{
	struct str names = { 0 };

	vec_each (&n->nics, nic)
		str_addf(&names, "%s%s", names.n ? " " : "", nic->name);
	table_add(t, names.n ? str_take(&names) : NULL, NULL, STYLE_PLAIN);
}

void handlers_table_nodes(struct session *s)
{
	static const struct column columns[] = {
		{ "node", "NODE", false, 0 },	{ "kind", "KIND", false, 0 },
		{ "state", "STATE", false, 1 }, { "links", "LINKS", true, 2 },
		{ "ipv4", "IPV4", false, 0 },	{ "ipv6", "IPV6", false, 3 },
		{ "nics", "NICS", false, 0 },
	};
	const struct model *m = s->net->model;
	bool nics = any_nic(m);
	struct table t;

	table_begin(&t, columns, ARRAY_LEN(columns) - !nics);
	vec_each (&m->nodes, p) {
		const struct node *n = *p;

		table_add(&t, mem_strdup(n->name), NULL, STYLE_STRONG);
		table_add_text(&t, "%s", node_kind_text(n));
		table_add(&t, mem_strdup(n->up ? "up" : "down"), NULL,
			  state_style(n->up));
		table_add_number(&t, count_links(n));
		add_node_address(&t, m, n, AF_INET);
		add_node_address(&t, m, n, AF_INET6);
		if (nics)
			add_nics(&t, n);
	}
	table_end(&t, &s->out);
}

static void add_link_end(struct table *t, const struct model *m, const struct link *l,
			 int end)
{
	const address_vec *v = &l->end[end].addresses;
	char iface[IFACE_TEXT_MAX], text[IP_TEXT_MAX];
	char *first = NULL;

	iface_text(m, l, end, iface);
	table_add(t, mem_strdup(iface), NULL, STYLE_STRONG);
	if (v->n)
		first = mem_printf("%s%s", ip_text_length(&v->v[0].ip, text),
				   v->n > 1 ? " …" : "");
	table_add(t, first, describe_addresses_json(v), STYLE_PLAIN);
}

static bool any_shape(const struct model *m)
{
	vec_each (&m->links, l)
		if (describe_engine(*l))
			return true;
	return false;
}

struct model *handlers_in_force(struct session *s, const struct link *only)
{
	const struct model *m = s->net->model;
	struct err e = ERR_INIT;
	struct model *found;

	if (!s->net->kern)
		return model_copy(m);
	if (kern_read_shapes(s->net->kern, m, only ? only->id : 0, &found, &e) == 0)
		return found;
	output_say(&s->out, STYLE_BAD, "shapes are shown as they were asked for: %s",
		   e.msg);
	return model_copy(m);
}

static bool any_parts(const struct model *m)
{
	vec_each (&m->links, l)
		if (link_has_parts(*l))
			return true;
	return false;
}

/* Whether a link's end of that number is a port of a switch with VLANs. */
static bool any_vlan(const struct model *m, int end)
{
	vec_each (&m->links, l)
		if (model_node(m, (*l)->end[end].node)->vlan)
			return true;
	return false;
}

void handlers_table_links(struct session *s)
{
	static const struct column columns[] = {
		{ "a", "END", false, 0 },	{ "a_addresses", "ADDRESS", false, 2 },
		{ "b", "END", false, 0 },	{ "b_addresses", "ADDRESS", false, 2 },
		{ "state", "STATE", false, 0 }, { "mtu", "MTU", true, 3 },
		{ "link", "LINK", false, 4 },
	};
	static const struct column vlans[] = {
		{ "a_vlan", "VLAN", false, 2 },
		{ "b_vlan", "VLAN", false, 2 },
	};
	static const struct column crosses = { "tunnel", "TUNNEL", false, 3 };
	static const struct column shapes[] = {
		{ "shape", "SHAPE", false, 1 },
		{ "engine", "ENGINE", false, 2 },
		{ "asked", "ASKED FOR", false, 0 },
	};
	const struct model *m = s->net->model;
	struct model *in_force = handlers_in_force(s, NULL);
	bool shaped = any_shape(m), differs = !model_same(m, in_force);
	bool parts = any_parts(m), has_vlan[] = { any_vlan(m, 0), any_vlan(m, 1) };
	VEC(struct column) shown = { 0 };
	struct table t;

	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		vec_push(&shown, columns[i]);
		for (size_t end = 0; end < 2; end++)
			if (i == 2 * end + 1 && has_vlan[end])
				vec_push(&shown, vlans[end]);
	}
	if (parts)
		vec_push(&shown, crosses);
	for (size_t i = 0; i < (differs ? 3u : shaped ? 2u : 0u); i++)
		vec_push(&shown, shapes[i]);
	table_begin(&t, shown.v, shown.n);
	vec_each (&m->links, p) {
		const struct link *l = *p, *is = model_link(in_force, l->id);
		char *state = describe_link_state(m, l);

		for (int end = 0; end < 2; end++) {
			add_link_end(&t, m, l, end);
			if (has_vlan[end])
				table_add(&t, describe_vlans(m, l, end), NULL,
					  STYLE_PLAIN);
		}
		table_add(&t, state, NULL, state_style(strcmp(state, "up") == 0));
		table_add(&t, mem_printf("%uB", l->mtu), json_integer(l->mtu),
			  STYLE_PLAIN);
		table_add(&t, link_text(m, l), NULL, STYLE_PLAIN);
		if (parts)
			table_add(&t, describe_crossing(l), NULL, STYLE_PLAIN);
		if (!shaped && !differs)
			continue;
		table_add(&t, describe_shape(m, is), NULL,
			  is == l ? STYLE_PLAIN : STYLE_BAD);
		table_add(&t, mem_strdup(describe_engine(l)), NULL, STYLE_PLAIN);
		if (differs)
			table_add(&t, describe_shape(m, l), NULL, STYLE_PLAIN);
	}
	table_end(&t, &s->out);
	vec_free(&shown);
	model_free(in_force);
}

/* ---- addresses ---- */

static void add_addresses(struct table *t, const char *iface, const address_vec *v,
			  const char *state)
{
	char text[IP_TEXT_MAX];

	vec_each (v, a) {
		table_add(t, mem_strdup(iface), NULL, STYLE_STRONG);
		table_add_text(t, "%s", ip_text_length(&a->ip, text));
		table_add_text(t, "%s", a->automatic ? "automatic" : "typed");
		table_add(t, mem_strdup(state), NULL,
			  state_style(strcmp(state, "up") == 0));
	}
}

void handlers_table_addresses(struct session *s)
{
	static const struct column columns[] = {
		{ "interface", "INTERFACE", false, 0 },
		{ "address", "ADDRESS", false, 0 },
		{ "origin", "ORIGIN", false, 2 },
		{ "state", "STATE", false, 1 },
	};
	const struct model *m = s->net->model;
	struct table t;

	table_begin(&t, columns, ARRAY_LEN(columns));
	vec_each (&m->nodes, p) {
		const struct node *n = *p;
		cleanup_free char *lo = mem_printf("%s:lo", n->name);
		char iface[IFACE_TEXT_MAX];

		add_addresses(&t, lo, &n->loopback, n->up ? "up" : "down");
		vec_each (&n->ports, port) {
			const struct link *l = port->link ? model_link(m, port->link)
							  : NULL;

			if (l)
				add_addresses(&t, iface_text(m, l, port->end, iface),
					      &l->end[port->end].addresses,
					      describe_iface_state(m, l, port->end));
		}
	}
	table_end(&t, &s->out);
}

/* ---- routes ---- */

static void add_route(struct table *t, const struct model *m, const struct node *n,
		      const struct route *r)
{
	char prefix[IP_TEXT_MAX], via[IP_TEXT_MAX], iface[IFACE_TEXT_MAX];
	const struct link *out;
	int end;
	bool found = model_next_hop(m, n, &r->via, &out, &end);

	table_add(t, mem_strdup(n->name), NULL, STYLE_STRONG);
	table_add_text(t, "%s", describe_prefix(&r->prefix, prefix));
	table_add_text(t, "%s", ip_text(&r->via, via));
	table_add(t,
		  found ? mem_strdup(strchr(iface_text(m, out, end, iface), ':') + 1)
			: NULL,
		  NULL, STYLE_PLAIN);
	table_add(t, r->metric ? mem_printf("%u", r->metric) : NULL,
		  json_integer(r->metric), STYLE_PLAIN);
	table_add_text(t, "%s", describe_origin(r->origin));
}

void handlers_table_routes(struct session *s, const struct node *n)
{
	static const struct column columns[] = {
		{ "node", "NODE", false, 0 },	 { "prefix", "PREFIX", false, 0 },
		{ "via", "VIA", false, 0 },	 { "interface", "INTERFACE", false, 1 },
		{ "metric", "METRIC", true, 3 }, { "origin", "ORIGIN", false, 2 },
	};
	const struct model *m = s->net->model;
	struct table t;

	table_begin(&t, columns, ARRAY_LEN(columns));
	vec_each (&m->nodes, p) {
		if (n && *p != n)
			continue;
		vec_each (&(*p)->routes, r)
			add_route(&t, m, *p, r);
	}
	table_end(&t, &s->out);
}
