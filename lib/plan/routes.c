/*
 * routes.c — the steps from a node's routes to other ones.
 *
 * Only a route whose interface is up is in the kernel. One with the same prefix
 * and metric is replaced in place, so that there is no moment without it. Equal ways are
 * one route of the kernel, and one step.
 */
#include <arpa/inet.h>
#include <stdlib.h>

#include "plan/making.h"

enum {
	IPV6_METRIC_DEFAULT = 1024
}; /* IP6_RT_PRIO_USER, kernel include/net/ip6_route.h */

/* A route and the interface it leaves by; only those that the kernel can have. */
struct way {
	const struct route *route;
	const struct link *out;
	int end;
};

typedef VEC(struct way) ways;

uint32_t plan_route_metric(const struct route *r)
{
	if (!r->metric && r->prefix.family == AF_INET6)
		return IPV6_METRIC_DEFAULT;
	return r->metric;
}

/* What makes a route the same entry of the kernel's table. */
static int compare_keys(const struct route *a, const struct route *b)
{
	int r = (a->prefix.family > b->prefix.family) -
		(a->prefix.family < b->prefix.family);

	if (!r)
		r = ip_compare(&a->prefix, &b->prefix);
	if (!r)
		r = (a->prefix.len > b->prefix.len) - (a->prefix.len < b->prefix.len);
	if (!r)
		r = (plan_route_metric(a) > plan_route_metric(b)) -
		    (plan_route_metric(a) < plan_route_metric(b));
	return r;
}

static int compare_ways(const void *a, const void *b)
{
	const struct way *x = a, *y = b;
	int r = compare_keys(x->route, y->route);

	return r ? r : ip_compare(&x->route->via, &y->route->via);
}

static ways ways_of(const struct model *m, const struct node *n)
{
	ways w = { 0 };

	if (!n)
		return w;
	vec_each (&n->routes, r) {
		struct way way = { .route = r };

		if (model_next_hop(m, n, &r->via, &way.out, &way.end) &&
		    model_iface_up(m, way.out, way.end))
			vec_push(&w, way);
	}
	if (w.n)
		qsort(w.v, w.n, sizeof(*w.v), compare_ways);
	return w;
}

static const struct item *item_of(const struct making *k, size_t first, size_t n,
				  const struct link *l)
{
	for (size_t i = first; i < first + n; i++) {
		const struct item *at = &k->items.v[i];

		if ((at->new && at->new->id == l->id) ||
		    (at->old && at->old->id == l->id))
			return at;
	}
	return NULL;
}

/* Whether the kernel drops routes by itself because this interface goes, or goes down. */
static bool takes_routes(const struct making *k, const struct item *i)
{
	return i && (!i->new || !model_iface_up(k->p->to, i->new, i->end));
}

/* How many from there on are one route. */
static size_t count_equal(const ways *w, size_t at)
{
	size_t n = 1;

	while (at + n < w->n && compare_keys(w->v[at].route, w->v[at + n].route) == 0)
		n++;
	return n;
}

/* Whether the kernel has not one of them left. */
static bool takes_all(const struct making *k, size_t first, size_t n_items,
		      const struct way *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!takes_routes(k, item_of(k, first, n_items, x[i].out)))
			return false;
	return true;
}

/* Whether the kernel has to be told of one that is in both. */
static bool differs(const struct making *k, size_t first, size_t n_items,
		    const struct way *x, const struct way *y)
{
	const struct item *i = item_of(k, first, n_items, y->out);

	return x->out->id != y->out->id || (i && !i->new) ||
	       !ip_same_address(&x->route->via, &y->route->via) ||
	       (i && i->readdressed && y->route->prefix.family == AF_INET);
}

void plan_step_routes(struct making *k, const struct node *old, const struct node *new,
		      bool add)
{
	size_t first, n = plan_items_of(k, new->id, &first), a = 0, b = 0;
	ways was, is;

	if (old == new && !n)
		return;
	was = ways_of(k->p->from, old);
	is = ways_of(k->p->to, new);
	while (a < was.n || b < is.n) {
		const struct way *x = a < was.n ? &was.v[a] : NULL;
		const struct way *y = b < is.n ? &is.v[b] : NULL;
		int r = !x ? 1 : !y ? -1 : compare_keys(x->route, y->route);
		size_t nx = r <= 0 ? count_equal(&was, a) : 0;
		size_t ny = r >= 0 ? count_equal(&is, b) : 0;
		bool changed = nx != ny;

		a += nx;
		b += ny;
		if (r < 0) {
			if (!add && !takes_all(k, first, n, x, nx))
				plan_push_iface(k, STEP_ROUTE_DEL, new, x->out, x->end)
					->route = *x->route;
			continue;
		}
		if (!add)
			continue;
		for (size_t i = 0; i < ny && !changed; i++)
			changed = differs(k, first, n, &x[i], &y[i]);
		if (changed)
			plan_push_iface(k, STEP_ROUTE_ADD, new, y->out, y->end)->route =
				*y->route;
	}
	vec_free(&was);
	vec_free(&is);
}
