/*
 * test_wire_direction.c — one direction of a link in user space: its queue, rate,
 * delay and chance. Time is simulated.
 */
#include "wire_direction.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
		cmocka_unit_test(test_refused_shapes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, tear_down);
}
