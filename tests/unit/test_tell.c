/*
 * test_tell.c — what is told of a change, to a person and to a program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "shell/tell.h"

/* Two hosts and a router on a switch, with typed addresses. */
static struct model *small(void)
{
	struct model *m = model_new();
	uint32_t h1, h2, r1, s1, id;

	m->automatic = false;
	model_add_node(m, NODE_HOST, "h1", &h1, NULL);
	model_add_node(m, NODE_HOST, "h2", &h2, NULL);
	model_add_node(m, NODE_ROUTER, "r1", &r1, NULL);
	model_add_node(m, NODE_SWITCH, "s1", &s1, NULL);
	for (int i = 0; i < 3; i++) {
		struct link_options o = { 0 };
		cleanup_free char *ip = mem_printf("10.0.0.%d/24", i + 1);

		assert_int_equal(ip_parse_with_length(ip, &o.end[0].ip, NULL), 0);
		assert_int_equal(model_add_link(m,
						i == 0	 ? h1
						: i == 1 ? h2
							 : r1,
						s1, &o, &id, NULL),
				 0);
	}
	return m;
}

static uint32_t id_of(const struct model *m, const char *name)
{
	return model_node_named(m, name)->id;
}

static uint32_t link_between(const struct model *m, const char *a, const char *b)
{
	const struct link *l = NULL;

	assert_int_equal(model_links_between(m, id_of(m, a), id_of(m, b), &l, 1), 1);
	return l->id;
}

/* What a person reads; free() it. */
static char *told(const struct model *before, const struct model *after, bool interactive)
{
	struct output o = { 0 };
	FILE *f = tmpfile();
	int out = dup(STDOUT_FILENO);
	char *text = mem_alloc(65536);

	assert_non_null(f);
	fflush(stdout);
	dup2(fileno(f), STDOUT_FILENO);
	tell_change(&o, interactive, before, after);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	rewind(f);
	text[fread(text, 1, 65535, f)] = '\0';
	fclose(f);
	assert_null(o.result);
	return text;
}

static void assert_told(const struct model *before, const struct model *after,
			const char *wanted)
{
	cleanup_free char *text = told(before, after, true);

	assert_string_equal(text, wanted);
}

/* The JSON result of one kind, as compact text; free() it. */
static char *result(const struct model *before, const struct model *after,
		    const char *member)
{
	struct output o = { .json = true };
	char *text;

	tell_change(&o, false, before, after);
	assert_non_null(o.result);
	text = json_dumps(json_object_get(o.result, member),
			  JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(o.result);
	return text;
}

static void assert_result(const struct model *before, const struct model *after,
			  const char *member, const char *wanted)
{
	cleanup_free char *text = result(before, after, member);

	assert_string_equal(text, wanted);
}

static void test_nothing(void **state)
{
	struct model *m = small(), *same = model_copy(m);

	(void)state;
	assert_told(m, same, "");
	assert_result(m, same, "added", "[]");
	assert_result(m, same, "removed", "[]");
	assert_result(m, same, "changed", "[]");
	model_free(m);
	model_free(same);
}

static void test_link_added(void **state)
{
	struct model *m = small(), *next = model_copy(m);
	struct link_options o = { 0 };
	uint32_t id;

	(void)state;
	ip_parse_with_length("10.9.0.1/30", &o.end[0].ip, NULL);
	ip_parse_with_length("10.9.0.2/30", &o.end[1].ip, NULL);
	assert_int_equal(
		model_add_link(next, id_of(m, "h1"), id_of(m, "r1"), &o, &id, NULL), 0);
	assert_told(m, next, "h1:eth1 10.9.0.1/30 — r1:eth1 10.9.0.2/30\n");
	assert_result(m, next, "added",
		      "[{\"a\":\"h1:eth1\",\"a_addresses\":[\"10.9.0.1/30\"],"
		      "\"b\":\"r1:eth1\",\"b_addresses\":[\"10.9.0.2/30\"],"
		      "\"link\":\"h1 r1\",\"mtu\":1500,\"state\":\"up\"}]");
	assert_result(m, next, "changed", "[]");
	model_free(m);
	model_free(next);
}

static void test_node_removed_with_its_links(void **state)
{
	struct model *m = small(), *next = model_copy(m);

	(void)state;
	assert_int_equal(model_del_node(next, id_of(m, "h1"), NULL), 0);
	assert_told(m, next,
		    "deleted host h1\n"
		    "deleted h1:eth0 10.0.0.1/24 — s1:eth0\n");
	assert_told(next, m, "h1:eth0 10.0.0.1/24 — s1:eth0\nadded 1 host, 1 link\n");
	model_free(m);
	model_free(next);
}

static void test_states(void **state)
{
	struct model *m = small(), *next = model_copy(m);

	(void)state;
	model_set_node_up(next, id_of(m, "r1"), false, NULL);
	model_set_stp(next, id_of(m, "s1"), true, NULL);
	model_set_link_up(next, link_between(m, "h1", "s1"), false, NULL);
	next->automatic = true;
	assert_told(m, next,
		    "r1 down\n"
		    "s1 spanning tree on\n"
		    "h1:eth0 10.0.0.1/24 — s1:eth0 down\n"
		    "automatic addresses on\n");
	assert_result(m, next, "changed",
		      "[{\"node\":\"r1\",\"state\":\"down\"},"
		      "{\"node\":\"s1\",\"stp\":true},"
		      "{\"a\":\"h1:eth0\",\"a_addresses\":[\"10.0.0.1/24\"],"
		      "\"b\":\"s1:eth0\",\"b_addresses\":[],\"link\":\"h1 s1\","
		      "\"mtu\":1500,\"state\":\"down\"},"
		      "{\"automatic\":true}]");
	model_free(m);
	model_free(next);
}

static void test_setup(void **state)
{
	struct model *m = small(), *next = model_copy(m);
	struct vlans v = { .native = 10 };

	(void)state;
	model_set_vlan(next, id_of(m, "s1"), true, NULL);
	model_set_vlans(next, link_between(m, "h1", "s1"), 1, &v, NULL);
	model_keep(next, id_of(m, "r1"), "ip rule add table 7", NULL);
	assert_told(m, next, "s1 VLANs on\ns1:eth0 VLAN 10\n");
	assert_result(m, next, "changed",
		      "[{\"kept\":[\"ip rule add table 7\"],\"node\":\"r1\"},"
		      "{\"node\":\"s1\",\"vlan\":true},"
		      "{\"a\":\"h1:eth0\",\"a_addresses\":[\"10.0.0.1/24\"],"
		      "\"b\":\"s1:eth0\",\"b_addresses\":[],\"b_vlan\":\"10\","
		      "\"link\":\"h1 s1\",\"mtu\":1500,\"state\":\"up\"}]");
	assert_told(next, m,
		    "r1 was made anew without what is not kept any more\n"
		    "s1 VLANs off\n"
		    "s1:eth0 VLAN 1\n");
	model_free(m);
	model_free(next);
}

static void test_renumbered(void **state)
{
	struct model *m = small(), *next = model_copy(m), *bare;
	uint32_t link = link_between(m, "h1", "s1");
	struct ip ip, lo;

	(void)state;
	ip_parse_with_length("10.0.0.77/24", &ip, NULL);
	ip_parse_with_length("192.0.2.1/32", &lo, NULL);
	assert_int_equal(model_set_addresses(next, link, 0, &ip, 1, NULL), 0);
	assert_int_equal(model_set_loopback(next, id_of(m, "r1"), &lo, 1, NULL), 0);
	assert_told(m, next,
		    "r1:lo 192.0.2.1/32\n"
		    "h1:eth0 10.0.0.1/24 → 10.0.0.77/24\n");
	bare = model_copy(next);
	assert_int_equal(model_set_addresses(bare, link, 0, NULL, 0, NULL), 0);
	assert_told(next, bare, "h1:eth0 10.0.0.77/24 → none\n");
	model_free(m);
	model_free(next);
	model_free(bare);
}

static void test_routes(void **state)
{
	struct model *m = small(), *routed = model_copy(m), *gone;
	struct route r = { .origin = ROUTE_MANUAL };

	(void)state;
	ip_parse_prefix("10.9.0.0/16", &r.prefix, NULL);
	ip_parse("10.0.0.3", &r.via, NULL);
	assert_int_equal(model_set_route(routed, id_of(m, "h1"), &r, NULL), 0);
	assert_int_equal(model_set_route(routed, id_of(m, "h2"), &r, NULL), 0);
	assert_told(m, routed, "routes: 2 new, on 2 nodes\n");
	assert_result(m, routed, "changed",
		      "[{\"node\":\"h1\",\"routes\":[\"10.9.0.0/16 via 10.0.0.3\"]},"
		      "{\"node\":\"h2\",\"routes\":[\"10.9.0.0/16 via 10.0.0.3\"]}]");
	gone = model_copy(routed);
	assert_int_equal(model_del_route(gone, id_of(m, "h1"), &r.prefix, NULL), 0);
	assert_told(routed, gone,
		    "h1: no route 10.9.0.0/16 via 10.0.0.3 any more\n"
		    "routes: 0 new, 1 gone, on 1 node\n");
	model_free(m);
	model_free(routed);
	model_free(gone);
}

/* A great change is a few lines for a person, and everything for a program. */
static void test_long(void **state)
{
	struct model *empty = model_new(), *m = model_new();
	struct output o = { .json = true };
	size_t lines = 0;
	uint32_t s1;
	cleanup_free char *text = NULL;

	(void)state;
	model_add_node(m, NODE_SWITCH, "s1", &s1, NULL);
	for (int i = 1; i <= 1000; i++) {
		cleanup_free char *name = mem_printf("h%d", i);
		struct link_options none = { 0 };
		uint32_t h, id;

		model_add_node(m, NODE_HOST, name, &h, NULL);
		assert_int_equal(model_add_link(m, h, s1, &none, &id, NULL), 0);
	}
	text = told(empty, m, true);
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 10);
	assert_non_null(strstr(text, "h8:eth0 — s1:eth7\n"));
	assert_null(strstr(text, "h9:eth0"));
	assert_non_null(strstr(text, "… and 992 more links\n"));
	assert_non_null(strstr(text, "added 1000 hosts, 1 switch, 1000 links\n"));
	tell_change(&o, false, empty, m);
	assert_int_equal(json_array_size(json_object_get(o.result, "added")), 2001);
	json_decref(o.result);
	model_free(empty);
	model_free(m);
}

static void test_quiet_in_batch(void **state)
{
	struct model *m = small(), *empty = model_new();
	cleanup_free char *text = told(empty, m, false);

	(void)state;
	assert_string_equal(text, "");
	model_free(m);
	model_free(empty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_link_added),
		cmocka_unit_test(test_node_removed_with_its_links),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_setup),
		cmocka_unit_test(test_renumbered),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_quiet_in_batch),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
