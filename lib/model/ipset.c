/*
 * ipset.c — a hash set of addresses, and an ordered list of claimed prefixes.
 *
 * Two prefixes are apart or one contains the other. Sorted by address, wider
 * ones first, those inside a prefix therefore stand in one run, and those
 * around it are found by going from its predecessor to ever wider parents.
 * Equal prefixes are one claim, so that no such way is longer than an
 * address has bits.
 */
#include "model/ipset.h"

#include <arpa/inet.h>
#include <stdlib.h>

/* ---- addresses ---- */

static struct ip_key key_of(const struct ip *ip)
{
	struct ip_key k = { 0 };

	/* ffff:… is multicast, so that IPv4 behind it meets no IPv6 address */
	if (ip->family == AF_INET)
		k.high = UINT64_MAX;
	else
		for (int i = 0; i < 8; i++)
			k.high = k.high << 8 | ip->b[i];
	for (int i = 0; i < 8; i++)
		k.low = k.low << 8 | ip->b[ip->family == AF_INET ? (i + 4) % 8 : i + 8];
	return k;
}

static bool is_free(const struct ip_key *k)
{
	return k->high == 0 && k->low == 0;
}

/* Where the key is or would be. */
static struct ip_key *slot(const struct ip_set *s, const struct ip_key *k)
{
	/* Fibonacci hashing: the golden ratio spreads neighbours apart */
	uint64_t h = (k->low ^ k->high * 31) * 0x9e3779b97f4a7c15u;
	size_t i = (h ^ h >> 32) & (s->cap - 1);

	while (!is_free(&s->slots[i]) &&
	       (s->slots[i].low != k->low || s->slots[i].high != k->high))
		i = (i + 1) & (s->cap - 1);
	return &s->slots[i];
}

void ip_set_reserve(struct ip_set *s, size_t n)
{
	struct ip_set bigger = { .cap = s->cap ? s->cap : 64, .n = s->n };

	while (bigger.cap < 2 * n)
		bigger.cap *= 2;
	if (bigger.cap == s->cap)
		return;
	bigger.slots = mem_alloc(bigger.cap * sizeof(*bigger.slots));
	for (size_t i = 0; i < s->cap; i++)
		if (!is_free(&s->slots[i]))
			*slot(&bigger, &s->slots[i]) = s->slots[i];
	free(s->slots);
	*s = bigger;
}

bool ip_set_add(struct ip_set *s, const struct ip *address)
{
	struct ip_key k = key_of(address), *at;

	ip_set_reserve(s, s->n + 1);
	at = slot(s, &k);
	if (!is_free(at))
		return false;
	*at = k;
	s->n++;
	return true;
}

bool ip_set_has(const struct ip_set *s, const struct ip *address)
{
	struct ip_key k = key_of(address);

	return s->cap && !is_free(slot(s, &k));
}

void ip_set_free(struct ip_set *s)
{
	free(s->slots);
	*s = (struct ip_set){ 0 };
}

/* ---- prefixes ---- */

void ip_claims_add(struct ip_claims *c, const struct ip *address, int owner)
{
	struct ip_claim claim = { .prefix = ip_network(address), .owner = owner };

	vec_push(&c->v, claim);
}

static int compare(const void *a, const void *b)
{
	const struct ip_claim *x = a, *y = b;
	int r = ip_compare(&x->prefix, &y->prefix);

	return r ? r : (x->owner > y->owner) - (x->owner < y->owner);
}

static void merge_equal(struct ip_claims *c)
{
	size_t n = 0;

	vec_each (&c->v, p) {
		struct ip_claim *last = n ? &c->v.v[n - 1] : NULL;

		if (!last || !ip_equal(&last->prefix, &p->prefix))
			c->v.v[n++] = *p;
		else if (last->owner != p->owner)
			last->owner = IP_CLAIM_MANY;
	}
	c->v.n = n;
}

void ip_claims_sort(struct ip_claims *c)
{
	struct ip_claim *v = c->v.v;
	size_t n;

	if (c->v.n == 0)
		return;
	qsort(v, c->v.n, sizeof(*v), compare);
	merge_equal(c);
	n = c->v.n;
	for (size_t i = 0; i < n; i++) {
		size_t up = i ? i - 1 : SIZE_MAX;

		while (up != SIZE_MAX && !ip_within(&v[i].prefix, &v[up].prefix))
			up = v[up].parent;
		v[i].parent = up;
	}
	for (size_t i = n; i-- > 0;)
		v[i].next_other = i + 1 < n && v[i].owner == v[i + 1].owner
					  ? v[i + 1].next_other
					  : i + 1;
}

/* The first claim that is not before the prefix. */
static size_t lower_bound(const struct ip_claims *c, const struct ip *prefix)
{
	size_t low = 0, high = c->v.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ip_compare(&c->v.v[middle].prefix, prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct ip_claim *ip_claims_overlap(const struct ip_claims *c,
					 const struct ip *prefix, int owner)
{
	const struct ip_claim *v = c->v.v;
	struct ip network = ip_network(prefix);
	size_t at = lower_bound(c, &network);

	for (size_t i = at ? at - 1 : SIZE_MAX; i != SIZE_MAX; i = v[i].parent)
		if (ip_within(&network, &v[i].prefix) && v[i].owner != owner)
			return &v[i];
	if (at < c->v.n && v[at].owner == owner)
		at = v[at].next_other;
	if (at < c->v.n && ip_within(&v[at].prefix, &network))
		return &v[at];
	return NULL;
}

void ip_claims_free(struct ip_claims *c)
{
	vec_free(&c->v);
}
