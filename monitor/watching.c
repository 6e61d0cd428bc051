/*
 * watching.c — sample ► rates ► history, and the scene that is drawn from them.
 */
#include "monitor/watching.h"

#include <errno.h>

int watching_begin(struct watching *x, const struct watch_request *w, struct err *e)
{
	*x = (struct watching){ .w = w };
	x->history = stat_history_new();
	x->last = snapshot_new();
	x->rates = rates_between(NULL, x->last);
	return sampler_new(w->net->dir, &x->sampler, e);
}

void watching_end(struct watching *x)
{
	watching_freeze(x, false);
	sampler_free(x->sampler);
	snapshot_free(x->last);
	rates_free(x->rates);
	stat_history_free(x->history);
	changes_free(&x->changes);
	places_free(&x->places);
	free(x->trouble);
}

static void take(struct watching *x, struct snapshot *s)
{
	const struct snapshot *before = x->last->time ? x->last : NULL;
	struct rates *r = rates_between(before, s);

	changes_add(&x->changes, before, s);
	stat_history_add(x->history, s, r);
	if (x->last != x->held) {
		snapshot_free(x->last);
		rates_free(x->rates);
	}
	x->last = s;
	x->rates = r;
}

int watching_sample(struct watching *x, unsigned what, struct err *e)
{
	struct snapshot *s = NULL;
	struct err why = ERR_INIT;
	int r = network_refresh(x->w->net, &why);

	free(steal_ptr(x->trouble));
	if (r == -ENOENT) {
		err_clear(&why);
		err_set(e, ENOENT, "network '%s' was destroyed", x->w->net->name);
		return -ENOENT;
	}
	if (r == 0)
		r = sampler_read(x->sampler, x->w->net->model, what, &s, &why);
	if (r < 0)
		x->trouble = mem_strdup(why.msg);
	else
		take(x, s);
	err_clear(&why);
	return 0;
}

void watching_freeze(struct watching *x, bool frozen)
{
	if (frozen && !x->held) {
		x->held = x->last;
		x->held_rates = x->rates;
	} else if (!frozen && x->held) {
		if (x->held != x->last) {
			snapshot_free(x->held);
			rates_free(x->held_rates);
		}
		x->held = NULL;
		x->held_rates = NULL;
	}
}

struct scene watching_scene(struct watching *x, uint64_t every, bool drawn)
{
	struct scene s = {
		.network = x->w->net->name,
		.now = x->held ? x->held : x->last,
		.rates = x->held ? x->held_rates : x->rates,
		.history = x->history,
		.changes = &x->changes,
		.trouble = x->trouble,
		.every = every,
		.only = x->w->only,
		.n_only = x->w->n_only,
	};

	if (x->held)
		s.back = (unsigned)((x->last->time - x->held->time + 500000000) /
				    1000000000);
	if (drawn) {
		scene_place(&x->places, s.now);
		s.places = &x->places;
	}
	return s;
}

void watching_part(struct watching *x, struct watching_part *ret)
{
	const struct snapshot *s = x->last;
	struct scene scene = watching_scene(x, 0, false);

	*ret = (struct watching_part){ .snapshot = *s, .rates = *x->rates };
	memset(&ret->snapshot.nodes, 0, sizeof(ret->snapshot.nodes));
	memset(&ret->snapshot.links, 0, sizeof(ret->snapshot.links));
	memset(&ret->snapshot.tcp, 0, sizeof(ret->snapshot.tcp));
	memset(&ret->rates.links, 0, sizeof(ret->rates.links));
	memset(&ret->rates.nodes, 0, sizeof(ret->rates.nodes));
	for (size_t i = 0; i < s->links.n; i++) {
		if (!scene_has_link(&scene, s->links.v + i))
			continue;
		vec_push(&ret->snapshot.links, s->links.v[i]);
		vec_push(&ret->rates.links, x->rates->links.v[i]);
	}
	for (size_t i = 0; i < s->nodes.n; i++) {
		if (!scene_has_node(&scene, s->nodes.v[i].id))
			continue;
		vec_push(&ret->snapshot.nodes, s->nodes.v[i]);
		vec_push(&ret->rates.nodes, x->rates->nodes.v[i]);
	}
	vec_each (&s->tcp, c)
		if (scene_has_node(&scene, c->node))
			vec_push(&ret->snapshot.tcp, *c);
}

void watching_part_end(struct watching_part *p)
{
	vec_free(&p->snapshot.nodes);
	vec_free(&p->snapshot.links);
	vec_free(&p->snapshot.tcp);
	vec_free(&p->rates.links);
	vec_free(&p->rates.nodes);
}
