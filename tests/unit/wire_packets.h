/*
 * wire_packets.h — what tests of lib/wire share: units, and packets to send.
 */
#ifndef TESTS_WIRE_PACKETS_H
#define TESTS_WIRE_PACKETS_H

#include <string.h>

#include "wire/packet.h"

#define US UINT64_C(1000)
#define MS UINT64_C(1000000)
#define S UINT64_C(1000000000)
#define MBIT UINT64_C(1000000)
#define PERCENT (SHAPE_CERTAIN / 100)

enum { MTU = 1500, ETHERNET = 14, IP = POOL_VNET + ETHERNET };

static struct pool pool;

/* A UDP packet of so many bytes of frame, with that source port and ECN field. */
static inline struct packet *udp(size_t frame, uint16_t port, uint8_t ecn)
{
	uint8_t bytes[POOL_VNET + 9014] = { 0 }, *ip = bytes + IP;
	struct packet *p;
	uint32_t sum = 0;

	assert_in_range(frame, 42, 9014);
	memset(bytes + POOL_VNET, 2, 12);
	bytes[POOL_VNET + 12] = 8;
	ip[0] = 0x45;
	ip[1] = ecn;
	ip[2] = (uint8_t)((frame - ETHERNET) >> 8);
	ip[3] = (uint8_t)(frame - ETHERNET);
	ip[8] = 64;
	ip[9] = 17;
	ip[12] = ip[16] = 10;
	ip[15] = 1;
	ip[19] = 2;
	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
	sum = ~(sum + (sum >> 16)) & 0xffff;
	ip[10] = (uint8_t)(sum >> 8);
	ip[11] = (uint8_t)sum;
	ip[20] = (uint8_t)(port >> 8);
	ip[21] = (uint8_t)port;
	p = pool_make(&pool, bytes, POOL_VNET + frame);
	assert_true(packet_measure(p));
	return p;
}

#endif
