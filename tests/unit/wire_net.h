/*
 * wire_net.h — two namespaces with a tap device each, the process that carries links
 * between them, and frames that tell what a link did to them: of an experimental
 * EtherType, with a number and the time they were sent. Times are only judged from
 * below, or generously.
 */
#ifndef TESTS_UNIT_WIRE_NET_H
#define TESTS_UNIT_WIRE_NET_H

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

static inline void must(int r, struct err *e)
{
	if (r < 0)
		fail_msg("%s", e->msg ? e->msg : strerror(-r));
}

static inline void up(const char *name, unsigned number)
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

static inline void side_begin(struct side *s, const char *path, unsigned number)
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

static inline void side_end(struct side *s, const char *path)
{
	close(s->frames);
	close(s->tap);
	close(s->ns);
	netns_unpin(path, NULL);
}

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
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

static inline void add(const struct shape *s)
{
	const struct shape shapes[] = { *s, none };
	const int taps[] = { side[0].tap, side[1].tap };
	struct err e = ERR_INIT;

	must(wire_client_add(&client, 1, MTU, shapes, taps, &e), &e);
}

static inline void shape(const struct shape *s)
{
	struct err e = ERR_INIT;

	must(wire_client_shape(&client, 1, 0, s, &e), &e);
}

/* After each test: one that failed must not take the others with it. */
static inline int clean(void **state)
{
	(void)state;
	(void)wire_client_delete(&client, 1, NULL);
	return 0;
}

static inline void remove_link(void)
{
	struct err e = ERR_INIT;

	must(wire_client_delete(&client, 1, &e), &e);
}

static inline struct wire_stats stats(int direction)
{
	struct wire_link_stats all = { 0 };
	struct err e = ERR_INIT;

	must(wire_client_stats(&client, 1, &all, &e), &e);
	return all.direction[direction];
}

static inline uint64_t done(struct wire_stats s)
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

static inline int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline void send_frame(int from, uint32_t number, size_t length)
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

static inline void listen_to(int at, struct heard *h)
{
	struct frame f;
	ssize_t n;

	if (!h->n)
		h->least = INT64_MAX;
	while ((n = recv(side[at].frames, &f, sizeof(f), 0)) > 0) {
		int64_t now = now_ns(), way;

		if (n < (ssize_t)offsetof(struct frame, more) || f.type != htons(TYPE) ||
		    f.number >= NUMBERS)
			continue;
		way = now - f.sent;
		h->times[f.number]++;
		h->first = h->n ? h->first : now;
		h->last = now;
		h->least = way < h->least ? way : h->least;
		h->most = way > h->most ? way : h->most;
		h->n++;
	}
}

/* Frames that came when nobody looked. */
static inline void forget(void)
{
	struct heard h = { 0 };

	listen_to(0, &h);
	listen_to(1, &h);
}

static inline unsigned heard_at(int at, struct heard *h)
{
	listen_to(at, h);
	return h->n;
}

/* 0 where tap devices can be made; else the answer is given. */
static inline int taps_missing(void)
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

#endif
