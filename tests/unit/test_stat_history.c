/*
 * test_stat_history.c — the last minutes of links: averages of a second, gaps, the ring.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stat/history.h"

enum { FIRST = 1000, LINK = 5 };
static double lasted; /* s between samples, as their rates say */

/* A sample at that time (s) of one link, whose directions have these bit rates; negative:
 * not known. */
static void add_of(struct stat_history *h, double time, uint32_t link, double bits0,
		   double bits1)
{
	struct snapshot *s = snapshot_new();
	struct rates *r = mem_alloc(sizeof(*r));
	struct rate_link l = { .id = link };
	const double bits[] = { bits0, bits1 };

	s->time = (uint64_t)(time * 1e9);
	r->seconds = lasted;
	for (int d = 0; d < 2; d++) {
		if (bits[d] < 0)
			continue;
		l.direction[d] = (struct rate_direction){
			.known = true,
			.bits = bits[d],
			.packets = bits[d] / 100,
			.drops = bits[d] / 1000,
			.backlog_bytes = (uint64_t)bits[d] * 2,
		};
	}
	vec_push(&r->links, l);
	stat_history_add(h, s, r);
	snapshot_free(s);
	rates_free(r);
}

static void add(struct stat_history *h, double time, double bits)
{
	add_of(h, time, LINK, bits, 0);
}

static float at(const struct stat_history *h, unsigned back)
{
	float v;

	assert_true(stat_history_get(h, LINK, 0, HISTORY_BITS, back, 1, &v));
	return v;
}

static void is(float got, double want)
{
	if (isnan(want) ? !isnan(got) : !(fabs((double)got - want) < 1e-3))
		fail_msg("%g is not %g", (double)got, want);
}

static void test_nothing(void **state)
{
	struct stat_history *h = stat_history_new();
	float v;

	(void)state;
	assert_false(stat_history_get(h, LINK, 0, HISTORY_BITS, 0, 1, &v));
	stat_history_free(h);
	stat_history_free(NULL);
}

static void test_series(void **state)
{
	struct stat_history *h = stat_history_new();
	float v;

	(void)state;
	add_of(h, FIRST, LINK, 1000, 500);
	for (int d = 0; d < 2; d++) {
		double bits = d ? 500 : 1000;

		assert_true(stat_history_get(h, LINK, d, HISTORY_BITS, 0, 1, &v));
		is(v, bits);
		assert_true(stat_history_get(h, LINK, d, HISTORY_PACKETS, 0, 1, &v));
		is(v, bits / 100);
		assert_true(stat_history_get(h, LINK, d, HISTORY_DROPS, 0, 1, &v));
		is(v, bits / 1000);
		assert_true(stat_history_get(h, LINK, d, HISTORY_BACKLOG, 0, 1, &v));
		is(v, bits * 2);
	}
	stat_history_free(h);
}

static void test_average(void **state)
{
	struct stat_history *h = stat_history_new();

	(void)state;
	add(h, FIRST + 0.1, 100);
	add(h, FIRST + 0.5, 200);
	is(at(h, 0), 150);
	add(h, FIRST + 0.9, 600);
	is(at(h, 0), 300);
	add(h, FIRST + 1.1, 0);
	is(at(h, 0), 0);
	is(at(h, 1), 300);
	stat_history_free(h);
}

/* A sample without a rate is none; a second without one is a gap. */
static void test_unknown(void **state)
{
	struct stat_history *h = stat_history_new();
	float v[6];

	(void)state;
	add(h, FIRST, 7);
	add(h, FIRST + 1, -1);
	add(h, FIRST + 3, 9);
	add(h, FIRST + 4, 0);
	assert_true(stat_history_get(h, LINK, 0, HISTORY_BITS, 0, 6, v));
	is(v[0], NAN);
	is(v[1], 7);
	is(v[2], NAN);
	is(v[3], NAN);
	is(v[4], 9);
	is(v[5], 0);
	/* one known sample makes the second known */
	add(h, FIRST + 5, -1);
	add(h, FIRST + 5.5, 4);
	add(h, FIRST + 5.7, -1);
	is(at(h, 0), 4);
	stat_history_free(h);
}

static void test_back(void **state)
{
	struct stat_history *h = stat_history_new();
	float v[3];

	(void)state;
	for (int i = 0; i < 10; i++)
		add(h, FIRST + i, i);
	assert_true(stat_history_get(h, LINK, 0, HISTORY_BITS, 4, 3, v));
	is(v[0], 3);
	is(v[1], 4);
	is(v[2], 5);
	assert_true(stat_history_get(h, LINK, 0, HISTORY_BITS, 9, 3, v));
	is(v[0], NAN);
	is(v[1], NAN);
	is(v[2], 0);
	stat_history_free(h);
}

static void test_ring(void **state)
{
	struct stat_history *h = stat_history_new();

	(void)state;
	for (int i = 0; i < 2 * HISTORY_SECONDS + 7; i++)
		add(h, FIRST + i, i + 1);
	is(at(h, 0), 2 * HISTORY_SECONDS + 7);
	is(at(h, HISTORY_SECONDS - 1), HISTORY_SECONDS + 8);
	is(at(h, HISTORY_SECONDS), NAN);
	is(at(h, 100000), NAN);
	stat_history_free(h);
}

/* What was seldom sampled has no gaps, and what was sampled a little late neither. */
static void test_intervals(void **state)
{
	struct stat_history *h = stat_history_new();

	(void)state;
	add(h, FIRST + 0.9, 3);
	lasted = 5.2;
	add(h, FIRST + 6.1, 8);
	is(at(h, 6), 3);
	for (unsigned back = 0; back < 6; back++)
		is(at(h, back), 8);
	lasted = 1.1;
	add(h, FIRST + 7.2, 0);
	is(at(h, 0), 0);
	is(at(h, 1), 8);
	lasted = 10.0 * HISTORY_SECONDS;
	add(h, FIRST + 7.2 + lasted, 2);
	is(at(h, HISTORY_SECONDS - 1), 2);
	lasted = 0;
	stat_history_free(h);
}

/* A pause longer than the ring, or about as long, leaves nothing old in it. */
static void test_pause(void **state)
{
	static const int pauses[] = { HISTORY_SECONDS - 1, HISTORY_SECONDS,
				      HISTORY_SECONDS + 1, 5 * HISTORY_SECONDS + 3 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pauses); i++) {
		struct stat_history *h = stat_history_new();

		for (int t = 0; t < HISTORY_SECONDS; t++)
			add(h, FIRST + t, 5);
		add(h, FIRST + HISTORY_SECONDS - 1 + pauses[i], 6);
		is(at(h, 0), 6);
		for (unsigned b = 1; b < HISTORY_SECONDS; b++)
			is(at(h, b), (int)b == pauses[i] ? 5 : NAN);
		stat_history_free(h);
	}
}

/* Time does not go back; if it does, the sample is left out. */
static void test_backwards(void **state)
{
	struct stat_history *h = stat_history_new();

	(void)state;
	add(h, FIRST + 5, 5);
	add(h, FIRST, 9);
	is(at(h, 0), 5);
	is(at(h, 5), NAN);
	stat_history_free(h);
}

static void test_links_go(void **state)
{
	struct stat_history *h = stat_history_new();
	float v;

	(void)state;
	add_of(h, FIRST, 5, 1, 1);
	add_of(h, FIRST + 1, 4, 2, 2);
	assert_false(stat_history_get(h, 5, 0, HISTORY_BITS, 0, 1, &v));
	assert_true(stat_history_get(h, 4, 0, HISTORY_BITS, 0, 1, &v));
	is(v, 2);
	assert_true(stat_history_get(h, 4, 0, HISTORY_BITS, 1, 1, &v));
	is(v, NAN);
	add_of(h, FIRST + 2, 5, 3, 3); /* it is another one */
	assert_true(stat_history_get(h, 5, 0, HISTORY_BITS, 2, 1, &v));
	is(v, NAN);
	stat_history_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),	  cmocka_unit_test(test_series),
		cmocka_unit_test(test_average),	  cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_intervals), cmocka_unit_test(test_back),
		cmocka_unit_test(test_ring),	  cmocka_unit_test(test_pause),
		cmocka_unit_test(test_backwards), cmocka_unit_test(test_links_go),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
