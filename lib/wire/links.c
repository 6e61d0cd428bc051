/*
 * links.c — the links of an engine: added, changed, counted, removed. See engine.h.
 */
#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "wire/engine_parts.h"
#include "wire/tap.h"

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

static int offer(const struct link_end *end, const struct shape *s, uint32_t mtu,
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
	direction_set(&l->way[i].direction, s, mtu, seed, engine_clock());
	engine_schedule(l->engine, &l->way[i]);
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
		l->end[i] = (struct link_end){ .watch = { -1, engine_end_ready },
					       .fd = taps[i],
					       .link = l,
					       .index = i };
		direction_init(&l->way[i].direction, (uint32_t)i, &g->pool,
			       engine_end_write, &l->end[!i]);
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
		ret->shape[i] = l->way[i].direction.shape;
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
