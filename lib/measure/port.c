/*
 * port.c — see port.h.
 *
 * The receiving socket takes frames of every protocol through a filter of its own, not
 * those of one: so it is served before a bridge that the interface may belong to takes
 * the frame, and sees frames whose type was damaged on the way.
 */
#include "measure/port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "kern/netns.h"
#include "measure/frame.h"

enum {
	RECEIVE_ROOM = 32 << 20, /* bytes; some 10 000 full frames */
	ROOM_MAX = 1 << 30,
	COUNTERS_MAX = 64 << 10, /* bytes; of some 500 interfaces */
};

/* ---- a thread inside ---- */

struct inside {
	int netns;
	int (*fn)(void *arg);
	void *arg;
	int result;
};

static void *run_inside(void *cookie)
{
	struct inside *in = cookie;

	in->result = netns_enter(in->netns);
	if (in->result == 0)
		in->result = in->fn(in->arg);
	return NULL;
}

int port_inside(int netns, int (*fn)(void *arg), void *arg)
{
	struct inside in = { .netns = netns, .fn = fn, .arg = arg };
	sigset_t all, old;
	pthread_t thread;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	r = pthread_create(&thread, NULL, run_inside, &in);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (r)
		return -r;
	pthread_join(thread, NULL);
	return in.result;
}

/* ---- sockets ---- */

struct opening {
	const struct measure_end *end;
	uint64_t run;
	size_t room;
	struct port port;
	const char *what; /* failed */
};

/* Frames of our type, and those of our run whatever their type is now. */
static int set_filter(int fd, uint64_t run)
{
	uint32_t half[2];
	const struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, FRAME_TYPE_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FRAME_TYPE, 4, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FRAME_RUN_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, FRAME_RUN_AT + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT16_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_filter mine[ARRAY_LEN(code)];
	struct sock_fprog program = { .len = ARRAY_LEN(code), .filter = mine };

	memcpy(half, &run, sizeof(half));
	memcpy(mine, code, sizeof(code));
	mine[3].k = ntohl(half[0]);
	mine[5].k = ntohl(half[1]);
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* More than the system's limit is only for root; less is not an error. */
static void set_room(int fd, int force, int option, int bytes)
{
	if (setsockopt(fd, SOL_SOCKET, force, &bytes, sizeof(bytes)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, option, &bytes, sizeof(bytes));
}

static int bind_to(int fd, unsigned ifindex, unsigned short protocol)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(protocol),
				  .sll_ifindex = (int)ifindex };

	return bind(fd, (const struct sockaddr *)&at, sizeof(at));
}

static int open_rx(struct opening *o)
{
	cleanup_close int fd =
		socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const int on = 1;
	int r;

	o->what = "open a packet socket";
	if (fd < 0)
		return -errno;
	if (set_filter(fd, o->run) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0)
		return -errno;
	/* since Linux 4.20; without it there is only more to do */
	(void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
	set_room(fd, SO_RCVBUFFORCE, SO_RCVBUF, RECEIVE_ROOM);
	o->what = "listen";
	if (bind_to(fd, o->end->ifindex, ETH_P_ALL) < 0)
		return -errno;
	r = port_error(fd); /* bound to an interface that is down */
	if (r < 0)
		return r;
	o->port.rx = steal_fd(&fd);
	return 0;
}

static int open_tx(struct opening *o)
{
	cleanup_close int fd =
		socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int got = 0;
	socklen_t size = sizeof(got);

	o->what = "open a packet socket";
	if (fd < 0)
		return -errno;
	/* the kernel doubles it, for its own needs */
	set_room(fd, SO_SNDBUFFORCE, SO_SNDBUF,
		 (int)(o->room > ROOM_MAX ? ROOM_MAX : o->room));
	if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &got, &size) == 0 && got > 0)
		o->port.room = (size_t)got;
	o->port.tx = steal_fd(&fd);
	return 0;
}

/* What the interface received, in all. */
static uint64_t bytes_received(const struct port *p)
{
	char text[COUNTERS_MAX + 1], *at;
	size_t n = 0, length = strlen(p->ifname);
	ssize_t got = 0;

	if (p->counters < 0)
		return 0;
	/* the kernel gives a page at a time */
	do {
		n += (size_t)got;
		got = pread(p->counters, text + n, COUNTERS_MAX - n, (off_t)n);
	} while (got > 0);
	text[n] = '\0';
	for (char *line = strtok_r(text, "\n", &at); line;
	     line = strtok_r(NULL, "\n", &at)) {
		line += strspn(line, " ");
		if (strncmp(line, p->ifname, length) == 0 && line[length] == ':')
			return strtoull(line + length + 1, NULL, 10);
	}
	return 0;
}

/* That file shows the namespace of the thread that opened it, whoever reads it. */
static void open_counters(struct opening *o)
{
	struct ifreq name = { .ifr_ifindex = (int)o->end->ifindex };

	if (ioctl(o->port.rx, SIOCGIFNAME, &name) < 0)
		return;
	memcpy(o->port.ifname, name.ifr_name, sizeof(o->port.ifname));
	o->port.ifname[sizeof(o->port.ifname) - 1] = '\0';
	o->port.counters = open("/proc/thread-self/net/dev", O_RDONLY | O_CLOEXEC);
	o->port.bytes = bytes_received(&o->port);
}

static int open_both(void *cookie)
{
	int r = open_rx(cookie);

	if (r < 0)
		return r;
	open_counters(cookie);
	return open_tx(cookie);
}

int port_open(struct port *p, const struct measure_end *end, uint64_t run, size_t room,
	      struct err *e)
{
	struct opening o = { .end = end,
			     .run = run,
			     .room = room,
			     .port = { .tx = -1, .rx = -1, .counters = -1 },
			     .what = "enter its namespace" };
	int r = port_inside(end->netns, open_both, &o);

	if (r < 0) {
		port_close(&o.port);
		err_sys(e, r, "%s: %s", end->name, o.what);
		if (r == -ENETDOWN)
			err_hint(e, "'up' sets a link up");
		return r;
	}
	*p = o.port;
	return 0;
}

void port_close(struct port *p)
{
	if (p->tx >= 0)
		close(p->tx);
	if (p->rx >= 0)
		close(p->rx);
	if (p->counters >= 0)
		close(p->counters);
	p->tx = p->rx = p->counters = -1;
}

int port_error(int fd)
{
	int why = 0;
	socklen_t size = sizeof(why);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size) < 0)
		return -errno;
	return -why;
}

struct port_seen port_look(struct port *p)
{
	struct tpacket_stats stats = { 0 };
	socklen_t size = sizeof(stats);
	uint64_t bytes = bytes_received(p);
	struct port_seen seen = { 0 };

	if (getsockopt(p->rx, SOL_PACKET, PACKET_STATISTICS, &stats, &size) == 0)
		seen = (struct port_seen){ .frames = stats.tp_packets,
					   .missed = stats.tp_drops };
	seen.bytes = bytes > p->bytes ? bytes - p->bytes : 0;
	p->bytes = bytes;
	return seen;
}
