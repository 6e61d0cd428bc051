/*
 * test_tunnel.c — links that cross an IP network: keys, MTUs, the addresses at their
 * ends, connectors, the devices they are made of; networks with the same addresses.
 */
#include <arpa/inet.h>
#include <errno.h>

#include "lang/lang.h"
#include "net.h"
#include "plan/plan.h"

/* x ── r ── y with routes, and two hosts that are connected to nothing. */
static struct model *substrate(void)
{
	struct model *m = net("h aa; h bb; h xx; h yy; r rr; xx rr; rr yy");

	net_settle(m);
	assert_int_equal(model_route_auto(m, NULL), 0);
	return m;
}

static struct link_options over(const struct model *m, enum tunnel_kind kind)
{
	return (struct link_options){
		.tunnel = { .kind = (uint8_t)kind,
			    .underlay = { net_node(m, "xx")->id,
					  net_node(m, "yy")->id } },
	};
}

static const struct link *join(struct model *m, const struct link_options *o)
{
	uint32_t id = net_join_with(m, "aa", "bb", o);

	net_settle(m);
	return model_link(m, id);
}

/* a and b cannot be joined so, for that reason; the model is as it was. */
static void assert_refused(struct model *m, const struct link_options *o, const char *why)
{
	struct err e = ERR_INIT;
	uint32_t id, next = m->next_id;

	assert_true(model_add_link(m, net_node(m, "aa")->id, net_node(m, "bb")->id, o,
				   &id, &e) < 0);
	if (!strstr(e.msg, why))
		fail_msg("'%s' does not tell of '%s'", e.msg, why);
	assert_int_equal(m->next_id, next);
	err_clear(&e);
}

static const char *outer(const struct link *l, int end)
{
	static char text[2][IP_TEXT_MAX];

	return l->tunnel.outer[end].family ? ip_text(&l->tunnel.outer[end], text[end])
					   : "none";
}

static void test_keys(void **state)
{
	struct model *m = substrate();
	struct link_options o = over(m, TUNNEL_VXLAN);

	(void)state;
	assert_int_equal(join(m, &o)->tunnel.key, 1);
	o.tunnel.key = 3;
	assert_int_equal(join(m, &o)->tunnel.key, 3);
	o.tunnel.key = 0;
	assert_int_equal(join(m, &o)->tunnel.key, 2);
	assert_int_equal(join(m, &o)->tunnel.key, 4);
	o.tunnel.key = 3;
	assert_refused(m, &o, "key 3 is that of the tunnel aa:eth1 bb:eth1");
	o.tunnel.kind = TUNNEL_GRE; /* another kind's, too: so nobody mixes them up */
	assert_refused(m, &o, "key 3 is that");
	o.tunnel.key = UINT32_MAX;
	assert_int_equal(join(m, &o)->tunnel.key, UINT32_MAX);
	o.tunnel.kind = TUNNEL_GENEVE;
	assert_refused(m, &o, "keys from 1 to 16777215");
	model_free(m);
}

static void test_mtu_follows_from_the_path(void **state)
{
	static const unsigned left[] = {
		[TUNNEL_GRE] = 1358, [TUNNEL_VXLAN] = 1350, [TUNNEL_GENEVE] = 1350
	};
	struct model *m = substrate();
	struct link_options o = { .mtu = 1400 };

	(void)state;
	model_edit_link(m, net_link(m, "rr", "yy")->id)->mtu = 1400;
	for (enum tunnel_kind kind = TUNNEL_GRE; kind <= TUNNEL_GENEVE; kind++) {
		o = over(m, kind);
		assert_int_equal(join(m, &o)->mtu, left[kind]);
		o.mtu = left[kind];
		assert_int_equal(join(m, &o)->mtu, left[kind]);
		o.mtu++;
		assert_refused(m, &o, "too large for the path");
	}
	model_edit_link(m, net_link(m, "rr", "yy")->id)->mtu = 100;
	o.mtu = 0;
	assert_refused(m, &o, "too little is left");
	/* the path in the fabric is wide */
	o = (struct link_options){ .tunnel = { .kind = TUNNEL_GRE } };
	assert_int_equal(join(m, &o)->mtu, 1500);
	o.mtu = 9000;
	assert_int_equal(join(m, &o)->mtu, 9000);
	o.mtu = 65535;
	assert_refused(m, &o, "too large");
	model_free(m);
}

static void test_underlay_that_does_not_connect(void **state)
{
	struct model *m = substrate();
	struct link_options o = over(m, TUNNEL_VXLAN);
	const struct link *l;
	uint32_t mtu;

	(void)state;
	model_set_link_up(m, net_link(m, "rr", "yy")->id, false, NULL);
	assert_refused(m, &o, "rr:eth1 is down");
	o.mtu = 1400; /* made all the same */
	l = join(m, &o);
	assert_int_not_equal(tunnel_path(m, &l->tunnel, &mtu, NULL), 0);
	model_set_link_up(m, net_link(m, "rr", "yy")->id, true, NULL);
	assert_int_equal(tunnel_path(m, &l->tunnel, &mtu, NULL), 0);
	assert_int_equal(mtu, 1500);
	o.mtu = 0;
	model_set_node_up(m, net_node(m, "rr")->id, false, NULL);
	assert_refused(m, &o, "the underlay does not connect xx and yy: xx finds nobody");
	model_set_node_up(m, net_node(m, "rr")->id, true, NULL);
	net_add(m, NODE_HOST, "zz");
	o.tunnel.underlay[1] = net_node(m, "zz")->id;
	assert_refused(m, &o, "zz has no IPv4 address");
	o.tunnel.underlay[1] = o.tunnel.underlay[0];
	assert_refused(m, &o, "not twice in xx");
	o.tunnel.underlay[1] = net_node(m, "aa")->id;
	assert_refused(m, &o, "aa is an end of the link");
	net_add(m, NODE_SWITCH, "ss");
	o.tunnel.underlay[1] = net_node(m, "ss")->id;
	assert_refused(m, &o, "ss is a switch");
	model_free(m);
}

/* Of a network that the model does not know. */
static void test_substrate(void **state)
{
	struct substrate sub = { "sub", { "m1", "m2" } };
	struct substrate_facts facts = { .mtu = 1400 };
	struct model *m = substrate(), *copy;
	struct link_options o = { .tunnel = { .kind = TUNNEL_VXLAN, .substrate = &sub },
				  .facts = &facts };
	cleanup_free char *text = NULL, *lab = NULL;
	const struct link *l;

	(void)state;
	ip_parse("192.0.2.1", &o.tunnel.outer[0], NULL);
	ip_parse("192.0.2.2", &o.tunnel.outer[1], NULL);
	vec_push(&facts.keys,
		 ((struct tunnel_key){ 1, mem_strdup("the tunnel t of network red") }));
	l = join(m, &o);
	assert_int_equal(l->tunnel.key, 2);
	assert_int_equal(l->mtu, 1350);
	assert_ptr_not_equal(l->tunnel.substrate, &sub);
	assert_string_equal(outer(l, 1), "192.0.2.2"); /* settling leaves it */
	text = tunnel_underlay_text(m, &l->tunnel, 1);
	assert_string_equal(text, "sub.m2");
	lab = lang_print_network(m);
	assert_non_null(strstr(lab, "tunnel vxlan key 2 underlay sub.m1 sub.m2"));
	assert_true(l->mtu_follows);
	assert_null(strstr(lab, "mtu"));
	assert_int_equal(tunnel_mtu(&l->tunnel, 1400), 1350);
	assert_int_equal(tunnel_mtu(&l->tunnel, 9000), 1500);
	assert_int_equal(tunnel_mtu(&l->tunnel, 70), 0);
	o.tunnel.key = 1;
	assert_refused(m, &o, "key 1 is that of the tunnel t of network red");
	o.tunnel.key = 2;
	assert_refused(m, &o, "key 2 is that of the tunnel aa bb");
	o.tunnel.key = 3;
	o.mtu = 1351;
	assert_refused(m, &o, "too large for the path");
	facts.mtu = 0; /* there is no path now */
	assert_int_equal(join(m, &o)->mtu, 1351);

	copy = model_copy(m);
	l = model_edit_link(copy, l->id);
	assert_true(tunnel_same(&l->tunnel, &model_link(m, l->id)->tunnel));
	l->tunnel.substrate->node[1][1] = '3';
	assert_false(tunnel_same(&l->tunnel, &model_link(m, l->id)->tunnel));
	model_free(copy);
	model_free(m);
	substrate_facts_free(&facts);
}

static void test_options_that_do_not_go_together(void **state)
{
	struct model *m = substrate();
	struct link_options o = { .tunnel = { .key = 7 } };

	(void)state;
	assert_refused(m, &o, "a key without a tunnel");
	o = over(m, TUNNEL_NONE);
	assert_refused(m, &o, "an underlay without a tunnel");
	o = (struct link_options){ .via = VIA_BRIDGE };
	assert_refused(m, &o, "via bridge without a tunnel");
	o = (struct link_options){ .via = VIA_MACVLAN, .enforced = true };
	assert_refused(m, &o, "there is none");
	o = over(m, TUNNEL_GRE);
	o.via = VIA_DIRECT;
	o.enforced = true;
	assert_refused(m, &o, "nothing can be enforced");
	o = over(m, TUNNEL_GRE);
	o.engine = SHAPE_ENGINE_WIRE;
	assert_refused(m, &o, "engine wire cannot carry them");
	model_free(m);
}

static void test_addresses_at_the_ends(void **state)
{
	struct model *m = substrate();
	struct link_options o = over(m, TUNNEL_GRE);
	uint32_t gre = join(m, &o)->id, geneve;

	(void)state;
	o.tunnel.kind = TUNNEL_GENEVE;
	geneve = join(m, &o)->id;
	assert_string_equal(outer(model_link(m, gre), 0), "10.0.0.1");
	assert_string_equal(outer(model_link(m, gre), 1), "10.1.0.2");
	net_type(m, "yy:eth0", "10.1.0.77/24", NULL);
	net_settle(m);
	assert_string_equal(outer(model_link(m, gre), 1), "10.1.0.77");
	net_type(m, "xx:lo", "192.0.2.1/32", NULL);
	net_settle(m);
	assert_string_equal(outer(model_link(m, gre), 0), "10.0.0.1"); /* no way to it */
	net_route(m, "rr", "192.0.2.1/32", "10.0.0.1");
	net_settle(m); /* it lasts longer than a link */
	assert_string_equal(outer(model_link(m, gre), 0), "192.0.2.1");
	assert_string_equal(outer(model_link(m, geneve), 0), "10.0.0.1");
	model_del_link(m, net_link(m, "rr", "yy")->id, NULL);
	net_settle(m);
	assert_string_equal(outer(model_link(m, gre), 1), "none");
	/* a node takes along the tunnels that end in it */
	model_del_node(m, net_node(m, "xx")->id, NULL);
	assert_null(model_link(m, gre));
	assert_null(model_link(m, geneve));
	model_free(m);
}

static void test_islands(void **state)
{
	struct model *m = net("h aa; h bb; h cc; h dd; aa bb; cc dd");
	struct ip ips[] = { net_ip("10.0.0.1/24") };
	struct settled settled;
	struct err e = ERR_INIT;

	(void)state;
	net_type(m, "aa:eth0", "10.0.0.1/24", NULL);
	net_type(m, "bb:eth0", "10.0.0.2/24", NULL);
	net_type(m, "cc:eth0", "10.0.0.1/24", NULL);
	net_settle(m);
	assert_int_equal(
		model_set_addresses(m, net_link(m, "cc", "dd")->id, 1, ips, 1, &e),
		-EADDRINUSE);
	assert_non_null(strstr(e.msg, "cc:eth0 has"));
	net_type(m, "dd:eth0", "10.0.0.2/24", NULL);
	net_settle(m);
	assert_int_equal(model_owner_near(m, &ips[0], net_node(m, "bb")->id),
			 net_node(m, "aa")->id);
	assert_int_equal(model_owner_near(m, &ips[0], net_node(m, "dd")->id),
			 net_node(m, "cc")->id);
	net_join(m, "bb", "cc");
	assert_int_equal(model_settle(m, &settled, &e), -EADDRINUSE);
	assert_non_null(strstr(e.msg, "would be connected"));
	err_clear(&e);
	model_free(m);
}

/* ---- what they are made of ---- */

static const char *choices;
static bool has(void *cookie, const char *kind)
{
	(void)cookie;
	return strstr(choices, kind) != NULL;
}

static uint8_t chosen(const struct link_options *o, const char *kinds)
{
	struct model *m = substrate();
	uint32_t id = join(m, o)->id;
	uint8_t via;

	choices = kinds;
	model_choose_connectors(m, has, NULL);
	via = model_link(m, id)->connector;
	/* what is there stays */
	choices = "ztun shortbridge";
	model_choose_connectors(m, has, NULL);
	assert_int_equal(model_link(m, id)->connector, via);
	model_free(m);
	return via;
}

static void test_connectors(void **state)
{
	struct link_options tunnel = { .tunnel = { .kind = TUNNEL_GRE } };
	struct link_options enforced = { .enforced = true }, plain = { 0 };

	(void)state;
	assert_int_equal(chosen(&tunnel, "ztun shortbridge"), VIA_ZTUN);
	assert_int_equal(chosen(&tunnel, "shortbridge"), VIA_SHORTBRIDGE);
	assert_int_equal(chosen(&tunnel, ""), VIA_BRIDGE);
	assert_int_equal(chosen(&enforced, "ztun shortbridge"), VIA_SHORTBRIDGE);
	assert_int_equal(chosen(&enforced, ""), VIA_BRIDGE);
	assert_int_equal(chosen(&plain, "ztun shortbridge"), VIA_AUTO);
	tunnel.via = VIA_DIRECT;
	assert_int_equal(chosen(&tunnel, "ztun"), VIA_DIRECT);
}

/* "bridge vxlan veth>1000 bridge vxlan veth>1000": no two of one number in a place. */
static void assert_layout(const struct link *l, const char *wanted)
{
	struct str text = { 0 };
	struct layout x;

	layout_make(l, &x);
	for (size_t i = 0; i < x.n; i++) {
		const struct part *p = &x.v[i];

		str_addf(&text, "%s%s", i ? " " : "", part_kind_name(l, p));
		if (p->kind == PART_VETH)
			str_addf(&text, ">%d", p->other_ifindex);
		if (p->place == PLACE_FABRIC)
			assert_int_equal(layout_owner(p->ifindex), l->id);
		else
			str_addf(&text, "@%d", p->ifindex);
		for (size_t k = 0; k < i; k++)
			assert_false(x.v[k].place == p->place &&
				     x.v[k].ifindex == p->ifindex);
		assert_true(layout_has(&x, p->place, p->ifindex));
	}
	assert_string_equal(text.s ? text.s : "", wanted);
	str_free(&text);
}

static void test_layouts(void **state)
{
	struct link l = { .id = 7, .end = { { .node = 1 }, { .node = 2, .index = 3 } } };
	struct shape_place place;

	(void)state;
	assert_layout(&l, "");
	l.enforced = true;
	l.connector = VIA_BRIDGE;
	assert_layout(&l, "bridge veth>1000 veth>1003");
	place = layout_shape(&l, 0); /* at the port of the one that it goes to */
	assert_int_equal(place.place, PLACE_FABRIC);
	assert_int_not_equal(place.ifindex, layout_shape(&l, 1).ifindex);
	l.wire = true;
	assert_layout(&l, "");
	assert_int_equal(layout_shape(&l, 1).ifindex, 1003);
	l.wire = l.enforced = false;
	l.tunnel.kind = TUNNEL_VXLAN;
	assert_layout(&l, "bridge vxlan veth>1000 bridge vxlan veth>1003");
	assert_int_equal(layout_shape(&l, 1).place, 2);
	l.connector = VIA_MACVLAN;
	assert_layout(&l, "vxlan macvlan@1000 vxlan macvlan@1003");
	l.connector = VIA_ZTUN;
	l.tunnel.kind = TUNNEL_GRE;
	assert_layout(&l, "gretap ztun@1000 gretap ztun@1003");
	l.enforced = true;
	assert_int_equal(layout_shape(&l, 1).place, PLACE_FABRIC);
	l.connector = VIA_DIRECT;
	assert_layout(&l, "gretap@1000 gretap@1003");
}

/* How many steps of a kind lead from one model to the other. */
static size_t count_steps(const struct model *from, const struct model *to,
			  enum step_op op)
{
	struct plan p;
	size_t n = 0;

	plan_make(&p, from, to);
	vec_each (&p.steps, s)
		n += s->op == op;
	plan_free(&p);
	return n;
}

static const char *kind_of_part(const struct link *l, enum part_kind kind)
{
	struct layout x;

	layout_make(l, &x);
	for (size_t i = 0; i < x.n; i++)
		if (x.v[i].kind == kind)
			return part_kind_name(l, &x.v[i]);
	return "none";
}

/* Only where IPv4 does not lead from end to end. */
static void test_ipv6(void **state)
{
	static const unsigned left[] = {
		[TUNNEL_GRE] = 1338, [TUNNEL_VXLAN] = 1330, [TUNNEL_GENEVE] = 1330
	};
	struct model *m = substrate();
	struct link_options o = over(m, TUNNEL_GRE);
	const struct link *l = join(m, &o), *far = net_link(m, "rr", "yy");
	uint32_t id = l->id;
	struct ip ip;

	(void)state;
	assert_string_equal(outer(l, 1), "10.1.0.2");
	ip_parse_with_length("fd09::2/64", &ip, NULL);
	assert_int_equal(model_set_addresses(m, far->id, 1, &ip, 1, NULL), 0);
	ip_parse_with_length("fd09::1/64", &ip, NULL);
	assert_int_equal(model_set_addresses(m, far->id, 0, &ip, 1, NULL), 0);
	model_edit_link(m, far->id)->mtu = 1400;
	net_settle(m);
	assert_int_equal(model_route_auto(m, NULL), 0);
	net_settle(m);
	l = model_link(m, id);
	assert_string_equal(outer(l, 0), "fd00::1");
	assert_string_equal(outer(l, 1), "fd09::2");
	assert_string_equal(kind_of_part(l, PART_TUNNEL), "ip6gretap");
	for (enum tunnel_kind kind = TUNNEL_GRE; kind <= TUNNEL_GENEVE; kind++) {
		o = over(m, kind);
		assert_int_equal(join(m, &o)->mtu, left[kind]);
		o.mtu = left[kind] + 1;
		assert_refused(m, &o, "too large for the path");
	}
	/* broken, it stays what it was */
	assert_int_equal(model_set_link_up(m, far->id, false, NULL), 0);
	net_settle(m);
	assert_string_equal(outer(model_link(m, id), 1), "fd09::2");
	o = over(m, TUNNEL_GRE);
	assert_refused(m, &o, "rr:eth1 is down");
	/* what is left of it is told */
	assert_int_equal(model_set_link_up(m, far->id, true, NULL), 0);
	assert_int_equal(model_set_addresses(m, far->id, 1, NULL, 0, NULL), 0);
	ip_parse_with_length("fd08::1/64", &ip, NULL);
	assert_int_equal(
		model_set_addresses(m, net_link(m, "xx", "rr")->id, 0, &ip, 1, NULL), 0);
	net_settle(m);
	assert_string_equal(outer(model_link(m, id), 0), "fd08::1");
	assert_string_equal(outer(model_link(m, id), 1), "none");
	/* back with IPv4 */
	ip_parse_with_length("10.0.0.1/24", &ip, NULL);
	assert_int_equal(
		model_set_addresses(m, net_link(m, "xx", "rr")->id, 0, &ip, 1, NULL), 0);
	ip_parse_with_length("10.1.0.2/24", &ip, NULL);
	assert_int_equal(model_set_addresses(m, far->id, 1, &ip, 1, NULL), 0);
	ip_parse_with_length("10.1.0.1/24", &ip, NULL);
	assert_int_equal(model_set_addresses(m, far->id, 0, &ip, 1, NULL), 0);
	net_settle(m);
	assert_int_equal(model_route_auto(m, NULL), 0);
	net_settle(m);
	assert_string_equal(outer(model_link(m, id), 1), "10.1.0.2");
	model_free(m);
}

static void test_plans(void **state)
{
	struct model *m = substrate(), *empty = model_new(), *moved;
	struct link_options o = over(m, TUNNEL_GRE);

	(void)state;
	join(m, &o);
	/* devices in the fabric do not go with a node */
	assert_int_equal(count_steps(m, empty, STEP_LINK_DEL), 1);
	assert_int_equal(count_steps(empty, m, STEP_LINK_ADD), 3);
	moved = model_copy(m);
	net_type(moved, "yy:eth0", "10.1.0.77/24", NULL);
	net_settle(moved);
	assert_int_equal(count_steps(m, moved, STEP_LINK_DEL), 1);
	assert_int_equal(count_steps(m, moved, STEP_LINK_ADD), 1);
	model_free(m);
	model_free(moved);
	model_free(empty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_mtu_follows_from_the_path),
		cmocka_unit_test(test_underlay_that_does_not_connect),
		cmocka_unit_test(test_substrate),
		cmocka_unit_test(test_options_that_do_not_go_together),
		cmocka_unit_test(test_addresses_at_the_ends),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_islands),
		cmocka_unit_test(test_connectors),
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_plans),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
