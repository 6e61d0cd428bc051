/*
 * ping_neighbour.h — keeps thousands of pings within the kernel's neighbour
 * table (which address is at which MAC), of which the whole machine has one.
 */
#ifndef RUN_PING_NEIGHBOUR_H
#define RUN_PING_NEIGHBOUR_H

#include <stddef.h>
#include <stdint.h>

#include "run/ping.h"
#include "run/ping_source.h"

struct ping_neighbours;

/*
 * NULL where the pings fit into the table. Otherwise *ret_order (owned by the
 * result) is the order in which they should be sent.
 */
struct ping_neighbours *ping_neighbours_plan(struct ping_sources *s,
					     const struct ping *pings, size_t n,
					     const uint32_t **ret_order);

/* How many pings may be under way at once; and of those, sent in the last 5 ms. */
unsigned ping_neighbours_room(const struct ping_neighbours *nb);
unsigned ping_neighbours_burst(const struct ping_neighbours *nb);
enum { PING_NEIGHBOURS_BURST_NS = 5000000 };

/* Ping number index was decided; what it left in the table may go in a while. */
void ping_neighbours_decided(struct ping_neighbours *nb, uint32_t index);

/* Removes entries that have had their time. Not to be called from heard(). */
void ping_neighbours_tidy(struct ping_neighbours *nb);

/* Removes all that is left. NULL is fine. */
void ping_neighbours_end(struct ping_neighbours *nb);

#endif
