/*
 * fuzz_wire.c — any bytes as a request to the process of wire links, and as what goes
 * through one direction of a link: shapes, frames, and the time between them. No packet
 * is lost without being counted.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "wire/control.h"
#include "wire/direction.h"
#include "wire/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What must hold; a failure is a finding. */
#define MUST(condition)                                                                  \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);  \
			abort();                                                         \
		}                                                                        \
	} while (0)

enum { MTU = 1500, RUNS_MAX = 100000, NS_PER_S = 1000000000 };

struct input {
	const uint8_t *at;
	size_t left;
};

/* Zeroes, when there is no more. */
static void take(struct input *in, void *ret, size_t n)
{
	size_t have = in->left < n ? in->left : n;

	memset(ret, 0, n);
	if (have)
		memcpy(ret, in->at, have);
	in->at += have;
	in->left -= have;
}

static uint8_t take_byte(struct input *in)
{
	uint8_t byte;

	take(in, &byte, 1);
	return byte;
}

/* Of every magnitude alike. */
static uint64_t take_number(struct input *in, unsigned bits)
{
	uint8_t two[2];

	take(in, two, sizeof(two));
	return (uint64_t)(two[0] | 1) << (two[1] % (bits - 7));
}

/* One probability in two is 0. */
static uint32_t take_share(struct input *in)
{
	uint8_t byte = take_byte(in);

	return byte < 128 ? 0 : SHAPE_CERTAIN / 127 * (byte - 128u);
}

static struct shape take_shape(struct input *in)
{
	struct shape s = {
		.rate = take_byte(in) & 1 ? take_number(in, 38) : 0,
		.delay = take_byte(in) & 1 ? take_number(in, 34) : 0,
		.distribution = take_byte(in) % 3,
		.loss = take_share(in),
		.duplicate = take_share(in),
		.reorder = take_share(in),
		.corrupt = take_share(in),
		.aqm = take_byte(in) % 6,
		.ecn = take_byte(in) & 1,
		.has_seed = true,
		.seed = take_byte(in),
	};

	if (s.rate && take_byte(in) & 1) {
		s.queue = take_number(in, 24);
		s.queue_in_bytes = take_byte(in) & 1;
	}
	if (s.delay && take_byte(in) & 1)
		s.jitter = s.delay / (1 + take_byte(in));
	if (take_byte(in) & 1) {
		s.slot_min = take_number(in, 30);
		s.slot_max = s.slot_min + take_byte(in);
	}
	if (!s.loss && take_byte(in) & 1) {
		s.burst_begin = take_share(in);
		s.burst_end = take_share(in);
	}
	return s;
}

static bool deliver(void *cookie, struct packet *p)
{
	struct pool *pool = cookie;
	bool wanted = p->length % 5; /* another is refused */

	MUST(p->segments > 0 && p->wire_length > 0);
	pool_give(pool, p);
	return wanted;
}

/* Frames of any content; now and then one of an IP packet that is whole. */
static void put(struct direction *d, struct input *in, uint64_t now, uint64_t *ret_frames)
{
	static const uint8_t ipv4[] = { [12] = 8, [14] = 0x45, [23] = 17 };
	uint8_t bytes[POOL_VNET + 256] = { 0 };
	size_t length = take_byte(in);
	struct packet *p;

	take(in, bytes, POOL_VNET + length / 2);
	if (take_byte(in) & 1)
		memcpy(bytes + POOL_VNET, ipv4, sizeof(ipv4));
	p = pool_make(d->pool, bytes, POOL_VNET + length);
	if (!packet_measure(p)) {
		pool_give(d->pool, p);
		return;
	}
	*ret_frames += p->segments;
	direction_put(d, p, now);
}

/* All that is due until then, at its times. */
static void run_until(struct direction *d, uint64_t *now, uint64_t then)
{
	uint64_t due;

	for (int i = 0; i < RUNS_MAX && (due = direction_due(d)) <= then; i++) {
		if (due > *now)
			*now = due;
		direction_run(d, *now);
	}
	*now = then;
	direction_run(d, then);
}

static void check_counted(const struct direction *d, uint64_t frames)
{
	struct wire_stats s = direction_stats(d);

	MUST(frames + s.duplicated == s.packets + s.dropped + s.lost + s.refused +
					      s.backlog_packets + s.flying_packets);
}

static void drive(struct input *in)
{
	uint64_t now = NS_PER_S, frames = 0;
	struct shape none = { 0 };
	struct pool pool = { 0 };
	struct direction d;

	direction_init(&d, take_byte(in), &pool, deliver, &pool);
	direction_set(&d, &none, MTU, 1, now);
	while (in->left) {
		struct shape s;

		switch (take_byte(in) % 8) {
		case 0:
			s = take_shape(in);
			if (direction_check(&s, MTU, NULL) == 0 &&
			    shape_check(&s, NULL) == 0)
				direction_set(&d, &s, MTU, take_byte(in), now);
			break;
		case 1:
			run_until(&d, &now, now + take_number(in, 32));
			break;
		default:
			put(&d, in, now, &frames);
		}
		check_counted(&d, frames);
	}
	direction_free(&d);
	pool_free(&pool);
}

/* A shape that a request may bring is one that survives the way back. */
static void check_request(const uint8_t *data, size_t n)
{
	struct wire_reshape reshape;
	struct wire_header h;
	struct wire_shape again;
	struct shape s;

	if (wire_request_check(data, n, 0, NULL) < 0)
		return;
	memcpy(&h, data, sizeof(h));
	if (h.op != WIRE_SHAPE)
		return;
	memcpy(&reshape, data + sizeof(h), sizeof(reshape));
	if (wire_shape_unpack(&reshape.shape, &s, NULL) < 0)
		return;
	again = wire_shape_pack(&s);
	MUST(memcmp(&again, &reshape.shape, sizeof(again)) == 0);
	direction_check(&s, MTU, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	/* a copy, so that a read past the end is seen */
	uint8_t *copy = mem_alloc(n);
	struct input in = { copy, n };

	if (n)
		memcpy(copy, data, n);
	check_request(copy, n);
	drive(&in);
	free(copy);
	return 0;
}
