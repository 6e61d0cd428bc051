/*
 * queue_pie.c — PIE, a proportional integral controller (RFC 8033).
 *
 * A probability of dropping (or marking) what comes is adjusted every 15 ms, by how
 * far the wait is from its reference and by whether it rises. The rate is known, so
 * the wait is that of the bytes in the queue. No clock drives the adjustments: they
 * are made up for when a packet comes or goes, since an idle link must not wake.
 */
#include "base/mem.h"
#include "wire/queue.h"

#define MS UINT64_C(1000000)
#define REFERENCE (15 * MS)
#define PERIOD (15 * MS)
#define BURST_MAX (150 * MS)
#define MARK_UP_TO 0.1 /* above that it drops, whatever the packet allows */

enum {
	MEAN_PACKET = 1024,
	PERIODS_MAX = 1024, /* made up for at once; then the probability is nothing */
};

struct pie {
	double probability, accumulated;
	uint64_t wait_before; /* ns, at the last adjustment */
	uint64_t next;	      /* adjustment; 0: none yet */
	uint64_t burst;	      /* ns for which it still lets all pass */
};

static void *pie_new(const struct queue *q)
{
	struct pie *s = mem_alloc(sizeof(*s));

	(void)q;
	s->burst = BURST_MAX;
	return s;
}

static void pie_adjust_once(const struct queue *q, struct pie *s)
{
	/* the smaller the probability, the smaller the steps */
	static const struct {
		double below, scale;
	} steps[] = {
		{ 0.000001, 2048 }, { 0.00001, 512 }, { 0.0001, 128 },
		{ 0.001, 32 },	    { 0.01, 8 },      { 0.1, 2 },
	};
	const uint64_t wait = queue_time(q, q->bytes);
	double p = 0.125 * ((double)wait - REFERENCE) / 1e9 +
		   1.25 * ((double)wait - (double)s->wait_before) / 1e9;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (s->probability < steps[i].below) {
			p /= steps[i].scale;
			break;
		}
	if (s->probability >= 0.1 && p > 0.02)
		p = 0.02;
	s->probability += p;
	if (wait == 0 && s->wait_before == 0)
		s->probability *= 0.98;
	if (s->probability < 0)
		s->probability = 0;
	if (s->probability > 1)
		s->probability = 1;
	s->burst = s->burst > PERIOD ? s->burst - PERIOD : 0;
	if (s->probability == 0 && wait < REFERENCE / 2 && s->wait_before < REFERENCE / 2)
		s->burst = BURST_MAX;
	s->wait_before = wait;
}

static void pie_adjust(const struct queue *q, struct pie *s, uint64_t now)
{
	if (!s->next)
		s->next = now + PERIOD;
	for (int i = 0; now >= s->next && i < PERIODS_MAX; i++) {
		pie_adjust_once(q, s);
		s->next += PERIOD;
	}
	if (now >= s->next)
		s->next = now + PERIOD;
}

static bool pie_chooses(struct queue *q, struct pie *s)
{
	if (s->burst > 0)
		return false;
	if (s->probability == 0)
		s->accumulated = 0;
	if ((s->wait_before < REFERENCE / 2 && s->probability < 0.2) ||
	    q->bytes <= 2 * (q->frame_max < MEAN_PACKET ? q->frame_max : MEAN_PACKET))
		return false;
	s->accumulated += s->probability;
	if (s->accumulated < 0.85)
		return false;
	if (s->accumulated < 8.5 && chance_unit(&q->chance) >= s->probability)
		return false;
	s->accumulated = 0;
	return true;
}

static void pie_put(struct queue *q, struct packet *p, uint64_t now)
{
	struct pie *s = q->state;

	pie_adjust(q, s, now);
	if (pie_chooses(q, s) && (s->probability >= MARK_UP_TO || !queue_mark(q, p))) {
		queue_drop(q, p);
		return;
	}
	if (queue_is_full(q, p))
		return;
	queue_count(q, p, 1);
	fifo_put(&q->fifo, p);
}

static struct packet *pie_take(struct queue *q, uint64_t now)
{
	pie_adjust(q, q->state, now);
	return queue_fifo_take_any(q);
}

const struct queue_kind queue_pie = {
	.new = pie_new,
	.put = pie_put,
	.take = pie_take,
	.take_any = queue_fifo_take_any,
};
