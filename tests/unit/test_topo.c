/*
 * test_topo.c — generators: sizes, names, joins, limits.
 */
#include <errno.h>
#include <stdlib.h>

#include "model/topo.h"
#include "net.h"

static void add(struct model *m, const struct topo_options *o)
{
	struct err e = ERR_INIT;

	if (topo_add(m, o, &e) < 0)
		fail_msg("topo %s: %s", topo_shape_name(o->shape), e.msg);
}

static struct model *topo(const struct topo_options *o)
{
	struct model *m = model_new();

	add(m, o);
	return m;
}

static size_t count(const struct model *m, enum node_kind kind)
{
	size_t n = 0;

	vec_each (&m->nodes, node)
		n += (*node)->kind == kind;
	return n;
}

static void assert_size(const struct model *m, size_t hosts, size_t routers,
			size_t switches, size_t links)
{
	assert_int_equal(count(m, NODE_HOST), hosts);
	assert_int_equal(count(m, NODE_ROUTER), routers);
	assert_int_equal(count(m, NODE_SWITCH), switches);
	assert_int_equal(m->links.n, links);
}

/* "r1-r2 r2-r3 …" in order of the links. */
static const char *links(const struct model *m)
{
	static char out[4096];
	size_t n = 0;

	out[0] = '\0';
	vec_each (&m->links, l)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s-%s", n ? " " : "",
				      model_node(m, (*l)->end[0].node)->name,
				      model_node(m, (*l)->end[1].node)->name);
	return out;
}

static void assert_refused(const struct topo_options *o, int code, const char *why)
{
	struct model *m = net("h h7"), *copy = model_copy(m);
	struct err e = ERR_INIT;

	assert_int_equal(topo_add(m, o, &e), code);
	if (!strstr(e.msg, why))
		fail_msg("'%s' does not say '%s'", e.msg, why);
	assert_int_equal(m->nodes.n, 1);
	assert_int_equal(m->links.n, 0);
	assert_int_equal(m->next_id, copy->next_id);
	assert_ptr_equal(m->nodes.v[0], copy->nodes.v[0]);
	err_clear(&e);
	model_free(copy);
	model_free(m);
}

#define TOPO(...) (&(struct topo_options){ __VA_ARGS__ })

static void line(void **state)
{
	struct model *m = topo(TOPO(.shape = TOPO_LINE, .count = 3));

	(void)state;
	assert_string_equal(links(m), "r1-r2 r2-r3 r1-h1 r2-h2 r3-h3");
	model_free(m);
	m = topo(TOPO(.shape = TOPO_LINE, .count = 2, .hosts = 2, .has_hosts = true));
	assert_string_equal(links(m), "r1-r2 r1-h1 r1-h2 r2-h3 r2-h4");
	model_free(m);
	m = topo(TOPO(.shape = TOPO_LINE, .count = 2, .has_hosts = true));
	assert_string_equal(links(m), "r1-r2");
	model_free(m);
	m = topo(TOPO(.shape = TOPO_LINE, .count = 3, .kind = NODE_HOST,
		      .has_kind = true));
	assert_string_equal(links(m), "h1-h2 h2-h3");
	model_free(m);
	m = topo(TOPO(.shape = TOPO_LINE, .count = 2, .kind = NODE_HOST, .has_kind = true,
		      .hosts = 1, .has_hosts = true));
	assert_string_equal(links(m), "h1-h2 h1-h3 h2-h4");
	model_free(m);
	m = topo(TOPO(.shape = TOPO_LINE, .count = 1));
	assert_string_equal(links(m), "r1-h1");
	model_free(m);
}

static void ring(void **state)
{
	struct model *m = topo(TOPO(.shape = TOPO_RING, .count = 4, .kind = NODE_SWITCH,
				    .has_kind = true));

	(void)state;
	assert_string_equal(links(m), "s1-s2 s2-s3 s3-s4 s4-s1 s1-h1 s2-h2 s3-h3 s4-h4");
	for (int i = 0; i < 4; i++)
		assert_true(m->nodes.v[i]->stp);
	model_free(m);
	m = topo(TOPO(.shape = TOPO_LINE, .count = 4, .kind = NODE_SWITCH,
		      .has_kind = true));
	assert_false(net_node(m, "s1")->stp);
	model_free(m);
}

static void star(void **state)
{
	struct model *m = topo(TOPO(.shape = TOPO_STAR, .count = 3));

	(void)state;
	assert_string_equal(links(m), "s1-h1 s1-h2 s1-h3");
	assert_false(net_node(m, "s1")->stp);
	model_free(m);
	m = topo(TOPO(.shape = TOPO_STAR, .count = 2, .kind = NODE_ROUTER,
		      .has_kind = true, .prefix = "west-"));
	assert_string_equal(links(m), "west-r1-west-h1 west-r1-west-h2");
	model_free(m);
}

static void mesh(void **state)
{
	struct model *m = topo(TOPO(.shape = TOPO_MESH, .count = 4));

	(void)state;
	assert_size(m, 4, 4, 0, 6 + 4);
	assert_non_null(net_link(m, "r1", "r4"));
	assert_non_null(net_link(m, "r2", "r3"));
	model_free(m);
}

static void tree(void **state)
{
	struct model *m = topo(TOPO(.shape = TOPO_TREE, .depth = 2, .fanout = 3));

	(void)state;
	assert_string_equal(links(m), "s1-s2 s1-s3 s1-s4 s2-h1 s2-h2 s2-h3 s3-h4 s3-h5 "
				      "s3-h6 s4-h7 s4-h8 s4-h9");
	assert_false(net_node(m, "s1")->stp);
	model_free(m);
	m = topo(TOPO(.shape = TOPO_TREE, .depth = 1, .fanout = 2));
	assert_string_equal(links(m), "s1-h1 s1-h2");
	model_free(m);
	m = topo(TOPO(.shape = TOPO_TREE, .depth = 3, .fanout = 1));
	assert_string_equal(links(m), "s1-s2 s2-s3 s3-h1");
	model_free(m);
	m = topo(TOPO(.shape = TOPO_TREE, .depth = 3, .fanout = 4));
	assert_size(m, 64, 0, 21, 84);
	model_free(m);
}

static void grid(void **state)
{
	struct model *m = topo(
		TOPO(.shape = TOPO_GRID, .rows = 2, .columns = 3, .has_hosts = true));

	(void)state;
	assert_string_equal(links(m), "r1-r2 r1-r4 r2-r3 r2-r5 r3-r6 r4-r5 r5-r6");
	model_free(m);
	m = topo(TOPO(.shape = TOPO_GRID, .rows = 3, .columns = 1, .kind = NODE_SWITCH,
		      .has_kind = true));
	assert_string_equal(links(m), "s1-s2 s2-s3 s1-h1 s2-h2 s3-h3");
	assert_false(net_node(m, "s1")->stp);
	model_free(m);
}

static void fattree(void **state)
{
	struct model *m = topo(TOPO(.shape = TOPO_FATTREE, .k = 4));
	const char *name;
	char buf[16];

	(void)state;
	/* 4 core, 8 aggregation, 8 edge; 16 hosts */
	assert_size(m, 16, 20, 0, 48);
	for (int core = 1; core <= 4; core++) {
		snprintf(buf, sizeof(buf), "r%d", core);
		assert_int_equal(net_node(m, buf)->ports.n, 4);
	}
	vec_each (&m->nodes, n) {
		name = (*n)->name;
		assert_int_equal((*n)->ports.n, (*n)->kind == NODE_HOST ? 1 : 4);
	}
	assert_string_equal(name, "h16");
	/* core 1 and 2 to the first of each pod's aggregation, 3 and 4 to the second */
	assert_non_null(net_link(m, "r1", "r5"));
	assert_non_null(net_link(m, "r1", "r9"));
	assert_non_null(net_link(m, "r4", "r6"));
	assert_non_null(net_link(m, "r5", "r8"));
	assert_non_null(net_link(m, "r7", "h1"));
	assert_non_null(net_link(m, "r20", "h16"));
	model_free(m);
	m = topo(TOPO(.shape = TOPO_FATTREE, .k = 2));
	assert_string_equal(links(m), "r1-r2 r2-r3 r1-r4 r4-r5 r3-h1 r5-h2");
	model_free(m);
	m = topo(TOPO(.shape = TOPO_FATTREE, .k = 6, .hosts = 1, .has_hosts = true,
		      .kind = NODE_SWITCH, .has_kind = true));
	assert_size(m, 18, 0, 45, 108 + 18);
	assert_true(net_node(m, "s45")->stp);
	model_free(m);
}

static size_t reached(const struct model *m)
{
	bool *seen = mem_alloc(m->nodes.n * sizeof(*seen));
	uint32_t first = m->nodes.v[0]->id;
	size_t n = 1;
	bool more = true;

	seen[0] = true;
	while (more) {
		more = false;
		vec_each (&m->links, l) {
			uint32_t a = (*l)->end[0].node - first;
			uint32_t b = (*l)->end[1].node - first;

			if (seen[a] == seen[b])
				continue;
			seen[a] = seen[b] = more = true;
			n++;
		}
	}
	free(seen);
	return n;
}

static void random_is_the_same_everywhere(void **state)
{
	struct model *m = topo(TOPO(.shape = TOPO_RANDOM, .count = 6, .seed = 7,
				    .has_hosts = true)),
		     *again;

	(void)state;
	/* reckoned apart from this code, from the published generator */
	assert_string_equal(links(m),
			    "r1-r2 r1-r3 r1-r4 r1-r5 r2-r3 r2-r5 r2-r6 r4-r6 r5-r6");
	again = topo(
		TOPO(.shape = TOPO_RANDOM, .count = 6, .seed = 8, .has_hosts = true));
	assert_string_not_equal(links(again),
				"r1-r2 r1-r3 r1-r4 r1-r5 r2-r3 r2-r5 r2-r6 r4-r6 r5-r6");
	model_free(again);
	model_free(m);
}

static void random_is_connected(void **state)
{
	static const struct {
		unsigned count, degree;
		size_t links;
	} cases[] = {
		{ 1, 0, 0 },   { 2, 0, 1 },	{ 3, 0, 3 },	   { 4, 0, 6 },
		{ 10, 1, 9 },  { 10, 2, 10 },	{ 10, 0, 15 },	   { 11, 3, 17 },
		{ 10, 9, 45 }, { 100, 4, 200 }, { 100, 99, 4950 }, { 500, 3, 750 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (uint64_t seed = 0; seed < 5; seed++) {
			struct model *m =
				topo(TOPO(.shape = TOPO_RANDOM, .count = cases[i].count,
					  .degree = cases[i].degree, .seed = seed,
					  .has_hosts = true));

			assert_int_equal(m->links.n, cases[i].links);
			assert_int_equal(reached(m), cases[i].count);
			vec_each (&m->links, l)
				assert_int_equal(model_links_between(m, (*l)->end[0].node,
								     (*l)->end[1].node,
								     NULL, 0),
						 1);
			model_free(m);
		}
}

static void sizes_that_make_no_sense(void **state)
{
	(void)state;
	assert_refused(TOPO(.shape = TOPO_LINE), -EINVAL,
		       "topo line takes at least 1 node,");
	assert_refused(TOPO(.shape = TOPO_RING, .count = 2), -EINVAL,
		       "topo ring takes at least 3 nodes, not 2");
	assert_refused(TOPO(.shape = TOPO_STAR), -EINVAL,
		       "topo star takes at least 1 host,");
	assert_refused(TOPO(.shape = TOPO_MESH), -EINVAL, "topo mesh takes at least");
	assert_refused(TOPO(.shape = TOPO_TREE, .fanout = 2), -EINVAL, "depth");
	assert_refused(TOPO(.shape = TOPO_TREE, .depth = 2), -EINVAL, "fanout");
	assert_refused(TOPO(.shape = TOPO_GRID, .rows = 2), -EINVAL, "column");
	assert_refused(TOPO(.shape = TOPO_GRID, .columns = 2), -EINVAL, "row");
	assert_refused(TOPO(.shape = TOPO_FATTREE), -EINVAL, "even k");
	assert_refused(TOPO(.shape = TOPO_FATTREE, .k = 5), -EINVAL, "even k");
	assert_refused(TOPO(.shape = TOPO_RANDOM), -EINVAL, "topo random takes");
	assert_refused(TOPO(.shape = TOPO_RANDOM, .count = 5, .degree = 5), -EINVAL,
		       "at most 4");
	assert_refused(
		TOPO(.shape = TOPO_STAR, .count = 2, .hosts = 1, .has_hosts = true),
		-EINVAL, "`hosts`");
	assert_refused(TOPO(.shape = TOPO_TREE, .depth = 2, .fanout = 2, .hosts = 1,
			    .has_hosts = true),
		       -EINVAL, "`hosts`");
}

static void sizes_that_are_too_large(void **state)
{
	const unsigned huge = UINT32_MAX, even = UINT32_MAX - 1;

	(void)state;
	assert_refused(TOPO(.shape = TOPO_LINE, .count = 20001, .has_hosts = true),
		       -E2BIG, "20000 nodes");
	assert_refused(TOPO(.shape = TOPO_LINE, .count = 10001), -E2BIG, "20000 nodes");
	assert_refused(TOPO(.shape = TOPO_LINE, .count = huge), -E2BIG, "20000 nodes");
	assert_refused(TOPO(.shape = TOPO_STAR, .count = huge), -E2BIG, "20000 nodes");
	assert_refused(TOPO(.shape = TOPO_MESH, .count = huge), -E2BIG, "200000 links");
	assert_refused(TOPO(.shape = TOPO_MESH, .count = 640), -E2BIG, "200000 links");
	assert_refused(TOPO(.shape = TOPO_TREE, .depth = huge, .fanout = 1), -E2BIG,
		       "nodes");
	assert_refused(TOPO(.shape = TOPO_TREE, .depth = huge, .fanout = huge), -E2BIG,
		       "nodes");
	assert_refused(TOPO(.shape = TOPO_TREE, .depth = 1, .fanout = huge), -E2BIG,
		       "nodes");
	assert_refused(TOPO(.shape = TOPO_GRID, .rows = huge, .columns = huge), -E2BIG,
		       "nodes");
	assert_refused(TOPO(.shape = TOPO_GRID, .rows = 65536, .columns = 65536), -E2BIG,
		       "nodes");
	assert_refused(TOPO(.shape = TOPO_FATTREE, .k = even), -E2BIG, "at most 126");
	assert_refused(TOPO(.shape = TOPO_FATTREE, .k = 126), -E2BIG, "nodes");
	assert_refused(TOPO(.shape = TOPO_RANDOM, .count = 20000, .degree = 19999,
			    .has_hosts = true),
		       -E2BIG, "200000 links");
	assert_refused(TOPO(.shape = TOPO_RANDOM, .count = huge), -E2BIG, "nodes");
	assert_refused(
		TOPO(.shape = TOPO_LINE, .count = 2, .hosts = huge, .has_hosts = true),
		-E2BIG, "nodes");
}

static void names_that_are_taken(void **state)
{
	struct model *m = net("h h7");
	char prefix[64];
	struct err e = ERR_INIT;

	(void)state;
	/* h7 comes late, and nothing of what was before it stays */
	assert_refused(TOPO(.shape = TOPO_STAR, .count = 9), -EEXIST, "'h7'");
	assert_int_equal(topo_add(m, TOPO(.shape = TOPO_STAR, .count = 9), &e), -EEXIST);
	assert_non_null(strstr(e.hint, "prefix"));
	err_clear(&e);
	assert_refused(TOPO(.shape = TOPO_LINE, .count = 2, .prefix = "9"), -EINVAL,
		       "'9r1'");
	assert_refused(TOPO(.shape = TOPO_LINE, .count = 2, .prefix = "a b"), -EINVAL,
		       "a b");
	memset(prefix, 'p', 62);
	prefix[62] = '\0';
	assert_refused(TOPO(.shape = TOPO_LINE, .count = 2, .prefix = prefix), -EINVAL,
		       "64 characters");
	prefix[61] = '\0';
	add(m, TOPO(.shape = TOPO_LINE, .count = 9, .prefix = prefix));
	assert_refused(TOPO(.shape = TOPO_LINE, .count = 10, .prefix = prefix), -EINVAL,
		       "64 characters");
	model_free(m);
}

static void a_switch_has_so_many_ports(void **state)
{
	struct model *m = topo(TOPO(.shape = TOPO_STAR, .count = SWITCH_PORTS_MAX));

	(void)state;
	assert_size(m, SWITCH_PORTS_MAX, 0, 1, SWITCH_PORTS_MAX);
	assert_refused(
		TOPO(.shape = TOPO_STAR, .count = SWITCH_PORTS_MAX + 1, .prefix = "x"),
		-ENOSPC, "1023 ports");
	model_free(m);
}

static void two_in_one_network(void **state)
{
	struct model *m = topo(TOPO(.shape = TOPO_LINE, .count = 2));

	(void)state;
	add(m, TOPO(.shape = TOPO_STAR, .count = 2, .prefix = "b"));
	assert_string_equal(links(m), "r1-r2 r1-h1 r2-h2 bs1-bh1 bs1-bh2");
	net_settle(m);
	assert_string_equal(net_addresses(m, "bh1:eth0"), "10.3.0.1/24 fd00:0:0:3::1/64");
	model_free(m);
}

static double line_of(unsigned n)
{
	double begin = net_cpu_milliseconds();
	struct model *m = topo(TOPO(.shape = TOPO_LINE, .count = n));

	begin = net_cpu_milliseconds() - begin;
	assert_size(m, n, n, 0, 2 * n - 1);
	model_free(m);
	return begin;
}

static void grows_with_the_size(void **state)
{
	(void)state;
	assert_true(net_growth(line_of, 500) < 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line),
		cmocka_unit_test(ring),
		cmocka_unit_test(star),
		cmocka_unit_test(mesh),
		cmocka_unit_test(tree),
		cmocka_unit_test(grid),
		cmocka_unit_test(fattree),
		cmocka_unit_test(random_is_the_same_everywhere),
		cmocka_unit_test(random_is_connected),
		cmocka_unit_test(sizes_that_make_no_sense),
		cmocka_unit_test(sizes_that_are_too_large),
		cmocka_unit_test(names_that_are_taken),
		cmocka_unit_test(a_switch_has_so_many_ports),
		cmocka_unit_test(two_in_one_network),
		cmocka_unit_test(grows_with_the_size),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
