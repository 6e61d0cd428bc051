/*
 * test_setup.c — VLANs and kept commands in the model: lists of VLANs, what a frame is
 * inside of a switch, the LANs that VLANs part, and what is refused.
 */
#include <arpa/inet.h>
#include <errno.h>

#include "net.h"

static void assert_parsed(const char *text, const char *wanted)
{
	struct vlans v = { .trunk = true };
	cleanup_free char *got = NULL;

	assert_int_equal(vlans_parse(text, &v.tagged, NULL), 0);
	got = vlans_text(&v);
	assert_string_equal(got, wanted);
	vlans_free(&v);
}

static void test_lists(void **state)
{
	static const char *const bad[] = { "",	  "0",	   "4095", "10-",
					   "-10", "20-10", "1,,2", "1;2",
					   "a",	  "10,",   "1-a",  "99999999999" };
	vlan_ranges v = { 0 };

	(void)state;
	assert_parsed("10", "trunk 10");
	assert_parsed("10,20-30", "trunk 10,20-30");
	assert_parsed("20-30,10", "trunk 10,20-30");
	assert_parsed("1-4094", "trunk 1-4094");
	assert_parsed("10,12,11", "trunk 10-12");
	assert_parsed("10-20,15-25,26", "trunk 10-26");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (vlans_parse(bad[i], &v, NULL) == 0)
			fail_msg("'%s' is taken", bad[i]);
	vlan_ranges_add(&v, 10, 20);
	vlan_ranges_remove(&v, 15);
	vlan_ranges_remove(&v, 10);
	vlan_ranges_remove(&v, 5);
	assert_int_equal(v.n, 2);
	assert_int_equal(v.v[0].first, 11);
	assert_int_equal(v.v[0].last, 14);
	assert_int_equal(v.v[1].first, 16);
	vec_free(&v);
}

/* "10" or "trunk 10,20", of the second end of the link */
static void set_port(struct model *m, const char *iface, const char *tagged,
		     uint16_t native)
{
	struct vlans v = { .trunk = tagged != NULL, .native = native };
	struct err e = ERR_INIT;
	int end;
	const struct link *l = net_iface(m, iface, &end);

	if (tagged)
		assert_int_equal(vlans_parse(tagged, &v.tagged, NULL), 0);
	if (model_set_vlans(m, l->id, end, &v, &e) < 0)
		fail_msg("%s: %s", iface, e.msg);
	vlans_free(&v);
}

static void test_frames(void **state)
{
	struct model *m = net("h h1; s s1; s s2; h1 s1; s1 s2");
	const struct link *l;

	(void)state;
	model_set_vlan(m, net_node(m, "s1")->id, true, NULL);
	l = net_link(m, "s1", "s2");
	assert_int_equal(vlan_inside(m, l, 0, 0), VLAN_DEFAULT);
	assert_int_equal(vlan_inside(m, l, 0, 10), -1);
	assert_int_equal(vlan_inside(m, l, 1, 10), 10); /* s2 knows none */
	set_port(m, "s1:eth1", "10-20", 0);
	l = net_link(m, "s1", "s2");
	assert_int_equal(vlan_inside(m, l, 0, 0), -1);
	assert_int_equal(vlan_inside(m, l, 0, 15), 15);
	assert_int_equal(vlan_outside(m, l, 0, 15), 15);
	assert_int_equal(vlan_outside(m, l, 0, 1), -1);
	set_port(m, "s1:eth1", "10-20", 5);
	l = net_link(m, "s1", "s2");
	assert_int_equal(vlan_inside(m, l, 0, 0), 5);
	assert_int_equal(vlan_outside(m, l, 0, 5), 0);
	model_free(m);
}

static int lan_of(struct model *m, const char *iface)
{
	int end;

	net_settle(m);
	return net_iface(m, iface, &end)->lan;
}

static void test_lans(void **state)
{
	struct model *m = net(
		"h ha; h hb; h hc; h hd; s s1; s s2; ha s1; hb s1; hc s2; hd s2; s1 s2");

	(void)state;
	assert_int_equal(lan_of(m, "ha:eth0"), lan_of(m, "hd:eth0"));
	model_set_vlan(m, net_node(m, "s1")->id, true, NULL);
	model_set_vlan(m, net_node(m, "s2")->id, true, NULL);
	assert_int_equal(lan_of(m, "ha:eth0"), lan_of(m, "hd:eth0"));
	set_port(m, "s1:eth0", NULL, 10);
	set_port(m, "s2:eth0", NULL, 10);
	assert_int_not_equal(lan_of(m, "ha:eth0"), lan_of(m, "hc:eth0"));
	assert_int_not_equal(lan_of(m, "ha:eth0"), lan_of(m, "hb:eth0"));
	assert_int_equal(lan_of(m, "hb:eth0"), lan_of(m, "hd:eth0"));
	set_port(m, "s1:eth2", "10", 1);
	set_port(m, "s2:eth2", "5-15", 1);
	assert_int_equal(lan_of(m, "ha:eth0"), lan_of(m, "hc:eth0"));
	assert_int_equal(lan_of(m, "hb:eth0"), lan_of(m, "hd:eth0"));
	/* a trunk without a native VLAN */
	set_port(m, "s2:eth2", "5-15", 0);
	assert_int_not_equal(lan_of(m, "hb:eth0"), lan_of(m, "hd:eth0"));
	/* typed addresses of different VLANs are none of each other's business */
	net_type(m, "ha:eth0", "192.168.1.1/24", NULL);
	net_type(m, "hb:eth0", "192.168.2.1/24", NULL);
	net_settle(m);
	model_set_vlan(m, net_node(m, "s1")->id, false, NULL);
	assert_true(vlans_are_default(&net_link(m, "ha", "s1")->end[1].vlans));
	model_free(m);
}

static void test_refused(void **state)
{
	struct model *m = net("h h1; s s1; h1 s1");
	uint32_t h1 = net_node(m, "h1")->id, link = net_link(m, "h1", "s1")->id;
	struct vlans v = { .native = 10 };
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(model_set_vlan(m, h1, true, NULL), -EINVAL);
	assert_int_equal(model_set_vlans(m, link, 0, &v, NULL), -EINVAL);
	assert_int_equal(model_set_vlans(m, link, 1, &v, &e), -EINVAL);
	assert_string_equal(e.hint, "`vlan s1 on` lets it know them");
	err_clear(&e);
	assert_int_equal(model_forget(m, h1, 0, NULL), -ENOENT);
	model_keep(m, h1, "one", NULL);
	model_keep(m, h1, "two", NULL);
	assert_int_equal(model_forget(m, h1, 3, &e), -ENOENT);
	err_clear(&e);
	assert_int_equal(model_forget(m, h1, 1, NULL), 0);
	assert_string_equal(net_node(m, "h1")->kept.v[0], "two");
	for (size_t i = 1; i < KEPT_MAX; i++)
		assert_int_equal(model_keep(m, h1, "more", NULL), 0);
	assert_int_equal(model_keep(m, h1, "more", &e), -E2BIG);
	err_clear(&e);
	model_free(m);
}

/* `route auto` leads routers to it, and hosts in several LANs, by IPv4. */
static void test_nat(void **state)
{
	struct model *m = net("r gw; r r1; h h1; h h2; gw r1; r1 h1; gw h2; r1 h2");
	uint32_t gw = net_node(m, "gw")->id;
	const char *const led[] = { "r1", "h1", "h2" };

	(void)state;
	assert_int_equal(model_set_nat(m, net_node(m, "h1")->id, NULL), -EINVAL);
	assert_int_equal(model_set_nat(m, gw, NULL), 0);
	net_settle(m);
	assert_int_equal(model_route_auto(m, NULL), 0);
	net_settle(m);
	for (size_t i = 0; i < ARRAY_LEN(led); i++) {
		unsigned defaults = 0;

		vec_each (&net_node(m, led[i])->routes, r)
			defaults += r->prefix.len == 0 && r->prefix.family == AF_INET;
		assert_int_equal(defaults, 1);
	}
	vec_each (&net_node(m, "gw")->routes, r)
		assert_int_not_equal(r->prefix.len, 0);
	model_free(m);
}

static int attach(struct model *m, uint32_t node, const char *name, bool anyway)
{
	struct err e = ERR_INIT;
	int r = model_attach_nic(m, node, name, anyway, &e);

	err_clear(&e);
	return r;
}

static int release(struct model *m, uint32_t node, const char *name)
{
	struct err e = ERR_INIT;
	int r = model_release_nic(m, node, name, &e);

	err_clear(&e);
	return r;
}

static void test_nics(void **state)
{
	struct model *m = net("h h1; h h2; r gw; h1 h2"), *before;
	uint32_t h1 = net_node(m, "h1")->id, h2 = net_node(m, "h2")->id;
	uint32_t gw = net_node(m, "gw")->id, link;
	static const char *const names[] = { "",    ".",   "..",  "a/b",
					     "a b", "a:b", "a%d", "sixteen-letters!" };
	struct link_options fifth = { .end[0].number = 6 };
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_int_equal(attach(m, h1, names[i], false), -EINVAL);
	assert_int_equal(attach(m, h1, "lo", true), -EINVAL);
	assert_int_equal(attach(m, h1, "eth0", false), -EEXIST);
	assert_int_equal(model_set_nat(m, gw, NULL), 0);
	assert_int_equal(attach(m, gw, "uplink", false), -EEXIST);
	before = model_copy(m);
	assert_int_equal(attach(m, h1, "fifteen-letters", false), 0);
	assert_int_equal(attach(m, h1, "eth1", true), 0);
	assert_int_equal(attach(m, h1, "eth5", false), 0);
	assert_false(model_same(before, m));
	assert_int_equal(net_node(before, "h1")->nics.n, 0);
	/* one node has it; its number is not a link's */
	assert_int_equal(attach(m, h2, "eth1", false), -EEXIST);
	assert_int_equal(
		model_add_link(m, h1, gw, &(struct link_options){ 0 }, &link, NULL), 0);
	assert_int_equal(model_link(m, link)->end[0].index, 2);
	assert_int_equal(model_add_link(m, h1, gw, &fifth, &link, &e), -EEXIST);
	assert_int_equal(release(m, h1, "eth5"), 0);
	assert_int_equal(release(m, h1, "eth5"), -ENOENT);
	assert_int_equal(release(m, h2, "eth1"), -ENOENT);
	assert_int_equal(model_add_link(m, h1, gw, &fifth, &link, NULL), 0);
	assert_true(nic_named(&net_node(m, "h1")->nics, "eth1")->anyway);
	err_clear(&e);
	model_free(before);
	model_free(m);
}

static void test_kept_sets(void **state)
{
	kept_vec v = { 0 };

	(void)state;
	vec_push(&v, mem_strdup("ip link add link eth1 name eth0.1 type vlan id 1"));
	vec_push(&v, mem_strdup("sh -c 'ip link set eth2 up'"));
	vec_push(&v, mem_strdup("ip link set dev eth3 master red"));
	assert_false(kept_sets(&v, "eth0"));
	assert_false(kept_sets(&v, "eth1"));
	assert_true(kept_sets(&v, "eth2"));
	assert_true(kept_sets(&v, "eth3"));
	kept_free(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists), cmocka_unit_test(test_frames),
		cmocka_unit_test(test_lans),  cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nat),   cmocka_unit_test(test_kept_sets),
		cmocka_unit_test(test_nics),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
