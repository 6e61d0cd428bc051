/*
 * test_wire_aqm.c — the queues of links in user space under load: codel, fq_codel, red,
 * pie.
 */
#include "wire_direction.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_codel),
		cmocka_unit_test(test_fq_codel),
		cmocka_unit_test(test_red),
		cmocka_unit_test(test_pie),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, tear_down);
}
