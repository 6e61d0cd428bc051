/*
 * diagram.h — a network drawn with characters: its nodes as boxes, its links as lines,
 * each with a label where there is room.
 */
#ifndef DRAW_DIAGRAM_H
#define DRAW_DIAGRAM_H

#include "draw/grid.h"
#include "draw/places.h"
#include "model/model.h"

enum { DIAGRAM_LABEL_MAX = 24 };

struct diagram_node {
	uint32_t id;
	enum node_kind kind; /* round: host, double: router, square: switch */
	bool nat;	     /* heavy */
	const char *name;    /* borrowed */
	char *nics;	     /* "nic enp3s0", below the name; NULL: it has none */
	enum ink ink, frame, nics_ink;
	bool marked;
};

struct diagram_link {
	uint32_t node[2];
	enum ink ink;
	char label[DIAGRAM_LABEL_MAX]; /* "": none */
};

struct diagram {
	VEC(struct diagram_node) nodes;
	VEC(struct diagram_link) links; /* one to a node that is not there is left out */
};

enum diagram_form {
	DIAGRAM_NO_ROOM, /* nothing was drawn */
	DIAGRAM_FRAMED,
	DIAGRAM_BARE, /* names without frames: all kinds look alike */
};

/* Adds the name of an interface of the machine to what is below a node's name. */
void diagram_add_nic(struct diagram_node *n, const char *name);

/* Draws into the lines from top on. places: of all of its nodes. */
enum diagram_form diagram_draw(struct grid *g, int top, int height,
			       const struct diagram *of, const struct places *places);

void diagram_free(struct diagram *d);

#endif
