/*
 * send.c — the senders of a way: probes, at a low rate, and full frames, at more than
 * the link lets through.
 *
 * Probes are sent one by one, at irregular intervals, lest they keep step with something
 * on the way. The time in a probe is taken right before it is sent, so a sender that
 * wakes late does no harm; what it missed it does not send at once, for then probes would
 * wait for each other. Full frames go out in bunches that are due; a bunch that the queue
 * has no room for is not repeated.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include <arpa/inet.h>

#include "base/mem.h"
#include "measure/clock.h"
#include "measure/frame.h"
#include "measure/schedule.h"
#include "measure/way.h"

enum {
	BUNCH = 64,
	PATIENCE_MS = 5, /* for room in the socket */
	BUCKET_NS = 10000000,
	LATES_MAX = 4096,
	STALL_NS = 1000000,
	BREATH = 8, /* frames' time, until a full queue is tried again */
	BITS_PER_BYTE = 8,
};

static bool is_over(const struct way *w)
{
	return atomic_load_explicit(w->stop, memory_order_relaxed);
}

/* The queue was full, or the socket: not an error. */
static bool is_pressure(int error)
{
	return error == ENOBUFS || error == EAGAIN || error == ENOMEM;
}

static void fail(struct way *w, int error)
{
	atomic_store(&w->send_error, -error);
	atomic_store(w->failed, true);
}

static struct sockaddr_ll address(const struct way *w)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(FRAME_TYPE),
				  .sll_ifindex = (int)w->from->ifindex,
				  .sll_halen = sizeof(w->to->mac) };

	memcpy(to.sll_addr, w->to->mac, sizeof(w->to->mac));
	return to;
}

static void address_frame(struct frame *f, const struct way *w)
{
	memcpy(f->to, w->to->mac, sizeof(f->to));
	if (w->from->bridged)
		memcpy(f->from, w->from->mac, sizeof(f->from));
}

/* ---- probes ---- */

static uint64_t random_next(uint64_t *state)
{
	/* Marsaglia's xorshift */
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Whether it left; else 0 or an error other than pressure. */
static int send_probe(struct way *w, const struct sockaddr_ll *to, uint64_t seq)
{
	struct frame f = { .run = w->run, .seq = seq, .kind = FRAME_PROBE };
	uint8_t buf[FRAME_MIN];

	address_frame(&f, w);
	f.sent = clock_now();
	frame_write(&f, buf);
	if (sendto(w->tx, buf, sizeof(buf), 0, (const struct sockaddr *)to,
		   sizeof(*to)) == sizeof(buf)) {
		atomic_store(&w->last_sent, f.sent);
		return 1;
	}
	return errno == EINTR || is_pressure(errno) ? 0 : -errno;
}

void *way_send_probes(void *cookie)
{
	struct way *w = cookie;
	const struct sockaddr_ll to = address(w);
	uint64_t chance = w->run | 1, next = w->begin, seq = 0, late, now;
	int r;

	clock_be_exact();
	while (next < w->end && !is_over(w)) {
		late = clock_sleep_until(next, w->stop);
		if (late && w->lates.n < LATES_MAX)
			vec_push(&w->lates, late);
		if (is_over(w))
			break;
		r = send_probe(w, &to, seq);
		if (r < 0) {
			fail(w, -r);
			break;
		}
		if (r > 0)
			atomic_store(&w->sent, ++seq);
		else
			w->refused++;
		/* between half an interval and one and a half */
		next += w->interval / 2 + random_next(&chance) % (w->interval + 1);
		now = clock_now();
		if (next < now)
			next = now + w->interval / 2;
	}
	atomic_store(&w->sending, false);
	return NULL;
}

/* ---- full frames ---- */

struct bunch {
	struct mmsghdr msgs[BUNCH];
	struct iovec iov[BUNCH][2];
	uint8_t heads[BUNCH][FRAME_MIN];
	struct sockaddr_ll to;
	uint64_t seq;	/* of the next */
	uint64_t tried; /* those that the queue refused are among them */
};

static struct bunch *bunch_new(const struct way *w, uint8_t *rest)
{
	struct bunch *b = mem_alloc(sizeof(*b));

	b->to = address(w);
	for (int i = 0; i < BUNCH; i++) {
		b->iov[i][0] = (struct iovec){ b->heads[i], FRAME_MIN };
		b->iov[i][1] = (struct iovec){ rest, w->samples.frame - FRAME_MIN };
		b->msgs[i].msg_hdr = (struct msghdr){ .msg_iov = b->iov[i],
						      .msg_iovlen = 2,
						      .msg_name = &b->to,
						      .msg_namelen = sizeof(b->to) };
	}
	return b;
}

/* Sends up to n frames, at most BUNCH; how many left, or -errno. */
static int send_bunch(struct way *w, struct bunch *b, int n)
{
	struct frame f = { .run = w->run, .kind = FRAME_FULL, .sent = clock_now() };
	int r;

	address_frame(&f, w);
	for (int i = 0; i < n; i++) {
		f.seq = b->seq + (uint64_t)i;
		frame_write(&f, b->heads[i]);
	}
	r = sendmmsg(w->tx, b->msgs, (unsigned)n, 0);
	if (r < 0)
		return errno == EINTR ? 0 : -errno;
	b->seq += (uint64_t)r;
	b->tried += (uint64_t)r;
	return r;
}

/* The socket holds all that it may. */
static void wait_for_room(struct way *w)
{
	struct pollfd p = { .fd = w->tx, .events = POLLOUT };

	(void)poll(&p, 1, PATIENCE_MS);
}

static void send_as_fast_as_it_goes(struct way *w, struct bunch *b)
{
	while (!is_over(w) && clock_now() < w->end) {
		int r = send_bunch(w, b, BUNCH);

		if (r == -EAGAIN)
			wait_for_room(w);
		else if (r < 0 && !is_pressure(-r))
			return fail(w, -r);
	}
}

struct pace {
	double frames_per_ns;
	double surge;	/* frames that may be due at once */
	double done;	/* frames, and those given up for being late */
	uint64_t awake; /* when the sender meant to run again */
	bool roomy;	/* the socket holds more than is under way on an empty queue */
};

static struct pace pace_of(const struct way *w)
{
	const struct shape *s = &w->from->shape;
	double frame = w->samples.frame;
	struct pace p = { .frames_per_ns = (double)w->offer / BITS_PER_BYTE / frame /
					   SECOND };

	/* at first as much as a bucket of tokens may let through, so that it is empty */
	p.surge = 2.0 * (w->samples.mtu + SHAPE_FRAME_HEADER) / frame +
		  BUCKET_NS * p.frames_per_ns + BUNCH;
	p.awake = w->begin;
	p.done = BUNCH; /* beyond that, only a sender that was late is to catch up */
	p.roomy = (double)w->room >
		  p.frames_per_ns * (double)s->delay * (frame + SCHEDULE_FRAME_OVERHEAD);
	return p;
}

static void pause_until(struct way *w, struct pace *p, uint64_t then)
{
	p->awake = then < w->end ? then : w->end;
	clock_wait_until(p->awake, w->stop);
}

/* The processor was taken from us, if only by the machine below a virtual one. */
static void note_stall(struct way *w, struct pace *p, uint64_t now)
{
	if (now > p->awake + STALL_NS && now > w->begin + (w->end - w->begin) / 4)
		w->stalled += now - p->awake;
	p->awake = now;
}

/*
 * A queue presses back by dropping what it has no room for. The kernel tells, and does
 * not try those behind it. They are not given up: the queue has to stay full.
 */
static int send_due(struct way *w, struct bunch *b, struct pace *p, int n)
{
	int r = send_bunch(w, b, n);

	if (r == -EAGAIN) {
		w->pressed |= p->roomy;
		wait_for_room(w);
		p->awake = clock_now();
		return 0;
	}
	if (r < 0 && !is_pressure(-r))
		return r;
	if (r == n) {
		p->done += n;
		return 0;
	}
	w->pressed |= r < 0 || p->roomy;
	p->done += (r < 0 ? 0 : r) + 1;
	b->tried++;
	pause_until(w, p, clock_now() + (uint64_t)(BREATH / p->frames_per_ns));
	return 0;
}

static void send_paced(struct way *w, struct bunch *b)
{
	struct pace p = pace_of(w);
	uint64_t now, next = w->begin, one;

	while (!is_over(w) && (now = clock_now()) < w->end) {
		double due = p.surge + (double)(now - w->begin) * p.frames_per_ns -
			     p.done;
		int r;

		note_stall(w, &p, now);
		if (due > p.surge) {
			p.done += due - p.surge;
			due = p.surge;
		}
		if (due >= 1) {
			r = send_due(w, b, &p, due > BUNCH ? BUNCH : (int)due);
			if (r < 0)
				return fail(w, -r);
			continue;
		}
		one = now + (uint64_t)((1 - due) / p.frames_per_ns);
		next = next + w->tick > now ? next + w->tick : now;
		pause_until(w, &p, next > one ? next : one);
	}
}

void *way_send_full(void *cookie)
{
	struct way *w = cookie;
	cleanup_free uint8_t *rest = mem_alloc(w->samples.frame);
	cleanup_free struct bunch *b = bunch_new(w, rest);
	uint64_t begin, end;

	clock_be_exact();
	clock_sleep_until(w->begin, w->stop);
	begin = clock_now();
	w->begin = begin;
	if (w->offer)
		send_paced(w, b);
	else
		send_as_fast_as_it_goes(w, b);
	end = clock_now();
	if (end > begin)
		w->offered = (uint64_t)((double)b->tried * w->samples.frame *
					BITS_PER_BYTE * SECOND / (double)(end - begin));
	atomic_store(&w->sending, false);
	return NULL;
}
