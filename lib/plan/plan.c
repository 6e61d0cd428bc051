/*
 * plan.c — the steps from one model to another.
 *
 * Both models' arrays are sorted by id and share what did not change, so one
 * walk over each pair finds what was added, removed and changed by comparing
 * pointers. An interface is looked at when its link changed, or when its node
 * went up or down; a node's routes when the node or one of its interfaces did.
 *
 * The order: what goes (routes, addresses, links, nodes whose name comes
 * back), then what comes (nodes, links; then, a node at a time, interfaces,
 * addresses, routes), bridges up, and last the nodes that end, since their
 * programs cannot be brought back. A bridge that goes up when its ports are
 * there costs the kernel less than one that sees each of them come. Kept commands run
 * when everything that they may build on is there.
 *
 * A kept command cannot be taken back by itself: a node that is to be without one that
 * it had is made anew. Then the plan leads to a model without such nodes first, and from
 * there on.
 */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "plan/making.h"

struct step *plan_push(struct making *k, enum step_op op, const struct node *node)
{
	struct step s = { .op = op, .node = node };

	vec_push(&k->p->steps, s);
	return &k->p->steps.v[k->p->steps.n - 1];
}

struct step *plan_push_iface(struct making *k, enum step_op op, const struct node *node,
			     const struct link *l, int end)
{
	struct step *s = plan_push(k, op, node);

	s->link = l;
	s->end = end;
	return s;
}

/* ---- what differs ---- */

static void look_at(struct making *k, const struct link *old, const struct link *new,
		    int end)
{
	const struct link *l = new ? new : old;
	struct item i = { .node = l->end[end].node,
			  .index = l->end[end].index,
			  .end = end,
			  .old = old,
			  .new = new };

	vec_push(&k->items, i);
	vec_push(&k->touched, i.node);
}

/* The node went up or down, and all its interfaces with it. */
static void look_at_ports(struct making *k, const struct node *new)
{
	vec_each (&new->ports, p) {
		const struct link *is = p->link ? model_link(k->p->to, p->link) : NULL;
		const struct link *was = p->link ? model_link(k->p->from, p->link) : NULL;

		/* one that changed is looked at anyway */
		if (is && is == was)
			look_at(k, was, is, p->end);
	}
}

static void compare_nodes(struct making *k)
{
	const struct model *from = k->p->from, *to = k->p->to;
	size_t a = 0, b = 0;

	while (a < from->nodes.n || b < to->nodes.n) {
		const struct node *old = a < from->nodes.n ? from->nodes.v[a] : NULL;
		const struct node *new = b < to->nodes.n ? to->nodes.v[b] : NULL;

		if (!new || (old && old->id < new->id)) {
			vec_push(&k->gone, old);
			a++;
			continue;
		}
		b++;
		if (!old || new->id < old->id) {
			vec_push(&k->added, new);
			vec_push(&k->touched, new->id);
			continue;
		}
		a++;
		if (old == new)
			continue;
		vec_push(&k->touched, new->id);
		if (old->up != new->up)
			look_at_ports(k, new);
	}
}

/* Whether both are made of the same devices. */
static bool same_devices(const struct link *a, const struct link *b)
{
	return a->wire == b->wire && a->connector == b->connector &&
	       link_has_parts(a) == link_has_parts(b) &&
	       tunnel_same(&a->tunnel, &b->tunnel) &&
	       (!link_has_parts(a) || a->mtu == b->mtu);
}

static void compare_links(struct making *k)
{
	const struct model *from = k->p->from, *to = k->p->to;
	size_t a = 0, b = 0;

	while (a < from->links.n || b < to->links.n) {
		const struct link *old = a < from->links.n ? from->links.v[a] : NULL;
		const struct link *new = b < to->links.n ? to->links.v[b] : NULL;

		if (!new || (old && old->id < new->id)) {
			vec_push(&k->links_gone, old);
			new = NULL;
			a++;
		} else if (!old || new->id < old->id) {
			vec_push(&k->links_added, new);
			old = NULL;
			b++;
		} else {
			a++;
			b++;
			if (old == new)
				continue;
		}
		if (old && new && !same_devices(old, new)) {
			vec_push(&k->links_gone, old);
			vec_push(&k->links_added, new);
			look_at(k, old, NULL, 0);
			look_at(k, old, NULL, 1);
			old = NULL;
		}
		look_at(k, old, new, 0);
		look_at(k, old, new, 1);
	}
}

/* By node and number; of one number, the interface that goes before the one that comes.
 */
static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return !!x->new - !!y->new;
}

static int compare_ids(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void sort_all(struct making *k)
{
	size_t kept = 0;

	if (k->items.n)
		qsort(k->items.v, k->items.n, sizeof(*k->items.v), compare_items);
	if (!k->touched.n)
		return;
	qsort(k->touched.v, k->touched.n, sizeof(*k->touched.v), compare_ids);
	for (size_t i = 0; i < k->touched.n; i++)
		if (!kept || k->touched.v[kept - 1] != k->touched.v[i])
			k->touched.v[kept++] = k->touched.v[i];
	k->touched.n = kept;
}

size_t plan_items_of(const struct making *k, uint32_t node, size_t *ret_first)
{
	size_t low = 0, high = k->items.n, n = 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (k->items.v[mid].node < node)
			low = mid + 1;
		else
			high = mid;
	}
	while (low + n < k->items.n && k->items.v[low + n].node == node)
		n++;
	*ret_first = low;
	return n;
}

/* ---- what goes ---- */

static void step_away(struct making *k)
{
	vec_each (&k->touched, id) {
		const struct node *old = model_node(k->p->from, *id);
		const struct node *new = model_node(k->p->to, *id);
		struct holder lo = { .node = new };
		size_t first, n;

		if (!old || !new)
			continue;
		plan_step_routes(k, old, new, false);
		if (old != new)
			plan_step_addresses(k, &lo, &old->loopback, true, &new->loopback,
					    true, false);
		n = plan_items_of(k, *id, &first);
		for (size_t i = first; i < first + n; i++)
			if (k->items.v[i].old && k->items.v[i].new)
				plan_step_iface_addresses(k, new, &k->items.v[i], false);
	}
}

/* By node, so that many links of one node go at once. */
static int compare_dying(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	if (x->node->id != y->node->id)
		return x->node->id < y->node->id ? -1 : 1;
	return (x->link->id > y->link->id) - (x->link->id < y->link->id);
}

static void step_links_away(struct making *k)
{
	const struct model *from = k->p->from, *to = k->p->to;
	size_t first = k->p->steps.n;

	vec_each (&k->links_gone, l) {
		const struct node *a = model_node(from, (*l)->end[0].node);
		const struct node *b = model_node(from, (*l)->end[1].node);
		bool a_stays = a && model_node(to, a->id);
		bool b_stays = b && model_node(to, b->id);

		/* it goes with their namespaces; which a tap that is open holds back, and
		 * parts are elsewhere */
		if (!a_stays && !b_stays && !(*l)->wire && !link_has_parts(*l))
			continue;
		/* told at the end that goes anyway, or has more: a switch loses them all
		 * at once */
		if (!a || (b && (a_stays != b_stays ? a_stays : b->ports.n > a->ports.n)))
			plan_push_iface(k, STEP_LINK_DEL, b, *l, 1);
		else
			plan_push_iface(k, STEP_LINK_DEL, a, *l, 0);
	}
	if (k->p->steps.n > first)
		qsort(k->p->steps.v + first, k->p->steps.n - first,
		      sizeof(*k->p->steps.v), compare_dying);
}

/* A name that is given again needs its place now; the others end last. */
static void step_nodes_away(struct making *k, bool name_comes_back)
{
	vec_each (&k->gone, n)
		if ((model_node_named(k->p->to, (*n)->name) != NULL) == name_comes_back)
			plan_push(k, STEP_NODE_DEL, *n);
}

/* ---- what comes ---- */

static struct iface_settings settings_of(const struct model *m, const struct link *l,
					 int end)
{
	struct iface_settings s = { .up = model_iface_up(m, l, end), .mtu = l->mtu };

	memcpy(s.mac, l->end[end].mac, sizeof(s.mac));
	return s;
}

/*
 * The end that is told the kernel first is born up and in its bridge; the
 * other cannot be (drivers/net/veth.c), and gets an IFACE_SET of its own.
 */
static int first_end(const struct making *k, const struct link *l)
{
	const struct node *b = model_node(k->p->to, l->end[1].node);

	return b->kind == NODE_SWITCH;
}

static void step_links(struct making *k)
{
	vec_each (&k->links_added, l) {
		int main = first_end(k, *l);
		struct step *s = plan_push_iface(
			k, STEP_LINK_ADD, model_node(k->p->to, (*l)->end[main].node), *l,
			main);

		for (int end = 0; end < 2; end++)
			s->added[end] = settings_of(k->p->to, *l, end);
		s->added[!main].up = false;
	}
}

static bool same_settings(const struct iface_settings *a, const struct iface_settings *b)
{
	return a->up == b->up && a->mtu == b->mtu && memcmp(a->mac, b->mac, 6) == 0;
}

/* A new interface has none. */
static void step_shape(struct making *k, const struct node *node, const struct item *i)
{
	struct shape_settings s = { .is = i->new->shape[i->end], .mtu = i->new->mtu };

	if (i->old) {
		s.was = i->old->shape[i->end];
		s.mtu_was = i->old->mtu;
	} else if (i->new->wire) {
		return; /* it was born with it */
	}
	if (shape_same(&s.was, &s.is) && (shape_is_none(&s.is) || s.mtu_was == s.mtu))
		return;
	plan_push_iface(k, STEP_SHAPE_SET, node, i->new, i->end)->shape = s;
}

static void step_iface(struct making *k, const struct node *node, struct item *i)
{
	struct iface_settings is = settings_of(k->p->to, i->new, i->end), was;

	if (i->old) {
		was = settings_of(k->p->from, i->old, i->end);
	} else {
		was = is;
		if (i->end != first_end(k, i->new))
			was.up = false;
		if (i->new->wire || link_has_parts(i->new)) /* born with nothing */
			was = (struct iface_settings){ 0 };
		/* a port has to be put into the bridge even if it stays down */
		if (i->end != first_end(k, i->new) && node->kind == NODE_SWITCH)
			was.mtu = 0;
	}
	if (!same_settings(&was, &is))
		plan_push_iface(k, STEP_IFACE_SET, node, i->new, i->end)->iface = is;
	if (i->old ? !vlans_same(&i->old->end[i->end].vlans, &i->new->end[i->end].vlans)
		   : !vlans_are_default(&i->new->end[i->end].vlans))
		plan_push_iface(k, STEP_VLAN_SET, node, i->new, i->end);
	step_shape(k, node, i);
	plan_step_iface_addresses(k, node, i, true);
}

static void step_inside(struct making *k)
{
	vec_each (&k->touched, id) {
		const struct node *old = model_node(k->p->from, *id);
		const struct node *new = model_node(k->p->to, *id);
		struct holder lo = { .node = new };
		size_t first, n;

		if (!new)
			continue;
		if (old != new)
			plan_step_addresses(k, &lo,
					    old ? &old->loopback : &plan_no_addresses,
					    true, &new->loopback, true, true);
		n = plan_items_of(k, *id, &first);
		for (size_t i = first; i < first + n; i++)
			if (k->items.v[i].new)
				step_iface(k, new, &k->items.v[i]);
		plan_step_routes(k, old, new, true);
	}
}

void plan_add_node_up(struct plan *p, const struct node *node)
{
	struct step s = { .op = STEP_NODE_SET, .node = node };

	s.settings = (struct node_settings){
		.up = true,
		.stp = node->stp,
		.vlan = node->vlan,
	};
	vec_push(&p->steps, s);
}

static void step_bridges(struct making *k)
{
	vec_each (&k->touched, id) {
		const struct node *old = model_node(k->p->from, *id);
		const struct node *new = model_node(k->p->to, *id);

		if (new &&new->kind == NODE_SWITCH &&
		    (!old || old->stp != new->stp || old->vlan != new->vlan))
			plan_add_node_up(k->p, new);
		if (new &&old && old->vlan && !new->vlan)
			k->p->steps.v[k->p->steps.n - 1].settings.vlan_off = true;
	}
}

static void step_kept(struct making *k)
{
	vec_each (&k->touched, id) {
		const struct node *old = model_node(k->p->from, *id);
		const struct node *new = model_node(k->p->to, *id);

		for (size_t i = old ? old->kept.n : 0; new &&i < new->kept.n; i++)
			plan_push(k, STEP_KEEP, new)->kept = i;
	}
}

/* ---- all ---- */

/* The model without nodes that have to be made anew; NULL: there are none. */
static struct model *without_remade(const struct model *from, const struct model *to)
{
	struct model *m = NULL;

	vec_each (&from->nodes, n) {
		const struct node *new = model_node(to, (*n)->id);

		if (!new || new == *n || kept_begins(&new->kept, &(*n)->kept))
			continue;
		if (!m)
			m = model_copy(from);
		model_del_node(m, new->id, NULL);
	}
	return m;
}

static void make(struct plan *p, const struct model *from, const struct model *to)
{
	struct making k = { .p = p };

	*p = (struct plan){ .from = model_copy(from), .to = model_copy(to) };
	compare_nodes(&k);
	compare_links(&k);
	sort_all(&k);

	step_away(&k);
	step_links_away(&k);
	step_nodes_away(&k, true);
	vec_each (&k.added, n)
		plan_push(&k, STEP_NODE_ADD, *n);
	step_links(&k);
	step_inside(&k);
	step_bridges(&k);
	step_kept(&k);
	step_nodes_away(&k, false);

	vec_free(&k.items);
	vec_free(&k.added);
	vec_free(&k.gone);
	vec_free(&k.links_added);
	vec_free(&k.links_gone);
	vec_free(&k.touched);
}

void plan_make(struct plan *p, const struct model *from, const struct model *to)
{
	struct model *between = without_remade(from, to);
	struct plan rest;

	if (!between) {
		make(p, from, to);
		return;
	}
	make(p, from, between);
	make(&rest, between, to);
	vec_each (&rest.steps, s)
		vec_push(&p->steps, *s);
	model_free(p->to);
	p->to = steal_ptr(rest.to);
	p->between = between;
	plan_free(&rest);
}

void plan_free(struct plan *p)
{
	vec_free(&p->steps);
	model_free(p->from);
	model_free(p->to);
	model_free(p->between);
	*p = (struct plan){ 0 };
}
