/*
 * topo.h — generators of whole topologies, for `topo`.
 */
#ifndef MODEL_TOPO_H
#define MODEL_TOPO_H

#include "model/model.h"

enum topo_shape {
	TOPO_LINE, /* count nodes in a row */
	TOPO_RING, /* and the last joined to the first */
	TOPO_STAR, /* one switch with count hosts */
	TOPO_MESH, /* count nodes, each joined to each */
	TOPO_TREE, /* switches, depth levels of fanout children; hosts are the leaves */
	TOPO_GRID, /* rows x columns */
	TOPO_FATTREE, /* k-ary fat tree of routers: Al-Fares et al., SIGCOMM'08 */
	TOPO_RANDOM, /* count nodes, a random spanning tree and more links up to degree */
};

struct topo_options {
	enum topo_shape shape;
	unsigned count;		/* line, ring, star, mesh, random */
	unsigned rows, columns; /* grid */
	unsigned depth, fanout; /* tree */
	unsigned k;		/* fattree: even */
	unsigned
		degree; /* random: mean links per node, as 2 * links / nodes; default 3 */
	uint64_t seed;	/* random: the same seed gives the same network everywhere */
	enum node_kind kind; /* of the shape's own nodes (star: its centre); default
				router (star, tree: switch) */
	bool has_kind;
	unsigned hosts; /* further hosts on each of the shape's own nodes; default 1 for
			   routers and switches of line, ring, mesh, grid, random;
			   fattree: per edge router, default k/2 */
	bool has_hosts;
	const char *prefix; /* before every name; "" or NULL: none */
};

const char *topo_shape_name(enum topo_shape s);

/*
 * Adds the topology to the model: h1, h2 … hosts, r1 … routers, s1 … switches,
 * numbered in one predictable order, with the prefix before. Whole or not at
 * all: a name that is taken, an odd k, zero or absurd sizes (more than 20000
 * nodes or 200000 links) are -EEXIST, -EINVAL, -E2BIG with e filled. Neither
 * settles nor routes. Switches in shapes with loops get spanning tree on.
 */
int topo_add(struct model *m, const struct topo_options *o, struct err *e);

#endif
