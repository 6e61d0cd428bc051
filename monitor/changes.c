/*
 * changes.c — what differs between a snapshot and the one before it.
 */
#include "monitor/changes.h"

static const uint64_t SHOWN = 5000000000; /* ns that a change stands out */

static void note(struct changes *c, uint32_t id, uint64_t time)
{
	vec_each (&c->v, i) {
		if (i->id == id) {
			i->time = time;
			return;
		}
	}
	vec_reserve(&c->v, c->v.n + 1);
	c->v.v[c->v.n].id = id;
	c->v.v[c->v.n++].time = time;
}

static bool link_differs(const struct stat_link *a, const struct stat_link *b)
{
	for (int i = 0; i < 2; i++)
		if (a->end[i].presence != b->end[i].presence ||
		    a->end[i].up != b->end[i].up ||
		    a->end[i].carrier != b->end[i].carrier ||
		    !shape_same(&a->shape[i], &b->shape[i]))
			return true;
	return false;
}

void changes_add(struct changes *c, const struct snapshot *before,
		 const struct snapshot *now)
{
	size_t kept = 0;

	vec_each (&c->v, i)
		if (now->time - i->time < SHOWN)
			c->v.v[kept++] = *i;
	c->v.n = kept;
	if (!before)
		return;
	/* mostly nothing came or went, and each is where it was */
	for (size_t i = 0; i < now->links.n; i++) {
		const struct stat_link *l = now->links.v + i, *old;

		old = i < before->links.n && before->links.v[i].id == l->id
			      ? before->links.v + i
			      : snapshot_link(before, l->id);
		if (!old || link_differs(old, l))
			note(c, l->id, now->time);
	}
	for (size_t i = 0; i < now->nodes.n; i++) {
		const struct stat_node *n = now->nodes.v + i, *old;

		old = i < before->nodes.n && before->nodes.v[i].id == n->id
			      ? before->nodes.v + i
			      : snapshot_node(before, n->id);
		if (!old || old->up != n->up || old->presence != n->presence)
			note(c, n->id, now->time);
	}
}

bool changes_has(const struct changes *c, uint32_t id, const struct snapshot *now)
{
	vec_each (&c->v, i)
		if (i->id == id && now->time - i->time < SHOWN)
			return true;
	return false;
}

void changes_free(struct changes *c)
{
	vec_free(&c->v);
}
