/*
 * timers.c — a binary heap; see timers.h.
 */
#include "wire/timers.h"

#include "base/mem.h"

enum { ROOM_MIN = 16 };

static void put(struct timers *q, size_t place, struct timer *t)
{
	q->v[place - 1] = t;
	t->place = place;
}

static void up(struct timers *q, struct timer *t)
{
	size_t at = t->place;

	for (; at > 1 && timer_before(t, q->v[at / 2 - 1]); at /= 2)
		put(q, at, q->v[at / 2 - 1]);
	put(q, at, t);
}

static void down(struct timers *q, struct timer *t)
{
	size_t at = t->place, child;

	while ((child = 2 * at) <= q->n) {
		if (child < q->n && timer_before(q->v[child], q->v[child - 1]))
			child++;
		if (!timer_before(q->v[child - 1], t))
			break;
		put(q, at, q->v[child - 1]);
		at = child;
	}
	put(q, at, t);
}

void timers_set(struct timers *q, struct timer *t, uint64_t due)
{
	if (due == TIMER_NEVER) {
		timers_remove(q, t);
		return;
	}
	if (t->place && t->due == due)
		return;
	t->due = due;
	t->order = q->next_order++;
	if (!t->place) {
		if (q->n == q->cap) {
			q->cap = q->cap ? 2 * q->cap : ROOM_MIN;
			q->v = mem_resize(q->v, q->cap, sizeof(struct timer *));
		}
		put(q, ++q->n, t);
	}
	up(q, t);
	down(q, t);
}

void timers_remove(struct timers *q, struct timer *t)
{
	struct timer *last;
	size_t place = t->place;

	if (!place)
		return;
	t->place = 0;
	last = q->v[--q->n];
	if (last == t)
		return;
	put(q, place, last);
	up(q, last);
	down(q, last);
}

struct timer *timers_first(const struct timers *q)
{
	return q->n ? q->v[0] : NULL;
}

void timers_free(struct timers *q)
{
	free(q->v);
	*q = (struct timers){ 0 };
}
