/*
 * history.c — see history.h. Models share what did not change, so keeping many
 * costs little more than their arrays.
 */
#include "run/history.h"

#include <stdlib.h>

struct history *history_new(struct model *first)
{
	struct history *h = mem_alloc(sizeof(*h));

	h->first = first;
	return h;
}

static void change_free(struct change *c)
{
	free(c->command);
	model_free(c->after);
}

void history_free(struct history *h)
{
	if (!h)
		return;
	vec_each (&h->changes, c)
		change_free(c);
	vec_free(&h->changes);
	model_free(h->first);
	free(h);
}

struct model *history_model(const struct history *h, size_t at)
{
	return at ? h->changes.v[at - 1].after : h->first;
}

void history_add(struct history *h, const char *command, struct model *after)
{
	struct change c = { mem_strdup(command), after };

	history_cut(h, h->at);
	vec_push(&h->changes, c);
	h->at++;
	if (h->changes.n <= HISTORY_MAX)
		return;
	model_free(h->first);
	h->first = h->changes.v[0].after;
	free(h->changes.v[0].command);
	vec_remove(&h->changes, 0);
	h->at--;
	h->dropped++;
}

void history_cut(struct history *h, size_t at)
{
	while (h->changes.n > at)
		change_free(&h->changes.v[--h->changes.n]);
	h->at = at;
}
