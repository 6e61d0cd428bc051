/*
 * diagram.c — boxes where places.h says, and straight lines of braille dots between them.
 *
 * Boxes that would lie on each other are pushed apart. If there is no room for all with
 * a frame they are drawn without, and if there is none even then, not at all.
 */
#include "draw/diagram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PUSH_ROUNDS = 300, GAP_X = 3, GAP_Y = 1, NICS_WIDEST = 32 };

struct box {
	const struct diagram_node *node;
	int x, y, width, height;
};

struct drawing {
	const struct diagram *of;
	struct box *boxes; /* of its nodes */
	size_t n;
	int top, width, height; /* the window */
	uint8_t *dots, *load;	/* a cell each: braille dots; the ink of its link */
};

/* ---- boxes ---- */

static const struct node_place *place_of(const struct places *p, uint32_t node)
{
	vec_each (&p->v, i)
		if (i->node == node)
			return i;
	return NULL;
}

static bool too_near(const struct box *a, const struct box *b, int *ret_x, int *ret_y)
{
	*ret_x = (a->x < b->x ? a->x + a->width - b->x : b->x + b->width - a->x) + GAP_X;
	*ret_y = (a->y < b->y ? a->y + a->height - b->y : b->y + b->height - a->y) +
		 GAP_Y;
	return *ret_x > 0 && *ret_y > 0;
}

static int within(int at, int length, int room)
{
	return at > room - length ? (room > length ? room - length : 0) : at < 0 ? 0 : at;
}

/* Moves two apart by one cell, the way that is shorter; sideways a cell is half as long.
 */
static void push(struct drawing *d, struct box *a, struct box *b, int by_x, int by_y)
{
	if (by_x <= 2 * by_y) {
		bool left = a->x < b->x || (a->x == b->x && a < b);

		a->x = within(a->x + (left ? -1 : 1), a->width, d->width);
		b->x = within(b->x + (left ? 1 : -1), b->width, d->width);
	} else {
		bool above = a->y < b->y || (a->y == b->y && a < b);

		a->y = within(a->y + (above ? -1 : 1), a->height, d->height);
		b->y = within(b->y + (above ? 1 : -1), b->height, d->height);
	}
}

static bool part(struct drawing *d)
{
	for (int round = 0; round < PUSH_ROUNDS; round++) {
		bool moved = false;

		for (size_t i = 0; i < d->n; i++) {
			for (size_t k = i + 1; k < d->n; k++) {
				int x, y;

				if (!too_near(d->boxes + i, d->boxes + k, &x, &y))
					continue;
				push(d, d->boxes + i, d->boxes + k, x, y);
				moved = true;
			}
		}
		if (!moved)
			return true;
	}
	return false;
}

/* With a frame, the nics have a line of their own. */
static void set_size(struct box *b, bool framed)
{
	int name = grid_columns(b->node->name);
	int nics = b->node->nics ? grid_columns(b->node->nics) : 0;

	nics = nics > NICS_WIDEST ? NICS_WIDEST : nics;
	if (framed) {
		b->width = (nics > name ? nics : name) + 4;
		b->height = nics ? 4 : 3;
	} else {
		b->width = name + (nics ? 1 + nics : 0) + 2;
		b->height = 1;
	}
}

/* Puts the boxes where they belong; false: there is no room. */
static bool place_boxes(struct drawing *d, const struct places *places, bool framed)
{
	long area = 0;

	for (size_t i = 0; i < d->n; i++) {
		struct box *b = d->boxes + i;
		const struct node_place *p = place_of(places, b->node->id);

		set_size(b, framed);
		if (!p || b->width > d->width || b->height > d->height)
			return false;
		b->x = (int)lround(p->x * (d->width - b->width));
		b->y = (int)lround(p->y * (d->height - b->height));
		area += (long)(b->width + GAP_X) * (b->height + GAP_Y);
	}
	/* where boxes alone fill the window, no line would be seen */
	return 3 * area <= 2L * d->width * d->height && part(d);
}

static void draw_box(struct grid *g, const struct drawing *d, const struct box *b)
{
	/* round for a host, double for a router, plain for a switch, heavy for a nat */
	static const uint32_t frames[][6] = {
		[NODE_HOST] = { 0x256d, 0x2500, 0x256e, 0x2502, 0x2570, 0x256f },
		[NODE_ROUTER] = { 0x2554, 0x2550, 0x2557, 0x2551, 0x255a, 0x255d },
		[NODE_SWITCH] = { 0x250c, 0x2500, 0x2510, 0x2502, 0x2514, 0x2518 },
	};
	static const uint32_t heavy[] = {
		0x250f, 0x2501, 0x2513, 0x2503, 0x2517, 0x251b
	};
	const uint32_t *f = b->node->nat ? heavy : frames[b->node->kind];
	enum ink ink = b->node->ink, line = b->node->frame;
	int y = d->top + b->y, right = b->x + b->width - 1, bottom = y + b->height - 1;
	const char *nics = b->node->nics;

	if (b->height == 1) {
		int x = b->x + 1;

		grid_fill(g, b->x, y, b->width, INK_DIM, ' ');
		grid_put(g, b->x, y, INK_DIM, '[');
		x += grid_text(g, x, y, right - x, ink, b->node->name) + 1;
		if (nics)
			grid_text(g, x, y, right - x, b->node->nics_ink, nics);
		grid_put(g, right, y, INK_DIM, ']');
	} else {
		grid_put(g, b->x, y, line, f[0]);
		grid_fill(g, b->x + 1, y, b->width - 2, line, f[1]);
		grid_put(g, right, y, line, f[2]);
		for (int i = y + 1; i < bottom; i++) {
			grid_put(g, b->x, i, line, f[3]);
			grid_fill(g, b->x + 1, i, b->width - 2, ink, ' ');
			grid_put(g, right, i, line, f[3]);
		}
		grid_text(g, b->x + 2, y + 1, b->width - 4, ink, b->node->name);
		if (nics)
			grid_text(g, b->x + 2, y + 2, b->width - 4, b->node->nics_ink,
				  nics);
		grid_put(g, b->x, bottom, line, f[4]);
		grid_fill(g, b->x + 1, bottom, b->width - 2, line, f[1]);
		grid_put(g, right, bottom, line, f[5]);
	}
	if (b->node->marked)
		for (int i = 0; i < b->height; i++)
			grid_mark(g, b->x, y + i, b->width);
}

/* ---- links ---- */

static const struct box *box_of(const struct drawing *d, uint32_t node)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->boxes[i].node->id == node)
			return d->boxes + i;
	return NULL;
}

static void add_dot(struct drawing *d, int x, int y, enum ink ink)
{
	static const uint8_t bits[4][2] = {
		{ 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 }
	};
	size_t at = (size_t)(y / 4) * (size_t)d->width + (size_t)(x / 2);

	if (x < 0 || y < 0 || x / 2 >= d->width || y / 4 >= d->height)
		return;
	d->dots[at] |= bits[y % 4][x % 2];
	/* where links cross, the fullest is seen */
	if (ink > d->load[at])
		d->load[at] = (uint8_t)ink;
}

static void draw_line(struct drawing *d, const struct box *a, const struct box *b,
		      enum ink ink)
{
	int x0 = 2 * a->x + a->width, y0 = 4 * a->y + 2 * a->height;
	int x1 = 2 * b->x + b->width, y1 = 4 * b->y + 2 * b->height;
	int n = abs(x1 - x0) > abs(y1 - y0) ? abs(x1 - x0) : abs(y1 - y0);

	for (int i = 0; i <= n; i++)
		add_dot(d, x0 + (int)lround((double)(x1 - x0) * i / (n ? n : 1)),
			y0 + (int)lround((double)(y1 - y0) * i / (n ? n : 1)), ink);
}

/* On the middle of its line, if nothing else is there. */
static void draw_label(struct grid *g, const struct drawing *d, const struct box *a,
		       const struct box *b, enum ink ink, const char *label)
{
	int width = grid_columns(label);
	int x = (a->x + b->x + (a->width + b->width) / 2 - width) / 2;
	int y = (a->y + b->y + (a->height + b->height) / 2) / 2;

	if (!width)
		return;
	for (int i = -1; i <= width; i++) {
		const struct grid_cell *c = grid_at(g, x + i, d->top + y);

		if (c && c->c && c->c != ' ' && (c->c < 0x2800 || c->c >= 0x2900) &&
		    !(g->ascii && strchr(".:-=", (int)c->c)))
			return;
	}
	grid_put(g, x - 1, d->top + y, ink, ' ');
	grid_text(g, x, d->top + y, width, ink, label);
	grid_put(g, x + width, d->top + y, ink, ' ');
}

/* Lines first, labels above the boxes. */
static void draw_links(struct grid *g, struct drawing *d, bool labels)
{
	vec_each (&d->of->links, l) {
		const struct box *a = box_of(d, l->node[0]), *b = box_of(d, l->node[1]);

		if (!a || !b)
			continue;
		if (labels)
			draw_label(g, d, a, b, l->ink, l->label);
		else
			draw_line(d, a, b, l->ink);
	}
	if (labels)
		return;
	for (int y = 0; y < d->height; y++) {
		for (int x = 0; x < d->width; x++) {
			size_t at = (size_t)y * (size_t)d->width + (size_t)x;

			if (d->dots[at])
				grid_put(g, x, d->top + y, d->load[at],
					 0x2800 | d->dots[at]);
		}
	}
}

/* ---- all of it ---- */

enum diagram_form diagram_draw(struct grid *g, int top, int height,
			       const struct diagram *of, const struct places *places)
{
	struct drawing d = { .of = of, .top = top, .width = g->width, .height = height };
	size_t cells = (size_t)d.width * (size_t)(height > 0 ? height : 0) + 1;
	enum diagram_form form = DIAGRAM_NO_ROOM;

	d.boxes = mem_alloc((of->nodes.n + 1) * sizeof(*d.boxes));
	d.dots = mem_alloc(cells);
	d.load = mem_alloc(cells);
	vec_each (&of->nodes, n)
		d.boxes[d.n++].node = n;
	if (d.n <= PLACES_MAX)
		form = place_boxes(&d, places, true)	? DIAGRAM_FRAMED
		       : place_boxes(&d, places, false) ? DIAGRAM_BARE
							: DIAGRAM_NO_ROOM;
	if (form != DIAGRAM_NO_ROOM) {
		draw_links(g, &d, false);
		for (size_t i = 0; i < d.n; i++)
			draw_box(g, &d, d.boxes + i);
		draw_links(g, &d, true);
	}
	free(d.boxes);
	free(d.dots);
	free(d.load);
	return form;
}

void diagram_add_nic(struct diagram_node *n, const char *name)
{
	char *before = n->nics;

	n->nics = mem_printf("%s %s", before ? before : "nic", name);
	free(before);
}

void diagram_free(struct diagram *d)
{
	vec_each (&d->nodes, n)
		free(n->nics);
	vec_free(&d->nodes);
	vec_free(&d->links);
}
