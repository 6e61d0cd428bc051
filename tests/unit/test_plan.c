/*
 * test_plan.c — the steps between two models, and their order.
 *
 * A plan is compared as text: a line a step, what it does and what to.
 */
#include <arpa/inet.h>

#include "net.h"
#include "plan/plan.h"

static const char *const ops[] = {
	[STEP_NODE_ADD] = "+",	  [STEP_NODE_DEL] = "-",    [STEP_NODE_SET] = "set",
	[STEP_LINK_ADD] = "+",	  [STEP_LINK_DEL] = "-",    [STEP_IFACE_SET] = "set",
	[STEP_ADDRESS_ADD] = "+", [STEP_ADDRESS_DEL] = "-", [STEP_ROUTE_ADD] = "+",
	[STEP_ROUTE_DEL] = "-",	  [STEP_VLAN_SET] = "set",  [STEP_KEEP] = "run",
};

static void add_step(struct str *out, const struct plan *p, const struct step *s)
{
	cleanup_free char *text = step_text(p, s);

	str_addf(out, "%s %s", ops[s->op], text);
	if (s->op == STEP_IFACE_SET)
		str_addf(out, " %s %u", s->iface.up ? "up" : "down", s->iface.mtu);
	if (s->op == STEP_NODE_SET)
		str_addf(out, " %s%s%s", s->settings.up ? "up" : "down",
			 s->settings.stp ? " stp" : "",
			 s->settings.vlan	? " vlan"
			 : s->settings.vlan_off ? " no vlan"
						: "");
	if (s->op == STEP_LINK_ADD)
		str_addf(out, " told at %s, born %s %s", s->node->name,
			 s->added[0].up ? "up" : "down", s->added[1].up ? "up" : "down");
	if (s->op == STEP_LINK_DEL)
		str_addf(out, " told at %s", s->node->name);
	str_add(out, "\n");
}

static void assert_plan(const struct model *from, const struct model *to,
			const char *wanted)
{
	struct str got = { 0 };
	struct plan p;

	plan_make(&p, from, to);
	vec_each (&p.steps, s)
		add_step(&got, &p, s);
	assert_string_equal(got.s ? got.s : "", wanted);
	str_free(&got);
	plan_free(&p);
}

static void free_both(struct model *a, struct model *b)
{
	model_free(a);
	model_free(b);
}

static void test_from_nothing(void **state)
{
	struct model *empty = model_new(), *m = net("h h1; s s1; h1 s1");

	(void)state;
	net_settle(m);
	assert_plan(empty, m,
		    "+ host h1\n"
		    "+ switch s1\n"
		    "+ link h1:eth0 s1:eth0 told at s1, born down up\n"
		    "set h1:eth0 up 1500\n"
		    "+ h1:eth0: address 10.0.0.1/24\n"
		    "+ h1:eth0: address fd00::1/64\n"
		    "set s1:bridge up\n");
	/* what goes with the namespaces is no step */
	assert_plan(m, empty,
		    "- host h1\n"
		    "- switch s1\n");
	assert_plan(m, m, "");
	free_both(empty, m);
}

static void test_between_switches(void **state)
{
	struct model *from = net("s s1; s s2"), *to = model_copy(from);

	(void)state;
	net_join(to, "s1", "s2");
	/* the second end cannot be born in its bridge */
	assert_plan(from, to,
		    "+ link s1:eth0 s2:eth0 told at s2, born down up\n"
		    "set s1:eth0 up 1500\n");
	model_set_node_up(to, net_node(to, "s1")->id, false, NULL);
	assert_plan(from, to,
		    "+ link s1:eth0 s2:eth0 told at s2, born down up\n"
		    "set s1:eth0 down 1500\n");
	free_both(from, to);
}

static void test_routes_wait_for_their_interface(void **state)
{
	struct model *from = net("h h1; r r1; h1 r1"), *to;
	const struct link *l = net_link(from, "h1", "r1");

	(void)state;
	net_settle(from);
	to = model_copy(from);
	model_set_link_up(to, l->id, false, NULL);
	/* IPv4 addresses stay; all else the kernel takes away by itself */
	assert_plan(from, to,
		    "set h1:eth0 down 1500\n"
		    "set r1:eth0 down 1500\n");
	assert_plan(to, from,
		    "set h1:eth0 up 1500\n"
		    "+ h1:eth0: address fd00::1/64\n"
		    "+ h1: route default via 10.0.0.2\n"
		    "+ h1: route default via fd00::2\n"
		    "set r1:eth0 up 1500\n"
		    "+ r1:eth0: address fd00::2/64\n");
	free_both(from, to);
	from = net("h h1; r r1; h1 r1");
	net_settle(from);
	to = model_copy(from);
	model_set_node_up(to, net_node(to, "h1")->id, false, NULL);
	assert_plan(from, to, "set h1:eth0 down 1500\n");
	free_both(from, to);
}

static void test_route_replaced(void **state)
{
	struct model *from = net("h h1; r r1; h1 r1"), *to;

	(void)state;
	from->automatic = false;
	net_type(from, "h1:eth0", "10.0.0.1/24", "10.0.1.1/24", NULL);
	net_type(from, "r1:eth0", "10.0.0.2/24", "10.0.1.2/24", NULL);
	net_route(from, "h1", "10.9.0.0/16", "10.0.0.2");
	to = model_copy(from);
	net_route(to, "h1", "10.9.0.0/16", "10.0.1.2");
	/* in place: no moment without a route */
	assert_plan(from, to, "+ h1: route 10.9.0.0/16 via 10.0.1.2\n");
	assert_int_equal(
		model_del_route(
			to, net_node(to, "h1")->id,
			&(struct ip){ .family = AF_INET, .len = 16, .b = { 10, 9 } },
			NULL),
		0);
	assert_plan(from, to, "- h1: route 10.9.0.0/16 via 10.0.0.2\n");
	free_both(from, to);
}

static void test_primary_address(void **state)
{
	struct model *from = net("h h1; h h2; h1 h2"), *to;

	(void)state;
	from->automatic = false;
	net_type(from, "h1:eth0", "10.0.0.1/24", "10.0.0.2/24", "10.7.0.1/24", NULL);
	to = model_copy(from);
	/* the first of a subnet takes the others along, so they are given anew */
	net_type(to, "h1:eth0", "10.0.0.2/24", "10.7.0.1/24", NULL);
	assert_plan(from, to,
		    "- h1:eth0: address 10.0.0.1/24\n"
		    "- h1:eth0: address 10.0.0.2/24\n"
		    "+ h1:eth0: address 10.0.0.2/24\n");
	model_free(to);
	to = model_copy(from);
	net_type(to, "h1:eth0", "10.0.0.1/24", "10.7.0.1/24", NULL);
	assert_plan(from, to, "- h1:eth0: address 10.0.0.2/24\n");
	model_free(to);
	to = model_copy(from);
	/* another length is another address */
	net_type(to, "h1:eth0", "10.0.0.1/16", NULL);
	assert_plan(from, to,
		    "- h1:eth0: address 10.0.0.1/24\n"
		    "- h1:eth0: address 10.0.0.2/24\n"
		    "- h1:eth0: address 10.7.0.1/24\n"
		    "+ h1:eth0: address 10.0.0.1/16\n");
	free_both(from, to);
}

/* The kernel drops an interface's routes along with its last IPv4 address. */
static void test_routes_after_readdressing(void **state)
{
	struct model *from = net("h h1; r r1; h1 r1"), *to;

	(void)state;
	from->automatic = false;
	net_type(from, "h1:eth0", "10.0.0.1/24", NULL);
	net_type(from, "r1:eth0", "10.0.0.2/24", NULL);
	net_route(from, "h1", "0.0.0.0/0", "10.0.0.2");
	to = from;
	from = model_copy(to);
	net_type(to, "h1:eth0", "10.0.0.3/24", NULL);
	assert_plan(from, to,
		    "- h1:eth0: address 10.0.0.1/24\n"
		    "+ h1:eth0: address 10.0.0.3/24\n"
		    "+ h1: route default via 10.0.0.2\n");
	free_both(from, to);
}

static void test_what_goes_first(void **state)
{
	struct model *from = net("h h1; h h2; s s1; h1 s1; h2 s1"), *to;

	(void)state;
	to = model_copy(from);
	model_del_node(to, net_node(to, "h1")->id, NULL);
	/* the switch stays, so its port has to be freed; programs end last */
	assert_plan(from, to,
		    "- link h1:eth0 s1:eth0 told at h1\n"
		    "- host h1\n");
	net_extend(to, "h h3; h3 s1");
	assert_plan(from, to,
		    "- link h1:eth0 s1:eth0 told at h1\n"
		    "+ host h3\n"
		    "+ link h3:eth0 s1:eth0 told at s1, born down up\n"
		    "set h3:eth0 up 1500\n"
		    "- host h1\n");
	/* but a name that comes back needs its place */
	net_extend(to, "r h1");
	assert_plan(from, to,
		    "- link h1:eth0 s1:eth0 told at h1\n"
		    "- host h1\n"
		    "+ host h3\n"
		    "+ router h1\n"
		    "+ link h3:eth0 s1:eth0 told at s1, born down up\n"
		    "set h3:eth0 up 1500\n");
	model_free(to);
	to = model_copy(from);
	model_del_node(to, net_node(to, "s1")->id, NULL);
	assert_plan(from, to,
		    "- link h1:eth0 s1:eth0 told at s1\n"
		    "- link h2:eth0 s1:eth1 told at s1\n"
		    "- switch s1\n");
	free_both(from, to);
}

static void test_stp(void **state)
{
	struct model *from = net("s s1"), *to = model_copy(from);

	(void)state;
	model_set_stp(to, net_node(to, "s1")->id, true, NULL);
	assert_plan(from, to, "set s1:bridge up stp\n");
	assert_plan(to, from, "set s1:bridge up\n");
	free_both(from, to);
}

static void test_vlans(void **state)
{
	struct model *from = net("h h1; s s1; h1 s1"), *to = model_copy(from);
	struct vlans v = { .native = 10 };

	(void)state;
	model_set_vlan(to, net_node(to, "s1")->id, true, NULL);
	assert_plan(from, to, "set s1:bridge up vlan\n");
	model_set_vlans(to, net_link(to, "h1", "s1")->id, 1, &v, NULL);
	assert_plan(from, to,
		    "set s1:eth0: VLANs\n"
		    "set s1:bridge up vlan\n");
	/* the port is as a new one again, for the next time */
	assert_plan(to, from,
		    "set s1:eth0: VLANs\n"
		    "set s1:bridge up no vlan\n");
	free_both(from, to);
}

static void test_kept(void **state)
{
	struct model *from = net("h h1; r r1; h1 r1"), *to = model_copy(from), *empty;
	uint32_t r1 = net_node(to, "r1")->id;

	(void)state;
	model_keep(to, r1, "one", NULL);
	assert_plan(from, to, "run r1: one\n");
	model_free(from);
	from = model_copy(to);
	model_keep(to, r1, "two", NULL);
	assert_plan(from, to, "run r1: two\n");
	/* what was done cannot be taken back, but the node can */
	assert_plan(to, from,
		    "- link h1:eth0 r1:eth0 told at r1\n"
		    "- router r1\n"
		    "+ router r1\n"
		    "+ link h1:eth0 r1:eth0 told at h1, born up down\n"
		    "set r1:eth0 up 1500\n"
		    "run r1: one\n");
	empty = model_new();
	assert_plan(to, empty, "- host h1\n- router r1\n");
	model_free(empty);
	free_both(from, to);
}

static void test_loopback(void **state)
{
	struct model *from = net("r r1"), *to = model_copy(from);

	(void)state;
	net_type(to, "r1:lo", "192.0.2.1/32", "2001:db8::1/128", NULL);
	assert_plan(from, to,
		    "+ r1:lo: address 192.0.2.1/32\n"
		    "+ r1:lo: address 2001:db8::1/128\n");
	assert_plan(to, from,
		    "- r1:lo: address 192.0.2.1/32\n"
		    "- r1:lo: address 2001:db8::1/128\n");
	free_both(from, to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_nothing),
		cmocka_unit_test(test_between_switches),
		cmocka_unit_test(test_routes_wait_for_their_interface),
		cmocka_unit_test(test_route_replaced),
		cmocka_unit_test(test_primary_address),
		cmocka_unit_test(test_routes_after_readdressing),
		cmocka_unit_test(test_what_goes_first),
		cmocka_unit_test(test_stp),
		cmocka_unit_test(test_vlans),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_loopback),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
