/*
 * test_dot.c — a network in the language of Graphviz: what is in it, and how it is
 * quoted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <stdlib.h>

#include "draw/dot.h"

static const char *quoted(const char *text)
{
	static struct str b;

	str_free(&b);
	dot_quote(&b, text);
	return b.s;
}

static void odd_characters(void **state)
{
	(void)state;
	assert_string_equal(quoted(""), "\"\"");
	assert_string_equal(quoted("node-2"), "\"node-2\"");
	assert_string_equal(quoted("say \"hi\""), "\"say \\\"hi\\\"\"");
	/* \N would be the node's name, and a last \ would take the quote along */
	assert_string_equal(quoted("\\N\\"), "\"\\\\N\\\\\"");
	assert_string_equal(quoted("a\nb"), "\"a\\nb\"");
	assert_string_equal(quoted("&lt; <b>"), "\"&amp;lt; <b>\"");
	assert_string_equal(quoted("\t\033[1m"), "\"??[1m\"");
	assert_string_equal(quoted("ä → ∞"), "\"ä → ∞\"");
	quoted("");
}

static uint32_t add(struct model *m, enum node_kind kind, const char *name)
{
	uint32_t id;

	assert_int_equal(model_add_node(m, kind, name, &id, NULL), 0);
	return id;
}

static uint32_t join(struct model *m, uint32_t a, uint32_t b,
		     const struct link_options *o)
{
	uint32_t id;

	assert_int_equal(model_add_link(m, a, b, o, &id, NULL), 0);
	return id;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

static void what_is_drawn(void **state)
{
	struct model *m = model_new();
	/* words of the language itself */
	uint32_t h = add(m, NODE_HOST, "node"), r = add(m, NODE_ROUTER, "graph");
	uint32_t s = add(m, NODE_SWITCH, "strict"), x = add(m, NODE_HOST, "x");
	struct shape loss = { .loss = SHAPE_CERTAIN / 100 };
	struct link_options o = { .shape = { .rate = 10000000, .delay = 5000000 } };
	struct settled settled;
	cleanup_free char *text = NULL, *again = NULL;
	struct ip ips[2];
	uint32_t link;

	(void)state;
	join(m, h, r, &o);
	link = join(m, s, r, &(struct link_options){ .name = "uplink" });
	assert_int_equal(model_set_shape(m, link, 1, &loss, NULL), 0);
	link = join(m, x, s, &(struct link_options){ 0 });
	assert_int_equal(ip_parse_with_length("192.0.2.1/24", &ips[0], NULL), 0);
	assert_int_equal(ip_parse_with_length("2001:db8::1/64", &ips[1], NULL), 0);
	assert_int_equal(model_set_addresses(m, link, 0, ips, 2, NULL), 0);
	assert_int_equal(model_set_link_up(m, link, false, NULL), 0);
	assert_int_equal(model_set_node_up(m, x, false, NULL), 0);
	assert_int_equal(ip_parse_with_length("198.51.100.1/32", &ips[0], NULL), 0);
	assert_int_equal(model_set_loopback(m, r, ips, 1, NULL), 0);
	assert_int_equal(model_settle(m, &settled, NULL), 0);
	text = dot_text(m, "my \"net\"");

	has(text, "graph \"my \\\"net\\\"\" {\n");
	has(text, "\t\"node\" [shape=ellipse, fillcolor=\"#e8f0fe\", label=\"node\"];\n");
	has(text, "\t\"graph\" [shape=ellipse, peripheries=2, fillcolor=\"#fdecd2\", "
		  "label=\"graph\\nlo 198.51.100.1/32\"];\n");
	has(text, "\t\"strict\" [shape=box, ");
	has(text, "\t\"x\" [shape=ellipse, fillcolor=\"#e8f0fe\", label=\"x\", "
		  "style=\"filled,dashed\"");
	/* an automatic IPv6 address beside one of IPv4 is left out, a typed one is not */
	has(text, "\t\"node\" -- \"graph\" [style=solid, color=\"#444444\", "
		  "taillabel=\"eth0\\n10.0.0.1/24\", headlabel=\"eth0\\n10.0.0.2/24\", "
		  "label=\"rate 10mbit delay 5ms\"];\n");
	has(text, "headlabel=\"eth1\\n192.0.2.2/24");
	has(text, "label=\"uplink\\nfrom graph: loss 1%\"];\n");
	has(text, "\t\"x\" -- \"strict\" [style=dashed, ");
	has(text, "taillabel=\"eth0\\n192.0.2.1/24\\n2001:db8::1/64\"");
	again = dot_text(m, "my \"net\"");
	assert_string_equal(text, again);
	model_free(m);
}

static void tunnels(void **state)
{
	struct model *m = model_new();
	uint32_t a = add(m, NODE_HOST, "a"), b = add(m, NODE_HOST, "b");
	uint32_t x = add(m, NODE_ROUTER, "x"), y = add(m, NODE_ROUTER, "y");
	struct link_options o = { .tunnel = { .kind = TUNNEL_GRE, .key = 7 },
				  .enforced = true };
	cleanup_free char *text = NULL;
	struct settled settled;

	(void)state;
	join(m, x, y, &(struct link_options){ 0 });
	assert_int_equal(model_settle(m, &settled, NULL), 0);
	join(m, a, b, &o);
	o = (struct link_options){ .tunnel = { .kind = TUNNEL_VXLAN,
					       .underlay = { x, y } } };
	join(m, a, b, &o);
	text = dot_text(m, "t");
	has(text, "style=bold, color=\"#6a3fa0\", taillabel=\"eth0\", "
		  "headlabel=\"eth0\", label=\"gre 7\\nenforced\"];\n");
	has(text, "label=\"vxlan 1\\nover x y\"];\n");
	model_free(m);
}

/* What leads to the machine. */
static void the_machine(void **state)
{
	struct model *m = model_new();
	uint32_t gw = add(m, NODE_ROUTER, "gw"), h = add(m, NODE_HOST, "h");
	cleanup_free char *text = NULL;

	(void)state;
	assert_int_equal(model_set_nat(m, gw, NULL), 0);
	assert_int_equal(model_attach_nic(m, h, "enp3s0", false, NULL), 0);
	text = dot_text(m, "t");
	has(text, "\t\"gw\" [shape=house, fillcolor=\"#fdecd2\", label=\"gw\"];\n");
	has(text, "label=\"h\\nnic enp3s0\"];\n");
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(odd_characters),
		cmocka_unit_test(what_is_drawn),
		cmocka_unit_test(tunnels),
		cmocka_unit_test(the_machine),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
