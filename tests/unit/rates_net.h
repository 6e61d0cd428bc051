/*
 * rates_net.h — two snapshots of one link, made by hand, and what is between them.
 */
#ifndef TESTS_UNIT_RATES_NET_H
#define TESTS_UNIT_RATES_NET_H

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
static inline struct snapshot *take(uint64_t time)
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

static inline void send_packets(struct snapshot *s, int d, uint64_t packets,
				uint64_t bytes)
{
	struct stat_iface *from = &s->links.v[0].end[d], *to = &s->links.v[0].end[!d];

	from->tx_packets = to->rx_packets = packets;
	from->tx_bytes = to->rx_bytes = bytes;
}

/* Of end d; all of an end's are added before the other's. */
static inline struct stat_queue *queue(struct snapshot *s, int d, const char *kind,
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
static inline struct rates *between(struct snapshot *before, struct snapshot *now)
{
	struct rates *r = rates_between(before, now);

	assert_int_equal(r->links.n, now->links.n);
	assert_int_equal(r->nodes.n, now->nodes.n);
	snapshot_free(before);
	snapshot_free(now);
	return r;
}

static inline void near_to(double got, double want)
{
	if (got < want * 0.999999 - 1e-9 || got > want * 1.000001 + 1e-9)
		fail_msg("%g is not %g", got, want);
}

static inline void expect(const struct rate_direction *d, double bits, double packets,
			  double drops)
{
	assert_true(d->known);
	near_to(d->bits, bits);
	near_to(d->packets, packets);
	near_to(d->drops, drops);
}

/* Nothing is known, and nothing is shown. */
static inline void expect_nothing(const struct rate_direction *d)
{
	assert_false(d->known);
	near_to(d->bits, 0);
	near_to(d->packets, 0);
	near_to(d->drops, 0);
	near_to(d->load, 0);
}

#endif
