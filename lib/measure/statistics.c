/*
 * statistics.c — see statistics.h.
 */
#include "measure/statistics.h"

#include <math.h>
#include <stdlib.h>

enum {
	STEPS = 4096,	/* of numeric integrals */
	HALVINGS = 60,	/* of a bisection */
	SIGMAS = 5,	/* no distribution reaches further from the delay, in jitters */
	PARETO_END = 4, /* where iproute2's table ends: 32767 of 8192 a sigma */
};

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void statistics_sort(uint64_t *v, size_t n)
{
	if (n > 1)
		qsort(v, n, sizeof(*v), compare);
}

uint64_t statistics_quantile(const uint64_t *sorted, size_t n, double p)
{
	size_t at;

	if (!n)
		return 0;
	at = (size_t)ceil(p * (double)n);
	return sorted[at == 0 ? 0 : at > n ? n - 1 : at - 1];
}

double statistics_mean(const uint64_t *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)v[i];
	return n ? sum / (double)n : 0;
}

double statistics_deviation(const uint64_t *v, size_t n, double mean)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += ((double)v[i] - mean) * ((double)v[i] - mean);
	return n > 1 ? sqrt(sum / (double)(n - 1)) : 0;
}

void statistics_wilson(double k, double n, double z, double *ret_low, double *ret_high)
{
	double p, centre, half, scale;

	*ret_low = 0;
	*ret_high = 1;
	if (n <= 0)
		return;
	p = k / n;
	scale = 1 + z * z / n;
	centre = (p + z * z / (2 * n)) / scale;
	half = z / scale * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
	if (p > 0 && centre - half > 0)
		*ret_low = centre - half;
	if (p < 1 && centre + half < 1)
		*ret_high = centre + half;
}

/* ---- the delay that a shape sets ---- */

/* x in jitters from the delay */
static double cdf_about_zero(uint32_t distribution, double x)
{
	switch (distribution) {
	case SHAPE_NORMAL:
		return 0.5 * erfc(-x / sqrt(2));
	case SHAPE_PARETO:
		if (x < -2.0 / 3)
			return 0;
		return x >= PARETO_END ? 1 : 1 - pow(0.75 * x + 1.5, -3);
	default:
		return x < -1 ? 0 : x > 1 ? 1 : (x + 1) / 2;
	}
}

double statistics_delay_cdf(const struct shape *s, double x)
{
	if (x < 0)
		return 0;
	if (!s->jitter)
		return x >= (double)s->delay;
	return cdf_about_zero(s->distribution,
			      (x - (double)s->delay) / (double)s->jitter);
}

/* The integrals of 1 - F and of 2x(1 - F) are the first two moments. */
static void moments(const struct shape *s, double *ret_mean, double *ret_square)
{
	double from = (double)s->delay - SIGMAS * (double)s->jitter;
	double to = (double)s->delay + SIGMAS * (double)s->jitter;
	double step, mean, square;

	from = from < 0 ? 0 : from;
	step = (to - from) / STEPS;
	mean = from;
	square = from * from;
	for (int i = 0; i < STEPS; i++) {
		double x = from + (i + 0.5) * step;
		double above = 1 - statistics_delay_cdf(s, x);

		mean += above * step;
		square += 2 * x * above * step;
	}
	*ret_mean = mean;
	*ret_square = square;
}

double statistics_delay_mean(const struct shape *s)
{
	double mean, square;

	if (!s->jitter)
		return (double)s->delay;
	moments(s, &mean, &square);
	return mean;
}

double statistics_delay_deviation(const struct shape *s)
{
	double mean, square;

	if (!s->jitter)
		return 0;
	moments(s, &mean, &square);
	return square > mean * mean ? sqrt(square - mean * mean) : 0;
}

double statistics_delay_median(const struct shape *s)
{
	double low = 0, high = (double)s->delay + SIGMAS * (double)s->jitter;

	if (!s->jitter)
		return (double)s->delay;
	for (int i = 0; i < HALVINGS; i++) {
		double middle = (low + high) / 2;

		if (statistics_delay_cdf(s, middle) < 0.5)
			low = middle;
		else
			high = middle;
	}
	return high;
}

double statistics_ks(const struct shape *s, const uint64_t *sorted, size_t n,
		     double shift)
{
	bool piles_up = statistics_delay_cdf(s, 0) > 0;
	double from = piles_up ? (double)s->delay / 20 : 0, d = 0;

	for (size_t i = 0; i < n; i++) {
		double x = (double)sorted[i] + shift, f;

		if (piles_up && x < from)
			continue;
		f = statistics_delay_cdf(s, x);
		d = fmax(d, fabs((double)(i + 1) / (double)n - f));
		/* just below the first that counts there may be a whole pile */
		if (!piles_up || (i > 0 && (double)sorted[i - 1] + shift >= from))
			d = fmax(d, fabs((double)i / (double)n - f));
	}
	return d;
}
