/*
 * timers.h — what is due when: a heap of things with a time, earliest first, and
 * of the same time the one that was put in first.
 *
 * Timers are embedded in what they belong to. Times are ns of CLOCK_MONOTONIC,
 * but nothing here reads a clock.
 */
#ifndef WIRE_TIMERS_H
#define WIRE_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIMER_NEVER UINT64_MAX

/* A zeroed timer is not in any heap. */
struct timer {
	uint64_t due;
	uint64_t order;
	size_t place; /* in the heap, counted from 1; 0: not in it */
};

/* A zeroed heap is an empty one. It owns its array, not the timers. */
struct timers {
	struct timer **v;
	size_t n, cap;
	uint64_t next_order;
};

/* Puts the timer in, or changes its time; TIMER_NEVER takes it out. */
void timers_set(struct timers *q, struct timer *t, uint64_t due);
/* Takes it out; fine where it is not in. */
void timers_remove(struct timers *q, struct timer *t);
/* The earliest; NULL: there is none. It stays in. */
struct timer *timers_first(const struct timers *q);
void timers_free(struct timers *q);

/* a before b? */
static inline bool timer_before(const struct timer *a, const struct timer *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

#endif
