/*
 * shape.c — see shape.h.
 */
#include "model/shape.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/units.h"

enum {
	QUEUE_FRAMES_MIN = 16,
	QUEUE_NS_MIN = 20000000,
	NS_PER_S = 1000000000,
	BITS_PER_BYTE = 8,
	JITTER_MAX = 2000000000, /* ns; netem takes no more than INT_MAX */
};

static const char *const aqms[] = { "fifo", "codel", "fq_codel", "red", "pie", "cake" };
static const char *const distributions[] = { "uniform", "normal", "pareto" };
static const char *const engines[] = { "auto", "netem", "wire" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *shape_aqm_name(uint32_t aqm)
{
	return aqm < COUNT(aqms) ? aqms[aqm] : NULL;
}

const char *shape_distribution_name(uint32_t distribution)
{
	return distribution < COUNT(distributions) ? distributions[distribution] : NULL;
}

const char *shape_engine_name(uint32_t engine)
{
	return engine < COUNT(engines) ? engines[engine] : NULL;
}

bool shape_same(const struct shape *a, const struct shape *b)
{
	return a->rate == b->rate && a->delay == b->delay && a->jitter == b->jitter &&
	       a->distribution == b->distribution && a->loss == b->loss &&
	       a->loss_correlation == b->loss_correlation &&
	       a->burst_begin == b->burst_begin && a->burst_end == b->burst_end &&
	       a->duplicate == b->duplicate && a->reorder == b->reorder &&
	       a->corrupt == b->corrupt && a->aqm == b->aqm && a->queue == b->queue &&
	       a->queue_in_bytes == b->queue_in_bytes && a->ecn == b->ecn &&
	       a->slot_min == b->slot_min && a->slot_max == b->slot_max &&
	       a->has_seed == b->has_seed && a->seed == b->seed &&
	       a->unknown == b->unknown;
}

bool shape_is_none(const struct shape *s)
{
	const struct shape none = { 0 };

	return shape_same(s, &none);
}

bool shape_is_more_than_rate(const struct shape *s)
{
	return s->delay || s->jitter || s->loss || s->burst_begin || s->duplicate ||
	       s->reorder || s->corrupt || s->slot_max;
}

bool shape_has_chance(const struct shape *s)
{
	return s->jitter || s->loss || s->burst_begin || s->duplicate || s->reorder ||
	       s->corrupt || s->slot_min != s->slot_max || s->aqm == SHAPE_RED ||
	       s->aqm == SHAPE_PIE || s->aqm == SHAPE_FQ_CODEL;
}

static int refuse(struct err *e, const char *what, const char *hint)
{
	err_set(e, EINVAL, "%s", what);
	if (hint)
		err_hint(e, "%s", hint);
	return -EINVAL;
}

int shape_check(const struct shape *s, struct err *e)
{
	if (s->jitter > s->delay)
		return refuse(e, "the jitter is more than the delay",
			      "no packet comes before it was sent: a delay varies by at "
			      "most itself");
	if (s->jitter > JITTER_MAX)
		return refuse(e, "a jitter is at most 2s", NULL);
	if (s->distribution != SHAPE_UNIFORM && !s->jitter)
		return refuse(e, "a distribution without jitter", "jitter TIME gives it");
	if (s->loss && s->burst_begin)
		return refuse(e, "loss is both single and in bursts", NULL);
	if (s->burst_begin && !s->burst_end)
		return refuse(e, "a burst of losses that never ends",
			      "the second probability of gemodel ends it");
	if (s->loss_correlation && !s->loss)
		return refuse(e, "a correlation without loss", "loss PERCENT gives it");
	if (s->reorder && !s->delay)
		return refuse(e, "packets cannot be overtaken without a delay",
			      "delay TIME gives it");
	if (s->slot_min > s->slot_max)
		return refuse(e, "the longest slot is shorter than the shortest", NULL);
	if ((s->aqm != SHAPE_FIFO || s->queue) && !s->rate)
		return refuse(e, "a queue without a rate",
			      "packets wait only where they cannot leave at once: rate "
			      "RATE");
	if (s->ecn && s->aqm == SHAPE_FIFO)
		return refuse(e, "a fifo does not mark packets",
			      "aqm codel, fq_codel, red, pie and cake do");
	return 0;
}

uint64_t shape_queue_limit(const struct shape *s, uint32_t mtu)
{
	const uint64_t frame = (uint64_t)mtu + SHAPE_FRAME_HEADER;
	unsigned __int128 ns = (unsigned __int128)s->delay * 2 * 2, limit;

	if (s->queue)
		return s->queue_in_bytes ? s->queue : s->queue * frame;
	if (ns < QUEUE_NS_MIN)
		ns = QUEUE_NS_MIN;
	if (ns > NS_PER_S)
		ns = NS_PER_S;
	limit = ns * s->rate / BITS_PER_BYTE / NS_PER_S;
	if (limit < QUEUE_FRAMES_MIN * frame)
		limit = QUEUE_FRAMES_MIN * frame;
	return (uint64_t)limit;
}
