/*
 * cmd_address.c — ip and route: what is typed by hand rather than worked out.
 */
#include <errno.h>

#include "shell/handlers.h"

static int set_addresses(struct model *m, const struct value *iface, const struct ip *ips,
			 size_t n, struct err *e)
{
	if (iface->link)
		return model_set_addresses(m, iface->link, iface->end, ips, n, e);
	return model_set_loopback(m, iface->node, ips, n, e);
}

/* Which of n refused addresses is the first that is in the way. */
static size_t bad_address(struct model *draft, const struct value *iface,
			  const struct ip *ips, size_t n)
{
	size_t bad = 0;
	int r = 0;

	/* the draft is thrown away, so they may be tried: one, two, … */
	while (bad < n - 1 && r == 0) {
		struct err e = ERR_INIT;

		r = set_addresses(draft, iface, ips, bad + 1, &e);
		err_clear(&e);
		bad += r == 0;
	}
	return bad;
}

int cmd_ip(struct session *s, const struct args *a, struct err *e)
{
	const struct value *iface = args_get(a, "IFACE", 0);
	size_t n = args_count(a, "ADDR/LEN");
	VEC(struct ip) ips = { 0 };
	int r;

	for (size_t i = 0; i < n; i++)
		vec_push(&ips, args_get(a, "ADDR/LEN", i)->ip);
	r = set_addresses(s->draft, iface, ips.v, n, e);
	if (r < 0 && n)
		args_blame(a, "ADDR/LEN", bad_address(s->draft, iface, ips.v, n), e);
	vec_free(&ips);
	return r;
}

int cmd_route(struct session *s, const struct args *a, struct err *e)
{
	struct route route = { .origin = ROUTE_MANUAL };
	uint64_t metric = args_number(a, "metric", 0);
	VEC(struct ip) vias = { 0 };
	uint32_t node;
	size_t bad;
	int r;

	if (args_has(a, "auto")) {
		/* paths lead to subnets, which automatic addressing may just now give */
		if (model_settle(s->draft, &(struct settled){ 0 }, e) < 0)
			return e->code;
		return model_route_auto(s->draft, e);
	}
	node = args_get(a, "NODE", 0)->node;
	route.prefix = args_get(a, "PREFIX", 0)->ip;
	if (args_has(a, "none")) {
		if (model_del_route(s->draft, node, &route.prefix, e) < 0)
			return args_blame(a, "PREFIX", 0, e);
		return 0;
	}
	if (!route.prefix.family) /* "default" is of its next hop's family */
		route.prefix.family = args_get(a, "via", 0)->ip.family;
	if (metric > UINT32_MAX) {
		err_set(e, ERANGE, "a metric is at most %u", UINT32_MAX);
		return args_blame(a, "metric", 0, e);
	}
	route.metric = (uint32_t)metric;
	for (size_t i = 0; i < args_count(a, "via"); i++)
		vec_push(&vias, args_get(a, "via", i)->ip);
	r = model_set_routes(s->draft, node, &route, vias.v, vias.n, &bad, e);
	if (r < 0)
		args_blame(a, "via", bad, e);
	vec_free(&vias);
	return r;
}
