/*
 * chance.c — see chance.h.
 */
#include "wire/chance.h"

#include <errno.h>
#include <math.h>
#include <sys/random.h>

enum { DEVIATION_MAX = 4 };

static uint64_t rotate(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

/* SplitMix64: spreads a seed that may be small. */
static uint64_t spread(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

void chance_seed(struct chance *c, uint64_t seed, uint32_t stream)
{
	uint64_t other = stream, state;

	/* two spreads: neighbouring seeds and streams must not share numbers */
	state = spread(&seed) ^ spread(&other);
	for (int i = 0; i < 4; i++)
		c->s[i] = spread(&state);
}

int chance_random_seed(uint64_t *ret)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return -errno;
	*ret = seed;
	return 0;
}

uint64_t chance_next(struct chance *c)
{
	uint64_t *s = c->s, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

double chance_unit(struct chance *c)
{
	return (double)(chance_next(c) >> 11) * 0x1p-53;
}

uint64_t chance_below(struct chance *c, uint64_t n)
{
	return (uint64_t)((unsigned __int128)chance_next(c) * n >> 64);
}

bool chance_happens(struct chance *c, uint32_t p)
{
	return chance_below(c, SHAPE_CERTAIN) < p;
}

/* (0, 1]: has a logarithm, and a root to divide by. */
static double unit_above_zero(struct chance *c)
{
	return 1 - chance_unit(c);
}

static double normal(struct chance *c)
{
	/* one of the two that Box and Muller's way gives: nothing is kept, so a
	 * packet always takes two numbers */
	double radius = sqrt(-2 * log(unit_above_zero(c)));

	return radius * cos(2 * M_PI * chance_unit(c));
}

double chance_deviation(struct chance *c, uint32_t distribution)
{
	double x;

	switch (distribution) {
	case SHAPE_NORMAL:
		x = normal(c);
		break;
	case SHAPE_PARETO:
		x = (1 / cbrt(unit_above_zero(c)) - 1.5) * 4 / 3;
		break;
	default:
		return 2 * chance_unit(c) - 1;
	}
	return x > DEVIATION_MAX    ? DEVIATION_MAX
	       : x < -DEVIATION_MAX ? -DEVIATION_MAX
				    : x;
}

bool chance_loses(struct chance_loss *l, const struct shape *s)
{
	uint64_t p = s->loss, r = s->loss_correlation;

	if (s->burst_begin) {
		/* ends a burst, or begins one */
		if (chance_happens(&l->chance, l->lost ? s->burst_end : s->burst_begin))
			l->lost = !l->lost;
		return l->lost;
	}
	if (!p)
		return l->lost = false;
	if (l->lost)
		p += r * (SHAPE_CERTAIN - p) / SHAPE_CERTAIN;
	else
		p = p * (SHAPE_CERTAIN - r) / SHAPE_CERTAIN;
	return l->lost = chance_happens(&l->chance, (uint32_t)p);
}
