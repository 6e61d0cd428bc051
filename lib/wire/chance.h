/*
 * chance.h — random numbers for links, the same for the same seed.
 *
 * Every use of chance in a direction (loss, jitter, …) has a generator of its
 * own, so that one does not disturb another: the packets a seed loses stay the
 * same when jitter is added.
 */
#ifndef WIRE_CHANCE_H
#define WIRE_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/shape.h"

/* xoshiro256**, of Blackman and Vigna. */
struct chance {
	uint64_t s[4];
};

/* stream: parts generators of one seed. */
void chance_seed(struct chance *c, uint64_t seed, uint32_t stream);
/* A seed of the system's; 0 or -errno. */
int chance_random_seed(uint64_t *ret);

uint64_t chance_next(struct chance *c);
/* Evenly in [0, 1), 53 bits of it. */
double chance_unit(struct chance *c);
/* Evenly in [0, n); 0 for n 0. */
uint64_t chance_below(struct chance *c, uint64_t n);
/* True with probability p of SHAPE_CERTAIN. Takes one number, whatever p is. */
bool chance_happens(struct chance *c, uint32_t p);

/*
 * Deviation from the mean in units of the jitter: uniform in [-1, 1); normal
 * with standard deviation 1; Pareto of exponent 3 as in iproute2's table,
 * (u^(-1/3) - 3/2) * 4/3. The last two end at +-4, as those tables do.
 */
double chance_deviation(struct chance *c, uint32_t distribution);

/* Who is lost: single losses, correlated ones, or bursts. */
struct chance_loss {
	struct chance chance;
	bool lost; /* the packet before was; in a burst */
};

/*
 * The next packet's fate under the shape. A correlation r makes a loss after a
 * loss likelier and one after none less so, such that the rate of loss stays p:
 * p + r(1 - p) and p(1 - r). (netem averages random numbers instead, which changes
 * the rate too.) In Gilbert and Elliott's model the state changes first, and the
 * packet has the fate of the new state.
 */
bool chance_loses(struct chance_loss *l, const struct shape *s);

#endif
