/*
 * topology.c — the network drawn (draw/diagram.h), links coloured by the fuller of their
 * directions. If there is no room for it, the nodes are listed.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/diagram.h"
#include "monitor/figure.h"
#include "monitor/layout.h"
#include "monitor/list.h"

enum { LABEL_MAX = 12 };

/* The fuller direction; without a rate, the one with more on it. */
static enum ink load_of(const struct scene *s, const struct state *st, size_t link,
			char label[DIAGRAM_LABEL_MAX])
{
	const struct stat_link *l = s->now->links.v + link;
	struct scene_direction a = scene_direction(s, link, 0, st->past);
	struct scene_direction b = scene_direction(s, link, 1, st->past);
	double load = fmax(a.load, b.load), bits = fmax(a.bits, b.bits);
	char buf[FIGURE_MAX];

	*label = '\0';
	if (strcmp(scene_link_state(l), "up") != 0) {
		snprintf(label, LABEL_MAX, "%s", scene_link_state(l));
		return INK_FULL;
	}
	if (!isnan(load))
		snprintf(label, LABEL_MAX, "%s", figure_share(buf, load));
	else if (bits > 0)
		snprintf(label, LABEL_MAX, "%s", figure_rate(buf, bits));
	if (a.drops > 0 || b.drops > 0) {
		strcat(label, " !");
		return INK_FULL;
	}
	return figure_ink(isnan(load) ? (bits > 0 ? 0.1 : 0) : load);
}

static void add_node(struct diagram *d, const struct scene *s, const struct state *st,
		     const struct stat_node *n)
{
	bool well = strcmp(scene_node_state(n), "up") == 0;
	bool changed = changes_has(s->changes, n->id, s->now);

	vec_push(&d->nodes, ((struct diagram_node){
				    .id = n->id,
				    .kind = n->kind,
				    .nat = n->nat,
				    .name = n->name,
				    .ink = !well     ? INK_FULL
					   : changed ? INK_CHANGED
						     : INK_STRONG,
				    .frame = well ? INK_PLAIN : INK_FULL,
				    .marked = n->id == st->list[1].selected.id,
			    }));
}

static void add_link(struct diagram *d, const struct scene *s, const struct state *st,
		     size_t link)
{
	const struct stat_link *l = s->now->links.v + link;
	struct diagram_link drawn = { .node = { l->node[0], l->node[1] } };

	drawn.ink = load_of(s, st, link, drawn.label);
	vec_push(&d->links, drawn);
}

/* A nic is no line to another node: it is named in its node's box. */
static void add_nic(struct diagram *d, const struct scene *s, const struct state *st,
		    size_t link)
{
	const struct stat_link *l = s->now->links.v + link;
	char label[DIAGRAM_LABEL_MAX];

	vec_each (&d->nodes, n) {
		enum ink ink;

		if (n->id != l->node[0])
			continue;
		diagram_add_nic(n, l->nic);
		ink = load_of(s, st, link, label);
		if (ink > n->nics_ink)
			n->nics_ink = ink;
	}
}

static void tell_rows(const struct diagram *d, struct shown *ret)
{
	ret->rows = mem_alloc((d->nodes.n + 1) * sizeof(*ret->rows));
	ret->n = d->nodes.n;
	for (size_t i = 0; i < d->nodes.n; i++)
		ret->rows[i].id = d->nodes.v[i].id;
}

void view_topology_draw(struct grid *g, int y, int height, const struct scene *s,
			const struct state *st, struct shown *ret, char note[NOTE_MAX])
{
	enum diagram_form form = DIAGRAM_NO_ROOM;
	struct diagram d = { 0 };

	vec_each (&s->now->nodes, n)
		if (scene_has_node(s, n->id) && list_matches(n->name, st->filter))
			add_node(&d, s, st, n);
	for (size_t i = 0; i < s->now->links.n; i++)
		if (scene_has_link(s, s->now->links.v + i))
			(*s->now->links.v[i].nic ? add_nic : add_link)(&d, s, st, i);
	if (s->places)
		form = diagram_draw(g, y, height, &d, s->places);
	if (form != DIAGRAM_NO_ROOM) {
		tell_rows(&d, ret);
		snprintf(note, NOTE_MAX, "%sat each link its fuller direction",
			 form == DIAGRAM_BARE
				 ? ""
				 : "round: host, double: router, square: switch; ");
	} else {
		char left_out[NOTE_MAX];

		view_nodes_draw(g, y, height, s, st, ret, left_out);
		snprintf(note, NOTE_MAX, "no room to draw %zu nodes, so they are listed",
			 d.nodes.n);
	}
	diagram_free(&d);
}
