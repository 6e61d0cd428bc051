/*
 * test_way.c — which links packets take, by the model: switches, routes, ways that lead
 * nowhere.
 */
#include "net.h"

#include "model/way.h"

static bool takes(const struct model *m, const char *from, const char *to, const char *a,
		  const char *b)
{
	struct ip ip = net_ip(to);
	uint32_t link = net_link(m, a, b)->id;

	return model_way_takes(m, net_node(m, from)->id, &ip, &link, 1);
}

static void test_lan(void **state)
{
	struct model *m = net("h h1; h h2; h h3; s s1; s s2; h1 s1; s1 s2; h2 s2; h3 s1");

	(void)state;
	net_settle(m);
	net_type(m, "h1:eth0", "10.0.0.1/24", NULL);
	net_type(m, "h2:eth0", "10.0.0.2/24", NULL);
	net_type(m, "h3:eth0", "10.0.0.3/24", NULL);
	assert_true(takes(m, "h1", "10.0.0.2", "h1", "s1"));
	assert_true(takes(m, "h1", "10.0.0.2", "s1", "s2"));
	assert_true(takes(m, "h1", "10.0.0.2", "h2", "s2"));
	assert_false(takes(m, "h1", "10.0.0.2", "h3", "s1"));
	assert_false(takes(m, "h1", "10.0.0.3", "s1", "s2"));
	assert_false(takes(m, "h1", "10.0.0.1", "h1", "s1")); /* to itself */
	assert_false(takes(m, "h1", "10.0.0.9", "h1", "s1")); /* to nobody */
	assert_false(takes(m, "h1", "10.9.0.9", "h1", "s1")); /* no route */
	model_free(m);
}

/* Switches in a loop: the search ends, and takes the shorter side. */
static void test_loop_of_switches(void **state)
{
	struct model *m = net("h h1; h h2; s s1; s s2; s s3; h1 s1; s1 s2; s2 s3; s3 s1; "
			      "h2 s2");

	(void)state;
	net_type(m, "h1:eth0", "10.0.0.1/24", NULL);
	net_type(m, "h2:eth0", "10.0.0.2/24", NULL);
	assert_true(takes(m, "h1", "10.0.0.2", "s1", "s2"));
	assert_false(takes(m, "h1", "10.0.0.2", "s2", "s3"));
	assert_false(takes(m, "h1", "10.0.0.8", "s2", "s3"));
	model_free(m);
}

static void test_routes(void **state)
{
	struct model *m = net("h h1; h h2; r r1; r r2; r r3; h1 r1; r1 r2; r1 r3; r2 h2; "
			      "r3 h2");

	(void)state;
	net_type(m, "h1:eth0", "10.1.0.2/24", NULL);
	net_type(m, "r1:eth0", "10.1.0.1/24", NULL);
	net_type(m, "r1:eth1", "10.2.0.1/24", NULL);
	net_type(m, "r2:eth0", "10.2.0.2/24", NULL);
	net_type(m, "r1:eth2", "10.3.0.1/24", NULL);
	net_type(m, "r3:eth0", "10.3.0.2/24", NULL);
	net_type(m, "r2:eth1", "10.4.0.1/24", NULL);
	net_type(m, "h2:eth0", "10.4.0.2/24", NULL);
	net_type(m, "r3:eth1", "10.5.0.1/24", NULL);
	net_type(m, "h2:eth1", "10.5.0.2/24", NULL);
	net_route(m, "h1", "0.0.0.0/0", "10.1.0.1");
	net_route(m, "r1", "10.0.0.0/8", "10.3.0.2");
	net_route(m, "r1", "10.4.0.0/16", "10.2.0.2");
	assert_true(takes(m, "h1", "10.4.0.2", "h1", "r1"));
	assert_true(takes(m, "h1", "10.4.0.2", "r1", "r2")); /* the longer prefix */
	assert_false(takes(m, "h1", "10.4.0.2", "r1", "r3"));
	assert_true(takes(m, "h1", "10.5.0.2", "r1", "r3"));
	assert_true(takes(m, "h1", "10.5.0.2", "r3", "h2"));
	assert_false(takes(m, "h2", "10.1.0.2", "h1", "r1")); /* no way back */
	/* round in circles */
	net_route(m, "r3", "10.6.0.0/16", "10.3.0.1");
	assert_false(takes(m, "h1", "10.6.0.1", "r1", "r3"));
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lan),
		cmocka_unit_test(test_loop_of_switches),
		cmocka_unit_test(test_routes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
