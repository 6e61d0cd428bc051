/*
 * shapes.c — see shapes.h. A dump per node that has a shaped link, and
 * one of the fabric where some are enforced.
 */
#include "kern/shapes.h"

#include "kern/dump.h"
#include "kern/fabric.h"

static void begin(void *cookie)
{
	qdisc_vec *v = cookie;

	v->n = 0;
}

static void read_one(const struct nlmsghdr *h, void *cookie)
{
	qdisc_vec *v = cookie;
	struct seen_qdisc q;

	if (qdisc_read(h, &q.ifindex, &q.qdisc))
		vec_push(v, q);
}

static void set(struct model *m, const struct link *l, int end, const struct shape *s)
{
	if (!shape_same(&l->shape[end], s))
		model_edit_link(m, l->id)->shape[end] = *s;
}

static int read_wire(struct kern *k, struct model *m, const struct link *l, int end,
		     struct err *e)
{
	struct wire_link_stats stats;
	int r = kern_wire_counts(k, l->id, &stats, e);

	if (r == 0)
		set(m, l, end, &stats.shape[end]);
	return r;
}

/* The disciplines of one place, read when they are first asked for. */
struct cache {
	const struct node *place;
	qdisc_vec seen;
	bool read;
};

static int read_end(struct kern *k, struct model *m, const struct link *l, int end,
		    struct cache *c, struct err *e)
{
	struct shape_place place = layout_shape(l, end);
	struct netlink *nl;
	struct shape is;
	int ns, r = 0;

	if (!c->read && (r = kern_enter(k, c->place, &nl, &ns, e)) == 0)
		r = netlink_dump(nl, request_qdiscs(), begin, read_one, &c->seen, e);
	if (r < 0)
		return r;
	c->read = true;
	qdisc_shape(&c->seen, place.ifindex, &l->shape[end], l->mtu, &is);
	set(m, l, end, &is);
	return 0;
}

static int read_node(struct kern *k, struct model *m, const struct node *n, uint32_t only,
		     struct cache *fabric, struct err *e)
{
	struct cache inside = { .place = n };
	int r = 0;

	vec_each (&n->ports, p) {
		const struct link *l = p->link && (!only || p->link == only)
					       ? model_link(m, p->link)
					       : NULL;

		if (!l || r < 0)
			continue;
		if (l->wire)
			r = read_wire(k, m, l, p->end, e);
		else if (!shape_is_none(&l->shape[p->end]))
			r = read_end(k, m, l, p->end,
				     layout_shape(l, p->end).place == n->id ? &inside
									    : fabric,
				     e);
	}
	vec_free(&inside.seen);
	return r < 0 ? err_context(e, "look at the shapes of %s", n->name) : 0;
}

int kern_read_shapes(struct kern *k, const struct model *m, uint32_t only,
		     struct model **ret, struct err *e)
{
	const struct link *l = only ? model_link(m, only) : NULL;
	struct model *found = model_copy(m);
	struct cache fabric = { .place = fabric_place(m, PLACE_FABRIC) };
	int r = 0;

	for (int end = 0; l && end < 2 && r == 0; end++)
		r = read_node(k, found, model_node(m, l->end[end].node), only, &fabric,
			      e);
	if (!l)
		vec_each (&m->nodes, n)
			if (r == 0)
				r = read_node(k, found, *n, 0, &fabric, e);
	kern_rest(k);
	vec_free(&fabric.seen);
	if (r < 0)
		model_free(found);
	else
		*ret = found;
	return r;
}
