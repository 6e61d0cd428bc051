/*
 * distribution.c — see distribution.h. The tables are made when first asked for.
 */
#include "model/distribution.h"

#include <math.h>
#include <pthread.h>

enum {
	ROUNDS = 40, /* of halving an interval of 8: to 10^-11 */
};
static const double LIMIT = 3.999; /* below 32767 / NETEM_DIST_SCALE */

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

/* With the exponent 3: moved to mean 0, and scaled as if it had no end. */
static double pareto_quantile(double share)
{
	double x = (pow(1 - share, -1.0 / 3) - 1.5) * 4 / 3;

	return x < LIMIT ? x : LIMIT;
}

static void make_tables(void)
{
	for (int i = 0; i < DISTRIBUTION_POINTS; i++) {
		normal[i] = normal_quantile(share_below(i));
		pareto[i] = pareto_quantile(share_below(i));
	}
}

double distribution_quantile(uint32_t distribution, int i)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (distribution == SHAPE_UNIFORM)
		return 2 * share_below(i) - 1;
	pthread_once(&once, make_tables);
	return distribution == SHAPE_NORMAL ? normal[i] : pareto[i];
}
