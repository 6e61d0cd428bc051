/*
 * wire_direction.h — one direction of a link in user space, and a clock that is set by
 * hand.
 */
#ifndef TESTS_UNIT_WIRE_DIRECTION_H
#define TESTS_UNIT_WIRE_DIRECTION_H

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/direction.h"
#include "wire_packets.h"

/* ---- one direction ---- */

/* What came out of a direction. */
struct sink {
	struct direction d;
	unsigned n;
	uint64_t now, last, bytes;
	uint64_t least, most; /* ns on the way */
	uint16_t ports[20000];
	uint64_t times[20000];
	uint64_t marked;
	bool refuses;
};

static struct sink sink;

static inline bool sink_take(void *cookie, struct packet *p)
{
	struct sink *k = cookie;
	uint64_t way = k->now - p->arrived;

	if (k->n < ARRAY_LEN(k->ports)) {
		k->ports[k->n] = (uint16_t)(p->first[IP + 20] << 8 | p->first[IP + 21]);
		k->times[k->n] = k->now;
	}
	k->marked += (p->first[IP + 1] & 3) == 3;
	k->n++;
	k->bytes += p->wire_length;
	k->last = k->now;
	k->least = way < k->least ? way : k->least;
	k->most = way > k->most ? way : k->most;
	pool_give(&pool, p);
	return !k->refuses;
}

static inline void begin(const struct shape *s)
{
	struct err e = ERR_INIT;

	if (direction_check(s, MTU, &e) < 0)
		fail_msg("%s", e.msg);
	memset(&sink, 0, sizeof(sink));
	sink.least = UINT64_MAX;
	sink.now = S;
	direction_init(&sink.d, 0, &pool, sink_take, &sink);
	direction_set(&sink.d, s, MTU, 99, sink.now);
}

/* Lets time pass, without missing an event. */
static inline void until(uint64_t t)
{
	uint64_t due;

	while ((due = direction_due(&sink.d)) <= t) {
		assert_true(due >= sink.now);
		sink.now = due;
		direction_run(&sink.d, due);
	}
	sink.now = t;
}

static inline void put(struct packet *p)
{
	direction_put(&sink.d, p, sink.now);
}

static inline void end(void)
{
	direction_free(&sink.d);
}

static inline int tear_down(void **state)
{
	(void)state;
	pool_free(&pool);
	return 0;
}

#endif
