/*
 * scene.c — what the views tell of a direction, a link, a node.
 */
#include "monitor/scene.h"

#include <math.h>
#include <stdio.h>

static float past_value(const struct scene *s, const struct stat_link *l, int end,
			enum history_series series, unsigned past)
{
	float value = NAN;

	stat_history_get(s->history, l->id, end, series, s->back + past, 1, &value);
	return value;
}

struct scene_direction scene_direction(const struct scene *s, size_t link, int end,
				       unsigned past)
{
	const struct stat_link *l = s->now->links.v + link;
	const struct rate_direction *r = &s->rates->links.v[link].direction[end];
	double rate = (double)l->shape[end].rate;
	struct scene_direction d = {
		.known = r->known,
		.bits = r->known ? r->bits : NAN,
		.packets = r->known ? r->packets : NAN,
		.drops = r->known ? r->drops : NAN,
		.backlog_bytes = (double)r->backlog_bytes,
		.backlog_packets = (double)r->backlog_packets,
		.backlog_time = r->backlog_time,
		.dropped = (double)r->dropped,
	};

	if (past) {
		d.bits = past_value(s, l, end, HISTORY_BITS, past);
		d.packets = past_value(s, l, end, HISTORY_PACKETS, past);
		d.drops = past_value(s, l, end, HISTORY_DROPS, past);
		d.backlog_bytes = past_value(s, l, end, HISTORY_BACKLOG, past);
		d.backlog_time = rate > 0 ? 8 * d.backlog_bytes / rate : 0;
		d.backlog_packets = d.dropped = NAN;
		d.known = !isnan(d.bits);
	}
	d.load = rate > 0 ? d.bits / rate : NAN;
	return d;
}

static enum stat_presence presence(const struct stat_link *l)
{
	enum stat_presence a = l->end[0].presence, b = l->end[1].presence;

	return a > b ? a : b;
}

static bool works(const struct stat_link *l)
{
	for (int i = 0; i < 2; i++)
		if (!l->end[i].up || !l->end[i].carrier)
			return false;
	return true;
}

enum problem scene_problem(const struct stat_link *l, const struct scene_direction *d)
{
	if (presence(l) == STAT_GONE)
		return PROBLEM_GONE;
	if (!works(l))
		return PROBLEM_DOWN;
	if (d->drops > 0)
		return PROBLEM_DROPS;
	if (d->load >= 0.9)
		return PROBLEM_FULL;
	return presence(l) == STAT_STALE ? PROBLEM_STALE : PROBLEM_NONE;
}

static const char *state_name(enum stat_presence p, bool up)
{
	return p == STAT_GONE ? "gone" : p == STAT_STALE ? "stale" : up ? "up" : "down";
}

const char *scene_link_state(const struct stat_link *l)
{
	return state_name(presence(l), works(l));
}

const char *scene_node_state(const struct stat_node *n)
{
	return state_name(n->presence, n->up);
}

const char *scene_engine(const struct stat_link *l)
{
	if (l->wire)
		return "wire";
	return shape_is_none(&l->shape[0]) && shape_is_none(&l->shape[1]) ? "-" : "netem";
}

const char *scene_direction_name(const struct scene *s, const struct stat_link *l,
				 int end, char buf[SCENE_NAME_MAX])
{
	const char *blank = strchr(l->name, ' ');

	if (*l->nic)
		snprintf(buf, SCENE_NAME_MAX, "%s%snic %s",
			 scene_node_name(s, l->node[0]), end ? "←" : "→", l->nic);
	else if (!blank)
		snprintf(buf, SCENE_NAME_MAX, "%s %s→%s", l->name,
			 scene_node_name(s, l->node[end]),
			 scene_node_name(s, l->node[!end]));
	else if (end == 0)
		snprintf(buf, SCENE_NAME_MAX, "%.*s→%s", (int)(blank - l->name), l->name,
			 blank + 1);
	else
		snprintf(buf, SCENE_NAME_MAX, "%s→%.*s", blank + 1,
			 (int)(blank - l->name), l->name);
	return buf;
}

const char *scene_node_name(const struct scene *s, uint32_t id)
{
	const struct stat_node *n = snapshot_node(s->now, id);

	return n ? n->name : "?";
}

static bool among(const struct scene *s, uint32_t id)
{
	for (size_t i = 0; i < s->n_only; i++)
		if (s->only[i] == id)
			return true;
	return s->n_only == 0;
}

bool scene_has_link(const struct scene *s, const struct stat_link *l)
{
	return among(s, l->id) || among(s, l->node[0]) || among(s, l->node[1]);
}

bool scene_has_node(const struct scene *s, uint32_t node)
{
	if (among(s, node))
		return true;
	vec_each (&s->now->links, l)
		if (among(s, l->id) && (l->node[0] == node || l->node[1] == node))
			return true;
	return false;
}

void scene_place(struct places *p, const struct snapshot *s)
{
	struct place_graph g = { 0 };

	vec_each (&s->nodes, n)
		vec_push(&g.nodes, n->id);
	vec_each (&s->links, l)
		if (!*l->nic)
			vec_push(&g.links,
				 ((struct place_link){ { l->node[0], l->node[1] } }));
	places_update(p, &g);
	place_graph_free(&g);
}
