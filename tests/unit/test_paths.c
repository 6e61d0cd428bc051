/*
 * test_paths.c — `route auto`: every route is what a packet would need.
 *
 * walk() forwards a packet by the model's routes, as the kernel would; the
 * tests look at how far it gets, rather than at routes alone.
 */
#include <arpa/inet.h>
#include <errno.h>

#include "net.h"

static void route_auto(struct model *m)
{
	struct err e = ERR_INIT;

	net_settle(m);
	if (model_route_auto(m, &e) < 0)
		fail_msg("route auto: %s", e.msg);
}

static void set_link(struct model *m, const char *a, const char *b, bool up)
{
	assert_int_equal(model_set_link_up(m, net_link(m, a, b)->id, up, NULL), 0);
}

/* Longest prefix: 1 on a subnet of the node's, 2 through *ret_via, 0 nowhere. */
static int look_up(const struct model *m, const struct node *n, const struct ip *to,
		   struct ip *ret_via)
{
	int best = -1, result = 0;

	vec_each (&n->ports, p) {
		const struct link *l = p->link ? model_link(m, p->link) : NULL;

		if (!l || !model_iface_up(m, l, p->end))
			continue;
		vec_each (&l->end[p->end].addresses, a)
			if (ip_within(to, &a->ip) && a->ip.len > best) {
				best = a->ip.len;
				result = 1;
			}
	}
	vec_each (&n->routes, r)
		if (ip_within(to, &r->prefix) && r->prefix.len > best) {
			best = r->prefix.len;
			result = 2;
			*ret_via = r->via;
		}
	return result;
}

/* How many routers stand between; -1: it does not arrive. */
static int walk(const struct model *m, const char *from, const char *to_text)
{
	const struct node *n = net_node(m, from);
	struct ip to = net_ip(to_text), via;
	uint32_t goal = model_address_owner(m, &to);

	for (int routers = 0; routers < 1000; routers++) {
		int how = n->id == goal ? 1 : look_up(m, n, &to, &via);

		if (how == 0 || (routers && n->id != goal && n->kind != NODE_ROUTER))
			return -1;
		if (how == 1)
			return n->id == goal ? routers - 1 : routers;
		n = model_node(m, model_address_owner(m, &via));
		if (n->id == goal)
			return routers;
	}
	return -1; /* round and round */
}

static void a_line_of_routers(void **state)
{
	struct model *m = net("h h1; r r1; r r2; r r3; h h3; h1 r1; r1 r2; r2 r3; r3 h3");

	(void)state;
	route_auto(m);
	/* LANs 0 h1 r1, 1 r1 r2, 2 r2 r3, 3 r3 h3 */
	assert_string_equal(net_routes(m, "r1"),
			    "10.2.0.0/24 via 10.1.0.2 path; "
			    "10.3.0.0/24 via 10.1.0.2 path; "
			    "fd00:0:0:2::/64 via fd00:0:0:1::2 path; "
			    "fd00:0:0:3::/64 via fd00:0:0:1::2 path");
	assert_string_equal(net_routes(m, "h1"),
			    "0.0.0.0/0 via 10.0.0.2 auto; ::/0 via fd00::2 auto");
	assert_int_equal(walk(m, "h1", "10.3.0.2"), 3);
	assert_int_equal(walk(m, "h3", "fd00::1"), 3);
	assert_int_equal(walk(m, "h1", "10.9.9.9"), -1);
	model_free(m);
}

static void shortest_and_first_added(void **state)
{
	/* a ring of four: opposite corners have two ways */
	struct model *m = net("r r1; r r2; r r3; r r4; r1 r2; r2 r3; r3 r4; r4 r1");

	(void)state;
	route_auto(m);
	/* 10.1 is r2 r3, 10.2 is r3 r4 */
	assert_string_equal(net_via(m, "r1", "10.1.0.0/24"), "10.0.0.2");
	assert_string_equal(net_via(m, "r1", "10.2.0.0/24"), "10.3.0.1");
	model_free(m);
	/* a host's LAN behind the far corner: r2 was added before r4 */
	m = net("r r1; r r2; r r3; r r4; h h3; r4 r1; r3 r4; r1 r2; r2 r3; h3 r3");
	route_auto(m);
	assert_string_equal(net_via(m, "r1", "10.4.0.0/24"), "10.2.0.2");
	assert_int_equal(walk(m, "r1", "10.4.0.1"), 2);
	model_free(m);
}

static void a_lan_is_one_hop(void **state)
{
	struct model *m = net("r r1; r r2; r r3; s s1; s s2; h h2;"
			      "r1 s1; s1 s2; s2 r2; r1 r3; r3 r2; r2 h2");

	(void)state;
	route_auto(m);
	/* through two switches, but past no router */
	assert_string_equal(net_via(m, "r1", "10.3.0.0/24"), "10.0.0.2");
	assert_string_equal(net_routes(m, "s1"), "");
	model_free(m);
}

static void what_is_down_is_gone_around(void **state)
{
	struct model *m = net("r r1; r r2; r r3; h h2; r1 r2; r2 r3; r3 r1; h2 r2");

	(void)state;
	route_auto(m);
	assert_int_equal(walk(m, "r1", "10.3.0.1"), 1);
	set_link(m, "r1", "r2", false);
	route_auto(m);
	assert_int_equal(walk(m, "r1", "10.3.0.1"), 2);
	assert_string_equal(net_via(m, "r1", "10.3.0.0/24"), "10.2.0.1");
	/* nobody is on the subnet of a link that is down */
	assert_string_equal(net_via(m, "r3", "10.0.0.0/24"), "");
	assert_int_equal(model_set_node_up(m, net_node(m, "r3")->id, false, NULL), 0);
	route_auto(m);
	assert_int_equal(walk(m, "r1", "10.3.0.1"), -1);
	assert_string_equal(net_routes(m, "r1"), "");
	assert_int_equal(model_set_node_up(m, net_node(m, "r3")->id, true, NULL), 0);
	set_link(m, "r1", "r2", true);
	route_auto(m);
	assert_int_equal(walk(m, "r1", "10.3.0.1"), 1);
	model_free(m);
}

static void a_switch_that_is_down_parts_its_lan(void **state)
{
	struct model *m = net("r r1; r r2; r r3; s s1; h h3; r1 s1; r2 s1; r3 s1;"
			      "r1 r2; h3 r2");

	(void)state;
	assert_int_equal(model_set_node_up(m, net_node(m, "s1")->id, false, NULL), 0);
	route_auto(m);
	assert_string_equal(net_via(m, "r1", "10.2.0.0/24"), "10.1.0.2");
	assert_string_equal(net_routes(m, "r3"), "");
	model_free(m);
}

/* r2 has the LAN's address, but its interface is down: it would drop the packets. */
static void a_router_cut_from_its_lan_is_no_way_there(void **state)
{
	struct model *m = net("r r1; r r2; r r3; r r4; s s1;"
			      "r2 s1; r3 s1; r1 r2; r1 r4; r4 r3; r2 r3");

	(void)state;
	set_link(m, "r2", "s1", false);
	route_auto(m);
	assert_int_equal(walk(m, "r1", "10.0.0.2"), 1);
	assert_string_equal(net_via(m, "r1", "10.0.0.0/24"), "10.2.0.2");
	assert_string_equal(net_via(m, "r2", "10.0.0.0/24"), "");
	model_free(m);
}

static void loopbacks_are_reached(void **state)
{
	struct model *m = net("r r1; r r2; r r3; h h1; r1 r2; r2 r3; h1 r1");

	(void)state;
	net_type(m, "r3:lo", "192.0.2.3/32", "2001:db8::3/128", NULL);
	net_type(m, "r2:lo", "198.51.100.2/24", NULL);
	net_type(m, "h1:lo", "203.0.113.1/32", NULL);
	route_auto(m);
	assert_string_equal(net_via(m, "r1", "192.0.2.3/32"), "10.0.0.2");
	assert_string_equal(net_via(m, "r1", "2001:db8::3/128"), "fd00::2");
	assert_string_equal(net_via(m, "r1", "198.51.100.2/32"), "10.0.0.2");
	assert_string_equal(net_via(m, "r3", "192.0.2.3/32"), "");
	assert_string_equal(net_via(m, "r1", "203.0.113.1/32"), "");
	model_free(m);
}

static void typed_routes_stay_and_win(void **state)
{
	struct model *m = net("r r1; r r2; r r3; h h3; r1 r2; r2 r3; r1 r3; h3 r3");

	(void)state;
	net_settle(m);
	net_route(m, "r1", "10.3.0.0/24", "10.0.0.2");
	net_route(m, "r1", "10.3.0.0/16", "10.0.0.2");
	route_auto(m);
	assert_string_equal(
		net_routes(m, "r1"),
		"10.3.0.0/24 via 10.0.0.2 typed; 10.3.0.0/16 via 10.0.0.2 typed; "
		"10.1.0.0/24 via 10.0.0.2 path; "
		"fd00:0:0:1::/64 via fd00::2 path; fd00:0:0:3::/64 via fd00:0:0:2::2 "
		"path");
	model_free(m);
}

static void again_changes_nothing(void **state)
{
	struct model *m = net("r r1; r r2; r r3; h h1; s s1; r1 r2; r2 r3; r3 r1; h1 s1;"
			      "r1 s1; r2 s1"),
		     *copy;

	(void)state;
	route_auto(m);
	copy = model_copy(m);
	route_auto(copy);
	for (size_t i = 0; i < m->nodes.n; i++)
		assert_ptr_equal(m->nodes.v[i], copy->nodes.v[i]);
	/* what is no path any more goes */
	assert_int_equal(model_del_node(copy, net_node(copy, "r3")->id, NULL), 0);
	route_auto(copy);
	assert_string_equal(net_routes(copy, "r1"), "");
	model_free(copy);
	model_free(m);
}

static void hosts_take_the_first_router(void **state)
{
	struct model *m = net("h h1; r r1; r r2; s s1; h h2; r2 s1; h1 s1; r1 s1; r2 h2");

	(void)state;
	route_auto(m);
	assert_string_equal(net_routes(m, "h1"),
			    "0.0.0.0/0 via 10.0.0.3 path; ::/0 via fd00::3 path");
	assert_int_equal(walk(m, "h1", "10.1.0.2"), 2);
	/* one whose interface is down is no use */
	set_link(m, "r1", "s1", false);
	route_auto(m);
	assert_string_equal(net_routes(m, "h1"),
			    "0.0.0.0/0 via 10.0.0.1 path; ::/0 via fd00::1 path");
	net_route(m, "h1", "0.0.0.0/0", "10.0.0.3");
	route_auto(m);
	assert_string_equal(net_routes(m, "h1"),
			    "0.0.0.0/0 via 10.0.0.3 typed; ::/0 via fd00::1 path");
	model_free(m);
}

static void hosts_in_several_lans_have_routes(void **state)
{
	/* h1 is in two LANs, and does not forward between them */
	struct model *m = net("h h1; r r1; r r2; h x1; h x2; h1 r1; h1 r2; x1 r1; x2 r2");

	(void)state;
	route_auto(m);
	assert_string_equal(net_via(m, "h1", "10.2.0.0/24"), "10.0.0.2");
	assert_string_equal(net_via(m, "h1", "10.3.0.0/24"), "10.1.0.2");
	assert_int_equal(walk(m, "h1", "10.3.0.1"), 1);
	assert_string_equal(net_via(m, "r1", "10.3.0.0/24"), "");
	assert_int_equal(walk(m, "x1", "10.3.0.1"), -1);
	model_free(m);
}

static void a_family_that_is_missing(void **state)
{
	/* the short way has no IPv6 */
	struct model *m = net("r r1; r r2; r r3; h h2; r1 r2; r1 r3; r3 r2; h2 r2");

	(void)state;
	net_type(m, "r1:eth0", "192.0.2.1/30", NULL);
	net_type(m, "r2:eth0", "192.0.2.2/30", NULL);
	route_auto(m);
	assert_string_equal(net_via(m, "r1", "10.3.0.0/24"), "192.0.2.2");
	assert_string_equal(net_via(m, "r1", "fd00:0:0:3::/64"), "fd00:0:0:1::2");
	assert_int_equal(walk(m, "r1", "fd00:0:0:3::1"), 2);
	/* link-local addresses are nobody's destination */
	net_type(m, "r1:eth0", "192.0.2.1/30", "fe80::1/64", NULL);
	route_auto(m);
	assert_string_equal(net_via(m, "r3", "fe80::/64"), "");
	model_free(m);
}

static void an_empty_network(void **state)
{
	struct model *m = net("h h1; r r1; s s1");
	struct model *none = model_new();

	(void)state;
	route_auto(m);
	route_auto(none);
	model_free(m);
	model_free(none);
}

/* Hops until the packet is at a router on the subnet of to. */
static int hops(const struct model *m, const struct node *n, const struct ip *to)
{
	struct ip via;

	for (int hops = 0; hops < 1000; hops++) {
		int how = look_up(m, n, to, &via);

		if (how != 2)
			return how ? hops : -1;
		n = model_node(m, model_address_owner(m, &via));
	}
	return -1;
}

/* From everywhere to everywhere: it arrives, and no neighbour knows a shorter way. */
static void a_random_graph_is_whole(void **state)
{
	struct model *m = model_new();
	unsigned seed = 12345;
	char a[16], b[16];
	enum { N = 40 };

	(void)state;
	for (int i = 0; i < N; i++) {
		snprintf(a, sizeof(a), "r%d", i);
		net_add(m, NODE_ROUTER, a);
		seed = seed * 1103515245 + 12345;
		snprintf(b, sizeof(b), "r%u", i ? (seed >> 16) % (unsigned)i : 0);
		if (i)
			net_join(m, a, b);
	}
	for (int i = 0; i < 30; i++) {
		seed = seed * 1103515245 + 12345;
		snprintf(a, sizeof(a), "r%u", (seed >> 16) % N);
		snprintf(b, sizeof(b), "r%u", (seed >> 22) % N);
		if (strcmp(a, b) != 0)
			net_join(m, a, b);
	}
	route_auto(m);
	vec_each (&m->nodes, n)
		vec_each (&m->links, l) {
			struct ip to = (*l)->end[1].addresses.v[0].ip;
			int here = hops(m, *n, &to);

			assert_true(here >= 0);
			vec_each (&(*n)->ports, p) {
				const struct link *way = model_link(m, p->link);
				const struct node *next =
					model_node(m, way->end[!p->end].node);

				assert_true(here <= hops(m, next, &to) + 1);
			}
		}
	model_free(m);
}

static double routes_of_a_line(unsigned routers)
{
	struct model *m = model_new();
	char name[16], last[16] = "", host[16];
	double begin;

	for (unsigned i = 0; i < routers; i++) {
		snprintf(name, sizeof(name), "r%u", i);
		snprintf(host, sizeof(host), "h%u", i);
		net_add(m, NODE_ROUTER, name);
		net_add(m, NODE_HOST, host);
		net_join(m, name, host);
		if (i)
			net_join(m, last, name);
		memcpy(last, name, sizeof(last));
	}
	net_settle(m);
	begin = net_cpu_milliseconds();
	route_auto(m);
	begin = net_cpu_milliseconds() - begin;
	if (routers == 300)
		assert_int_equal(walk(m, "h0", "10.85.64.2"), 300);
	model_free(m);
	return begin;
}

/* Ten times the routers have a hundred times the routes. */
static void grows_with_the_routes(void **state)
{
	(void)state;
	assert_true(net_growth(routes_of_a_line, 30) < 500);
}

static void too_many_routes_are_refused(void **state)
{
	struct model *m = model_new();
	struct err e = ERR_INIT;
	char name[16], last[16] = "";

	(void)state;
	for (int i = 0; i < 1100; i++) {
		snprintf(name, sizeof(name), "r%d", i);
		net_add(m, NODE_ROUTER, name);
		if (i)
			net_join(m, last, name);
		memcpy(last, name, sizeof(last));
	}
	net_settle(m);
	assert_int_equal(model_route_auto(m, &e), -E2BIG);
	assert_non_null(strstr(e.msg, "1100 nodes to 2198 subnets"));
	assert_non_null(e.hint);
	assert_string_equal(net_routes(m, "r0"), "");
	err_clear(&e);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_routers),
		cmocka_unit_test(shortest_and_first_added),
		cmocka_unit_test(a_lan_is_one_hop),
		cmocka_unit_test(what_is_down_is_gone_around),
		cmocka_unit_test(a_switch_that_is_down_parts_its_lan),
		cmocka_unit_test(a_router_cut_from_its_lan_is_no_way_there),
		cmocka_unit_test(loopbacks_are_reached),
		cmocka_unit_test(typed_routes_stay_and_win),
		cmocka_unit_test(again_changes_nothing),
		cmocka_unit_test(hosts_take_the_first_router),
		cmocka_unit_test(hosts_in_several_lans_have_routes),
		cmocka_unit_test(a_family_that_is_missing),
		cmocka_unit_test(an_empty_network),
		cmocka_unit_test(a_random_graph_is_whole),
		cmocka_unit_test(grows_with_the_routes),
		cmocka_unit_test(too_many_routes_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
