/*
 * node.c — all about one node: its interfaces, what its IP counts, its TCP connections.
 */
#include <math.h>
#include <stdio.h>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include "monitor/figure.h"
#include "monitor/lines.h"
#include "stat/report.h"

enum { IFACE_MIN = 6, FAR = 20, LABEL = 22, PORT = 6, ADDRESS = 25 };

static const char *tcp_state(uint8_t state)
{
	static const char *const names[] = {
		[TCP_ESTABLISHED] = "established",
		[TCP_SYN_SENT] = "syn-sent",
		[TCP_SYN_RECV] = "syn-recv",
		[TCP_FIN_WAIT1] = "fin-wait-1",
		[TCP_FIN_WAIT2] = "fin-wait-2",
		[TCP_TIME_WAIT] = "time-wait",
		[TCP_CLOSE] = "closed",
		[TCP_CLOSE_WAIT] = "close-wait",
		[TCP_LAST_ACK] = "last-ack",
		[TCP_LISTEN] = "listen",
		[TCP_CLOSING] = "closing",
	};

	return state < ARRAY_LEN(names) && names[state] ? names[state] : "?";
}

static void add_rate(struct lines *t, double bits)
{
	char buf[FIGURE_MAX];

	lines_right(t, FIGURE_RATE, bits > 0 ? INK_PLAIN : INK_DIM,
		    figure_rate(buf, bits));
}

/* Columns that the names of its interfaces need. */
static int iface_width(const struct scene *s, const struct stat_node *n)
{
	int width = IFACE_MIN;

	vec_each (&s->now->links, l)
		if (l->node[0] == n->id && grid_columns(l->nic) > width)
			width = grid_columns(l->nic);
	return width;
}

static void draw_interfaces(struct lines *t, const struct scene *s,
			    const struct state *st, const struct stat_node *n)
{
	int width = iface_width(s, n);

	lines_next(t);
	lines_text(t, width, INK_HEADING, "IFACE");
	lines_text(t, FAR, INK_HEADING, "TO");
	lines_text(t, 5, INK_HEADING, "STATE");
	lines_right(t, FIGURE_RATE, INK_HEADING, "RECEIVED");
	lines_right(t, FIGURE_RATE, INK_HEADING, "SENT");
	lines_right(t, 6, INK_HEADING, "DROP/S");
	lines_right(t, FIGURE_BYTES, INK_HEADING, "QUEUE");
	for (size_t i = 0; i < s->now->links.n; i++) {
		const struct stat_link *l = s->now->links.v + i;
		char text[REPORT_IFACE_MAX], buf[FIGURE_MAX];

		for (int end = 0; end < 2; end++) {
			struct scene_direction out, in;

			if (l->node[end] != n->id)
				continue;
			out = scene_direction(s, i, end, st->past);
			in = scene_direction(s, i, !end, st->past);
			lines_next(t);
			snprintf(text, sizeof(text), "eth%u", l->number[end]);
			lines_text(t, width, INK_STRONG, *l->nic ? l->nic : text);
			lines_text(t, FAR, INK_PLAIN,
				   *l->nic ? "the machine's"
					   : report_iface(s->now, l, !end, text));
			lines_text(t, 5,
				   strcmp(scene_link_state(l), "up") == 0 ? INK_GOOD
									  : INK_FULL,
				   scene_link_state(l));
			add_rate(t, in.bits);
			add_rate(t, out.bits);
			lines_count(t, 6, INK_FULL, out.drops);
			lines_right(t, FIGURE_BYTES,
				    out.backlog_bytes > 0 ? INK_WARN : INK_DIM,
				    figure_bytes(buf, out.backlog_bytes));
		}
	}
}

static void add_total(struct lines *t, const char *label, uint64_t n, enum ink ink)
{
	lines_next(t);
	lines_text(t, LABEL, INK_PLAIN, label);
	lines_count(t, FIGURE_COUNT, ink, (double)n);
}

static void draw_totals(struct lines *t, const struct stat_node *n)
{
	lines_next(t);
	lines_next(t);
	lines_text(t, 0, INK_HEADING, "PACKETS in all");
	if (n->kind == NODE_SWITCH) {
		add_total(t, "dropped by the bridge", n->bridge_dropped, INK_FULL);
		return;
	}
	add_total(t, "forwarded", n->forwarded, INK_PLAIN);
	add_total(t, "no route", n->no_route, INK_FULL);
	add_total(t, "header errors", n->header_errors, INK_FULL);
	add_total(t, "discarded on receiving", n->in_discarded, INK_FULL);
	add_total(t, "discarded on sending", n->out_discarded, INK_FULL);
}

/* Of its own end a node knows the address. */
static void add_endpoints(struct lines *t, const struct stat_tcp *c)
{
	const struct ip *ip = &c->remote;
	char address[IP_TEXT_MAX], text[IP_TEXT_MAX + 16];

	snprintf(text, sizeof(text), "%u", c->local_port);
	lines_right(t, PORT, INK_PLAIN, text);
	snprintf(text, sizeof(text), ip->family == AF_INET6 ? "[%s]:%u" : "%s:%u",
		 ip_text(ip, address), c->remote_port);
	lines_text(t, ADDRESS, INK_PLAIN, text);
}

static void draw_connections(struct lines *t, const struct scene *s,
			     const struct stat_node *n)
{
	char buf[FIGURE_MAX];
	bool any = false;

	lines_next(t);
	lines_next(t);
	lines_text(t, 11, INK_HEADING, "TCP");
	lines_right(t, FIGURE_TIME, INK_HEADING, "RTT");
	lines_right(t, FIGURE_COUNT, INK_HEADING, "CWND");
	lines_right(t, 7, INK_HEADING, "RETRANS");
	lines_right(t, FIGURE_RATE, INK_HEADING, "RATE");
	lines_right(t, PORT, INK_HEADING, "PORT");
	lines_text(t, ADDRESS, INK_HEADING, "REMOTE");
	lines_text(t, 0, INK_HEADING, "CONTROL");
	vec_each (&s->now->tcp, c) {
		if (c->node != n->id)
			continue;
		any = true;
		lines_next(t);
		lines_text(t, 11, c->state == TCP_ESTABLISHED ? INK_GOOD : INK_DIM,
			   tcp_state(c->state));
		lines_right(t, FIGURE_TIME, INK_PLAIN, figure_time(buf, c->rtt / 1e6));
		lines_count(t, FIGURE_COUNT, INK_PLAIN, c->cwnd);
		lines_count(t, 7, INK_WARN, (double)c->retransmitted);
		add_rate(t, 8 * (double)c->delivery_rate);
		add_endpoints(t, c);
		lines_text(t, 0, INK_DIM, c->congestion);
	}
	if (!any) {
		lines_next(t);
		lines_text(t, 0, INK_DIM, "no connections");
	}
}

void view_node_draw(struct grid *g, int y, int height, const struct scene *s,
		    const struct state *st, struct shown *ret, char note[NOTE_MAX])
{
	long node = layout_selected_node(s, st);
	const struct stat_node *n;
	const struct rate_node *r;
	char forwarded[FIGURE_MAX], cpu[FIGURE_MAX], text[256];
	struct lines t;

	if (node < 0) {
		grid_text(g, 1, y, g->width - 2, INK_DIM,
			  "that node is not there any more; Esc leads back");
		return;
	}
	n = s->now->nodes.v + node;
	r = s->rates->nodes.v + node;
	snprintf(text, sizeof(text),
		 "%s   %s   %s   forwards %s pkt/s   CPU %s   %u program%s   %u TCP, %u "
		 "UDP",
		 n->name, stat_node_kind(n), scene_node_state(n),
		 figure_count(forwarded, r->known ? r->forwarded : NAN),
		 figure_share(cpu, r->known ? r->cpu : NAN), n->programs,
		 n->programs == 1 ? "" : "s", n->tcp_sockets, n->udp_sockets);
	grid_text(g, 1, y, g->width - 2, INK_STRONG, text);
	lines_begin(&t, g, y + 1, height - 1, st->scroll);
	draw_interfaces(&t, s, st, n);
	draw_connections(&t, s, n);
	draw_totals(&t, n);
	lines_end(&t, ret, note);
}
