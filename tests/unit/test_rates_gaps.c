/*
 * test_rates_gaps.c — what is no rate: counters that begin anew, or were not there.
 */
#include "rates_net.h"

static void test_first(void **state)
{
	struct snapshot *b = take(SECOND);
	struct rates *r;

	(void)state;
	send_packets(b, 0, 5, 500);
	b->links.v[0].end[0].errors[STAT_TX_DROPPED] = 9;
	b->nodes.v[0].forwarded = 100;
	r = between(NULL, b);
	near_to(r->seconds, 0);
	expect_nothing(&r->links.v[0].direction[0]);
	assert_int_equal(r->links.v[0].direction[0].dropped, 9);
	assert_false(r->nodes.v[0].known);
	near_to(r->nodes.v[0].forwarded, 0);
	rates_free(r);
}

static void test_no_time(void **state)
{
	static const uint64_t later[] = { 0,
					  SECOND }; /* than the one before: not at all */

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(later); i++) {
		struct snapshot *b = take(SECOND - later[i]);
		struct rates *r;

		send_packets(b, 0, 5, 500);
		r = between(take(SECOND), b);
		near_to(r->seconds, 0);
		expect_nothing(&r->links.v[0].direction[0]);
		assert_false(r->nodes.v[0].known);
		rates_free(r);
	}
}

/* A link that is new, one that went, and one that came back by another number. */
static void test_come_and_go(void **state)
{
	struct snapshot *a = take(0), *b = take(SECOND);
	struct rates *r;

	(void)state;
	send_packets(a, 0, 1000, 100000);
	send_packets(b, 0, 5, 500);
	b->links.v[0].id = LINK + 1;
	b->nodes.v[1].id = B + 1;
	b->links.v[0].node[1] = B + 1;
	r = between(a, b);
	expect_nothing(&r->links.v[0].direction[0]);
	assert_true(r->nodes.v[0].known);
	near_to(r->nodes.v[0].tx_bits, 0);
	assert_false(r->nodes.v[1].known);
	rates_free(r);
}

/* The device was made again: every counter begins anew, be it only that one shows it. */
static void test_reset(void **state)
{
	for (int which = 0; which < 4; which++) {
		struct snapshot *a = take(0), *b = take(SECOND);
		struct stat_iface *f = &a->links.v[0].end[0];
		uint64_t *counters[] = { &f->tx_packets, &f->tx_bytes, &f->rx_packets,
					 &f->rx_bytes };
		struct rates *r;

		(void)state;
		*counters[which] = 1000;
		send_packets(b, 0, 500, 500);
		send_packets(b, 1, 500, 500);
		r = between(a, b);
		expect_nothing(&r->links.v[0].direction[0]);
		near_to(r->nodes.v[0].tx_bits, 0);
		near_to(r->nodes.v[0].rx_bits, 0);
		expect(&r->links.v[0].direction[1], 4000, 500, 0);
		rates_free(r);
	}
}

/* At the far end alone: what this one sent is known, what was lost there is not. */
static void test_reset_of_the_far_end(void **state)
{
	struct snapshot *a = take(0), *b = take(SECOND);
	struct rates *r;

	(void)state;
	a->links.v[0].end[1].rx_packets = 1000;
	b->links.v[0].end[1].errors[STAT_RX_DROPPED] = 77;
	b->links.v[0].end[0].tx_packets = 3;
	b->links.v[0].end[0].tx_bytes = 300;
	r = between(a, b);
	expect(&r->links.v[0].direction[0], 2400, 3, 0);
	rates_free(r);
}

/* A counter of 32 bits, as those of drops in disciplines are, that wraps. */
static void test_wrap(void **state)
{
	struct snapshot *a = take(0), *b = take(SECOND);
	struct rates *r;

	(void)state;
	queue(a, 0, "tbf", TC_H_ROOT)->dropped = UINT32_MAX;
	queue(b, 0, "tbf", TC_H_ROOT)->dropped = 4;
	send_packets(a, 0, UINT64_MAX - 10, UINT64_MAX - 1000);
	send_packets(b, 0, UINT64_MAX, UINT64_MAX);
	r = between(a, b);
	near_to(r->links.v[0].direction[0].drops, 0);
	rates_free(r);

	a = take(0);
	b = take(SECOND);
	send_packets(a, 0, UINT64_MAX - 10, UINT64_MAX - 1000);
	send_packets(b, 0, UINT64_MAX, UINT64_MAX);
	r = between(a, b);
	expect(&r->links.v[0].direction[0], 8000, 10, 0);
	rates_free(r);
}

/* lib/wire was started again. */
static void test_wire_again(void **state)
{
	struct snapshot *a = take(0), *b = take(SECOND);
	struct stat_queue *q;
	struct rates *r;

	(void)state;
	a->links.v[0].wire = b->links.v[0].wire = true;
	q = queue(a, 0, "wire", TC_H_ROOT);
	q->packets = 100;
	q->bytes = 10000;
	queue(b, 0, "wire", TC_H_ROOT)->packets = 5;
	send_packets(b, 0, 5, 500);
	r = between(a, b);
	expect_nothing(&r->links.v[0].direction[0]);
	rates_free(r);
}

/* From the kernel to lib/wire, or back: another device. */
static void test_engine_changed(void **state)
{
	struct snapshot *a = take(0), *b = take(SECOND);
	struct rates *r;

	(void)state;
	b->links.v[0].wire = true;
	queue(b, 0, "wire", TC_H_ROOT)->packets = 5;
	send_packets(b, 0, 5, 500);
	r = between(a, b);
	expect_nothing(&r->links.v[0].direction[0]);
	rates_free(r);
}

/* What is stale is as in the snapshot before: neither it nor the next one, in which two
 * intervals' packets would show, has a rate. */
static void test_presence(void **state)
{
	static const enum stat_presence odd[] = { STAT_STALE, STAT_GONE };

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(odd); i++) {
		struct snapshot *a = take(0), *b = take(SECOND), *which = i % 2 ? a : b;
		struct rates *r;

		which->links.v[0].end[0].presence = odd[i / 2];
		which->nodes.v[0].presence = odd[i / 2];
		send_packets(b, 0, 5, 500);
		send_packets(b, 1, 5, 500);
		b->nodes.v[0].forwarded = 7;
		r = between(a, b);
		expect_nothing(&r->links.v[0].direction[0]);
		expect(&r->links.v[0].direction[1], 4000, 5, 0);
		assert_false(r->nodes.v[0].known);
		near_to(r->nodes.v[0].forwarded, 0);
		near_to(r->nodes.v[0].tx_bits, 0);
		near_to(r->nodes.v[1].rx_bits, 4000);
		rates_free(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_no_time),
		cmocka_unit_test(test_come_and_go),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_reset_of_the_far_end),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_wire_again),
		cmocka_unit_test(test_engine_changed),
		cmocka_unit_test(test_presence),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
