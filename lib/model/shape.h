/*
 * shape.h — what a link does to the packets that one of its ends sends: how
 * fast, how late, which are lost. Plain data; a zeroed shape does nothing.
 *
 * The order of effects is that of a wire with a queue before it: packets wait
 * in the queue and leave it at the rate; then they take the delay, and some of
 * them are lost, doubled, changed or overtaken on the way.
 */
#ifndef MODEL_SHAPE_H
#define MODEL_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum {
	SHAPE_CERTAIN = 1000000000, /* the unit of probabilities: loss 1% is 10^7 */
	SHAPE_FRAME_HEADER = 14,    /* bytes before the MTU; ETH_HLEN */
};

/* How the delay varies about its mean. */
enum shape_distribution {
	SHAPE_UNIFORM, /* between delay - jitter and delay + jitter */
	SHAPE_NORMAL,  /* jitter is the standard deviation */
	SHAPE_PARETO,  /* a long tail, as in iproute2's table: distribution.h */
};

/* What is done with a queue that grows. */
enum shape_aqm {
	SHAPE_FIFO,	/* what comes when it is full is dropped */
	SHAPE_CODEL,	/* RFC 8289 */
	SHAPE_FQ_CODEL, /* RFC 8290 */
	SHAPE_RED,	/* Floyd and Jacobson, 1993 */
	SHAPE_PIE,	/* RFC 8033 */
	SHAPE_CAKE,	/* Høiland-Jørgensen, Täht and Morton, 2018 */
};

/* Who does it, for both directions of a link. */
enum shape_engine {
	SHAPE_ENGINE_AUTO,  /* the kernel where it can, else wire */
	SHAPE_ENGINE_NETEM, /* the kernel: netem, tbf, and its queues */
	SHAPE_ENGINE_WIRE,  /* lib/wire, in user space */
};

struct shape {
	uint64_t rate;	       /* bits of Ethernet frames a second, without preamble and
				  checksum, as tc counts; 0: as fast as it goes */
	uint64_t delay;	       /* ns */
	uint64_t jitter;       /* ns; at most the delay */
	uint32_t distribution; /* enum shape_distribution */
	uint32_t loss;	       /* of SHAPE_CERTAIN, as all that follow */
	uint32_t loss_correlation; /* of a packet's fate with that of the one before */
	uint32_t burst_begin; /* Gilbert-Elliott: a burst, in which all is lost, begins …
			       */
	uint32_t burst_end;   /* … and ends with that probability at a packet */
	uint32_t duplicate;
	uint32_t reorder; /* such packets take no delay, and so overtake others */
	uint32_t corrupt; /* one bit of such packets is turned */
	uint32_t aqm;	  /* enum shape_aqm */
	uint64_t queue;	  /* packets, or bytes; 0: what shape_queue_limit() says */
	uint64_t slot_min,
		slot_max; /* ns: packets leave in bunches, so far apart; 0: no */
	uint64_t seed;	  /* of all chance */
	bool queue_in_bytes;
	bool ecn; /* the AQM marks what it would drop, if the packet allows it: RFC 3168
		   */
	bool has_seed;
	bool seed_derived; /* from the network's seed: seed.h */
	bool unknown;	   /* found in the kernel, and none of ours */
};

/* Whether they do the same; where the seed is from does not matter. */
bool shape_same(const struct shape *a, const struct shape *b);
/* Whether it does nothing at all. */
bool shape_is_none(const struct shape *s);
/* Whether there is chance in it, or delay: more than a rate and its queue. */
bool shape_is_more_than_rate(const struct shape *s);
/* Whether anything in it is decided by chance. */
bool shape_has_chance(const struct shape *s);
/* -EINVAL, -ERANGE: keys that do not go together. */
int shape_check(const struct shape *s, struct err *e);

/*
 * The room in the queue, in bytes of frames, for a link of that MTU: what was asked
 * for; else two bandwidth-delay products of the round trip, if the way back is as
 * long, at least 20 ms' worth, at most a second's, and never less than 16 frames.
 */
uint64_t shape_queue_limit(const struct shape *s, uint32_t mtu);

const char *shape_aqm_name(uint32_t aqm); /* "fq_codel", …; NULL: no such number */
const char *shape_distribution_name(uint32_t distribution);
const char *shape_engine_name(uint32_t engine);

#endif
