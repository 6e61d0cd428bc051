/*
 * tunnel.c — see tunnel.h.
 *
 * A tunnel's end has the address of its node that lasts longest: that of lo if there is a
 * way to it, else of the interface that packets leave by. Geneve devices have no say in
 * it: they send from the latter. They are IPv4 addresses, or those of IPv6 if that alone
 * leads from end to end. It follows from the rest of the model alone, so that a saved
 * network is built again the same.
 */
#include "model/tunnel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/trace.h"

const char *tunnel_kind_name(uint32_t kind)
{
	static const char *const names[] = { "none", "gre", "vxlan", "geneve" };

	return kind < ARRAY_LEN(names) ? names[kind] : NULL;
}

const char *link_via_name(uint32_t via)
{
	static const char *const names[] = { "auto", "bridge",	"shortbridge",
					     "ztun", "macvlan", "direct" };

	return via < ARRAY_LEN(names) ? names[via] : NULL;
}

static bool same_substrate(const struct substrate *a, const struct substrate *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a->network, b->network) == 0 &&
	       strcmp(a->node[0], b->node[0]) == 0 && strcmp(a->node[1], b->node[1]) == 0;
}

bool tunnel_same(const struct tunnel *a, const struct tunnel *b)
{
	for (int end = 0; end < 2; end++)
		if (a->underlay[end] != b->underlay[end] ||
		    a->outer[end].family != b->outer[end].family ||
		    !ip_same_address(&a->outer[end], &b->outer[end]))
			return false;
	return a->kind == b->kind && a->key == b->key &&
	       same_substrate(a->substrate, b->substrate);
}

bool tunnel_is_ipv6(const struct tunnel *t)
{
	return t->outer[0].family == AF_INET6;
}

unsigned tunnel_overhead(const struct tunnel *t)
{
	enum { IPV4 = 20, IPV6 = 40, UDP = 8, ETHERNET = 14 };

	/* GRE: 4 bytes and the key; VXLAN, and Geneve without options: 8 */
	return (tunnel_is_ipv6(t) ? IPV6 : IPV4) + (t->kind == TUNNEL_GRE ? 0 : UDP) + 8 +
	       ETHERNET;
}

uint32_t tunnel_mtu(const struct tunnel *t, uint32_t path)
{
	unsigned overhead = tunnel_overhead(t);

	if (path < MTU_MIN + overhead)
		return 0;
	return path - overhead < MTU_DEFAULT ? path - overhead : MTU_DEFAULT;
}

struct substrate *substrate_copy(const struct substrate *s)
{
	struct substrate *copy = s ? mem_alloc(sizeof(*copy)) : NULL;

	if (s)
		*copy = *s;
	return copy;
}

char *tunnel_underlay_text(const struct model *m, const struct tunnel *t, int end)
{
	const struct substrate *s = t->substrate;

	if (s)
		return mem_printf("%s.%s", s->network, s->node[end]);
	return t->underlay[end] ? mem_strdup(model_node(m, t->underlay[end])->name)
				: NULL;
}

void substrate_facts_free(struct substrate_facts *f)
{
	vec_each (&f->keys, k)
		free(k->holder);
	vec_free(&f->keys);
}

static uint32_t key_max(uint32_t kind)
{
	return kind == TUNNEL_GRE ? (uint32_t)TUNNEL_KEY_GRE_MAX : TUNNEL_KEY_MAX;
}

bool link_has_parts(const struct link *l)
{
	return l->tunnel.kind || (l->enforced && !l->wire);
}

/* ---- the path ---- */

int tunnel_path(const struct model *m, const struct tunnel *t, uint32_t *ret_mtu,
		struct err *e)
{
	uint32_t mtu[2] = { TUNNEL_FABRIC_MTU, TUNNEL_FABRIC_MTU };
	int r = 0;

	for (int end = 0; end < 2 && t->underlay[0] && r == 0; end++) {
		const struct node *n = model_node(m, t->underlay[end]);

		if (!t->outer[end].family)
			return err_set(e, EADDRNOTAVAIL,
				       "%s has no IPv4 address, and there is no IPv6 "
				       "between the two either",
				       n->name);
	}
	for (int end = 0; end < 2 && t->underlay[0] && r == 0; end++)
		r = trace_path(m, t->underlay[end], &t->outer[!end], &mtu[end], NULL, e);
	if (r == 0)
		*ret_mtu = mtu[0] < mtu[1] ? mtu[0] : mtu[1];
	return r;
}

void tunnel_path_links(const struct model *m, const struct tunnel *t, link_ids *ret)
{
	uint32_t mtu;

	for (int end = 0; end < 2 && t->underlay[0]; end++)
		trace_path(m, t->underlay[end], &t->outer[!end], &mtu, ret, NULL);
}

/* An address of lo that the tunnel's other node has a way to; NULL: none. */
static const struct ip *loopback(const struct model *m, const struct tunnel *t, int end,
				 uint8_t family)
{
	const struct node *n = model_node(m, t->underlay[end]);
	uint32_t mtu;

	vec_each (&n->loopback, a)
		if (a->ip.family == family &&
		    trace_path(m, t->underlay[!end], &a->ip, &mtu, NULL, NULL) == 0)
			return &a->ip;
	return NULL;
}

/* other: that of the other end, as far as it is known. */
static struct ip lasting_address(const struct model *m, const struct tunnel *t, int end,
				 const struct ip *other, uint8_t family)
{
	const struct node *n = model_node(m, t->underlay[end]);
	const struct ip *lo = t->kind == TUNNEL_GENEVE ? NULL
						       : loopback(m, t, end, family);
	const struct ip *source = other->family ? trace_source(m, n->id, other) : NULL;
	const struct ip *any = lo	? lo
			       : source ? source
					: model_node_address(m, n, family);

	return any ? *any : (struct ip){ 0 };
}

static int known_ends(const struct tunnel *t)
{
	return !!t->outer[0].family + !!t->outer[1].family;
}

/* Whether the two have addresses of that family, and a way to each other. */
static bool find_outer_of(const struct model *m, struct tunnel *t, uint8_t family)
{
	uint32_t mtu;

	t->outer[0] = t->outer[1] = (struct ip){ 0 };
	/* each depends on the way to the other: after the second time they are at rest */
	for (int i = 0; i < 4; i++)
		t->outer[i & 1] =
			lasting_address(m, t, i & 1, &t->outer[!(i & 1)], family);
	return tunnel_path(m, t, &mtu, NULL) == 0;
}

static void find_outer(const struct model *m, struct tunnel *t)
{
	struct tunnel by_ipv6 = *t;

	if (!t->underlay[0]) {
		ip_parse("198.18.0.1", &t->outer[0], NULL); /* RFC 2544's, for no one */
		ip_parse("198.18.0.2", &t->outer[1], NULL);
		return;
	}
	/* where neither leads from end to end now, what may again */
	if (!find_outer_of(m, t, AF_INET) && (find_outer_of(m, &by_ipv6, AF_INET6) ||
					      known_ends(&by_ipv6) > known_ends(t)))
		*t = by_ipv6;
}

int tunnel_find_path(const struct model *m, struct tunnel *t, uint32_t *ret_mtu,
		     struct err *e)
{
	int r;

	find_outer(m, t);
	r = tunnel_path(m, t, ret_mtu, e);
	if (r == 0)
		return 0;
	err_context(e, "the underlay does not connect %s and %s",
		    model_node(m, t->underlay[0])->name,
		    model_node(m, t->underlay[1])->name);
	return err_hint(
		e, "the MTU follows from the path; with 'mtu' the tunnel is made all "
		   "the same");
}

void tunnels_settle(struct model *m)
{
	for (size_t i = 0; i < m->links.n; i++) {
		const struct link *l = m->links.v[i];
		struct tunnel t = l->tunnel;

		if (!t.kind || t.substrate)
			continue;
		find_outer(m, &t);
		if (!tunnel_same(&t, &l->tunnel))
			model_edit_link(m, l->id)->tunnel = t;
	}
}

/* ---- what may be asked for ---- */

/* Who has the key already; NULL: nobody; free() it. */
static char *key_holder(const struct model *m, const struct substrate_facts *facts,
			uint32_t key)
{
	vec_each (&m->links, l)
		if ((*l)->tunnel.kind && (*l)->tunnel.key == key) {
			cleanup_free char *text = link_text(m, *l);

			return mem_printf("the tunnel %s", text);
		}
	if (facts)
		vec_each (&facts->keys, k)
			if (k->key == key)
				return mem_strdup(k->holder);
	return NULL;
}

static int complete_key(const struct model *m, const struct substrate_facts *facts,
			struct tunnel *t, struct err *e)
{
	cleanup_free char *holder = NULL;

	if (t->key > key_max(t->kind))
		return err_set(e, ERANGE, "key %u: a %s tunnel has keys from 1 to %u",
			       t->key, tunnel_kind_name(t->kind), key_max(t->kind));
	if (t->key) {
		holder = key_holder(m, facts, t->key);
		if (!holder)
			return 0;
		err_set(e, EEXIST, "key %u is that of %s", t->key, holder);
		return err_hint(e, "leave the key out, and one that is free is taken");
	}
	do {
		free(holder);
		holder = key_holder(m, facts, ++t->key);
	} while (holder && t->key < key_max(t->kind));
	return 0;
}

int tunnel_check_underlay(const struct model *m, const struct tunnel *t, struct err *e)
{
	for (int i = 0; i < 2 && t->underlay[0]; i++) {
		const struct node *n = model_node(m, t->underlay[i]);

		if (n->kind == NODE_SWITCH) {
			err_set(e, EINVAL, "%s is a switch: a tunnel ends at an address",
				n->name);
			return err_hint(e, "name a host or a router on it");
		}
	}
	if (t->underlay[0] && t->underlay[0] == t->underlay[1])
		return err_set(e, EINVAL,
			       "a tunnel has its ends in two nodes, not twice "
			       "in %s",
			       model_node(m, t->underlay[0])->name);
	return 0;
}

static int check_apart(const struct model *m, const uint32_t ends[2],
		       const struct tunnel *t, struct err *e)
{
	for (int i = 0; i < 2 && t->underlay[0]; i++) {
		const struct node *n = model_node(m, t->underlay[i]);

		if (n->id == ends[0] || n->id == ends[1]) {
			err_set(e, EINVAL,
				"%s is an end of the link, so it cannot be "
				"its underlay, too",
				n->name);
			return err_hint(e,
					"the tunnel ends in another node, which stands "
					"for the machine that carries %s",
					n->name);
		}
	}
	return 0;
}

static int complete_mtu(const struct model *m, struct tunnel *t, struct link_options *o,
			struct err *e)
{
	const char *kind = tunnel_kind_name(t->kind);
	uint32_t path = t->substrate ? o->facts->mtu : 0;
	unsigned overhead;
	int r = t->substrate ? 0 : tunnel_find_path(m, t, &path, o->mtu ? NULL : e);

	/* without a way it is a tunnel all the same, and works when there is one */
	if (r < 0 || !path)
		return o->mtu ? 0 : r;
	overhead = tunnel_overhead(t);
	if (!tunnel_mtu(t, path))
		return err_set(e, EMSGSIZE,
			       "the path has an MTU of %uB, and %s takes %uB of it: too "
			       "little is left for a link",
			       path, kind, overhead);
	if (!o->mtu)
		o->mtu = tunnel_mtu(t, path);
	if (o->mtu <= path - overhead)
		return 0;
	err_set(e, EMSGSIZE,
		"an MTU of %uB is too large for the path: that has %uB, and %s takes %uB",
		o->mtu, path, kind, overhead);
	return err_hint(e, "%uB is the most; without 'mtu' it is taken", path - overhead);
}

static int check_via(const struct link_options *o, struct err *e)
{
	const char *via = link_via_name(o->via);

	if (o->via == VIA_AUTO)
		return 0;
	if (!o->tunnel.kind && !o->enforced) {
		err_set(e, EINVAL, "via %s without a tunnel: there is nothing to join",
			via);
		return err_hint(e, "say which one: tunnel gre, vxlan or geneve");
	}
	if (!o->tunnel.kind && o->via != VIA_BRIDGE && o->via != VIA_SHORTBRIDGE) {
		err_set(e, EINVAL, "via %s joins a node to a tunnel, and there is none",
			via);
		return err_hint(e, "an enforced link goes via bridge or shortbridge");
	}
	if (o->enforced && o->via == VIA_DIRECT) {
		err_set(e, EINVAL,
			"via direct puts the tunnel into the node, where nothing "
			"can be enforced");
		return err_hint(e,
				"ztun, macvlan, shortbridge and bridge leave it outside");
	}
	return 0;
}

int tunnel_complete(const struct model *m, const uint32_t ends[2], struct link_options *o,
		    struct err *e)
{
	struct tunnel *t = &o->tunnel;
	int r = check_via(o, e);

	if (r == 0 && !t->kind && (t->key || t->underlay[0] || t->substrate)) {
		err_set(e, EINVAL, "%s without a tunnel",
			t->key ? "a key" : "an underlay");
		return err_hint(e, "say which one: tunnel gre, vxlan or geneve");
	}
	if (r < 0 || !t->kind)
		return r;
	if (o->engine == SHAPE_ENGINE_WIRE) {
		err_set(e, EINVAL,
			"a tunnel's packets stay in the kernel: engine wire "
			"cannot carry them");
		return err_hint(e, "the links of its underlay may be of engine wire");
	}
	r = complete_key(m, o->facts, t, e);
	if (r == 0)
		r = tunnel_check_underlay(m, t, e);
	if (r == 0)
		r = check_apart(m, ends, t, e);
	return r < 0 ? r : complete_mtu(m, t, o, e);
}

/* ---- connectors ---- */

/* macvlan is left out: it hands broadcasts to a worker, so that frames change places and
 * many at once are lost (drivers/net/macvlan.c, macvlan_broadcast_enqueue). */
static uint8_t fastest(const struct link *l, bool (*has)(void *cookie, const char *kind),
		       void *cookie)
{
	if (l->tunnel.kind && has(cookie, "ztun"))
		return VIA_ZTUN;
	return has(cookie, "shortbridge") ? VIA_SHORTBRIDGE : VIA_BRIDGE;
}

void model_choose_connectors(struct model *m, bool (*has)(void *cookie, const char *kind),
			     void *cookie)
{
	for (size_t i = 0; i < m->links.n; i++) {
		const struct link *l = m->links.v[i];
		uint8_t wanted = l->connector;

		if (!link_has_parts(l))
			wanted = VIA_AUTO;
		else if (l->via != VIA_AUTO)
			wanted = l->via;
		else if (l->connector == VIA_AUTO)
			wanted = fastest(l, has, cookie);
		if (wanted != l->connector)
			model_edit_link(m, l->id)->connector = wanted;
	}
}
