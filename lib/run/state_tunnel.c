/*
 * state_tunnel.c — see state_tunnel.h.
 */
#include "run/state_tunnel.h"

#include <string.h>

static void put(json_t *o, const char *key, json_t *value)
{
	json_object_set_new_nocheck(o, key, value);
}

static json_t *write_outer(const struct ip *ip)
{
	char text[IP_TEXT_MAX];

	return ip->family ? json_string(ip_text(ip, text)) : json_null();
}

void state_write_tunnel(json_t *o, const struct link *l)
{
	const struct tunnel *t = &l->tunnel;

	if (l->enforced)
		put(o, "enforced", json_true());
	if (l->via)
		put(o, "via", json_integer(l->via));
	if (l->connector)
		put(o, "connector", json_integer(l->connector));
	if (t->kind)
		put(o, "tunnel",
		    json_pack("{s:i, s:I, s:[I, I], s:[o, o]}", "kind", t->kind, "key",
			      (json_int_t)t->key, "underlay", (json_int_t)t->underlay[0],
			      (json_int_t)t->underlay[1], "outer",
			      write_outer(&t->outer[0]), write_outer(&t->outer[1])));
	if (t->substrate)
		put(o, "substrate",
		    json_pack("{s:s, s:[s, s]}", "network", t->substrate->network,
			      "nodes", t->substrate->node[0], t->substrate->node[1]));
}

static bool read_number(const json_t *v, uint32_t max, uint32_t *ret)
{
	json_int_t n = json_integer_value(v);

	*ret = (uint32_t)n;
	return json_is_integer(v) && n >= 0 && n <= (json_int_t)max;
}

static bool read_end(const json_t *o, const struct model *m, struct tunnel *t, size_t end)
{
	const json_t *underlay = json_array_get(json_object_get(o, "underlay"), end);
	const json_t *outer = json_array_get(json_object_get(o, "outer"), end);

	if (!read_number(underlay, UINT32_MAX, &t->underlay[end]) ||
	    (t->underlay[end] && !model_node(m, t->underlay[end])))
		return false;
	return json_is_null(outer) ||
	       (json_is_string(outer) &&
		ip_parse(json_string_value(outer), &t->outer[end], NULL) == 0);
}

static bool read_name(const json_t *v, char ret[SUBSTRATE_NAME_MAX + 1])
{
	const char *name = json_string_value(v);

	if (!name || model_check_name(name, NULL) < 0)
		return false;
	memcpy(ret, name, strlen(name) + 1);
	return true;
}

static bool read_substrate(const json_t *o, struct tunnel *t)
{
	const json_t *nodes = json_object_get(o, "nodes");

	if (!o)
		return true;
	t->substrate = mem_alloc(sizeof(*t->substrate));
	return read_name(json_object_get(o, "network"), t->substrate->network) &&
	       read_name(json_array_get(nodes, 0), t->substrate->node[0]) &&
	       read_name(json_array_get(nodes, 1), t->substrate->node[1]) &&
	       !t->underlay[0];
}

bool state_read_tunnel(const json_t *o, const struct model *m, struct link *l)
{
	const json_t *via = json_object_get(o, "via"), *t = json_object_get(o, "tunnel");
	const json_t *connector = json_object_get(o, "connector");
	uint32_t n;

	l->enforced = json_is_true(json_object_get(o, "enforced"));
	if (via) {
		if (!read_number(via, VIA_DIRECT, &n))
			return false;
		l->via = (uint8_t)n;
	}
	if (connector) {
		if (!read_number(connector, VIA_DIRECT, &n))
			return false;
		l->connector = (uint8_t)n;
	}
	if (!t)
		return true;
	if (!read_number(json_object_get(t, "kind"), TUNNEL_GENEVE, &n) || !n)
		return false;
	l->tunnel.kind = (uint8_t)n;
	return read_number(json_object_get(t, "key"), UINT32_MAX, &l->tunnel.key) &&
	       read_end(t, m, &l->tunnel, 0) && read_end(t, m, &l->tunnel, 1) &&
	       read_substrate(json_object_get(o, "substrate"), &l->tunnel);
}
