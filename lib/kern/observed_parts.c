/*
 * observed_parts.c — links that are made of several devices: whether all of them are
 * there as they should be, and what is left of others.
 */
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "kern/fabric.h"
#include "kern/netns.h"
#include "kern/observing.h"

static const struct node *place_of(const struct observing *x, uint32_t place)
{
	const struct node *n = fabric_place(x->target, place);

	return n ? n : model_node(x->other, place);
}

/* By the number that the part's namespace has for the other; 1 or 0, or -errno. */
static int leads_to(const struct observing *x, const struct link *l, const struct part *p,
		    int nsid, struct err *e)
{
	cleanup_free char *path =
		kern_other_path(x->k, l, p, place_of(x, p->other_place));
	cleanup_close int there = netns_open(path);
	struct netlink *nl;
	int ns, id, r = there < 0 ? err_sys(e, there, "open %s", path) : 0;

	if (r == 0)
		r = kern_enter(x->k, place_of(x, p->place), &nl, &ns, e);
	if (r == 0)
		r = dump_nsid(nl, there, &id, e);
	if (r == -ENOENT) {
		err_clear(e);
		return 0;
	}
	if (r < 0) {
		err_context(e, "look at the parts of a link");
		return r;
	}
	return id != DUMP_NOBODY && id == nsid;
}

static bool same_end(const struct ip *want, const struct ip *seen)
{
	return want->family == seen->family && ip_same_address(want, seen);
}

static bool is_tunnel(const struct link *l, const struct part *p,
		      const struct dump_iface *i)
{
	const struct tunnel *t = &l->tunnel;

	return i->tunnel.key == t->key &&
	       same_end(&t->outer[!p->end], &i->tunnel.remote) &&
	       (t->kind == TUNNEL_GENEVE ||
		same_end(&t->outer[p->end], &i->tunnel.local));
}

bool kern_has_tunnel(struct kern *k, const struct model *m, const struct link *l)
{
	struct layout x;
	bool has = true;

	layout_make(l, &x);
	for (size_t i = 0; i < x.n && has; i++) {
		const struct part *p = &x.v[i];
		const struct node *n = fabric_place(m, p->place);
		struct dump_iface iface;
		struct netlink *nl;
		int ns;

		if (p->kind != PART_TUNNEL)
			continue;
		has = n && kern_enter(k, n, &nl, &ns, NULL) == 0 &&
		      dump_iface(nl, p->ifindex, &iface, NULL) == 0 &&
		      strcmp(iface.kind, part_kind_name(l, p)) == 0 &&
		      is_tunnel(l, p, &iface);
	}
	return has;
}

/* The veth's other end in the node. */
static bool has_other_end(const struct observing *x, const struct part *p)
{
	const struct sight *s = observing_sight(x, p->other_place);
	const struct dump_iface *i;

	if (!s || !s->there)
		return false;
	i = dump_find(&s->dump, p->other_ifindex);
	return i && strcmp(i->kind, "veth") == 0 && i->peer == p->ifindex;
}

/* 1 or 0, or -errno. */
static int has_part(const struct observing *x, const struct link *l, const struct part *p,
		    struct err *e)
{
	const struct sight *s = observing_sight(x, p->place);
	const struct dump_iface *i;
	bool outside = p->place == PLACE_FABRIC;

	if (!s || !s->there)
		return 0;
	i = dump_find(&s->dump, p->ifindex);
	if (!i || strcmp(i->kind, part_kind_name(l, p)) != 0)
		return 0;
	if (outside && (!i->up || i->master != p->master))
		return 0;
	switch (p->kind) {
	case PART_TUNNEL:
		if ((outside && i->mtu != l->mtu) || !is_tunnel(l, p, i))
			return 0;
		/* Geneve does not tell (no get_link_net in drivers/net/geneve.c) */
		if (l->tunnel.kind == TUNNEL_GENEVE && i->peer_namespace == DUMP_NOBODY)
			return 1;
		break;
	case PART_VETH:
		if (i->mtu != l->mtu || i->peer != p->other_ifindex ||
		    !has_other_end(x, p))
			return 0;
		break;
	case PART_MACVLAN:
	case PART_ZTUN:
		if (i->peer != p->other_ifindex)
			return 0;
		break;
	default:
		return 1;
	}
	return leads_to(x, l, p, i->peer_namespace, e);
}

int observing_has_parts(const struct observing *x, const struct link *l, struct err *e)
{
	struct layout parts;
	int r = 1;

	layout_make(l, &parts);
	for (size_t i = 0; i < parts.n && r > 0; i++)
		r = has_part(x, l, &parts.v[i], e);
	return r;
}

static bool belongs(const struct model *m, uint32_t place, int ifindex)
{
	const struct link *l = model_link(m, layout_owner(ifindex));
	struct layout parts;

	if (!l)
		return false;
	layout_make(l, &parts);
	return layout_has(&parts, place, ifindex);
}

void observing_find_stray_parts(struct observing *x, const struct sight *s)
{
	vec_each (&s->dump.ifaces, i)
		if (layout_owner(i->ifindex) && *i->kind &&
		    !belongs(x->o->model, s->node->id, i->ifindex))
			vec_push(&x->o->strays,
				 ((struct stray){ s->node->id, i->ifindex }));
}

int observing_look_at_places(struct observing *x, struct err *e)
{
	static const uint32_t places[OBSERVING_PLACES] = { PLACE_FABRIC, PLACE_NEAR,
							   PLACE_FAR };
	bool any = x->all;
	int r = 0;

	vec_each (&x->links, l)
		any |= link_has_parts(*l);
	if (!any)
		return 0;
	r = fabric_restore(x->k, e);
	for (size_t i = 0; i < OBSERVING_PLACES && r == 0; i++) {
		x->places[i].node = fabric_place(x->target, places[i]);
		r = observing_look(x, &x->places[i], e);
	}
	return r;
}
