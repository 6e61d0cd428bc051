/*
 * report_csv.c — see report.h. Of the names that can stand in a cell only those of nics
 * may have a comma or a quote in them; these are quoted then (RFC 4180).
 */
#include <inttypes.h>
#include <stdarg.h>

#include "stat/report.h"

static const struct {
	const char *name, *help;
} columns[] = {
	[REPORT_KIND] = { "kind", "link: one direction of a link; nic: the same of an "
				  "interface of the machine in a node; tcp: a TCP "
				  "connection in one node" },
	[REPORT_TIME] = { "time_s", "when it was read: seconds since 1970" },
	[REPORT_MONOTONIC] = { "monotonic_s", "the same by a clock that is never set" },
	[REPORT_LINK] = { "link", "the link's name; h1:enp3s0, of a nic" },
	[REPORT_FROM] = { "from",
			  "the interface that sends; empty: what is behind a nic" },
	[REPORT_TO] = { "to", "the interface that receives; empty as above" },
	[REPORT_STATE] = { "state", "up, down, stale (it could not be read anew), gone" },
	[REPORT_BITS] = { "bits_per_s",
			  "carried since the row before, with Ethernet headers" },
	[REPORT_PACKETS] = { "packets_per_s", "the same in packets" },
	[REPORT_DROPS] = { "drops_per_s",
			   "packets lost anywhere on the way since the row before" },
	[REPORT_LOAD] = { "load",
			  "bits_per_s as a share of the rate that is set; 1 is full" },
	[REPORT_BACKLOG_PACKETS] = { "backlog_packets", "that wait in queues now" },
	[REPORT_BACKLOG_BYTES] = { "backlog_bytes", "the same in bytes" },
	[REPORT_BACKLOG_TIME] = { "backlog_s",
				  "how long these take at the present rate" },
	[REPORT_SENT_PACKETS] = { "sent_packets",
				  "since the interface was made; a super-packet (GSO) "
				  "counts as one, where the rates take it apart" },
	[REPORT_SENT_BYTES] = { "sent_bytes", "the same in bytes" },
	[REPORT_DROPPED] = { "dropped_packets",
			     "lost anywhere on the way since the link was made" },
	[REPORT_SET_RATE] = { "set_rate_bits_per_s", "the rate that is set" },
	[REPORT_SET_DELAY] = { "set_delay_s", "the delay that is set" },
	[REPORT_SET_LOSS] = { "set_loss", "the loss that is set, as a share" },
	[REPORT_NODE] = { "node", "the node that has the socket" },
	[REPORT_SOCKET] = { "socket", "the kernel's number of it" },
	[REPORT_LOCAL] = { "local", "its own address and port" },
	[REPORT_REMOTE] = { "remote", "the other end's" },
	[REPORT_CONGESTION] = { "congestion", "the congestion control, as in cubic" },
	[REPORT_CWND] = { "cwnd_segments", "the congestion window" },
	[REPORT_MSS] = { "mss_bytes", "the maximum segment size" },
	[REPORT_RTT] = { "rtt_s", "the smoothed round-trip time" },
	[REPORT_RTTVAR] = { "rttvar_s", "its variation" },
	[REPORT_MIN_RTT] = { "min_rtt_s", "the shortest one" },
	[REPORT_RETRANSMITTED] = { "retransmitted_segments",
				   "since the connection began" },
	[REPORT_ACKED] = { "acked_bytes", "that were sent, and the other end has" },
	[REPORT_RECEIVED] = { "received_bytes", "that came from it" },
	[REPORT_DELIVERY] = { "delivery_bits_per_s",
			      "how fast data arrives there, as TCP measures it" },
};
_Static_assert(ARRAY_LEN(columns) == REPORT_COLUMNS, "a row each");

const char *report_column_name(enum report_column c)
{
	return columns[c].name;
}

const char *report_column_help(enum report_column c)
{
	return columns[c].help;
}

/* ---- words that JSON has too ---- */

const char *report_state(const struct stat_link *l, int direction)
{
	const struct stat_iface *from = &l->end[direction], *to = &l->end[!direction];

	if (from->presence == STAT_GONE || to->presence == STAT_GONE)
		return "gone";
	if (from->presence == STAT_STALE || to->presence == STAT_STALE)
		return "stale";
	return from->up && from->carrier && to->up && to->carrier ? "up" : "down";
}

const char *report_iface(const struct snapshot *s, const struct stat_link *l, int end,
			 char *buf)
{
	const struct stat_node *n = snapshot_node(s, l->node[end]);

	if (*l->nic)
		snprintf(buf, REPORT_IFACE_MAX, "%s", end ? "" : l->name);
	else
		snprintf(buf, REPORT_IFACE_MAX, "%s:eth%u", n ? n->name : "",
			 l->number[end]);
	return buf;
}

const char *report_address(const struct ip *ip, uint16_t port, char *buf)
{
	char text[IP_TEXT_MAX];

	snprintf(buf, REPORT_ADDRESS_MAX, ip_bits(ip) == 32 ? "%s:%u" : "[%s]:%u",
		 ip_text(ip, text), port);
	return buf;
}

/* ---- rows ---- */

/* A row under way: cells are put in the order of their columns, and those between are
 * empty. */
struct row {
	FILE *to;
	int column; /* of the cell that was put last */
};

__attribute__((format(printf, 3, 4))) static void put(struct row *r, enum report_column c,
						      const char *fmt, ...)
{
	va_list ap;

	for (; r->column < (int)c; r->column++)
		putc(',', r->to);
	va_start(ap, fmt);
	vfprintf(r->to, fmt, ap);
	va_end(ap);
}

static void put_name(struct row *r, enum report_column c, const char *name)
{
	if (!strpbrk(name, ",\"")) {
		put(r, c, "%s", name);
		return;
	}
	put(r, c, "\"");
	for (; *name; name++)
		fprintf(r->to, *name == '"' ? "\"\"" : "%c", *name);
	putc('"', r->to);
}

static void put_count(struct row *r, enum report_column c, uint64_t n)
{
	put(r, c, "%" PRIu64, n);
}

static void put_number(struct row *r, enum report_column c, double x)
{
	put(r, c, "%.9g", x);
}

/* ns as seconds, all of them */
static void put_time(struct row *r, enum report_column c, uint64_t ns)
{
	put(r, c, "%" PRIu64 ".%09" PRIu64, ns / 1000000000, ns % 1000000000);
}

static struct row begin(FILE *to, const struct snapshot *s, const char *kind)
{
	struct row r = { .to = to };

	put(&r, REPORT_KIND, "%s", kind);
	put_time(&r, REPORT_TIME, s->wall);
	put_time(&r, REPORT_MONOTONIC, s->time);
	return r;
}

static void end(struct row *r)
{
	for (; r->column < REPORT_COLUMNS - 1; r->column++)
		putc(',', r->to);
	putc('\n', r->to);
}

static void write_direction(FILE *to, const struct snapshot *s, const struct stat_link *l,
			    int direction, const struct rate_direction *d)
{
	const struct shape *shape = &l->shape[direction];
	struct row r = begin(to, s, *l->nic ? "nic" : "link");
	char iface[REPORT_IFACE_MAX];

	put_name(&r, REPORT_LINK, l->name);
	put_name(&r, REPORT_FROM, report_iface(s, l, direction, iface));
	put_name(&r, REPORT_TO, report_iface(s, l, !direction, iface));
	put(&r, REPORT_STATE, "%s", report_state(l, direction));
	if (d->known) {
		put_number(&r, REPORT_BITS, d->bits);
		put_number(&r, REPORT_PACKETS, d->packets);
		put_number(&r, REPORT_DROPS, d->drops);
	}
	if (d->known && shape->rate)
		put_number(&r, REPORT_LOAD, d->load);
	if (l->end[direction].presence != STAT_GONE) {
		put_count(&r, REPORT_BACKLOG_PACKETS, d->backlog_packets);
		put_count(&r, REPORT_BACKLOG_BYTES, d->backlog_bytes);
		put_number(&r, REPORT_BACKLOG_TIME, d->backlog_time);
		put_count(&r, REPORT_SENT_PACKETS, d->packets_sent);
		put_count(&r, REPORT_SENT_BYTES, d->bytes_sent);
		put_count(&r, REPORT_DROPPED, d->dropped);
	}
	if (shape->rate)
		put_count(&r, REPORT_SET_RATE, shape->rate);
	put_number(&r, REPORT_SET_DELAY, (double)shape->delay / 1e9);
	put_number(&r, REPORT_SET_LOSS, (double)shape->loss / SHAPE_CERTAIN);
	end(&r);
}

static void write_tcp(FILE *to, const struct snapshot *s, const struct stat_tcp *t)
{
	const struct stat_node *n = snapshot_node(s, t->node);
	struct row r = begin(to, s, "tcp");
	char address[REPORT_ADDRESS_MAX];

	put(&r, REPORT_NODE, "%s", n ? n->name : "");
	put_count(&r, REPORT_SOCKET, t->cookie);
	put(&r, REPORT_LOCAL, "%s", report_address(&t->local, t->local_port, address));
	put(&r, REPORT_REMOTE, "%s", report_address(&t->remote, t->remote_port, address));
	put(&r, REPORT_CONGESTION, "%s", t->congestion);
	put_count(&r, REPORT_CWND, t->cwnd);
	put_count(&r, REPORT_MSS, t->mss);
	put_number(&r, REPORT_RTT, t->rtt / 1e6);
	put_number(&r, REPORT_RTTVAR, t->rttvar / 1e6);
	put_number(&r, REPORT_MIN_RTT, t->min_rtt / 1e6);
	put_count(&r, REPORT_RETRANSMITTED, t->retransmitted);
	put_count(&r, REPORT_ACKED, t->sent);
	put_count(&r, REPORT_RECEIVED, t->received);
	put_number(&r, REPORT_DELIVERY, 8.0 * (double)t->delivery_rate);
	end(&r);
}

void report_csv_head(FILE *to)
{
	for (int i = 0; i < REPORT_COLUMNS; i++)
		fprintf(to, "%s%s", i ? "," : "", columns[i].name);
	putc('\n', to);
}

void report_csv(FILE *to, const struct snapshot *s, const struct rates *r)
{
	for (size_t i = 0; i < s->links.n; i++)
		for (int d = 0; d < 2; d++)
			write_direction(to, s, &s->links.v[i], d,
					&r->links.v[i].direction[d]);
	vec_each (&s->tcp, t)
		write_tcp(to, s, t);
}
