/*
 * settle.c — what follows from a network's nodes and links: LAN numbers and
 * automatic addresses.
 *
 * A LAN is what a broadcast reaches: the links that switches join, or a link
 * between two other nodes. Interfaces being down does not part it.
 *
 * Numbers. Each LAN has a number n: the lowest that its links have from
 * before, where of several parts of a former LAN the one with the oldest link
 * keeps it; else the lowest free one, in order of the LANs' oldest links.
 *
 * Subnets. IPv6: fd00:0:0:n::/64. IPv4: the low byte of n is the second of
 * the address, the high byte with its bits reversed the third: 10.0.0.0/24,
 * 10.1.0.0/24 … 10.255.0.0/24, 10.0.128.0/24 … Thus a LAN has room to become
 * a /20 or a /16 in place when it is full, if no other LAN nor a typed
 * address is there; it stays wide as long as it has addresses. A number whose
 * subnets overlap what was typed for another LAN or a loopback is skipped,
 * and a LAN that has it moves. Where addresses were typed on a LAN, its subnet
 * of that family is that of the first one (in order of links; link-local and
 * lone ones apart).
 *
 * Addresses. An interface keeps its automatic address where that fits the
 * subnet and nobody else has it; else it gets the lowest free host number,
 * the same in both families where there is one. IPv6 needs an MTU of
 * MTU_MIN_IPV6.
 *
 * All is worked out beside the model and written only where it differs, so
 * that nodes and links stay shared; each pass is linear in the links.
 */
#include "model/settle.h"
#include "model/service_check.h"

#include "model/edit.h"
#include "model/seed.h"

#include <arpa/inet.h>
#include <errno.h>

const uint8_t settle_family[FAMILIES] = { AF_INET, AF_INET6 };

/* ---- the ends of links ---- */

static bool is_automatic(const struct settle *s, lan_end at)
{
	return lan_node(s->lans, at)->kind != NODE_SWITCH &&
	       !lan_iface(s->lans, at)->manual;
}

static bool may_have(const struct settle *s, lan_end at, int f)
{
	return f == V4 || s->m->links.v[at / 2]->mtu >= MTU_MIN_IPV6;
}

const struct ip *settle_old_address(const struct settle *s, lan_end at, int f)
{
	vec_each (&lan_iface(s->lans, at)->addresses, a)
		if (a->automatic && a->ip.family == settle_family[f])
			return &a->ip;
	return NULL;
}

/* Whether a typed address says what the subnet of its LAN is. */
static bool names_subnet(const struct ip *ip)
{
	bool link_local = ip->family == AF_INET6 && ip->b[0] == 0xfe &&
			  (ip->b[1] & 0xc0) == 0x80;

	return ip->len < ip_bits(ip) && !link_local;
}

static void collect_typed(struct settle *s)
{
	vec_each (&s->m->nodes, n)
		vec_each (&(*n)->loopback, a) {
			ip_claims_add(&s->typed, &a->ip, IP_CLAIM_NOBODY);
			ip_set_add(&s->taken, &a->ip);
		}
	for (lan_end at = 0; at < 2 * s->m->links.n; at++) {
		uint32_t lan = s->lans->lan_of[at / 2];
		struct lan *l = &s->lan[lan];

		vec_each (&lan_iface(s->lans, at)->addresses, a) {
			int f = a->ip.family == AF_INET ? V4 : V6;

			if (a->automatic)
				continue;
			ip_set_add(&s->taken, &a->ip);
			if (l->typed[f] && ip_same_subnet(&l->subnet[f], &a->ip))
				continue;
			ip_claims_add(&s->typed, &a->ip, (int)lan);
			if (l->typed[f] || !names_subnet(&a->ip))
				continue;
			l->typed[f] = true;
			l->subnet[f] = ip_network(&a->ip);
		}
	}
	ip_claims_sort(&s->typed);
}

/* ---- addresses ---- */

/* The host numbers that may be given: an empty range where there are none. */
static uint32_t first_host(const struct ip *subnet)
{
	return ip_bits(subnet) - subnet->len < 2 ? 0 : 1;
}

static uint32_t last_host(const struct ip *subnet)
{
	unsigned bits = ip_bits(subnet) - subnet->len;

	if (bits < 2)
		return 1;
	if (bits >= 32)
		return UINT32_MAX - 2;
	return (uint32_t)((1ull << bits) - (subnet->family == AF_INET ? 2 : 1));
}

static void begin_search(struct lan *l)
{
	for (int f = 0; f < FAMILIES; f++)
		l->lowest[f] = first_host(&l->subnet[f]);
	l->lowest_both = 1;
}

static bool try_keep(struct settle *s, lan_end at, int f)
{
	const struct lan *l = &s->lan[s->lans->lan_of[at / 2]];
	const struct ip *old = settle_old_address(s, at, f);
	uint32_t host;

	if (!old || !ip_within(old, &l->subnet[f]))
		return false;
	host = ip_host_number(old, &l->subnet[f]);
	if (host < first_host(&l->subnet[f]) || host > last_host(&l->subnet[f]) ||
	    !ip_set_add(&s->taken, old))
		return false;
	s->wanted[at].ip[f] = *old;
	return true;
}

static bool is_free_host(const struct settle *s, const struct lan *l, int f,
			 uint32_t host)
{
	struct ip ip = ip_nth(&l->subnet[f], host);

	return host >= first_host(&l->subnet[f]) && host <= last_host(&l->subnet[f]) &&
	       !ip_set_has(&s->taken, &ip);
}

static bool find_host(struct settle *s, struct lan *l, int f, uint32_t *ret)
{
	while (l->lowest[f] <= last_host(&l->subnet[f])) {
		if (is_free_host(s, l, f, l->lowest[f])) {
			*ret = l->lowest[f];
			return true;
		}
		l->lowest[f]++;
	}
	return false;
}

/* A host number that is free in both families. */
static bool find_host_both(struct settle *s, struct lan *l, uint32_t *ret)
{
	while (l->lowest_both <= last_host(&l->subnet[V4]) &&
	       l->lowest_both <= last_host(&l->subnet[V6])) {
		if (is_free_host(s, l, V4, l->lowest_both) &&
		    is_free_host(s, l, V6, l->lowest_both)) {
			*ret = l->lowest_both;
			return true;
		}
		l->lowest_both++;
	}
	return false;
}

static int subnet_full(const struct settle *s, uint32_t lan, int f, struct err *e)
{
	const struct lan *l = &s->lan[lan];
	cleanup_free char *name = lans_text(s->lans, lan);
	char text[IP_TEXT_MAX], wider_text[IP_TEXT_MAX];

	ip_text_length(&l->subnet[f], text);
	if (l->typed[f]) {
		err_set(e, ENOSPC, "LAN of %s: %s, which was typed, is full", name, text);
		err_hint(e, "type addresses of a wider subnet, or `ip NODE:IFACE "
			    "none` where none is needed");
		return -ENOSPC;
	}
	if (f == V4 && l->subnet[V4].len > 16) {
		struct ip wider = settle_wider(l);

		err_set(e, ENOSPC, "LAN of %s: %s is full, and others are in %s", name,
			text, ip_text_length(&wider, wider_text));
		err_hint(e, "type an address of a wider subnet for one of its "
			    "interfaces, as in 172.16.0.1/16");
		return -ENOSPC;
	}
	err_set(e, ENOSPC, "LAN of %s: %s is full", name, text);
	err_hint(e, "part it in two with a router");
	return -ENOSPC;
}

static void give(struct settle *s, lan_end at, int f, uint32_t host)
{
	struct lan *l = &s->lan[s->lans->lan_of[at / 2]];
	struct ip ip = ip_nth(&l->subnet[f], host);

	ip_set_add(&s->taken, &ip);
	s->wanted[at].ip[f] = ip;
}

static bool widen(struct settle *s, uint32_t lan)
{
	bool wider = settle_widen(s, lan);

	if (wider) /* what is free may begin further down */
		begin_search(&s->lan[lan]);
	return wider;
}

/* One number for both families, where there is one; true: given. */
static bool complete_both(struct settle *s, lan_end at)
{
	uint32_t lan = s->lans->lan_of[at / 2], host;
	struct lan *l = &s->lan[lan];

	while (!find_host_both(s, l, &host))
		if (find_host(s, l, V4, &host) || !widen(s, lan))
			return false;
	give(s, at, V4, host);
	give(s, at, V6, host);
	return true;
}

static int complete_one(struct settle *s, lan_end at, int f, struct err *e)
{
	uint32_t lan = s->lans->lan_of[at / 2], host;
	const struct ip *twin = &s->wanted[at].ip[!f];
	struct lan *l = &s->lan[lan];

	if (twin->family) {
		host = ip_host_number(twin, &l->subnet[!f]);
		if (is_free_host(s, l, f, host)) {
			give(s, at, f, host);
			return 0;
		}
	}
	while (!find_host(s, l, f, &host))
		if (f != V4 || !widen(s, lan))
			return subnet_full(s, lan, f, e);
	give(s, at, f, host);
	return 0;
}

/* Gives an interface the addresses that it lacks. */
static int complete(struct settle *s, lan_end at, struct err *e)
{
	const struct ip *has = s->wanted[at].ip;
	int r = 0;

	if (!has[V4].family && !has[V6].family && may_have(s, at, V6) &&
	    complete_both(s, at))
		return 0;
	for (int f = 0; f < FAMILIES && r == 0; f++)
		if (!has[f].family && may_have(s, at, f))
			r = complete_one(s, at, f, e);
	return r;
}

static int address_ends(struct settle *s, struct err *e)
{
	size_t n = 2 * s->m->links.n;

	for (uint32_t i = 0; i < s->lans->n; i++)
		begin_search(&s->lan[i]);
	for (lan_end at = 0; at < n; at++)
		for (int f = 0; f < FAMILIES; f++)
			if (is_automatic(s, at) && may_have(s, at, f))
				try_keep(s, at, f);
	for (lan_end at = 0; at < n; at++) {
		int r = is_automatic(s, at) ? complete(s, at, e) : 0;

		if (r < 0)
			return r;
	}
	/* a LAN may have been widened after some were given */
	for (lan_end at = 0; at < n; at++)
		s->wanted[at].ip[V4].len = s->lan[s->lans->lan_of[at / 2]].subnet[V4].len;
	return 0;
}

/* ---- writing the result ---- */

static bool as_wanted(const struct iface *i, const struct wanted *w)
{
	int f = 0;

	vec_each (&i->addresses, a) {
		if (!a->automatic)
			continue;
		while (f < FAMILIES && !w->ip[f].family)
			f++;
		if (f == FAMILIES || !ip_equal(&a->ip, &w->ip[f++]))
			return false;
	}
	while (f < FAMILIES && !w->ip[f].family)
		f++;
	return f == FAMILIES;
}

static void write_addresses(struct iface *i, const struct wanted *w)
{
	size_t kept = 0;

	vec_each (&i->addresses, a)
		if (!a->automatic)
			i->addresses.v[kept++] = *a;
	i->addresses.n = kept;
	for (int f = 0; f < FAMILIES; f++)
		if (w->ip[f].family)
			vec_push(&i->addresses, ((struct address){ w->ip[f], true }));
}

static void write_back(struct settle *s, struct settled *ret)
{
	for (size_t i = 0; i < s->m->links.n; i++) {
		const struct link *l = s->m->links.v[i];
		int number = s->lan[s->lans->lan_of[i]].number;

		if (l->lan != number)
			model_edit_link(s->m, l->id)->lan = number;
		for (unsigned end = 0; end < 2; end++) {
			lan_end at = (lan_end)(2 * i + end);

			l = s->m->links.v[i];
			if (!is_automatic(s, at) ||
			    as_wanted(&l->end[end], &s->wanted[at]))
				continue;
			write_addresses(&model_edit_link(s->m, l->id)->end[end],
					&s->wanted[at]);
			ret->addressed++;
		}
	}
}

static int settle_addresses(struct model *m, const struct lans *lans, struct settled *ret,
			    struct err *e)
{
	struct settle s = {
		.m = m,
		.lans = lans,
		.lan = mem_alloc(lans->n * sizeof(*s.lan)),
		.wanted = mem_alloc(2 * m->links.n * sizeof(*s.wanted)),
		.holders = mem_alloc(SETTLE_NUMBERS * sizeof(*s.holders)),
	};
	int r;

	ip_set_reserve(&s.taken, 4 * m->links.n); /* two ends, two families */
	collect_typed(&s);
	r = settle_number(&s, e);
	if (r == 0)
		r = address_ends(&s, e);
	if (r == 0)
		write_back(&s, ret);
	free(s.lan);
	free(s.wanted);
	free(s.holders);
	ip_claims_free(&s.typed);
	ip_set_free(&s.taken);
	return r;
}

int model_settle(struct model *m, struct settled *ret, struct err *e)
{
	struct settled settled = { 0 };
	struct lans lans;
	int r = 0;

	lans_find(&lans, m, LAN_ALL);
	if (m->automatic)
		r = settle_addresses(m, &lans, &settled, e);
	if (r == 0)
		r = islands_check(m, e);
	if (r == 0) {
		services_settle(m); /* routes follow from them */
		settle_routes(m, &lans, &settled);
		tunnels_settle(m);
		seeds_settle(m);
		*ret = settled;
	}
	lans_free(&lans);
	return r;
}
