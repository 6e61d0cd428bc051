/*
 * test_settle.c — LAN numbers, automatic addresses, hosts' default routes.
 */
#include <arpa/inet.h>
#include <errno.h>

#include "settle_net.h"

/* ---- LANs ---- */

static void a_lan_reaches_through_switches(void **state)
{
	struct model *m = net("h h1; h h2; h h3; r r1; s s1; s s2;"
			      "h1 s1; h2 s2; s1 s2; s2 r1; r1 h3");

	(void)state;
	assert_int_equal(net_settle(m).addressed, 5);
	assert_int_equal(lan(m, "h1", "s1"), 0);
	assert_int_equal(lan(m, "h2", "s2"), 0);
	assert_int_equal(lan(m, "s1", "s2"), 0);
	assert_int_equal(lan(m, "r1", "h3"), 1);
	assert_iface(m, "h1:eth0", "10.0.0.1/24 fd00::1/64");
	assert_iface(m, "h2:eth0", "10.0.0.2/24 fd00::2/64");
	assert_iface(m, "r1:eth0", "10.0.0.3/24 fd00::3/64");
	assert_iface(m, "r1:eth1", "10.1.0.1/24 fd00:0:0:1::1/64");
	assert_iface(m, "h3:eth0", "10.1.0.2/24 fd00:0:0:1::2/64");
	assert_iface(m, "s1:eth0", "");
	assert_settled(m);
	model_free(m);
}

static void numbers_go_beyond_a_byte(void **state)
{
	struct model *m = net("r r0; s s1");
	char name[16];

	(void)state;
	for (int i = 1; i <= 600; i++) {
		snprintf(name, sizeof(name), "r%d", i);
		net_add(m, NODE_ROUTER, name);
		net_join(m, "r0", name);
	}
	net_settle(m);
	assert_iface(m, "r256:eth0", "10.255.0.2/24 fd00:0:0:ff::2/64");
	assert_iface(m, "r257:eth0", "10.0.128.2/24 fd00:0:0:100::2/64");
	assert_iface(m, "r513:eth0", "10.0.64.2/24 fd00:0:0:200::2/64");
	assert_iface(m, "r600:eth0", "10.87.64.2/24 fd00:0:0:257::2/64");
	assert_settled(m);
	model_free(m);
}

static void a_deleted_lan_frees_its_number(void **state)
{
	struct model *m = net("h h1; h h2; h h3; h h4; h1 h2; h2 h3; h3 h4");

	(void)state;
	net_settle(m);
	cut(m, "h2", "h3");
	assert_int_equal(net_settle(m).addressed, 0);
	assert_int_equal(lan(m, "h3", "h4"), 2);
	net_join(m, "h1", "h4");
	net_join(m, "h1", "h3");
	net_settle(m);
	assert_int_equal(lan(m, "h1", "h4"), 1);
	assert_int_equal(lan(m, "h1", "h3"), 3);
	assert_settled(m);
	model_free(m);
}

static void parts_of_a_lan_get_numbers(void **state)
{
	struct model *m = net("h h1; h h2; h h3; h h4; s s1; s s2;"
			      "h1 s1; s1 s2; h2 s2; h3 s1; h4 s2");

	(void)state;
	net_settle(m);
	assert_iface(m, "h4:eth0", "10.0.0.4/24 fd00::4/64");
	cut(m, "s1", "s2");
	assert_int_equal(net_settle(m).addressed, 2);
	assert_int_equal(lan(m, "h1", "s1"), 0);
	assert_iface(m, "h3:eth0", "10.0.0.3/24 fd00::3/64");
	assert_iface(m, "h2:eth0", "10.1.0.1/24 fd00:0:0:1::1/64");
	assert_iface(m, "h4:eth0", "10.1.0.2/24 fd00:0:0:1::2/64");
	/* joined again: the lowest number wins; who kept an address still has it */
	net_join(m, "s1", "s2");
	assert_int_equal(net_settle(m).addressed, 2);
	assert_iface(m, "h3:eth0", "10.0.0.3/24 fd00::3/64");
	assert_iface(m, "h2:eth0", "10.0.0.2/24 fd00::2/64");
	assert_iface(m, "h4:eth0", "10.0.0.4/24 fd00::4/64");
	assert_settled(m);
	model_free(m);
}

static void the_oldest_link_keeps_the_number(void **state)
{
	struct model *m = net("h h1; h h2; h h3; s s1; s s2; h1 h3; h1 s1; h2 s2; s1 s2");

	(void)state;
	net_settle(m);
	assert_int_equal(lan(m, "s1", "s2"), 1);
	assert_int_equal(model_del_node(m, net_node(m, "s1")->id, NULL), 0);
	net_settle(m);
	/* h2 s2 is what is left of it */
	assert_int_equal(lan(m, "h2", "s2"), 1);
	assert_iface(m, "h2:eth0", "10.1.0.2/24 fd00:0:0:1::2/64");
	model_free(m);
}

static void down_does_not_part_a_lan(void **state)
{
	struct model *m = net("h h1; h h2; s s1; s s2; h1 s1; s1 s2; s2 h2");

	(void)state;
	net_settle(m);
	assert_int_equal(model_set_link_up(m, net_link(m, "s1", "s2")->id, false, NULL),
			 0);
	assert_int_equal(model_set_node_up(m, net_node(m, "s1")->id, false, NULL), 0);
	assert_int_equal(net_settle(m).addressed, 0);
	assert_settled(m);
	model_free(m);
}

static void the_same_commands_give_the_same(void **state)
{
	static const char text[] = "h h1; h h2; r r1; s s1; s s2; h1 s1; r1 s1; h2 s2;"
				   "r1 s2; h1 h2";
	struct model *step = model_new(), *once = net(text);
	cleanup_free char *copy = mem_strdup(text);
	char *rest;

	(void)state;
	for (char *s = strtok_r(copy, ";", &rest); s; s = strtok_r(NULL, ";", &rest)) {
		net_extend(step, s);
		net_settle(step);
	}
	net_settle(once);
	assert_int_equal(step->links.n, once->links.n);
	for (size_t i = 0; i < once->links.n; i++)
		for (int end = 0; end < 2; end++) {
			const struct iface *a = &once->links.v[i]->end[end];
			const struct iface *b = &step->links.v[i]->end[end];

			assert_int_equal(a->addresses.n, b->addresses.n);
			for (size_t k = 0; k < a->addresses.n; k++)
				assert_true(ip_equal(&a->addresses.v[k].ip,
						     &b->addresses.v[k].ip));
		}
	model_free(step);
	model_free(once);
}

/* ---- typed addresses ---- */

static void a_typed_subnet_is_the_lans(void **state)
{
	struct model *m = net("h h1; h h2; h h3; s s1; h1 s1; h2 s1; h3 s1; h2 h3");

	(void)state;
	net_settle(m);
	net_type(m, "h2:eth0", "192.168.7.1/28", NULL);
	assert_int_equal(net_settle(m).addressed, 2);
	assert_iface(m, "h2:eth0", "192.168.7.1/28");
	assert_iface(m, "h1:eth0", "192.168.7.2/28 fd00::1/64");
	assert_iface(m, "h3:eth0", "192.168.7.3/28 fd00::3/64");
	assert_iface(m, "h2:eth1", "10.1.0.1/24 fd00:0:0:1::1/64");
	assert_settled(m);
	/* "none" keeps off from the interface, and the LAN has its own subnet again */
	net_type(m, "h2:eth0", NULL);
	net_settle(m);
	assert_iface(m, "h2:eth0", "");
	assert_iface(m, "h1:eth0", "10.0.0.1/24 fd00::1/64");
	assert_iface(m, "h3:eth0", "10.0.0.3/24 fd00::3/64");
	assert_settled(m);
	model_free(m);
}

static void lone_and_link_local_ones_are_no_subnet(void **state)
{
	struct model *m = net("h h1; r r1; h1 r1");

	(void)state;
	net_type(m, "r1:eth0", "192.0.2.1/32", "fe80::1/64", NULL);
	net_settle(m);
	assert_iface(m, "h1:eth0", "10.0.0.1/24 fd00::1/64");
	assert_settled(m);
	model_free(m);
}

static void an_automatic_address_makes_room(void **state)
{
	struct model *m = net("h h1; h h2; h h3; s s1; h1 s1; h2 s1; h3 s1");

	(void)state;
	net_settle(m);
	net_type(m, "h3:eth0", "10.0.0.1/24", "fd00::2/64", NULL);
	net_settle(m);
	assert_iface(m, "h3:eth0", "10.0.0.1/24 fd00::2/64");
	assert_iface(m, "h1:eth0", "10.0.0.3/24 fd00::1/64");
	assert_iface(m, "h2:eth0", "10.0.0.2/24 fd00::3/64");
	assert_settled(m);
	model_free(m);
}

static void a_number_that_was_typed_elsewhere_is_skipped(void **state)
{
	struct model *m = net("h h1; h h2; h h3; r r1; h1 r1; h2 r1");

	(void)state;
	net_settle(m);
	assert_int_equal(lan(m, "h2", "r1"), 1);
	/* typed on a third LAN: what automatic ones had moves away */
	net_join(m, "h3", "r1");
	net_type(m, "h3:eth0", "10.0.0.9/24", NULL);
	net_type(m, "r1:lo", "10.2.0.1/32", "fd00:0:0:4::/128", NULL);
	net_settle(m);
	assert_int_equal(lan(m, "h1", "r1"), 3);
	assert_int_equal(lan(m, "h2", "r1"), 1);
	assert_int_equal(lan(m, "h3", "r1"), 5);
	assert_iface(m, "h1:eth0", "10.3.0.1/24 fd00:0:0:3::1/64");
	assert_iface(m, "r1:eth2", "10.0.0.1/24 fd00:0:0:5::1/64");
	assert_settled(m);
	model_free(m);
}

static void a_wide_typed_subnet_keeps_everybody_out(void **state)
{
	struct model *m = net("h h1; h h2; h h3; h1 h2; h2 h3");
	struct settled s = { .addressed = 77 };
	struct err e = ERR_INIT;

	(void)state;
	net_type(m, "h1:eth0", "10.9.9.9/8", NULL);
	assert_int_equal(model_settle(m, &s, &e), -ENOSPC);
	assert_int_equal(s.addressed, 77);
	assert_string_equal(e.msg, "LAN of h2 h3: no subnet of 10.0.0.0/8 is left");
	assert_non_null(e.hint);
	err_clear(&e);
	/* nothing was written */
	assert_int_equal(lan(m, "h1", "h2"), LAN_NONE);
	assert_iface(m, "h2:eth0", "");
	model_free(m);
}

static void two_lans_may_have_the_same_typed_subnet(void **state)
{
	struct model *m = net("h h1; h h2; h h3; h h4; r r1; h1 h2; h3 h4");

	(void)state;
	net_type(m, "h1:eth0", "192.168.0.1/24", NULL);
	net_type(m, "h3:eth0", "192.168.0.2/24", NULL);
	net_type(m, "r1:lo", "192.168.0.3/32", NULL);
	net_settle(m);
	/* no address twice in one network */
	assert_iface(m, "h2:eth0", "192.168.0.4/24 fd00::4/64");
	assert_iface(m, "h4:eth0", "192.168.0.5/24 fd00:0:0:1::5/64");
	assert_settled(m);
	model_free(m);
}

static void point_to_point_subnets(void **state)
{
	struct model *m = net("r r1; r r2; r1 r2");

	(void)state;
	net_type(m, "r1:eth0", "192.0.2.0/31", "2001:db8::1/127", NULL);
	net_settle(m);
	assert_iface(m, "r2:eth0", "192.0.2.1/31 2001:db8::/127");
	assert_settled(m);
	net_type(m, "r1:eth0", NULL);
	net_type(m, "r1:eth0", "192.0.2.2/30", "2001:db8::1/126", NULL);
	net_settle(m);
	assert_iface(m, "r2:eth0", "192.0.2.1/30 2001:db8::2/126");
	assert_settled(m);
	model_free(m);
}

/* ---- full subnets ---- */

static void add_hosts(struct model *m, const char *sw, int from, int to)
{
	char name[16];

	for (int i = from; i <= to; i++) {
		snprintf(name, sizeof(name), "h%d", i);
		net_add(m, NODE_HOST, name);
		net_join(m, name, sw);
	}
}

static void a_full_lan_widens_in_place(void **state)
{
	struct model *m = net("s s1");
	struct settled s;

	(void)state;
	add_hosts(m, "s1", 1, 254);
	net_settle(m);
	assert_iface(m, "h254:eth0", "10.0.0.254/24 fd00::fe/64");
	add_hosts(m, "s1", 255, 255);
	s = net_settle(m);
	assert_int_equal(s.addressed, 255); /* the others' lengths changed */
	assert_iface(m, "h1:eth0", "10.0.0.1/20 fd00::1/64");
	assert_iface(m, "h255:eth0", "10.0.0.255/20 fd00::ff/64");
	assert_settled(m);
	/* it stays wide as long as it has the number */
	assert_int_equal(model_del_node(m, net_node(m, "h255")->id, NULL), 0);
	assert_int_equal(net_settle(m).addressed, 0);
	assert_settled(m);
	/* other LANs keep off from it: 4096 is the number of 10.0.8.0/24 */
	add_hosts(m, "s1", 255, 600);
	assert_int_equal(net_settle(m).addressed, 346);
	assert_iface(m, "h256:eth0", "10.0.1.0/20 fd00::100/64");
	model_free(m);
}

static void a_lan_widens_twice(void **state)
{
	struct model *m = net("s s0; r r1; r r2; r1 r2");
	char name[16];

	(void)state;
	for (int i = 1; i <= 5; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		net_add(m, NODE_SWITCH, name);
		net_join(m, name, "s0");
		add_hosts(m, name, i * 1000, i * 1000 + 999);
	}
	net_settle(m);
	assert_int_equal(lan(m, "s0", "s1"), 1);
	assert_iface(m, "h1000:eth0", "10.1.0.1/16 fd00:0:0:1::1/64");
	assert_iface(m, "h5999:eth0", "10.1.19.136/16 fd00:0:0:1::1388/64");
	assert_settled(m);
	model_free(m);
}

static void others_in_the_way_stop_it(void **state)
{
	struct model *m = net("s s1; h x1; r x2; x1 x2");
	struct settled s;
	struct err e = ERR_INIT;

	(void)state;
	add_hosts(m, "s1", 1, 254);
	net_type(m, "x1:eth0", "10.1.3.7/24", NULL);
	net_settle(m);
	/* 10.0.0.0 went to x1 x2, whose IPv4 is typed; s1 has 1 or the next that is free
	 */
	assert_int_equal(lan(m, "h1", "s1"), 1);
	assert_iface(m, "h254:eth0", "10.1.0.254/24 fd00:0:0:1::fe/64");
	add_hosts(m, "s1", 255, 255);
	assert_int_equal(model_settle(m, &s, &e), -ENOSPC);
	assert_string_equal(e.msg, "LAN of s1: 10.1.0.0/24 is full, and others are in "
				   "10.1.0.0/20");
	assert_non_null(e.hint);
	err_clear(&e);
	assert_iface(m, "h255:eth0", "");
	assert_iface(m, "h1:eth0", "10.1.0.1/24 fd00:0:0:1::1/64");
	model_free(m);
}

static void a_typed_subnet_does_not_widen(void **state)
{
	struct model *m = net("s s1");
	struct settled s;
	struct err e = ERR_INIT;

	(void)state;
	add_hosts(m, "s1", 1, 3);
	net_type(m, "h1:eth0", "192.0.2.1/30", NULL);
	assert_int_equal(model_settle(m, &s, &e), -ENOSPC);
	assert_string_equal(e.msg, "LAN of s1: 192.0.2.0/30, which was typed, is full");
	err_clear(&e);
	model_free(m);
}

/* ---- set auto off, small MTUs ---- */

static void nothing_is_given_when_auto_is_off(void **state)
{
	struct model *m = net("h h1; r r1; h1 r1");

	(void)state;
	net_settle(m);
	m->automatic = false;
	net_extend(m, "h h2; h2 r1");
	assert_int_equal(net_settle(m).addressed, 0);
	assert_int_equal(lan(m, "h2", "r1"), LAN_NONE);
	assert_iface(m, "h2:eth0", "");
	assert_iface(m, "h1:eth0", "10.0.0.1/24 fd00::1/64");
	assert_string_equal(net_routes(m, "h1"),
			    "0.0.0.0/0 via 10.0.0.2 auto; ::/0 via fd00::2 auto");
	assert_string_equal(net_routes(m, "h2"), "");
	assert_settled(m);
	m->automatic = true;
	assert_int_equal(net_settle(m).addressed, 2);
	assert_iface(m, "h2:eth0", "10.1.0.1/24 fd00:0:0:1::1/64");
	model_free(m);
}

static void a_small_mtu_has_no_ipv6(void **state)
{
	struct model *m = net("h h1; h h2; r r1; s s1; h1 s1; h2 s1");

	(void)state;
	net_join_with(m, "r1", "s1", &(struct link_options){ .mtu = 1279 });
	net_settle(m);
	assert_iface(m, "r1:eth0", "10.0.0.3/24");
	assert_iface(m, "h2:eth0", "10.0.0.2/24 fd00::2/64");
	assert_string_equal(net_routes(m, "h1"), "0.0.0.0/0 via 10.0.0.3 auto");
	assert_settled(m);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lan_reaches_through_switches),
		cmocka_unit_test(numbers_go_beyond_a_byte),
		cmocka_unit_test(a_deleted_lan_frees_its_number),
		cmocka_unit_test(parts_of_a_lan_get_numbers),
		cmocka_unit_test(the_oldest_link_keeps_the_number),
		cmocka_unit_test(down_does_not_part_a_lan),
		cmocka_unit_test(the_same_commands_give_the_same),
		cmocka_unit_test(a_typed_subnet_is_the_lans),
		cmocka_unit_test(lone_and_link_local_ones_are_no_subnet),
		cmocka_unit_test(an_automatic_address_makes_room),
		cmocka_unit_test(a_number_that_was_typed_elsewhere_is_skipped),
		cmocka_unit_test(a_wide_typed_subnet_keeps_everybody_out),
		cmocka_unit_test(two_lans_may_have_the_same_typed_subnet),
		cmocka_unit_test(point_to_point_subnets),
		cmocka_unit_test(a_full_lan_widens_in_place),
		cmocka_unit_test(a_lan_widens_twice),
		cmocka_unit_test(others_in_the_way_stop_it),
		cmocka_unit_test(a_typed_subnet_does_not_widen),
		cmocka_unit_test(nothing_is_given_when_auto_is_off),
		cmocka_unit_test(a_small_mtu_has_no_ipv6),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
