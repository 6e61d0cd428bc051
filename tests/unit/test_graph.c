/*
 * test_graph.c — series over time: from samples, from recordings whole and broken, and
 * drawn as text and for gnuplot.
 */
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "stat/graph.h"
#include "stat/report.h"

/* ---- series ---- */

static void test_add(void **state)
{
	struct graph *g = graph_new(GRAPH_RATE);

	(void)state;
	graph_add(g, "a", 100, 1, 1);
	graph_add(g, "b", 100, 5, 5);
	graph_add(g, "nothing", 100, NAN, 0);
	graph_add(g, "a", 102, NAN, 0);
	graph_add(g, "b", 103.5, 6, 6);
	assert_true(g->begin == 100);
	assert_true(g->seconds == 3.5);
	graph_sort(g);
	assert_int_equal(g->series.n, 2);
	assert_string_equal(g->series.v[0].name, "b");
	assert_int_equal(g->series.v[1].time.n, 2);
	assert_true(g->series.v[1].time.v[1] == 2);
	assert_true(isnan(g->series.v[1].value.v[1]));
	graph_free(g);
	graph_free(NULL);
}

static void test_main_series(void **state)
{
	struct graph *g = graph_new(GRAPH_RATE);

	(void)state;
	assert_int_equal(graph_main_series(g, 5), 0);
	graph_add(g, "a", 0, 0, 1000);
	graph_add(g, "b", 0, 0, 0);
	assert_int_equal(graph_main_series(g, 5), 2); /* both directions of a link */
	graph_add(g, "c", 0, 0, 10);
	graph_add(g, "d", 0, 0, 9);
	graph_sort(g);
	assert_int_equal(graph_main_series(g, 5), 2);
	assert_int_equal(graph_main_series(g, 1), 1);
	g->quantity = GRAPH_RTT;
	g->series.v[1].weight = 1;
	assert_int_equal(graph_main_series(g, 5), 1);
	graph_free(g);
}

static void test_units(void **state)
{
	double f;

	(void)state;
	assert_string_equal(graph_unit(GRAPH_RATE, 999, &f), "bit/s");
	assert_string_equal(graph_unit(GRAPH_RATE, 1e7, &f), "mbit/s");
	assert_true(f == 1e6);
	assert_string_equal(graph_unit(GRAPH_RATE, 1e13, &f), "gbit/s");
	assert_string_equal(graph_unit(GRAPH_RTT, 0.0002, &f), "us");
	assert_string_equal(graph_unit(GRAPH_RTT, 0.2, &f), "ms");
	assert_string_equal(graph_unit(GRAPH_RTT, 20, &f), "s");
	assert_true(f == 1);
	assert_string_equal(graph_unit(GRAPH_CWND, 1e9, &f), "segments");
	for (int q = 0; q < GRAPH_QUANTITIES; q++) {
		assert_non_null(graph_quantity_name((enum graph_quantity)q));
		assert_non_null(graph_quantity_title((enum graph_quantity)q));
	}
}

/* ---- a recording ---- */

static struct snapshot *take(int second)
{
	struct snapshot *s = snapshot_new();
	struct stat_link l = { .id = 3, .node = { 1, 2 }, .number = { 0, 4 } };
	struct stat_tcp t = { .node = 1,
			      .local = { .family = AF_INET, .len = 32 },
			      .remote = { .family = AF_INET, .len = 32 },
			      .congestion = "reno",
			      .cwnd = 10 + (uint32_t)second,
			      .rtt = 1000 * (uint32_t)second,
			      .sent = 500 };

	s->time = (uint64_t)(50 + second) * 1000000000;
	vec_push(&s->nodes, ((struct stat_node){ .id = 1, .name = "h1" }));
	vec_push(&s->nodes, ((struct stat_node){ .id = 2, .name = "r1" }));
	l.name = mem_strdup("h1 r1");
	l.end[0].tx_packets = 10 * (uint64_t)second;
	l.end[0].tx_bytes = 1000 * (uint64_t)second;
	vec_push(&s->links, l);
	vec_push(&s->tcp, t);
	return s;
}

/* A recording of four samples; and the graphs of each quantity, from the same. */
static char *record(const char *path, struct graph *direct[GRAPH_QUANTITIES])
{
	struct snapshot *last = NULL;
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	for (int q = 0; q < GRAPH_QUANTITIES; q++)
		direct[q] = graph_new((enum graph_quantity)q);
	report_csv_head(f);
	for (int i = 0; i < 4; i++) {
		struct snapshot *s = take(i);
		struct rates *r = rates_between(last, s);

		report_csv(f, s, r);
		for (int q = 0; q < GRAPH_QUANTITIES; q++)
			graph_add_sample(direct[q], s, r);
		rates_free(r);
		snapshot_free(last);
		last = s;
	}
	snapshot_free(last);
	fclose(f);
	assert_int_equal(file_replace(path, text, n, NULL), 0);
	for (int q = 0; q < GRAPH_QUANTITIES; q++)
		graph_sort(direct[q]);
	return text;
}

static void assert_same(const struct graph *a, const struct graph *b)
{
	assert_int_equal(a->series.n, b->series.n);
	assert_true(a->seconds == b->seconds);
	for (size_t i = 0; i < a->series.n; i++) {
		const struct graph_series *x = &a->series.v[i], *y = &b->series.v[i];

		assert_string_equal(x->name, y->name);
		assert_int_equal(x->value.n, y->value.n);
		for (size_t k = 0; k < x->value.n; k++) {
			assert_true(x->time.v[k] == y->time.v[k]);
			assert_true(x->value.v[k] == y->value.v[k] ||
				    (isnan(x->value.v[k]) && isnan(y->value.v[k])));
		}
	}
}

static char path[] = "/tmp/espalier-graph-XXXXXX";

static int make_file(void **state)
{
	int fd;

	(void)state;
	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

/* What is read back is what was sampled. */
static void test_read(void **state)
{
	struct graph *direct[GRAPH_QUANTITIES], *g;
	struct err e = ERR_INIT;

	(void)state;
	free(record(path, direct));
	for (int q = 0; q < GRAPH_QUANTITIES; q++) {
		if (graph_read(path, (enum graph_quantity)q, &g, &e) < 0)
			fail_msg("%s", e.msg);
		assert_same(g, direct[q]);
		graph_free(g);
	}
	assert_int_equal(direct[GRAPH_RATE]->series.n, 2);
	assert_string_equal(direct[GRAPH_RATE]->series.v[0].name, "h1:eth0 -> r1:eth4");
	assert_true(direct[GRAPH_RATE]->series.v[0].value.v[3] == 8000);
	assert_true(isnan(direct[GRAPH_RATE]->series.v[0].value.v[0]));
	assert_true(direct[GRAPH_CWND]->series.v[0].value.v[3] == 13);
	for (int q = 0; q < GRAPH_QUANTITIES; q++)
		graph_free(direct[q]);
}

/* Wherever a file breaks off, what is whole of it is read. */
static void test_cut(void **state)
{
	struct graph *direct[GRAPH_QUANTITIES], *g;
	cleanup_free char *text = record(path, direct);
	size_t whole = strlen(text), head = strcspn(text, "\n") + 1, last = whole - 1;

	(void)state;
	while (text[last - 1] != '\n')
		last--;
	for (size_t n = 0; n <= whole; n++) {
		struct err e = ERR_INIT;
		int r;

		assert_int_equal(file_replace(path, text, n, NULL), 0);
		r = graph_read(path, GRAPH_QUEUE, &g, &e);
		if (n < head)
			assert_int_equal(r, -EBADMSG);
		else if (r == 0)
			graph_free(g);
		else
			assert_int_equal(r, -ENODATA);
		assert_true(r == 0 || n < last);
		err_clear(&e);
	}
	for (int q = 0; q < GRAPH_QUANTITIES; q++)
		graph_free(direct[q]);
}

static void test_no_recording(void **state)
{
	static const struct {
		const char *text, *says;
		int code;
	} cases[] = {
		{ "", "empty", EBADMSG },
		{ "one,two\n1,2\n", "no column 'kind'", EBADMSG },
		{ "kind,monotonic_s\n", "no column 'bits_per_s'", EBADMSG },
		{ "kind,monotonic_s,bits_per_s\nlink,1\n", "line 2 has 2 cells, not 3",
		  EBADMSG },
		{ "kind,monotonic_s,bits_per_s\n", "nothing of rate", ENODATA },
		{ "kind,monotonic_s,bits_per_s\nlink,x,5\nlink,1,\nother,1,2\n",
		  "nothing of rate", ENODATA },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = ERR_INIT;
		struct graph *g;

		assert_int_equal(
			file_replace(path, cases[i].text, strlen(cases[i].text), NULL),
			0);
		assert_int_equal(graph_read(path, GRAPH_RATE, &g, &e), -cases[i].code);
		if (!strstr(e.msg, cases[i].says))
			fail_msg("'%s' lacks '%s'", e.msg, cases[i].says);
		err_clear(&e);
	}
	assert_int_equal(
		graph_read("/nonexistent/file", GRAPH_RATE, &(struct graph *){ 0 }, NULL),
		-ENOENT);
}

/* Columns may stand in another order, with others between them. */
static void test_other_columns(void **state)
{
	static const char text[] = "bits_per_s,mine,to,kind,from,monotonic_s\n"
				   "5,x,b:eth0,link,a:eth0,10\n"
				   "7,x,b:eth0,link,a:eth0,11\n";
	struct err e = ERR_INIT;
	struct graph *g;

	(void)state;
	assert_int_equal(file_replace(path, text, strlen(text), NULL), 0);
	assert_int_equal(graph_read(path, GRAPH_RATE, &g, &e), 0);
	assert_string_equal(g->series.v[0].name, "a:eth0 -> b:eth0");
	assert_true(g->series.v[0].value.v[1] == 7);
	graph_free(g);
}

/* ---- pictures ---- */

static struct graph *slope(void)
{
	struct graph *g = graph_new(GRAPH_RATE);

	for (int i = 0; i <= 20; i++) {
		bool gap = i >= 8 && i <= 10;

		graph_add(g, "up", i / 2.0, gap ? NAN : 1e6 * i, 1e6);
		graph_add(g, "down", i / 2.0, 100.0 * (20 - i), 1e5);
	}
	graph_sort(g);
	return g;
}

static void draws(unsigned width, unsigned height, bool ascii, size_t left_out,
		  const char *want)
{
	const struct graph_style style = { width, height, ascii };
	struct graph *g = slope();
	size_t n;
	cleanup_free char *text = graph_text(g, &style, &n);

	if (strcmp(text, want) != 0)
		fail_msg("drawn:\n%s\nnot:\n%s", text, want);
	assert_int_equal(n, left_out);
	graph_free(g);
}

static void test_ascii(void **state)
{
	(void)state;
	draws(37, 16, true, 0,
	      "up: bit rate, mbit/s; mean 10.17, max 20\n"
	      "   20 +                          ****\n"
	      "      |                  ********\n"
	      "      |                **\n"
	      "      |    *******\n"
	      "      |****\n"
	      "    0 +------------------------------\n"
	      "       0                         10 s\n"
	      "down: bit rate, kbit/s; mean 1, max 2\n"
	      "    2 +****\n"
	      "      |    *******\n"
	      "      |           *******\n"
	      "      |                  ********\n"
	      "      |                          ****\n"
	      "    0 +------------------------------\n"
	      "       0                         10 s\n");
}

static void test_braille(void **state)
{
	(void)state;
	draws(27, 16, false, 0,
	      "up: bit rate, mbit/s; mean 10.17, max 20\n"
	      "   20 ┤                ⣀⠤⠒⠉\n"
	      "      │            ⣀⠤⠒⠉\n"
	      "      │          ⠐⠉\n"
	      "      │   ⢀⡠⠔⠊⠁\n"
	      "      │⡠⠔⠊⠁\n"
	      "    0 ┼────────────────────\n"
	      "       0               10 s\n"
	      "down: bit rate, kbit/s; mean 1, max 2\n"
	      "    2 ┤⠑⠢⢄⡀\n"
	      "      │   ⠈⠑⠢⢄⡀\n"
	      "      │       ⠈⠑⠒⠢⣀\n"
	      "      │            ⠉⠒⠤⣀\n"
	      "      │                ⠉⠒⠤⣀\n"
	      "    0 ┼────────────────────\n"
	      "       0               10 s\n");
}

static void test_little_room(void **state)
{
	(void)state;
	draws(5, 5, true, 1,
	      "up: bit rate, mbit/s; mean 10.17, max 20\n"
	      "   20 +       ***\n"
	      "      |  ** **\n"
	      "      |***\n"
	      "    0 +----------\n"
	      "       0     10 s\n");
}

/* Flat, empty, one sample: nothing is divided by nothing. */
static void test_odd(void **state)
{
	const struct graph_style style = { 80, 24, true };
	struct graph *g = graph_new(GRAPH_DROPS);
	char *text;
	size_t n;

	(void)state;
	text = graph_text(g, &style, &n);
	assert_string_equal(text, "");
	free(text);
	graph_add(g, "a", 5, 0, 0);
	text = graph_text(g, &style, &n);
	assert_non_null(strstr(text, "a: packets lost, packets/s; mean 0, max 0\n"));
	free(text);
	graph_free(g);
}

static void test_gnuplot(void **state)
{
	struct graph *g = slope();
	cleanup_free char *text = graph_gnuplot(g, "svg", "it's", 1);

	(void)state;
	assert_non_null(strstr(text, "set terminal svg "));
	assert_non_null(strstr(text, "set title 'it''s'\n"));
	assert_non_null(strstr(text, "set ylabel 'bit rate (mbit/s)'\n"));
	assert_non_null(strstr(text, "set xrange [0:10.000000]\n"));
	assert_non_null(strstr(text, "$data0 << END\n0.000000 0\n0.500000 1\n"));
	assert_non_null(strstr(text, "3.500000 7\n\n\n\n5.500000 11\n")); /* a gap */
	assert_non_null(strstr(text, "title 'up'\n"));
	assert_null(strstr(text, "$data1"));
	graph_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_main_series),
		cmocka_unit_test(test_units),
		cmocka_unit_test_setup_teardown(test_read, make_file, remove_file),
		cmocka_unit_test_setup_teardown(test_cut, make_file, remove_file),
		cmocka_unit_test_setup_teardown(test_no_recording, make_file,
						remove_file),
		cmocka_unit_test_setup_teardown(test_other_columns, make_file,
						remove_file),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_braille),
		cmocka_unit_test(test_little_room),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_gnuplot),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
