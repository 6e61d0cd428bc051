/*
 * statistics.h — the little that the judge needs of it. Pure.
 */
#ifndef MEASURE_STATISTICS_H
#define MEASURE_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

#include "model/shape.h"

#define STATISTICS_Z99 2.576
#define STATISTICS_Z999 3.291

void statistics_sort(uint64_t *v, size_t n);
/* The value that a share p of the n sorted ones does not exceed; 0 where n is 0. */
uint64_t statistics_quantile(const uint64_t *sorted, size_t n, double p);
double statistics_mean(const uint64_t *v, size_t n);
/* Standard deviation of the sample; 0 for fewer than 2. */
double statistics_deviation(const uint64_t *v, size_t n, double mean);

/*
 * Wilson's interval for a probability, of which k of n trials came true; n may be a
 * fraction of the trials where these depend on each other. n = 0: from 0 to 1.
 */
void statistics_wilson(double k, double n, double z, double *ret_low, double *ret_high);

/* ---- the delay that a shape sets ---- */

/*
 * How likely a packet's delay is at most x ns. Without jitter it is a step. Delays
 * below zero happen at zero. Pareto is that of iproute2's table: a = 3, moved and
 * scaled so that it begins at -2/3 of the jitter, and cut at 4 times the jitter; its
 * true deviation is 0.82 times the jitter.
 */
double statistics_delay_cdf(const struct shape *s, double x);
double statistics_delay_mean(const struct shape *s);
double statistics_delay_deviation(const struct shape *s);
double statistics_delay_median(const struct shape *s);

/*
 * Kolmogorov and Smirnov's D: the greatest distance between the distribution of the n
 * sorted delays, moved by shift ns, and the set one. Only beyond zero, where delays that
 * would be negative pile up.
 */
double statistics_ks(const struct shape *s, const uint64_t *sorted, size_t n,
		     double shift);

#endif
