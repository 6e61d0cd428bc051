/*
 * observe.h — what of a network is really there, as a model.
 *
 * Both models that are given hold what might be there: the one to get to and,
 * where a change was stopped in its midst, the one it came from or went to.
 * The plan from what is found to `target` then mends everything between.
 * What others made in the nodes is not looked at: only what carries our marks
 * is ours (an interface's number and kind, an address' and route's protocol).
 */
#ifndef KERN_OBSERVE_H
#define KERN_OBSERVE_H

#include "kern/kern.h"

/* An interface of ours that belongs to no link any more: its other end is elsewhere or of
 * another link. */
struct stray {
	uint32_t node; /* id, or a place of plan/layout.h */
	int ifindex;
};

/* An address whose subnet the kernel has no route to any more: it has to be given anew.
 */
struct hollow {
	uint32_t node; /* id */
	int ifindex;
	struct ip ip;
};

struct observed {
	struct model *model;	   /* owned */
	VEC(uint32_t) stray_wires; /* numbers of links that lib/wire carries in vain */
	VEC(uint32_t) lowered;	   /* nodes whose lo or bridge is down, or not there */
	VEC(struct stray) strays;
	VEC(struct hollow) hollows;
};

/*
 * all: everything in the models is looked at; else what differs between them, and the
 * rest is taken to be as in `target`. Fails rather than tell a part.
 */
int observe(struct kern *k, const struct model *target, const struct model *other,
	    bool all, struct observed *ret, struct err *e);
void observed_free(struct observed *o);

/* Deletes strays and hollow addresses, and makes bridges that are gone: what no plan
 * does.
 */
int observed_tidy(struct kern *k, const struct observed *o, struct err *e);

#endif
