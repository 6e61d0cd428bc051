/*
 * state_route.c — see state_route.h.
 */
#include "run/state_route.h"

static json_t *write_route(const struct route *r)
{
	char prefix[IP_TEXT_MAX], via[IP_TEXT_MAX];
	json_t *o = json_object();

	json_object_set_new_nocheck(
		o, "to", json_string_nocheck(ip_text_length(&r->prefix, prefix)));
	json_object_set_new_nocheck(o, "via", json_string_nocheck(ip_text(&r->via, via)));
	if (r->metric)
		json_object_set_new_nocheck(o, "metric", json_integer(r->metric));
	if (r->origin)
		json_object_set_new_nocheck(o, "origin", json_integer(r->origin));
	if (r->equal)
		json_object_set_new_nocheck(o, "equal", json_true());
	return o;
}

json_t *state_write_routes(const struct node *n)
{
	json_t *array = json_array();

	vec_each (&n->routes, r)
		json_array_append_new(array, write_route(r));
	return array;
}

bool state_same_routes(const struct node *a, const struct node *b)
{
	if (a->routes.n != b->routes.n)
		return false;
	for (size_t i = 0; i < a->routes.n; i++) {
		const struct route *x = &a->routes.v[i], *y = &b->routes.v[i];

		if (!ip_equal(&x->prefix, &y->prefix) ||
		    !ip_same_address(&x->via, &y->via) || x->metric != y->metric ||
		    x->origin != y->origin || x->equal != y->equal)
			return false;
	}
	return true;
}

static uint32_t number(const json_t *o, const char *key, uint32_t otherwise)
{
	const json_t *v = json_object_get(o, key);

	return json_is_integer(v) ? (uint32_t)json_integer_value(v) : otherwise;
}

bool state_read_routes(const json_t *array, struct node *n)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		const char *to = json_string_value(json_object_get(item, "to"));
		const char *via = json_string_value(json_object_get(item, "via"));
		struct route r = {
			.metric = number(item, "metric", 0),
			.origin = number(item, "origin", ROUTE_MANUAL),
			.equal = json_is_true(json_object_get(item, "equal")),
		};

		if (!to || !via || ip_parse_prefix(to, &r.prefix, NULL) < 0 ||
		    ip_parse(via, &r.via, NULL) < 0 || r.origin > ROUTE_PATH)
			return false;
		vec_push(&n->routes, r);
	}
	return true;
}
