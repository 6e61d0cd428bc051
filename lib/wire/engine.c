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
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/vec.h"
#include "wire/direction.h"
#include "wire/packet.h"
#include "wire/tap.h"

#define NS_PER_S 1000000000

/*
 * Timers that are due soon after others ran are run together: at a gigabit a second a
 * packet leaves every 12 us, and each wake-up costs a good part of that. A link that
 * was idle is not delayed by it.
 */
#define TOGETHER_NS 30000

enum {
	EVENTS = 64,
	BATCH = 64, /* packets taken from a tap before others have their turn */
	BATCH_BYTES = 1 << 20, /* and bytes */
};

struct way {
	struct direction direction;
	struct timer timer;
};

struct end {
	struct watch watch; /* of the tap; its fd is kept here even when unwatched */
	int fd;
	bool gone;
	struct wire_link *link;
	int index;
};

struct wire_link {
	struct engine *engine;
	uint32_t id, mtu;
	struct end end[2];
	struct way way[2]; /* way[i] is of what end[i] sends */
};

struct engine {
	int epoll, timer_fd;
	struct watch timer_watch;
	uint64_t armed; /* ns; what the timerfd is set to; TIMER_NEVER */
	uint64_t ran;	/* ns; when timers ran last */
	struct timers timers;
	struct pool pool;
	VEC(struct wire_link *) links; /* by id */
	struct epoll_event events[EVENTS];
	int event, n_events; /* the one that is handled, of how many */
	uint8_t *scratch;    /* POOL_PACKET_MAX bytes */
};

static uint64_t clock_ns(void)
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

static void way_schedule(struct engine *g, struct way *w)
{
	timers_set(&g->timers, &w->timer, direction_due(&w->direction));
}

/* The interface was deleted, perhaps with its namespace: it would be ready for ever. */
static void end_gone(struct end *end)
{
	end->gone = true;
	engine_unwatch(end->link->engine, &end->watch);
}

/* direction.deliver: cookie is the end that gets it. */
static bool end_write(void *cookie, struct packet *p)
{
	struct end *end = cookie;
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

static void join(struct end *from, struct end *to, struct wire_stats *stats)
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

static void carry(struct end *from, struct direction *d)
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
			direction_put(d, p, clock_ns());
		} else {
			d->stats.refused++;
			pool_give(pool, p);
		}
	}
}

static void end_ready(struct watch *w, uint32_t events)
{
	struct end *from = (struct end *)w; /* its first member */
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
		way_schedule(l->engine, way);
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

	if (!first || first->due > (now = clock_ns()))
		return;
	g->ran = now;
	while ((first = timers_first(&g->timers)) && first->due <= now) {
		struct way *w =
			(struct way *)((char *)first - offsetof(struct way, timer));

		direction_run(&w->direction, now);
		way_schedule(g, w);
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
	r = epoll_wait(g->epoll, g->events, EVENTS, -1);
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

/* ---- links ---- */

/* Where in the array a link of that number is, or would be. */
static size_t place_of(const struct engine *g, uint32_t id)
{
	size_t low = 0, high = g->links.n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (g->links.v[middle]->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct wire_link *find(const struct engine *g, uint32_t id)
{
	size_t at = place_of(g, id);

	return at < g->links.n && g->links.v[at]->id == id ? g->links.v[at] : NULL;
}

static int no_such(uint32_t id, struct err *e)
{
	return err_set(e, ENOENT, "no wire link has number %u", id);
}

static int offer(const struct end *end, const struct shape *s, uint32_t mtu,
		 struct err *e)
{
	int r;

	if (end->gone)
		return 0;
	r = tap_set_offloads(end->fd, direction_takes_super(s, mtu),
			     direction_takes_unsummed(s));
	return r < 0 ? err_sys(e, r, "wire link %u: set offloads", end->link->id) : 0;
}

static int set(struct wire_link *l, unsigned i, const struct shape *s, uint32_t mtu,
	       struct err *e)
{
	uint64_t seed = 0;
	int r = direction_check(s, mtu, e);

	if (r < 0)
		return err_context(e, "wire link %u", l->id);
	if (!s->has_seed && (r = chance_random_seed(&seed)) < 0)
		return err_sys(e, r, "random numbers");
	r = offer(&l->end[i], s, mtu, e);
	if (r < 0)
		return r;
	direction_set(&l->way[i].direction, s, mtu, seed, clock_ns());
	way_schedule(l->engine, &l->way[i]);
	return 0;
}

/* Its descriptors stay open. */
static void link_free(struct wire_link *l)
{
	for (int i = 0; i < 2; i++) {
		engine_unwatch(l->engine, &l->end[i].watch);
		timers_remove(&l->engine->timers, &l->way[i].timer);
		direction_free(&l->way[i].direction);
	}
	free(l);
}

int engine_add(struct engine *g, uint32_t id, uint32_t mtu, const struct shape shapes[2],
	       const int taps[2], struct err *e)
{
	struct wire_link *l;
	int r;

	if (find(g, id))
		return err_set(e, EEXIST, "wire link %u is there already", id);
	for (int i = 0; i < 2; i++)
		if ((r = tap_check(taps[i], e)) < 0)
			return err_context(e, "wire link %u", id);
	l = mem_alloc(sizeof(*l));
	*l = (struct wire_link){ .engine = g, .id = id, .mtu = mtu };
	for (int i = 0; i < 2; i++) {
		l->end[i] = (struct end){
			.watch = { -1, end_ready }, .fd = taps[i], .link = l, .index = i
		};
		direction_init(&l->way[i].direction, (uint32_t)i, &g->pool, end_write,
			       &l->end[!i]);
	}
	for (unsigned i = 0; i < 2; i++)
		if ((r = set(l, i, &shapes[i], mtu, e)) < 0)
			goto undo;
	for (int i = 0; i < 2; i++) {
		l->end[i].watch.fd = taps[i];
		r = engine_watch(g, &l->end[i].watch);
		if (r < 0) {
			l->end[i].watch.fd = -1;
			r = err_sys(e, r, "wire link %u: watch a tap device", id);
			goto undo;
		}
	}
	vec_insert(&g->links, place_of(g, id), l);
	return 0;
undo:
	link_free(l);
	return r;
}

int engine_shape(struct engine *g, uint32_t id, unsigned direction, const struct shape *s,
		 struct err *e)
{
	struct wire_link *l = find(g, id);

	if (!l)
		return no_such(id, e);
	if (direction > 1)
		return err_set(e, EINVAL, "a link has no direction %u", direction);
	return set(l, direction, s, l->mtu, e);
}

int engine_mtu(struct engine *g, uint32_t id, uint32_t mtu, struct err *e)
{
	struct wire_link *l = find(g, id);
	int r;

	if (!l)
		return no_such(id, e);
	for (int i = 0; i < 2; i++)
		if ((r = direction_check(&l->way[i].direction.shape, mtu, e)) < 0)
			return err_context(e, "wire link %u", id);
	for (unsigned i = 0; i < 2; i++) {
		struct shape s = l->way[i].direction.shape;

		if ((r = set(l, i, &s, mtu, e)) < 0)
			return r;
	}
	l->mtu = mtu;
	return 0;
}

int engine_remove(struct engine *g, uint32_t id, struct err *e)
{
	struct wire_link *l = find(g, id);
	int fds[2];

	if (!l)
		return no_such(id, e);
	vec_remove(&g->links, place_of(g, id));
	fds[0] = l->end[0].fd;
	fds[1] = l->end[1].fd;
	link_free(l);
	close(fds[0]);
	close(fds[1]);
	return 0;
}

int engine_stats(const struct engine *g, uint32_t id, struct wire_link_stats *ret,
		 struct err *e)
{
	const struct wire_link *l = find(g, id);

	if (!l)
		return no_such(id, e);
	for (int i = 0; i < 2; i++) {
		ret->direction[i] = direction_stats(&l->way[i].direction);
		ret->gone[i] = l->end[i].gone;
	}
	return 0;
}

size_t engine_list(const struct engine *g, uint32_t from, uint32_t *ret, size_t max)
{
	size_t n = 0;

	for (size_t at = place_of(g, from); at < g->links.n && n < max; at++)
		ret[n++] = g->links.v[at]->id;
	return n;
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
