/*
 * test_monitor.c — pictures of a network made by hand, compared with those in
 * tests/unit/monitor, character by character.
 *
 * GOLDEN=write build/tests/unit/test_monitor, started where the Makefile is, writes down
 * what is drawn now; a look at the difference says whether it is better.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "monitor/figure.h"
#include "monitor/layout.h"
#include "monitor/list.h"
#include "monitor_net.h"

/* ---- comparing ---- */

static void same(const char *name, const char *text)
{
	cleanup_free char *path = mem_printf("tests/unit/monitor/%s.txt", name);
	cleanup_free char *wanted = NULL;
	struct err e = ERR_INIT;
	size_t n;

	if (getenv("GOLDEN")) {
		assert_int_equal(file_replace(path, text, strlen(text), &e), 0);
		return;
	}
	if (file_read(path, 1 << 20, &wanted, &n, &e) < 0)
		fail_msg("%s", e.msg);
	if (strcmp(wanted, text) != 0)
		fail_msg("%s differs; now it is\n%s", path, text);
}

static char *draw(const struct scene *s, const struct state *st, int width, int height,
		  bool ascii)
{
	struct shown shown;
	struct grid g;
	char *text;

	grid_begin(&g, width, height, ascii);
	layout(&g, s, st, &shown);
	text = grid_print(&g);
	shown_free(&shown);
	grid_end(&g);
	return text;
}

static void check(const char *name, const struct scene *s, const struct state *st,
		  int width, int height, bool ascii)
{
	cleanup_free char *text = draw(s, st, width, height, ascii);
	cleanup_free char *file =
		mem_printf("%s-%dx%d%s", name, width, height, ascii ? "-ascii" : "");

	same(file, text);
}

static struct state state_of(enum view view)
{
	struct state st;

	state_begin(&st, SECOND);
	st.view = view;
	st.from = view == VIEW_LINK ? VIEW_LINKS : view == VIEW_NODE ? VIEW_NODES : view;
	st.list[0].selected = (struct choice_id){ 102, 0 };
	st.list[1].selected = (struct choice_id){ 6, 0 };
	return st;
}

/* ---- pictures ---- */

static void every_view_in_every_size(void **state)
{
	static const char *const names[] = { "links", "nodes", "topology", "link",
					     "node" };
	static const int sizes[][2] = { { 48, 10 }, { 80, 24 }, { 200, 50 } };
	struct network x;
	struct scene s;

	(void)state;
	network_begin(&x);
	add_connections(&x);
	s = scene_of(&x);
	for (int v = 0; v < VIEWS; v++) {
		struct state st = state_of((enum view)v);

		for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
			check(names[v], &s, &st, sizes[i][0], sizes[i][1], false);
		check(names[v], &s, &st, 80, 24, true);
	}
	network_end(&x);
}

static void nics(void **state)
{
	static const char *const names[] = { "nics-links", "nics-nodes", "nics-topology",
					     "nics-link", "nics-node" };
	struct network x;
	struct scene s;

	(void)state;
	network_begin(&x);
	add_nics(&x);
	s = scene_of(&x);
	for (int v = 0; v < VIEWS; v++) {
		struct state st = state_of((enum view)v);

		st.list[0].selected = (struct choice_id){ STAT_NIC_ID + 1, 0 };
		check(names[v], &s, &st, 48, 10, true);
		check(names[v], &s, &st, 110, 26, false);
	}
	network_end(&x);
}

static void help(void **state)
{
	struct state st = state_of(VIEW_LINKS);
	struct network x;
	struct scene s;

	(void)state;
	network_begin(&x);
	s = scene_of(&x);
	st.help = true;
	check("help", &s, &st, 80, 24, false);
	check("help", &s, &st, 48, 10, false);
	st.scroll = 9;
	check("help-scrolled", &s, &st, 48, 10, false);
	network_end(&x);
}

/* Letters for inks, and upper case for the selected row. */
static void check_inks(const char *name, const struct scene *s, const struct state *st)
{
	static const char letters[] = ".dstThokilmxgwc";
	struct str b = { 0 };
	struct shown shown;
	struct grid g;

	_Static_assert(sizeof(letters) == INKS + 1, "a letter each");
	grid_begin(&g, 80, 16, false);
	layout(&g, s, st, &shown);
	for (int y = 0; y < g.height; y++) {
		for (int x = 0; x < g.width; x++) {
			const struct grid_cell *c = grid_at(&g, x, y);
			char letter = c->c && c->c != ' ' ? letters[c->ink] : ' ';

			str_addn(&b, c->marked && letter == ' ' ? "_" : &letter, 1);
		}
		while (b.n && b.s[b.n - 1] == ' ')
			b.s[--b.n] = '\0';
		str_add(&b, "\n");
	}
	same(name, b.s);
	str_free(&b);
	shown_free(&shown);
	grid_end(&g);
}

static void problems(void **state)
{
	struct state st = state_of(VIEW_LINKS);
	struct network x;
	struct scene s;

	(void)state;
	network_begin(&x);
	add_problems(&x);
	s = scene_of(&x);
	check("links-problems", &s, &st, 120, 16, false);
	st.problems_first = true;
	check("links-problems-first", &s, &st, 80, 24, true);
	check_inks("links-problems-inks", &s, &st);
	st = state_of(VIEW_NODES);
	check("nodes-problems", &s, &st, 80, 24, false);
	st = state_of(VIEW_TOPOLOGY);
	check("topology-problems", &s, &st, 80, 24, false);
	s.trouble = "read the network: Input/output error";
	check("topology-trouble", &s, &st, 80, 24, false);
	network_end(&x);
}

static void orders_and_filters(void **state)
{
	struct state st = state_of(VIEW_LINKS);
	struct network x;
	struct scene s;

	(void)state;
	network_begin(&x);
	s = scene_of(&x);
	st.list[0].column = 0;
	check("links-by-name", &s, &st, 80, 24, false);
	st.list[0].column = 2;
	check("links-by-rate", &s, &st, 80, 24, false);
	st.list[0].reversed = true;
	check("links-by-rate-reversed", &s, &st, 80, 24, false);
	st.typing = true;
	strcpy(st.filter, "R1 s1");
	check("links-filtered", &s, &st, 80, 24, false);
	strcpy(st.filter, "nonsense");
	check("links-filtered-out", &s, &st, 80, 12, false);
	network_end(&x);
}

static void the_past(void **state)
{
	struct state st = state_of(VIEW_LINKS);
	struct network x;
	struct scene s;

	(void)state;
	network_begin(&x);
	s = scene_of(&x);
	st.frozen = true;
	st.past = 10;
	check("links-past", &s, &st, 120, 16, false);
	st = state_of(VIEW_LINK);
	st.frozen = true;
	st.past = 60;
	check("link-past", &s, &st, 80, 24, false);
	network_end(&x);
}

static void only_some(void **state)
{
	static const uint32_t only[] = { 6, 103 };
	struct state st = state_of(VIEW_LINKS);
	struct network x;
	struct scene s;

	(void)state;
	network_begin(&x);
	s = scene_of(&x);
	s.only = only;
	s.n_only = ARRAY_LEN(only);
	check("links-only", &s, &st, 80, 12, false);
	st = state_of(VIEW_NODES);
	check("nodes-only", &s, &st, 80, 12, false);
	network_end(&x);
}

static void nothing_at_all(void **state)
{
	struct network x = { .now = snapshot_new(), .history = stat_history_new() };
	struct scene s;

	(void)state;
	x.rates = rates_between(NULL, x.now);
	scene_place(&x.places, x.now);
	s = scene_of(&x);
	for (int v = 0; v < VIEWS; v++) {
		struct state st = state_of((enum view)v);
		cleanup_free char *name = mem_printf("empty-%d", v);

		check(name, &s, &st, 80, 12, false);
	}
	network_end(&x);
}

/* No size, however odd, draws outside of the grid: the sanitizers watch. */
static void odd_sizes(void **state)
{
	static const int sizes[] = { 0, 1, 2, 3, 5, 7, 9, 13, 31, 33, 47, 71, 139, 300 };
	struct network x;
	struct scene s;

	(void)state;
	network_begin(&x);
	add_problems(&x);
	s = scene_of(&x);
	for (size_t w = 0; w < ARRAY_LEN(sizes); w++)
		for (size_t h = 0; h < ARRAY_LEN(sizes); h++)
			for (int v = 0; v < VIEWS; v++) {
				struct state st = state_of((enum view)v);

				st.scroll = w;
				free(draw(&s, &st, sizes[w], sizes[h], h & 1));
			}
	network_end(&x);
}

static void a_link_that_went(void **state)
{
	struct state st = state_of(VIEW_LINK);
	struct network x;
	struct scene s;
	cleanup_free char *text = NULL;

	(void)state;
	network_begin(&x);
	s = scene_of(&x);
	st.list[0].selected.id = 999;
	text = draw(&s, &st, 80, 24, false);
	assert_non_null(strstr(text, "not there any more"));
	network_end(&x);
}

/* ---- many, and places ---- */

static void topology_that_does_not_fit(void **state)
{
	struct network x = { .now = snapshot_new(), .history = stat_history_new() };
	struct state st = state_of(VIEW_TOPOLOGY);
	cleanup_free char *text = NULL;
	struct scene s;

	(void)state;
	for (unsigned i = 1; i <= 300; i++) {
		struct stat_node n = { .id = i, .up = true };

		snprintf(n.name, sizeof(n.name), "host-%u", i);
		vec_push(&x.now->nodes, n);
	}
	x.rates = rates_between(NULL, x.now);
	scene_place(&x.places, x.now);
	s = scene_of(&x);
	text = draw(&s, &st, 80, 24, false);
	assert_non_null(strstr(text, "no room to draw 300 nodes"));
	assert_non_null(strstr(text, "host-17"));
	network_end(&x);
}

static void places_are_always_the_same(void **state)
{
	struct network x;
	struct places again_placed = { 0 };

	(void)state;
	network_begin(&x);
	scene_place(&again_placed, x.before);
	assert_int_equal(again_placed.v.n, ARRAY_LEN(nodes));
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		const struct node_place *a = x.places.v.v + i, *b = again_placed.v.v + i;

		assert_true(a->x >= 0 && a->x <= 1 && a->y >= 0 && a->y <= 1);
		assert_true(a->node == b->node && a->x == b->x && a->y == b->y);
	}
	places_free(&again_placed);
	network_end(&x);
}

/* ---- figures ---- */

static void figures(void **state)
{
	static const struct {
		double value;
		const char *rate, *count, *bytes, *time;
	} rows[] = {
		{ 0, "0bit", "0", "0B", "0ms" },
		{ 0.4, "0bit", "0.4", "0B", "400ms" },
		{ 12, "12bit", "12", "12B", "12.0s" },
		{ 999.4, "999bit", "999", "999B", "999s" },
		{ 999.6, "1.00kbit", "1.00k", "1.00kB", "1000s" },
		{ 9994, "9.99kbit", "9.99k", "9.99kB", "9994s" },
		{ 9996, "10.0kbit", "10.0k", "10.0kB", "9996s" },
		{ 99960, "100kbit", "100k", "100kB", "99960s" },
		{ 1e9, "1.00gbit", "1.00G", "1.00GB", "99999s" },
	};
	char buf[FIGURE_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_string_equal(figure_rate(buf, rows[i].value), rows[i].rate);
		assert_string_equal(figure_count(buf, rows[i].value), rows[i].count);
		assert_string_equal(figure_bytes(buf, rows[i].value), rows[i].bytes);
		assert_string_equal(figure_time(buf, rows[i].value), rows[i].time);
	}
	assert_string_equal(figure_rate(buf, NAN), "-");
	assert_string_equal(figure_time(buf, 1.5e-6), "1.50us");
	assert_string_equal(figure_share(buf, 1), "100%");
	assert_string_equal(figure_share(buf, 0.051), "5.1%");
	assert_string_equal(figure_share(buf, 0.01), "1%");
	assert_string_equal(figure_share(buf, 0.0001), "0%");
	assert_string_equal(figure_share(buf, NAN), "-");
}

static void filters(void **state)
{
	(void)state;
	assert_true(list_matches("h1→s1", ""));
	assert_true(list_matches("h1→s1", "H1"));
	assert_true(list_matches("h1→s1", "s1 h1"));
	assert_false(list_matches("h1→s1", "s1 h2"));
	assert_true(list_matches("h1→s1", " "));
	assert_false(list_matches("", "h"));
}

static void text_in_a_grid(void **state)
{
	cleanup_free char *text = NULL;
	struct grid g;

	(void)state;
	grid_begin(&g, 12, 3, true);
	grid_text(&g, 0, 0, 12, INK_PLAIN, "a\tb\033[1m\xc3\xa4\xff€");
	grid_text(&g, 0, 1, 6, INK_PLAIN, "h1→router");
	grid_right(&g, 6, 1, 6, INK_PLAIN, "12");
	grid_put(&g, -1, 5, INK_PLAIN, 'x');
	text = grid_print(&g);
	assert_string_equal(text, "a?b?[1m???\nh1>ro~    12\n\n");
	grid_end(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_view_in_every_size),
		cmocka_unit_test(nics),
		cmocka_unit_test(help),
		cmocka_unit_test(problems),
		cmocka_unit_test(orders_and_filters),
		cmocka_unit_test(the_past),
		cmocka_unit_test(only_some),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(odd_sizes),
		cmocka_unit_test(a_link_that_went),
		cmocka_unit_test(topology_that_does_not_fit),
		cmocka_unit_test(places_are_always_the_same),
		cmocka_unit_test(figures),
		cmocka_unit_test(filters),
		cmocka_unit_test(text_in_a_grid),
	};

	setenv("TZ", "UTC", 1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
