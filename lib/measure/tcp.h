/*
 * tcp.h — how fast one TCP connection carries data from one end to the other.
 */
#ifndef MEASURE_TCP_H
#define MEASURE_TCP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "measure/measure.h"

/* Whether both ends have addresses of one family. */
bool tcp_possible(const struct measure_end *from, const struct measure_end *to);

/* Bytes that had arrived, in whatever order, between two times of CLOCK_MONOTONIC, ns. */
struct tcp_sample {
	uint64_t before, after, bytes;
};

/* bit/s of data. */
struct tcp_goodput {
	uint64_t mean; /* in the later part; 0: nothing came through, why ever */
	uint64_t best; /* in the best second, or the mean: what the path can carry, also
			* where the machine held packets up for a while */
};

/* Of samples in their order; those before begin are not in the mean. */
struct tcp_goodput tcp_goodput_of(const struct tcp_sample *samples, size_t n,
				  uint64_t begin);

/*
 * Sends from one end to the other until the time (CLOCK_MONOTONIC, ns) or *stop, both
 * sockets bound to the interfaces.
 */
struct tcp_goodput tcp_goodput(const struct measure_end *from,
			       const struct measure_end *to, uint64_t until,
			       const atomic_bool *stop);

#endif
