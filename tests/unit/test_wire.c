/*
 * test_wire.c — links in user space, the parts that need no kernel: chance, timers,
 * packets, queues, one direction, and what messages say. Time is simulated.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/control.h"
#include "wire/direction.h"
#include "wire/packet.h"

#define US UINT64_C(1000)
#define MS UINT64_C(1000000)
#define S UINT64_C(1000000000)
#define MBIT UINT64_C(1000000)
#define PERCENT (SHAPE_CERTAIN / 100)

enum { MTU = 1500, ETHERNET = 14, IP = POOL_VNET + ETHERNET };

static struct pool pool;

/* ---- packets ---- */

/* A UDP packet of so many bytes of frame, with that source port and ECN field. */
static struct packet *udp(size_t frame, uint16_t port, uint8_t ecn)
{
	uint8_t bytes[POOL_VNET + 9014] = { 0 }, *ip = bytes + IP;
	struct packet *p;
	uint32_t sum = 0;

	assert_in_range(frame, 42, 9014);
	memset(bytes + POOL_VNET, 2, 12);
	bytes[POOL_VNET + 12] = 8;
	ip[0] = 0x45;
	ip[1] = ecn;
	ip[2] = (uint8_t)((frame - ETHERNET) >> 8);
	ip[3] = (uint8_t)(frame - ETHERNET);
	ip[8] = 64;
	ip[9] = 17;
	ip[12] = ip[16] = 10;
	ip[15] = 1;
	ip[19] = 2;
	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
	sum = ~(sum + (sum >> 16)) & 0xffff;
	ip[10] = (uint8_t)(sum >> 8);
	ip[11] = (uint8_t)sum;
	ip[20] = (uint8_t)(port >> 8);
	ip[21] = (uint8_t)port;
	p = pool_make(&pool, bytes, POOL_VNET + frame);
	assert_true(packet_measure(p));
	return p;
}

/* The sum over an IPv4 header, its checksum included: 0xffff where that is right. */
static unsigned ip_sum(const struct packet *p)
{
	uint32_t sum = 0;

	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)(p->first[IP + i] << 8 | p->first[IP + i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

static void test_pool(void **state)
{
	static const size_t lengths[] = { 24,	184,  185,   1524,  2232,
					  2233, 9024, 18616, 18617, POOL_PACKET_MAX };
	static uint8_t bytes[POOL_PACKET_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
			struct packet *p = pool_make(&pool, bytes, lengths[i]), *copy;
			struct iovec iov[1 + POOL_PARTS];
			size_t n = 0;

			copy = pool_copy(&pool, p);
			pool_give(&pool, p);
			for (int v = 0, vs = packet_iov(copy, iov); v < vs; v++) {
				assert_memory_equal(iov[v].iov_base, bytes + n,
						    iov[v].iov_len);
				n += iov[v].iov_len;
			}
			assert_int_equal(n, lengths[i]);
			for (size_t at = 0; at < n; at += 61)
				assert_int_equal(*packet_byte(copy, at), bytes[at]);
			pool_give(&pool, copy);
		}
	pool_give(&pool, NULL);
}

static void test_measure(void **state)
{
	struct packet *p = udp(60, 1, 0);
	struct virtio_net_hdr h = { .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
				    .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
				    .gso_size = 1000,
				    .csum_start = 34,
				    .csum_offset = 16 };
	static uint8_t super[POOL_VNET + 54 + 2500];

	(void)state;
	assert_int_equal(p->segments, 1);
	assert_int_equal(p->wire_length, 60);
	pool_give(&pool, p);

	memcpy(super, &h, sizeof(h));
	super[IP + 20 + 12] = 5 << 4; /* TCP's header: 20 bytes */
	p = pool_make(&pool, super, sizeof(super));
	assert_true(packet_measure(p));
	assert_int_equal(p->segments, 3);
	assert_int_equal(p->wire_length, 3 * 54 + 2500);
	pool_give(&pool, p);

	/* what no tap says: no size, headers beyond the packet, too short */
	h.gso_size = 0;
	memcpy(super, &h, sizeof(h));
	p = pool_make(&pool, super, sizeof(super));
	assert_false(packet_measure(p));
	pool_give(&pool, p);
	h.gso_size = 1000;
	h.csum_start = 60000;
	memcpy(super, &h, sizeof(h));
	p = pool_make(&pool, super, sizeof(super));
	assert_false(packet_measure(p));
	pool_give(&pool, p);
	p = pool_make(&pool, super, POOL_VNET + 13);
	assert_false(packet_measure(p));
	pool_give(&pool, p);
}

static void test_flow(void **state)
{
	struct packet *a = udp(100, 1, 0), *same = udp(1000, 1, 0),
		      *other = udp(100, 2, 0);

	(void)state;
	assert_int_equal(packet_flow(a, 5), packet_flow(same, 5));
	assert_int_not_equal(packet_flow(a, 5), packet_flow(other, 5));
	assert_int_not_equal(packet_flow(a, 5), packet_flow(a, 6));
	pool_give(&pool, a);
	pool_give(&pool, same);
	pool_give(&pool, other);
}

static void test_mark(void **state)
{
	(void)state;
	for (uint8_t ecn = 0; ecn < 4; ecn++) {
		struct packet *p = udp(100, 1, ecn);

		assert_int_equal(ip_sum(p), 0xffff);
		assert_int_equal(packet_mark(p), ecn != 0);
		assert_int_equal(p->first[IP + 1] & 3, ecn ? 3 : 0);
		assert_int_equal(ip_sum(p), 0xffff);
		pool_give(&pool, p);
	}
	/* IPv6, behind a VLAN tag */
	uint8_t bytes[POOL_VNET + 100] = { 0 };
	struct packet *p;

	bytes[POOL_VNET + 12] = 0x81;
	bytes[POOL_VNET + 16] = 0x86;
	bytes[POOL_VNET + 17] = 0xdd;
	bytes[POOL_VNET + 18] = 0x60;
	p = pool_make(&pool, bytes, sizeof(bytes));
	assert_false(packet_mark(p));
	p->first[POOL_VNET + 19] = 0x20; /* ECT(0) */
	assert_true(packet_mark(p));
	assert_int_equal(p->first[POOL_VNET + 19], 0x30);
	pool_give(&pool, p);
	/* not IP; not whole */
	p = pool_make(&pool, bytes, POOL_VNET + 20);
	assert_false(packet_mark(p));
	pool_give(&pool, p);
}

static void test_checksum(void **state)
{
	struct packet *p = udp(43, 1, 0); /* UDP with one byte */
	struct virtio_net_hdr h = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
				    .csum_start = 34,
				    .csum_offset = 6 };

	(void)state;
	memcpy(p->first, &h, sizeof(h));
	p->first[IP + 26] = 0x12; /* the pseudo-header's sum */
	p->first[IP + 27] = 0x34;
	p->first[IP + 28] = 0xab;
	packet_checksum(p);
	/* ~(0x1234 + port 1 + 0xab00) */
	assert_int_equal(p->first[IP + 26] << 8 | p->first[IP + 27],
			 ~(0x1234 + 1 + 0xab00) & 0xffff);
	assert_int_equal(p->first[0], 0);
	packet_turn_bit(p, 8 * 13 + 2);
	assert_int_equal(p->first[POOL_VNET + 13], 4);
	pool_give(&pool, p);
}

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

static bool sink_take(void *cookie, struct packet *p)
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

static void begin(const struct shape *s)
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
static void until(uint64_t t)
{
	uint64_t due;

	while ((due = direction_due(&sink.d)) <= t) {
		assert_true(due >= sink.now);
		sink.now = due;
		direction_run(&sink.d, due);
	}
	sink.now = t;
}

static void put(struct packet *p)
{
	direction_put(&sink.d, p, sink.now);
}

static void end(void)
{
	direction_free(&sink.d);
}

static void test_plain(void **state)
{
	struct shape none = { 0 };

	(void)state;
	begin(&none);
	assert_true(direction_is_plain(&sink.d));
	put(udp(100, 1, 0));
	assert_int_equal(sink.n, 1);
	assert_true(direction_due(&sink.d) == TIMER_NEVER);
	sink.refuses = true;
	put(udp(100, 1, 0));
	assert_int_equal(direction_stats(&sink.d).packets, 1);
	assert_int_equal(direction_stats(&sink.d).bytes, 100);
	assert_int_equal(direction_stats(&sink.d).refused, 1);
	end();
}

static void test_delay(void **state)
{
	struct shape s = { .delay = 20 * MS };

	(void)state;
	begin(&s);
	for (int i = 0; i < 100; i++) {
		put(udp(100, (uint16_t)i, 0));
		until(sink.now + MS / 3);
	}
	assert_int_equal(direction_stats(&sink.d).flying_packets, 60);
	until(sink.now + S);
	assert_int_equal(sink.n, 100);
	assert_true(sink.least == 20 * MS && sink.most == 20 * MS);
	for (int i = 0; i < 100; i++)
		assert_int_equal(sink.ports[i], i);
	assert_true(direction_due(&sink.d) == TIMER_NEVER);
	assert_int_equal(direction_stats(&sink.d).flying_bytes, 0);
	end();
}

static void test_jitter(void **state)
{
	struct shape s = { .delay = 20 * MS, .jitter = 5 * MS };
	unsigned overtaken = 0;

	(void)state;
	begin(&s);
	for (int i = 0; i < 1000; i++) {
		put(udp(100, (uint16_t)i, 0));
		until(sink.now + MS);
	}
	until(sink.now + S);
	assert_int_equal(sink.n, 1000);
	assert_in_range(sink.least, 15 * MS, 15 * MS + MS / 5);
	assert_in_range(sink.most, 25 * MS - MS / 5, 25 * MS);
	for (int i = 1; i < 1000; i++)
		overtaken += sink.ports[i] < sink.ports[i - 1];
	assert_in_range(overtaken, 100, 900);
	end();
}

/* However late it is called, the rate is kept. */
static void rate_of(uint64_t rate, uint64_t late)
{
	struct shape s = { .rate = rate, .queue = 4000 };
	uint64_t start, ns;

	begin(&s);
	start = sink.now;
	for (int i = 0; i < 3000; i++)
		put(udp(i % 2 ? 1514 : 60, (uint16_t)i, 0));
	while (sink.d.sending) {
		sink.now = direction_due(&sink.d) + late;
		direction_run(&sink.d, sink.now);
	}
	assert_int_equal(sink.n, 3000);
	assert_int_equal(sink.bytes, 1500 * (1514 + 60));
	ns = (uint64_t)((unsigned __int128)sink.bytes * 8 * S / rate);
	assert_in_range(sink.last - start, ns, ns + late + 1);
	end();
}

static void test_rate(void **state)
{
	(void)state;
	rate_of(MBIT, 0);
	rate_of(MBIT, 3 * MS);
	rate_of(7777777, 50 * US);
	rate_of(1000 * MBIT, 0);
	rate_of(1000 * MBIT, 100 * US);
	rate_of(9, 0);
}

static void test_queue_full(void **state)
{
	struct shape s = { .rate = MBIT, .queue = 10 };
	struct wire_stats stats;

	(void)state;
	begin(&s);
	for (int i = 0; i < 100; i++)
		put(udp(100, (uint16_t)i, 0));
	stats = direction_stats(&sink.d);
	/* ten wait, and one is being sent */
	assert_int_equal(stats.backlog_packets, 11);
	assert_int_equal(stats.dropped, 89);
	until(sink.now + S);
	assert_int_equal(sink.n, 11);
	assert_int_equal(direction_stats(&sink.d).backlog_bytes, 0);
	end();
	s = (struct shape){ .rate = MBIT, .queue = 3000, .queue_in_bytes = true };
	begin(&s);
	for (int i = 0; i < 100; i++)
		put(udp(1000, (uint16_t)i, 0));
	assert_int_equal(direction_stats(&sink.d).backlog_packets, 4);
	end();
}

/* The ports that come through, as a set. */
static void send_many(const struct shape *s, int n)
{
	begin(s);
	for (int i = 0; i < n; i++) {
		put(udp(100, (uint16_t)i, 0));
		until(sink.now + US);
	}
	until(sink.now + S);
}

static void test_seeded_loss(void **state)
{
	struct shape s = { .loss = 20 * PERCENT, .has_seed = true, .seed = 5 };
	static uint16_t first[2000];
	unsigned n;

	(void)state;
	send_many(&s, 2000);
	n = sink.n;
	assert_in_range(n, 1500, 1700);
	assert_int_equal(direction_stats(&sink.d).lost, 2000 - n);
	memcpy(first, sink.ports, sizeof(first));
	end();
	/* the same are lost again, and with a delay too */
	s.delay = 3 * MS;
	s.jitter = MS / 10000;
	send_many(&s, 2000);
	assert_int_equal(sink.n, n);
	assert_memory_equal(first, sink.ports, n * sizeof(*first));
	end();
	s.seed = 6;
	send_many(&s, 2000);
	assert_true(sink.n != n || memcmp(first, sink.ports, n * sizeof(*first)) != 0);
	end();
}

static void test_duplicate_reorder_corrupt(void **state)
{
	struct shape s = { .duplicate = 10 * PERCENT };
	struct wire_stats stats;
	unsigned overtaken = 0;

	(void)state;
	send_many(&s, 2000);
	assert_in_range(sink.n, 2150, 2250);
	assert_int_equal(direction_stats(&sink.d).duplicated, sink.n - 2000);
	end();
	s = (struct shape){ .delay = MS, .reorder = 10 * PERCENT };
	send_many(&s, 2000);
	stats = direction_stats(&sink.d);
	assert_in_range(stats.reordered, 150, 250);
	assert_int_equal(sink.n, 2000);
	assert_true(sink.least == 0 && sink.most == MS);
	for (int i = 1; i < 2000; i++)
		overtaken += sink.ports[i] < sink.ports[i - 1];
	assert_in_range(overtaken, 100, 250);
	end();
	s = (struct shape){ .corrupt = 10 * PERCENT };
	send_many(&s, 2000);
	assert_in_range(direction_stats(&sink.d).corrupted, 150, 250);
	assert_int_equal(sink.n, 2000);
	end();
}

static void test_slots(void **state)
{
	struct shape s = { .slot_min = 10 * MS, .slot_max = 20 * MS };
	unsigned bunches = 1;

	(void)state;
	begin(&s);
	for (int i = 0; i < 1000; i++) {
		put(udp(100, (uint16_t)i, 0));
		until(sink.now + MS);
	}
	until(sink.now + S);
	assert_int_equal(sink.n, 1000);
	for (int i = 1; i < 1000; i++) {
		uint64_t apart = sink.times[i] - sink.times[i - 1];

		if (apart) {
			assert_in_range(apart, 10 * MS, 20 * MS);
			bunches++;
		}
		assert_int_equal(sink.ports[i], i);
	}
	assert_in_range(bunches, 50, 101);
	end();
}

static void test_line_is_bounded(void **state)
{
	struct shape s = { .rate = 10 * MBIT, .delay = 10 * MS };
	struct sink *k = &sink;

	(void)state;
	begin(&s);
	/* a legitimate load of small packets is not dropped, … */
	for (int i = 0; i < 2000; i++) {
		put(udp(60, 1, 0));
		until(sink.now + 48 * US);
	}
	assert_int_equal(direction_stats(&k->d).dropped, 0);
	/* … but what is on the way never takes more than it may */
	assert_true(k->d.line_memory <= k->d.line_memory_max);
	k->d.line_memory_max = 4096;
	for (int i = 0; i < 100; i++) {
		put(udp(60, 1, 0));
		until(sink.now + 48 * US);
		assert_true(k->d.line_memory <= 60000);
	}
	assert_true(direction_stats(&k->d).dropped > 0);
	end();
}

static void test_reshape(void **state)
{
	struct shape slow = { .rate = 8000, .queue = 100 }, fast = { .rate = 100 * MBIT },
		     late = { .delay = 100 * MS }, none = { 0 };

	(void)state;
	begin(&slow);
	for (int i = 0; i < 50; i++)
		put(udp(1000, (uint16_t)i, 0));
	until(sink.now + 100 * MS);
	assert_int_equal(sink.n, 0);
	/* those that wait go at the new rate, also the one that is being sent */
	direction_set(&sink.d, &fast, MTU, 1, sink.now);
	until(sink.now + 50 * 81 * US);
	assert_int_equal(sink.n + direction_stats(&sink.d).dropped, 50);
	assert_true(sink.n >= 16);
	end();

	begin(&slow);
	for (int i = 0; i < 50; i++)
		put(udp(1000, (uint16_t)i, 0));
	direction_set(&sink.d, &none, MTU, 1, sink.now);
	assert_int_equal(sink.n, 50);
	for (int i = 0; i < 50; i++)
		assert_int_equal(sink.ports[i], i);
	/* a second that was being sent does not count for the next rate */
	direction_set(&sink.d, &fast, MTU, 1, sink.now);
	put(udp(1000, 1, 0));
	until(sink.now + 81 * US);
	assert_int_equal(sink.n, 51);
	/* those on the way keep their time */
	direction_set(&sink.d, &late, MTU, 1, sink.now);
	put(udp(100, 7, 0));
	direction_set(&sink.d, &none, MTU, 1, sink.now);
	assert_int_equal(sink.n, 51);
	until(sink.now + 100 * MS);
	assert_int_equal(sink.n, 52);
	end();
}

static void test_super(void **state)
{
	struct shape s = { 0 };

	(void)state;
	assert_true(direction_takes_super(&s, MTU));
	s.delay = MS;
	assert_true(direction_takes_super(&s, MTU));
	s.rate = 1000 * MBIT;
	assert_true(direction_takes_super(&s, MTU));
	s.queue = 20;
	assert_false(direction_takes_super(&s, MTU));
	s = (struct shape){ .rate = 100 * MBIT };
	assert_false(direction_takes_super(&s, MTU));
	assert_true(direction_takes_unsummed(&s));
	s = (struct shape){ .loss = 1 };
	assert_false(direction_takes_super(&s, MTU));
	s = (struct shape){ .corrupt = 1 };
	assert_false(direction_takes_super(&s, MTU));
	assert_false(direction_takes_unsummed(&s));
}

/* Bytes of any kind: headers that lie, of any length, under every shape. */
static void test_random_packets(void **state)
{
	static const struct shape shapes[] = {
		{ .rate = 100 * MBIT, .aqm = SHAPE_CODEL, .ecn = true, .queue = 64 },
		{ .rate = 100 * MBIT, .aqm = SHAPE_FQ_CODEL, .ecn = true, .queue = 64 },
		{ .rate = 100 * MBIT, .aqm = SHAPE_RED, .ecn = true, .queue = 64 },
		{ .rate = 100 * MBIT, .aqm = SHAPE_PIE, .ecn = true, .queue = 64 },
		{ .corrupt = SHAPE_CERTAIN, .duplicate = 10 * PERCENT },
	};
	static uint8_t bytes[POOL_PACKET_MAX];
	struct chance c;

	(void)state;
	chance_seed(&c, 11, 0);
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		uint64_t put_in = 0;
		struct wire_stats stats;

		begin(&shapes[i]);
		for (int n = 0; n < 4000; n++) {
			size_t most = n % 50 ? 200 : sizeof(bytes);
			size_t length = 1 + chance_below(&c, most);
			static const uint8_t types[] = { 0x08, 0x00, 0x86, 0xdd,
							 0x81, 0x00, 0x88, 0xa8 };
			struct packet *p;

			for (size_t b = 0; b < length && b < 256; b++)
				bytes[b] = (uint8_t)chance_next(&c);
			/* often such that more is looked at */
			if (n % 4) {
				bytes[1] = (uint8_t)(n % 3 ? 0 : n % 6);
				bytes[6] %= 128;
				bytes[7] = 0;
			}
			memcpy(bytes + POOL_VNET + 12, types + 2 * chance_below(&c, 4),
			       2);
			if (n % 3 == 0)
				bytes[IP] = n % 2 ? 0x45 : 0x60;
			p = pool_make(&pool, bytes, length);
			if (packet_measure(p)) {
				put_in += p->segments;
				put(p);
			} else {
				pool_give(&pool, p);
			}
			until(sink.now + US);
		}
		until(sink.now + 1000 * S);
		stats = direction_stats(&sink.d);
		assert_true(put_in > 1000);
		assert_true(stats.packets + stats.dropped == put_in + stats.duplicated);
		assert_true(stats.backlog_bytes == 0 && stats.flying_bytes == 0);
		end();
	}
}

/* ---- queues under load ---- */

/* Half as much again as the link takes for so long, of one flow or several. */
static void load(struct shape s, uint64_t ns, int flows, uint8_t ecn)
{
	const uint64_t gap = 1514 * 8 * S / s.rate * 2 / 3;
	uint64_t stop;
	int i = 0;

	begin(&s);
	for (stop = sink.now + ns; sink.now < stop; i++) {
		put(udp(1514, (uint16_t)(i % flows), ecn));
		until(sink.now + gap);
	}
}

static void test_codel(void **state)
{
	struct shape s = { .rate = 10 * MBIT, .aqm = SHAPE_CODEL, .queue = 1000 };

	(void)state;
	/* nothing is dropped before the wait was long for an interval */
	load(s, 100 * MS, 1, 0);
	assert_int_equal(direction_stats(&sink.d).dropped, 0);
	end();
	load(s, 4 * S, 1, 0);
	assert_in_range(direction_stats(&sink.d).backlog_packets, 990, 1001);
	end();
	/* a flow that does not respond is held in the end: drops come ever faster */
	load(s, 14 * S, 1, 0);
	assert_in_range(direction_stats(&sink.d).backlog_packets, 1, 400);
	end();
	s.ecn = true;
	load(s, 5 * S, 1, 2);
	assert_true(direction_stats(&sink.d).marked > 50);
	until(sink.now + 2 * S);
	assert_int_equal(direction_stats(&sink.d).marked, sink.marked);
	end();
	/* below the rate it never drops */
	s.ecn = false;
	begin(&s);
	for (int i = 0; i < 5000; i++) {
		put(udp(1514, 1, 0));
		until(sink.now + 1300 * US);
	}
	assert_int_equal(direction_stats(&sink.d).dropped, 0);
	end();
}

static void test_fq_codel(void **state)
{
	struct shape s = { .rate = 10 * MBIT, .aqm = SHAPE_FQ_CODEL, .queue = 1000 };
	uint64_t most = 0, share = 0;
	unsigned heavy = 0;

	(void)state;
	/* a heavy flow and a thin one: the thin one never waits long */
	begin(&s);
	for (int i = 0; i < 5000; i++) {
		put(udp(1514, 1, 0));
		if (i % 10 == 0)
			put(udp(100, 2, 0));
		until(sink.now + 800 * US);
	}
	until(sink.now + 2 * S);
	for (unsigned i = 0; i < sink.n; i++) {
		share += sink.ports[i] == 2;
		heavy += sink.ports[i] == 1;
	}
	assert_int_equal(share, 500);
	assert_true(heavy < 5000);
	end();
	/* full: the fattest flow pays */
	s.queue = 50;
	begin(&s);
	put(udp(1514, 9, 0));
	put(udp(1514, 3, 0));
	for (int i = 0; i < 500; i++) {
		put(udp(1514, 1, 0));
		most = sink.d.queue.packets > most ? sink.d.queue.packets : most;
	}
	assert_true(most <= 50);
	assert_true(direction_stats(&sink.d).dropped > 400);
	until(sink.now + S);
	for (unsigned i = 0; i < sink.n; i++)
		heavy += sink.ports[i] == 3 ? 1000000U : 0U;
	assert_true(heavy >= 1000000);
	end();
	/* many flows, that empty and come again */
	s.queue = 1000;
	load(s, S, 700, 0);
	until(sink.now + 3 * S);
	assert_int_equal(direction_stats(&sink.d).backlog_packets, 0);
	put(udp(1514, 9, 0));
	until(sink.now + S);
	assert_int_equal(direction_stats(&sink.d).backlog_packets, 0);
	end();
}

static void test_red(void **state)
{
	struct shape s = { .rate = 10 * MBIT, .aqm = SHAPE_RED, .queue = 200 };
	struct wire_stats stats;

	(void)state;
	load(s, 20 * S, 1, 0);
	stats = direction_stats(&sink.d);
	/* a third must go; the average is held, not the limit reached */
	assert_true(stats.dropped > 3000);
	assert_in_range(stats.backlog_packets, 20, 199);
	end();
	s.ecn = true;
	load(s, 2 * S, 1, 1);
	assert_true(direction_stats(&sink.d).marked > 20);
	end();
}

static void test_pie(void **state)
{
	struct shape s = { .rate = 10 * MBIT, .aqm = SHAPE_PIE, .queue = 1000 };
	struct wire_stats stats;

	(void)state;
	/* a burst passes */
	begin(&s);
	for (int i = 0; i < 100; i++)
		put(udp(1514, 1, 0));
	assert_int_equal(direction_stats(&sink.d).dropped, 0);
	end();
	load(s, 20 * S, 1, 0);
	stats = direction_stats(&sink.d);
	assert_true(stats.dropped > 3000);
	/* the wait comes to its reference: 15 ms are 12 packets */
	assert_in_range(stats.backlog_packets, 3, 60);
	end();
	s.ecn = true;
	load(s, 2 * S, 1, 1);
	assert_true(direction_stats(&sink.d).marked > 2);
	end();
}

static void test_refused_shapes(void **state)
{
	struct err e = ERR_INIT;
	struct shape s = { .rate = MBIT, .aqm = SHAPE_CAKE };

	(void)state;
	assert_int_equal(direction_check(&s, MTU, &e), -EOPNOTSUPP);
	assert_string_equal(e.msg, "a link in user space has no queue of kind cake");
	assert_non_null(e.hint);
	s.aqm = 77;
	assert_int_equal(direction_check(&s, MTU, &e), -EINVAL);
	s = (struct shape){ .loss = SHAPE_CERTAIN + 1 };
	assert_int_equal(direction_check(&s, MTU, &e), -ERANGE);
	s = (struct shape){ .delay = UINT64_MAX };
	assert_int_equal(direction_check(&s, MTU, &e), -ERANGE);
	s = (struct shape){ .rate = UINT64_MAX };
	assert_int_equal(direction_check(&s, MTU, &e), -ERANGE);
	s = (struct shape){ .rate = MBIT, .queue = UINT64_MAX };
	assert_int_equal(direction_check(&s, MTU, &e), -ERANGE);
	s = (struct shape){ .delay = 1, .jitter = 1, .distribution = 3 };
	assert_int_equal(direction_check(&s, MTU, &e), -EINVAL);
	s = (struct shape){ .delay = 1 };
	assert_int_equal(direction_check(&s, 10, &e), -ERANGE);
	assert_int_equal(direction_check(&s, 100000, &e), -ERANGE);
	assert_int_equal(direction_check(&s, MTU, &e), 0);
	err_clear(&e);
}

/* ---- messages ---- */

static void test_messages(void **state)
{
	struct {
		struct wire_header h;
		uint8_t body[600];
	} m = { .h = { WIRE_MAGIC, WIRE_VERSION, WIRE_DELETE, 7, 0 } };
	const size_t header = sizeof(m.h);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(wire_request_check(&m, header, 0, &e), 0);
	for (size_t n = 0; n < header; n++)
		assert_int_equal(wire_request_check(&m, n, 0, &e), -EPROTO);
	assert_int_equal(wire_request_check(&m, header + 1, 0, &e), -EPROTO);
	assert_int_equal(wire_request_check(&m, header, 1, &e), -EINVAL);
	m.h.length = 4;
	assert_int_equal(wire_request_check(&m, header, 0, &e), -EPROTO);
	assert_int_equal(wire_request_check(&m, header + 4, 0, &e), -EINVAL);
	m.h.op = WIRE_MTU;
	assert_int_equal(wire_request_check(&m, header + 4, 0, &e), 0);
	m.h.op = WIRE_QUIT + 1;
	assert_int_equal(wire_request_check(&m, header + 4, 0, &e), -EOPNOTSUPP);
	m.h.op = WIRE_ADD;
	m.h.length = sizeof(struct wire_add);
	assert_int_equal(wire_request_check(&m, header + m.h.length, 2, &e), 0);
	assert_int_equal(wire_request_check(&m, header + m.h.length, 1, &e), -EINVAL);
	m.h.version++;
	assert_int_equal(wire_request_check(&m, header + m.h.length, 2, &e), -EPROTO);
	assert_non_null(e.hint);
	m.h.version--;
	m.h.magic++;
	assert_int_equal(wire_request_check(&m, header + m.h.length, 2, &e), -EPROTO);
	err_clear(&e);
}

static void test_shape_message(void **state)
{
	struct shape s = { .rate = 1,
			   .delay = 2,
			   .jitter = 3,
			   .distribution = 2,
			   .loss = 4,
			   .loss_correlation = 5,
			   .burst_begin = 6,
			   .burst_end = 7,
			   .duplicate = 8,
			   .reorder = 9,
			   .corrupt = 10,
			   .aqm = 2,
			   .queue = 11,
			   .slot_min = 12,
			   .slot_max = 13,
			   .seed = 14,
			   .queue_in_bytes = true,
			   .ecn = true,
			   .has_seed = true,
			   .unknown = false },
		     back = { 0 };
	struct wire_shape w = wire_shape_pack(&s);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(wire_shape_unpack(&w, &back, &e), 0);
	assert_true(shape_same(&s, &back));
	w.flags = 8;
	assert_int_equal(wire_shape_unpack(&w, &back, &e), -EINVAL);
	assert_true(shape_same(&s, &back));
	err_clear(&e);
}

static int tear_down(void **state)
{
	(void)state;
	pool_free(&pool);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pool),
		cmocka_unit_test(test_measure),
		cmocka_unit_test(test_flow),
		cmocka_unit_test(test_mark),
		cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_seeds),
		cmocka_unit_test(test_distributions),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_jitter),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_queue_full),
		cmocka_unit_test(test_seeded_loss),
		cmocka_unit_test(test_duplicate_reorder_corrupt),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_line_is_bounded),
		cmocka_unit_test(test_reshape),
		cmocka_unit_test(test_super),
		cmocka_unit_test(test_random_packets),
		cmocka_unit_test(test_codel),
		cmocka_unit_test(test_fq_codel),
		cmocka_unit_test(test_red),
		cmocka_unit_test(test_pie),
		cmocka_unit_test(test_refused_shapes),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_shape_message),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, tear_down);
}
