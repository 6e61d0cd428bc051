/*
 * test_shape.c — shapes: which are refused, the queue they get, their words,
 * their distributions, and what of them the plan sees.
 */
#include "net.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/units.h"
#include "kern/qdisc.h"
#include "lang/shape_text.h"
#include "model/distribution.h"
#include "plan/plan.h"
#include "run/state.h"

static void refused(struct shape s, const char *why)
{
	struct err e = ERR_INIT;

	assert_int_equal(shape_check(&s, &e), -EINVAL);
	assert_non_null(strstr(e.msg, why));
	err_clear(&e);
}

static void test_what_does_not_go_together(void **state)
{
	struct shape fine = { .rate = 8000, .delay = 1000, .jitter = 1000, .queue = 1 };

	(void)state;
	assert_int_equal(shape_check(&fine, NULL), 0);
	refused((struct shape){ .delay = 1, .jitter = 2 },
		"jitter is more than the delay");
	refused((struct shape){ .delay = 3000000000, .jitter = 2000000001 },
		"at most 2s");
	refused((struct shape){ .delay = 1, .distribution = SHAPE_NORMAL },
		"without jitter");
	refused((struct shape){ .loss = 1, .burst_begin = 1, .burst_end = 1 },
		"in bursts");
	refused((struct shape){ .burst_begin = 1 }, "never ends");
	refused((struct shape){ .loss_correlation = 1 }, "without loss");
	refused((struct shape){ .reorder = 1 }, "without a delay");
	refused((struct shape){ .slot_min = 2, .slot_max = 1 }, "slot");
	refused((struct shape){ .queue = 1 }, "without a rate");
	refused((struct shape){ .aqm = SHAPE_PIE }, "without a rate");
	refused((struct shape){ .rate = 8, .ecn = true }, "does not mark");
}

static void test_the_queue(void **state)
{
	const uint64_t ms = 1000000;
	/* two round trips of 40 ms at 10 Mbit/s */
	struct shape s = { .rate = 10000000, .delay = 20 * ms };

	(void)state;
	assert_int_equal(shape_queue_limit(&s, 1500), 100000);
	s.delay = 0; /* 20 ms' worth */
	assert_int_equal(shape_queue_limit(&s, 1500), 25000);
	s.rate = 1000000; /* 16 frames */
	assert_int_equal(shape_queue_limit(&s, 1500), 16 * 1514);
	s.delay = 500 * ms; /* a second's worth */
	assert_int_equal(shape_queue_limit(&s, 1500), 125000);
	s.queue = 10;
	assert_int_equal(shape_queue_limit(&s, 1500), 15140);
	s.queue_in_bytes = true;
	assert_int_equal(shape_queue_limit(&s, 1500), 10);
}

static void test_in_words(void **state)
{
	struct shape s = {
		.rate = 10000000,
		.queue = 64000,
		.queue_in_bytes = true,
		.aqm = SHAPE_FQ_CODEL,
		.ecn = true,
		.delay = 20000000,
		.jitter = 1500000,
		.distribution = SHAPE_PARETO,
		.slot_min = 1000000,
		.slot_max = 2000000,
		.burst_begin = 10000000,
		.burst_end = 250000000,
		.duplicate = 1,
		.reorder = 1000000000,
		.corrupt = 1234567,
	};
	cleanup_free char *text = shape_text(&s);

	(void)state;
	assert_string_equal(text, "rate 10mbit queue 64kB aqm fq_codel ecn on delay 20ms "
				  "jitter 1500us distribution pareto slot 1ms 2ms "
				  "loss gemodel 1% 25% duplicate 0.0000001% reorder 100% "
				  "corrupt 0.1234567%");
	s = (struct shape){ 0 };
	assert_null(shape_text(&s));
}

static void test_percentages(void **state)
{
	static const char *const wrong[] = {
		"1", "", "%", "-1%", "100.1%", "1 %", "1%%"
	};
	uint32_t share;

	(void)state;
	assert_int_equal(units_parse_percent("0.1%", &share, NULL), 0);
	assert_int_equal(share, 1000000);
	assert_int_equal(units_parse_percent("100%", &share, NULL), 0);
	assert_int_equal(share, SHAPE_CERTAIN);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_true(units_parse_percent(wrong[i], &share, NULL) < 0);
}

static void test_amounts(void **state)
{
	uint64_t n;
	bool bytes;

	(void)state;
	assert_int_equal(units_parse_amount("100pkt", &n, &bytes, NULL), 0);
	assert_int_equal(n, 100);
	assert_false(bytes);
	assert_int_equal(units_parse_amount("64kB", &n, &bytes, NULL), 0);
	assert_int_equal(n, 64000);
	assert_true(bytes);
	assert_true(units_parse_amount("100", &n, &bytes, NULL) < 0);
	assert_true(units_parse_amount("1.5pkt", &n, &bytes, NULL) < 0);
	assert_true(units_parse_amount("99999999999999999999pkt", &n, &bytes, NULL) < 0);
}

/* "10mb" is neither: the message says so. */
static void test_bits_or_bytes(void **state)
{
	static const char *const unclear[] = { "10mb", "10kB", "1b", "5MB/s", "10Mbps" };
	struct err e = ERR_INIT;
	uint64_t rate;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unclear); i++) {
		assert_true(units_parse_rate(unclear[i], &rate, &e) < 0);
		assert_non_null(strstr(e.msg, "could be bits or bytes"));
		err_clear(&e);
	}
}

static void test_distributions(void **state)
{
	(void)state;
	for (uint32_t d = SHAPE_NORMAL; d <= SHAPE_PARETO; d++) {
		double mean = 0, square = 0, last = -INFINITY, deviation;

		for (int i = 0; i < DISTRIBUTION_POINTS; i++) {
			double x = distribution_quantile(d, i);

			assert_true(x >= last && fabs(x) < 4);
			last = x;
			mean += x / DISTRIBUTION_POINTS;
			square += x * x / DISTRIBUTION_POINTS;
		}
		deviation = sqrt(square - mean * mean);
		assert_true(fabs(mean) < (d == SHAPE_NORMAL ? 0.001 : 0.1));
		assert_true(fabs(deviation - (d == SHAPE_NORMAL ? 1 : 0.82)) < 0.01);
	}
	/* 84 % of a normal one are below one standard deviation */
	assert_true(fabs(distribution_quantile(SHAPE_NORMAL, 3446) - 1) < 0.01);
	assert_true(distribution_quantile(SHAPE_PARETO, 2048) < -0.1); /* its long tail */
}

/* ---- what becomes of it ---- */

static void kinds(const struct shape *s, const char *expected)
{
	struct qdisc_tree t;
	struct str text = { 0 };

	qdisc_tree_make(s, 1500, &t);
	for (size_t i = 0; i < t.n; i++) {
		assert_int_equal(t.v[i].handle, (0xe501 + i) << 16);
		str_addf(&text, " %s", t.v[i].kind);
	}
	assert_string_equal(text.n ? text.s + 1 : "", expected);
	str_free(&text);
}

static void test_disciplines(void **state)
{
	(void)state;
	kinds(&(struct shape){ 0 }, "");
	kinds(&(struct shape){ .rate = 1000 }, "tbf");
	kinds(&(struct shape){ .rate = 1000, .aqm = SHAPE_CODEL }, "tbf codel");
	kinds(&(struct shape){ .delay = 1 }, "netem");
	kinds(&(struct shape){ .delay = 1, .rate = 1000 }, "netem tbf");
	kinds(&(struct shape){ .loss = 1 }, "tbf netem");
	kinds(&(struct shape){ .loss = 1, .rate = 1000, .aqm = SHAPE_RED },
	      "tbf netem tbf red");
}

static void test_which_change_in_place(void **state)
{
	struct shape a = { .delay = 5, .jitter = 1 }, b = { .delay = 9, .jitter = 1 };
	struct qdisc_tree x, y;

	(void)state;
	qdisc_tree_make(&a, 1500, &x);
	qdisc_tree_make(&b, 1500, &y);
	assert_true(qdisc_tree_alike(&x, &y));
	assert_false(qdisc_tree_is(&x, &y));
	assert_true(qdisc_tree_is(&x, &x));
	b.distribution = SHAPE_NORMAL; /* netem keeps a table that it has */
	qdisc_tree_make(&b, 1500, &y);
	assert_false(qdisc_tree_alike(&x, &y));
	b.rate = 1000;
	qdisc_tree_make(&b, 1500, &y);
	assert_false(qdisc_tree_alike(&x, &y));
}

static struct model *two_hosts(uint32_t *ret_link)
{
	struct model *m = model_new();
	struct link_options o = { 0 };
	uint32_t a, b;

	assert_int_equal(model_add_node(m, NODE_HOST, "a", &a, NULL), 0);
	assert_int_equal(model_add_node(m, NODE_HOST, "b", &b, NULL), 0);
	assert_int_equal(model_add_link(m, a, b, &o, ret_link, NULL), 0);
	return m;
}

static size_t steps_of(const struct model *from, const struct model *to, enum step_op op)
{
	struct plan p;
	size_t n = 0;

	plan_make(&p, from, to);
	vec_each (&p.steps, s)
		n += s->op == op;
	plan_free(&p);
	return n;
}

static void test_plans(void **state)
{
	uint32_t link;
	struct model *empty = model_new(), *before = two_hosts(&link), *after;
	struct shape s = { .rate = 1000000 };

	(void)state;
	after = model_copy(before);
	assert_int_equal(model_set_shape(after, link, 0, &s, NULL), 0);
	assert_int_equal(steps_of(before, after, STEP_SHAPE_SET), 1);
	assert_int_equal(steps_of(after, before, STEP_SHAPE_SET), 1);
	assert_int_equal(steps_of(after, after, STEP_SHAPE_SET), 0);
	assert_int_equal(steps_of(empty, before, STEP_SHAPE_SET), 0);
	assert_int_equal(steps_of(empty, after, STEP_SHAPE_SET), 1);
	assert_int_equal(steps_of(after, empty, STEP_SHAPE_SET),
			 0); /* it goes with the link */
	model_free(empty);
	model_free(before);
	model_free(after);
}

static bool only_rates(void *cookie, const struct shape *s)
{
	(void)cookie;
	return !shape_is_more_than_rate(s);
}

/* Another engine means another device, with all that was on the one before. */
static void test_engines(void **state)
{
	uint32_t link;
	struct model *before = two_hosts(&link), *after;
	struct shape s = { .delay = 1000 };
	struct settled settled;

	(void)state;
	assert_int_equal(model_settle(before, &settled, NULL), 0);
	after = model_copy(before);
	assert_int_equal(model_set_shape(after, link, 0, &s, NULL), 0);
	model_choose_engines(after, only_rates, NULL);
	assert_true(model_link(after, link)->wire);
	assert_int_equal(steps_of(before, after, STEP_LINK_DEL), 1);
	assert_int_equal(steps_of(before, after, STEP_LINK_ADD), 1);
	assert_int_equal(steps_of(before, after, STEP_IFACE_SET), 2);
	assert_int_equal(steps_of(before, after, STEP_ADDRESS_ADD), 4);
	assert_int_equal(steps_of(before, after, STEP_ADDRESS_DEL), 0);
	assert_int_equal(steps_of(before, after, STEP_SHAPE_SET), 0);
	s = (struct shape){ .rate = 1000 };
	assert_int_equal(model_set_shape(after, link, 0, &s, NULL), 0);
	model_choose_engines(after, only_rates, NULL);
	assert_false(model_link(after, link)->wire);
	assert_int_equal(model_set_engine(after, link, SHAPE_ENGINE_NETEM, NULL), 0);
	s = (struct shape){ .delay = 1000 };
	assert_int_equal(model_set_shape(after, link, 0, &s, NULL), 0);
	model_choose_engines(after, only_rates, NULL);
	assert_false(model_link(after, link)->wire); /* it was asked for */
	model_free(before);
	model_free(after);
}

static void test_state_keeps_them(void **state)
{
	uint32_t link;
	struct model *m = two_hosts(&link), *again;
	struct shape s = {
		.rate = UINT64_C(5000000000000), .loss = 7, .ecn = true, .aqm = SHAPE_PIE
	};
	json_t *o;

	(void)state;
	assert_int_equal(model_set_shape(m, link, 1, &s, NULL), 0);
	o = state_write(m);
	assert_int_equal(state_read(o, &again, NULL), 0);
	assert_true(shape_same(&model_link(again, link)->shape[1], &s));
	assert_true(shape_is_none(&model_link(again, link)->shape[0]));
	json_decref(o);
	model_free(m);
	model_free(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_does_not_go_together),
		cmocka_unit_test(test_the_queue),
		cmocka_unit_test(test_in_words),
		cmocka_unit_test(test_percentages),
		cmocka_unit_test(test_amounts),
		cmocka_unit_test(test_bits_or_bytes),
		cmocka_unit_test(test_distributions),
		cmocka_unit_test(test_disciplines),
		cmocka_unit_test(test_which_change_in_place),
		cmocka_unit_test(test_plans),
		cmocka_unit_test(test_engines),
		cmocka_unit_test(test_state_keeps_them),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
