/*
 * test_settle_size.c — large networks: what settling one costs, and that it is right.
 */
#include "settle_net.h"

static struct model *large(unsigned hosts)
{
	struct model *m = net("s s0; r r0; s0 r0");
	char name[16], sw[16];

	for (unsigned i = 1; i <= 20; i++) {
		snprintf(sw, sizeof(sw), "s%u", i);
		net_add(m, NODE_SWITCH, sw);
		net_join(m, sw, "s0");
	}
	for (unsigned i = 0; i < hosts; i++) {
		snprintf(name, sizeof(name), "h%u", i);
		snprintf(sw, sizeof(sw), "s%u", 1 + i % 20);
		net_add(m, NODE_HOST, name);
		net_join(m, name, sw);
	}
	return m;
}

static double all_new(unsigned hosts)
{
	struct model *m = large(hosts);
	double begin = net_cpu_milliseconds();

	net_settle(m);
	begin = net_cpu_milliseconds() - begin;
	model_free(m);
	return begin;
}

static double nothing_new(unsigned hosts)
{
	struct model *m = large(hosts), *copy;
	double begin;

	net_settle(m);
	copy = model_copy(m);
	begin = net_cpu_milliseconds();
	assert_int_equal(net_settle(copy).addressed, 0);
	begin = net_cpu_milliseconds() - begin;
	model_free(copy);
	model_free(m);
	return begin;
}

static void grows_with_the_size(void **state)
{
	(void)state;
	assert_true(net_growth(all_new, 500) < 60);
	assert_true(net_growth(nothing_new, 500) < 60);
}

static void a_large_lan(void **state)
{
	struct model *m = large(20000);

	(void)state;
	net_settle(m);
	assert_iface(m, "h19999:eth0", "10.0.78.33/16 fd00::4e21/64");
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_with_the_size),
		cmocka_unit_test(a_large_lan),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
