/*
 * test_ping.c — pings between real namespaces: h1 - r1 - h2, and a LAN of
 * more hosts than the kernel's neighbour table has room for.
 */
#include "ping_net.h"

/* ---- asking ---- */

static struct ping one(uint32_t from, const char *to, uint64_t timeout_ns)
{
	struct ping p = { .from = from, .to = address(to) };
	struct err e = ERR_INIT;

	must(ping_run(&net, &p, 1, 0, timeout_ns, NULL, NULL, NULL, &e), &e);
	return p;
}

static void test_answered(void **state)
{
	struct ping p;

	(void)state;
	p = one(h1, "10.1.0.2", 2000 * MS);
	assert_int_equal(p.outcome, PING_ANSWERED);
	assert_in_range(p.rtt_ns, 1, 2000 * MS);
	assert_string_equal(p.why, "");
	assert_int_equal(one(h1, "10.0.0.2", 2000 * MS).outcome, PING_ANSWERED);
	assert_int_equal(one(h1, "fd00::1", 2000 * MS).outcome, PING_ANSWERED);
	assert_int_equal(one(r1, "fd00::2", 2000 * MS).outcome, PING_ANSWERED);
}

static void test_refused(void **state)
{
	struct ping p;

	(void)state;
	p = one(h1, "10.99.0.1", 2000 * MS);
	assert_int_equal(p.outcome, PING_UNREACHABLE);
	assert_string_equal(p.why, "Destination Net Unreachable from 10.0.0.1");
	p = one(h1, "10.7.0.1", 2000 * MS);
	assert_int_equal(p.outcome, PING_UNREACHABLE);
	assert_string_equal(p.why, "Packet Filtered from 10.0.0.1");
	p = one(h1, "10.8.0.1", 2000 * MS);
	assert_int_equal(p.outcome, PING_UNREACHABLE);
	assert_non_null(strstr(p.why, "Time To Live Exceeded from 10."));
	p = one(h1, "fd99::1", 2000 * MS);
	assert_int_equal(p.outcome, PING_UNREACHABLE);
	assert_string_equal(p.why, "No Route from fd00::1");
	/* nobody has it: the node itself says so when ARP has failed */
	p = one(h1, "10.0.0.77", 5000 * MS);
	assert_int_equal(p.outcome, PING_UNREACHABLE);
	assert_string_equal(p.why, "Destination Host Unreachable from 10.0.0.2");
}

static void test_not_sent(void **state)
{
	struct ping p;

	(void)state;
	p = one(alone, "10.0.0.1", 2000 * MS);
	assert_int_equal(p.outcome, PING_NOT_SENT);
	assert_string_equal(p.why, "Network is unreachable");
	p = one(h1, "10.0.0.255", 2000 * MS); /* broadcast without SO_BROADCAST */
	assert_int_equal(p.outcome, PING_NOT_SENT);
	assert_string_equal(p.why, "Permission denied");
	p = (struct ping){ .from = h1 }; /* no address */
	assert_int_equal(ping_run(&net, &p, 1, 1, MS, NULL, NULL, NULL, NULL), 0);
	assert_int_equal(p.outcome, PING_NOT_SENT);
}

static void test_lost(void **state)
{
	struct ping p;

	(void)state;
	p = one(r1, "10.1.0.77", 20 * MS);
	assert_int_equal(p.outcome, PING_LOST);
	assert_string_equal(p.why, "");
}

static void count(const struct ping *p, void *cookie)
{
	unsigned *n = cookie;

	n[p->outcome]++;
}

/* Refusals among answers go to the pings they are about. */
static void test_mixed(void **state)
{
	static struct ping p[600];
	unsigned n[4] = { 0 };
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		p[i] = (struct ping){
			.from = i % 3 == 2 ? alone : h1,
			.to = address(i % 3 == 0 ? "10.1.0.2" : "10.8.0.1"),
		};
	must(ping_run(&net, p, ARRAY_LEN(p), 50, 5000 * MS, count, n, NULL, &e), &e);
	assert_int_equal(n[PING_ANSWERED], 200);
	assert_int_equal(n[PING_NOT_SENT], 200);
	assert_int_equal(n[PING_UNREACHABLE], 200);
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		assert_true((p[i].outcome == PING_ANSWERED) == (i % 3 == 0));
}

static size_t all_pairs(struct ping *p)
{
	size_t n = 0;

	for (unsigned a = 0; a < LAN_HOSTS; a++)
		for (unsigned b = 0; b < LAN_HOSTS; b++)
			if (a != b)
				p[n++] = (struct ping){
					.from = lan[a],
					.to = { AF_INET,
						32,
						{ 10, 5, 0, (uint8_t)(b + 1) } },
				};
	return n;
}

static void assert_all_answered(unsigned parallel)
{
	static struct ping p[LAN_HOSTS * LAN_HOSTS];
	size_t n = all_pairs(p);
	unsigned outcomes[4] = { 0 };
	struct err e = ERR_INIT;

	must(ping_run(&net, p, n, parallel, 5000 * MS, count, outcomes, NULL, &e), &e);
	assert_int_equal(outcomes[PING_ANSWERED], n);
	for (size_t i = 0; i < n; i++)
		assert_in_range(p[i].rtt_ns, 1, 5000 * MS);
}

static void test_more_than_the_neighbour_table(void **state)
{
	(void)state;
	assert_all_answered(500);
	assert_all_answered(3);
}

static void test_few_descriptors(void **state)
{
	struct rlimit was, few;
	int used;

	(void)state;
	used = dup(0);
	assert_true(used >= 0);
	close(used);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	few = was;
	/* home, epoll, a namespace being entered, and three sockets */
	few.rlim_cur = (rlim_t)used + 6;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_all_answered(100);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
}

/* ---- stopping, and what is an error ---- */

static bool yes(void *cookie)
{
	(void)cookie;
	return true;
}

static void note_progress(void *cookie, const char *what, size_t done, size_t total)
{
	assert_string_equal(what, "pinging");
	assert_true(done <= total);
	(*(unsigned *)cookie)++;
}

static void test_interrupted(void **state)
{
	struct ping p[2] = { { .from = r1, .to = address("10.1.0.77") },
			     { .from = r1, .to = address("10.1.0.78") } };
	struct hooks hooks = { .interrupted = yes };
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(ping_run(&net, p, 2, 1, 60000 * MS, NULL, NULL, &hooks, &e),
			 -EINTR);
	assert_string_equal(e.msg, "interrupted after 0 of 2 pings");
	assert_int_equal(p[1].outcome, PING_NOT_SENT);
	err_clear(&e);
}

static void test_progress(void **state)
{
	struct ping p = { .from = r1, .to = address("10.1.0.77") };
	unsigned calls = 0;
	struct hooks hooks = { .progress = note_progress, .cookie = &calls };

	(void)state;
	assert_int_equal(ping_run(&net, &p, 1, 1, 300 * MS, NULL, NULL, &hooks, NULL), 0);
	assert_in_range(calls, 1, 10);
}

static void test_errors(void **state)
{
	struct ping p = { .from = 4000000, .to = address("10.0.0.1") };
	struct err e = ERR_INIT;
	uint32_t gone;

	(void)state;
	assert_int_equal(ping_run(&net, &p, 0, 1, MS, NULL, NULL, NULL, &e), 0);
	assert_int_equal(ping_run(&net, &p, 1, 1, MS, NULL, NULL, NULL, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "4000000"));
	/* a namespace that somebody removed */
	gone = add_node(NODE_HOST, "gone");
	cleanup_free char *path = mem_printf("%s/ns/gone", top);
	must(netns_unpin(path, &e), &e);
	p.from = gone;
	assert_int_equal(ping_run(&net, &p, 1, 1, MS, NULL, NULL, NULL, &e), -ENOENT);
	assert_string_equal(e.msg, "gone: open its namespace: No such file or directory");
	assert_non_null(e.hint);
	assert_int_equal(ping_run(&net, &p, 1, 1, MS, NULL, NULL, NULL, NULL), -ENOENT);
	err_clear(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answered),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_not_sent),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_more_than_the_neighbour_table),
		cmocka_unit_test(test_few_descriptors),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_errors),
	};

	struct err e = ERR_INIT;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	/* everything happens in namespaces of our own, so whatever ends us cleans up */
	if (rootless_unshare(&e) < 0) {
		fprintf(stderr, "SKIPPED: no namespaces here: %s\n", e.msg);
		err_clear(&e);
		return getenv("ESPALIER_MUST_RUN") ? 1 : (puts("1..0 # SKIP"), 0);
	}
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
