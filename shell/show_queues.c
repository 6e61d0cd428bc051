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

static int add_port(struct session *s, struct table *t, const struct port *p,
		    const queue_vec *queues, struct err *e)
{
	const struct model *m = s->net->model;
	const struct link *l = model_link(m, p->link);
	struct queue_state wire;
	bool first = true;
	int r;

	if (l->wire) {
		r = wire_queue(s, l, p->end, &wire, e);
		if (r == 0)
			add_queue(t, m, l, p->end, &wire, true);
		return r;
	}
	vec_each (queues, q) {
		if (q->ifindex != IFINDEX_BASE + (int)l->end[p->end].index)
			continue;
		add_queue(t, m, l, p->end, q, first);
		first = false;
	}
	return 0;
}

/* only NULL: of all links. */
static int add_node(struct session *s, struct table *t, const struct node *n,
		    const struct link *only, struct err *e)
{
	queue_vec queues;
	int r = queues_read(s->net->kern, n, &queues, e);

	if (r < 0)
		return r;
	vec_each (&n->ports, p)
		if (r == 0 && p->link && (!only || p->link == only->id))
			r = add_port(s, t, p, &queues, e);
	vec_free(&queues);
	return r;
}

int handlers_link_drops(struct session *s, const struct link *l, uint64_t *ret,
			struct err *e)
{
	uint64_t dropped = 0;
	int r = 0;

	if (!s->net->kern)
		return err_set(e, EROFS, "a read-only shell does not look at the kernel");
	for (int end = 0; r == 0 && end < 2; end++) {
		struct queue_state wire;
		queue_vec queues;

		if (l->wire) {
			r = wire_queue(s, l, end, &wire, e);
			dropped += r == 0 ? wire.dropped : 0;
			continue;
		}
		r = queues_read(s->net->kern, model_node(s->net->model, l->end[end].node),
				&queues, e);
		if (r < 0)
			break;
		/* the outermost discipline counts what those inside it drop */
		vec_each (&queues, q)
			if (q->ifindex == IFINDEX_BASE + (int)l->end[end].index &&
			    q->parent == TC_H_ROOT)
				dropped += q->dropped;
		vec_free(&queues);
	}
	kern_rest(s->net->kern);
	if (r == 0)
		*ret = dropped;
	return r;
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
	struct table t;
	int r = 0;

	if (!s->net->kern) {
		err_set(e, EROFS, "a read-only shell does not look at the kernel");
		return err_hint(e, "'show links' tells what the links should do");
	}
	table_begin(&t, columns, ARRAY_LEN(columns));
	vec_each (&s->net->model->nodes, n)
		if (r == 0 && (!only || only->end[0].node == (*n)->id ||
			       only->end[1].node == (*n)->id))
			r = add_node(s, &t, *n, only, e);
	kern_rest(s->net->kern);
	if (r == 0 && !t.cells.n && handlers_at_prompt(s))
		output_say(&s->out, STYLE_DIM,
			   "no link has a queue; 'shape LINK rate RATE' gives it one");
	if (r < 0)
		table_free(&t);
	else
		table_end(&t, &s->out);
	return r;
}
