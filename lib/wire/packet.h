/*
 * packet.h — what a link must know of a packet's headers: how many frames it
 * stands for, whose flow it is of, whether congestion can be marked on it.
 *
 * Packets come from a node, which may send anything: nothing is believed that
 * was not read within the packet.
 */
#ifndef WIRE_PACKET_H
#define WIRE_PACKET_H

#include <stdbool.h>

#include "wire/pool.h"

/*
 * How many frames length bytes stand for, vnet header included, of which the first
 * have are there to look at, and how long those frames are together. A super-packet
 * counts as the frames that it will be cut into, each with its headers, as tc counts.
 * False for what no tap device could have given.
 */
bool frame_measure(const uint8_t *bytes, size_t have, size_t length,
		   uint16_t *ret_segments, uint32_t *ret_wire_length);

/* The same, into the packet's segments and wire_length. */
bool packet_measure(struct packet *p);

/* A hash of addresses, protocol and ports; of the MACs where it is not IP. */
uint32_t packet_flow(const struct packet *p, uint64_t key);

/* Marks congestion (RFC 3168); false: the packet does not allow it. */
bool packet_mark(struct packet *p);

/* Fills in the checksum that was left to the device, if one was. */
void packet_checksum(struct packet *p);

/* Turns a bit of the frame; bit < 8 * bytes of the frame. Checksums are not made good. */
void packet_turn_bit(struct packet *p, uint64_t bit);

#endif
