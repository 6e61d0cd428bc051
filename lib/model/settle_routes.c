/*
 * settle_routes.c — hosts' way out of their LAN, and routes that lost theirs.
 *
 * A host with no typed default route of a family gets one through the only
 * router interface on one of its LANs: of its interfaces the first, by number,
 * where there is just one and it has an address that the host can reach. It
 * takes the place of a default that `route auto` gave. Routes of any origin
 * whose next hop is on none of the node's subnets are removed.
 */
#include "model/settle.h"

/* The router interfaces of a LAN. */
struct gateway {
	uint32_t n;
	lan_end at; /* the last one seen: the only one where n is 1 */
};

/* Next hops looked up of late: a node's many routes share a few. */
struct hops {
	struct {
		struct ip via;
		bool reached;
	} v[8];
	unsigned n;
};

static bool is_reached(struct hops *h, const struct model *m, const struct node *n,
		       const struct ip *via)
{
	const struct link *l;
	unsigned at, known = h->n < ARRAY_LEN(h->v) ? h->n : ARRAY_LEN(h->v);
	int end;

	for (at = 0; at < known; at++)
		if (ip_same_address(&h->v[at].via, via))
			return h->v[at].reached;
	at = h->n++ % ARRAY_LEN(h->v);
	h->v[at].via = *via;
	h->v[at].reached = model_next_hop(m, n, via, &l, &end);
	return h->v[at].reached;
}

static struct gateway *find_gateways(const struct model *m, const struct lans *lans)
{
	struct gateway *g = mem_alloc(lans->n * sizeof(*g));

	for (lan_end at = 0; at < 2 * m->links.n; at++) {
		struct gateway *of = &g[lans->lan_of[at / 2]];

		if (lan_node(lans, at)->kind != NODE_ROUTER)
			continue;
		of->n++;
		of->at = at;
	}
	return g;
}

/* The first of the family's addresses there that the interface reaches; NULL: none. */
static const struct ip *address_for(const struct iface *from, const struct iface *there,
				    int family)
{
	vec_each (&there->addresses, via)
		if (via->ip.family == family)
			vec_each (&from->addresses, own)
				if (ip_within(&via->ip, &own->ip))
					return &via->ip;
	return NULL;
}

/* One that is about to be lost does not count. */
static bool has_typed_default(const struct model *m, const struct node *n, int family)
{
	const struct link *l;
	int end;

	vec_each (&n->routes, r)
		if (r->origin == ROUTE_MANUAL && r->prefix.len == 0 &&
		    r->prefix.family == family && model_next_hop(m, n, &r->via, &l, &end))
			return true;
	return false;
}

/* The default route that the host is to have; false: none. */
static bool find_default(const struct lans *lans, const struct gateway *gateways,
			 const struct node *n, int family, struct route *ret)
{
	if (n->kind != NODE_HOST || has_typed_default(lans->m, n, family))
		return false;
	vec_each (&n->ports, p) {
		const struct gateway *g;
		const struct ip *via;
		lan_end at;

		if (!lans_port(lans, p, &at))
			continue;
		g = &gateways[lans->lan_of[at / 2]];
		if (g->n != 1)
			continue;
		via = address_for(lan_iface(lans, at), lan_iface(lans, g->at), family);
		if (!via)
			continue;
		*ret = (struct route){
			.prefix = { .family = (uint8_t)family },
			.via = *via,
			.origin = ROUTE_DEFAULT,
		};
		ret->via.len = (uint8_t)ip_bits(via);
		return true;
	}
	return false;
}

/* What a node's defaults are to be; [f] counts only where has[f]. */
struct defaults {
	bool fixed; /* auto addressing is off: those that are there stay */
	bool has[FAMILIES];
	struct route route[FAMILIES];
};

static bool is_kept(struct hops *h, const struct model *m, const struct node *n,
		    const struct defaults *d, const struct route *r)
{
	int f = r->prefix.family == settle_family[V4] ? V4 : V6;

	if (!is_reached(h, m, n, &r->via))
		return false;
	/* shortest paths would hide what its daemon finds */
	if (r->origin == ROUTE_PATH && node_computes_routes(n, r->via.family))
		return false;
	if (d->fixed || r->prefix.len > 0 || r->origin == ROUTE_MANUAL)
		return true;
	if (r->origin == ROUTE_PATH)
		return !d->has[f];
	return d->has[f] && ip_equal(&r->via, &d->route[f].via);
}

static void settle_node(struct model *m, const struct node *n, const struct defaults *d,
			struct settled *ret)
{
	struct hops h = { 0 };
	bool missing[FAMILIES] = { d->has[V4], d->has[V6] };
	size_t kept = 0;
	struct node *own;

	vec_each (&n->routes, r) {
		if (!is_kept(&h, m, n, d, r))
			continue;
		kept++;
		if (r->origin == ROUTE_DEFAULT)
			missing[r->prefix.family == settle_family[V4] ? V4 : V6] = false;
	}
	if (kept == n->routes.n && !missing[V4] && !missing[V6])
		return;
	own = model_edit_node(m, n->id);
	kept = 0;
	vec_each (&own->routes, r) {
		if (is_kept(&h, m, own, d, r))
			own->routes.v[kept++] = *r;
		else if (r->origin == ROUTE_MANUAL)
			ret->lost_routes++;
	}
	own->routes.n = kept;
	for (int f = 0; f < FAMILIES; f++)
		if (missing[f])
			vec_push(&own->routes, d->route[f]);
}

void settle_routes(struct model *m, const struct lans *lans, struct settled *ret)
{
	struct gateway *gateways = find_gateways(m, lans);

	for (size_t i = 0; i < m->nodes.n; i++) {
		const struct node *n = m->nodes.v[i];
		struct defaults d = { .fixed = !m->automatic };

		if (n->kind == NODE_SWITCH)
			continue;
		for (int f = 0; f < FAMILIES && m->automatic; f++)
			d.has[f] = find_default(lans, gateways, n, settle_family[f],
						&d.route[f]);
		settle_node(m, n, &d, ret);
	}
	free(gateways);
}
