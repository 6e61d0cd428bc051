/*
 * underlay.c — see underlay.h.
 */
#include "run/underlay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "kern/kern.h"
#include "kern/netns.h"
#include "run/others.h"
#include "run/way.h"

/* ---- what the other network tells ---- */

int underlay_ask(struct network *n, struct tunnel *t, bool pathless,
		 const struct hooks *hooks, struct substrate_facts *ret, size_t *ret_bad,
		 struct err *e)
{
	const char *network = t->substrate ? t->substrate->network : n->name;
	struct err why = ERR_INIT;
	struct way way = { 0 };
	int r = 0;

	*ret = (struct substrate_facts){ 0 };
	others_lock(n, network, hooks);
	if (t->substrate)
		r = way_find(n, n->model, NULL, t, &way, &why);
	*ret_bad = way.bad;
	ret->mtu = way.mtu;
	if (pathless && !way.circle && r != -ENOENT && r != -EINVAL)
		r = 0;
	if (r < 0) {
		*e = why;
		return r;
	}
	err_clear(&why);
	others_keys(n, network, ret);
	return 0;
}

void underlay_answered(struct network *n)
{
	others_unlock(n);
}

/* Whether the link of m stands on itself; then e is filled. */
static bool is_circle(struct network *n, const struct model *m, const struct link *l,
		      struct err *e)
{
	struct tunnel t = l->tunnel;
	struct way way;

	way_find(n, m, l, &t, &way, e);
	if (!way.circle)
		err_clear(e);
	return way.circle;
}

int underlay_check(struct network *n, const struct model *m, uint32_t link, struct err *e)
{
	struct model *settled = model_copy(m);
	struct settled what;
	bool circle = model_settle(settled, &what, NULL) == 0 &&
		      is_circle(n, settled, model_link(settled, link), e);

	model_free(settled);
	return circle ? -ELOOP : 0;
}

int underlay_path(struct network *n, const struct link *l, struct tunnel *ret,
		  uint32_t *ret_mtu, struct err *e)
{
	struct way way;
	int r;

	*ret = l->tunnel;
	r = way_find(n, n->model, l, ret, &way, e);
	*ret_mtu = way.mtu;
	return r;
}

/* As it is now, with the MTU that follows: where there is no way, the old addresses may
 * be good again. */
static struct tunnel tunnel_now(struct network *n, const struct model *m,
				const struct link *l, uint32_t *ret_mtu)
{
	struct tunnel t = l->tunnel;
	struct way way;

	*ret_mtu = l->mtu;
	if (way_find(n, m, l, &t, &way, NULL) < 0)
		return l->tunnel;
	if (l->mtu_follows && tunnel_mtu(&t, way.mtu))
		*ret_mtu = tunnel_mtu(&t, way.mtu);
	return t;
}

static bool same_outer(const struct tunnel *a, const struct tunnel *b)
{
	for (int end = 0; end < 2; end++)
		if (a->outer[end].family != b->outer[end].family ||
		    !ip_same_address(&a->outer[end], &b->outer[end]))
			return false;
	return true;
}

/* ---- what cannot be ---- */

/* A namespace in another network. */
struct spot {
	char *path; /* owned */
	bool there;
};
typedef VEC(struct spot) spot_vec;

/* Each is looked at once, so that a link is judged alike in two models. */
static bool is_there(spot_vec *known, const struct substrate *s, int end)
{
	struct spot new = { .path = mem_printf("%s/%s/ns/%s", network_root(), s->network,
					       s->node[end]) };
	cleanup_close int ns = -1;

	vec_each (known, p)
		if (strcmp(p->path, new.path) == 0) {
			free(new.path);
			return p->there;
		}
	ns = netns_open(new.path);
	new.there = ns >= 0;
	vec_push(known, new);
	return new.there;
}

/* Which end of the substrate is not there; -1: both are. */
static int lost_end(spot_vec *known, const struct link *l)
{
	for (int end = 0; end < 2; end++)
		if (!is_there(known, l->tunnel.substrate, end))
			return end;
	return -1;
}

static void forget_spots(spot_vec *known)
{
	vec_each (known, p)
		free(p->path);
	vec_free(known);
}

static bool has_device(struct network *n, const struct link *l, const struct tunnel *now)
{
	struct link as_now = *l;

	as_now.tunnel = *now;
	return n->kern && kern_has_tunnel(n->kern, n->model, &as_now);
}

/* Who else has its key; NULL: nobody; free() it. The one that has its device is right. */
static char *key_holder(struct network *n, const struct link *l, const struct tunnel *now)
{
	struct substrate_facts facts = { 0 };
	char *holder = NULL;

	if (has_device(n, l, now))
		return NULL;
	others_keys(n, l->tunnel.substrate->network, &facts);
	vec_each (&facts.keys, k)
		if (!holder && k->key == l->tunnel.key)
			holder = mem_strdup(k->holder);
	substrate_facts_free(&facts);
	return holder;
}

/* Why the link cannot be; NULL: it can; free() it. */
static char *why_lost(struct network *n, spot_vec *known, const struct link *l,
		      const struct tunnel *now)
{
	const struct substrate *s = l->tunnel.substrate;
	int end = lost_end(known, l);
	cleanup_free char *holder = end < 0 ? key_holder(n, l, now) : NULL;

	if (end >= 0)
		return mem_printf("%s.%s is not there", s->network, s->node[end]);
	return holder ? mem_printf("its key %u is that of %s by now", l->tunnel.key,
				   holder)
		      : NULL;
}

static bool is_reached(const struct model *m, const struct node *n, const struct route *r)
{
	const struct link *l;
	int end;

	return model_next_hop(m, n, &r->via, &l, &end);
}

static void drop_routes(struct model *m, uint32_t id)
{
	struct node *own = model_edit_node(m, id);
	size_t kept = 0;

	vec_each (&own->routes, r)
		if (is_reached(m, own, r))
			own->routes.v[kept++] = *r;
	own->routes.n = kept;
}

static void leave_out(struct model *m, uint32_t id)
{
	const struct link *l = model_link(m, id);
	uint32_t node[2] = { l->end[0].node, l->end[1].node };

	model_unplug_link(m, id);
	drop_routes(m, node[0]);
	drop_routes(m, node[1]);
}

/* *own is a copy of the model, made when it is first needed. */
static struct model *to_write(struct model **own, const struct model *m)
{
	if (!*own)
		*own = model_copy(m);
	return *own;
}

static void put_outer(struct model **own, const struct model *m, uint32_t id,
		      const struct tunnel *now)
{
	const struct link *l = model_link(m, id);

	if (l && !same_outer(&l->tunnel, now))
		memcpy(model_edit_link(to_write(own, m), id)->tunnel.outer, now->outer,
		       sizeof(now->outer));
}

static bool is_too_small_for_ipv6(const struct link *l)
{
	return l->mtu_follows && l->mtu < MTU_MIN_IPV6;
}

static void leave_out_addresses(struct model *m, uint32_t id, int family)
{
	struct link *l = model_edit_link(m, id);

	for (size_t end = 0; end < 2; end++) {
		struct iface *i = &l->end[end];
		size_t kept = 0;

		vec_each (&i->addresses, a)
			if (a->ip.family != family)
				i->addresses.v[kept++] = *a;
		i->addresses.n = kept;
	}
	drop_routes(m, l->end[0].node);
	drop_routes(m, l->end[1].node);
}

/* A followed MTU may become too small for IPv6: its addresses stay in the model, for
 * later, but the kernel takes none. */
static void leave_out_ipv6(struct model **own, const struct model *m)
{
	vec_each (&m->links, l) {
		const struct link *now = model_link(*own ? *own : m, (*l)->id);

		if (now && is_too_small_for_ipv6(now))
			leave_out_addresses(to_write(own, m), now->id, AF_INET6);
	}
}

void underlays_ground(struct network *n, const struct model *from, const struct model *to,
		      struct grounded *ret)
{
	spot_vec known = { 0 };

	*ret = (struct grounded){ .from = from, .to = to };
	vec_each (&to->links, l) {
		cleanup_free char *why = NULL;
		struct tunnel now;
		uint32_t mtu;

		if (!(*l)->tunnel.substrate)
			continue;
		to_write(&ret->own[1], to); /* it may outlive the one given */
		now = tunnel_now(n, to, *l, &mtu);
		why = why_lost(n, &known, *l, &now);
		if (why) {
			leave_out(to_write(&ret->own[1], to), (*l)->id);
			continue;
		}
		put_outer(&ret->own[0], from, (*l)->id, &now);
		put_outer(&ret->own[1], to, (*l)->id, &now);
		if (mtu != (*l)->mtu)
			model_edit_link(to_write(&ret->own[1], to), (*l)->id)->mtu = mtu;
	}
	leave_out_ipv6(&ret->own[0], from);
	leave_out_ipv6(&ret->own[1], to);
	if (ret->own[0])
		ret->from = ret->own[0];
	if (ret->own[1])
		ret->to = ret->own[1];
	forget_spots(&known);
}

void grounded_mark(const struct grounded *g, struct model *m)
{
	for (size_t i = 0; i < m->links.n; i++) {
		const struct link *l = m->links.v[i], *is;
		struct link *own;

		if (!l->tunnel.substrate)
			continue;
		is = model_link(g->to, l->id);
		if (l->gone == !is && (!is || l->mtu == is->mtu))
			continue;
		own = model_edit_link(m, l->id);
		own->gone = !is;
		own->mtu = is ? is->mtu : own->mtu;
	}
}

void grounded_free(struct grounded *g)
{
	model_free(g->own[0]);
	model_free(g->own[1]);
}

/* ---- what has changed ---- */

/* Of each link what it stands on, and whether it is gone, which is marked; *ret_moved:
 * something is not as it should be. */
static char *look_at_all(struct network *n, bool *ret_moved)
{
	spot_vec known = { 0 };
	struct str sight = { 0 };

	*ret_moved = false;
	vec_each (&n->model->links, l) {
		cleanup_free char *why = NULL;
		char a[IP_TEXT_MAX], b[IP_TEXT_MAX];
		struct tunnel now;
		uint32_t mtu;
		bool made;

		if (!(*l)->tunnel.substrate)
			continue;
		now = tunnel_now(n, n->model, *l, &mtu);
		why = why_lost(n, &known, *l, &now);
		made = has_device(n, *l, &now);
		*ret_moved |= why || !made || mtu != (*l)->mtu;
		if ((*l)->gone != !!why)
			model_edit_link(n->model, (*l)->id)->gone = why;
		str_addf(&sight, "%u %d %u %s %s %s\n", (*l)->id, made, mtu,
			 why ? why : "",
			 now.outer[0].family ? ip_text(&now.outer[0], a) : "",
			 now.outer[1].family ? ip_text(&now.outer[1], b) : "");
	}
	forget_spots(&known);
	if (n->kern)
		kern_rest(n->kern);
	return str_take(&sight);
}

void underlays_see(struct network *n)
{
	bool moved;

	if (!underlays_any(n->model))
		return;
	free(look_at_all(n, &moved));
	underlays_resize(n, NULL);
}

void underlays_resize(struct network *n, struct str *report)
{
	for (size_t i = 0; i < n->model->links.n; i++) {
		const struct link *l = n->model->links.v[i];
		cleanup_free char *text = NULL;
		uint32_t mtu;

		if (!l->mtu_follows)
			continue;
		tunnel_now(n, n->model, l, &mtu);
		if (mtu == l->mtu)
			continue;
		model_edit_link(n->model, l->id)->mtu = mtu;
		text = link_text(n->model, l);
		if (report)
			str_addf(report,
				 "link %s has an MTU of %uB now, which is what its "
				 "path leaves%s\n",
				 text, mtu, mtu < MTU_MIN_IPV6 ? ", and no IPv6" : "");
	}
}

void underlays_note(struct network *n)
{
	bool moved;

	free(n->underlays);
	n->underlays = look_at_all(n, &moved);
}

bool underlays_moved(struct network *n)
{
	cleanup_free char *sight = NULL;
	bool moved;

	if (!underlays_any(n->model))
		return false;
	sight = look_at_all(n, &moved);
	return moved && (!n->underlays || strcmp(n->underlays, sight) != 0);
}

bool underlays_any(const struct model *m)
{
	vec_each (&m->links, l)
		if ((*l)->tunnel.substrate)
			return true;
	return false;
}

static bool has_address(const struct iface *i, const struct ip *ip)
{
	vec_each (&i->addresses, a)
		if (ip_equal(&a->ip, ip))
			return true;
	return false;
}

/* Whether it has IPv6 addresses that it had not; was: NULL: it is new. */
static bool gets_ipv6(const struct link *l, const struct link *was)
{
	for (size_t end = 0; end < 2; end++)
		vec_each (&l->end[end].addresses, a)
			if (a->ip.family == AF_INET6 &&
			    !(was && has_address(&was->end[end], &a->ip)))
				return true;
	return false;
}

/* Why the link cannot be, or that it stands on itself now, but did not before; and of
 * IPv6 that it was given. */
static void tell_trouble(struct network *n, spot_vec *known, const struct model *m,
			 const struct model *before, const struct link *l,
			 struct str *report)
{
	const struct link *was = before ? model_link(before, l->id) : NULL;
	cleanup_free char *why = NULL, *text = link_text(m, l);
	struct err circle = ERR_INIT, old = ERR_INIT;

	if (was != l) {
		uint32_t mtu;
		struct tunnel now = tunnel_now(n, m, l, &mtu);

		why = why_lost(n, known, l, &now);
	}
	if (why)
		str_addf(report, "link %s is not there, for %s\n", text, why);
	else if (is_circle(n, m, l, &circle) && !(was && is_circle(n, before, was, &old)))
		str_addf(report, "link %s passes nothing: %s\n", text, circle.msg);
	else if (before && is_too_small_for_ipv6(l) && gets_ipv6(l, was))
		str_addf(report, "link %s has no IPv6, which needs an MTU of %dB\n", text,
			 MTU_MIN_IPV6);
	err_clear(&circle);
	err_clear(&old);
}

void underlays_tell_lost(struct network *n, const struct model *m,
			 const struct model *before, struct str *report)
{
	spot_vec known = { 0 };

	vec_each (&m->links, l)
		if ((*l)->tunnel.substrate)
			tell_trouble(n, &known, m, before, *l, report);
	forget_spots(&known);
	if (n->kern)
		kern_rest(n->kern);
}
