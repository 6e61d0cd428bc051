/*
 * test_trace.c — the way of a packet: its links, the smallest MTU on it, where it ends.
 */
#include <errno.h>

#include "model/trace.h"
#include "net.h"

static void test_trace(void **state)
{
	struct model *m = net("h xx; s ss; r rr; h yy; h zz; xx ss; ss rr; rr yy; rr zz");
	struct ip to = net_ip("10.1.0.2"), nobody = net_ip("10.1.0.99"),
		  outside = net_ip("192.0.2.9");
	struct err e = ERR_INIT;
	uint32_t mtu, x = net_node(m, "xx")->id;
	link_ids links = { 0 };

	(void)state;
	net_settle(m);
	model_edit_link(m, net_link(m, "ss", "rr")->id)->mtu = 1300;
	assert_int_equal(trace_path(m, x, &to, &mtu, &links, &e), 0);
	assert_int_equal(mtu, 1300);
	assert_int_equal(links.n, 3);
	assert_int_equal(links.v[0], net_link(m, "xx", "ss")->id);
	assert_int_equal(links.v[1], net_link(m, "ss", "rr")->id);
	assert_int_equal(links.v[2], net_link(m, "rr", "yy")->id);
	vec_free(&links);
	assert_int_equal(trace_path(m, x, &nobody, &mtu, NULL, &e), -EHOSTUNREACH);
	assert_string_equal(e.msg, "rr finds nobody with 10.1.0.99 at rr:eth1");
	assert_int_equal(trace_path(m, x, &outside, &mtu, NULL, &e), -ENETUNREACH);
	assert_string_equal(e.msg, "rr has no route to 192.0.2.9");
	net_route(m, "rr", "192.0.2.0/24", "10.1.0.2");
	assert_int_equal(trace_path(m, x, &outside, &mtu, NULL, &e), -EHOSTUNREACH);
	assert_string_equal(e.msg, "yy is a host, which does not forward");
	net_extend(m, "r qq; rr qq");
	net_settle(m);
	net_route(m, "rr", "198.51.100.0/24", "10.3.0.2");
	net_route(m, "qq", "198.51.100.0/24", "10.3.0.1");
	outside = net_ip("198.51.100.1");
	assert_int_equal(trace_path(m, x, &outside, &mtu, NULL, &e), -ELOOP);
	model_set_link_up(m, net_link(m, "ss", "rr")->id, false, NULL);
	assert_int_equal(trace_path(m, x, &to, &mtu, NULL, &e), -EHOSTUNREACH);
	err_clear(&e);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trace),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
