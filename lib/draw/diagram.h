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
	const char *name;    /* borrowed */
	enum ink ink, frame;
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

/* Draws into the lines from top on. places: of all of its nodes. */
enum diagram_form diagram_draw(struct grid *g, int top, int height,
			       const struct diagram *of, const struct places *places);

void diagram_free(struct diagram *d);

#endif
