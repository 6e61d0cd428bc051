/*
 * monitor_net.h — a network made by hand, with counters and a history: what the
 * monitor's pictures are drawn of.
 */
#ifndef TESTS_UNIT_MONITOR_NET_H
#define TESTS_UNIT_MONITOR_NET_H

#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <linux/pkt_sched.h>
#include <netinet/tcp.h>

#include "monitor/scene.h"

enum { SECOND = 1000000000, HISTORY = 90 };

/* ---- a network, and what it counts ---- */

static const struct {
	const char *name;
	enum node_kind kind;
	unsigned ports;
} nodes[] = {
	{ "h1", NODE_HOST, 1 },	  { "h2", NODE_HOST, 1 },   { "s1", NODE_SWITCH, 3 },
	{ "r1", NODE_ROUTER, 2 }, { "r2", NODE_ROUTER, 2 }, { "web", NODE_HOST, 1 },
};

/* Bits a second of each direction; rates and delays of both. */
static const struct {
	const char *name;
	unsigned a, b, number_a, number_b; /* nodes from 1 */
	double bits[2];
	uint64_t rate, delay;
	uint32_t loss;
	bool wire;
} links[] = {
	{ "h1 s1", 1, 3, 0, 0, { 9.6e6, 4.4e5 }, 0, 0, 0, false },
	{ "h2 s1", 2, 3, 0, 1, { 6.99e4, 6.71e4 }, 20000000, 5000000, 0, true },
	{ "s1 r1", 3, 4, 2, 0, { 9.98e6, 5.07e5 }, 10000000, 20000000, 0, false },
	{ "uplink", 4, 5, 1, 0, { 6.5e7, 5.16e5 }, 100000000, 0, 10000000, true },
	{ "web r2", 6, 5, 0, 1, { 0, 0 }, 0, 0, 0, false },
};

struct network {
	struct snapshot *before, *now;
	struct rates *rates;
	struct stat_history *history;
	struct changes changes;
	struct places places;
};

static inline void add_queue(struct snapshot *s, struct stat_iface *i,
			     struct stat_queue q)
{
	if (!i->n_queues)
		i->queue = s->queues.n;
	i->n_queues++;
	vec_push(&s->queues, q);
}

/* What the direction has sent after so many seconds; the busier, the more it swings. */
static inline double bytes_after(size_t link, int end, double seconds)
{
	double bits = links[link].bits[end];

	return bits / 8 * (seconds + 3 * (sin(seconds / 6 + (double)link) + 1) / 2);
}

static inline void add_link(struct snapshot *s, size_t i, double seconds)
{
	struct stat_link l = { .id = (uint32_t)(100 + i),
			       .name = mem_strdup(links[i].name),
			       .wire = links[i].wire,
			       .node = { links[i].a, links[i].b },
			       .number = { links[i].number_a, links[i].number_b } };

	for (int end = 0; end < 2; end++) {
		struct stat_iface *f = &l.end[end];
		double bytes = bytes_after(i, end, seconds);
		bool full = links[i].rate &&
			    links[i].bits[end] > 0.9 * (double)links[i].rate;

		l.shape[end] = (struct shape){ .rate = links[i].rate,
					       .delay = links[i].delay,
					       .loss = links[i].loss };
		*f = (struct stat_iface){ .up = true,
					  .carrier = true,
					  .mtu = 1500,
					  .tx_bytes = (uint64_t)bytes,
					  .tx_packets = (uint64_t)(bytes / 1250) };
		l.end[end].rx_bytes = (uint64_t)bytes_after(i, !end, seconds);
		l.end[end].rx_packets = l.end[end].rx_bytes / 1250;
		if (links[i].wire)
			add_queue(s, f,
				  (struct stat_queue){ .kind = "wire",
						       .parent = TC_H_ROOT,
						       .packets = f->tx_packets,
						       .bytes = f->tx_bytes });
		else if (links[i].rate)
			add_queue(s, f,
				  (struct stat_queue){
					  .kind = "tbf",
					  .handle = 0x10000,
					  .parent = TC_H_ROOT,
					  .packets = f->tx_packets,
					  .bytes = f->tx_bytes,
					  .overlimits = full ? 1234 : 0,
					  .dropped = full ? (uint64_t)(4 * seconds) : 0,
					  .backlog_packets = full ? 17 : 0,
					  .backlog_bytes = full ? 21250 : 0 });
		if (!links[i].wire && links[i].rate) {
			add_queue(s, f,
				  (struct stat_queue){ .kind = "tbf",
						       .handle = 0x10001,
						       .parent = 0x10000,
						       .is_class = true,
						       .packets = f->tx_packets,
						       .bytes = f->tx_bytes });
			add_queue(s, f,
				  (struct stat_queue){ .kind = "netem",
						       .handle = 0x20000,
						       .parent = 0x10001,
						       .packets = f->tx_packets,
						       .bytes = f->tx_bytes });
		}
	}
	if (links[i].loss)
		l.by_wire[0].lost = (uint64_t)(6 * seconds);
	vec_push(&s->links, l);
}

static inline struct snapshot *snapshot_after(double seconds)
{
	struct snapshot *s = snapshot_new();

	s->time = (uint64_t)((1000 + seconds) * SECOND);
	s->wall = (uint64_t)((1800000000 + seconds) * SECOND);
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++) {
		struct stat_node n = { .id = (uint32_t)i + 1,
				       .kind = nodes[i].kind,
				       .up = true,
				       .n_ports = nodes[i].ports };

		snprintf(n.name, sizeof(n.name), "%s", nodes[i].name);
		if (n.kind == NODE_ROUTER)
			n.forwarded = (uint64_t)(1470 * seconds);
		if (n.kind == NODE_HOST)
			n.cpu = (uint64_t)(seconds * SECOND * 0.023 * (double)(i + 1));
		n.programs = i == 5 ? 2 : 0;
		n.tcp_sockets = i == 5 ? 3 : 0;
		vec_push(&s->nodes, n);
	}
	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		add_link(s, i, seconds);
	return s;
}

static inline void network_begin(struct network *x)
{
	*x = (struct network){ .history = stat_history_new() };
	for (int t = 0; t <= HISTORY; t++) {
		struct snapshot *s = snapshot_after(t);
		struct rates *r = rates_between(x->now, s);

		stat_history_add(x->history, s, r);
		snapshot_free(x->before);
		rates_free(x->rates);
		x->before = x->now;
		x->now = s;
		x->rates = r;
	}
	scene_place(&x->places, x->now);
}

static inline void network_end(struct network *x)
{
	snapshot_free(x->before);
	snapshot_free(x->now);
	rates_free(x->rates);
	stat_history_free(x->history);
	changes_free(&x->changes);
	places_free(&x->places);
}

/* The rates, after the newest snapshot was changed by hand. */
static inline void again(struct network *x)
{
	rates_free(x->rates);
	x->rates = rates_between(x->before, x->now);
}

static inline void add_problems(struct network *x)
{
	struct stat_link *l = x->now->links.v;

	l[0].end[1].up = false;
	l[1].end[0].presence = STAT_GONE;
	l[4].end[0].presence = STAT_STALE;
	x->now->nodes.v[1].presence = STAT_GONE;
	x->now->nodes.v[4].up = false;
	x->now->trouble = mem_strdup("node web: the kernel cut its answer short");
	changes_add(&x->changes, x->before, x->now);
	again(x);
}

/* An interface of the machine, as wide a name as there may be; one that is gone. */
static inline void add_nics(struct network *x)
{
	struct snapshot *both[] = { x->before, x->now };

	for (int i = 0; i < 2; i++) {
		struct stat_link l = { .id = STAT_NIC_ID + 1,
				       .name = mem_strdup("web:enx001122334455"),
				       .nic = "enx001122334455",
				       .node = { 6 } };

		l.end[0] = (struct stat_iface){ .up = true,
						.carrier = true,
						.mtu = 1400,
						.tx_bytes = 1000000,
						.tx_packets = 1000 };
		l.end[1] = l.end[0];
		l.end[0].rx_bytes = l.end[1].tx_bytes += (uint64_t)i * 500000;
		l.end[0].rx_packets = l.end[1].tx_packets += (uint64_t)i * 400;
		l.end[0].errors[STAT_RX_DROPPED] = (uint64_t)i * 3;
		add_queue(both[i], &l.end[0],
			  (struct stat_queue){ .kind = "fq_codel",
					       .handle = 0x80000000,
					       .parent = TC_H_ROOT,
					       .packets = 1000 + (uint64_t)i * 90,
					       .bytes = 1000000 + (uint64_t)i * 90000,
					       .backlog_packets = 2,
					       .backlog_bytes = 2000 });
		vec_push(&both[i]->links, l);
		l = (struct stat_link){ .id = STAT_NIC_ID + 2,
					.name = mem_strdup("s1:eno1"),
					.nic = "eno1",
					.node = { 3 } };
		l.end[0].presence = l.end[1].presence = STAT_GONE;
		vec_push(&both[i]->links, l);
	}
	again(x);
	stat_history_add(x->history, x->now, x->rates);
}

static inline void add_connections(struct network *x)
{
	struct stat_tcp c = { .node = 6,
			      .state = TCP_ESTABLISHED,
			      .congestion = "cubic",
			      .local_port = 5201,
			      .remote_port = 40812,
			      .cwnd = 38,
			      .mss = 1448,
			      .rtt = 44600,
			      .retransmitted = 12,
			      .delivery_rate = 1192000 };

	c.remote.family = AF_INET;
	c.remote.len = 32;
	inet_pton(AF_INET, "10.0.0.1", c.remote.b);
	vec_push(&x->now->tcp, c);
	c.remote.family = AF_INET6;
	inet_pton(AF_INET6, "fd00:0:0:2::1", c.remote.b);
	c.state = TCP_LISTEN;
	c.retransmitted = 0;
	vec_push(&x->now->tcp, c);
}

static inline struct scene scene_of(const struct network *x)
{
	return (struct scene){ .network = "office",
			       .now = x->now,
			       .rates = x->rates,
			       .history = x->history,
			       .changes = &x->changes,
			       .places = &x->places,
			       .every = SECOND };
}

#endif
