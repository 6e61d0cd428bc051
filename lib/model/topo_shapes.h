/*
 * topo_shapes.h — shapes as graphs of numbers; private to lib/model.
 */
#ifndef MODEL_TOPO_SHAPES_H
#define MODEL_TOPO_SHAPES_H

#include "model/topo.h"

enum { TOPO_NODES_MAX = 20000, TOPO_LINKS_MAX = 200000 };

/* What a shape would have; far too large sizes may be given as merely too large. */
struct topo_size {
	uint64_t nodes;	   /* its own */
	uint64_t links;	   /* between them */
	uint64_t carriers; /* own nodes that get `hosts` hosts each */
	uint64_t leaves;   /* hosts that are part of the shape */
};

struct topo_pair {
	uint32_t a, b;
};

struct topo_graph {
	uint32_t n;	 /* own nodes */
	uint32_t *hosts; /* [n] how many each has */
	VEC(struct topo_pair) links;
};

/* One row says all about a shape. */
struct topo_row {
	const char *name;
	enum node_kind kind; /* of its own nodes, where none is asked for */
	unsigned count_min;  /* 0: it has no count */
	/* Refuses sizes that make no sense; the count was checked. */
	int (*measure)(const struct topo_options *o, struct topo_size *ret,
		       struct err *e);
	/* Adds links and hosts, `each` on each carrier; hosts[] begins as zeros. */
	void (*draw)(const struct topo_options *o, uint32_t each, struct topo_graph *g);
};

extern const struct topo_row topo_rows[TOPO_RANDOM + 1]; /* by enum topo_shape */

#endif
