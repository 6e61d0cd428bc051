/*
 * test_rates.c — what happened between two snapshots: rates, losses by place, and all
 * that must not show as a rate.
 */
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "stat/rates.h"

static const uint64_t SECOND = 1000000000;
enum { LINK = 7, A = 1, B = 2 };

/* Two nodes and the link between them, up, with nothing counted. */
static struct snapshot *take(uint64_t time)
{
	struct snapshot *s = snapshot_new();
	struct stat_link l = { .id = LINK, .node = { A, B } };

	s->time = time;
	vec_push(&s->nodes, (struct stat_node){ .id = A });
	vec_push(&s->nodes, (struct stat_node){ .id = B });
	l.name = mem_strdup("a b");
	vec_push(&s->links, l);
	return s;
}

static void send_packets(struct snapshot *s, int d, uint64_t packets, uint64_t bytes)
{
	struct stat_iface *from = &s->links.v[0].end[d], *to = &s->links.v[0].end[!d];

	from->tx_packets = to->rx_packets = packets;
	from->tx_bytes = to->rx_bytes = bytes;
}

/* Of end d; all of an end's are added before the other's. */
static struct stat_queue *queue(struct snapshot *s, int d, const char *kind,
				uint32_t parent)
{
	struct stat_iface *f = &s->links.v[0].end[d];
	struct stat_queue q = { .handle = 0x10000, .parent = parent };

	snprintf(q.kind, sizeof(q.kind), "%s", kind);
	if (!f->n_queues)
		f->queue = s->queues.n;
	f->n_queues++;
	vec_push(&s->queues, q);
	return &s->queues.v[s->queues.n - 1];
}

/* Frees what was compared. */
static struct rates *between(struct snapshot *before, struct snapshot *now)
{
	struct rates *r = rates_between(before, now);

	assert_int_equal(r->links.n, now->links.n);
	assert_int_equal(r->nodes.n, now->nodes.n);
	snapshot_free(before);
	snapshot_free(now);
	return r;
}

static void near_to(double got, double want)
{
	if (got < want * 0.999999 - 1e-9 || got > want * 1.000001 + 1e-9)
		fail_msg("%g is not %g", got, want);
}

static void expect(const struct rate_direction *d, double bits, double packets,
		   double drops)
{
	assert_true(d->known);
	near_to(d->bits, bits);
	near_to(d->packets, packets);
	near_to(d->drops, drops);
}

/* Nothing is known, and nothing is shown. */
static void expect_nothing(const struct rate_direction *d)
{
	assert_false(d->known);
	near_to(d->bits, 0);
	near_to(d->packets, 0);
	near_to(d->drops, 0);
	near_to(d->load, 0);
}

/* ---- what is a rate ---- */

static void test_directions(void **state)
{
	struct snapshot *a = take(SECOND), *b = take(3 * SECOND);
	struct rates *r;

	(void)state;
	send_packets(a, 0, 10, 1000);
	send_packets(b, 0, 30, 5000);
	send_packets(b, 1, 8, 800);
	r = between(a, b);
	near_to(r->seconds, 2);
	expect(&r->links.v[0].direction[0], 8 * 4000 / 2, 10, 0);
	expect(&r->links.v[0].direction[1], 8 * 800 / 2, 4, 0);
	assert_int_equal(r->links.v[0].direction[0].packets_sent, 30);
	assert_int_equal(r->links.v[0].direction[0].bytes_sent, 5000);
	assert_true(r->nodes.v[0].known);
	near_to(r->nodes.v[0].tx_bits, 16000);
	near_to(r->nodes.v[0].rx_bits, 3200);
	near_to(r->nodes.v[1].rx_packets, 10);
	near_to(r->nodes.v[1].tx_packets, 4);
	rates_free(r);
}

/* The time is that of the snapshots: a sample that came late is no lower rate. */
static void test_odd_interval(void **state)
{
	struct snapshot *a = take(5), *b = take(5 + 123456789);
	struct rates *r;

	(void)state;
	send_packets(b, 0, 1000, 123456789);
	r = between(a, b);
	expect(&r->links.v[0].direction[0], 8e9, 1000 / 0.123456789, 0);
	rates_free(r);
}

static void test_load(void **state)
{
	struct snapshot *a = take(0), *b = take(SECOND);
	struct rates *r;

	(void)state;
	b->links.v[0].shape[0].rate = 10000;
	send_packets(b, 0, 5, 1000);
	send_packets(b, 1, 5, 1000);
	r = between(a, b);
	near_to(r->links.v[0].direction[0].load, 0.8);
	near_to(r->links.v[0].direction[1].load, 0);
	rates_free(r);
}

static void test_backlog(void **state)
{
	struct snapshot *a = take(0), *b = take(SECOND);
	struct stat_queue *q = queue(b, 0, "tbf", TC_H_ROOT);
	const struct rate_direction *d;
	struct rates *r;

	(void)state;
	q->backlog_packets = 3;
	q->backlog_bytes = 3000;
	q = queue(b, 0, "codel", 0x10001); /* the same packets again */
	q->backlog_packets = 3;
	q->backlog_bytes = 3000;
	send_packets(b, 0, 6, 6000);
	r = between(a, b);
	d = &r->links.v[0].direction[0];
	assert_int_equal(d->backlog_packets, 3);
	assert_int_equal(d->backlog_bytes, 3000);
	near_to(d->backlog_time, 0.5);
	near_to(r->links.v[0].direction[1].backlog_time, 0);
	rates_free(r);
}

/* Where nothing leaves, the time is what the rate that was set would need. */
static void test_backlog_of_a_standing_queue(void **state)
{
	struct snapshot *b = take(SECOND);
	struct rates *r;

	(void)state;
	b->links.v[0].shape[0].rate = 8000;
	queue(b, 0, "tbf", TC_H_ROOT)->backlog_bytes = 250;
	r = between(take(0), b);
	near_to(r->links.v[0].direction[0].backlog_time, 0.25);
	rates_free(r);
}

/* A discipline counts the packets that a super-packet stands for. */
static void test_super_packets(void **state)
{
	struct snapshot *a = take(0), *b = take(SECOND);
	struct stat_queue *q;
	struct rates *r;

	(void)state;
	queue(a, 0, "tbf", TC_H_ROOT);
	q = queue(b, 0, "tbf", TC_H_ROOT);
	q->packets = 45;
	q->bytes = 68130;
	send_packets(b, 0, 1, 65226);
	r = between(a, b);
	expect(&r->links.v[0].direction[0], 8 * 68130, 45, 0);
	rates_free(r);
}

/* One that was put there, or replaced, has counted nothing of what was before. */
static void test_queue_replaced(void **state)
{
	struct snapshot *a = take(0), *b = take(SECOND);
	struct stat_queue *q = queue(a, 0, "tbf", TC_H_ROOT);
	struct rates *r;

	(void)state;
	q->packets = 1000;
	q->bytes = 100000;
	q->dropped = 50;
	send_packets(a, 0, 1000, 100000);
	queue(b, 0, "tbf", TC_H_ROOT)->packets = 2;
	send_packets(b, 0, 1004, 100400);
	r = between(a, b);
	expect(&r->links.v[0].direction[0], 8 * 400, 4, 0);
	rates_free(r);
}

/* ---- where packets were lost ---- */

static void test_losses(void **state)
{
	struct snapshot *a = take(0), *b = take(SECOND);
	struct stat_link *l = &b->links.v[0];
	const struct rate_link *got;
	struct rates *r;

	(void)state;
	l->end[0].errors[STAT_TX_ERRORS] = 1;
	l->end[0].errors[STAT_TX_DROPPED] = 6; /* 5 of which the far one counts */
	l->end[0].errors[STAT_TX_CARRIER] = 1; /* in tx_errors already */
	l->end[1].errors[STAT_RX_ERRORS] = 1;
	l->end[1].errors[STAT_RX_MISSED] = 1;
	l->end[1].errors[STAT_RX_DROPPED] = 5;
	l->end[1].errors[STAT_RX_CRC] = 1;
	l->end[1].errors[STAT_TX_DROPPED] = 100; /* of the other direction */
	queue(b, 0, "netem", TC_H_ROOT)->dropped = 20;
	queue(b, 0, "tbf", 0x10001)->dropped = 15; /* among the 20 */
	queue(b, 1, "ingress", TC_H_INGRESS)->dropped = 3;
	r = between(a, b);
	got = &r->links.v[0];
	assert_int_equal(got->lost[0][LOSS_INTERFACE], 2);
	assert_int_equal(got->lost[0][LOSS_QUEUE], 20);
	assert_int_equal(got->lost[0][LOSS_WIRE_QUEUE], 0);
	assert_int_equal(got->lost[0][LOSS_FAR], 10);
	assert_int_equal(got->lost[1][LOSS_INTERFACE], 100);
	assert_int_equal(got->lost[1][LOSS_QUEUE], 0);
	assert_int_equal(got->direction[0].dropped, 32);
	expect(&got->direction[0], 0, 0, 32);
	expect(&got->direction[1], 0, 0, 100);
	rates_free(r);
}

/* What lib/wire carries is what came through it; a refused packet is counted by the tap,
 * too. */
static void test_wire(void **state)
{
	struct snapshot *a = take(0), *b = take(SECOND);
	struct stat_link *l = &b->links.v[0];
	struct stat_queue *q;
	struct rates *r;

	(void)state;
	a->links.v[0].wire = l->wire = true;
	queue(a, 0, "pfifo_fast", TC_H_ROOT);
	queue(a, 0, "wire", TC_H_ROOT);
	queue(b, 0, "pfifo_fast", TC_H_ROOT)->dropped = 1;
	q = queue(b, 0, "wire", TC_H_ROOT);
	q->packets = 10;
	q->bytes = 1000;
	q->dropped = 4;
	q->backlog_packets = 2;
	l->by_wire[0] = (struct stat_wire){ .lost = 6, .dropped = 4, .refused = 3 };
	l->end[1].errors[STAT_RX_DROPPED] = 3;
	send_packets(b, 0, 25, 2500);
	r = between(a, b);
	expect(&r->links.v[0].direction[0], 8000, 10, 1 + 4 + 6 + 3);
	assert_int_equal(r->links.v[0].lost[0][LOSS_QUEUE], 1);
	assert_int_equal(r->links.v[0].lost[0][LOSS_WIRE_QUEUE], 4);
	assert_int_equal(r->links.v[0].lost[0][LOSS_WIRE], 6);
	assert_int_equal(r->links.v[0].lost[0][LOSS_FAR], 3);
	assert_int_equal(r->links.v[0].direction[0].packets_sent, 10);
	assert_int_equal(r->links.v[0].direction[0].backlog_packets, 2);
	rates_free(r);
}

static void test_loss_names(void **state)
{
	(void)state;
	assert_string_equal(loss_place_name(LOSS_QUEUE), "queue");
	for (int i = 0; i < LOSS_PLACES; i++)
		assert_non_null(loss_place_name((enum loss_place)i));
	for (int i = 0; i < STAT_ERRORS; i++)
		assert_non_null(stat_error_name((enum stat_error)i));
}

/* ---- what is no rate ---- */

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

/* ---- nodes ---- */

static void test_nodes(void **state)
{
	struct snapshot *a = take(0), *b = take(2 * SECOND);
	struct rates *r;

	(void)state;
	a->nodes.v[0] = (struct stat_node){ .id = A, .forwarded = 100, .cpu = SECOND };
	b->nodes.v[0] = (struct stat_node){
		.id = A, .forwarded = 300, .no_route = 6, .cpu = 2 * SECOND
	};
	a->nodes.v[1].cpu = 5; /* went backwards */
	r = between(a, b);
	near_to(r->nodes.v[0].forwarded, 100);
	near_to(r->nodes.v[0].no_route, 3);
	near_to(r->nodes.v[0].cpu, 0.5);
	near_to(r->nodes.v[1].cpu, 0);
	rates_free(r);

	/* one of them was not asked for: what it has is older */
	for (int which = 0; which < 2; which++) {
		a = take(0);
		b = take(2 * SECOND);
		b->nodes.v[0] = (struct stat_node){ .id = A, .forwarded = 300, .cpu = 9 };
		(which ? a : b)->nodes.v[0].uncounted = true;
		send_packets(b, 0, 2, 100);
		r = between(a, b);
		near_to(r->nodes.v[0].forwarded, 0);
		near_to(r->nodes.v[0].cpu, 0);
		near_to(r->nodes.v[0].tx_packets, 1);
		rates_free(r);
	}
	rates_free(NULL);
	snapshot_free(NULL);
}

static void test_empty(void **state)
{
	struct snapshot *a = snapshot_new(), *b = snapshot_new();
	struct rates *r;

	(void)state;
	b->time = SECOND;
	assert_null(snapshot_link(a, 1));
	assert_null(snapshot_node(a, 1));
	r = between(a, b);
	near_to(r->seconds, 1);
	rates_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_directions),
		cmocka_unit_test(test_odd_interval),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_backlog),
		cmocka_unit_test(test_backlog_of_a_standing_queue),
		cmocka_unit_test(test_super_packets),
		cmocka_unit_test(test_queue_replaced),
		cmocka_unit_test(test_losses),
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_loss_names),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_no_time),
		cmocka_unit_test(test_come_and_go),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_reset_of_the_far_end),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_wire_again),
		cmocka_unit_test(test_engine_changed),
		cmocka_unit_test(test_presence),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_empty),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
