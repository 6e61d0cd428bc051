/*
 * history.c — see history.h.
 *
 * A link has a ring of HISTORY_SECONDS values for each direction and series; second t
 * stands at t % HISTORY_SECONDS. Half-precision would do for a picture, but floats are
 * plain: 19 KB a direction. Values that are always 0 take none: a series' ring is made
 * when its first other value comes, and reads as 0 before that for the seconds that are
 * known, which a bit tells.
 */
#include "stat/history.h"

#include <math.h>
#include <stdlib.h>

enum { NS_PER_SECOND = 1000000000, KNOWN_WORDS = (HISTORY_SECONDS + 63) / 64 };

struct direction {
	float *series[HISTORY_SERIES]; /* rings; NULL: 0 so far */
	uint64_t known[KNOWN_WORDS];   /* a bit a second */
	/* the second that is under way */
	double sums[HISTORY_SERIES];
	unsigned samples;
};

struct track {
	uint32_t link; /* id */
	struct direction direction[2];
};

struct stat_history {
	VEC(struct track) tracks; /* by link */
	uint64_t second;	  /* the newest: of CLOCK_MONOTONIC; 0: none yet */
};

struct stat_history *stat_history_new(void)
{
	return mem_alloc(sizeof(struct stat_history));
}

static void track_clear(struct track *t)
{
	for (int d = 0; d < 2; d++)
		for (int i = 0; i < HISTORY_SERIES; i++)
			free(t->direction[d].series[i]);
}

void stat_history_free(struct stat_history *h)
{
	if (!h)
		return;
	vec_each (&h->tracks, t)
		track_clear(t);
	vec_free(&h->tracks);
	free(h);
}

/* ---- one direction ---- */

static void mark(struct direction *d, uint64_t second, bool known)
{
	size_t at = second % HISTORY_SECONDS;
	uint64_t bit = (uint64_t)1 << at % 64;

	if (known)
		d->known[at / 64] |= bit;
	else
		d->known[at / 64] &= ~bit;
}

static bool is_known(const struct direction *d, uint64_t second)
{
	size_t at = second % HISTORY_SECONDS;

	return d->known[at / 64] >> at % 64 & 1;
}

static void put(struct direction *d, uint64_t second, int series, float value)
{
	if (!d->series[series] && value == 0)
		return;
	if (!d->series[series])
		d->series[series] = mem_alloc(HISTORY_SECONDS * sizeof(float));
	d->series[series][second % HISTORY_SECONDS] = value;
}

/* The seconds after `from`, up to `to`, are begun: nothing is known of them. */
static void advance(struct direction *d, uint64_t from, uint64_t to)
{
	uint64_t first = to - from > HISTORY_SECONDS ? to - HISTORY_SECONDS : from;

	for (uint64_t t = first + 1; t <= to; t++)
		mark(d, t, false);
	memset(d->sums, 0, sizeof(d->sums));
	d->samples = 0;
}

/* from: the second of the sample before, since when the rates have held. */
static void add(struct direction *d, uint64_t from, uint64_t second,
		const struct rate_direction *r)
{
	const double values[HISTORY_SERIES] = {
		[HISTORY_BITS] = r->bits,
		[HISTORY_PACKETS] = r->packets,
		[HISTORY_DROPS] = r->drops,
		[HISTORY_BACKLOG] = (double)r->backlog_bytes,
	};

	if (!r->known)
		return;
	d->samples++;
	mark(d, second, true);
	for (int i = 0; i < HISTORY_SERIES; i++) {
		d->sums[i] += values[i];
		put(d, second, i, (float)(d->sums[i] / d->samples));
	}
	for (uint64_t t = from + 1; t < second; t++) {
		if (is_known(d, t))
			continue;
		mark(d, t, true);
		for (int i = 0; i < HISTORY_SERIES; i++)
			put(d, t, i, (float)values[i]);
	}
}

/* ---- all ---- */

static int by_link(const void *a, const void *b)
{
	const struct track *x = a, *y = b;

	return (x->link > y->link) - (x->link < y->link);
}

static struct track *find(const struct stat_history *h, uint32_t link)
{
	struct track key = { .link = link };

	return h->tracks.n ? bsearch(&key, h->tracks.v, h->tracks.n, sizeof(key), by_link)
			   : NULL;
}

/* The tracks become those of the links; both are in the order of ids. */
static void match(struct stat_history *h, const struct rates *r)
{
	__typeof__(h->tracks) next = { 0 };
	size_t at = 0;

	vec_reserve(&next, r->links.n);
	vec_each (&r->links, l) {
		while (at < h->tracks.n && h->tracks.v[at].link < l->id)
			track_clear(&h->tracks.v[at++]);
		if (at < h->tracks.n && h->tracks.v[at].link == l->id)
			vec_push(&next, h->tracks.v[at++]);
		else
			vec_push(&next, (struct track){ .link = l->id });
	}
	while (at < h->tracks.n)
		track_clear(&h->tracks.v[at++]);
	vec_free(&h->tracks);
	memcpy(&h->tracks, &next, sizeof(next));
}

void stat_history_add(struct stat_history *h, const struct snapshot *s,
		      const struct rates *r)
{
	uint64_t second = s->time / NS_PER_SECOND;
	uint64_t lasted = (uint64_t)(r->seconds * NS_PER_SECOND), from = second;

	if (second < h->second)
		return;
	if (lasted < s->time)
		from = (s->time - lasted) / NS_PER_SECOND;
	if (second - from > HISTORY_SECONDS)
		from = second - HISTORY_SECONDS;
	match(h, r);
	for (size_t i = 0; i < r->links.n; i++) {
		for (int d = 0; d < 2; d++) {
			struct direction *to = &h->tracks.v[i].direction[d];

			if (second > h->second)
				advance(to, h->second, second);
			add(to, from, second, &r->links.v[i].direction[d]);
		}
	}
	h->second = second;
}

bool stat_history_get(const struct stat_history *h, uint32_t link, int end,
		      enum history_series series, unsigned back, size_t n, float *ret)
{
	const struct track *t = find(h, link);
	const struct direction *d = t ? &t->direction[end] : NULL;

	if (!t)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint64_t ago = back + (n - 1 - i), second = h->second - ago;

		if (ago >= HISTORY_SECONDS || ago > h->second || !is_known(d, second))
			ret[i] = NAN;
		else if (!d->series[series])
			ret[i] = 0;
		else
			ret[i] = d->series[series][second % HISTORY_SECONDS];
	}
	return true;
}
