/*
 * test_wire_links.c — links in user space between two real namespaces: packets
 * through tap devices, shapes in force, and clients that come, change things and die.
 *
 * Frames of an experimental EtherType, with a number and the time they were sent,
 * show what a link did; a TCP transfer shows that super-packets and checksums are
 * right. Times are only judged from below, or generously.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "sandbox.h"

#include "base/mem.h"
#include "kern/netlink.h"
#include "kern/request.h"
#include "wire/control.h"
#include "wire/tap.h"

#define MS INT64_C(1000000)
#define MBIT UINT64_C(1000000)
#define PERCENT (SHAPE_CERTAIN / 100)
#define SOCKET_PATH "/run/wire"

enum {
	MTU = 1500,
	TYPE = 0x88b5, /* IEEE's, for experiments */
	NUMBERS = 1000,
	TRANSFER = 8 << 20,
};

/* An end: a namespace with a tap, and a socket for frames in it. */
struct side {
	int ns, tap, frames;
};

static struct side side[2];
static int home = -1;
static pid_t server;
static struct wire_client client = { -1 };
static const struct shape none;

/* ---- building ---- */

static void must(int r, struct err *e)
{
	if (r < 0)
		fail_msg("%s", e->msg ? e->msg : strerror(-r));
}

static void up(const char *name, unsigned number)
{
	cleanup_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_flags = 0 };
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(0x0a000000 + number) };

	assert_true(fd >= 0);
	strcpy(ifr.ifr_name, name);
	memcpy(&ifr.ifr_addr, &in, sizeof(in));
	assert_int_equal(ioctl(fd, SIOCSIFADDR, &ifr), 0);
	in.sin_addr.s_addr = htonl(0xffffff00);
	memcpy(&ifr.ifr_netmask, &in, sizeof(in));
	assert_int_equal(ioctl(fd, SIOCSIFNETMASK, &ifr), 0);
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
}

static void side_begin(struct side *s, const char *path, unsigned number)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET, .sll_protocol = htons(TYPE) };
	struct err e = ERR_INIT;
	const int room = 8 << 20;

	must(netns_create(path, &e), &e);
	s->ns = netns_open(path);
	/* no packets of the kernel's own: they would be counted, and lost, with ours */
	(void)sandbox_write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	(void)sandbox_write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	s->tap = tap_open("eth0", 100, &e);
	must(s->tap, &e);
	up("eth0", number);
	s->frames = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ll.sll_ifindex = 100;
	assert_int_equal(bind(s->frames, (struct sockaddr *)&ll, sizeof(ll)), 0);
	/* all frames of a test wait there until it looks; an ordinary user gets less */
	if (setsockopt(s->frames, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		(void)setsockopt(s->frames, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	assert_int_equal(netns_enter(home), 0);
}

static void side_end(struct side *s, const char *path)
{
	close(s->frames);
	close(s->tap);
	close(s->ns);
	netns_unpin(path, NULL);
}

static int set_up(void **state)
{
	struct err e = ERR_INIT;
	int fd;

	(void)state;
	home = netns_open_self();
	fd = wire_listen(SOCKET_PATH, &e);
	must(fd, &e);
	server = fork();
	if (server == 0) {
		int r = wire_serve(fd, &e);

		if (r < 0)
			fprintf(stderr, "wire: %s\n", e.msg);
		err_clear(&e);
		exit(r < 0);
	}
	close(fd);
	must(wire_client_open(&client, SOCKET_PATH, &e), &e);
	side_begin(&side[0], "/run/a", 1);
	side_begin(&side[1], "/run/b", 2);
	return 0;
}

static int tear_down(void **state)
{
	struct err e = ERR_INIT;
	int status = -1;

	(void)state;
	must(wire_client_quit(&client, &e), &e);
	wire_client_close(&client);
	assert_int_equal(waitpid(server, &status, 0), server);
	assert_int_equal(status, 0);
	side_end(&side[0], "/run/a");
	side_end(&side[1], "/run/b");
	close(home);
	return 0;
}

/* ---- a link with the number 1 ---- */

static void add(const struct shape *s)
{
	const struct shape shapes[] = { *s, none };
	const int taps[] = { side[0].tap, side[1].tap };
	struct err e = ERR_INIT;

	must(wire_client_add(&client, 1, MTU, shapes, taps, &e), &e);
}

static void shape(const struct shape *s)
{
	struct err e = ERR_INIT;

	must(wire_client_shape(&client, 1, 0, s, &e), &e);
}

/* After each test: one that failed must not take the others with it. */
static int clean(void **state)
{
	(void)state;
	(void)wire_client_delete(&client, 1, NULL);
	return 0;
}

static void remove_link(void)
{
	struct err e = ERR_INIT;

	must(wire_client_delete(&client, 1, &e), &e);
}

static struct wire_stats stats(int direction)
{
	struct wire_link_stats all = { 0 };
	struct err e = ERR_INIT;

	must(wire_client_stats(&client, 1, &all, &e), &e);
	return all.direction[direction];
}

static uint64_t done(struct wire_stats s)
{
	return s.packets + s.dropped + s.lost + s.refused;
}

/* ---- frames ---- */

struct frame {
	uint8_t to[6], from[6];
	uint16_t type;
	uint32_t number;
	int64_t sent; /* ns */
	uint8_t more[1488];
} __attribute__((packed));

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void send_frame(int from, uint32_t number, size_t length)
{
	struct frame f = { .from = { 2, 0, 0, 0, 0, 1 }, .type = htons(TYPE) };
	struct pollfd room = { .fd = side[from].frames, .events = POLLOUT };

	memset(f.to, 0xff, sizeof(f.to));
	f.number = number;
	f.sent = now_ns();
	while (send(side[from].frames, &f, length, 0) < 0) {
		assert_true(errno == EAGAIN || errno == ENOBUFS);
		poll(&room, 1, 10);
	}
}

/* What came to a side: how many, of which number, how long they took at least. */
struct heard {
	unsigned n, times[NUMBERS];
	int64_t least, most, first, last; /* ns */
};

static void listen_to(int at, struct heard *h)
{
	struct frame f;
	ssize_t n;

	if (!h->n)
		h->least = INT64_MAX;
	while ((n = recv(side[at].frames, &f, sizeof(f), 0)) > 0) {
		int64_t now = now_ns(), way = now - f.sent;

		if (n < (ssize_t)offsetof(struct frame, more) || f.number >= NUMBERS)
			continue;
		h->times[f.number]++;
		h->first = h->n ? h->first : now;
		h->last = now;
		h->least = way < h->least ? way : h->least;
		h->most = way > h->most ? way : h->most;
		h->n++;
	}
}

/* Frames that came when nobody looked. */
static void forget(void)
{
	struct heard h = { 0 };

	listen_to(0, &h);
	listen_to(1, &h);
}

static unsigned heard_at(int at, struct heard *h)
{
	listen_to(at, h);
	return h->n;
}

/* ---- tests ---- */

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

static void test_mtu_and_lists(void **state)
{
	const struct shape slow = { .rate = MBIT };
	const int taps[] = { side[0].tap, side[1].tap };
	const struct shape shapes[2] = { slow, slow };
	cleanup_free uint32_t *ids = NULL;
	struct err e = ERR_INIT;
	size_t n = 9;

	(void)state;
	must(wire_client_list(&client, &ids, &n, &e), &e);
	assert_int_equal(n, 0);
	free(ids);
	for (uint32_t id = 7; id < 9; id -= 2)
		must(wire_client_add(&client, id * 1000, MTU, shapes, taps, &e), &e);
	must(wire_client_list(&client, &ids, &n, &e), &e);
	assert_int_equal(n, 4);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(ids[i], 1000 + 2000 * i);
	must(wire_client_mtu(&client, 3000, 9000, &e), &e);
	assert_int_equal(wire_client_mtu(&client, 3000, 5, &e), -ERANGE);
	assert_int_equal(wire_client_mtu(&client, 3001, 1500, &e), -ENOENT);
	for (uint32_t id = 1; id < 9; id += 2)
		must(wire_client_delete(&client, id * 1000, &e), &e);
	err_clear(&e);
}

static void test_refused(void **state)
{
	const struct shape cake = { .rate = MBIT, .aqm = SHAPE_CAKE };
	struct shape shapes[2] = { none, cake };
	int taps[] = { side[0].tap, side[1].tap };
	struct wire_link_stats all;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(wire_client_add(&client, 1, MTU, shapes, taps, &e), -EOPNOTSUPP);
	assert_string_equal(
		e.msg, "wire link 1: a link in user space has no queue of kind cake");
	assert_string_equal(e.hint, "fq_codel is the nearest that it has");
	shapes[1] = none;
	assert_int_equal(wire_client_add(&client, 1, 7, shapes, taps, &e), -ERANGE);
	taps[1] = home;
	assert_int_equal(wire_client_add(&client, 1, MTU, shapes, taps, &e), -EINVAL);
	assert_int_equal(wire_client_stats(&client, 1, &all, &e), -ENOENT);
	assert_int_equal(wire_client_delete(&client, 1, &e), -ENOENT);
	assert_string_equal(e.msg, "no wire link has number 1");
	add(&none);
	taps[1] = side[1].tap;
	assert_int_equal(wire_client_add(&client, 1, MTU, shapes, taps, &e), -EEXIST);
	assert_int_equal(wire_client_shape(&client, 1, 2, &none, &e), -EINVAL);
	assert_int_equal(wire_client_shape(&client, 1, 0, &cake, &e), -EOPNOTSUPP);
	remove_link();
	assert_int_equal(tap_open("a name that is too long", 0, &e), -EINVAL);
	assert_int_equal(wire_listen("/run/none/wire", &e), -ENOENT);
	err_clear(&e);
}

static void test_garbage(void **state)
{
	struct {
		struct wire_answer a;
		char text[500];
	} answer;
	uint8_t message[4096];
	struct err e = ERR_INIT;
	struct wire_client other;

	(void)state;
	must(wire_client_open(&other, SOCKET_PATH, &e), &e);
	for (unsigned i = 1; i < 400; i++) {
		struct wire_header h = { WIRE_MAGIC, WIRE_VERSION, (uint16_t)(i % 9), i,
					 i % 3 ? i * 7 - 16 : i };

		for (size_t b = 0; b < sizeof(message); b++)
			message[b] = (uint8_t)(b * i + i / 3);
		/* not too much of it: nothing that is a whole QUIT */
		if (i % 2 && i * 7 > sizeof(h) && h.op != WIRE_QUIT)
			memcpy(message, &h, sizeof(h));
		assert_true(send(other.fd, message, i * 7, MSG_NOSIGNAL) > 0);
		assert_true(recv(other.fd, &answer, sizeof(answer), 0) >=
			    (ssize_t)sizeof(answer.a));
		assert_true(answer.a.code < 0);
	}
	/* one that does not read its answers is let go, and nobody waits for it */
	for (int i = 0; i < 100000; i++)
		if (send(other.fd, message, 100, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 &&
		    errno != EAGAIN)
			break;
	wire_client_close(&other);
	add(&none);
	remove_link();
}

static void test_client_dies(void **state)
{
	const int taps[] = { side[0].tap, side[1].tap };
	const struct shape shapes[2] = { none, none };
	struct heard b = { 0 };
	struct err e = ERR_INIT;
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		struct wire_client c;

		if (wire_client_open(&c, SOCKET_PATH, &e) < 0 ||
		    wire_client_add(&c, 1, MTU, shapes, taps, &e) < 0)
			_exit(1);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	/* its link is there, and obeys others */
	forget();
	send_frame(0, 3, 100);
	sandbox_until(heard_at(1, &b) == 1);
	remove_link();
}

static bool is_gone(int end)
{
	struct wire_link_stats all = { 0 };
	struct err e = ERR_INIT;

	must(wire_client_stats(&client, 1, &all, &e), &e);
	assert_false(all.gone[!end]);
	return all.gone[end];
}

/* Deletes the interface of a side, though its tap is open. */
static void delete_interface(const struct side *s)
{
	struct netlink_batch b = { .bytes = { 0 } };
	struct netlink_result result = { 0 };
	struct err e = ERR_INIT;
	struct netlink nl;

	assert_int_equal(netns_enter(s->ns), 0);
	must(netlink_open(&nl, &e), &e);
	netlink_batch_add(&b, request_link_del(100));
	must(netlink_batch_run(&nl, &b, &result, &e), &e);
	assert_int_equal(result.code, 0);
	netlink_batch_free(&b);
	netlink_close(&nl);
	assert_int_equal(netns_enter(home), 0);
}

/* An interface is deleted: said so, and without a loop that is never idle. */
static void test_interface_goes(void **state)
{
	const struct shape shapes[2] = { none, none }, lossy = { .loss = 5 };
	struct side third;
	struct err e = ERR_INIT;
	int taps[2];

	(void)state;
	side_begin(&third, "/run/c", 3);
	taps[0] = side[0].tap;
	taps[1] = third.tap;
	must(wire_client_add(&client, 1, MTU, shapes, taps, &e), &e);
	delete_interface(&third);
	sandbox_until(is_gone(1));
	send_frame(0, 0, 100);
	sandbox_until(stats(0).refused == 1);
	must(wire_client_shape(&client, 1, 1, &lossy, &e), &e);
	remove_link();
	side_end(&third, "/run/c");
}

static void test_two_servers(void **state)
{
	struct err e = ERR_INIT;
	struct wire_client c;
	struct stat st;

	(void)state;
	assert_int_equal(stat(SOCKET_PATH, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(wire_listen(SOCKET_PATH, &e), -EADDRINUSE);
	assert_int_equal(wire_client_open(&c, "/run/nobody", &e), -ENOENT);
	assert_int_equal(c.fd, -1);
	err_clear(&e);
}

/* 0 where tap devices can be made; else the answer is given. */
static int taps_missing(void)
{
	const char *must_run = getenv("ESPALIER_MUST_RUN");
	struct err e = ERR_INIT;
	int fd = tap_open("probe", 0, &e);

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	fprintf(stderr, "SKIPPED: no tap devices here: %s\n", e.msg);
	/* an ordinary user may not be let to the device: that is no fault */
	if (must_run && strcmp(must_run, "1") == 0 && fd != -EACCES && fd != -EPERM)
		printf("Bail out! no tap devices here: %s\n", e.msg);
	else
		printf("1..0 # SKIP no tap devices here: %s\n", e.msg);
	err_clear(&e);
	return fd;
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
		cmocka_unit_test_teardown(test_mtu_and_lists, clean),
		cmocka_unit_test_teardown(test_refused, clean),
		cmocka_unit_test_teardown(test_garbage, clean),
		cmocka_unit_test_teardown(test_client_dies, clean),
		cmocka_unit_test_teardown(test_interface_goes, clean),
		cmocka_unit_test_teardown(test_two_servers, clean),
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
