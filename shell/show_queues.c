/*
 * show_queues.c — show queues: what waits, and was dropped, at every interface
 * that has a queue, as the kernel counts it, or lib/wire.
 */
#include <errno.h>
#include <linux/pkt_sched.h>

#include "kern/queues.h"
#include "shell/handlers.h"

static void add_queue(struct table *t, const struct model *m, const struct link *l,
		      int end, const struct queue_state *q, bool first)
{
	char iface[IFACE_TEXT_MAX], far[IFACE_TEXT_MAX];

	iface_text(m, l, end, iface);
	iface_text(m, l, !end, far);
	table_add(t, first ? mem_strdup(iface) : mem_strdup(""), json_string(iface),
		  STYLE_STRONG);
	table_add(t, first ? mem_strdup(far) : mem_strdup(""), json_string(far),
		  STYLE_PLAIN);
	table_add_text(t, "%s", q->kind);
	table_add_number(t, q->packets);
	table_add_number(t, q->bytes);
	table_add(t, mem_printf("%u", q->dropped), json_integer(q->dropped),
		  q->dropped ? STYLE_BAD : STYLE_PLAIN);
	table_add_number(t, q->backlog_packets);
	table_add_number(t, q->backlog_bytes);
}

/* What lib/wire counts, as a discipline of the kernel would; netem too counts what it
 * loses as dropped. */
static int wire_queue(struct session *s, const struct link *l, int end,
		      struct queue_state *ret, struct err *e)
{
	struct wire_link_stats stats;
	const struct wire_stats *d = &stats.direction[end];
	int r = kern_wire_counts(s->net->kern, l->id, &stats, e);

	if (r < 0)
		return r;
	*ret = (struct queue_state){
		.kind = "wire",
		.packets = d->packets,
		.bytes = d->bytes,
		.dropped = (uint32_t)(d->dropped + d->lost + d->refused),
		.backlog_packets = (uint32_t)d->backlog_packets,
		.backlog_bytes = (uint32_t)d->backlog_bytes,
	};
	return 0;
}

/* Those of one interface, wherever they are; returns whether they are the first that are
 * told of the end. */
static bool add_queues(struct table *t, const struct model *m, const struct port *p,
		       const queue_vec *queues, int ifindex, bool first)
{
	vec_each (queues, q) {
		if (q->ifindex != ifindex)
			continue;
		add_queue(t, m, model_link(m, p->link), p->end, q, first);
		first = false;
	}
	return first;
}

static int add_port(struct session *s, struct table *t, const struct port *p,
		    const queue_vec *queues, const queue_vec *fabric, struct err *e)
{
	const struct model *m = s->net->model;
	const struct link *l = model_link(m, p->link);
	struct shape_place place = layout_shape(l, p->end);
	struct queue_state wire;
	bool first;
	int r;

	if (l->wire) {
		r = wire_queue(s, l, p->end, &wire, e);
		if (r == 0)
			add_queue(t, m, l, p->end, &wire, true);
		return r;
	}
	first = add_queues(t, m, p, queues, IFINDEX_BASE + (int)l->end[p->end].index,
			   true);
	if (place.place == PLACE_FABRIC)
		add_queues(t, m, p, fabric, place.ifindex, first);
	return 0;
}

/* only NULL: of all links. */
static int add_node(struct session *s, struct table *t, const struct node *n,
		    const struct link *only, const queue_vec *fabric, struct err *e)
{
	queue_vec queues;
	int r = queues_read(s->net->kern, n, &queues, e);

	if (r < 0)
		return r;
	vec_each (&n->ports, p)
		if (r == 0 && p->link && (!only || p->link == only->id))
			r = add_port(s, t, p, &queues, fabric, e);
	vec_free(&queues);
	return r;
}

/* The outermost discipline counts what those inside it drop. */
static uint64_t dropped_at(const queue_vec *queues, int ifindex)
{
	uint64_t dropped = 0;

	vec_each (queues, q)
		if (q->ifindex == ifindex && q->parent == TC_H_ROOT)
			dropped += q->dropped;
	return dropped;
}

static int end_drops(struct session *s, const struct link *l, int end, uint64_t *ret,
		     struct err *e)
{
	struct kern *k = s->net->kern;
	const struct node *n = model_node(s->net->model, l->end[end].node);
	struct shape_place place = layout_shape(l, end);
	struct queue_state wire;
	queue_vec queues;
	int r;

	if (l->wire) {
		r = wire_queue(s, l, end, &wire, e);
		*ret = r == 0 ? wire.dropped : 0;
		return r;
	}
	r = queues_read(k, n, &queues, e);
	if (r < 0)
		return r;
	*ret = dropped_at(&queues, IFINDEX_BASE + (int)l->end[end].index);
	vec_free(&queues);
	if (place.place != PLACE_FABRIC)
		return 0;
	r = queues_read_fabric(k, &queues, e);
	if (r < 0)
		return r;
	*ret += dropped_at(&queues, place.ifindex);
	vec_free(&queues);
	return 0;
}

int handlers_link_drops(struct session *s, const struct link *l, uint64_t *ret,
			struct err *e)
{
	uint64_t dropped[2] = { 0, 0 };
	int r = 0;

	if (!s->net->kern)
		return err_set(e, EROFS, "a read-only shell does not look at the kernel");
	for (int end = 0; r == 0 && end < 2; end++)
		r = end_drops(s, l, end, &dropped[end], e);
	kern_rest(s->net->kern);
	*ret = dropped[0] + dropped[1];
	return r;
}

static bool any_enforced(const struct model *m)
{
	vec_each (&m->links, l)
		if ((*l)->enforced)
			return true;
	return false;
}

int handlers_show_queues(struct session *s, const struct link *only, struct err *e)
{
	static const struct column columns[] = {
		{ "interface", "INTERFACE", false, 0 },
		{ "to", "TO", false, 1 },
		{ "queue", "QUEUE", false, 0 },
		{ "packets", "SENT", true, 0 },
		{ "bytes", "BYTES", true, 3 },
		{ "dropped", "DROPPED", true, 0 },
		{ "backlog_packets", "WAITING", true, 0 },
		{ "backlog_bytes", "BYTES", true, 2 },
	};
	queue_vec fabric = { 0 };
	struct table t;
	int r = 0;

	if (!s->net->kern) {
		err_set(e, EROFS, "a read-only shell does not look at the kernel");
		return err_hint(e, "'show links' tells what the links should do");
	}
	if (any_enforced(s->net->model)) {
		r = queues_read_fabric(s->net->kern, &fabric, e);
		if (r < 0)
			return r;
	}
	table_begin(&t, columns, ARRAY_LEN(columns));
	vec_each (&s->net->model->nodes, n)
		if (r == 0 && (!only || only->end[0].node == (*n)->id ||
			       only->end[1].node == (*n)->id))
			r = add_node(s, &t, *n, only, &fabric, e);
	kern_rest(s->net->kern);
	vec_free(&fabric);
	if (r == 0 && !t.cells.n && handlers_at_prompt(s))
		output_say(&s->out, STYLE_DIM,
			   "no link has a queue; 'shape LINK rate RATE' gives it one");
	if (r < 0)
		table_free(&t);
	else
		table_end(&t, &s->out);
	return r;
}
