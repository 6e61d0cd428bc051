/*
 * test_space.c — dumps of a namespace that the kernel cuts short, keeps cutting short, or
 * refuses: a socket pair with a thread at its other end stands for the kernel.
 */
#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "stat/space.h"

enum { IFINDEX = 1000, SECOND = 1000000000 };

/* What the kernel would say. */
static struct {
	int fd;
	pthread_t thread;
	unsigned interruptions; /* of dumps that follow */
	int refusal;		/* errno of all that follow */
	uint64_t packets;
	unsigned ifaces, backlog;
	bool htb;
	unsigned asked[RTM_MAX]; /* by type of request */
} kernel;

struct message {
	char bytes[4096];
	size_t n;
};

static void add(struct message *m, const void *data, size_t n)
{
	memcpy(m->bytes + m->n, data, n);
	m->n += NLMSG_ALIGN(n);
}

static size_t begin(struct message *m, uint16_t type, const struct nlmsghdr *question,
		    uint16_t flags, const void *header, size_t n)
{
	struct nlmsghdr h = { .nlmsg_type = type,
			      .nlmsg_flags = NLM_F_MULTI | flags,
			      .nlmsg_seq = question->nlmsg_seq };
	size_t at = m->n;

	add(m, &h, sizeof(h));
	add(m, header, n);
	return at;
}

static void attribute(struct message *m, uint16_t type, const void *data, size_t n)
{
	struct nlattr a = { .nla_len = (uint16_t)(sizeof(a) + n), .nla_type = type };

	add(m, &a, sizeof(a));
	add(m, data, n);
}

static void end(struct message *m, size_t at)
{
	((struct nlmsghdr *)(void *)(m->bytes + at))->nlmsg_len = (uint32_t)(m->n - at);
}

static void add_iface(struct message *m, const struct nlmsghdr *q, int ifindex)
{
	struct rtnl_link_stats64 s = { .tx_packets = kernel.packets,
				       .tx_bytes = 100 * kernel.packets };
	struct if_stats_msg stats = { .ifindex = (uint32_t)ifindex };
	struct ifinfomsg link = { .ifi_index = ifindex,
				  .ifi_flags = IFF_UP | IFF_LOWER_UP };
	struct tcmsg tc = { .tcm_ifindex = ifindex,
			    .tcm_handle = 0x10000,
			    .tcm_parent = TC_H_ROOT };
	uint32_t mtu = 1500;
	size_t at;

	if (q->nlmsg_type == RTM_GETSTATS) {
		at = begin(m, RTM_NEWSTATS, q, 0, &stats, sizeof(stats));
		attribute(m, IFLA_STATS_LINK_64, &s, sizeof(s));
	} else if (q->nlmsg_type == RTM_GETLINK) {
		at = begin(m, RTM_NEWLINK, q, 0, &link, sizeof(link));
		attribute(m, IFLA_MTU, &mtu, sizeof(mtu));
	} else if (q->nlmsg_type == RTM_GETQDISC) {
		struct {
			struct nlattr a;
			struct gnet_stats_queue queue;
		} stats2 = { { sizeof(stats2), TCA_STATS_QUEUE },
			     { .qlen = kernel.backlog, .drops = 3 } };

		at = begin(m, RTM_NEWQDISC, q, 0, &tc, sizeof(tc));
		attribute(m, TCA_KIND, kernel.htb ? "htb" : "tbf", 4);
		attribute(m, TCA_STATS2, &stats2, sizeof(stats2));
	} else {
		tc.tcm_handle = 0x10001;
		at = begin(m, RTM_NEWTCLASS, q, 0, &tc, sizeof(tc));
		attribute(m, TCA_KIND, "htb", 4);
	}
	end(m, at);
}

static void answer(const struct nlmsghdr *q)
{
	struct nlmsgerr refusal = { .error = -kernel.refusal, .msg = *q };
	uint16_t flags = kernel.interruptions ? NLM_F_DUMP_INTR : 0;
	struct message m = { .n = 0 };
	int done = 0;

	kernel.asked[q->nlmsg_type]++;
	if (kernel.refusal) {
		end(&m, begin(&m, NLMSG_ERROR, q, 0, &refusal, sizeof(refusal)));
	} else {
		for (unsigned i = 0; i < kernel.ifaces; i++)
			add_iface(&m, q, IFINDEX + (int)i);
		end(&m, begin(&m, NLMSG_DONE, q, flags, &done, sizeof(done)));
		kernel.interruptions -= kernel.interruptions > 0;
	}
	send(kernel.fd, m.bytes, m.n, 0);
}

static void *serve(void *unused)
{
	_Alignas(struct nlmsghdr) char question[4096];

	while (recv(kernel.fd, question, sizeof(question), 0) > 0)
		answer((const struct nlmsghdr *)question);
	return unused;
}

static struct space space;

static int set_up(void **state)
{
	struct node n = { .id = 1, .name = "h1" };
	int pair[2];

	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.ifaces = 1;
	space_init(&space, &n);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	space.there = true;
	space.route = (struct netlink){ .fd = pair[0], .seq = 1 };
	kernel.fd = pair[1];
	return pthread_create(&kernel.thread, NULL, serve, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	space_clear(&space);
	pthread_join(kernel.thread, NULL);
	close(kernel.fd);
	return 0;
}

static uint64_t packets(void)
{
	const struct space_iface *f = space_iface(&space, IFINDEX);

	assert_non_null(f);
	return f->counted.tx_packets;
}

static void test_whole(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	kernel.packets = 7;
	kernel.backlog = 2;
	assert_int_equal(space_read(&space, SECOND, false, &e), 0);
	assert_int_equal(packets(), 7);
	assert_true(space_state(&space, IFINDEX)->up);
	assert_true(space_state(&space, IFINDEX)->carrier);
	assert_int_equal(space_state(&space, IFINDEX)->mtu, 1500);
	assert_int_equal(space.queues.n, 1);
	assert_int_equal(space.queues.v[0].backlog_packets, 2);
	assert_int_equal(space.queues.v[0].dropped, 3);
	assert_null(space_iface(&space, IFINDEX + 1));
}

/* Of each kind there is one dump, and those of what changes seldom are spared. */
static void test_spared(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(space_read(&space, SECOND + (uint64_t)i, false, &e), 0);
	assert_int_equal(kernel.asked[RTM_GETSTATS], 5);
	assert_int_equal(kernel.asked[RTM_GETLINK], 1);
	assert_int_equal(kernel.asked[RTM_GETQDISC], 1);
	kernel.packets++; /* a queue counts it, too */
	space_read(&space, SECOND + 6, false, &e);
	assert_int_equal(kernel.asked[RTM_GETQDISC], 2);
	space_read(&space, 2UL * SECOND, false, &e);
	assert_int_equal(kernel.asked[RTM_GETLINK], 2);
	assert_int_equal(kernel.asked[RTM_GETQDISC], 3);
	kernel.ifaces = 2;
	space_read(&space, 2UL * SECOND + 1, false, &e);
	assert_int_equal(kernel.asked[RTM_GETLINK], 3);
	assert_non_null(space_state(&space, IFINDEX + 1));
	space_read(&space, 2UL * SECOND + 2, true, &e);
	assert_int_equal(kernel.asked[RTM_GETLINK], 4);
	kernel.ifaces = 1;
	space_read(&space, 2UL * SECOND + 3, false, &e);
	assert_null(space_iface(&space, IFINDEX + 1));
	assert_null(space_state(&space, IFINDEX + 1));
	assert_int_equal(kernel.asked[RTM_GETTCLASS], 0);
}

/* What waits is looked at until it has gone. */
static void test_backlog(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	kernel.backlog = 5;
	space_read(&space, SECOND, false, &e);
	kernel.backlog = 0;
	space_read(&space, SECOND + 1, false, &e);
	assert_int_equal(space.queues.v[0].backlog_packets, 0);
}

static void test_classes(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	kernel.htb = true;
	assert_int_equal(space_read(&space, SECOND, false, &e), 0);
	assert_int_equal(space.queues.n, 2);
	assert_false(space.queues.v[0].is_class);
	assert_true(space.queues.v[1].is_class);
	assert_int_equal(space.queues.v[1].handle, 0x10001);
	assert_int_equal(kernel.asked[RTM_GETTCLASS], 1);
}

static void test_interrupted_and_repeated(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	kernel.interruptions = 2;
	kernel.packets = 9;
	assert_int_equal(space_read(&space, SECOND, false, &e), 0);
	assert_false(space.stale);
	assert_int_equal(packets(), 9);
	assert_int_equal(kernel.asked[RTM_GETSTATS], 3);
}

/* It is not repeated for ever, and what was known stays. */
static void test_interrupted_for_good(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	kernel.packets = 1;
	assert_int_equal(space_read(&space, SECOND, false, &e), 0);
	kernel.packets = 2;
	kernel.interruptions = 1000;
	assert_int_equal(space_read(&space, SECOND + 1, false, &e), -EAGAIN);
	err_clear(&e);
	assert_true(space.stale);
	assert_int_equal(packets(), 1);
	assert_in_range(kernel.asked[RTM_GETSTATS], 2, 10);
	kernel.interruptions = 0;
	assert_int_equal(space_read(&space, SECOND + 2, false, &e), 0);
	assert_false(space.stale);
	assert_int_equal(packets(), 2);
}

static void test_refused(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	kernel.packets = 1;
	assert_int_equal(space_read(&space, SECOND, false, &e), 0);
	kernel.refusal = ENOMEM;
	assert_int_equal(space_read(&space, SECOND + 1, false, &e), -ENOMEM);
	err_clear(&e);
	assert_true(space.stale);
	assert_int_equal(packets(), 1);
	assert_int_equal(space.queues.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_spared, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_backlog, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_classes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_interrupted_and_repeated, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_interrupted_for_good, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
