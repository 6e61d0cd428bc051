/*
 * ping_source.c — raw ICMP and ICMPv6 sockets inside nodes.
 *
 * The kernel filters: an echo reply is received, ICMP errors come by the
 * socket's error queue (IP_RECVERR), where they are matched with what was sent
 * and say who complained; all else does not wake us. IP_RECVERR is also what
 * makes IPv4 admit that a packet was dropped before it left (ENOBUFS). Its
 * price: an error that waits in the queue makes the next send fail, so a
 * failed send is only believed once the queue is empty.
 */
#include "run/ping_source.h"

#include <errno.h>
#include <limits.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "kern/netns.h"

enum {
	INBOX = 32, /* packets taken from a socket at once */
	EVENTS = 64,
	SEND_TRIES = 8,		  /* errors of others' pings that may be in the way */
	RECEIVE_BUFFER = 1 << 20, /* bytes; hundreds of answers may come at once */
};

struct ping_inbox {
	struct mmsghdr msgs[INBOX];
	struct iovec iov[INBOX];
	union {
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} names[INBOX];
	_Alignas(struct cmsghdr) uint8_t control[INBOX][256];
	uint8_t data[INBOX]
		    [sizeof(struct ping_packet) + 60]; /* 60: the longest IPv4 header */
};

/* ---- descriptors ---- */

static void lru_remove(struct ping_sources *s, struct ping_source *src)
{
	*(src->newer ? &src->newer->older : &s->newest) = src->older;
	*(src->older ? &src->older->newer : &s->oldest) = src->newer;
	src->newer = src->older = NULL;
}

static void lru_add(struct ping_sources *s, struct ping_source *src)
{
	src->older = s->newest;
	*(s->newest ? &s->newest->newer : &s->oldest) = src;
	s->newest = src;
}

static void source_close(struct ping_sources *s, struct ping_source *src)
{
	lru_remove(s, src);
	close(src->fd);
	src->fd = -1;
	s->open--;
}

/* Closes the source unused for longest; false: all of them wait for answers. */
static bool close_one(struct ping_sources *s)
{
	for (struct ping_source *src = s->oldest; src; src = src->newer)
		if (src->under_way == 0) {
			source_close(s, src);
			return true;
		}
	return false;
}

static int socket_prepare(int fd, int family)
{
	const int on = 1, room = RECEIVE_BUFFER;
	int r;

	if (family == AF_INET) {
		struct icmp_filter want = { .data = ~(1U << ICMP_ECHOREPLY) };

		r = setsockopt(fd, SOL_RAW, ICMP_FILTER, &want, sizeof(want));
		if (r == 0)
			r = setsockopt(fd, SOL_IP, IP_RECVERR, &on, sizeof(on));
	} else {
		struct icmp6_filter want;

		ICMP6_FILTER_SETBLOCKALL(&want);
		ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &want);
		r = setsockopt(fd, SOL_ICMPV6, ICMP6_FILTER, &want, sizeof(want));
		if (r == 0)
			r = setsockopt(fd, SOL_IPV6, IPV6_RECVERR, &on, sizeof(on));
	}
	if (r == 0)
		r = setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	/* more than the system's limit only for root; less is not an error */
	if (r == 0 && setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return r < 0 ? -errno : 0;
}

/* A socket born in the namespace at path; *ret_what says what failed. */
static int socket_in(struct ping_sources *s, const char *path, int family,
		     const char **ret_what)
{
	cleanup_close int ns = netns_open(path), fd = -1;
	int protocol = family == AF_INET ? IPPROTO_ICMP : (int)IPPROTO_ICMPV6, r, back;

	*ret_what = "open its namespace";
	if (ns < 0)
		return ns;
	r = netns_enter(ns);
	if (r < 0)
		return r;
	*ret_what = "open a raw socket";
	fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	r = fd < 0 ? -errno : 0;
	back = netns_enter(s->home);
	if (back < 0) {
		*ret_what = "return from its namespace";
		return back;
	}
	if (r == 0)
		r = socket_prepare(fd, family);
	return r < 0 ? r : steal_fd(&fd);
}

int ping_source_open(struct ping_sources *s, struct ping_source *src, struct err *e)
{
	const struct node *node = model_node(s->net->model, src->node);
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = src };
	cleanup_free char *path = NULL;
	const char *what;
	int fd, r;

	if (src->fd >= 0) {
		lru_remove(s, src);
		lru_add(s, src);
		return 0;
	}
	if (s->open >= s->max_open && !close_one(s))
		return err_set(e, EMFILE, "all %zu sockets wait for answers", s->open);
	path = network_netns_path(s->net, node->name);
	for (;;) {
		fd = socket_in(s, path, src->family, &what);
		if ((fd != -EMFILE && fd != -ENFILE) || !close_one(s))
			break;
		s->max_open = s->open + 1;
	}
	if ((fd == -EMFILE || fd == -ENFILE) && s->open > 0) {
		s->max_open = s->open;
		return err_set(e, EMFILE, "all %zu sockets wait for answers", s->open);
	}
	if (fd == -ENOENT) {
		err_sys(e, fd, "%s: %s", node->name, what);
		err_hint(e, "somebody removed it; 'repair' puts it back");
		return fd;
	}
	if (fd < 0)
		return err_sys(e, fd, "%s: %s", node->name, what);
	if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev) < 0) {
		r = -errno;
		close(fd);
		return err_sys(e, r, "%s: watch a socket", node->name);
	}
	src->fd = fd;
	s->open++;
	lru_add(s, src);
	return 0;
}

struct ping_source *ping_source_get(struct ping_sources *s, uint32_t node, int family)
{
	struct ping_source **at;

	if (node >= s->n)
		return NULL;
	at = &s->v[family == AF_INET6][node];
	if (!*at) {
		if (!model_node(s->net->model, node))
			return NULL;
		*at = mem_alloc(sizeof(**at));
		**at = (struct ping_source){ .node = node, .family = family, .fd = -1 };
	}
	return *at;
}

/* ---- receiving ---- */

/* Takes what waits in the socket's queue or error queue; how many packets. */
static int receive(struct ping_sources *s, struct ping_source *src, int flags)
{
	struct ping_inbox *in = s->inbox;
	struct ping_heard heard;
	int got, total = 0;

	do {
		for (int i = 0; i < INBOX; i++) {
			struct msghdr *m = &in->msgs[i].msg_hdr;

			in->iov[i] = (struct iovec){ in->data[i], sizeof(in->data[i]) };
			*m = (struct msghdr){
				.msg_iov = &in->iov[i],
				.msg_iovlen = 1,
				.msg_control = in->control[i],
				.msg_controllen = sizeof(in->control[i]),
				.msg_name = &in->names[i],
				.msg_namelen = sizeof(in->names[i]),
			};
		}
		got = recvmmsg(src->fd, in->msgs, INBOX, flags | MSG_DONTWAIT, NULL);
		for (int i = 0; i < got; i++)
			if (ping_packet_read(&in->msgs[i].msg_hdr, in->msgs[i].msg_len,
					     src->family, flags & MSG_ERRQUEUE, s->mark,
					     &heard))
				s->heard(src, &heard, s->cookie);
		if (got > 0)
			total += got;
	} while (got == INBOX);
	if (flags & MSG_ERRQUEUE) {
		/* an error that found no room in the queue would wake us for ever */
		int left;
		socklen_t size = sizeof(left);

		(void)getsockopt(src->fd, SOL_SOCKET, SO_ERROR, &left, &size);
	}
	return total;
}

int ping_sources_hear(struct ping_sources *s, int timeout_ms, struct err *e)
{
	struct epoll_event events[EVENTS];
	int n;

	do {
		n = epoll_wait(s->epoll, events, EVENTS, timeout_ms);
		if (n < 0 && errno == EINTR)
			return 0;
		if (n < 0)
			return err_sys(e, errno, "wait for answers");
		for (int i = 0; i < n; i++) {
			struct ping_source *src = events[i].data.ptr;

			if (src->fd >= 0 && events[i].events & EPOLLERR)
				receive(s, src, MSG_ERRQUEUE);
			if (src->fd >= 0 && events[i].events & EPOLLIN)
				receive(s, src, 0);
		}
		timeout_ms = 0;
	} while (n == EVENTS);
	return 0;
}

/* ---- sending ---- */

int ping_source_send(struct ping_sources *s, struct ping_source *src, const struct ip *to,
		     uint16_t seq, uint32_t index)
{
	struct ping_packet echo = ping_packet_make(src->family, s->mark, seq, index);
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	const struct sockaddr *sa;
	socklen_t n;
	int r;

	if (src->family == AF_INET) {
		memcpy(&in.sin_addr, to->b, 4);
		sa = (const struct sockaddr *)&in;
		n = sizeof(in);
	} else {
		memcpy(&in6.sin6_addr, to->b, 16);
		sa = (const struct sockaddr *)&in6;
		n = sizeof(in6);
	}
	for (int tries = 0;; tries++) {
		if (sendto(src->fd, &echo, sizeof(echo), MSG_DONTWAIT, sa, n) >= 0)
			return 0;
		r = -errno;
		if (r == -EINTR)
			continue;
		if (r == -ENOBUFS || r == -ENOMEM || r == -EAGAIN)
			return -ENOBUFS;
		/* the first failure may be an error that had no room in the queue */
		if (tries == SEND_TRIES ||
		    (receive(s, src, MSG_ERRQUEUE) == 0 && tries > 0))
			break;
	}
	/* IPv6 says EINVAL where the neighbour table is full */
	return r == -EINVAL && src->family == AF_INET6 ? -ENOBUFS : r;
}

/* ---- all of them ---- */

int ping_sources_begin(struct ping_sources *s, struct network *net, struct err *e)
{
	struct rlimit files;
	int r;

	*s = (struct ping_sources){ .net = net, .home = -1, .epoll = -1 };
	if (getrandom(&s->mark, sizeof(s->mark), 0) != sizeof(s->mark))
		return err_sys(e, errno, "random numbers");
	s->home = netns_open_self();
	if (s->home < 0)
		return err_sys(e, s->home, "open the shell's own namespace");
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll < 0) {
		r = err_sys(e, errno, "epoll");
		ping_sources_end(s);
		return r;
	}
	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur > INT_MAX)
		files.rlim_cur = INT_MAX;
	s->max_open = files.rlim_cur < 2 ? 1 : (size_t)files.rlim_cur / 2;
	s->n = net->model->next_id;
	for (int i = 0; i < 2; i++)
		s->v[i] = mem_resize(NULL, s->n + 1, sizeof(*s->v[i]));
	memset(s->v[0], 0, s->n * sizeof(*s->v[0]));
	memset(s->v[1], 0, s->n * sizeof(*s->v[1]));
	s->inbox = mem_alloc(sizeof(*s->inbox));
	return 0;
}

void ping_sources_end(struct ping_sources *s)
{
	for (int i = 0; i < 2; i++) {
		for (uint32_t id = 0; s->v[i] && id < s->n; id++)
			if (s->v[i][id]) {
				if (s->v[i][id]->fd >= 0)
					close(s->v[i][id]->fd);
				free(s->v[i][id]);
			}
		free(s->v[i]);
	}
	free(s->inbox);
	if (s->epoll >= 0)
		close(s->epoll);
	if (s->home >= 0)
		close(s->home);
	*s = (struct ping_sources){ .home = -1, .epoll = -1 };
}
