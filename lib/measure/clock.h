/*
 * clock.h — time, and waiting for it without being late.
 */
#ifndef MEASURE_CLOCK_H
#define MEASURE_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define MS 1000000ULL
#define SECOND 1000000000ULL

uint64_t clock_now(void); /* ns, CLOCK_MONOTONIC */

/*
 * Sleeps until then, but returns within some 20 ms once *stop is set. Returns the time
 * by which the kernel was late, if it slept to the end; else 0.
 */
uint64_t clock_sleep_until(uint64_t then, const atomic_bool *stop);
/* The same, but the last moments are spent awake, to be on time. */
void clock_wait_until(uint64_t then, const atomic_bool *stop);
/* Makes the calling thread's timers as exact as the kernel can. */
void clock_be_exact(void);

/*
 * ns to be subtracted from CLOCK_REALTIME for CLOCK_MONOTONIC: kernel timestamps of
 * packets are of the former. It changes only when the time of day is set.
 */
int64_t clock_real_offset(void);

/* How much of all processors' time was used since the last call: 0…1. */
struct clock_cpu {
	uint64_t busy, all;
};
double clock_cpu_used(struct clock_cpu *last);

#endif
