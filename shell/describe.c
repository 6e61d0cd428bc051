/*
 * describe.c — nodes, links, addresses and routes as text and JSON.
 */
#include "shell/describe.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "lang/shape_text.h"

char *describe_addresses(const address_vec *v)
{
	struct str text = { 0 };
	char buf[IP_TEXT_MAX];

	if (!v->n)
		return NULL;
	vec_each (v, a)
		str_addf(&text, "%s%s", text.n ? " " : "", ip_text_length(&a->ip, buf));
	return str_take(&text);
}

json_t *describe_addresses_json(const address_vec *v)
{
	json_t *array = json_array();
	char buf[IP_TEXT_MAX];

	vec_each (v, a)
		json_array_append_new(array, json_string(ip_text_length(&a->ip, buf)));
	return array;
}

/* The address a person would use: IPv4 where there is one. */
static const struct ip *first_address(const address_vec *v)
{
	vec_each (v, a)
		if (a->ip.family == AF_INET)
			return &a->ip;
	return v->n ? &v->v[0].ip : NULL;
}

char *describe_link(const struct model *m, const struct link *l)
{
	struct str text = { 0 };
	char iface[IFACE_TEXT_MAX], buf[IP_TEXT_MAX];

	for (int end = 0; end < 2; end++) {
		const struct ip *ip = first_address(&l->end[end].addresses);

		str_addf(&text, "%s%s", end ? " — " : "", iface_text(m, l, end, iface));
		if (ip)
			str_addf(&text, " %s", ip_text_length(ip, buf));
	}
	return str_take(&text);
}

void describe_tunnel_json(const struct link *l, const struct model *m, json_t *o)
{
	const struct tunnel *t = &l->tunnel;
	cleanup_free char *a = tunnel_underlay_text(m, t, 0);
	cleanup_free char *b = tunnel_underlay_text(m, t, 1);

	if (t->kind) {
		json_object_set_new(o, "tunnel", json_string(tunnel_kind_name(t->kind)));
		json_object_set_new(o, "key", json_integer(t->key));
	}
	if (t->kind && a)
		json_object_set_new(o, "underlay", json_pack("[s, s]", a, b));
	if (l->connector != VIA_AUTO)
		json_object_set_new(o, "via", json_string(link_via_name(l->connector)));
	if (l->enforced)
		json_object_set_new(o, "enforced", json_true());
}

json_t *describe_link_json(const struct model *m, const struct link *l)
{
	cleanup_free char *text = link_text(m, l);
	cleanup_free char *state = describe_link_state(m, l);
	char a[IFACE_TEXT_MAX], b[IFACE_TEXT_MAX];
	json_t *o;

	o = json_pack("{s:s, s:s, s:o, s:s, s:o, s:I, s:s}", "link", text, "a",
		      iface_text(m, l, 0, a), "a_addresses",
		      describe_addresses_json(&l->end[0].addresses), "b",
		      iface_text(m, l, 1, b), "b_addresses",
		      describe_addresses_json(&l->end[1].addresses), "mtu",
		      (json_int_t)l->mtu, "state", state);
	if (describe_engine(l))
		json_object_set_new(o, "engine", json_string(describe_engine(l)));
	describe_tunnel_json(l, m, o);
	for (int end = 0; end < 2; end++) {
		cleanup_free char *shape = shape_text(&l->shape[end]);
		cleanup_free char *vlans = describe_vlans(m, l, end);

		if (shape)
			json_object_set_new(o, end ? "b_shape" : "a_shape",
					    json_string(shape));
		if (vlans)
			json_object_set_new(o, end ? "b_vlan" : "a_vlan",
					    json_string(vlans));
	}
	return o;
}

bool describe_is_shaped(const struct link *l)
{
	return !shape_is_none(&l->shape[0]) || !shape_is_none(&l->shape[1]);
}

const char *describe_engine(const struct link *l)
{
	if (l->wire)
		return "wire";
	return describe_is_shaped(l) ? "netem" : NULL;
}

char *describe_tunnel(const struct model *m, const struct tunnel *t)
{
	struct str text = { 0 };

	if (!t->kind)
		return NULL;
	str_addf(&text, "%s tunnel with key %u", tunnel_kind_name(t->kind), t->key);
	for (int end = 0; end < 2; end++) {
		cleanup_free char *at = tunnel_underlay_text(m, t, end);
		char buf[IP_TEXT_MAX];

		if (!at) {
			str_add(&text, " in the network's fabric");
			break;
		}
		str_addf(&text, "%s %s (%s)", end ? " and" : " between", at,
			 t->outer[end].family ? ip_text(&t->outer[end], buf)
					      : "without an address");
	}
	return str_take(&text);
}

char *describe_crossing(const struct link *l)
{
	const char *via = link_via_name(l->connector);

	if (!link_has_parts(l))
		return NULL;
	if (!l->tunnel.kind)
		return mem_printf("enforced via %s", via);
	return mem_printf("%s %u via %s%s", tunnel_kind_name(l->tunnel.kind),
			  l->tunnel.key, via, l->enforced ? ", enforced" : "");
}

char *describe_via(const struct link *l)
{
	const char *why = "the fastest there is";

	if (l->connector == VIA_AUTO)
		return NULL;
	if (l->via != VIA_AUTO)
		why = "as was asked for";
	else if (l->connector == VIA_BRIDGE)
		why = l->tunnel.kind ? "the kernel had neither ztun nor shortbridge, and "
				       "macvlan passes broadcasts out of turn"
				     : "the kernel had no shortbridge";
	else if (l->connector == VIA_SHORTBRIDGE && l->tunnel.kind)
		why = "the kernel had no ztun";
	return mem_printf("via %s: %s", link_via_name(l->connector), why);
}

const char *describe_enforced(const struct link *l)
{
	if (!l->enforced)
		return NULL;
	return l->wire ? "shaped by wire, outside of the nodes"
		       : "shaped in the fabric, outside of the nodes";
}

char *describe_shape(const struct model *m, const struct link *l)
{
	struct str text = { 0 };

	if (shape_same(&l->shape[0], &l->shape[1]))
		return shape_text(&l->shape[0]);
	for (int end = 0; end < 2; end++) {
		cleanup_free char *shape = shape_text(&l->shape[end]);

		if (shape)
			str_addf(&text, "%sfrom %s: %s", text.n ? "; " : "",
				 model_node(m, l->end[end].node)->name, shape);
	}
	return str_take(&text);
}

const char *describe_prefix(const struct ip *prefix, char *buf)
{
	if (prefix->len == 0)
		return strcpy(buf, "default");
	return ip_text_length(prefix, buf);
}

char *describe_route(const struct route *r)
{
	char prefix[IP_TEXT_MAX], via[IP_TEXT_MAX];
	struct str text = { 0 };

	str_addf(&text, "%s via %s", describe_prefix(&r->prefix, prefix),
		 ip_text(&r->via, via));
	if (r->metric)
		str_addf(&text, " metric %u", r->metric);
	return str_take(&text);
}

const char *describe_origin(enum route_origin origin)
{
	static const char *const names[] = {
		[ROUTE_MANUAL] = "typed",
		[ROUTE_DEFAULT] = "default",
		[ROUTE_PATH] = "path",
	};

	return names[origin];
}

const char *describe_iface_state(const struct model *m, const struct link *l, int end)
{
	return l->gone ? "gone" : model_iface_up(m, l, end) ? "up" : "down";
}

char *describe_link_state(const struct model *m, const struct link *l)
{
	if (l->gone)
		return mem_strdup("gone");
	for (int end = 0; end < 2; end++)
		if (!l->end[end].up)
			return mem_strdup("down");
	for (int end = 0; end < 2; end++) {
		const struct node *n = model_node(m, l->end[end].node);

		if (n && !n->up)
			return mem_printf("%s down", n->name);
	}
	return mem_strdup("up");
}

const char *describe_plural(size_t n, const char *noun)
{
	if (n == 1)
		return "";
	return strcmp(noun, "switch") == 0 ? "es" : "s";
}

char *describe_count(size_t n, const char *noun)
{
	return mem_printf("%zu %s%s", n, noun, describe_plural(n, noun));
}

char *describe_kinds(const size_t by_kind[NODE_SWITCH + 1])
{
	struct str text = { 0 };

	for (enum node_kind kind = NODE_HOST; kind <= NODE_SWITCH; kind++) {
		cleanup_free char *count = NULL;

		if (!by_kind[kind])
			continue;
		count = describe_count(by_kind[kind], node_kind_name(kind));
		str_addf(&text, "%s%s", text.n ? ", " : "", count);
	}
	if (!text.n)
		str_add(&text, "no nodes");
	return str_take(&text);
}

const char *describe_mac(const uint8_t mac[6], char *buf)
{
	snprintf(buf, MAC_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		 mac[2], mac[3], mac[4], mac[5]);
	return buf;
}

json_t *describe_kept_json(const struct node *n)
{
	json_t *array = json_array();

	vec_each (&n->kept, command)
		json_array_append_new(array, json_string(*command));
	return array;
}

char *describe_vlans(const struct model *m, const struct link *l, int end)
{
	const struct node *n = model_node(m, l->end[end].node);

	return n->vlan ? vlans_text(&l->end[end].vlans) : NULL;
}

json_t *describe_nics_json(const struct node *n)
{
	json_t *array = json_array();

	vec_each (&n->nics, nic)
		json_array_append_new(array, json_string(nic->name));
	return array;
}
