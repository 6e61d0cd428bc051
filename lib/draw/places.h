/*
 * places.h — where each node of a drawn network stands: from its links alone, and always
 * the same.
 */
#ifndef DRAW_PLACES_H
#define DRAW_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

/* More than that many nodes are not drawn in any window. */
enum { PLACES_MAX = 160 };

struct node_place {
	uint32_t node;
	double x, y; /* 0 to 1, from left to right and top to bottom */
};

/* The ids of the two nodes that a link joins. */
struct place_link {
	uint32_t node[2];
};

/* What places follow from. */
struct place_graph {
	VEC(uint32_t) nodes; /* ids, rising */
	VEC(struct place_link) links;
};
void place_graph_free(struct place_graph *g);

struct places {
	VEC(struct node_place)
	v;	     /* in the order of the graph's nodes; empty: too many */
	uint64_t of; /* which nodes and links it was made for */
};

/* Makes it new if the nodes or links are others than before. */
void places_update(struct places *p, const struct place_graph *g);
void places_free(struct places *p);

#endif
