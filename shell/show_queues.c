/*
 * show_queues.c — show queues: what waits, and was dropped, at every interface
 * that has a queue, as the kernel counts it.
 */
#include <errno.h>

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

/* The link and end whose interface has that number in the node; NULL: none. */
static const struct link *link_of(const struct model *m, const struct node *n,
				  int ifindex, int *ret_end)
{
	size_t index = (size_t)(ifindex - IFINDEX_BASE);

	if (ifindex < IFINDEX_BASE || index >= n->ports.n || !n->ports.v[index].link)
		return NULL;
	*ret_end = n->ports.v[index].end;
	return model_link(m, n->ports.v[index].link);
}

static int add_node(struct session *s, struct table *t, const struct node *n,
		    struct err *e)
{
	const struct model *m = s->net->model;
	queue_vec queues;
	int last = 0, end, r = queues_read(s->net->kern, n, &queues, e);

	if (r < 0)
		return r;
	vec_each (&queues, q) {
		const struct link *l = link_of(m, n, q->ifindex, &end);

		if (l)
			add_queue(t, m, l, end, q, q->ifindex != last);
		last = q->ifindex;
	}
	vec_free(&queues);
	return 0;
}

int handlers_show_queues(struct session *s, struct err *e)
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
		if (r == 0)
			r = add_node(s, &t, *n, e);
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
