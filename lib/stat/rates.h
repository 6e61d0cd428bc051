/*
 * rates.h — what happened between two snapshots, per second.
 *
 * A link or node that only the later one has counts from nothing: its rates are 0,
 * as are those of a counter that went backwards (the device was made again) and of
 * what is stale or gone. Time is that of the snapshots, not that of the caller.
 */
#ifndef STAT_RATES_H
#define STAT_RATES_H

#include "stat/snapshot.h"

/* What one end of a link sends: a direction. */
struct rate_direction {
	bool known; /* false: nothing to compare with; the rates are 0 */
	/* /s, with the Ethernet header: what left the sending interface, behind its
	 * queues, or what lib/wire handed to the other */
	double bits, packets;
	double drops;	  /* packets/s, lost anywhere on this direction */
	double load;	  /* bits over the shaped rate, 1 is full; 0: no rate is set */
	uint64_t dropped; /* packets since the link was made: the total */
	/* totals: of the interface, where a super-packet is one; or of lib/wire */
	uint64_t packets_sent, bytes_sent;
	uint64_t backlog_packets, backlog_bytes; /* now */
	double backlog_time; /* s that the backlog takes at the present rate; 0: none */
};

/* Where packets of a direction were lost, each from a counter of its own. */
enum loss_place {
	LOSS_INTERFACE,	 /* the sending interface: tx errors and drops */
	LOSS_QUEUE,	 /* its queueing disciplines */
	LOSS_WIRE_QUEUE, /* lib/wire's queue, or its AQM */
	LOSS_WIRE,	 /* lib/wire: the loss that was asked for */
	LOSS_FAR,	 /* the far interface: rx errors and drops */
	LOSS_PLACES,
};
const char *loss_place_name(enum loss_place p); /* "queue", … */

struct rate_link {
	uint32_t id;
	struct rate_direction direction[2];
	uint64_t lost[2][LOSS_PLACES]; /* packets, since the link was made */
};

struct rate_node {
	uint32_t id;
	bool known;
	double forwarded;				 /* packets/s */
	double no_route;				 /* packets/s */
	double cpu;					 /* of one core, 1 is all of it */
	double rx_bits, tx_bits, rx_packets, tx_packets; /* /s, all its interfaces */
};

struct rates {
	double seconds;		     /* between the two; 0: there was no earlier one */
	VEC(struct rate_link) links; /* in the order of the later snapshot's */
	VEC(struct rate_node) nodes;
};

/* before may be NULL. The result is freed with rates_free(). */
struct rates *rates_between(const struct snapshot *before, const struct snapshot *now);
void rates_free(struct rates *r);

#endif
