/*
 * queue.c — what all queues share, and the one that only drops what comes when it
 * is full; see queue.h. The AQMs have files of their own.
 */
#include "wire/queue.h"

#include <errno.h>

#include "base/mem.h"
#include "wire/packet.h"

enum { NS_PER_S = 1000000000, BITS_PER_BYTE = 8 };

void fifo_put(struct fifo *f, struct packet *p)
{
	p->next = NULL;
	*(f->head ? &f->tail->next : &f->head) = p;
	f->tail = p;
	f->bytes += p->wire_length;
}

struct packet *fifo_take(struct fifo *f)
{
	struct packet *p = f->head;

	if (!p)
		return NULL;
	f->head = p->next;
	p->next = NULL;
	f->bytes -= p->wire_length;
	return p;
}

void queue_count(struct queue *q, const struct packet *p, int direction)
{
	q->bytes += (uint64_t)direction * p->wire_length;
	q->packets += (uint64_t)direction * p->segments;
}

void queue_drop(struct queue *q, struct packet *p)
{
	q->stats->dropped += p->segments;
	pool_give(q->pool, p);
}

bool queue_is_full(struct queue *q, struct packet *p)
{
	if (q->bytes + p->wire_length <= q->limit &&
	    q->packets + p->segments <= q->packets_max)
		return false;
	queue_drop(q, p);
	return true;
}

bool queue_mark(struct queue *q, struct packet *p)
{
	if (!q->ecn || !packet_mark(p))
		return false;
	q->stats->marked += p->segments;
	return true;
}

uint64_t queue_time(const struct queue *q, uint64_t bytes)
{
	return (uint64_t)((unsigned __int128)bytes * BITS_PER_BYTE * NS_PER_S / q->rate);
}

/* ---- fifo ---- */

static void fifo_kind_put(struct queue *q, struct packet *p, uint64_t now)
{
	(void)now;
	if (queue_is_full(q, p))
		return;
	queue_count(q, p, 1);
	fifo_put(&q->fifo, p);
}

struct packet *queue_fifo_take_any(struct queue *q)
{
	struct packet *p = fifo_take(&q->fifo);

	if (p)
		queue_count(q, p, -1);
	return p;
}

struct packet *queue_fifo_take(struct queue *q, uint64_t now)
{
	(void)now;
	return queue_fifo_take_any(q);
}

static const struct queue_kind queue_fifo = {
	.put = fifo_kind_put,
	.take = queue_fifo_take,
	.take_any = queue_fifo_take_any,
};

/* ---- all ---- */

static const struct queue_kind *const kinds[] = {
	[SHAPE_FIFO] = &queue_fifo,	    [SHAPE_CODEL] = &queue_codel,
	[SHAPE_FQ_CODEL] = &queue_fq_codel, [SHAPE_RED] = &queue_red,
	[SHAPE_PIE] = &queue_pie,
};

int queue_check(const struct shape *s, struct err *e)
{
	const char *name = shape_aqm_name(s->aqm);

	if (!name)
		return err_set(e, EINVAL, "no AQM has number %u", s->aqm);
	if (s->aqm < ARRAY_LEN(kinds) && kinds[s->aqm])
		return 0;
	err_set(e, EOPNOTSUPP, "a link in user space has no queue of kind %s", name);
	return err_hint(e, "fq_codel is the nearest that it has");
}

void queue_init(struct queue *q, const struct shape *s, uint32_t mtu, uint64_t seed,
		uint32_t stream, struct pool *pool, struct wire_stats *stats)
{
	*q = (struct queue){
		.kind = kinds[s->aqm],
		.pool = pool,
		.stats = stats,
		.rate = s->rate,
		.limit = shape_queue_limit(s, mtu),
		.packets_max = s->queue && !s->queue_in_bytes ? s->queue : UINT64_MAX,
		.frame_max = (uint64_t)mtu + SHAPE_FRAME_HEADER,
		.ecn = s->ecn,
	};
	/* a link that passes nothing helps nobody */
	if (q->limit < q->frame_max)
		q->limit = q->frame_max;
	chance_seed(&q->chance, seed, stream);
	if (q->kind->new)
		q->state = q->kind->new (q);
}

void queue_put(struct queue *q, struct packet *p, uint64_t now)
{
	q->kind->put(q, p, now);
}

struct packet *queue_take(struct queue *q, uint64_t now)
{
	return q->kind && q->packets ? q->kind->take(q, now) : NULL;
}

struct packet *queue_take_any(struct queue *q)
{
	return q->kind ? q->kind->take_any(q) : NULL;
}

void queue_free(struct queue *q)
{
	struct packet *p;

	while ((p = queue_take_any(q)))
		queue_drop(q, p);
	free(q->state);
	*q = (struct queue){ 0 };
}
