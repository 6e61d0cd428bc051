/*
 * rates.c — see rates.h.
 *
 * An interface counts a super-packet (GSO) as one, with one header; its queueing
 * discipline counts the packets it stands for, as a rate does. So rates come from the
 * discipline where the same one was there before, else from the interface.
 *
 * Where a packet was lost is told by the counter of that place alone: the root of an
 * interface's queueing disciplines counts what those below it drop, so it alone is
 * taken. A packet that the far interface does not take is counted there, and by who
 * handed it over too: by lib/wire as refused, by a veth as dropped (veth_xmit() in the
 * kernel).
 */
#include "stat/rates.h"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

static const double NS = 1e9;

static const char *const loss_names[] = {
	[LOSS_INTERFACE] = "interface",	  [LOSS_QUEUE] = "queue",
	[LOSS_WIRE_QUEUE] = "wire_queue", [LOSS_WIRE] = "wire",
	[LOSS_FAR] = "far_interface",
};
_Static_assert(ARRAY_LEN(loss_names) == LOSS_PLACES, "a name each");

const char *loss_place_name(enum loss_place p)
{
	return loss_names[p];
}

/* What a counter grew by; nothing where it went backwards. */
static uint64_t grown(uint64_t before, uint64_t now)
{
	return now > before ? now - before : 0;
}

/* ---- queues ---- */

static bool is_wire(const struct stat_queue *q)
{
	return strcmp(q->kind, "wire") == 0;
}

/* At an interface's root, lib/wire's among them; or where its packets come in. */
static bool is_root(const struct stat_queue *q)
{
	return q->parent == TC_H_ROOT && !q->is_class;
}

static bool is_ingress(const struct stat_queue *q)
{
	return q->parent == TC_H_INGRESS && !q->is_class;
}

/* The one through which all packets of a direction go, the last of them; NULL: there is
 * none. */
static const struct stat_queue *counting_queue(const struct snapshot *s,
					       const struct stat_iface *f)
{
	const struct stat_queue *last = NULL;

	for (size_t i = 0; i < f->n_queues; i++)
		if (is_root(&s->queues.v[f->queue + i]))
			last = &s->queues.v[f->queue + i]; /* lib/wire's, or the fabric's,
							      is the last */
	return last;
}

/* ---- a direction at one moment ---- */

struct moment {
	uint64_t packets, bytes;
	uint64_t lost[LOSS_PLACES];
	uint64_t backlog_packets, backlog_bytes;
};

static uint64_t greater(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* What a veth dropped without the far one: more than what that did not take. */
static uint64_t dropped_here(const struct stat_link *l, const struct stat_iface *f,
			     const struct stat_iface *far)
{
	uint64_t here = f->errors[STAT_TX_DROPPED];

	return l->wire ? here : grown(far->errors[STAT_RX_DROPPED], here);
}

static struct moment moment_of(const struct snapshot *s, const struct stat_link *l, int d)
{
	const struct stat_iface *f = &l->end[d], *far = &l->end[!d];
	const struct stat_queue *last = counting_queue(s, f);
	/* what lib/wire and the fabric let through is less than what the node sends */
	const struct stat_queue *behind = last && (is_wire(last) || f->enforced) ? last
										 : NULL;
	struct moment m = {
		.packets = behind ? behind->packets : f->tx_packets,
		.bytes = behind ? behind->bytes : f->tx_bytes,
		.lost = {
			[LOSS_INTERFACE] =
				f->errors[STAT_TX_ERRORS] + dropped_here(l, f, far),
			[LOSS_WIRE_QUEUE] = l->by_wire[d].dropped,
			[LOSS_WIRE] = l->by_wire[d].lost,
			[LOSS_FAR] = far->errors[STAT_RX_ERRORS] +
				     far->errors[STAT_RX_MISSED] +
				     greater(far->errors[STAT_RX_DROPPED],
					     l->by_wire[d].refused),
		},
	};

	for (size_t i = 0; i < f->n_queues; i++) {
		const struct stat_queue *q = &s->queues.v[f->queue + i];

		if (!is_root(q))
			continue;
		m.backlog_packets += q->backlog_packets;
		m.backlog_bytes += q->backlog_bytes;
		if (!is_wire(q))
			m.lost[LOSS_QUEUE] += q->dropped;
	}
	for (size_t i = 0; i < far->n_queues; i++)
		if (is_ingress(&s->queues.v[far->queue + i]))
			m.lost[LOSS_FAR] += s->queues.v[far->queue + i].dropped;
	return m;
}

/* ---- links ---- */

/* Whether both were read, and of the same device. */
static bool iface_comparable(const struct stat_iface *a, const struct stat_iface *b)
{
	return a->presence == STAT_FRESH && b->presence == STAT_FRESH &&
	       b->tx_packets >= a->tx_packets && b->tx_bytes >= a->tx_bytes &&
	       b->rx_packets >= a->rx_packets && b->rx_bytes >= a->rx_bytes;
}

/* What a direction has carried since; false: a counter went backwards. */
static bool carried(const struct snapshot *before, const struct stat_iface *was,
		    const struct snapshot *now, const struct stat_iface *f,
		    uint64_t *ret_packets, uint64_t *ret_bytes)
{
	const struct stat_queue *a = counting_queue(before, was);
	const struct stat_queue *b = counting_queue(now, f);
	bool wire = a && b && is_wire(a) && is_wire(b);

	if (a && b && a->handle == b->handle && strcmp(a->kind, b->kind) == 0 &&
	    b->packets >= a->packets && b->bytes >= a->bytes) {
		*ret_packets = b->packets - a->packets;
		*ret_bytes = b->bytes - a->bytes;
		return true;
	}
	*ret_packets = f->tx_packets - was->tx_packets;
	*ret_bytes = f->tx_bytes - was->tx_bytes;
	return !wire;
}

static struct rate_direction direction_at(const struct stat_link *l, int d,
					  const struct moment *now)
{
	struct rate_direction r = { .packets_sent = now->packets,
				    .bytes_sent = now->bytes,
				    .backlog_packets = now->backlog_packets,
				    .backlog_bytes = now->backlog_bytes };

	for (int i = 0; i < LOSS_PLACES; i++)
		r.dropped += now->lost[i];
	if (l->shape[d].rate)
		r.backlog_time = (double)now->backlog_bytes * 8 /
				 (double)l->shape[d].rate;
	return r;
}

static void compare(struct rate_direction *r, const struct stat_link *l, int d,
		    const uint64_t before[LOSS_PLACES], const uint64_t now[LOSS_PLACES],
		    uint64_t packets, uint64_t bytes, double seconds)
{
	uint64_t lost = 0;

	for (int i = 0; i < LOSS_PLACES; i++)
		lost += grown(before[i], now[i]);
	r->known = true;
	r->bits = 8 * (double)bytes / seconds;
	r->packets = (double)packets / seconds;
	r->drops = (double)lost / seconds;
	if (l->shape[d].rate)
		r->load = r->bits / (double)l->shape[d].rate;
	if (r->bits > 0)
		r->backlog_time = (double)r->backlog_bytes * 8 / r->bits;
}

static struct rate_link rate_of(const struct snapshot *before, const struct snapshot *now,
				const struct stat_link *l, double seconds)
{
	const struct stat_link *was = seconds > 0 ? snapshot_link(before, l->id) : NULL;
	struct rate_link r = { .id = l->id };

	for (int d = 0; d < 2; d++) {
		struct moment m = moment_of(now, l, d), m_was;
		uint64_t packets, bytes;

		r.direction[d] = direction_at(l, d, &m);
		memcpy(r.lost[d], m.lost, sizeof(m.lost));
		if (!was || was->wire != l->wire ||
		    !iface_comparable(&was->end[d], &l->end[d]) ||
		    !carried(before, &was->end[d], now, &l->end[d], &packets, &bytes))
			continue;
		m_was = moment_of(before, was, d);
		if (!iface_comparable(&was->end[!d], &l->end[!d]))
			m_was.lost[LOSS_FAR] = m.lost[LOSS_FAR];
		compare(&r.direction[d], l, d, m_was.lost, m.lost, packets, bytes,
			seconds);
	}
	return r;
}

/* ---- nodes ---- */

static struct rate_node rate_of_node(const struct snapshot *before,
				     const struct stat_node *n, double seconds)
{
	const struct stat_node *was = seconds > 0 ? snapshot_node(before, n->id) : NULL;
	struct rate_node r = { .id = n->id };

	r.known = was && was->presence == STAT_FRESH && n->presence == STAT_FRESH;
	if (!r.known || was->uncounted || n->uncounted)
		return r;
	r.forwarded = (double)grown(was->forwarded, n->forwarded) / seconds;
	r.no_route = (double)grown(was->no_route, n->no_route) / seconds;
	r.cpu = (double)grown(was->cpu, n->cpu) / NS / seconds;
	return r;
}

static struct rate_node *node_in(struct rates *r, const struct snapshot *s, uint32_t id)
{
	const struct stat_node *n = snapshot_node(s, id);

	return n ? &r->nodes.v[n - s->nodes.v] : NULL;
}

static void add_interfaces(struct rates *r, const struct snapshot *before,
			   const struct snapshot *now)
{
	vec_each (&now->links, l) {
		const struct stat_link *was = snapshot_link(before, l->id);

		for (int i = 0; i < 2 && was; i++) {
			const struct stat_iface *a = &was->end[i], *b = &l->end[i];
			struct rate_node *n = node_in(r, now, l->node[i]);

			if (!n || !n->known || !iface_comparable(a, b))
				continue;
			n->rx_bits += 8 * (double)(b->rx_bytes - a->rx_bytes) /
				      r->seconds;
			n->tx_bits += 8 * (double)(b->tx_bytes - a->tx_bytes) /
				      r->seconds;
			n->rx_packets += (double)(b->rx_packets - a->rx_packets) /
					 r->seconds;
			n->tx_packets += (double)(b->tx_packets - a->tx_packets) /
					 r->seconds;
		}
	}
}

/* ---- all ---- */

struct rates *rates_between(const struct snapshot *before, const struct snapshot *now)
{
	struct rates *r = mem_alloc(sizeof(*r));

	if (before && now->time > before->time)
		r->seconds = (double)(now->time - before->time) / NS;
	vec_reserve(&r->links, now->links.n);
	vec_each (&now->links, l)
		vec_push(&r->links, rate_of(before, now, l, r->seconds));
	vec_reserve(&r->nodes, now->nodes.n);
	vec_each (&now->nodes, n)
		vec_push(&r->nodes, rate_of_node(before, n, r->seconds));
	if (r->seconds > 0)
		add_interfaces(r, before, now);
	return r;
}

void rates_free(struct rates *r)
{
	if (!r)
		return;
	vec_free(&r->links);
	vec_free(&r->nodes);
	free(r);
}
