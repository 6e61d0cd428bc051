/*
 * count.c — see count.h.
 *
 * One pass over the arrivals finds the first copy of each probe and whether a later one
 * was before it; a second pass, backwards, finds those with an earlier one behind them.
 * A damaged probe whose number cannot be read did arrive: it is taken off the lost ones.
 */
#include "measure/count.h"

#include <stdlib.h>

#include "base/mem.h"
#include "measure/statistics.h"

enum { NOT_YET, CAME };

static void count_lost(const struct measure_samples *s, const uint8_t *came,
		       uint64_t nameless, struct measure_count *c)
{
	uint64_t excused = nameless + s->missed;

	for (uint64_t seq = 0; seq < s->sent; seq++)
		if (came[seq] == NOT_YET) {
			c->lost++;
			c->bursts += seq == 0 || came[seq - 1] != NOT_YET;
		}
	c->arrived = s->sent - c->lost;
	c->lost = c->lost > excused ? c->lost - excused : 0;
	if (c->bursts > c->lost)
		c->bursts = c->lost;
}

void measure_count(const struct measure_samples *s, bool only_orderly,
		   struct measure_count *ret)
{
	const size_t n = s->arrivals.n;
	cleanup_free uint8_t *came = mem_alloc(s->sent + 1);
	cleanup_free bool *first = mem_alloc((n + 1) * sizeof(*first));
	uint64_t nameless = 0, highest = 0, lowest = UINT64_MAX;
	struct measure_count c = { 0 };
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		const struct measure_arrival *a = &s->arrivals.v[i];

		c.corrupted += a->damaged;
		if (a->nameless || a->seq >= s->sent) {
			nameless++;
			continue;
		}
		if (came[a->seq] == CAME) {
			c.duplicates++;
			continue;
		}
		came[a->seq] = CAME;
		first[i] = true;
		c.late += any && a->seq < highest;
		if (!any || a->seq > highest)
			highest = a->seq;
		any = true;
	}
	c.delays = mem_resize(NULL, n + 1, sizeof(*c.delays));
	for (size_t i = n; i-- > 0;) {
		const struct measure_arrival *a = &s->arrivals.v[i];
		bool overtook = first[i] && a->seq > lowest;

		if (!first[i])
			continue;
		c.overtaking += overtook;
		if (a->seq < lowest)
			lowest = a->seq;
		if (!a->damaged && !(only_orderly && overtook))
			c.delays[c.n_delays++] = a->delay;
	}
	statistics_sort(c.delays, c.n_delays);
	count_lost(s, came, nameless, &c);
	*ret = c;
}

void measure_count_free(struct measure_count *c)
{
	free(c->delays);
	*c = (struct measure_count){ 0 };
}
