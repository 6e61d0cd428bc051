/*
 * report_json.c — see report.h. What both have is named as in the CSV.
 */
#include <jansson.h>

#include "stat/report.h"

static json_t *count(uint64_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *number(bool known, double x)
{
	return known ? json_real(x) : json_null();
}

static void set(json_t *o, enum report_column c, json_t *value)
{
	json_object_set_new(o, report_column_name(c), value);
}

/* ---- links ---- */

static json_t *errors_of(const struct stat_iface *f)
{
	json_t *o = json_object();

	for (int i = 0; i < STAT_ERRORS; i++)
		json_object_set_new(o, stat_error_name((enum stat_error)i),
				    count(f->errors[i]));
	return o;
}

static json_t *interface_of(const struct stat_iface *f)
{
	json_t *o = json_object();

	json_object_set_new(o, "up", json_boolean(f->up));
	json_object_set_new(o, "carrier", json_boolean(f->carrier));
	json_object_set_new(o, "mtu_bytes", count(f->mtu));
	json_object_set_new(o, "rx_packets", count(f->rx_packets));
	json_object_set_new(o, "rx_bytes", count(f->rx_bytes));
	json_object_set_new(o, "tx_packets", count(f->tx_packets));
	json_object_set_new(o, "tx_bytes", count(f->tx_bytes));
	json_object_set_new(o, "errors", errors_of(f));
	return o;
}

/* As tc writes them: "e501:", "1:10"; null for the root. */
static json_t *handle_text(uint32_t handle)
{
	const uint32_t none = 0xffffffff; /* TC_H_ROOT */

	if (handle == none)
		return json_null();
	return handle & 0xffff ? json_sprintf("%x:%x", handle >> 16, handle & 0xffff)
			       : json_sprintf("%x:", handle >> 16);
}

static json_t *queues_of(const struct snapshot *s, const struct stat_iface *f)
{
	json_t *array = json_array();

	for (size_t i = f->queue; i < f->queue + f->n_queues; i++) {
		const struct stat_queue *q = &s->queues.v[i];
		json_t *o = json_object();

		json_object_set_new(o, "kind", json_string(q->kind));
		json_object_set_new(o, "handle", handle_text(q->handle));
		json_object_set_new(o, "parent", handle_text(q->parent));
		json_object_set_new(o, "class", json_boolean(q->is_class));
		json_object_set_new(o, "sent_packets", count(q->packets));
		json_object_set_new(o, "sent_bytes", count(q->bytes));
		json_object_set_new(o, "dropped_packets", count(q->dropped));
		json_object_set_new(o, "overlimits", count(q->overlimits));
		json_object_set_new(o, "requeues", count(q->requeues));
		json_object_set_new(o, "marked_packets", count(q->marked));
		json_object_set_new(o, "backlog_packets", count(q->backlog_packets));
		json_object_set_new(o, "backlog_bytes", count(q->backlog_bytes));
		json_array_append_new(array, o);
	}
	return array;
}

static json_t *lost_of(const uint64_t lost[LOSS_PLACES])
{
	json_t *o = json_object();

	for (int i = 0; i < LOSS_PLACES; i++)
		json_object_set_new(o, loss_place_name((enum loss_place)i),
				    count(lost[i]));
	return o;
}

static json_t *direction_of(const struct snapshot *s, const struct stat_link *l,
			    int direction, const struct rate_link *r)
{
	const struct rate_direction *d = &r->direction[direction];
	const struct shape *shape = &l->shape[direction];
	const struct stat_iface *f = &l->end[direction];
	char iface[REPORT_IFACE_MAX];
	json_t *o = json_object();
	bool gone = f->presence == STAT_GONE;

	set(o, REPORT_FROM, json_string(report_iface(s, l, direction, iface)));
	set(o, REPORT_TO, json_string(report_iface(s, l, !direction, iface)));
	set(o, REPORT_STATE, json_string(report_state(l, direction)));
	set(o, REPORT_BITS, number(d->known, d->bits));
	set(o, REPORT_PACKETS, number(d->known, d->packets));
	set(o, REPORT_DROPS, number(d->known, d->drops));
	set(o, REPORT_LOAD, number(d->known && shape->rate, d->load));
	set(o, REPORT_BACKLOG_PACKETS, gone ? json_null() : count(d->backlog_packets));
	set(o, REPORT_BACKLOG_BYTES, gone ? json_null() : count(d->backlog_bytes));
	set(o, REPORT_BACKLOG_TIME, number(!gone, d->backlog_time));
	set(o, REPORT_SENT_PACKETS, gone ? json_null() : count(d->packets_sent));
	set(o, REPORT_SENT_BYTES, gone ? json_null() : count(d->bytes_sent));
	set(o, REPORT_DROPPED, gone ? json_null() : count(d->dropped));
	set(o, REPORT_SET_RATE, shape->rate ? count(shape->rate) : json_null());
	set(o, REPORT_SET_DELAY, json_real((double)shape->delay / 1e9));
	set(o, REPORT_SET_LOSS, json_real((double)shape->loss / SHAPE_CERTAIN));
	json_object_set_new(o, "lost", gone ? json_null() : lost_of(r->lost[direction]));
	json_object_set_new(o, "interface",
			    gone || (*l->nic && direction) ? json_null()
							   : interface_of(f));
	json_object_set_new(o, "queues", queues_of(s, f));
	return o;
}

static json_t *link_of(const struct snapshot *s, const struct stat_link *l,
		       const struct rate_link *r)
{
	json_t *o = json_object(), *directions = json_array();

	for (int d = 0; d < 2; d++)
		json_array_append_new(directions, direction_of(s, l, d, r));
	if (*l->nic) {
		json_object_set_new(o, "nic", json_string(l->name));
	} else {
		set(o, REPORT_LINK, json_string(l->name));
		json_object_set_new(o, "id", count(l->id));
		json_object_set_new(o, "wire", json_boolean(l->wire));
	}
	json_object_set_new(o, "directions", directions);
	return o;
}

/* ---- nodes, connections ---- */

static const char *presence_text(enum stat_presence p)
{
	static const char *const texts[] = { "fresh", "stale", "gone" };

	return texts[p];
}

static json_t *counted(const struct stat_node *n, uint64_t value)
{
	return n->uncounted ? json_null() : count(value);
}

static json_t *node_of(const struct stat_node *n, const struct rate_node *r)
{
	json_t *o = json_object();
	bool rated = r->known && !n->uncounted;

	set(o, REPORT_NODE, json_string(n->name));
	json_object_set_new(o, "id", count(n->id));
	json_object_set_new(o, "kind", json_string(stat_node_kind(n)));
	json_object_set_new(o, "presence", json_string(presence_text(n->presence)));
	json_object_set_new(o, "up", json_boolean(n->up));
	json_object_set_new(o, "interfaces", count(n->n_ports));
	json_object_set_new(o, "forwarded_packets_per_s", number(rated, r->forwarded));
	json_object_set_new(o, "no_route_packets_per_s", number(rated, r->no_route));
	json_object_set_new(o, "cpu", number(rated, r->cpu));
	json_object_set_new(o, "rx_bits_per_s", number(r->known, r->rx_bits));
	json_object_set_new(o, "tx_bits_per_s", number(r->known, r->tx_bits));
	json_object_set_new(o, "rx_packets_per_s", number(r->known, r->rx_packets));
	json_object_set_new(o, "tx_packets_per_s", number(r->known, r->tx_packets));
	json_object_set_new(o, "forwarded_packets", counted(n, n->forwarded));
	json_object_set_new(o, "no_route_packets", counted(n, n->no_route));
	json_object_set_new(o, "in_discarded_packets", counted(n, n->in_discarded));
	json_object_set_new(o, "out_discarded_packets", counted(n, n->out_discarded));
	json_object_set_new(o, "header_error_packets", counted(n, n->header_errors));
	json_object_set_new(o, "bridge_dropped_packets", count(n->bridge_dropped));
	json_object_set_new(o, "cpu_s", number(!n->uncounted, (double)n->cpu / 1e9));
	json_object_set_new(o, "programs", counted(n, n->programs));
	json_object_set_new(o, "tcp_sockets", counted(n, n->tcp_sockets));
	json_object_set_new(o, "udp_sockets", counted(n, n->udp_sockets));
	return o;
}

static json_t *tcp_of(const struct snapshot *s, const struct stat_tcp *t)
{
	const struct stat_node *n = snapshot_node(s, t->node);
	char address[REPORT_ADDRESS_MAX];
	json_t *o = json_object();

	set(o, REPORT_NODE, json_string(n ? n->name : ""));
	set(o, REPORT_SOCKET, count(t->cookie));
	set(o, REPORT_LOCAL,
	    json_string(report_address(&t->local, t->local_port, address)));
	set(o, REPORT_REMOTE,
	    json_string(report_address(&t->remote, t->remote_port, address)));
	set(o, REPORT_CONGESTION, json_string(t->congestion));
	set(o, REPORT_CWND, count(t->cwnd));
	set(o, REPORT_MSS, count(t->mss));
	set(o, REPORT_RTT, json_real(t->rtt / 1e6));
	set(o, REPORT_RTTVAR, json_real(t->rttvar / 1e6));
	set(o, REPORT_MIN_RTT, json_real(t->min_rtt / 1e6));
	set(o, REPORT_RETRANSMITTED, count(t->retransmitted));
	set(o, REPORT_ACKED, count(t->sent));
	set(o, REPORT_RECEIVED, count(t->received));
	set(o, REPORT_DELIVERY, json_real(8.0 * (double)t->delivery_rate));
	return o;
}

/* ---- all ---- */

void report_json(FILE *to, const struct snapshot *s, const struct rates *r)
{
	json_t *o = json_object(), *links = json_array(), *nics = json_array(),
	       *nodes = json_array(), *tcp = json_array();

	for (size_t i = 0; i < s->links.n; i++)
		json_array_append_new(*s->links.v[i].nic ? nics : links,
				      link_of(s, &s->links.v[i], &r->links.v[i]));
	for (size_t i = 0; i < s->nodes.n; i++)
		json_array_append_new(nodes, node_of(&s->nodes.v[i], &r->nodes.v[i]));
	vec_each (&s->tcp, t)
		json_array_append_new(tcp, tcp_of(s, t));
	set(o, REPORT_TIME, json_real((double)s->wall / 1e9));
	set(o, REPORT_MONOTONIC, json_real((double)s->time / 1e9));
	json_object_set_new(o, "took_s", json_real((double)s->took / 1e9));
	json_object_set_new(o, "interval_s", number(r->seconds > 0, r->seconds));
	json_object_set_new(o, "trouble",
			    s->trouble ? json_string(s->trouble) : json_null());
	json_object_set_new(o, "links", links);
	json_object_set_new(o, "nics", nics);
	json_object_set_new(o, "nodes", nodes);
	json_object_set_new(o, "tcp", tcp);
	json_dumpf(o, to, JSON_COMPACT | JSON_REAL_PRECISION(16));
	putc('\n', to);
	json_decref(o);
}
