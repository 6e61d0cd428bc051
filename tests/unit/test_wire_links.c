/*
 * test_wire_links.c — links in user space between two real namespaces: packets
 * through tap devices, shapes in force; a TCP transfer shows that super-packets and
 * checksums are right.
 */
#include "wire_net.h"

static void test_both_ways(void **state)
{
	struct heard a = { 0 }, b = { 0 };
	struct wire_stats s;

	(void)state;
	add(&none);
	for (uint32_t i = 0; i < 100; i++) {
		send_frame(0, i, 60 + i);
		send_frame(1, i, 1514);
	}
	sandbox_until(heard_at(0, &a) >= 100 && heard_at(1, &b) >= 100);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(a.times[i], 1);
		assert_int_equal(b.times[i], 1);
	}
	s = stats(1);
	assert_int_equal(s.packets, 100);
	assert_int_equal(s.bytes, 100 * 1514);
	assert_int_equal(s.dropped + s.lost + s.refused, 0);
	remove_link();
}

static void test_delay(void **state)
{
	struct shape s = { .delay = 30 * MS };
	struct heard b = { 0 };

	(void)state;
	forget();
	add(&s);
	for (uint32_t i = 0; i < 100; i++)
		send_frame(0, i, 100);
	sandbox_until(heard_at(1, &b) >= 100);
	assert_true(b.least >= 30 * MS);
	assert_true(b.most < 5000 * MS);
	assert_int_equal(stats(0).flying_packets, 0);
	remove_link();
}

static void test_rate(void **state)
{
	struct shape s = { .rate = 10 * MBIT, .queue = 1000 };
	struct heard b = { 0 };
	int64_t start;

	(void)state;
	forget();
	add(&s);
	start = now_ns();
	for (uint32_t i = 0; i < 200; i++)
		send_frame(0, i, 1250);
	sandbox_until(heard_at(1, &b) >= 200);
	/* a millisecond each */
	assert_true(b.last - start >= 200 * MS);
	assert_true(b.last - start < 10000 * MS);
	remove_link();
}

static void test_queue(void **state)
{
	struct shape s = { .rate = MBIT, .queue = 20 };
	struct wire_stats st;

	(void)state;
	forget();
	add(&s);
	for (uint32_t i = 0; i < 300; i++)
		send_frame(0, i, 1250);
	sandbox_until(done(stats(0)) == 300);
	st = stats(0);
	assert_true(st.dropped >= 200 && st.packets >= 21);
	assert_int_equal(st.backlog_packets, 0);
	remove_link();
}

static void lose(struct heard *h)
{
	uint64_t before = done(stats(0));

	for (uint32_t i = 0; i < 500; i++)
		send_frame(0, i, 100);
	sandbox_until(heard_at(1, h) + 1 > 0 && done(stats(0)) - before == 500);
	/* what was written to a tap is in the socket */
	listen_to(1, h);
}

static void test_loss(void **state)
{
	struct shape s = { .loss = 20 * PERCENT, .has_seed = true, .seed = 3 };
	struct heard first = { 0 }, again = { 0 };

	(void)state;
	forget();
	add(&s);
	lose(&first);
	assert_in_range(first.n, 350, 450);
	assert_int_equal(stats(0).lost, 500 - first.n);
	/* the same seed set again loses the same, also with another delay */
	s.delay = MS;
	shape(&s);
	lose(&again);
	assert_int_equal(first.n, again.n);
	assert_memory_equal(first.times, again.times, sizeof(first.times));
	remove_link();
}

static void test_reshape_under_traffic(void **state)
{
	const struct shape shapes[] = {
		{ .rate = 20 * MBIT },
		{ .delay = 2 * MS, .jitter = MS },
		{ .rate = 50 * MBIT, .aqm = SHAPE_FQ_CODEL, .ecn = true },
		{ .loss = 10 * PERCENT, .duplicate = PERCENT },
		{ .rate = 5 * MBIT, .aqm = SHAPE_PIE },
		{ .delay = 3 * MS, .reorder = 10 * PERCENT, .corrupt = PERCENT },
		{ .rate = 10 * MBIT, .aqm = SHAPE_RED },
		{ .slot_min = MS, .slot_max = 2 * MS },
		{ .rate = 10 * MBIT, .aqm = SHAPE_CODEL, .delay = MS },
		{ 0 },
	};
	struct heard b = { 0 };
	struct wire_stats s;

	(void)state;
	forget();
	add(&none);
	for (uint32_t round = 0; round < 100; round++) {
		shape(&shapes[round % ARRAY_LEN(shapes)]);
		for (uint32_t i = 0; i < 20; i++)
			send_frame(0, i, round % 2 ? 1514 : 100);
		listen_to(1, &b);
	}
	sandbox_until(stats(0).flying_packets == 0 && stats(0).backlog_packets == 0 &&
		      done(stats(0)) >= 2000);
	s = stats(0);
	assert_int_equal(done(s), 2000 + s.duplicated);
	assert_true(s.packets > 500 && s.duplicated + s.lost + s.corrupted > 0);
	/* and it is a plain link again */
	forget();
	memset(&b, 0, sizeof(b));
	send_frame(0, 5, 100);
	sandbox_until(heard_at(1, &b) >= 1);
	assert_int_equal(b.times[5], 1);
	remove_link();
}

static int tcp_socket(int at)
{
	int fd;

	assert_int_equal(netns_enter(side[at].ns), 0);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(netns_enter(home), 0);
	assert_true(fd >= 0);
	return fd;
}

static uint8_t byte_at(size_t at)
{
	return (uint8_t)(at * 31 + at / 1021);
}

/* Sends that many bytes by TCP from side 0 to side 1, and compares them. */
static void transfer(size_t total)
{
	static uint8_t out[65536], in[65536];
	struct sockaddr_in sa = { .sin_family = AF_INET,
				  .sin_port = htons(7000),
				  .sin_addr.s_addr = htonl(0x0a000002) };
	cleanup_close int door = tcp_socket(1), to = tcp_socket(0), from = -1;
	long long end = sandbox_now_ms() + 3 * SANDBOX_DEADLINE_MS;
	const int on = 1;
	size_t sent = 0, got = 0;

	assert_int_equal(setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	assert_int_equal(bind(door, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(door, 1), 0);
	assert_int_equal(connect(to, (struct sockaddr *)&sa, sizeof(sa)), 0);
	from = accept4(door, NULL, NULL, SOCK_CLOEXEC);
	assert_true(from >= 0);
	while (got < total) {
		struct pollfd fds[] = { { from, POLLIN, 0 },
					{ to, sent < total ? POLLOUT : 0, 0 } };
		ssize_t n;

		assert_true(poll(fds, 2, 1000) >= 0);
		if (sandbox_now_ms() > end)
			fail_msg("%zu of %zu bytes came in time", got, total);
		if (fds[1].revents & POLLOUT) {
			size_t now = total - sent < sizeof(out) ? total - sent
								: sizeof(out);

			for (size_t i = 0; i < now; i++)
				out[i] = byte_at(sent + i);
			n = send(to, out, now, MSG_DONTWAIT | MSG_NOSIGNAL);
			assert_true(n > 0 || errno == EAGAIN);
			sent += n > 0 ? (size_t)n : 0;
		}
		n = recv(from, in, sizeof(in), MSG_DONTWAIT);
		assert_true(n > 0 || (n < 0 && errno == EAGAIN));
		for (ssize_t i = 0; i < n; i++)
			if (in[i] != byte_at(got + (size_t)i))
				fail_msg("byte %zu is another", got + (size_t)i);
		got += n > 0 ? (size_t)n : 0;
	}
}

static void test_tcp(void **state)
{
	struct shape s = { .delay = MS };
	struct wire_stats st;
	uint64_t before;

	(void)state;
	add(&none);
	transfer(TRANSFER);
	st = stats(0);
	/* headers of each frame are counted, however few super-packets they came in */
	assert_true(st.bytes >= TRANSFER + TRANSFER / 1460 * 66);
	assert_true(st.packets >= TRANSFER / 1460);
	shape(&s);
	transfer(TRANSFER);
	s = (struct shape){ .rate = 600 * MBIT, .delay = MS };
	shape(&s);
	transfer(TRANSFER);
	/* packets of the MTU, from here on */
	s = (struct shape){ .rate = 200 * MBIT, .aqm = SHAPE_FQ_CODEL };
	shape(&s);
	transfer(TRANSFER);
	s = (struct shape){ .loss = PERCENT / 10, .duplicate = PERCENT, .delay = MS };
	shape(&s);
	transfer(TRANSFER / 4);
	/* a bit that was turned does not get through: checksums are made before */
	s = (struct shape){ .corrupt = 2 * PERCENT };
	shape(&s);
	before = stats(0).packets;
	transfer(TRANSFER / 4);
	st = stats(0);
	/* each frame came by itself */
	assert_true(st.packets - before >= TRANSFER / 4 / 1460);
	assert_true(st.corrupted > 3);
	/* and super-packets again */
	shape(&none);
	transfer(TRANSFER);
	remove_link();
}

static int tests(void)
{
	const struct CMUnitTest list[] = {
		cmocka_unit_test_teardown(test_both_ways, clean),
		cmocka_unit_test_teardown(test_delay, clean),
		cmocka_unit_test_teardown(test_rate, clean),
		cmocka_unit_test_teardown(test_queue, clean),
		cmocka_unit_test_teardown(test_loss, clean),
		cmocka_unit_test_teardown(test_reshape_under_traffic, clean),
		cmocka_unit_test_teardown(test_tcp, clean),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (taps_missing())
		return 0;
	return cmocka_run_group_tests(list, set_up, tear_down);
}

int main(void)
{
	return sandbox_run(tests);
}
