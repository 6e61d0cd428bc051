/*
 * frame.c — see frame.h.
 *
 * The numbers are in the machine's own byte order, for it is both ends. The sequence
 * number is there twice, once inverted: so a frame that was damaged elsewhere still
 * tells which one it is, and is not taken for lost.
 */
#include "measure/frame.h"

#include <arpa/inet.h>
#include <string.h>

static const uint8_t magic[4] = { 'E', 's', 'p', 'M' };

struct layout {
	uint8_t to[6], from[6];
	uint16_t type;
	uint8_t magic[4];
	uint32_t sum;
	uint64_t run, seq, inverted, sent;
	uint8_t kind, padding[5];
} __attribute__((packed));

_Static_assert(sizeof(struct layout) == FRAME_MIN, "a minimal frame is all header");
_Static_assert(offsetof(struct layout, run) == FRAME_RUN_AT, "the filter looks there");
_Static_assert(offsetof(struct layout, type) == FRAME_TYPE_AT, "and there");

/* CRC-32C, by half bytes. */
static uint32_t crc(const uint8_t *v, size_t n)
{
	static const uint32_t polynomial = 0x82F63B78;
	uint32_t table[16], sum = ~0U;

	for (uint32_t i = 0; i < 16; i++) {
		table[i] = i;
		for (int bit = 0; bit < 4; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? polynomial : 0);
	}
	for (size_t i = 0; i < n; i++) {
		sum ^= v[i];
		sum = sum >> 4 ^ table[sum & 15];
		sum = sum >> 4 ^ table[sum & 15];
	}
	return ~sum;
}

void frame_write(const struct frame *f, uint8_t *buf)
{
	struct layout l = {
		.type = htons(FRAME_TYPE),
		.run = f->run,
		.seq = f->seq,
		.inverted = ~f->seq,
		.sent = f->sent,
		.kind = f->kind,
	};

	memcpy(l.to, f->to, sizeof(l.to));
	memcpy(l.from, f->from, sizeof(l.from));
	memcpy(l.magic, magic, sizeof(magic));
	l.sum = crc((const uint8_t *)&l, sizeof(l));
	memcpy(buf, &l, sizeof(l));
}

enum frame_state frame_read(const uint8_t *buf, size_t n, uint64_t run, struct frame *ret)
{
	struct layout l;
	uint32_t sum;

	if (n < sizeof(l))
		return FRAME_FOREIGN;
	memcpy(&l, buf, sizeof(l));
	/* one wrong bit in the run's number may be damage, more are another run */
	if (__builtin_popcountll(l.run ^ run) > 1)
		return FRAME_FOREIGN;
	sum = l.sum;
	l.sum = 0;
	*ret = (struct frame){ .run = l.run, .seq = l.seq, .sent = l.sent };
	memcpy(ret->to, l.to, sizeof(l.to));
	memcpy(ret->from, l.from, sizeof(l.from));
	ret->kind = __builtin_popcount(l.kind ^ FRAME_PROBE) < 4 ? FRAME_PROBE
								 : FRAME_FULL;
	if (crc((const uint8_t *)&l, sizeof(l)) == sum)
		return l.run == run ? FRAME_WHOLE : FRAME_FOREIGN;
	return l.seq == ~l.inverted ? FRAME_DAMAGED : FRAME_NAMELESS;
}
