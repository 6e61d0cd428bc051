/*
 * sampling_fill.c — from what was read in the namespaces into a snapshot.
 */
#include <linux/pkt_sched.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan.h"
#include "stat/sampling.h"

/* ---- links that lib/wire carries ---- */

static int open_wires(struct sampler *s, struct err *e)
{
	cleanup_free char *path = mem_printf("%s/wire", s->dir);

	return s->wires.fd >= 0 ? 0 : wire_client_open(&s->wires, path, e);
}

void sampling_read_wires(struct sampling *x)
{
	bool answers = true;

	for (size_t i = 0; i < x->m->links.n && answers; i++) {
		const struct link *l = x->m->links.v[i];
		struct err e = ERR_INIT;
		int r;

		if (!l->wire)
			continue;
		r = open_wires(x->s, &e);
		if (r == 0)
			r = wire_client_stats(&x->s->wires, l->id, &x->wires[i], &e);
		x->has_wires[i] = r == 0;
		answers = x->s->wires.fd >= 0;
		if (r < 0)
			sampling_tell(x, x->s->names.v[i], &e);
	}
}

static struct stat_queue wire_queue(const struct wire_stats *w)
{
	return (struct stat_queue){
		.kind = "wire",
		.parent = TC_H_ROOT,
		.packets = w->packets,
		.bytes = w->bytes,
		.dropped = w->dropped,
		.marked = w->marked,
		.backlog_packets = w->backlog_packets,
		.backlog_bytes = w->backlog_bytes,
	};
}

static struct stat_wire wire_counted(const struct wire_stats *w)
{
	return (struct stat_wire){
		.lost = w->lost,
		.duplicated = w->duplicated,
		.corrupted = w->corrupted,
		.dropped = w->dropped,
		.marked = w->marked,
		.refused = w->refused,
	};
}

/* ---- into the snapshot ---- */

void sampling_add_nodes(struct sampling *x)
{
	vec_reserve(&x->to->nodes, x->m->nodes.n);
	for (size_t i = 0; i < x->m->nodes.n; i++) {
		const struct node *n = x->m->nodes.v[i];
		const struct space *p = x->s->spaces.v[i];
		const struct space_iface *bridge = NULL;
		struct stat_node to = p->node_counted;

		to.id = n->id;
		memcpy(to.name, n->name, sizeof(to.name));
		to.kind = n->kind;
		to.nat = n->nat;
		to.up = n->up;
		to.presence = !p->there ? STAT_GONE : p->stale ? STAT_STALE : STAT_FRESH;
		vec_each (&n->ports, port)
			to.n_ports += port->link != 0;
		to.n_ports += n->nics.n;
		if (n->kind == NODE_SWITCH)
			bridge = space_iface(p, IFINDEX_BRIDGE);
		if (bridge)
			to.bridge_dropped = bridge->counted.errors[STAT_RX_DROPPED] +
					    bridge->counted.errors[STAT_TX_DROPPED];
		vec_push(&x->to->nodes, to);
	}
}

static void name_links(struct sampling *x)
{
	struct sampler *s = x->s;

	if (!x->changed)
		return;
	sampler_forget_names(s);
	vec_each (&x->m->links, l)
		vec_push(&s->names, link_text(x->m, *l));
}

void sampling_add_links(struct sampling *x)
{
	name_links(x);
	vec_reserve(&x->to->links, x->m->links.n);
	for (size_t i = 0; i < x->m->links.n; i++) {
		const struct link *l = x->m->links.v[i];
		struct stat_link to = { .id = l->id, .wire = l->wire };

		to.name = mem_strdup(x->s->names.v[i]);
		for (int end = 0; end < 2; end++) {
			to.shape[end] = l->shape[end];
			to.node[end] = l->end[end].node;
			to.number[end] = l->end[end].index;
			to.end[end].presence = STAT_GONE;
		}
		vec_push(&x->to->links, to);
	}
}

static struct stat_queue kernel_queue(const struct queue_state *q)
{
	struct stat_queue t = {
		.handle = q->handle,
		.parent = q->parent,
		.is_class = q->is_class,
		.packets = q->packets,
		.bytes = q->bytes,
		.dropped = q->dropped,
		.overlimits = q->overlimits,
		.requeues = q->requeued,
		.marked = q->marked,
		.backlog_packets = q->backlog_packets,
		.backlog_bytes = q->backlog_bytes,
	};

	memcpy(t.kind, q->kind, sizeof(t.kind));
	return t;
}

/* Behind those of the node's own: the queues of a shape that is enforced. */
static void add_enforced(struct sampling *x, uint32_t link, int end,
			 struct stat_iface *to)
{
	const struct space *p = &x->s->fabric;
	struct shape_place place = layout_shape(model_link(x->m, link), end);

	if (place.place != PLACE_FABRIC || !p->there)
		return;
	vec_each (&p->queues, q)
		if (q->ifindex == place.ifindex) {
			vec_push(&x->to->queues, kernel_queue(q));
			to->enforced = true;
		}
}

/* *q: where the queues of ifindex begin, if it has some. */
static void add_iface(struct sampling *x, const struct space *p, size_t *q, int ifindex,
		      const struct port *port)
{
	const struct space_iface *f = space_iface(p, ifindex);
	const struct space_state *s = space_state(p, ifindex);
	struct stat_link *l = (void *)(uintptr_t)snapshot_link(x->to, port->link);
	size_t i = (size_t)(l - x->to->links.v);
	struct stat_iface *to = &l->end[port->end];

	if (!f || !s || (l->wire && !x->has_wires[i]))
		return;
	*to = f->counted;
	to->presence = p->stale ? STAT_STALE : STAT_FRESH;
	to->up = s->up;
	to->carrier = s->carrier;
	to->mtu = s->mtu;
	to->queue = x->to->queues.n;
	for (; *q < p->queues.n && p->queues.v[*q].ifindex == ifindex; ++*q)
		vec_push(&x->to->queues, kernel_queue(&p->queues.v[*q]));
	add_enforced(x, port->link, port->end, to);
	if (l->wire) {
		const struct wire_stats *w = &x->wires[i].direction[port->end];

		l->by_wire[port->end] = wire_counted(w);
		vec_push(&x->to->queues, wire_queue(w));
	}
	to->n_queues = x->to->queues.n - to->queue;
}

/* Both the ports and the queues are in the order of ifindex. */
static void add_node_ifaces(struct sampling *x, const struct node *n,
			    const struct space *p)
{
	size_t q = 0;

	for (unsigned i = 0; i < n->ports.n && p->there; i++) {
		int ifindex = IFINDEX_BASE + (int)i;

		while (q < p->queues.n && p->queues.v[q].ifindex < ifindex)
			q++;
		if (n->ports.v[i].link)
			add_iface(x, p, &q, ifindex, &n->ports.v[i]);
	}
}

void sampling_add_ifaces(struct sampling *x)
{
	for (size_t i = 0; i < x->m->nodes.n; i++)
		add_node_ifaces(x, x->m->nodes.v[i], x->s->spaces.v[i]);
}

/* ---- interfaces of the machine ---- */

static const struct nic *nic_of(const struct model *m, const struct sampled_nic *s)
{
	const struct node *n = model_node(m, s->node);

	return n ? nic_named(&n->nics, s->name) : NULL;
}

/* Keeps the ids of those that are attached still, and gives new ones. */
static void match_nics(struct sampling *x)
{
	struct sampler *s = x->s;
	size_t kept = 0;

	vec_each (&s->nics, nic)
		if (nic_of(x->m, nic))
			s->nics.v[kept++] = *nic;
	s->nics.n = kept;
	vec_each (&x->m->nodes, n)
		vec_each (&(*n)->nics, nic) {
			struct sampled_nic new = { .node = (*n)->id };
			bool known = false;

			for (size_t i = 0; i < kept; i++)
				known |= s->nics.v[i].node == (*n)->id &&
					 strcmp(s->nics.v[i].name, nic->name) == 0;
			if (known)
				continue;
			new.id = STAT_NIC_ID + ++s->nics_counted;
			memcpy(new.name, nic->name, sizeof(new.name));
			vec_push(&s->nics, new);
		}
}

static const struct space *space_of(const struct sampler *s, uint32_t node)
{
	vec_each (&s->spaces, p)
		if ((*p)->node == node)
			return *p;
	return NULL;
}

static void read_nic(struct sampling *x, const struct space *p, struct stat_link *ret)
{
	const struct space_state *s = p->there ? space_state_named(p, ret->nic) : NULL;
	const struct space_iface *f = s ? space_iface(p, s->ifindex) : NULL;
	struct stat_iface *own = &ret->end[0], *behind = &ret->end[1];

	own->presence = behind->presence = STAT_GONE;
	if (!f)
		return;
	*own = f->counted;
	own->presence = p->stale ? STAT_STALE : STAT_FRESH;
	own->up = s->up;
	own->carrier = s->carrier;
	own->mtu = s->mtu;
	own->queue = x->to->queues.n;
	vec_each (&p->queues, q)
		if (q->ifindex == s->ifindex)
			vec_push(&x->to->queues, kernel_queue(q));
	own->n_queues = x->to->queues.n - own->queue;
	*behind = (struct stat_iface){
		.presence = own->presence,
		.up = own->up,
		.carrier = own->carrier,
		.mtu = own->mtu,
		.tx_packets = own->rx_packets,
		.tx_bytes = own->rx_bytes,
		.rx_packets = own->tx_packets,
		.rx_bytes = own->tx_bytes,
	};
}

void sampling_add_nics(struct sampling *x)
{
	if (x->changed)
		match_nics(x);
	vec_each (&x->s->nics, nic) {
		const struct space *p = space_of(x->s, nic->node);
		struct stat_link to = { .id = nic->id, .node = { nic->node } };

		to.name = mem_printf("%s:%s", p->name, nic->name);
		memcpy(to.nic, nic->name, sizeof(to.nic));
		read_nic(x, p, &to);
		vec_push(&x->to->links, to);
	}
}
