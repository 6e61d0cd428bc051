/*
 * ping_packet.c — building echo requests, reading answers and refusals.
 *
 * A request carries an identifier and a sequence number as any ping does, and
 * in its payload a nonce and its index. The time of arrival is the kernel's:
 * its age on the wall clock is taken from the monotonic clock, so a step of
 * the wall clock does not show.
 */
#include "run/ping_packet.h"

#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

struct token {
	uint64_t nonce;
	uint32_t index;
} __attribute__((packed));

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

uint64_t ping_now(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* RFC 1071; n is even. */
static uint16_t checksum(const void *data, size_t n)
{
	const uint8_t *p = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum += sum >> 16;
	return htons((uint16_t)~sum);
}

struct ping_packet ping_packet_make(int family, struct ping_mark mark, uint16_t seq,
				    uint32_t index)
{
	struct token token = { .nonce = mark.nonce, .index = index };
	struct ping_packet packet = {
		.type = family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST,
		.id = mark.id,
		.seq = htons(seq),
	};

	memcpy(packet.payload, &token, sizeof(token));
	for (size_t i = sizeof(token); i < PING_PAYLOAD; i++)
		packet.payload[i] = (uint8_t)i;
	if (family == AF_INET) /* for ICMPv6 the kernel does it */
		packet.sum = checksum(&packet, sizeof(packet));
	return packet;
}

static const char *refusal_v4(uint8_t type, uint8_t code)
{
	static const char *const unreachable[] = {
		[ICMP_NET_UNREACH] = "Destination Net Unreachable",
		[ICMP_HOST_UNREACH] = "Destination Host Unreachable",
		[ICMP_PROT_UNREACH] = "Destination Protocol Unreachable",
		[ICMP_PORT_UNREACH] = "Destination Port Unreachable",
		[ICMP_FRAG_NEEDED] = "Fragmentation Needed",
		[ICMP_SR_FAILED] = "Source Route Failed",
		[ICMP_NET_UNKNOWN] = "Destination Net Unknown",
		[ICMP_HOST_UNKNOWN] = "Destination Host Unknown",
		[ICMP_HOST_ISOLATED] = "Source Host Isolated",
		[ICMP_NET_ANO] = "Destination Net Prohibited",
		[ICMP_HOST_ANO] = "Destination Host Prohibited",
		[ICMP_NET_UNR_TOS] = "Destination Net Unreachable for Type of Service",
		[ICMP_HOST_UNR_TOS] = "Destination Host Unreachable for Type of Service",
		[ICMP_PKT_FILTERED] = "Packet Filtered",
		[ICMP_PREC_VIOLATION] = "Precedence Violation",
		[ICMP_PREC_CUTOFF] = "Precedence Cutoff",
	};

	if (type == ICMP_DEST_UNREACH && code < ARRAY_LEN(unreachable))
		return unreachable[code];
	if (type == ICMP_TIME_EXCEEDED)
		return code == ICMP_EXC_TTL ? "Time To Live Exceeded"
					    : "Reassembly Time Exceeded";
	return type == ICMP_PARAMETERPROB ? "Parameter Problem" : "Refused";
}

static const char *refusal_v6(uint8_t type, uint8_t code)
{
	static const char *const unreachable[] = {
		[ICMP6_DST_UNREACH_NOROUTE] = "No Route",
		[ICMP6_DST_UNREACH_ADMIN] = "Administratively Prohibited",
		[ICMP6_DST_UNREACH_BEYONDSCOPE] = "Beyond Scope Of Source Address",
		[ICMP6_DST_UNREACH_ADDR] = "Destination Address Unreachable",
		[ICMP6_DST_UNREACH_NOPORT] = "Destination Port Unreachable",
		[5] = "Source Address Failed Policy", /* RFC 4443 3.1, as the next */
		[6] = "Reject Route",
	};

	if (type == ICMP6_DST_UNREACH && code < ARRAY_LEN(unreachable))
		return unreachable[code];
	if (type == ICMP6_TIME_EXCEEDED)
		return code == ICMP6_TIME_EXCEED_TRANSIT ? "Hop Limit Exceeded"
							 : "Reassembly Time Exceeded";
	if (type == ICMP6_PACKET_TOO_BIG)
		return "Packet Too Big";
	return type == ICMP6_PARAM_PROB ? "Parameter Problem" : "Refused";
}

/* Who sent the ICMP error: the offender's address behind sock_extended_err. */
static struct ip offender(const struct sock_extended_err *ee, size_t room)
{
	const struct sockaddr *sa = SO_EE_OFFENDER(ee);
	struct ip ip = { .family = 0 };

	if (ee->ee_origin == SO_EE_ORIGIN_ICMP && sa->sa_family == AF_INET &&
	    room >= sizeof(*ee) + sizeof(struct sockaddr_in)) {
		ip = (struct ip){ .family = AF_INET, .len = 32 };
		memcpy(ip.b, &((const struct sockaddr_in *)(const void *)sa)->sin_addr,
		       4);
	} else if (ee->ee_origin == SO_EE_ORIGIN_ICMP6 && sa->sa_family == AF_INET6 &&
		   room >= sizeof(*ee) + sizeof(struct sockaddr_in6)) {
		ip = (struct ip){ .family = AF_INET6, .len = 128 };
		memcpy(ip.b, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr,
		       16);
	}
	return ip;
}

/* When the packet came and, for an error, what it says. */
static void read_control(struct msghdr *m, struct ping_heard *h)
{
	uint64_t now = ping_now(), wall = clock_ns(CLOCK_REALTIME), came;

	h->at = now;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec t;

			memcpy(&t, CMSG_DATA(c), sizeof(t));
			came = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
			if (came <= wall && wall - came < now)
				h->at = now - (wall - came);
		} else if ((c->cmsg_level == SOL_IP && c->cmsg_type == IP_RECVERR) ||
			   (c->cmsg_level == SOL_IPV6 && c->cmsg_type == IPV6_RECVERR)) {
			const struct sock_extended_err *ee = (void *)CMSG_DATA(c);

			h->from = offender(ee, c->cmsg_len - CMSG_LEN(0));
			h->refused = h->from.family != 0;
			if (h->refused)
				h->what = (h->from.family == AF_INET ? refusal_v4
								     : refusal_v6)(
					ee->ee_type, ee->ee_code);
		}
	}
}

bool ping_packet_read(struct msghdr *m, size_t n, int family, bool error,
		      struct ping_mark mark, struct ping_heard *ret)
{
	const uint8_t *data = m->msg_iov->iov_base;
	struct ping_heard h = { .index = UINT32_MAX };
	uint8_t reply = family == AF_INET ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY;
	size_t header = 0;
	struct ping_packet packet;
	struct token token;

	/* an IPv4 raw socket gives the IP header too, but not in quotations */
	if (!error && family == AF_INET && n > 0)
		header = (size_t)(data[0] & 15) * 4;
	if (n < header + offsetof(struct ping_packet, payload))
		return false;
	n -= header;
	memcpy(&packet, data + header, n < sizeof(packet) ? n : sizeof(packet));
	if (packet.id != mark.id)
		return false;
	if (!error && (packet.type != reply || n < sizeof(packet) ||
		       (family == AF_INET && checksum(&packet, sizeof(packet)) != 0)))
		return false;
	if (n >= offsetof(struct ping_packet, payload) + sizeof(token)) {
		memcpy(&token, packet.payload, sizeof(token));
		if (token.nonce != mark.nonce)
			return false;
		h.index = token.index;
	}
	h.seq = ntohs(packet.seq);
	read_control(m, &h);
	if (error && !h.refused)
		return false;
	*ret = h;
	return true;
}
