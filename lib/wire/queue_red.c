/*
 * queue_red.c — random early detection, after Floyd and Jacobson (1993), gentle.
 *
 * The queue's length is averaged over packets; between two thresholds packets are
 * dropped (or marked) the likelier the longer it is, and evenly spread by counting
 * those since the last one. Above the upper threshold the probability goes on
 * rising, to 1 at twice that. While the queue is empty the average falls as if
 * packets were leaving it.
 */
#include <math.h>

#include "base/mem.h"
#include "wire/queue.h"

/* The values that the authors recommend. */
#define WEIGHT 0.002
#define PROBABILITY_MAX 0.1

enum {
	/* of the limit */
	LOW_PART = 6,
	HIGH_PART = 2,
};

struct red {
	double average; /* bytes */
	double low, high;
	uint64_t idle_since; /* ns; 0: it is not empty */
	int since_last;	     /* packets since one was dropped or marked; -1: below low */
};

static void *red_new(const struct queue *q)
{
	struct red *r = mem_alloc(sizeof(*r));

	r->low = (double)q->limit / LOW_PART;
	r->high = (double)q->limit / HIGH_PART;
	r->since_last = -1;
	return r;
}

static void red_average(const struct queue *q, struct red *r, uint64_t now)
{
	if (q->bytes == 0 && r->idle_since) {
		uint64_t frame = queue_time(q, q->frame_max);
		uint64_t idle = now > r->idle_since ? now - r->idle_since : 0;

		r->average *= pow(1 - WEIGHT, (double)idle / (double)(frame ? frame : 1));
		r->idle_since = now;
	}
	r->average += WEIGHT * ((double)q->bytes - r->average);
}

static bool red_chooses(struct queue *q, struct red *r)
{
	double p, spread;

	if (r->average < r->low) {
		r->since_last = -1;
		return false;
	}
	if (r->average < r->high)
		p = PROBABILITY_MAX * (r->average - r->low) / (r->high - r->low);
	else
		p = PROBABILITY_MAX +
		    (1 - PROBABILITY_MAX) * (r->average - r->high) / r->high;
	r->since_last++;
	spread = 1 - r->since_last * p;
	if (spread > 0 && chance_unit(&q->chance) >= p / spread)
		return false;
	r->since_last = 0;
	return true;
}

static void red_put(struct queue *q, struct packet *p, uint64_t now)
{
	struct red *r = q->state;

	red_average(q, r, now);
	/* marking does not help who is far above */
	if (red_chooses(q, r) && (r->average >= 2 * r->high || !queue_mark(q, p))) {
		queue_drop(q, p);
		return;
	}
	if (queue_is_full(q, p))
		return;
	r->idle_since = 0;
	queue_count(q, p, 1);
	fifo_put(&q->fifo, p);
}

static struct packet *red_take(struct queue *q, uint64_t now)
{
	struct red *r = q->state;
	struct packet *p = queue_fifo_take_any(q);

	if (!q->packets)
		r->idle_since = now;
	return p;
}

const struct queue_kind queue_red = {
	.new = red_new,
	.put = red_put,
	.take = red_take,
	.take_any = queue_fifo_take_any,
};
