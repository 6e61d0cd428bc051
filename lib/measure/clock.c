/*
 * clock.c — see clock.h.
 */
#include "measure/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <time.h>

enum {
	SLICE_NS = 20000000, /* the longest sleep that does not look at stop */
	AWAKE_NS = 80000,    /* about as late as a timer may be */
	READINGS = 32,
};

static uint64_t read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

uint64_t clock_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t clock_sleep_until(uint64_t then, const atomic_bool *stop)
{
	uint64_t now = clock_now();

	if (now >= then)
		return 0;
	while (!atomic_load_explicit(stop, memory_order_relaxed)) {
		uint64_t end = then - now > SLICE_NS ? now + SLICE_NS : then;
		struct timespec t = { .tv_sec = (time_t)(end / SECOND),
				      .tv_nsec = (long)(end % SECOND) };

		(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
		now = clock_now();
		if (now >= then)
			return now - then;
	}
	return 0;
}

void clock_wait_until(uint64_t then, const atomic_bool *stop)
{
	if (then > clock_now() + 2 * AWAKE_NS)
		clock_sleep_until(then - AWAKE_NS, stop);
	while (clock_now() < then && !atomic_load_explicit(stop, memory_order_relaxed))
		;
}

void clock_be_exact(void)
{
	(void)prctl(PR_SET_TIMERSLACK, 1UL); /* else 50 µs */
}

int64_t clock_real_offset(void)
{
	uint64_t narrowest = UINT64_MAX;
	int64_t offset = 0;

	/* the reading that nothing came between */
	for (int i = 0; i < READINGS; i++) {
		uint64_t before = clock_now(), real = read_clock(CLOCK_REALTIME);
		uint64_t after = clock_now();

		if (after - before < narrowest) {
			narrowest = after - before;
			offset = (int64_t)(real - before - narrowest / 2);
		}
	}
	return offset;
}

double clock_cpu_used(struct clock_cpu *last)
{
	uint64_t v[8] = { 0 }, all = 0;
	struct clock_cpu now, was = *last;
	FILE *f = fopen("/proc/stat", "re");
	int n;

	if (!f)
		return 0;
	/* user nice system idle iowait irq softirq steal */
	n = fscanf(f,
		   "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64 " %" SCNu64 " %" SCNu64,
		   &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]);
	fclose(f);
	if (n < 4)
		return 0;
	for (int i = 0; i < 8; i++)
		all += v[i];
	now = (struct clock_cpu){ .busy = all - v[3] - v[4], .all = all };
	*last = now;
	if (now.all <= was.all || now.busy < was.busy)
		return 0;
	return (double)(now.busy - was.busy) / (double)(now.all - was.all);
}
