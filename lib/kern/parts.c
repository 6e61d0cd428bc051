/*
 * parts.c — see parts.h.
 */
#include "kern/parts.h"

#include <errno.h>

#include "kern/fabric.h"
#include "kern/request.h"
#include "kern/request_part.h"

/* A socket in the place, for the batch. */
static int reach(struct kern *k, uint32_t place, struct handle **ret, struct err *e)
{
	const struct node *n = fabric_place(k->plan->to, place);

	/* what goes may have been in a node that goes */
	if (!n)
		n = model_node(k->plan->from, place);
	return kern_reach(k, n, ret, e);
}

static int add_tunnel(struct kern *k, const struct link *l, const struct part *p,
		      struct asked what, struct err *e)
{
	struct handle *origin, *home;
	int r = 0;

	if (!l->tunnel.underlay[0])
		r = fabric_make_path(k, e);
	if (r == 0)
		r = reach(k, p->other_place, &origin, e);
	if (r == 0)
		r = reach(k, p->place, &home, e);
	if (r == 0)
		r = kern_queue(k, &origin->nl, request_part_add(l, p, home->ns), what, e);
	what.kind = NULL;
	if (r == 0 && part_is_moved(l, p))
		r = kern_queue(k, &origin->nl, request_tunnel_move(l, p, home->ns), what,
			       e);
	return r;
}

static int add_part(struct kern *k, const struct link *l, const struct part *p,
		    struct asked what, struct err *e)
{
	struct handle *other = NULL;
	int r = 0;

	if (p->kind == PART_TUNNEL)
		return add_tunnel(k, l, p, what, e);
	if (p->kind == PART_VETH)
		r = reach(k, p->other_place, &other, e);
	else if (p->place != PLACE_FABRIC)
		r = reach(k, p->place, &other, e);
	if (r == 0)
		r = kern_queue(k, &k->fabric,
			       request_part_add(l, p, other ? other->ns : -1), what, e);
	return r;
}

int parts_add(struct kern *k, const struct link *l, size_t at, struct err *e)
{
	struct layout x;
	int r = 0;

	layout_make(l, &x);
	for (size_t i = 0; i < x.n && r == 0; i++)
		r = add_part(k, l, &x.v[i],
			     (struct asked){ at, part_kind_name(l, &x.v[i]) }, e);
	/* what is in a node goes up with its interface */
	for (size_t i = 0; i < x.n && r == 0; i++)
		if (x.v[i].place == PLACE_FABRIC)
			r = kern_queue(k, &k->fabric, request_part_up(&x.v[i]),
				       (struct asked){ .step = at }, e);
	return r;
}

/* What is on top of a tunnel goes with it, as does the other end of a veth pair. */
static int del_part(struct kern *k, const struct part *p, struct asked what,
		    struct err *e)
{
	struct handle *h;
	int r;

	if (p->place == PLACE_FABRIC)
		return kern_queue(k, &k->fabric,
				  request_link_group(p->ifindex, DYING_GROUP), what, e);
	if (p->kind != PART_TUNNEL)
		return 0;
	r = reach(k, p->place, &h, e);
	if (r == 0)
		r = kern_queue(k, &h->nl, request_link_del(p->ifindex), what, e);
	if (r == -ENOENT) { /* it went with its namespace */
		err_clear(e);
		r = 0;
	}
	return r;
}

int parts_del(struct kern *k, size_t at, size_t last, struct err *e)
{
	int r = 0;

	for (size_t i = at; i < last && r == 0; i++) {
		const struct link *l = k->plan->steps.v[i].link;
		struct layout x;

		layout_make(l, &x);
		for (size_t j = 0; j < x.n && r == 0; j++)
			r = del_part(k, &x.v[j], (struct asked){ .step = i }, e);
	}
	return r < 0 ? r
		     : kern_queue(k, &k->fabric, request_group_del(DYING_GROUP),
				  (struct asked){ .step = at }, e);
}
