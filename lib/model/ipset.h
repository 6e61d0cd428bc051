/*
 * ipset.h — sets of addresses and of prefixes, for settle.c.
 *
 * ip_set answers at once whether an address is taken; ip_claims whether a
 * prefix overlaps one that somebody else has.
 */
#ifndef MODEL_IPSET_H
#define MODEL_IPSET_H

#include "base/vec.h"
#include "model/ip.h"

/* Addresses whatever their lengths; a zeroed set is an empty one. */
struct ip_set {
	struct ip_key {
		uint64_t high, low;
	} * slots; /* open addressing; all zero: free */
	size_t n;
	size_t cap; /* 0 or a power of two */
};

void ip_set_reserve(struct ip_set *s, size_t n);	     /* room for n in all */
bool ip_set_add(struct ip_set *s, const struct ip *address); /* false: it is there */
bool ip_set_has(const struct ip_set *s, const struct ip *address);
void ip_set_free(struct ip_set *s);

enum {
	IP_CLAIM_NOBODY = -1, /* an owner that is not equal to any other */
	IP_CLAIM_MANY = -2,   /* found in a claim: several owners have this prefix */
};

struct ip_claim {
	struct ip prefix;
	int owner;
	size_t parent;	   /* next wider claim that contains this one, or SIZE_MAX */
	size_t next_other; /* next claim in order that has another owner */
};

/* Prefixes with an owner each; a zeroed one is empty. */
struct ip_claims {
	VEC(struct ip_claim) v;
};

/* Adds the address' subnet. */
void ip_claims_add(struct ip_claims *c, const struct ip *address, int owner);
/* Once, after all were added and before they are looked up. */
void ip_claims_sort(struct ip_claims *c);
/* A claim by anybody but owner that overlaps the prefix; NULL: none. */
const struct ip_claim *ip_claims_overlap(const struct ip_claims *c,
					 const struct ip *prefix, int owner);
void ip_claims_free(struct ip_claims *c);

#endif
