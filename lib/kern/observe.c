/*
 * observe.c — see observe.h.
 *
 * Every node in question is dumped; a link is there where both its ends are,
 * each with the other as its peer (the interface's number, and the namespace
 * by its nsid). Of two candidates for one interface, the hardware address tells.
 * The model found begins as a copy of the target, from which what is missing
 * is taken, to which what is there of the other is added, and in which what is
 * different is written.
 */
#include "kern/observe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kern/fabric.h"
#include "kern/observing.h"
#include "kern/request.h"
#include "kern/wires.h"

/* ---- what is in question ---- */

struct sight *observing_sight(const struct observing *x, uint32_t node)
{
	size_t low = 0, high = x->sights.n;

	for (size_t i = 0; i < OBSERVING_PLACES; i++)
		if (x->places[i].node && x->places[i].node->id == node)
			return (struct sight *)&x->places[i];
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (x->sights.v[mid].node->id < node)
			low = mid + 1;
		else
			high = mid;
	}
	return low < x->sights.n && x->sights.v[low].node->id == node ? &x->sights.v[low]
								      : NULL;
}

static int by_node(const void *a, const void *b)
{
	const struct sight *x = a, *y = b;

	return (x->node->id > y->node->id) - (x->node->id < y->node->id);
}

static int by_link(const void *a, const void *b)
{
	const struct link *const *x = a, *const *y = b;

	if ((*x)->id != (*y)->id)
		return (*x)->id < (*y)->id ? -1 : 1;
	return 0;
}

/* A node of that id in the target, else in the other. */
static const struct node *known_node(const struct observing *x, uint32_t id)
{
	const struct node *n = model_node(x->target, id);

	return n ? n : model_node(x->other, id);
}

static void question_node(struct observing *x, uint32_t id)
{
	struct sight s = { .node = known_node(x, id) };

	if (s.node)
		vec_push(&x->sights, s);
}

static void question_link(struct observing *x, const struct link *l)
{
	x->shaped |= !shape_is_none(&l->shape[0]) || !shape_is_none(&l->shape[1]);
	vec_push(&x->links, l);
	question_node(x, l->end[0].node);
	question_node(x, l->end[1].node);
	for (int end = 0; end < 2 && l->tunnel.underlay[0]; end++)
		question_node(x, l->tunnel.underlay[end]);
}

static void question_ports(struct observing *x, const struct model *m,
			   const struct node *n)
{
	vec_each (&n->ports, p) {
		const struct link *l = p->link ? model_link(m, p->link) : NULL;

		if (l)
			question_link(x, l);
	}
}

/* What m has that the reference has not, or has otherwise. */
static void question(struct observing *x, const struct model *m,
		     const struct model *reference)
{
	vec_each (&m->nodes, n) {
		const struct node *r = model_node(reference, (*n)->id);

		if (*n == r && !x->all)
			continue;
		question_node(x, (*n)->id);
		if (r && r->up != (*n)->up)
			question_ports(x, m, *n);
	}
	vec_each (&m->links, l)
		if (x->all || *l != model_link(reference, (*l)->id))
			question_link(x, *l);
}

/* Sorts both, and leaves each once; of a link in both models, that of the target. */
static void sort_questions(struct observing *x)
{
	size_t kept = 0;

	if (x->sights.n)
		qsort(x->sights.v, x->sights.n, sizeof(*x->sights.v), by_node);
	for (size_t i = 0; i < x->sights.n; i++)
		if (!kept || x->sights.v[kept - 1].node != x->sights.v[i].node)
			x->sights.v[kept++] = x->sights.v[i];
	x->sights.n = kept;
	kept = 0;
	if (x->links.n)
		qsort(x->links.v, x->links.n, sizeof(*x->links.v), by_link);
	for (size_t i = 0; i < x->links.n; i++) {
		const struct link *wanted = model_link(x->target, x->links.v[i]->id);

		if (!kept || x->links.v[kept - 1]->id != x->links.v[i]->id)
			x->links.v[kept++] = wanted ? wanted : x->links.v[i];
	}
	x->links.n = kept;
}

/* ---- looking ---- */

/*
 * A namespace is known by its node's name. Where the other model's node of that
 * name is not the target's, what is there is taken for the former, which goes.
 */
static bool is_eclipsed(const struct observing *x, const struct node *n)
{
	const struct node *old = model_node_named(x->other, n->name);

	return old && old->id != n->id && !model_node(x->target, old->id);
}

bool observing_vlans(const struct observing *x, uint32_t id)
{
	const struct node *a = model_node(x->target, id), *b = model_node(x->other, id);

	return (a && a->vlan) || (b && b->vlan);
}

int observing_look(struct observing *x, struct sight *s, struct err *e)
{
	struct netlink *nl;
	int ns, r;

	if (is_eclipsed(x, s->node))
		return 0;
	r = kern_enter(x->k, s->node, &nl, &ns, e);
	if (r == -ENOENT) {
		err_clear(e);
		return 0;
	}
	if (r == 0)
		r = dump_read(nl, x->shaped, &s->dump, e);
	if (r == 0 && observing_vlans(x, s->node->id))
		r = dump_vlans(nl, &s->dump, e);
	if (r < 0) {
		err_context(e, "look at %s", s->node->name);
		return r;
	}
	s->there = true;
	return 0;
}

static const struct dump_iface *seen_end(const struct observing *x, const struct link *l,
					 int end)
{
	const struct sight *s = observing_sight(x, l->end[end].node);
	const struct dump_iface *i;

	if (!s || !s->there)
		return NULL;
	i = dump_find(&s->dump, observing_ifindex(l, end));
	if (link_has_parts(l))
		return i && *i->kind ? i : NULL;
	if (l->wire)
		return i && strcmp(i->kind, "tun") == 0 ? i : NULL;
	return i && strcmp(i->kind, "veth") == 0 && i->peer == observing_ifindex(l, !end)
		       ? i
		       : NULL;
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Whether the link's ends are each other's peers, or joined by all of its parts; 1 or 0,
 * or -errno. */
static int are_peers(const struct observing *x, const struct link *l, struct err *e)
{
	const struct dump_iface *a = seen_end(x, l, 0), *b = seen_end(x, l, 1);
	struct netlink *nl_a, *nl_b;
	int ns_a, ns_b, id, r;

	if (!a || !b)
		return 0;
	if (link_has_parts(l))
		return observing_has_parts(x, l, e);
	if (l->wire)
		return x->n_carried && bsearch(&l->id, x->carried, x->n_carried,
					       sizeof(l->id), by_number) != NULL;
	r = kern_enter(x->k, observing_sight(x, l->end[0].node)->node, &nl_a, &ns_a, e);
	if (r == 0)
		r = kern_enter(x->k, observing_sight(x, l->end[1].node)->node, &nl_b,
			       &ns_b, e);
	if (r == 0)
		r = dump_nsid(nl_a, ns_b, &id, e);
	if (r < 0) {
		err_context(e, "look at the ends of a link");
		return r;
	}
	return id != DUMP_NOBODY && id == a->peer_namespace;
}

static bool is_claimed(const struct sight *s, int ifindex)
{
	vec_each (&s->claimed, c)
		if (*c == ifindex)
			return true;
	return false;
}

static bool mac_differs(const struct observing *x, const struct link *l)
{
	for (int end = 0; end < 2; end++) {
		const struct dump_iface *i = seen_end(x, l, end);

		if (i && memcmp(i->mac, l->end[end].mac, sizeof(i->mac)) != 0)
			return true;
	}
	return false;
}

/* ---- all ---- */

/* The link is there: marks its ends as taken. False: another one has them. */
static bool claim(struct observing *x, const struct link *l)
{
	struct sight *s[2] = { observing_sight(x, l->end[0].node),
			       observing_sight(x, l->end[1].node) };

	for (int end = 0; end < 2; end++)
		if (is_claimed(s[end], observing_ifindex(l, end)))
			return false;
	for (int end = 0; end < 2; end++)
		vec_push(&s[end]->claimed, observing_ifindex(l, end));
	return true;
}

static void write_nodes(struct observing *x)
{
	struct model *m = x->o->model;

	vec_each (&x->sights, s) {
		bool in = model_node(m, s->node->id) != NULL;

		if (in && !s->there)
			observing_take_node(m, s->node->id);
		else if (!in && s->there)
			model_insert_copy(m, s->node);
		/* what an interface does shows in itself alone */
		if (s->there && !model_node(m, s->node->id)->up)
			model_edit_node(m, s->node->id)->up = true;
	}
}

static int write_links(struct observing *x, struct err *e)
{
	struct model *m = x->o->model;
	VEC(const struct link *) found = { 0 };
	int r = 0;

	/* those whose hardware addresses are right come first; see the top */
	for (int pass = 0; pass < 2 && r >= 0; pass++)
		for (size_t i = 0; i < x->links.n && r >= 0; i++) {
			const struct link *l = x->links.v[i];

			if (mac_differs(x, l) != (pass == 1))
				continue;
			r = are_peers(x, l, e);
			if (r > 0 && claim(x, l))
				vec_push(&found, l);
			else if (r >= 0 && model_link(m, l->id))
				model_unplug_link(m, l->id);
		}
	if (r >= 0)
		vec_each (&found, l) {
			if (!model_link(m, (*l)->id))
				model_plug_copy(m, *l);
			observing_write_end(x, *l, 0);
			observing_write_end(x, *l, 1);
		}
	vec_free(&found);
	return r < 0 ? r : 0;
}

/* Whether a device may be a link's end: its number says whether it is. */
static bool is_end_kind(const char *kind)
{
	static const char *const kinds[] = { "veth",  "tun",	"gretap",  "ip6gretap",
					     "vxlan", "geneve", "macvlan", "ztun" };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i], kind) == 0)
			return true;
	return false;
}

/* Interfaces of ours at a place where no link in the model has one. */
static void find_strays(struct observing *x)
{
	for (size_t i = 0; i < OBSERVING_PLACES; i++)
		if (x->places[i].node && x->places[i].there)
			observing_find_stray_parts(x, &x->places[i]);
	vec_each (&x->sights, s)
		if (s->there)
			observing_find_stray_parts(x, s);
	vec_each (&x->sights, s)
		vec_each (&s->dump.ifaces, i) {
			const struct node *n = model_node(x->o->model, s->node->id);
			unsigned index = (unsigned)(i->ifindex - IFINDEX_BASE);
			bool ours = is_end_kind(i->kind) && i->ifindex >= IFINDEX_BASE &&
				    index < NODE_PORTS_MAX;

			if (ours && !(index < n->ports.n && n->ports.v[index].link))
				vec_push(&x->o->strays,
					 ((struct stray){ n->id, i->ifindex }));
		}
}

/* What is carried and is no link in the model. */
static void find_stray_wires(struct observing *x)
{
	for (size_t i = 0; i < x->n_carried; i++) {
		const struct link *l = model_link(x->o->model, x->carried[i]);

		if (!l || !l->wire)
			vec_push(&x->o->stray_wires, x->carried[i]);
	}
}

int observe(struct kern *k, const struct model *target, const struct model *other,
	    bool all, struct observed *ret, struct err *e)
{
	struct observing x = {
		.k = k, .target = target, .other = other, .all = all, .o = ret
	};
	int r = 0;

	*ret = (struct observed){ .model = model_copy(target) };
	if (other->next_id > ret->model->next_id)
		ret->model->next_id = other->next_id;
	question(&x, target, other);
	question(&x, other, target);
	sort_questions(&x);
	for (size_t i = 0; i < x.sights.n && r == 0; i++)
		r = observing_look(&x, &x.sights.v[i], e);
	if (r == 0)
		r = observing_look_at_places(&x, e);
	if (r == 0)
		r = wires_list(k, &x.carried, &x.n_carried, e);
	if (r == 0) {
		write_nodes(&x);
		r = write_links(&x, e);
	}
	if (r == 0) {
		vec_each (&x.sights, s)
			if (s->there)
				observing_write_node(&x, s);
		find_strays(&x);
		find_stray_wires(&x);
	}
	kern_rest(k);
	vec_each (&x.sights, s) {
		dump_free(&s->dump);
		vec_free(&s->claimed);
	}
	for (size_t i = 0; i < OBSERVING_PLACES; i++)
		dump_free(&x.places[i].dump);
	vec_free(&x.sights);
	vec_free(&x.links);
	free(x.carried);
	if (r < 0)
		observed_free(ret);
	return r;
}

void observed_free(struct observed *o)
{
	model_free(o->model);
	vec_free(&o->lowered);
	vec_free(&o->stray_wires);
	vec_free(&o->strays);
	vec_free(&o->hollows);
	*o = (struct observed){ 0 };
}

static int ask_for(struct kern *k, const struct node *n, struct nl_msg *m, int fine,
		   struct err *e)
{
	struct netlink_batch b = { 0 };
	struct netlink_result result = { 0 };
	struct netlink *nl;
	int ns, r;

	netlink_batch_add(&b, m);
	r = kern_enter(k, n, &nl, &ns, e);
	if (r == 0)
		r = netlink_batch_run(nl, &b, &result, e);
	if (r > 0)
		r = result.code == fine ? 0 : err_sys(e, result.code, "mend %s", n->name);
	free(result.message);
	netlink_batch_free(&b);
	return r;
}

int observed_tidy(struct kern *k, const struct observed *o, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < o->stray_wires.n && r == 0; i++)
		r = wires_drop(k, o->stray_wires.v[i], e);
	for (size_t i = 0; i < o->strays.n && r == 0; i++)
		r = ask_for(k, fabric_place(o->model, o->strays.v[i].node),
			    request_link_del(o->strays.v[i].ifindex), -ENODEV, e);
	for (size_t i = 0; i < o->hollows.n && r == 0; i++) {
		const struct hollow *h = &o->hollows.v[i];

		r = ask_for(k, model_node(o->model, h->node),
			    request_address_del(h->ifindex, &h->ip), -EADDRNOTAVAIL, e);
	}
	for (size_t i = 0; i < o->lowered.n && r == 0; i++) {
		const struct node *n = model_node(o->model, o->lowered.v[i]);
		struct node_settings s = { .up = false, .stp = n->stp, .vlan = n->vlan };

		if (n->kind == NODE_SWITCH)
			r = ask_for(k, n, request_bridge_add(&s), 0, e);
	}
	kern_rest(k);
	return r;
}
