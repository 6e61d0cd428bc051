/*
 * distribution.c — see distribution.h. The tables are made when first asked for.
 */
#include "model/distribution.h"

#include <math.h>
#include <pthread.h>

enum {
	ROUNDS = 40, /* of halving an interval of 8: to 10^-11 */
	SETTLE = 8,  /* rounds of cutting the tail and scaling what is left */
};
static const double LIMIT = 3.999; /* below 32767 / NETEM_DIST_SCALE */
static const double PARETO_EXPONENT = 3;

static double normal[DISTRIBUTION_POINTS], pareto[DISTRIBUTION_POINTS];

static double share_below(int i)
{
	return (i + 0.5) / DISTRIBUTION_POINTS;
}

static double normal_quantile(double share)
{
	double low = -LIMIT, high = LIMIT;

	for (int round = 0; round < ROUNDS; round++) {
		double mid = (low + high) / 2;

		if (0.5 * erfc(-mid / M_SQRT2) < share)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* Shifts and scales to mean 0 and standard deviation 1, within the limit. */
static void normalise(double *table)
{
	for (int round = 0; round < SETTLE; round++) {
		double mean = 0, square = 0, deviation;

		for (int i = 0; i < DISTRIBUTION_POINTS; i++)
			mean += table[i] / DISTRIBUTION_POINTS;
		for (int i = 0; i < DISTRIBUTION_POINTS; i++)
			square += (table[i] - mean) * (table[i] - mean) /
				  DISTRIBUTION_POINTS;
		deviation = sqrt(square);
		for (int i = 0; i < DISTRIBUTION_POINTS; i++) {
			table[i] = (table[i] - mean) / deviation;
			if (fabs(table[i]) > LIMIT)
				table[i] = copysign(LIMIT, table[i]);
		}
	}
}

static void make_tables(void)
{
	for (int i = 0; i < DISTRIBUTION_POINTS; i++) {
		normal[i] = normal_quantile(share_below(i));
		pareto[i] = pow(1 - share_below(i), -1 / PARETO_EXPONENT);
	}
	normalise(normal);
	normalise(pareto);
}

double distribution_quantile(uint32_t distribution, int i)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (distribution == SHAPE_UNIFORM)
		return 2 * share_below(i) - 1;
	pthread_once(&once, make_tables);
	return distribution == SHAPE_NORMAL ? normal[i] : pareto[i];
}
