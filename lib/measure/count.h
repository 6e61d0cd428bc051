/*
 * count.h — what became of the probes: which were lost, doubled, overtaken, how late
 * they were. Pure.
 */
#ifndef MEASURE_COUNT_H
#define MEASURE_COUNT_H

#include "measure/judge.h"

struct measure_count {
	uint64_t lost;
	uint64_t bursts;  /* runs of lost probes */
	uint64_t arrived; /* distinct probes */
	uint64_t duplicates;
	uint64_t late;	     /* behind one sent after them */
	uint64_t overtaking; /* before one sent before them */
	uint64_t corrupted;
	uint64_t *delays; /* sorted, of first copies; owned */
	size_t n_delays;
};

/* With only_orderly, the delays of probes that overtook others are left out. */
void measure_count(const struct measure_samples *s, bool only_orderly,
		   struct measure_count *ret);
void measure_count_free(struct measure_count *c);

#endif
