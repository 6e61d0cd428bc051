/*
 * receive.c — the receiver of a way: notes every probe, and counts the full frames that
 * come while the link is in its steady state.
 *
 * When a frame came is what the kernel says, so it does not matter when this thread is
 * woken. Of full frames only the beginning is fetched.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "measure/clock.h"
#include "measure/frame.h"
#include "measure/port.h"
#include "measure/way.h"

enum {
	BUNCH = 64,
	POLL_MS = 10,
	COPIES_MAX = 8, /* of a probe; what is beyond is a storm, and not kept */
};

/* Frames that the socket had no room for belong to the part that has just ended. */
enum part { PART_PROBES, PART_HEAD, PART_WINDOW, PART_TAIL };

struct receiver {
	struct way *w;
	enum part part;
	int64_t offset; /* of the kernel's timestamps */
	uint64_t first, last;
	struct mmsghdr msgs[BUNCH];
	struct iovec iov[BUNCH];
	uint8_t data[BUNCH][PORT_LOOKED_AT];
	_Alignas(struct cmsghdr)
		uint8_t control[BUNCH][CMSG_SPACE(sizeof(struct timespec))];
};

static void enter(struct receiver *r, enum part part)
{
	struct measure_samples *s = &r->w->samples;
	struct port_seen seen = port_look(r->w->in);
	uint64_t own = seen.frames * (r->part == PART_WINDOW ? s->frame : s->probe);
	uint64_t others = seen.bytes > own ? seen.bytes - own : 0;

	if (r->part == PART_PROBES) {
		s->missed += seen.missed;
		s->others += others;
	} else if (r->part == PART_WINDOW) {
		s->frames_missed += seen.missed;
		s->others_full += others;
	}
	r->part = part;
}

static uint64_t time_of(const struct receiver *r, struct msghdr *m)
{
	struct timespec t;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			memcpy(&t, CMSG_DATA(c), sizeof(t));
			return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec -
			       (uint64_t)r->offset;
		}
	return clock_now();
}

static void take_probe(struct way *w, const struct frame *f, enum frame_state state,
		       uint64_t at)
{
	struct measure_samples *s = &w->samples;
	struct measure_arrival a = {
		.seq = f->seq,
		.delay = at > f->sent ? at - f->sent : 0,
		.damaged = state != FRAME_WHOLE,
		.nameless = state == FRAME_NAMELESS,
	};

	if (s->arrivals.n < COPIES_MAX * (atomic_load(&w->sent) + 1))
		vec_push(&s->arrivals, a);
	atomic_fetch_add(&w->came, 1);
}

static void take_full(struct receiver *r, uint64_t at)
{
	struct way *w = r->w;
	struct measure_samples *s = &w->samples;
	uint64_t begin = atomic_load_explicit(&w->window_begin, memory_order_relaxed);
	uint64_t end = atomic_load_explicit(&w->window_end, memory_order_relaxed);

	atomic_store_explicit(&w->full_came, at, memory_order_relaxed);
	if (r->part == PART_PROBES)
		enter(r, PART_HEAD);
	if (at < begin || at >= end)
		return;
	if (r->part == PART_HEAD) {
		enter(r, PART_WINDOW);
		r->first = r->last = at;
		return;
	}
	s->frames++;
	if (at > r->last)
		r->last = at;
	s->span = r->last - r->first;
}

static void take(struct receiver *r, int i)
{
	struct mmsghdr *m = &r->msgs[i];
	struct frame f;
	enum frame_state state;
	size_t n = m->msg_len < PORT_LOOKED_AT ? m->msg_len : PORT_LOOKED_AT;
	uint64_t at;

	state = frame_read(r->data[i], n, r->w->run, &f);
	if (state == FRAME_FOREIGN)
		return;
	at = time_of(r, &m->msg_hdr);
	if (f.kind == FRAME_PROBE)
		take_probe(r->w, &f, state, at);
	else
		take_full(r, at);
}

static void leave_window(struct receiver *r)
{
	uint64_t end = atomic_load_explicit(&r->w->window_end, memory_order_relaxed);

	if (r->part == PART_WINDOW && clock_now() >= end)
		enter(r, PART_TAIL);
}

/* Takes what is there; how many frames, or -errno. */
static int take_all(struct receiver *r)
{
	int got;

	for (int i = 0; i < BUNCH; i++) {
		r->iov[i] = (struct iovec){ r->data[i], sizeof(r->data[i]) };
		r->msgs[i].msg_hdr =
			(struct msghdr){ .msg_iov = &r->iov[i],
					 .msg_iovlen = 1,
					 .msg_control = r->control[i],
					 .msg_controllen = sizeof(r->control[i]) };
	}
	got = recvmmsg(r->w->in->rx, r->msgs, BUNCH, MSG_DONTWAIT | MSG_TRUNC, NULL);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (int i = 0; i < got; i++)
		take(r, i);
	return got;
}

void *way_receive(void *cookie)
{
	struct way *w = cookie;
	struct receiver *r = mem_alloc(sizeof(*r));
	struct pollfd p = { .fd = w->in->rx, .events = POLLIN };
	int got = 0;
	int64_t moved;

	r->w = w;
	r->offset = clock_real_offset();
	while (!atomic_load_explicit(w->stop, memory_order_relaxed)) {
		if (got == 0)
			(void)poll(&p, 1, POLL_MS);
		got = take_all(r);
		if (got < 0) {
			atomic_store(&w->receive_error, got);
			atomic_store(w->failed, true);
			break;
		}
		leave_window(r);
	}
	enter(r, PART_TAIL);
	moved = clock_real_offset() - r->offset;
	w->samples.clock_changed = (uint64_t)(moved < 0 ? -moved : moved);
	free(r);
	return NULL;
}
