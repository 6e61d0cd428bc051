/*
 * addressing.c — the checked changes of addresses and routes: who has an
 * address already, and which subnets were typed on the same LAN.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/edit.h"

/* Nodes that nothing connects do not mind each other. */
static bool address_taken(const struct model *m, const struct ip *ip, uint32_t node,
			  uint32_t but_link, int but_end, struct err *e)
{
	char text[IP_TEXT_MAX], iface[IFACE_TEXT_MAX];

	vec_each (&m->links, l)
		for (int end = 0; end < 2; end++) {
			const struct iface *i = &(*l)->end[end];

			if ((*l)->id == but_link && end == but_end)
				continue;
			vec_each (&i->addresses, a) {
				/* an automatic one makes room by itself */
				if (a->automatic || !ip_same_address(&a->ip, ip) ||
				    !model_connected(m, node, i->node))
					continue;
				err_set(e, EADDRINUSE, "%s has the address %s already",
					iface_text(m, *l, end, iface), ip_text(ip, text));
				return true;
			}
		}
	vec_each (&m->nodes, n)
		vec_each (&(*n)->loopback, a)
			if (ip_same_address(&a->ip, ip) &&
			    model_connected(m, node, (*n)->id)) {
				err_set(e, EADDRINUSE, "%s:lo has the address %s already",
					(*n)->name, ip_text(ip, text));
				return true;
			}
	return false;
}

/* A typed address of the family on another interface of the LAN, for which `same` is to
 * hold. */
struct lan_walk {
	const struct model *m;
	const struct ip *ip; /* the address asked about */
	bool found_other;    /* somebody on the LAN typed one of this family … */
	bool found_same;     /* … and one of them shares its subnet */
	struct ip other;
	char other_iface[IFACE_TEXT_MAX];
};

static void walk_typed(struct lan_walk *w, const struct link *l, int end)
{
	const struct iface *i = &l->end[end];

	if (!i->manual)
		return;
	vec_each (&i->addresses, a) {
		if (a->ip.family != w->ip->family)
			continue;
		if (!w->found_other) {
			w->other = a->ip;
			iface_text(w->m, l, end, w->other_iface);
		}
		w->found_other = true;
		w->found_same |= ip_same_subnet(&a->ip, w->ip);
	}
}

/*
 * The typed addresses on the other end and, where there is automatic addressing, of the
 * whole LAN through switches: it numbers the rest by them. (Without it, a LAN's hosts may
 * be in subnets that know nothing of each other.)
 */
static void walk_lan(struct lan_walk *w, uint32_t link, int end)
{
	struct crossing queue = { 0 };
	const struct link *first = model_link(w->m, link);

	walk_typed(w, first, !end);
	if (w->m->automatic)
		crossing_enter(&queue, w->m, first, !end, 0);
	for (size_t at = 0; at < queue.v.n; at++) {
		const struct inside in = queue.v.v[at];

		vec_each (&model_node(w->m, in.node)->ports, p) {
			const struct link *l = p->link ? model_link(w->m, p->link) : NULL;
			int tag = l ? vlan_outside(w->m, l, p->end, in.vlan) : -1;

			if (tag < 0 || l->id == link)
				continue;
			if (!tag)
				walk_typed(w, l, !p->end);
			crossing_enter(&queue, w->m, l, !p->end, tag);
		}
	}
	vec_free(&queue.v);
}

/* Whether interface addresses may be set: the checks that need no LAN. */
int addresses_check(const struct model *m, const struct node *n, uint32_t link, int end,
		    const struct ip *ips, size_t count, struct err *e)
{
	char text[IP_TEXT_MAX];
	int r;

	if (count && n->kind == NODE_SWITCH) {
		err_set(e, EINVAL, "%s is a switch, which has no addresses", n->name);
		return err_hint(e, "give the address to a host or router on it");
	}
	for (size_t i = 0; i < count; i++) {
		r = ip_check_interface(&ips[i], e);
		if (r < 0)
			return r;
		for (size_t j = 0; j < i; j++)
			if (ip_same_address(&ips[i], &ips[j]))
				return err_set(e, EINVAL, "%s is given twice",
					       ip_text(&ips[i], text));
		if (address_taken(m, &ips[i], n->id, link, end, e))
			return -EADDRINUSE;
	}
	return 0;
}

int addresses_check_near(const struct model *m, uint32_t node, const struct ip *ip,
			 struct err *e)
{
	return address_taken(m, ip, node, 0, 0, e) ? -EADDRINUSE : 0;
}

int addresses_check_lan(const struct model *m, uint32_t link, int end,
			const struct ip *ips, size_t count, struct err *e)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	char net[IP_TEXT_MAX], text[IP_TEXT_MAX], other_text[IP_TEXT_MAX];

	for (size_t f = 0; f < ARRAY_LEN(families); f++) {
		const struct ip *outside = NULL;
		struct ip other = { 0 };
		char iface[IFACE_TEXT_MAX] = "";
		bool same = false;

		for (size_t i = 0; i < count; i++) {
			struct lan_walk w = { .m = m, .ip = &ips[i] };

			if (ips[i].family != families[f])
				continue;
			walk_lan(&w, link, end);
			if (!w.found_other || w.found_same) {
				same = true;
				continue;
			}
			outside = &ips[i];
			other = w.other;
			memcpy(iface, w.other_iface, sizeof(iface));
		}
		/* further subnets on one wire are fine once one is shared */
		if (!outside || same)
			continue;
		struct ip subnet = ip_network(&other);

		err_set(e, EINVAL, "%s is outside the link's subnet %s (%s has %s)",
			ip_text_length(outside, text), ip_text_length(&subnet, net),
			iface, ip_text_length(&other, other_text));
		return err_hint(e, "to renumber the link, first `ip %s none`", iface);
	}
	return 0;
}

void addresses_put(struct iface *i, const struct ip *ips, size_t n)
{
	vec_free(&i->addresses);
	i->manual = true;
	for (size_t k = 0; k < n; k++)
		vec_push(&i->addresses, ((struct address){ .ip = ips[k] }));
}

/* ---- addresses and routes ---- */

int model_set_addresses(struct model *m, uint32_t link, int end, const struct ip *ips,
			size_t n, struct err *e)
{
	const struct link *l = model_link(m, link);
	int r;

	if (!l)
		return err_set(e, ENOENT, "the link is gone");
	r = addresses_check(m, model_node(m, l->end[end].node), link, end, ips, n, e);
	if (r == 0)
		r = addresses_check_lan(m, link, end, ips, n, e);
	if (r < 0)
		return r;
	addresses_put(&model_edit_link(m, link)->end[end], ips, n);
	return 0;
}

int model_set_loopback(struct model *m, uint32_t node, const struct ip *ips, size_t n,
		       struct err *e)
{
	struct node *own = model_node(m, node);
	int r;

	if (!own)
		return err_set(e, ENOENT, "the node is gone");
	for (size_t i = 0; i < n; i++) {
		/* its own loopback addresses are replaced, so they are not in the way */
		bool kept = false;

		vec_each (&own->loopback, a)
			kept |= ip_same_address(&a->ip, &ips[i]);
		r = kept ? ip_check_interface(&ips[i], e)
			 : addresses_check(m, own, 0, 0, &ips[i], 1, e);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (ip_same_address(&ips[i], &ips[j])) {
				char text[IP_TEXT_MAX];

				return err_set(e, EINVAL, "%s is given twice",
					       ip_text(&ips[i], text));
			}
	own = model_edit_node(m, node);
	vec_free(&own->loopback);
	for (size_t i = 0; i < n; i++)
		vec_push(&own->loopback, ((struct address){ .ip = ips[i] }));
	return 0;
}

/* "10.0.0.0/24, fd00::/64", for a person who typed a gateway that is on none of them. */
static void describe_subnets(const struct model *m, const struct node *n, int family,
			     struct err *e)
{
	char text[IP_TEXT_MAX];
	char list[512] = "";
	size_t used = 0;

	vec_each (&n->ports, p) {
		const struct link *l = p->link ? model_link(m, p->link) : NULL;

		if (!l)
			continue;
		vec_each (&l->end[p->end].addresses, a) {
			struct ip subnet = ip_network(&a->ip);

			if (a->ip.family != family ||
			    used > sizeof(list) - IP_TEXT_MAX - 2)
				continue;
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
						 used ? ", " : "",
						 ip_text_length(&subnet, text));
		}
	}
	if (used)
		err_hint(e, "%s is on %s", n->name, list);
	else
		err_hint(e, "%s has no IPv%d address yet", n->name,
			 family == AF_INET ? 4 : 6);
}

static int check_via(const struct model *m, const struct node *n, const struct route *r,
		     const struct ip *via, struct err *e)
{
	const struct link *out;
	char text[IP_TEXT_MAX];
	int end;

	if (r->prefix.family != via->family)
		return err_set(e, EINVAL,
			       "the prefix and its next hop %s are not of one family",
			       ip_text(via, text));
	if (model_next_hop(m, n, via, &out, &end))
		return 0;
	err_set(e, EINVAL, "%s is on no subnet of %s", ip_text(via, text), n->name);
	describe_subnets(m, n, via->family, e);
	return -EINVAL;
}

int model_set_routes(struct model *m, uint32_t node, const struct route *r,
		     const struct ip *vias, size_t n, size_t *ret_bad, struct err *e)
{
	struct node *own = model_node(m, node);
	char text[IP_TEXT_MAX];
	size_t at = 0;

	*ret_bad = 0;
	if (!own)
		return err_set(e, ENOENT, "the node is gone");
	if (own->kind == NODE_SWITCH)
		return err_set(e, EINVAL, "%s is a switch, which has no routes",
			       own->name);
	for (size_t i = 0; i < n; i++) {
		int code = check_via(m, own, r, &vias[i], e);

		*ret_bad = i;
		if (i >= ROUTE_WAYS_MAX)
			code = err_set(e, E2BIG, "a route has at most %d next hops",
				       ROUTE_WAYS_MAX);
		for (size_t k = 0; k < i && code == 0; k++)
			if (ip_same_address(&vias[i], &vias[k]))
				code = err_set(e, EINVAL, "%s is given twice",
					       ip_text(&vias[i], text));
		if (code < 0)
			return code;
	}
	own = model_edit_node(m, node);
	/* in the place of the first of those that go */
	while (at < own->routes.n && !route_same_key(&own->routes.v[at], r))
		at++;
	for (size_t i = own->routes.n; i-- > at;)
		if (route_same_key(&own->routes.v[i], r))
			vec_remove(&own->routes, i);
	for (size_t i = 0; i < n; i++) {
		struct route way = *r;

		way.via = vias[i];
		way.equal = n > 1;
		vec_insert(&own->routes, at + i, way);
	}
	return 0;
}

int model_set_route(struct model *m, uint32_t node, const struct route *r, struct err *e)
{
	size_t bad;

	return model_set_routes(m, node, r, &r->via, 1, &bad, e);
}

int model_del_route(struct model *m, uint32_t node, const struct ip *prefix,
		    struct err *e)
{
	struct node *n = model_node(m, node);
	size_t kept = 0;
	char text[IP_TEXT_MAX];
	bool found = false;

	if (!n)
		return err_set(e, ENOENT, "the node is gone");
	vec_each (&n->routes, r)
		found |= prefix->family ? ip_equal(&r->prefix, prefix)
					: r->prefix.len == 0;
	if (!found)
		return err_set(e, ENOENT, "%s has no route to %s", n->name,
			       prefix->family ? ip_text_length(prefix, text) : "default");
	n = model_edit_node(m, node);
	for (size_t i = 0; i < n->routes.n; i++) {
		const struct route *r = &n->routes.v[i];
		bool gone = prefix->family ? ip_equal(&r->prefix, prefix)
					   : r->prefix.len == 0;

		if (!gone)
			n->routes.v[kept++] = *r;
	}
	n->routes.n = kept;
	return 0;
}
