/*
 * test_measure_judge.c — what is counted, and the verdicts, of samples that are made up.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "measure/clock.h"
#include "measure/count.h"
#include "measure/judge.h"

#define PERCENT ((uint32_t)(SHAPE_CERTAIN / 100))
#define MBIT 1000000ULL

static void assert_near(double a, double b, double most)
{
	if (!(fabs(a - b) <= most))
		fail_msg("%.9g is not within %.3g of %.9g", a, most, b);
}

/* The same numbers in every run. */
static double chance(void)
{
	static uint64_t state = 88172645463325252ULL;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double)(state >> 11) / (double)(1ULL << 53);
}

/* ---- counting ---- */

static void arrive(struct measure_samples *s, uint64_t seq, uint64_t delay)
{
	vec_push(&s->arrivals, ((struct measure_arrival){ .seq = seq, .delay = delay }));
}

static void test_count(void **state)
{
	static const uint64_t seqs[] = { 0, 2, 1, 5, 5, 3, 9, 9, 9 };
	struct measure_samples s = { .sent = 12 };
	struct measure_count c;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(seqs); i++)
		arrive(&s, seqs[i], 100 + i);
	measure_count(&s, false, &c);
	assert_int_equal(c.lost, 6); /* 4, 6, 7, 8, 10, 11 */
	assert_int_equal(c.bursts, 3);
	assert_int_equal(c.arrived, 6);
	assert_int_equal(c.duplicates, 3);
	assert_int_equal(c.late, 2);	   /* 1 and 3 */
	assert_int_equal(c.overtaking, 2); /* 2 and 5 */
	assert_int_equal(c.n_delays, 6);
	assert_int_equal(c.delays[0], 100);
	assert_int_equal(c.delays[5], 106);
	measure_count_free(&c);
	measure_count(&s, true, &c);
	assert_int_equal(c.n_delays, 4);
	measure_count_free(&c);
	/* damaged ones came, whether they can be told apart or not */
	vec_push(&s.arrivals, ((struct measure_arrival){ .seq = 4, .damaged = true }));
	vec_push(&s.arrivals, ((struct measure_arrival){
				      .seq = 1, .damaged = true, .nameless = true }));
	measure_count(&s, false, &c);
	assert_int_equal(c.corrupted, 2);
	assert_int_equal(c.lost, 4);
	assert_int_equal(c.n_delays, 6);
	measure_count_free(&c);
	measure_samples_free(&s);
	measure_count(&s, false, &c);
	assert_int_equal(c.lost, 12);
	assert_int_equal(c.bursts, 1);
	measure_count_free(&c);
}

/* ---- verdicts ---- */

static struct measure_samples good(uint64_t sent, uint64_t delay)
{
	struct measure_samples s = { .sent = sent,
				     .probe = 60,
				     .interval = MS,
				     .late = 5000,
				     .cpu = 0.1,
				     .frame = 1514,
				     .cpu_full = 0.2,
				     .mtu = 1500 };

	for (uint64_t i = 0; i < sent; i++)
		arrive(&s, i, delay + (uint64_t)(chance() * 20000));
	return s;
}

static void set_rate(struct measure_samples *s, double achieved, double offered)
{
	s->frames = 1000;
	s->span = (uint64_t)(1000.0 * 1514 * 8 * 1e9 / achieved);
	s->offered = (uint64_t)offered;
	s->watched = s->span;
}

static struct measured judge(const struct shape *set, struct measure_samples *s)
{
	struct measured m;

	measure_judge(set, s, &m);
	return m;
}

static void assert_line(const struct measured *m, enum measure_quantity q,
			enum measure_verdict verdict, uint32_t flags)
{
	const struct measure_line *l = &m->lines[q];

	if (l->verdict != verdict || l->flags != flags)
		fail_msg("%s: %s (flags %x), not %s (%x); set %g, achieved %g",
			 measure_quantity_name(q), measure_verdict_text(l->verdict),
			 l->flags, measure_verdict_text(verdict), flags, l->set,
			 l->achieved);
}

static void test_rate(void **state)
{
	struct shape set = { .rate = 10 * MBIT };
	struct measure_samples s = good(1000, 3000);
	struct measured m;

	(void)state;
	set_rate(&s, 10e6, 13e6);
	m = judge(&set, &s);
	assert_line(&m, MEASURE_RATE, MEASURE_OK, 0);
	assert_near((double)m.rate, 10e6, 100);
	set_rate(&s, 9e6, 13e6);
	m = judge(&set, &s);
	assert_line(&m, MEASURE_RATE, MEASURE_OFF, 0);
	assert_near(m.lines[MEASURE_RATE].error, -0.1, 1e-3);
	set_rate(&s, 11e6, 13e6);
	m = judge(&set, &s);
	assert_line(&m, MEASURE_RATE, MEASURE_OFF, 0);
	set_rate(&s, 9e6, 9e6);
	m = judge(&set, &s);
	assert_line(&m, MEASURE_RATE, MEASURE_UNKNOWN, MEASURE_SENDER);
	s.pressed = true;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_RATE, MEASURE_OFF, 0);
	s.stalled = s.watched / 20;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_RATE, MEASURE_UNKNOWN, MEASURE_SENDER);
	s.stalled = 0;
	s.cpu_full = 0.99;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_RATE, MEASURE_UNKNOWN, MEASURE_CPU);
	s.cpu_full = 0.2;
	/* frames that the receiver had no room for did come through the link */
	s.frames_missed = 111;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_RATE, MEASURE_OK, 0);
	assert_int_equal(m.flags & MEASURE_RECEIVER, MEASURE_RECEIVER);
	s.frames_missed = 0;
	/* so did those of others */
	s.others_full = 111 * 1514;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_RATE, MEASURE_OK, 0);
	assert_int_equal(m.flags & MEASURE_TRAFFIC, MEASURE_TRAFFIC);
	s.others_full = 0;
	/* loss behind the queue takes from what arrives */
	set.loss = 10 * PERCENT;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_RATE, MEASURE_OK, 0);
	set.loss = 0;
	s.frames = 0;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_RATE, MEASURE_OFF, 0);
	s.offered = 0;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_RATE, MEASURE_UNKNOWN, MEASURE_FEW);
	set.rate = 0;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_RATE, MEASURE_UNSET, 0);
	assert_true(isnan(m.lines[MEASURE_RATE].achieved));
	measure_samples_free(&s);
}

static void test_queue(void **state)
{
	struct shape set = { .rate = 10 * MBIT, .delay = 50 * MS, .queue = 10 };
	struct measure_samples s = good(1000, 50 * MS);

	(void)state;
	assert_int_equal(judge(&set, &s).flags & MEASURE_QUEUE, MEASURE_QUEUE);
	set.queue = 100;
	assert_int_equal(judge(&set, &s).flags & MEASURE_QUEUE, 0);
	set.queue = 0;
	assert_int_equal(judge(&set, &s).flags & MEASURE_QUEUE, 0);
	measure_samples_free(&s);
}

static void test_delay(void **state)
{
	struct shape set = { .delay = 20 * MS };
	struct measure_samples s = good(1000, 20 * MS);
	struct measured m = judge(&set, &s);

	(void)state;
	assert_line(&m, MEASURE_DELAY, MEASURE_OK, 0);
	assert_line(&m, MEASURE_JITTER, MEASURE_OK, 0);
	assert_line(&m, MEASURE_DISTRIBUTION, MEASURE_UNSET, 0);
	assert_line(&m, MEASURE_LOSS, MEASURE_OK, 0);
	assert_in_range(m.delay_min, 20 * MS, m.delay_median);
	assert_in_range(m.delay_p99, m.delay_median, m.delay_max);
	/* a few late ones are the machine's */
	for (size_t i = 0; i < 20; i++)
		s.arrivals.v[i].delay += 30 * MS;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_DELAY, MEASURE_OK, 0);
	assert_line(&m, MEASURE_JITTER, MEASURE_OK, 0);
	set.delay = 21 * MS;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_DELAY, MEASURE_OFF, 0);
	assert_near(m.lines[MEASURE_DELAY].error, -1.0 / 21, 1e-3);
	s.late = 500000;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_DELAY, MEASURE_UNKNOWN, MEASURE_TIMER);
	s.late = 5000;
	s.clock_changed = SECOND;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_DELAY, MEASURE_UNKNOWN, MEASURE_CLOCK);
	s.clock_changed = 0;
	/* a lone frame of 60 bytes takes 4.8 ms at that rate, or none */
	set = (struct shape){ .delay = 15 * MS + MS / 2, .rate = 100000 };
	m = judge(&set, &s);
	assert_line(&m, MEASURE_DELAY, MEASURE_OK, 0);
	assert_near(m.lines[MEASURE_DELAY].achieved, (double)m.delay_median, 0);
	/* where it is known to take it, that is none of the delay's */
	s.takes_time = true;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_DELAY, MEASURE_OK, 0);
	assert_near(m.lines[MEASURE_DELAY].achieved, (double)m.delay_median - 4.8e6, 1);
	assert_true(fabs(m.lines[MEASURE_DELAY].error) < 0.02);
	set.delay = 20 * MS;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_DELAY, MEASURE_OFF, 0);
	measure_samples_free(&s);
	s = (struct measure_samples){ .sent = 10 };
	m = judge(&set, &s);
	assert_line(&m, MEASURE_DELAY, MEASURE_UNKNOWN, MEASURE_FEW);
	assert_line(&m, MEASURE_LOSS, MEASURE_OFF, 0);
}

static double normal(void)
{
	return sqrt(-2 * log(1 - chance())) * cos(2 * M_PI * chance());
}

static double pareto(void)
{
	return fmin(4, 4.0 / 3 * (pow(1 - chance(), -1.0 / 3) - 1.5));
}

static double uniform(void)
{
	return 2 * chance() - 1;
}

static void test_jitter(void **state)
{
	static double (*const draws[])(void) = { uniform, normal, pareto };
	struct measured m;

	(void)state;
	for (unsigned set_to = 0; set_to < 3; set_to++)
		for (unsigned drawn = 0; drawn < 3; drawn++) {
			struct shape set = { .delay = 20 * MS,
					     .jitter = 5 * MS,
					     .distribution = set_to };
			struct measure_samples s = good(2000, 0);
			bool same = set_to == drawn;

			for (size_t i = 0; i < s.arrivals.n; i++)
				s.arrivals.v[i].delay =
					(uint64_t)fmax(0, 20e6 + 5e6 * draws[drawn]());
			m = judge(&set, &s);
			assert_line(&m, MEASURE_DISTRIBUTION,
				    same ? MEASURE_OK : MEASURE_OFF, 0);
			if (same) {
				assert_line(&m, MEASURE_DELAY, MEASURE_OK, 0);
				assert_line(&m, MEASURE_JITTER, MEASURE_OK, 0);
			}
			/* who overtakes whom is up to chance */
			assert_line(&m, MEASURE_REORDER, MEASURE_UNSET, 0);
			set.jitter = 10 * MS;
			m = judge(&set, &s);
			if (same)
				assert_line(&m, MEASURE_JITTER, MEASURE_OFF, 0);
			s.arrivals.n = 20;
			m = judge(&set, &s);
			assert_line(&m, MEASURE_DISTRIBUTION, MEASURE_UNKNOWN,
				    MEASURE_FEW);
			measure_samples_free(&s);
		}
}

/* All but every n-th arrive; they are lost in bursts of so many. */
static struct measure_samples lossy(uint64_t sent, uint64_t n, uint64_t burst)
{
	struct measure_samples s = good(0, 0);

	s.sent = sent;
	for (uint64_t i = 0; i < sent; i++)
		if (i % n >= burst)
			arrive(&s, i, 3000);
	return s;
}

static void test_loss(void **state)
{
	struct shape set = { .loss = PERCENT };
	struct measure_samples s = lossy(10000, 100, 1);
	struct measured m = judge(&set, &s);

	(void)state;
	assert_line(&m, MEASURE_LOSS, MEASURE_OK, 0);
	assert_int_equal(m.lost, 100);
	assert_near(m.loss, 0.01, 1e-9);
	assert_true(m.loss_low > 0.007 && m.loss_high < 0.014);
	set.loss = 2 * PERCENT;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_LOSS, MEASURE_OFF, 0);
	set.loss = 0;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_LOSS, MEASURE_OFF, 0);
	/* the receiver's fault, as it says itself */
	s.missed = 50;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_LOSS, MEASURE_UNKNOWN, MEASURE_RECEIVER);
	assert_int_equal(m.lost, 50);
	measure_samples_free(&s);
	/* 200 packets tell nothing about 1 % of loss, but do about 50 % */
	s = lossy(200, 100, 1);
	set.loss = PERCENT;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_LOSS, MEASURE_UNKNOWN, MEASURE_FEW);
	set.loss = 50 * PERCENT;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_LOSS, MEASURE_OFF, 0);
	measure_samples_free(&s);
}

static void test_bursts(void **state)
{
	/* a burst begins at 1 of 95 packets that come, and is 5 long */
	struct shape set = { .burst_begin = SHAPE_CERTAIN / 95,
			     .burst_end = 20 * PERCENT };
	struct measure_samples s = lossy(20000, 100, 5);
	struct measured m = judge(&set, &s);

	(void)state;
	assert_line(&m, MEASURE_LOSS, MEASURE_OK, 0);
	assert_line(&m, MEASURE_BURST, MEASURE_OK, 0);
	assert_int_equal(m.bursts, 200);
	set.burst_end = 40 * PERCENT;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_BURST, MEASURE_OFF, 0);
	s.sent = s.arrivals.n = 500;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_BURST, MEASURE_UNKNOWN, MEASURE_FEW);
	measure_samples_free(&s);
}

static void test_others(void **state)
{
	struct shape set = { .delay = 20 * MS,
			     .duplicate = 5 * PERCENT,
			     .reorder = 5 * PERCENT,
			     .corrupt = 5 * PERCENT };
	struct measure_samples s = good(0, 0);
	struct measured m;

	(void)state;
	s.sent = 4000;
	for (uint64_t i = 0; i < s.sent; i += 20) {
		/* the last of twenty comes first, the first of them twice, one damaged */
		arrive(&s, i + 19, 5000);
		for (uint64_t k = 0; k < 19; k++)
			arrive(&s, i + k, 20 * MS);
		arrive(&s, i, 20 * MS);
		s.arrivals.v[s.arrivals.n - 5].damaged = true;
	}
	m = judge(&set, &s);
	assert_line(&m, MEASURE_DUPLICATE, MEASURE_OK, 0);
	assert_line(&m, MEASURE_REORDER, MEASURE_OK, 0);
	assert_line(&m, MEASURE_CORRUPT, MEASURE_OK, 0);
	assert_line(&m, MEASURE_LOSS, MEASURE_OK, 0);
	assert_line(&m, MEASURE_DELAY, MEASURE_OK, 0);
	assert_line(&m, MEASURE_JITTER, MEASURE_OK, 0);
	assert_int_equal(m.duplicates, 200);
	assert_int_equal(m.overtaking, 200);
	assert_int_equal(m.corrupted, 200);
	/* too far from each other to overtake */
	s.interval = 15 * MS;
	m = judge(&set, &s);
	assert_line(&m, MEASURE_REORDER, MEASURE_UNKNOWN, MEASURE_MIXED);
	s.interval = MS;
	set = (struct shape){ .delay = 20 * MS };
	m = judge(&set, &s);
	assert_line(&m, MEASURE_DUPLICATE, MEASURE_OFF, 0);
	assert_line(&m, MEASURE_REORDER, MEASURE_OFF, 0);
	assert_line(&m, MEASURE_CORRUPT, MEASURE_OFF, 0);
	measure_samples_free(&s);
}

static void test_names(void **state)
{
	(void)state;
	for (int q = 0; q < MEASURE_QUANTITIES; q++)
		assert_non_null(measure_quantity_name(q));
	assert_null(measure_quantity_name(MEASURE_QUANTITIES));
	assert_string_equal(measure_verdict_text(MEASURE_UNKNOWN), "could not tell");
	for (unsigned f = MEASURE_CPU; f <= MEASURE_TRAFFIC; f <<= 1)
		assert_non_null(measure_flag_text(f));
	assert_null(measure_flag_text(MEASURE_TRAFFIC << 1));
	assert_null(measure_flag_text(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_count),  cmocka_unit_test(test_rate),
		cmocka_unit_test(test_queue),  cmocka_unit_test(test_delay),
		cmocka_unit_test(test_jitter), cmocka_unit_test(test_loss),
		cmocka_unit_test(test_bursts), cmocka_unit_test(test_others),
		cmocka_unit_test(test_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
