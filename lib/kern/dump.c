/*
 * dump.c — see dump.h.
 */
#include "kern/dump.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kern/request.h"

/* ---- interfaces ---- */

static void read_bridge(struct nlattr *data, struct dump_iface *ret)
{
	struct nlattr *a[IFLA_BR_MAX + 1];

	if (nla_parse_nested(a, IFLA_BR_MAX, data, NULL) < 0)
		return;
	if (a[IFLA_BR_STP_STATE])
		ret->stp = nla_get_u32(a[IFLA_BR_STP_STATE]) != 0;
	/* a kernel without VLANs in its bridges does not tell */
	if (a[IFLA_BR_VLAN_FILTERING])
		ret->vlan = nla_get_u8(a[IFLA_BR_VLAN_FILTERING]) != 0;
}

/* Where a kind of tunnel has its attributes. */
static const struct tunnel_attributes {
	const char *kind;
	bool key_is_big_endian;
	int max, key;
	int remote[2], local[2]; /* one of them is there; 0: none */
} tunnel_attributes[] = {
	{ "gretap",
	  true,
	  IFLA_GRE_MAX,
	  IFLA_GRE_OKEY,
	  { IFLA_GRE_REMOTE },
	  { IFLA_GRE_LOCAL } },
	{ "ip6gretap",
	  true,
	  IFLA_GRE_MAX,
	  IFLA_GRE_OKEY,
	  { IFLA_GRE_REMOTE },
	  { IFLA_GRE_LOCAL } },
	{ "vxlan",
	  false,
	  IFLA_VXLAN_MAX,
	  IFLA_VXLAN_ID,
	  { IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6 },
	  { IFLA_VXLAN_LOCAL, IFLA_VXLAN_LOCAL6 } },
	{ "geneve",
	  false,
	  IFLA_GENEVE_MAX,
	  IFLA_GENEVE_ID,
	  { IFLA_GENEVE_REMOTE, IFLA_GENEVE_REMOTE6 },
	  { 0 } },
};

static void read_end(struct nlattr *const *a, const int attributes[2], struct ip *ret)
{
	static const uint8_t any[16];

	for (int i = 0; i < 2; i++) {
		struct nlattr *found = attributes[i] ? a[attributes[i]] : NULL;
		int n = found ? nla_len(found) : 0;

		if ((n != 4 && n != 16) || memcmp(nla_data(found), any, (size_t)n) == 0)
			continue;
		ret->family = n == 4 ? AF_INET : AF_INET6;
		memcpy(ret->b, nla_data(found), (size_t)n);
	}
}

static void read_tunnel(struct nlattr *data, const char *kind, struct dump_tunnel *ret)
{
	enum { MOST = 64 };
	struct nlattr *a[MOST + 1] = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(tunnel_attributes); i++) {
		const struct tunnel_attributes *t = &tunnel_attributes[i];

		if (strcmp(t->kind, kind) != 0 ||
		    nla_parse_nested(a, t->max < MOST ? t->max : MOST, data, NULL) < 0)
			continue;
		if (a[t->key])
			ret->key = t->key_is_big_endian ? ntohl(nla_get_u32(a[t->key]))
							: nla_get_u32(a[t->key]);
		read_end(a, t->local, &ret->local);
		read_end(a, t->remote, &ret->remote);
	}
}

static void read_kind(struct nlattr *info, struct dump_iface *ret)
{
	struct nlattr *a[IFLA_INFO_MAX + 1];

	if (nla_parse_nested(a, IFLA_INFO_MAX, info, NULL) < 0 || !a[IFLA_INFO_KIND])
		return;
	snprintf(ret->kind, sizeof(ret->kind), "%s", nla_get_string(a[IFLA_INFO_KIND]));
	if (!a[IFLA_INFO_DATA])
		return;
	if (strcmp(ret->kind, "bridge") == 0)
		read_bridge(a[IFLA_INFO_DATA], ret);
	else
		read_tunnel(a[IFLA_INFO_DATA], ret->kind, &ret->tunnel);
}

static void begin_links(void *cookie)
{
	struct dump *d = cookie;

	d->ifaces.n = 0;
}

static void read_link(const struct nlmsghdr *h, void *cookie)
{
	struct dump *d = cookie;
	const struct ifinfomsg *i = NLMSG_DATA(h);
	struct nlattr *a[IFLA_MAX + 1];
	struct dump_iface r = { .peer_namespace = DUMP_NOBODY };

	if (h->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse((struct nlmsghdr *)h, sizeof(*i), a, IFLA_MAX, NULL) < 0)
		return;
	r.ifindex = i->ifi_index;
	r.up = i->ifi_flags & IFF_UP;
	if (a[IFLA_MTU])
		r.mtu = nla_get_u32(a[IFLA_MTU]);
	if (a[IFLA_ADDRESS] && nla_len(a[IFLA_ADDRESS]) == sizeof(r.mac))
		memcpy(r.mac, nla_data(a[IFLA_ADDRESS]), sizeof(r.mac));
	if (a[IFLA_MASTER])
		r.master = (int)nla_get_u32(a[IFLA_MASTER]);
	if (a[IFLA_LINK])
		r.peer = (int)nla_get_u32(a[IFLA_LINK]);
	if (a[IFLA_LINK_NETNSID])
		r.peer_namespace = nla_get_s32(a[IFLA_LINK_NETNSID]);
	if (a[IFLA_LINKINFO])
		read_kind(a[IFLA_LINKINFO], &r);
	vec_push(&d->ifaces, r);
}

int dump_iface(struct netlink *nl, int ifindex, struct dump_iface *ret, struct err *e)
{
	struct dump d = { 0 };
	int r = netlink_ask(nl, request_link(ifindex), read_link, &d, e);

	if (r == 0 && !d.ifaces.n)
		r = err_sys(e, ENODEV, "look at an interface");
	if (r == 0)
		*ret = d.ifaces.v[0];
	dump_free(&d);
	return r;
}

static int by_ifindex(const void *a, const void *b)
{
	const struct dump_iface *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

const struct dump_iface *dump_find(const struct dump *d, int ifindex)
{
	struct dump_iface key = { .ifindex = ifindex };

	return d->ifaces.n
		       ? bsearch(&key, d->ifaces.v, d->ifaces.n, sizeof(key), by_ifindex)
		       : NULL;
}

/* ---- addresses, routes ---- */

static bool read_ip(struct nlattr *a, uint8_t family, unsigned len, struct ip *ret)
{
	unsigned bytes = family == AF_INET ? 4 : 16;

	if (!a || nla_len(a) != (int)bytes)
		return false;
	*ret = (struct ip){ .family = family, .len = (uint8_t)len };
	memcpy(ret->b, nla_data(a), bytes);
	return true;
}

static void begin_addresses(void *cookie)
{
	struct dump *d = cookie;

	d->addresses.n = 0;
}

static void read_address(const struct nlmsghdr *h, void *cookie)
{
	struct dump *d = cookie;
	const struct ifaddrmsg *i = NLMSG_DATA(h);
	struct nlattr *a[IFA_MAX + 1];
	struct dump_address r = { 0 };

	if (h->nlmsg_type != RTM_NEWADDR ||
	    (i->ifa_family != AF_INET && i->ifa_family != AF_INET6) ||
	    nlmsg_parse((struct nlmsghdr *)h, sizeof(*i), a, IFA_MAX, NULL) < 0)
		return;
	/* IFA_ADDRESS is the other end's on a point-to-point interface */
	if (!read_ip(a[IFA_LOCAL] ? a[IFA_LOCAL] : a[IFA_ADDRESS], i->ifa_family,
		     i->ifa_prefixlen, &r.ip))
		return;
	r.ifindex = (int)i->ifa_index;
	r.ours = a[IFA_PROTO] && nla_get_u8(a[IFA_PROTO]) == OUR_PROTOCOL;
	vec_push(&d->addresses, r);
}

static void begin_routes(void *cookie)
{
	struct dump *d = cookie;

	d->routes.n = d->subnets.n = 0;
}

/* Each next hop of several as a route; but for those that the kernel does not use. */
static void read_ways(struct dump *d, struct nlattr *ways, uint8_t family,
		      const struct dump_route *common)
{
	const struct rtnexthop *hop = nla_data(ways);
	int left = nla_len(ways);

	for (; RTNH_OK(hop, left);
	     left -= RTNH_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop)) {
		struct dump_route r = *common;
		struct nlattr *a[RTA_MAX + 1];

		if (hop->rtnh_flags & RTNH_F_DEAD ||
		    nla_parse(a, RTA_MAX, (struct nlattr *)RTNH_DATA(hop),
			      hop->rtnh_len - (int)sizeof(*hop), NULL) < 0 ||
		    !read_ip(a[RTA_GATEWAY], family, family == AF_INET ? 32 : 128,
			     &r.via))
			continue;
		r.ifindex = hop->rtnh_ifindex;
		vec_push(&d->routes, r);
	}
}

static void read_route(const struct nlmsghdr *h, void *cookie)
{
	struct dump *d = cookie;
	const struct rtmsg *i = NLMSG_DATA(h);
	struct nlattr *a[RTA_MAX + 1];
	struct dump_route r = { 0 };

	if (h->nlmsg_type != RTM_NEWROUTE ||
	    (i->rtm_protocol != OUR_PROTOCOL && i->rtm_protocol != RTPROT_KERNEL) ||
	    (i->rtm_protocol == OUR_PROTOCOL && i->rtm_table != RT_TABLE_MAIN) ||
	    i->rtm_type != RTN_UNICAST ||
	    (i->rtm_family != AF_INET && i->rtm_family != AF_INET6) ||
	    nlmsg_parse((struct nlmsghdr *)h, sizeof(*i), a, RTA_MAX, NULL) < 0)
		return;
	if (!a[RTA_MULTIPATH] &&
	    read_ip(a[RTA_GATEWAY], i->rtm_family, i->rtm_family == AF_INET ? 32 : 128,
		    &r.via) != (i->rtm_protocol == OUR_PROTOCOL))
		return;
	r.prefix = (struct ip){ .family = i->rtm_family, .len = i->rtm_dst_len };
	if (a[RTA_DST])
		read_ip(a[RTA_DST], i->rtm_family, i->rtm_dst_len, &r.prefix);
	if (a[RTA_OIF])
		r.ifindex = (int)nla_get_u32(a[RTA_OIF]);
	if (a[RTA_PRIORITY])
		r.metric = nla_get_u32(a[RTA_PRIORITY]);
	if (a[RTA_MULTIPATH] && i->rtm_protocol == OUR_PROTOCOL)
		read_ways(d, a[RTA_MULTIPATH], i->rtm_family, &r);
	else if (i->rtm_protocol == OUR_PROTOCOL)
		vec_push(&d->routes, r);
	else
		vec_push(&d->subnets, r);
}

/* ---- queueing disciplines ---- */

static void begin_qdiscs(void *cookie)
{
	struct dump *d = cookie;

	d->qdiscs.n = 0;
}

static void read_qdisc(const struct nlmsghdr *h, void *cookie)
{
	struct dump *d = cookie;
	struct seen_qdisc q;

	if (qdisc_read(h, &q.ifindex, &q.qdisc))
		vec_push(&d->qdiscs, q);
}

/* ---- VLANs ---- */

static void begin_vlans(void *cookie)
{
	struct dump *d = cookie;

	d->vlans.n = 0;
}

static void read_vlans(const struct nlmsghdr *h, void *cookie)
{
	struct dump *d = cookie;
	const struct ifinfomsg *i = NLMSG_DATA(h);
	struct nlattr *a[IFLA_MAX + 1], *at;
	uint16_t first = 0;
	int rest;

	if (h->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse((struct nlmsghdr *)h, sizeof(*i), a, IFLA_MAX, NULL) < 0 ||
	    !a[IFLA_AF_SPEC])
		return;
	nla_for_each_nested(at, a[IFLA_AF_SPEC], rest)
	{
		const struct bridge_vlan_info *v = nla_data(at);

		if (nla_type(at) != IFLA_BRIDGE_VLAN_INFO ||
		    nla_len(at) < (int)sizeof(*v))
			continue;
		if (v->flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) {
			first = v->vid;
			continue;
		}
		vec_push(&d->vlans,
			 ((struct dump_vlan){
				 .ifindex = i->ifi_index,
				 .first = v->flags & BRIDGE_VLAN_INFO_RANGE_END ? first
										: v->vid,
				 .last = v->vid,
				 .native = v->flags & BRIDGE_VLAN_INFO_PVID,
				 .untagged = v->flags & BRIDGE_VLAN_INFO_UNTAGGED,
			 }));
	}
}

int dump_vlans(struct netlink *nl, struct dump *d, struct err *e)
{
	return netlink_dump(nl, request_vlans(), begin_vlans, read_vlans, d, e);
}

/* ---- all ---- */

int dump_read(struct netlink *nl, bool qdiscs, struct dump *ret, struct err *e)
{
	int r;

	*ret = (struct dump){ 0 };
	r = netlink_dump(nl, request_links(), begin_links, read_link, ret, e);
	if (r == 0)
		r = netlink_dump(nl, request_addresses(), begin_addresses, read_address,
				 ret, e);
	if (r == 0)
		r = netlink_dump(nl, request_routes(), begin_routes, read_route, ret, e);
	if (r == 0 && qdiscs)
		r = netlink_dump(nl, request_qdiscs(), begin_qdiscs, read_qdisc, ret, e);
	if (r < 0)
		dump_free(ret);
	else if (ret->ifaces.n)
		qsort(ret->ifaces.v, ret->ifaces.n, sizeof(*ret->ifaces.v), by_ifindex);
	return r;
}

void dump_free(struct dump *d)
{
	vec_free(&d->ifaces);
	vec_free(&d->addresses);
	vec_free(&d->routes);
	vec_free(&d->subnets);
	vec_free(&d->qdiscs);
	vec_free(&d->vlans);
}

/* ---- namespaces ---- */

static void read_nsid(const struct nlmsghdr *h, void *cookie)
{
	struct nlattr *a[NETNSA_MAX + 1];
	int *ret = cookie;

	if (h->nlmsg_type == RTM_NEWNSID &&
	    nlmsg_parse((struct nlmsghdr *)h, sizeof(struct rtgenmsg), a, NETNSA_MAX,
			NULL) == 0 &&
	    a[NETNSA_NSID])
		*ret = nla_get_s32(a[NETNSA_NSID]);
}

int dump_nsid(struct netlink *nl, int ns, int *ret, struct err *e)
{
	*ret = DUMP_NOBODY;
	return netlink_ask(nl, request_nsid(ns), read_nsid, ret, e);
}
