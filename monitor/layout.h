/*
 * layout.h — the picture of a scene as the user chose to see it: a pure function.
 *
 * The same scene, state and size give the same picture. What there is no room for is
 * left out in this order, and the picture says so: the columns of the highest rank
 * first (links.c, nodes.c), then the line of totals, then the line of keys.
 */
#ifndef MONITOR_LAYOUT_H
#define MONITOR_LAYOUT_H

#include "draw/grid.h"
#include "monitor/scene.h"
#include "monitor/state.h"

enum { LAYOUT_WIDTH_MIN = 32, LAYOUT_HEIGHT_MIN = 6 };

/* Draws all of g. *ret is what keys refer to; shown_free() it. */
void layout(struct grid *g, const struct scene *s, const struct state *st,
	    struct shown *ret);

/* Lines that a list needs to be shown whole: for text, which has no window. */
int layout_height(const struct scene *s, const struct state *st);

/* ---- the views: each draws into the lines from y on ---- */

enum { NOTE_MAX = 256 };

typedef void view_fn(struct grid *g, int y, int height, const struct scene *s,
		     const struct state *st, struct shown *ret, char note[NOTE_MAX]);
view_fn view_links_draw, view_link_draw, view_nodes_draw, view_node_draw,
	view_topology_draw, view_help_draw;

/* What the selection means now, by the view it was made in: index, or -1: nothing. */
long layout_selected_link(const struct scene *s, const struct state *st);
long layout_selected_node(const struct scene *s, const struct state *st);

#endif
