/*
 * space_tcp.c — a namespace's TCP connections by sock_diag (linux/inet_diag.h).
 *
 * The kernel walks its table of all namespaces' connections for each dump, so there is
 * only one, in the older form of request that takes IPv4 and IPv6 together.
 */
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netlink/attr.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "stat/space.h"

/* The kernel's struct tcp_info (linux/tcp.h) up to what is used of it; the C library's is
 * its first part, and the two headers do not go together. */
struct info {
	struct tcp_info begin;
	uint64_t pacing_rate, max_pacing_rate, bytes_acked, bytes_received;
	uint32_t segs_out, segs_in, notsent_bytes, min_rtt, data_segs_in, data_segs_out;
	uint64_t delivery_rate;
};
_Static_assert(offsetof(struct info, pacing_rate) == 104, "as in the kernel");

/* Connections that carry data, or are about to, or did. */
enum {
	STATES = 1 << TCP_ESTABLISHED | 1 << TCP_SYN_SENT | 1 << TCP_FIN_WAIT1 |
		 1 << TCP_FIN_WAIT2 | 1 << TCP_CLOSE_WAIT | 1 << TCP_LAST_ACK |
		 1 << TCP_CLOSING,
};

static void begin(void *cookie)
{
	space_tcp *v = cookie;

	v->n = 0;
}

static struct ip address(const struct inet_diag_msg *m, const __be32 *from)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct ip ip = { .family = m->idiag_family };
	const uint8_t *bytes = (const uint8_t *)from;

	/* a socket of IPv6 that talks IPv4 (RFC 4291, 2.5.5.2) */
	if (ip.family == AF_INET6 && memcmp(bytes, mapped, sizeof(mapped)) == 0) {
		ip.family = AF_INET;
		bytes += sizeof(mapped);
	}
	ip.len = (uint8_t)ip_bits(&ip);
	memcpy(ip.b, bytes, ip.len / 8);
	return ip;
}

static void read_info(struct nlattr *a, struct stat_tcp *ret)
{
	struct info i = { 0 };
	size_t have = (size_t)nla_len(a);

	memcpy(&i, nla_data(a), have < sizeof(i) ? have : sizeof(i));
	ret->cwnd = i.begin.tcpi_snd_cwnd;
	ret->mss = i.begin.tcpi_snd_mss;
	ret->rtt = i.begin.tcpi_rtt;
	ret->rttvar = i.begin.tcpi_rttvar;
	ret->min_rtt = i.min_rtt == UINT32_MAX ? 0 : i.min_rtt;
	ret->retransmitted = i.begin.tcpi_total_retrans;
	ret->sent = i.bytes_acked;
	ret->received = i.bytes_received;
	ret->delivery_rate = i.delivery_rate;
}

static void read_socket(const struct nlmsghdr *h, void *cookie)
{
	space_tcp *v = cookie;
	const struct inet_diag_msg *m = NLMSG_DATA(h);
	struct stat_tcp t = { .state = m->idiag_state };
	struct nlattr *a;
	int left;

	if (h->nlmsg_type != TCPDIAG_GETSOCK ||
	    h->nlmsg_len < (uint32_t)NLMSG_LENGTH(sizeof(*m)))
		return;
	t.cookie = m->id.idiag_cookie[0] | (uint64_t)m->id.idiag_cookie[1] << 32;
	t.local = address(m, m->id.idiag_src);
	t.remote = address(m, m->id.idiag_dst);
	t.local_port = ntohs(m->id.idiag_sport);
	t.remote_port = ntohs(m->id.idiag_dport);
	nlmsg_for_each_attr(a, (struct nlmsghdr *)(uintptr_t)h, sizeof(*m), left)
	{
		if (nla_type(a) == INET_DIAG_INFO)
			read_info(a, &t);
		else if (nla_type(a) == INET_DIAG_CONG)
			nla_strlcpy(t.congestion, a, sizeof(t.congestion));
	}
	vec_push(v, t);
}

int space_read_tcp(struct space *p, struct err *e)
{
	struct inet_diag_req header = {
		.idiag_ext = 1 << (INET_DIAG_INFO - 1) | 1 << (INET_DIAG_CONG - 1),
		.idiag_states = STATES,
	};
	struct nl_msg *m = nlmsg_alloc_simple(TCPDIAG_GETSOCK, NLM_F_REQUEST);
	space_tcp collected = { 0 };
	int r;

	if (!m || nlmsg_append(m, &header, sizeof(header), NLMSG_ALIGNTO) < 0)
		abort(); /* out of memory; see base/mem.h */
	r = netlink_dump(&p->diag, m, begin, read_socket, &collected, e);
	if (r == 0) {
		space_tcp was = p->tcp;

		p->tcp = collected;
		collected = was;
		vec_each (&p->tcp, t)
			t->node = p->node;
	}
	vec_free(&collected);
	return r;
}
