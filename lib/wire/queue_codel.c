/*
 * queue_codel.c — CoDel (RFC 8289) and FQ-CoDel (RFC 8290).
 *
 * CoDel looks at how long packets have waited: if that stays above the target for
 * a whole interval, it drops (or marks) one, and further ones ever sooner, until
 * the wait is below the target again. FQ-CoDel has such a queue for each flow, by
 * a hash, and lets flows that have just begun go first; when it is full, packets
 * of the fattest flow are dropped.
 *
 * No link can do with less waiting than one frame takes, so the target is at
 * least that.
 */
#include <math.h>

#include "base/mem.h"
#include "wire/packet.h"
#include "wire/queue.h"

#define MS UINT64_C(1000000)
#define TARGET (5 * MS)
#define INTERVAL (100 * MS)

enum {
	FLOWS = 1024,
	FAT_DROPS_MAX = 64, /* packets dropped at once from the fattest flow */
};

struct codel {
	uint64_t first_above; /* when the wait will have been long for an interval; 0: it
				 is not */
	uint64_t drop_next;
	uint32_t count, last_count;
	bool dropping;
};

/* ---- CoDel ---- */

static uint64_t target(const struct queue *q)
{
	uint64_t frame = queue_time(q, q->frame_max);

	return frame > TARGET ? frame : TARGET;
}

static uint64_t interval(const struct queue *q)
{
	uint64_t least = 2 * target(q); /* as slow a link needs longer to react, too */

	return least > INTERVAL ? least : INTERVAL;
}

static uint64_t control_law(const struct queue *q, uint64_t t, uint32_t count)
{
	return t + (uint64_t)((double)interval(q) / sqrt(count));
}

static struct packet *take_and_judge(struct queue *q, struct fifo *f, struct codel *c,
				     uint64_t now, bool *ret_long)
{
	struct packet *p = fifo_take(f);
	uint64_t waited;

	*ret_long = false;
	if (!p) {
		c->first_above = 0;
		return NULL;
	}
	queue_count(q, p, -1);
	waited = now > p->arrived ? now - p->arrived : 0;
	if (waited < target(q) || f->bytes <= q->frame_max)
		c->first_above = 0;
	else if (!c->first_above)
		c->first_above = now + interval(q);
	else
		*ret_long = now >= c->first_above;
	return p;
}

static struct packet *codel_take_from(struct queue *q, struct fifo *f, struct codel *c,
				      uint64_t now)
{
	bool is_long;
	struct packet *p = take_and_judge(q, f, c, now, &is_long);

	if (c->dropping) {
		c->dropping = is_long;
		while (c->dropping && now >= c->drop_next) {
			c->count++;
			if (queue_mark(q, p)) {
				c->drop_next = control_law(q, c->drop_next, c->count);
				break;
			}
			queue_drop(q, p);
			p = take_and_judge(q, f, c, now, &is_long);
			c->dropping = is_long;
			if (is_long)
				c->drop_next = control_law(q, c->drop_next, c->count);
		}
	} else if (is_long) {
		uint32_t before = c->count - c->last_count;

		if (!queue_mark(q, p)) {
			queue_drop(q, p);
			p = take_and_judge(q, f, c, now, &is_long);
		}
		c->dropping = true;
		/* soon after the last time: goes on about where it ended */
		c->count = before > 1 && now - c->drop_next < 16 * interval(q) ? before
									       : 1;
		c->drop_next = control_law(q, now, c->count);
		c->last_count = c->count;
	}
	return p;
}

static void *codel_new(const struct queue *q)
{
	(void)q;
	return mem_alloc(sizeof(struct codel));
}

static void codel_put(struct queue *q, struct packet *p, uint64_t now)
{
	(void)now;
	if (queue_is_full(q, p))
		return;
	queue_count(q, p, 1);
	fifo_put(&q->fifo, p);
}

static struct packet *codel_take(struct queue *q, uint64_t now)
{
	return codel_take_from(q, &q->fifo, q->state, now);
}

const struct queue_kind queue_codel = {
	.new = codel_new,
	.put = codel_put,
	.take = codel_take,
	.take_any = queue_fifo_take_any,
};

/* ---- FQ-CoDel ---- */

struct flow {
	struct fifo fifo;
	struct codel codel;
	struct flow *next; /* in the list it is in */
	int64_t deficit;   /* bytes it may still send in this round */
	bool listed;
};

struct flow_list {
	struct flow *head, *tail;
};

struct fq {
	struct flow flows[FLOWS];
	struct flow_list new, old;
	uint64_t key; /* of the hash, so that nobody can choose whom to meet */
};

static void list_add(struct flow_list *l, struct flow *f)
{
	f->next = NULL;
	*(l->head ? &l->tail->next : &l->head) = f;
	l->tail = f;
}

static struct flow *list_take(struct flow_list *l)
{
	struct flow *f = l->head;

	l->head = f->next;
	f->next = NULL;
	return f;
}

static void *fq_new(const struct queue *q)
{
	struct fq *fq = mem_alloc(sizeof(*fq));
	struct chance c = q->chance;

	fq->key = chance_next(&c);
	return fq;
}

/* Half of the fattest flow, but not so many that others have to wait. */
static void fq_make_room(struct queue *q, struct fq *fq)
{
	struct flow *fat = &fq->flows[0];
	uint64_t half;

	for (int i = 1; i < FLOWS; i++)
		if (fq->flows[i].fifo.bytes > fat->fifo.bytes)
			fat = &fq->flows[i];
	half = fat->fifo.bytes / 2;
	for (int i = 0; i < FAT_DROPS_MAX; i++) {
		struct packet *p = fifo_take(&fat->fifo);

		if (!p)
			return;
		queue_count(q, p, -1);
		queue_drop(q, p);
		if (fat->fifo.bytes <= half)
			return;
	}
}

static void fq_put(struct queue *q, struct packet *p, uint64_t now)
{
	struct fq *fq = q->state;
	struct flow *f = &fq->flows[packet_flow(p, fq->key) % FLOWS];

	(void)now;
	queue_count(q, p, 1);
	fifo_put(&f->fifo, p);
	if (!f->listed) {
		f->listed = true;
		f->deficit = (int64_t)q->frame_max;
		list_add(&fq->new, f);
	}
	while (q->bytes > q->limit || q->packets > q->packets_max)
		fq_make_room(q, fq);
}

static struct packet *fq_take(struct queue *q, uint64_t now)
{
	struct fq *fq = q->state;

	for (;;) {
		bool is_new = fq->new.head;
		struct flow_list *l = is_new ? &fq->new : &fq->old;
		struct flow *f = l->head;
		struct packet *p;

		if (!f)
			return NULL;
		if (f->deficit <= 0) {
			f->deficit += (int64_t)q->frame_max;
			list_add(&fq->old, list_take(l));
			continue;
		}
		p = codel_take_from(q, &f->fifo, &f->codel, now);
		if (p) {
			f->deficit -= p->wire_length;
			return p;
		}
		list_take(l);
		/* a flow that comes and goes must not be new each time */
		if (is_new && fq->old.head)
			list_add(&fq->old, f);
		else
			f->listed = false;
	}
}

static struct packet *fq_take_any(struct queue *q)
{
	struct fq *fq = q->state;

	for (;;) {
		struct flow_list *l = fq->new.head ? &fq->new : &fq->old;
		struct packet *p;

		if (!l->head)
			return NULL;
		p = fifo_take(&l->head->fifo);
		if (p) {
			queue_count(q, p, -1);
			return p;
		}
		list_take(l)->listed = false;
	}
}

const struct queue_kind queue_fq_codel = {
	.new = fq_new,
	.put = fq_put,
	.take = fq_take,
	.take_any = fq_take_any,
};
