/*
 * ping_packet.h — echo requests as bytes, and what comes back for them.
 */
#ifndef RUN_PING_PACKET_H
#define RUN_PING_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "model/ip.h"

enum { PING_PAYLOAD = 56 }; /* as ping(8) sends */

/* An ICMP or ICMPv6 echo message. */
struct ping_packet {
	uint8_t type, code;
	uint16_t sum;
	uint16_t id, seq; /* network byte order */
	uint8_t payload[PING_PAYLOAD];
};

/* What makes a request ours. */
struct ping_mark {
	uint16_t id; /* as it is in the packet */
	uint64_t nonce;
};

/* What came back for a request. */
struct ping_heard {
	uint16_t seq;
	uint32_t index; /* as it was sent; UINT32_MAX: not quoted */
	uint64_t at;	/* monotonic ns, when the packet reached the node */
	bool refused;	/* an ICMP error; what and from tell more */
	const char *what;
	struct ip from;
};

uint64_t ping_now(void); /* monotonic, ns */

struct ping_packet ping_packet_make(int family, struct ping_mark mark, uint16_t seq,
				    uint32_t index);

/*
 * Reads a message of n bytes with its control messages (SCM_TIMESTAMPNS) as
 * it came from a raw socket, or from the socket's error queue. False: not
 * about a request of ours.
 */
bool ping_packet_read(struct msghdr *m, size_t n, int family, bool error,
		      struct ping_mark mark, struct ping_heard *ret);

#endif
