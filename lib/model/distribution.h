/*
 * distribution.h — how jitter is distributed: tables of quantiles with mean 0
 * and standard deviation 1, which both engines and the measuring use.
 */
#ifndef MODEL_DISTRIBUTION_H
#define MODEL_DISTRIBUTION_H

#include <stdint.h>

#include "model/shape.h"

enum { DISTRIBUTION_POINTS = 4096 };

/*
 * The value below which (i + 0.5) / DISTRIBUTION_POINTS of the chances lie.
 * Normal; or Pareto with the exponent 3, as in iproute2's table. Both stay
 * within 4 standard deviations, which is what netem's 16 bits can say.
 * Uniform: between -1 and 1, for there jitter is the half width.
 */
double distribution_quantile(uint32_t distribution, int i);

#endif
