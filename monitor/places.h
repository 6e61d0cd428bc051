/*
 * places.h — where each node of a drawn network stands: from its links alone, and always
 * the same.
 */
#ifndef MONITOR_PLACES_H
#define MONITOR_PLACES_H

#include "stat/snapshot.h"

/* More than that many nodes are not drawn in any window. */
enum { PLACES_MAX = 160 };

struct node_place {
	uint32_t node;
	double x, y; /* 0 to 1, from left to right and top to bottom */
};

struct places {
	VEC(struct node_place)
	v;	     /* in the order of the snapshot's nodes; empty: too many */
	uint64_t of; /* which nodes and links it was made for */
};

/* Makes it new if the nodes or links are others than before. */
void places_update(struct places *p, const struct snapshot *s);
void places_free(struct places *p);

#endif
