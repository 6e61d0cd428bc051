/*
 * test_wire_chance.c — what links in user space leave to chance, and their timers.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/chance.h"
#include "wire/timers.h"

#define PERCENT (SHAPE_CERTAIN / 100)

/* ---- chance ---- */

static void test_seeds(void **state)
{
	struct chance a, b;

	(void)state;
	chance_seed(&a, 1, 0);
	chance_seed(&b, 1, 0);
	for (int i = 0; i < 100; i++)
		assert_true(chance_next(&a) == chance_next(&b));
	chance_seed(&b, 1, 1);
	assert_true(chance_next(&a) != chance_next(&b));
	chance_seed(&a, 0, 0);
	chance_seed(&b, 2, 0);
	assert_true(chance_next(&a) != chance_next(&b));
	assert_int_equal(chance_below(&a, 0), 0);
	assert_int_equal(chance_below(&a, 1), 0);
	assert_false(chance_happens(&a, 0));
	assert_true(chance_happens(&a, SHAPE_CERTAIN));
}

struct moments {
	double mean, deviation, least, most;
};

static struct moments deviations(uint32_t distribution)
{
	enum { N = 400000 };
	struct moments m = { .least = 1e9, .most = -1e9 };
	struct chance c;
	double sum = 0, squares = 0;

	chance_seed(&c, 42, 3);
	for (int i = 0; i < N; i++) {
		double x = chance_deviation(&c, distribution);

		sum += x;
		squares += x * x;
		m.least = fmin(m.least, x);
		m.most = fmax(m.most, x);
	}
	m.mean = sum / N;
	m.deviation = sqrt(squares / N - m.mean * m.mean);
	return m;
}

static void test_distributions(void **state)
{
	struct moments m = deviations(SHAPE_UNIFORM);

	(void)state;
	assert_true(fabs(m.mean) < 0.005 && fabs(m.deviation - 1 / sqrt(3)) < 0.005);
	assert_true(m.least >= -1 && m.most < 1);
	m = deviations(SHAPE_NORMAL);
	assert_true(fabs(m.mean) < 0.01 && fabs(m.deviation - 1) < 0.01);
	assert_true(m.least >= -4 && m.least < -3 && m.most <= 4 && m.most > 3);
	/* as the table of iproute2: from -2/3, cut at 4 */
	m = deviations(SHAPE_PARETO);
	assert_true(m.least >= -2.0 / 3 && m.least < -0.66 && m.most == 4);
	assert_true(fabs(m.mean) < 0.05 && m.deviation > 0.75 && m.deviation < 1.1);
}

struct losses {
	double rate, after_loss, burst; /* burst: mean length */
};

static struct losses losses(const struct shape *s)
{
	enum { N = 400000 };
	struct chance_loss l = { .lost = false };
	unsigned lost = 0, after = 0, bursts = 0;
	bool before = false;

	chance_seed(&l.chance, 7, 1);
	for (int i = 0; i < N; i++) {
		bool now = chance_loses(&l, s);

		lost += now;
		after += now && before;
		bursts += now && !before;
		before = now;
	}
	return (struct losses){ (double)lost / N, (double)after / (lost ? lost : 1),
				(double)lost / (bursts ? bursts : 1) };
}

static void test_loss(void **state)
{
	struct shape s = { .loss = 10 * PERCENT };
	struct losses l = losses(&s);

	(void)state;
	assert_true(fabs(l.rate - 0.1) < 0.003 && fabs(l.after_loss - 0.1) < 0.01);
	s.loss_correlation = 50 * PERCENT;
	l = losses(&s);
	assert_true(fabs(l.rate - 0.1) < 0.003 && fabs(l.after_loss - 0.55) < 0.01);
	s = (struct shape){ .burst_begin = PERCENT, .burst_end = 25 * PERCENT };
	l = losses(&s);
	assert_true(fabs(l.rate - 1.0 / 26) < 0.003 && fabs(l.burst - 4) < 0.15);
	s = (struct shape){ .loss = SHAPE_CERTAIN };
	assert_true(losses(&s).rate == 1);
	s = (struct shape){ .loss = 0 };
	assert_true(losses(&s).rate == 0);
}

/* ---- timers ---- */

static void test_timers(void **state)
{
	enum { N = 500 };
	struct timers q = { 0 };
	struct timer t[N] = { 0 }, *first;
	struct chance c;
	uint64_t before = 0, order = 0;
	int n = 0;

	(void)state;
	assert_null(timers_first(&q));
	chance_seed(&c, 1, 1);
	for (int i = 0; i < N; i++)
		timers_set(&q, &t[i], chance_below(&c, 100));
	for (int i = 0; i < N; i += 2)
		timers_set(&q, &t[i], chance_below(&c, 200));
	for (int i = 0; i < N; i += 5)
		timers_remove(&q, &t[i]);
	timers_remove(&q, &t[0]);
	timers_set(&q, &t[1], TIMER_NEVER);
	while ((first = timers_first(&q))) {
		assert_true(first->due > before ||
			    (first->due == before && (n == 0 || first->order > order)));
		before = first->due;
		order = first->order;
		timers_remove(&q, first);
		n++;
	}
	assert_int_equal(n, N - N / 5 - 1);
	timers_free(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds),
		cmocka_unit_test(test_distributions),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_timers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
