/*
 * schedule.h — what a measurement does when, and with how many frames. Pure.
 */
#ifndef MEASURE_SCHEDULE_H
#define MEASURE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/shape.h"

enum schedule_kind { SCHEDULE_PROBES, SCHEDULE_FULL, SCHEDULE_TCP };

struct schedule_phase {
	enum schedule_kind kind;
	int way;	/* 0, 1; -1: both at once */
	uint64_t begin; /* ns from the beginning of all */
	uint64_t quiet; /* when the senders end */
	uint64_t end;	/* when the next phase begins */
};

enum {
	SCHEDULE_PHASES_MAX = 5,
	SCHEDULE_FRAME_OVERHEAD = 1024, /* bytes that a frame takes in the kernel, more */
};

struct schedule {
	struct schedule_phase phases[SCHEDULE_PHASES_MAX];
	size_t n;
	uint64_t delay; /* ns that a frame may be under way */
	uint64_t end;	/* by when everything that was sent has come, or is lost */
};

/* time: ns in all; the delay comes on top of it. tcp: if there is time enough for it. */
struct schedule schedule_make(uint64_t time, const struct shape *there,
			      const struct shape *back, bool tcp);

/* ns between two probes, of so many bytes, that are sent for so long. */
uint64_t schedule_probe_interval(const struct shape *s, uint32_t mtu, uint32_t probe,
				 uint64_t sending);

/*
 * Time in all that shows every probability in s to some 13 % of itself, if two million
 * probes do; at most an hour.
 */
uint64_t schedule_time_wanted(const struct shape *s, uint32_t mtu, uint32_t probe);

/* Bytes of the frames that measure the rate: full ones, unless these would be few. */
uint32_t schedule_frame(const struct shape *s, uint32_t mtu, uint64_t sending);

/* bit/s to send where s lets through less; 0: as fast as it goes. */
uint64_t schedule_offer(const struct shape *s);
/* ns between bunches, such that the queue does not run dry in between. */
uint64_t schedule_tick(const struct shape *s, uint32_t mtu);
/* Bytes that a socket must be allowed to have under way for that. */
uint64_t schedule_room(const struct shape *s, uint32_t frame);

#endif
