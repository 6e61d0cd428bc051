/*
 * net.h — networks in a few words, for the unit tests of what works on models.
 *
 *     struct model *m = net("h h1; h h2; s s1; h1 s1; h2 s1");
 *
 * Statements are parted by ';': a kind's letter and a name add a node, two
 * names join them. Texts that are returned stand in a static buffer until the
 * next call.
 */
#ifndef TESTS_UNIT_NET_H
#define TESTS_UNIT_NET_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/str.h"
#include "model/model.h"

/* Unused in some of the tests. */
#define NET_HELPER static inline __attribute__((unused))

NET_HELPER struct node *net_node(const struct model *m, const char *name)
{
	struct node *n = model_node_named(m, name);

	if (!n)
		fail_msg("no node %s", name);
	return n;
}

NET_HELPER uint32_t net_add(struct model *m, enum node_kind kind, const char *name)
{
	uint32_t id = 0;

	assert_int_equal(model_add_node(m, kind, name, &id, NULL), 0);
	return id;
}

NET_HELPER uint32_t net_join_with(struct model *m, const char *a, const char *b,
				  const struct link_options *o)
{
	struct err e = ERR_INIT;
	uint32_t id = 0;

	if (model_add_link(m, net_node(m, a)->id, net_node(m, b)->id, o, &id, &e) < 0)
		fail_msg("link %s %s: %s", a, b, e.msg);
	return id;
}

NET_HELPER uint32_t net_join(struct model *m, const char *a, const char *b)
{
	return net_join_with(m, a, b, &(struct link_options){ 0 });
}

NET_HELPER void net_extend(struct model *m, const char *text)
{
	cleanup_free char *copy = mem_strdup(text);
	char *rest, a[64], b[64];

	for (char *s = strtok_r(copy, ";", &rest); s; s = strtok_r(NULL, ";", &rest)) {
		assert_int_equal(sscanf(s, " %63s %63s", a, b), 2);
		if (strlen(a) > 1)
			net_join(m, a, b);
		else
			net_add(m,
				*a == 'h'   ? NODE_HOST
				: *a == 'r' ? NODE_ROUTER
					    : NODE_SWITCH,
				b);
	}
}

NET_HELPER struct model *net(const char *text)
{
	struct model *m = model_new();

	net_extend(m, text);
	return m;
}

NET_HELPER struct settled net_settle(struct model *m)
{
	struct settled s = { 0 };
	struct err e = ERR_INIT;

	if (model_settle(m, &s, &e) < 0)
		fail_msg("settle: %s", e.msg);
	return s;
}

/* "h1:eth0" */
NET_HELPER const struct link *net_iface(const struct model *m, const char *name,
					int *ret_end)
{
	char node[64], iface[16];
	const struct link *l = NULL;

	assert_int_equal(sscanf(name, "%63[^:]:%15s", node, iface), 2);
	assert_int_equal(model_iface_named(m, net_node(m, node), iface, &l, ret_end), 0);
	return l;
}

/* The link between two nodes. */
NET_HELPER const struct link *net_link(const struct model *m, const char *a,
				       const char *b)
{
	const struct link *l = NULL;

	assert_true(
		model_links_between(m, net_node(m, a)->id, net_node(m, b)->id, &l, 1));
	return l;
}

NET_HELPER struct ip net_ip(const char *text)
{
	struct ip ip = { 0 };

	if (strchr(text, '/'))
		assert_int_equal(ip_parse_with_length(text, &ip, NULL), 0);
	else
		assert_int_equal(ip_parse(text, &ip, NULL), 0);
	return ip;
}

/* Types the addresses, up to a NULL, for "h1:eth0" or "h1:lo". */
NET_HELPER void net_type(struct model *m, const char *iface, ...)
{
	struct ip ips[8];
	struct err e = ERR_INIT;
	const char *text;
	char node[64];
	va_list ap;
	size_t n = 0;
	int end, r;

	va_start(ap, iface);
	while ((text = va_arg(ap, const char *)))
		ips[n++] = net_ip(text);
	va_end(ap);
	if (strstr(iface, ":lo")) {
		assert_int_equal(sscanf(iface, "%63[^:]", node), 1);
		r = model_set_loopback(m, net_node(m, node)->id, ips, n, &e);
	} else {
		const struct link *l = net_iface(m, iface, &end);

		r = model_set_addresses(m, l->id, end, ips, n, &e);
	}
	if (r < 0)
		fail_msg("ip %s: %s", iface, e.msg);
}

NET_HELPER void net_route(struct model *m, const char *node, const char *prefix,
			  const char *via)
{
	struct route r = { .via = net_ip(via) };
	struct err e = ERR_INIT;

	assert_int_equal(ip_parse_prefix(prefix, &r.prefix, NULL), 0);
	if (model_set_route(m, net_node(m, node)->id, &r, &e) < 0)
		fail_msg("route %s %s: %s", node, prefix, e.msg);
}

/* "10.0.0.1/24 fd00::1/64" of "h1:eth0" */
NET_HELPER const char *net_addresses(const struct model *m, const char *iface)
{
	static char out[1024];
	char text[IP_TEXT_MAX];
	size_t n = 0;
	int end;
	const struct link *l = net_iface(m, iface, &end);

	out[0] = '\0';
	vec_each (&l->end[end].addresses, a)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s", n ? " " : "",
				      ip_text_length(&a->ip, text));
	return out;
}

/* "0.0.0.0/0 via 10.0.0.1 auto; 10.1.0.0/24 via 10.0.0.2 path; …" */
NET_HELPER const char *net_routes(const struct model *m, const char *node)
{
	static const char *const origins[] = { "typed", "auto", "path" };
	static char out[8192];
	char prefix[IP_TEXT_MAX], via[IP_TEXT_MAX];
	size_t n = 0;

	out[0] = '\0';
	vec_each (&net_node(m, node)->routes, r)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s via %s %s",
				      n ? "; " : "", ip_text_length(&r->prefix, prefix),
				      ip_text(&r->via, via), origins[r->origin]);
	return out;
}

/* The via of its route to the prefix; "" where it has none. */
NET_HELPER const char *net_via(const struct model *m, const char *node,
			       const char *prefix)
{
	static char out[IP_TEXT_MAX];
	struct ip p;

	assert_int_equal(ip_parse_prefix(prefix, &p, NULL), 0);
	out[0] = '\0';
	vec_each (&net_node(m, node)->routes, r)
		if (ip_equal(&r->prefix, &p))
			return ip_text(&r->via, out);
	return out;
}

/* CPU time of this process, in ms. */
NET_HELPER double net_cpu_milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/*
 * How many times as much work is for ten times the size: 10 where it is linear, 100 where
 * it is quadratic. took() is the time for a size. The least of some runs: a busy machine
 * only adds.
 */
NET_HELPER double net_growth(double (*took)(unsigned n), unsigned n)
{
	double least[2] = { INFINITY, INFINITY };

	for (int i = 0; i < 3; i++) {
		least[0] = fmin(least[0], took(n));
		least[1] = fmin(least[1], took(10 * n));
	}
	print_message("# %u: %.2f ms; %u: %.1f ms\n", n, least[0], 10 * n, least[1]);
	return least[1] / least[0];
}

#endif
