/*
 * parts.c — see parts.h.
 */
#include "kern/parts.h"

#include <errno.h>
#include <stdlib.h>

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

/* The place of its packets is not there. */
static int lacks_origin(const struct link *l, const struct part *p, int code,
			struct err *e)
{
	const struct substrate *s = l->tunnel.substrate;

	if (code != -ENOENT)
		return code;
	err_clear(e);
	if (!s) {
		err_set(e, ENOENT, "its underlay's network namespace is gone");
		return err_hint(e, "'repair' puts back what someone else removed");
	}
	return err_set(e, ENOENT, "its underlay %s.%s is gone", s->network,
		       s->node[p->end]);
}

static int add_tunnel(struct kern *k, const struct link *l, const struct part *p,
		      struct asked what, struct err *e)
{
	bool between_nodes = l->tunnel.underlay[0] || l->tunnel.substrate;
	int r = between_nodes ? 0 : fabric_make_path(k, e), origin = 0;
	cleanup_free char *path =
		kern_other_path(k, l, p, fabric_place(k->plan->to, p->other_place));
	struct handle *home;

	if (r == 0)
		r = lacks_origin(l, p, fabric_number(k, path, &origin, e), e);
	if (r == 0)
		r = kern_queue(k, &k->fabric, request_part_add(l, p, origin), what, e);
	what.kind = NULL;
	if (r < 0 || p->place == PLACE_FABRIC)
		return r;
	r = reach(k, p->place, &home, e);
	return r < 0 ? r
		     : kern_queue(k, &k->fabric, request_tunnel_move(l, p, home->ns),
				  what, e);
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

static void drop_tunnel(struct kern *k, const struct model *m, const struct part *p,
			struct netlink_batch *fabric)
{
	const struct node *n = fabric_place(m, p->place);
	struct netlink *nl;
	int ns;

	if (p->place == PLACE_FABRIC)
		netlink_batch_add(fabric, request_link_group(p->ifindex, DYING_GROUP));
	else if (kern_enter(k, n, &nl, &ns, NULL) == 0)
		netlink_request(nl, request_link_del(p->ifindex), "delete it", NULL);
}

void kern_drop_tunnels(struct kern *k, const struct model *m)
{
	struct netlink_batch fabric = { 0 };
	struct netlink_result *results;
	size_t n;

	vec_each (&m->links, l) {
		struct layout x;

		layout_make(*l, &x);
		for (size_t i = 0; i < x.n && (*l)->tunnel.substrate; i++)
			if (x.v[i].kind == PART_TUNNEL)
				drop_tunnel(k, m, &x.v[i], &fabric);
	}
	n = fabric.ends.n;
	if (n) {
		netlink_batch_add(&fabric, request_group_del(DYING_GROUP));
		results = mem_alloc(++n * sizeof(*results));
		netlink_batch_run(&k->fabric, &fabric, results, NULL);
		for (size_t i = 0; i < n; i++)
			free(results[i].message);
		free(results);
	}
	netlink_batch_free(&fabric);
	kern_rest(k);
}
