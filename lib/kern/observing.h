/*
 * observing.h — the two halves of observe(): looking (observe.c), and writing
 * what was seen into a model (observed_model.c). Private to lib/kern.
 */
#ifndef KERN_OBSERVING_H
#define KERN_OBSERVING_H

#include "kern/dump.h"
#include "kern/observe.h"

/* A node in question. */
struct sight {
	const struct node *node;
	bool there;
	struct dump dump;
	VEC(int) claimed; /* interfaces that a link has */
};

enum { OBSERVING_PLACES = 3 }; /* that are no nodes */

struct observing {
	struct kern *k;
	const struct model *target, *other;
	bool all;
	bool shaped;	   /* a link in question has a shape */
	uint32_t *carried; /* by lib/wire: their numbers, ascending */
	size_t n_carried;
	struct observed *o;
	VEC(struct sight) sights;	       /* by node id */
	struct sight places[OBSERVING_PLACES]; /* node NULL: not in question */
	VEC(const struct link *) links;	       /* candidates */
};

/* A node's, or one of the places; NULL: none. */
struct sight *observing_sight(const struct observing *x, uint32_t node);
/* Fills a sight whose node is set. */
int observing_look(struct observing *x, struct sight *s, struct err *e);

/* Whether it is a switch that knows VLANs, in either model. */
bool observing_vlans(const struct observing *x, uint32_t node);

/* Links with parts (observed_parts.c): the places, as far as they are in question;
 * whether a link is whole, 1 or 0 or -errno; devices that belong to no link of the model
 * found. */
int observing_look_at_places(struct observing *x, struct err *e);
int observing_has_parts(const struct observing *x, const struct link *l, struct err *e);
void observing_find_stray_parts(struct observing *x, const struct sight *s);

static inline int observing_ifindex(const struct link *l, int end)
{
	return IFINDEX_BASE + (int)l->end[end].index;
}

/* A node that is not there, with its links. */
void observing_take_node(struct model *m, uint32_t id);

/* What was seen of an interface of a link that is there, and of a node. Ends first. */
void observing_write_end(struct observing *x, const struct link *l, int end);
void observing_write_node(struct observing *x, const struct sight *s);

#endif
