/*
 * pool.h — packets, and the memory they take, which is used again.
 *
 * A packet's first bytes stand in the packet itself, as much as any look at
 * headers needs; the rest is in up to two parts behind it. So a small packet
 * takes 256 bytes, one of 1500 takes 2 KiB more, and a super-packet of 64 KiB is
 * never copied: it is read into the parts, and written from them.
 */
#ifndef WIRE_POOL_H
#define WIRE_POOL_H

#include <linux/virtio_net.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "wire/timers.h"

enum {
	POOL_VNET = sizeof(struct virtio_net_hdr), /* before each frame; 10 */
	POOL_FIRST = 184,			   /* of a packet's bytes, in itself */
	POOL_PARTS = 2,
	/* The longest packet: a vnet header, two VLAN tags, 64 KiB of IP. */
	POOL_PACKET_MAX = POOL_VNET + 14 + 8 + 65536,
};

enum pool_class {
	POOL_SMALL,
	POOL_MEDIUM,
	POOL_LARGE,
	POOL_CLASSES,
};

struct packet {
	struct timer timer;   /* while it is on its way */
	struct packet *next;  /* in the one queue it is in */
	uint64_t arrived;     /* ns */
	uint32_t length;      /* of all its bytes, the vnet header too */
	uint32_t wire_length; /* of the frames it stands for; see packet.h */
	uint16_t segments;    /* how many frames those are */
	uint8_t classes[POOL_PARTS];
	void *parts[POOL_PARTS];
	uint8_t first[POOL_FIRST]; /* vnet header, then the frame */
};

struct pool {
	void *free_packets,
		*free_parts[POOL_CLASSES]; /* lists through their first word */
	size_t kept_packets, kept_parts[POOL_CLASSES];
	/* what pool_iov() offers: parts that no packet has yet */
	struct packet *spare;
	void *spare_parts[POOL_PARTS];
};

/*
 * Where to read the next packet into: three vectors for readv(), valid until
 * pool_take(). What follows the read decides what is used of them.
 */
void pool_iov(struct pool *p, struct iovec iov[1 + POOL_PARTS]);
/* The packet of n bytes (at most POOL_PACKET_MAX) that was read there; the caller's. */
struct packet *pool_take(struct pool *p, size_t n);
/* A packet of those bytes, by copying. */
struct packet *pool_make(struct pool *p, const void *bytes, size_t n);
struct packet *pool_copy(struct pool *p, const struct packet *from);
/* Gives it back; NULL is fine. */
void pool_give(struct pool *p, struct packet *packet);
/* Frees what is kept. Packets that were not given back leak. */
void pool_free(struct pool *p);

/* Fills the vectors that hold the packet's bytes; how many. */
int packet_iov(const struct packet *p, struct iovec iov[1 + POOL_PARTS]);
/* The byte at that offset; offset < length. */
uint8_t *packet_byte(struct packet *p, size_t offset);
/* Bytes of memory it takes. */
size_t packet_memory(const struct packet *p);

#endif
