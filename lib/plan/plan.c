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
 * there costs the kernel less than one that sees each of them come.
 */
#include "plan/plan.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum {
	IPV6_METRIC_DEFAULT = 1024
}; /* IP6_RT_PRIO_USER, kernel include/net/ip6_route.h */

/* An interface that has to be looked at, in the models that have it. */
struct item {
	uint32_t node; /* id */
	unsigned index;
	int end;
	const struct link *old, *new;
	bool readdressed; /* an IPv4 address went: the kernel may have dropped routes */
};

/* What plan_make() works with. */
struct making {
	struct plan *p;
	VEC(struct item) items;		      /* by node and index, once sorted */
	VEC(const struct node *) added, gone; /* nodes */
	VEC(const struct link *) links_added, links_gone;
	VEC(uint32_t) touched; /* ids of nodes in both models; sorted, each once */
};

static struct step *push(struct making *k, enum step_op op, const struct node *node)
{
	struct step s = { .op = op, .node = node };

	vec_push(&k->p->steps, s);
	return &k->p->steps.v[k->p->steps.n - 1];
}

static struct step *push_iface(struct making *k, enum step_op op, const struct node *node,
			       const struct link *l, int end)
{
	struct step *s = push(k, op, node);

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

/* The node's items: v[*ret_first] and what follows; returns how many. */
static size_t items_of(const struct making *k, uint32_t node, size_t *ret_first)
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

/* ---- addresses ---- */

/* Whether the kernel has it: an interface that goes down loses its IPv6 addresses. */
static bool has_address(const struct ip *ip, bool up)
{
	return up || ip->family == AF_INET;
}

static bool has_equal(const address_vec *v, const struct ip *ip)
{
	vec_each (v, a)
		if (ip_equal(&a->ip, ip))
			return true;
	return false;
}

/*
 * Marks the old addresses that stay. The first IPv4 address of a subnet is its
 * primary one, which takes the others along when it goes (net/ipv4/devinet.c):
 * those of a subnet stay as far as both lists begin alike.
 */
static void mark_kept(const address_vec *old, const address_vec *new, bool *kept)
{
	for (size_t i = 0; i < old->n; i++) {
		const struct ip *ip = &old->v[i].ip;
		size_t rank = 0, at = 0, before = 0;
		bool first_ones_kept = true;

		if (ip->family != AF_INET) {
			kept[i] = has_equal(new, ip);
			continue;
		}
		for (size_t j = 0; j < i; j++)
			if (ip_same_subnet(&old->v[j].ip, ip)) {
				rank++;
				first_ones_kept &= kept[j];
			}
		for (; at < new->n; at++)
			if (ip_same_subnet(&new->v[at].ip, ip) && before++ == rank)
				break;
		kept[i] = first_ones_kept && at < new->n &&ip_equal(&new->v[at].ip, ip);
	}
}

/* Where addresses are: an interface, or lo. */
struct holder {
	const struct node *node;
	const struct link *link; /* NULL: lo */
	int end;
};

static const address_vec no_addresses;

/*
 * The steps from old to new addresses: with add, those that add, else those
 * that delete. Returns whether an IPv4 address went.
 */
static bool step_addresses(struct making *k, const struct holder *h,
			   const address_vec *old, bool old_up, const address_vec *new,
			   bool new_up, bool add)
{
	cleanup_free bool *kept = mem_alloc(old->n + 1);
	bool gone = false;

	mark_kept(old, new, kept);
	for (size_t i = 0; i < old->n; i++) {
		const struct ip *ip = &old->v[i].ip;

		if (kept[i])
			continue;
		gone |= ip->family == AF_INET;
		/* what it loses by going down needs no step */
		if (!add && has_address(ip, old_up && new_up))
			push_iface(k, STEP_ADDRESS_DEL, h->node, h->link, h->end)
				->address = *ip;
	}
	for (size_t i = 0; add && i < new->n; i++) {
		const struct ip *ip = &new->v[i].ip;
		bool there = false;

		for (size_t j = 0; j < old->n && !there; j++)
			there = kept[j] && ip_equal(&old->v[j].ip, ip) &&
				has_address(ip, old_up);
		if (!there && has_address(ip, new_up))
			push_iface(k, STEP_ADDRESS_ADD, h->node, h->link, h->end)
				->address = *ip;
	}
	return gone;
}

static void step_iface_addresses(struct making *k, const struct node *node,
				 struct item *i, bool add)
{
	struct holder h = { node, i->new, i->end };
	bool old_up = i->old && model_iface_up(k->p->from, i->old, i->end);
	bool new_up = model_iface_up(k->p->to, i->new, i->end);

	i->readdressed = step_addresses(
		k, &h, i->old ? &i->old->end[i->end].addresses : &no_addresses, old_up,
		&i->new->end[i->end].addresses, new_up, add);
}

/* ---- routes ---- */

/* A route and the interface it leaves by; only those that the kernel can have. */
struct way {
	const struct route *route;
	const struct link *out;
	int end;
};

typedef VEC(struct way) ways;

static uint32_t metric(const struct route *r)
{
	if (!r->metric && r->prefix.family == AF_INET6)
		return IPV6_METRIC_DEFAULT;
	return r->metric;
}

/* What makes a route the same entry of the kernel's table. */
static int compare_keys(const struct route *a, const struct route *b)
{
	int r = (a->prefix.family > b->prefix.family) -
		(a->prefix.family < b->prefix.family);

	if (!r)
		r = ip_compare(&a->prefix, &b->prefix);
	if (!r)
		r = (a->prefix.len > b->prefix.len) - (a->prefix.len < b->prefix.len);
	if (!r)
		r = (metric(a) > metric(b)) - (metric(a) < metric(b));
	return r;
}

static int compare_ways(const void *a, const void *b)
{
	const struct way *x = a, *y = b;

	return compare_keys(x->route, y->route);
}

static ways ways_of(const struct model *m, const struct node *n)
{
	ways w = { 0 };

	if (!n)
		return w;
	vec_each (&n->routes, r) {
		struct way way = { .route = r };

		if (model_next_hop(m, n, &r->via, &way.out, &way.end) &&
		    model_iface_up(m, way.out, way.end))
			vec_push(&w, way);
	}
	if (w.n)
		qsort(w.v, w.n, sizeof(*w.v), compare_ways);
	return w;
}

static const struct item *item_of(const struct making *k, size_t first, size_t n,
				  const struct link *l)
{
	for (size_t i = first; i < first + n; i++) {
		const struct item *at = &k->items.v[i];

		if ((at->new && at->new->id == l->id) ||
		    (at->old && at->old->id == l->id))
			return at;
	}
	return NULL;
}

/* Whether the kernel drops routes by itself because this interface goes, or goes down. */
static bool takes_routes(const struct making *k, const struct item *i)
{
	return i && (!i->new || !model_iface_up(k->p->to, i->new, i->end));
}

static void step_routes(struct making *k, const struct node *old, const struct node *new,
			bool add)
{
	size_t first, n = items_of(k, new->id, &first), a = 0, b = 0;
	ways was, is;

	if (old == new && !n)
		return;
	was = ways_of(k->p->from, old);
	is = ways_of(k->p->to, new);
	while (a < was.n || b < is.n) {
		const struct way *x = a < was.n ? &was.v[a] : NULL;
		const struct way *y = b < is.n ? &is.v[b] : NULL;
		int r = !x ? 1 : !y ? -1 : compare_keys(x->route, y->route);
		const struct item *i;

		a += r <= 0;
		b += r >= 0;
		if (r < 0) {
			if (!add && !takes_routes(k, item_of(k, first, n, x->out)))
				push_iface(k, STEP_ROUTE_DEL, new, x->out, x->end)
					->route = *x->route;
			continue;
		}
		if (!add)
			continue;
		i = item_of(k, first, n, y->out);
		if (r > 0 || x->out->id != y->out->id ||
		    !ip_same_address(&x->route->via, &y->route->via) ||
		    (i && i->readdressed && y->route->prefix.family == AF_INET))
			push_iface(k, STEP_ROUTE_ADD, new, y->out, y->end)->route =
				*y->route;
	}
	vec_free(&was);
	vec_free(&is);
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
		step_routes(k, old, new, false);
		if (old != new)
			step_addresses(k, &lo, &old->loopback, true, &new->loopback, true,
				       false);
		n = items_of(k, *id, &first);
		for (size_t i = first; i < first + n; i++)
			if (k->items.v[i].old && k->items.v[i].new)
				step_iface_addresses(k, new, &k->items.v[i], false);
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

		if (!a_stays && !b_stays) /* it goes with their namespaces */
			continue;
		/* told at the end that goes anyway, or has more: a switch loses them all
		 * at once */
		if (!a || (b && (a_stays != b_stays ? a_stays : b->ports.n > a->ports.n)))
			push_iface(k, STEP_LINK_DEL, b, *l, 1);
		else
			push_iface(k, STEP_LINK_DEL, a, *l, 0);
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
			push(k, STEP_NODE_DEL, *n);
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
		struct step *s = push_iface(k, STEP_LINK_ADD,
					    model_node(k->p->to, (*l)->end[main].node),
					    *l, main);

		for (int end = 0; end < 2; end++)
			s->added[end] = settings_of(k->p->to, *l, end);
		s->added[!main].up = false;
	}
}

static bool same_settings(const struct iface_settings *a, const struct iface_settings *b)
{
	return a->up == b->up && a->mtu == b->mtu && memcmp(a->mac, b->mac, 6) == 0;
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
		/* a port has to be put into the bridge even if it stays down */
		if (i->end != first_end(k, i->new) && node->kind == NODE_SWITCH)
			was.mtu = 0;
	}
	if (!same_settings(&was, &is))
		push_iface(k, STEP_IFACE_SET, node, i->new, i->end)->iface = is;
	step_iface_addresses(k, node, i, true);
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
			step_addresses(k, &lo, old ? &old->loopback : &no_addresses, true,
				       &new->loopback, true, true);
		n = items_of(k, *id, &first);
		for (size_t i = first; i < first + n; i++)
			if (k->items.v[i].new)
				step_iface(k, new, &k->items.v[i]);
		step_routes(k, old, new, true);
	}
}

void plan_add_node_up(struct plan *p, const struct node *node)
{
	struct step s = { .op = STEP_NODE_SET, .node = node };

	s.settings = (struct node_settings){ .up = true, .stp = node->stp };
	vec_push(&p->steps, s);
}

static void step_bridges(struct making *k)
{
	vec_each (&k->touched, id) {
		const struct node *old = model_node(k->p->from, *id);
		const struct node *new = model_node(k->p->to, *id);

		if (new &&new->kind == NODE_SWITCH && (!old || old->stp != new->stp))
			plan_add_node_up(k->p, new);
	}
}

/* ---- all ---- */

void plan_make(struct plan *p, const struct model *from, const struct model *to)
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
		push(&k, STEP_NODE_ADD, *n);
	step_links(&k);
	step_inside(&k);
	step_bridges(&k);
	step_nodes_away(&k, false);

	vec_free(&k.items);
	vec_free(&k.added);
	vec_free(&k.gone);
	vec_free(&k.links_added);
	vec_free(&k.links_gone);
	vec_free(&k.touched);
}

void plan_free(struct plan *p)
{
	vec_free(&p->steps);
	model_free(p->from);
	model_free(p->to);
	*p = (struct plan){ 0 };
}

/* ---- in words ---- */

static char *route_words(const struct route *r)
{
	char prefix[IP_TEXT_MAX], via[IP_TEXT_MAX];

	return mem_printf("route %s via %s",
			  r->prefix.len ? ip_text_length(&r->prefix, prefix) : "default",
			  ip_text(&r->via, via));
}

char *step_text(const struct plan *p, const struct step *s)
{
	const struct model *m = s->link && !model_link(p->to, s->link->id) ? p->from
									   : p->to;
	char iface[IFACE_TEXT_MAX], other[IFACE_TEXT_MAX], ip[IP_TEXT_MAX];
	cleanup_free char *words = NULL;

	switch (s->op) {
	case STEP_NODE_ADD:
	case STEP_NODE_DEL:
		return mem_printf("%s %s", node_kind_name(s->node->kind), s->node->name);
	case STEP_NODE_SET:
		return mem_printf("%s:%s", s->node->name,
				  s->node->kind == NODE_SWITCH ? "bridge" : "lo");
	case STEP_LINK_ADD:
	case STEP_LINK_DEL:
		return mem_printf("link %s %s", iface_text(m, s->link, 0, iface),
				  iface_text(m, s->link, 1, other));
	case STEP_IFACE_SET:
		return mem_strdup(iface_text(m, s->link, s->end, iface));
	case STEP_ADDRESS_ADD:
	case STEP_ADDRESS_DEL:
		if (!s->link)
			return mem_printf("%s:lo: address %s", s->node->name,
					  ip_text_length(&s->address, ip));
		return mem_printf("%s: address %s", iface_text(m, s->link, s->end, iface),
				  ip_text_length(&s->address, ip));
	case STEP_ROUTE_ADD:
	case STEP_ROUTE_DEL:
		words = route_words(&s->route);
		return mem_printf("%s: %s", s->node->name, words);
	}
	return mem_strdup("");
}
