/*
 * test_measure_parts.c — what a measurement is made of: statistics, frames, schedules.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "measure/clock.h"
#include "measure/frame.h"
#include "measure/schedule.h"
#include "measure/statistics.h"
#include "measure/tcp.h"

#define PERCENT ((uint32_t)(SHAPE_CERTAIN / 100))
#define MBIT 1000000ULL

static void assert_near(double a, double b, double most)
{
	if (!(fabs(a - b) <= most))
		fail_msg("%.9g is not within %.3g of %.9g", a, most, b);
}

/* ---- statistics ---- */

static void test_statistics(void **state)
{
	uint64_t v[] = { 5, 1, 4, 2, 3 };
	double low, high;

	(void)state;
	statistics_sort(v, 5);
	assert_int_equal(v[0], 1);
	assert_int_equal(v[4], 5);
	assert_int_equal(statistics_quantile(v, 5, 0.5), 3);
	assert_int_equal(statistics_quantile(v, 5, 0.99), 5);
	assert_int_equal(statistics_quantile(v, 5, 0), 1);
	assert_int_equal(statistics_quantile(v, 0, 0.5), 0);
	assert_near(statistics_mean(v, 5), 3, 0);
	assert_near(statistics_mean(v, 0), 0, 0);
	assert_near(statistics_deviation(v, 5, 3), sqrt(2.5), 1e-9);
	assert_near(statistics_deviation(v, 1, 1), 0, 0);
	statistics_wilson(10, 1000, 1.96, &low, &high);
	assert_near(low, 0.005442, 1e-5);
	assert_near(high, 0.018309, 1e-5);
	statistics_wilson(0, 200, STATISTICS_Z99, &low, &high);
	assert_near(low, 0, 0);
	assert_near(high, 0.0321, 1e-4);
	statistics_wilson(200, 200, STATISTICS_Z99, &low, &high);
	assert_near(low, 1 - 0.0321, 1e-4);
	assert_near(high, 1, 0);
	statistics_wilson(0, 0, STATISTICS_Z99, &low, &high);
	assert_near(low, 0, 0);
	assert_near(high, 1, 0);
}

static void test_distributions(void **state)
{
	struct shape s = { .delay = 20 * MS, .jitter = 5 * MS };

	(void)state;
	assert_near(statistics_delay_mean(&s), 20e6, 1e3);
	assert_near(statistics_delay_deviation(&s), 5e6 / sqrt(3), 1e3);
	assert_near(statistics_delay_median(&s), 20e6, 10);
	s.distribution = SHAPE_NORMAL;
	assert_near(statistics_delay_mean(&s), 20e6, 1e3);
	assert_near(statistics_delay_deviation(&s), 5e6, 2e3);
	/* mean and deviation of the numbers in iproute2's pareto.dist */
	s.distribution = SHAPE_PARETO;
	assert_near(statistics_delay_mean(&s), 20e6 - 0.0335 * 5e6, 1e4);
	assert_near(statistics_delay_deviation(&s), 0.8197 * 5e6, 1e4);
	assert_near(statistics_delay_median(&s), 20e6 - 0.3201 * 5e6, 1e4);
	/* cut at zero: the mean is that of max(0, X) */
	s = (struct shape){ .delay = MS, .jitter = MS, .distribution = SHAPE_NORMAL };
	assert_near(statistics_delay_mean(&s), 1.0833e6, 1e3);
	s = (struct shape){ .delay = MS };
	assert_near(statistics_delay_mean(&s), 1e6, 0);
	assert_near(statistics_delay_deviation(&s), 0, 0);
}

static void test_ks(void **state)
{
	struct shape s = { .delay = 20 * MS, .jitter = 5 * MS };
	uint64_t v[1000];

	(void)state;
	for (int i = 0; i < 1000; i++)
		v[i] = 15 * MS + (uint64_t)((i + 0.5) * 10e6 / 1000);
	assert_near(statistics_ks(&s, v, 1000, 0), 0.0005, 1e-5);
	assert_near(statistics_ks(&s, v, 1000, 1e6), 0.1005, 1e-3);
	s.distribution = SHAPE_NORMAL;
	assert_true(statistics_ks(&s, v, 1000, 0) > 0.1);
	assert_near(statistics_ks(&s, v, 0, 0), 0, 0);
}

/* ---- frames ---- */

static void test_frame(void **state)
{
	struct frame f = { .to = { 2, 0, 0, 0, 0, 9 },
			   .run = 0x123456789ABCDEF0,
			   .seq = 77,
			   .sent = 999,
			   .kind = FRAME_PROBE },
		     got;
	uint8_t buf[FRAME_MIN];

	(void)state;
	frame_write(&f, buf);
	assert_int_equal(buf[FRAME_TYPE_AT] << 8 | buf[FRAME_TYPE_AT + 1], FRAME_TYPE);
	assert_int_equal(frame_read(buf, sizeof(buf), f.run, &got), FRAME_WHOLE);
	assert_int_equal(got.seq, 77);
	assert_int_equal(got.sent, 999);
	assert_int_equal(got.kind, FRAME_PROBE);
	assert_int_equal(frame_read(buf, sizeof(buf) - 1, f.run, &got), FRAME_FOREIGN);
	assert_int_equal(frame_read(buf, sizeof(buf), ~f.run, &got), FRAME_FOREIGN);
	/* whatever bit is turned, it is noticed; only in the number does it matter */
	for (unsigned bit = 0; bit < FRAME_MIN * 8; bit++) {
		enum frame_state seen;

		buf[bit / 8] ^= (uint8_t)(1U << bit % 8);
		seen = frame_read(buf, sizeof(buf), f.run, &got);
		assert_int_equal(got.kind, FRAME_PROBE);
		if (seen == FRAME_DAMAGED)
			assert_int_equal(got.seq, 77);
		else
			assert_int_equal(seen, FRAME_NAMELESS);
		buf[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
}

/* ---- schedules ---- */

static void test_schedule(void **state)
{
	static const uint64_t times[] = { 200 * MS, SECOND, 5 * SECOND, 60 * SECOND };
	static const uint64_t delays[] = { 0, 20 * MS, SECOND, 10 * SECOND };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		for (size_t k = 0; k < ARRAY_LEN(delays); k++) {
			struct shape a = { .delay = delays[k] }, b = { 0 };
			struct schedule s = schedule_make(times[i], &a, &b, true);
			uint64_t at = 0;

			for (size_t p = 0; p < s.n; p++) {
				assert_int_equal(s.phases[p].begin, at);
				assert_in_range(s.phases[p].quiet, at + 1,
						s.phases[p].end);
				at = s.phases[p].end;
			}
			assert_int_equal(at, times[i]);
			assert_in_range(s.end, times[i] + delays[k],
					times[i] + delays[k] + SECOND);
			assert_true(s.n == 3 || s.n == 5);
			/* never a TCP connection that ends before it has begun */
			assert_true(s.n == 3 || delays[k] < times[i] / 10);
		}
}

static void test_amounts(void **state)
{
	struct shape none = { 0 }, slow = { .rate = 64000 },
		     rare = { .loss = PERCENT / 10 }, fast = { .rate = 1000 * MBIT },
		     far = { .delay = SECOND }, some = { .delay = 8 * MS, .reorder = 1 };

	(void)state;
	/* at least 200 in the shortest time, if the link is fast */
	assert_in_range(schedule_probe_interval(&none, 1500, 60, 50 * MS), MS / 10,
			MS / 4);
	/* a fifth of the rate: a frame of 60 bytes takes 7.5 ms */
	assert_in_range(schedule_probe_interval(&slow, 1500, 60, SECOND), 37 * MS,
			38 * MS);
	assert_in_range(schedule_probe_interval(&rare, 1500, 60, 10 * SECOND), MS / 10,
			MS / 10);
	assert_in_range(schedule_probe_interval(&far, 1500, 60, SECOND), 2 * MS, 3 * MS);
	assert_in_range(schedule_probe_interval(&some, 1500, 60, 60 * SECOND), 0, 2 * MS);
	/* 400 000 probes for 400 lost ones, at 10 000 a second, in two fifths of the time
	 */
	assert_in_range(schedule_time_wanted(&rare, 1500, 60), 100 * SECOND,
			101 * SECOND);
	assert_in_range(schedule_time_wanted(&none, 1500, 60), MS, SECOND);
	rare.loss = 1;
	assert_in_range(schedule_time_wanted(&rare, 1500, 60), 500 * SECOND,
			501 * SECOND);
	rare.rate = 64000;
	assert_int_equal(schedule_time_wanted(&rare, 1500, 60), 3600 * SECOND);
	assert_int_equal(schedule_frame(&none, 1500, SECOND), 1514);
	assert_int_equal(schedule_frame(&fast, 1500, SECOND), 1514);
	assert_in_range(schedule_frame(&slow, 1500, SECOND), 60, 100);
	assert_int_equal(schedule_frame(&slow, 1500, MS), 60);
	assert_int_equal(schedule_offer(&none), 0);
	assert_int_equal(schedule_offer(&fast), 1300 * MBIT);
	fast.queue = 16;
	assert_int_equal(schedule_tick(&fast, 1500), MS / 10);
	assert_int_equal(schedule_tick(&slow, 1500), MS);
	assert_int_equal(schedule_room(&none, 1514), 4 << 20);
	fast.delay = 100 * MS;
	assert_true(schedule_room(&fast, 1514) > 25000000);
	fast.delay = 100 * SECOND;
	assert_int_equal(schedule_room(&fast, 1514), 256 << 20);
}

/* ---- what TCP carries ---- */

static void test_goodput(void **state)
{
	struct tcp_sample s[31];
	struct tcp_goodput got;

	(void)state;
	/* 10 Mbit/s but in the third second, which has 1; read within no time */
	for (size_t i = 0; i < ARRAY_LEN(s); i++)
		s[i] = (struct tcp_sample){
			.before = i * SECOND / 10,
			.after = i * SECOND / 10,
			.bytes = (i < 20 ? i * 10 : 200 + (i - 20)) * MBIT / 8 / 10,
		};
	got = tcp_goodput_of(s, 31, SECOND * 3 / 2);
	assert_int_equal(got.mean, 4 * MBIT);
	assert_int_equal(got.best, 10 * MBIT);
	/* less than a second: no better than its mean */
	got = tcp_goodput_of(s, 10, 0);
	assert_int_equal(got.mean, 10 * MBIT);
	assert_int_equal(got.best, got.mean);
	/* a thread that was held up while it read takes it to be no more */
	s[30].after += SECOND;
	assert_int_equal(tcp_goodput_of(s, 31, SECOND * 2).mean, MBIT / 2);
	/* all came in the first part, or next to nothing at all */
	got = tcp_goodput_of(s, 31, 10 * SECOND);
	assert_int_equal(got.mean, 21 * MBIT / 4);
	assert_int_equal(tcp_goodput_of(s, 1, 0).best, 0);
	assert_int_equal(tcp_goodput_of(s, 0, 0).mean, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statistics), cmocka_unit_test(test_distributions),
		cmocka_unit_test(test_ks),	   cmocka_unit_test(test_frame),
		cmocka_unit_test(test_schedule),   cmocka_unit_test(test_amounts),
		cmocka_unit_test(test_goodput),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
