/*
 * engine.c — see engine.h.
 *
 * An epoll set holds the tap devices and what else is watched; the directions that
 * have something to do later are in one heap of timers, the earliest of which sets
 * one timerfd. A link that only joins (no rate, no delay) never stores a packet: it
 * is read and written again from the same memory.
 */
#include "wire/engine.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "wire/engine_parts.h"
#include "wire/packet.h"

#define NS_PER_S 1000000000

/*
 * Timers that are due soon after others ran are run together: at a gigabit a second a
 * packet leaves every 12 us, and each wake-up costs a good part of that. A link that
 * was idle is not delayed by it.
 */
#define TOGETHER_NS 30000

enum {
	BATCH = 64, /* packets taken from a tap before others have their turn */
	BATCH_BYTES = 1 << 20, /* and bytes */
};

uint64_t engine_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* ---- watching ---- */

int engine_watch(struct engine *g, struct watch *w)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = w };

	return epoll_ctl(g->epoll, EPOLL_CTL_ADD, w->fd, &ev) < 0 ? -errno : 0;
}

void engine_unwatch(struct engine *g, struct watch *w)
{
	if (w->fd < 0)
		return;
	(void)epoll_ctl(g->epoll, EPOLL_CTL_DEL, w->fd, NULL);
	w->fd = -1;
	/* it may be freed before its event is come to */
	for (int i = g->event; i < g->n_events; i++)
		if (g->events[i].data.ptr == w)
			g->events[i].data.ptr = NULL;
}

/* ---- packets ---- */

void engine_schedule(struct engine *g, struct way *w)
{
	timers_set(&g->timers, &w->timer, direction_due(&w->direction));
}

/* The interface was deleted, perhaps with its namespace: it would be ready for ever. */
static void end_gone(struct link_end *end)
{
	end->gone = true;
	engine_unwatch(end->link->engine, &end->watch);
}

/* direction.deliver: cookie is the end that gets it. */
bool engine_end_write(void *cookie, struct packet *p)
{
	struct link_end *end = cookie;
	struct iovec iov[1 + POOL_PARTS];
	int n = packet_iov(p, iov);
	ssize_t r = n == 1 ? write(end->fd, iov[0].iov_base, iov[0].iov_len)
			   : writev(end->fd, iov, n);

	pool_give(&end->link->engine->pool, p);
	return r > 0;
}

/* Whether a read that failed may work another time. */
static bool is_passing(int error)
{
	return error == EAGAIN || error == EINTR || error == EIO || error == ENOMEM ||
	       error == ENOBUFS;
}

static void join(struct link_end *from, struct link_end *to, struct wire_stats *stats)
{
	uint8_t *scratch = from->link->engine->scratch;
	size_t bytes = 0;

	for (int i = 0; i < BATCH && bytes < BATCH_BYTES; i++) {
		ssize_t n = read(from->fd, scratch, POOL_PACKET_MAX);
		uint16_t segments;
		uint32_t length;

		if (n < 0) {
			if (!is_passing(errno))
				end_gone(from);
			return;
		}
		bytes += (size_t)n;
		if (!frame_measure(scratch, (size_t)n, (size_t)n, &segments, &length)) {
			stats->refused++;
		} else if (write(to->fd, scratch, (size_t)n) < 0) {
			stats->refused += segments;
		} else {
			stats->packets += segments;
			stats->bytes += length;
		}
	}
}

static void carry(struct link_end *from, struct direction *d)
{
	struct pool *pool = &from->link->engine->pool;
	struct iovec iov[1 + POOL_PARTS];
	size_t bytes = 0;

	for (int i = 0; i < BATCH && bytes < BATCH_BYTES; i++) {
		struct packet *p;
		ssize_t n;

		pool_iov(pool, iov);
		n = readv(from->fd, iov, ARRAY_LEN(iov));
		if (n < 0) {
			if (!is_passing(errno))
				end_gone(from);
			return;
		}
		bytes += (size_t)n;
		p = pool_take(pool,
			      (size_t)n < POOL_PACKET_MAX ? (size_t)n : POOL_PACKET_MAX);
		if (packet_measure(p)) {
			direction_put(d, p, engine_clock());
		} else {
			d->stats.refused++;
			pool_give(pool, p);
		}
	}
}

void engine_end_ready(struct watch *w, uint32_t events)
{
	struct link_end *from = (struct link_end *)w; /* its first member */
	struct wire_link *l = from->link;
	struct way *way = &l->way[from->index];

	if (events & (EPOLLERR | EPOLLHUP)) {
		end_gone(from);
		return;
	}
	if (direction_is_plain(&way->direction)) {
		join(from, &l->end[!from->index], &way->direction.stats);
	} else {
		carry(from, &way->direction);
		engine_schedule(l->engine, way);
	}
}

/* ---- time ---- */

static void timer_ready(struct watch *w, uint32_t events)
{
	/* edge-triggered: what is due is looked for after each event anyway */
	(void)w;
	(void)events;
}

static void run_due(struct engine *g)
{
	struct timer *first = timers_first(&g->timers);
	uint64_t now;

	if (!first || first->due > (now = engine_clock()))
		return;
	g->ran = now;
	while ((first = timers_first(&g->timers)) && first->due <= now) {
		struct way *w =
			(struct way *)((char *)first - offsetof(struct way, timer));

		direction_run(&w->direction, now);
		engine_schedule(g, w);
	}
}

static int arm(struct engine *g, struct err *e)
{
	const struct timer *first = timers_first(&g->timers);
	uint64_t due = first ? first->due : TIMER_NEVER;
	struct itimerspec at = { 0 };

	if (first && due < g->ran + TOGETHER_NS)
		due = g->ran + TOGETHER_NS;
	if (due == g->armed)
		return 0;
	if (first) {
		at.it_value.tv_sec = (time_t)(due / NS_PER_S);
		at.it_value.tv_nsec = (long)(due % NS_PER_S);
	}
	if (timerfd_settime(g->timer_fd, TFD_TIMER_ABSTIME, &at, NULL) < 0)
		return err_sys(e, errno, "set the timer of links");
	g->armed = due;
	return 0;
}

int engine_turn(struct engine *g, struct err *e)
{
	int r = arm(g, e);

	if (r < 0)
		return r;
	r = epoll_wait(g->epoll, g->events, ENGINE_EVENTS, -1);
	if (r < 0)
		return errno == EINTR ? 0 : err_sys(e, errno, "wait for packets");
	g->n_events = r;
	for (g->event = 0; g->event < g->n_events; g->event++) {
		struct watch *w = g->events[g->event].data.ptr;

		if (w)
			w->ready(w, g->events[g->event].events);
		run_due(g);
	}
	g->event = g->n_events = 0;
	return 0;
}

/* ---- the engine ---- */

struct engine *engine_new(struct err *e)
{
	struct engine *g = mem_alloc(sizeof(*g));
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET,
				  .data.ptr = &g->timer_watch };

	g->armed = TIMER_NEVER;
	g->scratch = mem_alloc(POOL_PACKET_MAX);
	g->epoll = epoll_create1(EPOLL_CLOEXEC);
	g->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	g->timer_watch = (struct watch){ g->timer_fd, timer_ready };
	if (g->epoll < 0 || g->timer_fd < 0 ||
	    epoll_ctl(g->epoll, EPOLL_CTL_ADD, g->timer_fd, &ev) < 0) {
		err_sys(e, errno, "prepare to carry packets");
		engine_free(g);
		return NULL;
	}
	return g;
}

void engine_free(struct engine *g)
{
	if (!g)
		return;
	while (g->links.n)
		engine_remove(g, g->links.v[g->links.n - 1]->id, NULL);
	vec_free(&g->links);
	timers_free(&g->timers);
	pool_free(&g->pool);
	if (g->timer_fd >= 0)
		close(g->timer_fd);
	if (g->epoll >= 0)
		close(g->epoll);
	free(g->scratch);
	free(g);
}
