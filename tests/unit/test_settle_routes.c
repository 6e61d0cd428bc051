/*
 * test_settle_routes.c — hosts' default routes, and routes whose next hop goes.
 */
#include <arpa/inet.h>
#include <errno.h>

#include "settle_net.h"

static void hosts_go_through_the_only_router(void **state)
{
	struct model *m = net("h h1; h h2; r r1; r r2; s s1; h1 s1; h2 s1; s1 r1");

	(void)state;
	net_settle(m);
	assert_string_equal(net_routes(m, "h1"),
			    "0.0.0.0/0 via 10.0.0.3 auto; ::/0 via fd00::3 auto");
	assert_string_equal(net_routes(m, "r1"), "");
	/* with two it is not for us to choose */
	net_join(m, "r2", "s1");
	net_settle(m);
	assert_string_equal(net_routes(m, "h1"), "");
	assert_settled(m);
	cut(m, "r1", "s1");
	net_settle(m);
	assert_string_equal(net_routes(m, "h2"),
			    "0.0.0.0/0 via 10.0.0.4 auto; ::/0 via fd00::4 auto");
	model_free(m);
}

static void the_first_interface_with_a_router_counts(void **state)
{
	struct model *m = net("h h1; h h2; r r1; r r2; h1 h2; h1 r2; h1 r1");

	(void)state;
	net_settle(m);
	assert_string_equal(net_routes(m, "h1"), "0.0.0.0/0 via 10.1.0.2 auto; "
						 "::/0 via fd00:0:0:1::2 auto");
	assert_string_equal(net_routes(m, "h2"), "");
	/* each family on its own */
	net_type(m, "r2:eth0", "10.1.0.2/24", NULL);
	net_settle(m);
	assert_string_equal(net_routes(m, "h1"), "0.0.0.0/0 via 10.1.0.2 auto; "
						 "::/0 via fd00:0:0:2::2 auto");
	assert_settled(m);
	model_free(m);
}

static void a_typed_default_wins(void **state)
{
	struct model *m = net("h h1; h h2; r r1; s s1; h1 s1; h2 s1; r1 s1");
	struct ip both = { 0 };

	(void)state;
	net_settle(m);
	net_route(m, "h1", "0.0.0.0/0", "10.0.0.2");
	net_settle(m);
	assert_string_equal(net_routes(m, "h1"),
			    "0.0.0.0/0 via 10.0.0.2 typed; ::/0 via fd00::3 auto");
	assert_settled(m);
	assert_int_equal(model_del_route(m, net_node(m, "h1")->id, &both, NULL), 0);
	net_settle(m);
	assert_string_equal(net_routes(m, "h1"),
			    "0.0.0.0/0 via 10.0.0.3 auto; ::/0 via fd00::3 auto");
	model_free(m);
}

static void a_default_replaces_that_of_a_path(void **state)
{
	struct model *m = net("h h1; r r1; r r2; s s1; h1 s1; r1 s1; r2 s1");

	(void)state;
	net_settle(m);
	assert_int_equal(model_route_auto(m, NULL), 0);
	assert_string_equal(net_routes(m, "h1"),
			    "0.0.0.0/0 via 10.0.0.2 path; ::/0 via fd00::2 path");
	assert_settled(m);
	cut(m, "r1", "s1");
	net_settle(m);
	assert_string_equal(net_routes(m, "h1"),
			    "0.0.0.0/0 via 10.0.0.3 auto; ::/0 via fd00::3 auto");
	model_free(m);
}

static void routes_go_with_their_next_hop(void **state)
{
	struct model *m = net("h h1; r r1; r r2; h1 r1; r1 r2");
	struct settled s;

	(void)state;
	net_settle(m);
	net_route(m, "r1", "172.16.0.0/12", "10.1.0.2");
	net_route(m, "r1", "172.32.0.0/12", "10.0.0.1");
	net_route(m, "h1", "0.0.0.0/0", "10.0.0.2");
	assert_settled(m);
	cut(m, "r1", "r2");
	s = net_settle(m);
	assert_int_equal(s.lost_routes, 1);
	assert_string_equal(net_routes(m, "r1"), "172.32.0.0/12 via 10.0.0.1 typed");
	/* the subnet moves: the typed default is lost, and at once there is an automatic
	 */
	net_type(m, "r1:eth0", "192.168.1.1/24", "fd00::2/64", NULL);
	s = net_settle(m);
	assert_int_equal(s.lost_routes, 2);
	assert_string_equal(net_routes(m, "h1"),
			    "::/0 via fd00::2 auto; 0.0.0.0/0 via 192.168.1.1 auto");
	assert_string_equal(net_routes(m, "r1"), "");
	assert_settled(m);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_go_through_the_only_router),
		cmocka_unit_test(the_first_interface_with_a_router_counts),
		cmocka_unit_test(a_typed_default_wins),
		cmocka_unit_test(a_default_replaces_that_of_a_path),
		cmocka_unit_test(routes_go_with_their_next_hop),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
