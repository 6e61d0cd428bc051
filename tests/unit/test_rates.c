/*
 * test_rates.c — what happened between two snapshots: rates, losses by place, and all
 * that must not show as a rate.
 */
#include "rates_net.h"

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
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_empty),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
