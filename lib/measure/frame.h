/*
 * frame.h — the frames that a measurement sends. Pure.
 *
 * An Ethernet frame of type 0x88B5 (IEEE 802, local experimental). Its source address
 * is zero: a bridge at the other end drops such a frame after the packet socket saw it,
 * so that it neither learns an address nor floods anything. Where there is a bridge on
 * the way, it has to be the sender's own.
 */
#ifndef MEASURE_FRAME_H
#define MEASURE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FRAME_TYPE = 0x88B5,
	FRAME_TYPE_AT = 12, /* its offset */
	FRAME_MIN = 60,	    /* bytes; what is checked against damage, too */
	FRAME_RUN_AT = 22,  /* offset of the run's number */
};

/* They differ in every bit, so that a damaged one is still told from the other. */
enum frame_kind { FRAME_PROBE = 0x5A, FRAME_FULL = 0xA5 };

struct frame {
	uint8_t to[6], from[6];
	uint64_t run; /* the measurement and direction that it is of */
	uint64_t seq;
	uint64_t sent; /* ns, CLOCK_MONOTONIC */
	uint8_t kind;
};

/* Writes FRAME_MIN bytes; what follows in a longer frame does not matter. */
void frame_write(const struct frame *f, uint8_t *buf);

enum frame_state {
	FRAME_FOREIGN,
	FRAME_WHOLE,
	FRAME_DAMAGED,	/* kind and seq are right */
	FRAME_NAMELESS, /* damaged, and only the kind is right */
};

/* n: the bytes at buf, of which FRAME_MIN are looked at. */
enum frame_state frame_read(const uint8_t *buf, size_t n, uint64_t run,
			    struct frame *ret);

#endif
