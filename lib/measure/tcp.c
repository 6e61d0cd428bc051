/*
 * tcp.c — see tcp.h.
 *
 * One thread, three sockets that do not block, two namespaces. What is first delivered
 * is not counted, for the connection is still finding its speed. It counts when the
 * sender learns that it has arrived (SACK): what the receiver reads may have waited for a
 * packet that was lost, and comes faster than the link then. Both sides end with a reset:
 * nothing lingers in a queue or in TIME-WAIT, and the kernel does not keep what it learnt
 * about the path for the nodes' own connections.
 */
#include "measure/tcp.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "measure/clock.h"
#include "measure/port.h"

enum {
	CHUNK = 64 << 10,
	POLL_MS = 20,
	SPENT = 10, /* in a tenth of the time, what a token bucket had saved is spent */
	HEAD = 2,   /* the first half of the time is not in the mean */
	QUEUE = 5,  /* a fifth of it may pile up in the queue */
	WINDOW_MAX = 1 << 29,
	BITS_PER_BYTE = 8,
	SAMPLES_MAX = 2000,
	SAMPLE_NS = 10000000, /* between samples */
};

struct side {
	const struct measure_end *end;
	bool listens;
	int window; /* bytes that it lets the other send unacknowledged; 0: any */
	int fd;
};

bool tcp_possible(const struct measure_end *from, const struct measure_end *to)
{
	return from->address.family && from->address.family == to->address.family;
}

static socklen_t socket_address(const struct measure_end *at, unsigned scope,
				struct sockaddr_storage *ret)
{
	struct sockaddr_in *in = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof(*ret));
	if (at->address.family == AF_INET) {
		in->sin_family = AF_INET;
		memcpy(&in->sin_addr, at->address.b, sizeof(in->sin_addr));
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	memcpy(&in6->sin6_addr, at->address.b, sizeof(in6->sin6_addr));
	if (IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr))
		in6->sin6_scope_id = scope;
	return sizeof(*in6);
}

static int open_side(void *cookie)
{
	struct side *s = cookie;
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	const int ifindex = (int)s->end->ifindex;
	struct sockaddr_storage at;
	socklen_t n = socket_address(s->end, s->end->ifindex, &at);
	cleanup_close int fd = socket(s->end->address.family,
				      SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &ifindex, sizeof(ifindex)) < 0 ||
	    bind(fd, (const struct sockaddr *)&at, n) < 0 ||
	    (s->window && setsockopt(fd, IPPROTO_TCP, TCP_WINDOW_CLAMP, &s->window,
				     sizeof(s->window)) < 0) ||
	    (s->listens && listen(fd, 1) < 0))
		return -errno;
	s->fd = steal_fd(&fd);
	return 0;
}

/* Waits for events at fd; false: the time is over. */
static bool await(int fd, short events, uint64_t until, const atomic_bool *stop)
{
	struct pollfd p = { .fd = fd, .events = events };

	while (!atomic_load(stop) && clock_now() < until)
		if (poll(&p, 1, POLL_MS) > 0)
			return true;
	return false;
}

/* The accepted socket, or -1. */
static int join(const struct side *client, const struct side *server, uint64_t until,
		const atomic_bool *stop)
{
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	struct sockaddr_storage to, bound;
	socklen_t n = socket_address(server->end, client->end->ifindex, &to);
	socklen_t size = sizeof(bound);
	int fd;

	if (getsockname(server->fd, (struct sockaddr *)&bound, &size) < 0)
		return -1;
	if (to.ss_family == AF_INET)
		((struct sockaddr_in *)&to)->sin_port =
			((struct sockaddr_in *)&bound)->sin_port;
	else
		((struct sockaddr_in6 *)&to)->sin6_port =
			((struct sockaddr_in6 *)&bound)->sin6_port;
	if (connect(client->fd, (const struct sockaddr *)&to, n) < 0 &&
	    errno != EINPROGRESS)
		return -1;
	/* a refusal shows at the client, success at the server a little later */
	if (!await(client->fd, POLLOUT, until, stop) || port_error(client->fd) < 0 ||
	    !await(server->fd, POLLIN, until, stop))
		return -1;
	fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	return fd;
}

/* ---- what arrived ---- */

static uint64_t rate(const struct tcp_sample *first, const struct tcp_sample *last)
{
	/* the longer time: the thread may have waited for a processor around either */
	return (uint64_t)((double)(last->bytes - first->bytes) * BITS_PER_BYTE * SECOND /
			  (double)(last->after - first->before));
}

struct tcp_goodput tcp_goodput_of(const struct tcp_sample *samples, size_t n,
				  uint64_t begin)
{
	struct tcp_goodput ret = { 0 };
	size_t first = 0;

	while (first < n && samples[first].after < begin)
		first++;
	if (n < first + 2)
		first = 0; /* a slow link, or one that has stopped */
	if (n < 2)
		return ret;
	ret.mean = ret.best = rate(&samples[first], &samples[n - 1]);
	first = 0;
	for (size_t i = 1; i < n; i++)
		for (; first < i && samples[i].after - samples[first].before >= SECOND;
		     first++) {
			uint64_t r = rate(&samples[first], &samples[i]);

			if (r > ret.best)
				ret.best = r;
		}
	return ret;
}

static struct tcp_sample sample(int from)
{
	struct tcp_sample ret = { .before = clock_now() };
	struct tcp_info info = { 0 };
	socklen_t n = sizeof(info);

	if (getsockopt(from, IPPROTO_TCP, TCP_INFO, &info, &n) == 0)
		ret.bytes = (uint64_t)info.tcpi_delivered * info.tcpi_snd_mss;
	ret.after = clock_now();
	return ret;
}

static struct tcp_goodput carry(int from, int to, uint64_t until, const atomic_bool *stop)
{
	cleanup_free uint8_t *chunk = mem_alloc(CHUNK);
	cleanup_free struct tcp_sample *samples =
		mem_alloc(SAMPLES_MAX * sizeof(*samples));
	struct pollfd p[2] = { { .fd = from, .events = POLLOUT },
			       { .fd = to, .events = POLLIN } };
	uint64_t begin = clock_now(), time = until > begin ? until - begin : 0;
	uint64_t every = time / SAMPLES_MAX > SAMPLE_NS ? time / SAMPLES_MAX : SAMPLE_NS;
	struct tcp_sample last = { 0 };
	size_t n_samples = 0;

	while (!atomic_load(stop) && clock_now() < until) {
		struct tcp_sample s;
		ssize_t n;

		if (poll(p, 2, POLL_MS) < 0 && errno != EINTR)
			break;
		if (p[0].revents & POLLOUT &&
		    send(from, chunk, CHUNK, MSG_NOSIGNAL) < 0 && errno != EAGAIN)
			break;
		/* MSG_TRUNC: thrown away by the kernel */
		while ((n = recv(to, NULL, 4 * CHUNK, MSG_TRUNC | MSG_DONTWAIT)) > 0 &&
		       clock_now() < until)
			;
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			break;
		s = sample(from);
		/* when something came: between, a slow link's packets fill the time */
		if (s.before >= begin + time / SPENT && s.bytes > last.bytes &&
		    s.after - last.after >= every && n_samples < SAMPLES_MAX)
			samples[n_samples++] = last = s;
	}
	return tcp_goodput_of(samples, n_samples, begin + time / HEAD);
}

/* Enough for the rate, but no more in the queue than leaves it soon after the end. */
static int window(const struct measure_end *from, const struct measure_end *to,
		  uint64_t time)
{
	double ns = (double)(from->shape.delay + to->shape.delay + time / QUEUE);
	double bytes = (double)from->shape.rate / BITS_PER_BYTE / SECOND * ns;
	double least = 2.0 * from->mtu;

	if (!from->shape.rate || bytes > WINDOW_MAX)
		return 0;
	return (int)(bytes > least ? bytes : least);
}

struct tcp_goodput tcp_goodput(const struct measure_end *from,
			       const struct measure_end *to, uint64_t until,
			       const atomic_bool *stop)
{
	uint64_t now = clock_now(), time = until > now ? until - now : 0;
	struct side client = { .end = from, .fd = -1 };
	struct side server = {
		.end = to, .listens = true, .window = window(from, to, time), .fd = -1
	};
	struct tcp_goodput result = { 0 };
	int fd;

	if (port_inside(to->netns, open_side, &server) == 0 &&
	    port_inside(from->netns, open_side, &client) == 0) {
		fd = join(&client, &server, until, stop);
		if (fd >= 0) {
			result = carry(client.fd, fd, until, stop);
			close(fd);
		}
	}
	if (client.fd >= 0)
		close(client.fd);
	if (server.fd >= 0)
		close(server.fd);
	return result;
}
