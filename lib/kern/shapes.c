/*
 * shapes.c — see shapes.h. A dump per node that has a shaped link.
 */
#include "kern/shapes.h"

#include "kern/dump.h"

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

static int read_node(struct kern *k, struct model *m, const struct node *n, uint32_t only,
		     struct err *e)
{
	struct netlink *nl;
	qdisc_vec seen = { 0 };
	bool dumped = false;
	int ns, r = 0;

	vec_each (&n->ports, p) {
		const struct link *l = p->link && (!only || p->link == only)
					       ? model_link(m, p->link)
					       : NULL;
		struct shape is;

		if (!l || r < 0)
			continue;
		if (l->wire) {
			r = read_wire(k, m, l, p->end, e);
			continue;
		}
		if (shape_is_none(&l->shape[p->end]))
			continue;
		if (!dumped && (r = kern_enter(k, n, &nl, &ns, e)) == 0)
			r = netlink_dump(nl, request_qdiscs(), begin, read_one, &seen, e);
		if (r < 0)
			break;
		dumped = true;
		qdisc_shape(&seen, IFINDEX_BASE + (int)l->end[p->end].index,
			    &l->shape[p->end], l->mtu, &is);
		set(m, l, p->end, &is);
	}
	vec_free(&seen);
	return r < 0 ? err_context(e, "look at the shapes of %s", n->name) : 0;
}

int kern_read_shapes(struct kern *k, const struct model *m, uint32_t only,
		     struct model **ret, struct err *e)
{
	const struct link *l = only ? model_link(m, only) : NULL;
	struct model *found = model_copy(m);
	int r = 0;

	for (int end = 0; l && end < 2 && r == 0; end++)
		r = read_node(k, found, model_node(m, l->end[end].node), only, e);
	if (!l)
		vec_each (&m->nodes, n)
			if (r == 0)
				r = read_node(k, found, *n, 0, e);
	kern_rest(k);
	if (r < 0)
		model_free(found);
	else
		*ret = found;
	return r;
}
