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

/* What was not asked for before has nothing to be compared with. */
static void forget_nodes(struct rates *r)
{
	vec_each (&r->nodes, n)
		*n = (struct rate_node){ .id = n->id };
}

static void take(struct watching *x, struct snapshot *s, unsigned what)
{
	const struct snapshot *before = x->last->time ? x->last : NULL;
	struct rates *r = rates_between(before, s);

	if (what & ~x->what & SAMPLE_NODES)
		forget_nodes(r);
	changes_add(&x->changes, before, s);
	stat_history_add(x->history, s, r);
	if (x->last != x->held) {
		snapshot_free(x->last);
		rates_free(x->rates);
	}
	x->last = s;
	x->rates = r;
	x->what = what;
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
		take(x, s, what);
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
		places_update(&x->places, s.now);
		s.places = &x->places;
	}
	return s;
}
