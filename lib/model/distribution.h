/*
 * distribution.h — how jitter is distributed: tables of quantiles for netem, in
 * units of the jitter.
 */
#ifndef MODEL_DISTRIBUTION_H
#define MODEL_DISTRIBUTION_H

#include <stdint.h>

#include "model/shape.h"

enum { DISTRIBUTION_POINTS = 4096 };

/*
 * The value below which (i + 0.5) / DISTRIBUTION_POINTS of the chances lie. Normal:
 * jitter is the standard deviation. Pareto, as in iproute2's table: the exponent is 3,
 * the mean 0 but for the end, which is cut off at 4; the standard deviation is 0.82 of
 * the jitter. Uniform: between -1 and 1. netem's 16 bits end at 4.
 */
double distribution_quantile(uint32_t distribution, int i);

#endif
