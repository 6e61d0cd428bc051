/*
 * tcp.h — how fast one TCP connection carries data from one end to the other.
 */
#ifndef MEASURE_TCP_H
#define MEASURE_TCP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "measure/measure.h"

/* Whether both ends have addresses of one family. */
bool tcp_possible(const struct measure_end *from, const struct measure_end *to);

/*
 * Sends from one end to the other until the time (CLOCK_MONOTONIC, ns) or *stop, both
 * sockets bound to the interfaces. Returns bit/s of data in the later part of the time;
 * 0: nothing came through, for whatever reason.
 */
uint64_t tcp_goodput(const struct measure_end *from, const struct measure_end *to,
		     uint64_t until, const atomic_bool *stop);

#endif
