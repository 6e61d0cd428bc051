/*
 * bounds.c — what shapes a direction can have, what packets it can take under them,
 * and how much memory. See direction.h.
 */
#include <errno.h>

#include "wire/direction.h"

#define NS_PER_S UINT64_C(1000000000)
#define BITS_NS (8 * NS_PER_S) /* of a byte, times ns of a second */

#define RATE_MIN 8 /* bits a second */
#define RATE_MAX UINT64_C(1000000000000)
#define TIME_MAX (3600 * NS_PER_S)
#define QUEUE_MAX (UINT64_C(1) << 32) /* bytes, or packets */

#define SUPER_RATE_MIN UINT64_C(500000000)
#define SUPER_QUEUE_MIN UINT64_C(262144)

/* Room on the way: what the rate can bring, as packets so small that they take five
 * times their length of memory; but not all of the machine. */
#define LINE_PER_BYTE 5
#define LINE_MIN (UINT64_C(1) << 20)
#define LINE_UNLIMITED (UINT64_C(256) << 20)
#define LINE_MAX (UINT64_C(1) << 30)

enum { DEVIATIONS_MAX = 4 }; /* chance_deviation() */

static int check_time(const char *what, uint64_t ns, struct err *e)
{
	return ns <= TIME_MAX ? 0 : err_set(e, ERANGE, "%s of more than an hour", what);
}

static int check_probability(const char *what, uint32_t p, struct err *e)
{
	return p <= SHAPE_CERTAIN ? 0 : err_set(e, ERANGE, "%s of more than 100%%", what);
}

int direction_check(const struct shape *s, uint32_t mtu, struct err *e)
{
	int r = shape_check(s, e);

	if (r < 0)
		return r;
	if (mtu < 68 || mtu > 65535)
		return err_set(e, ERANGE, "an MTU of %u: 68 to 65535 are possible", mtu);
	if (s->distribution > SHAPE_PARETO)
		return err_set(e, EINVAL, "no distribution has number %u",
			       s->distribution);
	if (s->rate && (s->rate < RATE_MIN || s->rate > RATE_MAX))
		return err_set(e, ERANGE, "a rate below 8bit or above 1tbit");
	if (s->queue > QUEUE_MAX)
		return err_set(e, ERANGE, "a queue of more than 4 GiB");
	if ((r = check_time("a delay", s->delay, e)) < 0 ||
	    (r = check_time("a slot", s->slot_max, e)) < 0 ||
	    (r = check_probability("a loss", s->loss, e)) < 0 ||
	    (r = check_probability("a correlation", s->loss_correlation, e)) < 0 ||
	    (r = check_probability("a burst", s->burst_begin, e)) < 0 ||
	    (r = check_probability("a burst's end", s->burst_end, e)) < 0 ||
	    (r = check_probability("duplication", s->duplicate, e)) < 0 ||
	    (r = check_probability("reordering", s->reorder, e)) < 0 ||
	    (r = check_probability("corruption", s->corrupt, e)) < 0)
		return r;
	return queue_check(s, e);
}

bool direction_takes_super(const struct shape *s, uint32_t mtu)
{
	if (s->loss || s->burst_begin || s->duplicate || s->reorder || s->corrupt ||
	    s->aqm != SHAPE_FIFO)
		return false;
	/* in a short queue there is no room for a single one */
	return !s->rate || (s->rate >= SUPER_RATE_MIN &&
			    shape_queue_limit(s, mtu) >= SUPER_QUEUE_MIN);
}

bool direction_takes_unsummed(const struct shape *s)
{
	return !s->corrupt;
}

uint64_t direction_line_max(const struct shape *s)
{
	/* packets may come early and late by as much */
	const uint64_t ns = s->delay + DEVIATIONS_MAX * s->jitter + 2 * s->slot_max;
	const unsigned __int128 bytes = (unsigned __int128)s->rate * ns / BITS_NS;

	if (!s->rate)
		return LINE_UNLIMITED;
	if (bytes * LINE_PER_BYTE > LINE_MAX - LINE_MIN)
		return LINE_MAX;
	return LINE_MIN + (uint64_t)bytes * LINE_PER_BYTE;
}
