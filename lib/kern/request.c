/*
 * request.c — see request.h. Attributes are those of linux/if_link.h,
 * linux/veth.h, linux/if_addr.h and linux/rtnetlink.h.
 */
#include "kern/request.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <stdlib.h>

/* Attributes always fit: a message has a page, and these take a few hundred bytes. */
static struct nl_msg *message(int type, int flags, const void *header, size_t n)
{
	struct nl_msg *m = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

	if (!m || nlmsg_append(m, (void *)header, n, NLMSG_ALIGNTO) < 0)
		abort(); /* out of memory; see base/mem.h */
	return m;
}

static struct nl_msg *link_message(int type, int flags, const struct ifinfomsg *i)
{
	return message(type, flags, i, sizeof(*i));
}

static void put_name(struct nl_msg *m, unsigned index)
{
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "eth%u", index);
	nla_put_string(m, IFLA_IFNAME, name);
}

int request_ifindex(const struct step *s)
{
	return s->link ? IFINDEX_BASE + (int)s->link->end[s->end].index
		       : IFINDEX_LOOPBACK;
}

/* ---- links ---- */

static void put_settings(struct nl_msg *m, const struct iface_settings *s)
{
	nla_put_u32(m, IFLA_MTU, s->mtu);
	nla_put(m, IFLA_ADDRESS, sizeof(s->mac), s->mac);
}

/* What an end is born with. One queue: by default the kernel makes one for every CPU that
 * there might be, which doubles the time to make a pair. */
static void put_end(struct nl_msg *m, const struct step *s, int end, int ns)
{
	put_name(m, s->link->end[end].index);
	put_settings(m, &s->added[end]);
	nla_put_u32(m, IFLA_NET_NS_FD, (uint32_t)ns);
	nla_put_u32(m, IFLA_NUM_TX_QUEUES, 1);
	nla_put_u32(m, IFLA_NUM_RX_QUEUES, 1);
}

static struct ifinfomsg born(const struct step *s, int end)
{
	return (struct ifinfomsg){
		.ifi_index = IFINDEX_BASE + (int)s->link->end[end].index,
		.ifi_flags = s->added[end].up ? IFF_UP : 0,
		.ifi_change = s->added[end].up ? IFF_UP : 0,
	};
}

struct nl_msg *request_link_add(const struct step *s, const int ns[2])
{
	struct ifinfomsg first = born(s, s->end), second = born(s, !s->end);
	struct nl_msg *m = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &first);
	struct nlattr *info, *data, *peer;

	put_end(m, s, s->end, ns[s->end]);
	if (s->node->kind == NODE_SWITCH)
		nla_put_u32(m, IFLA_MASTER, IFINDEX_BRIDGE);
	info = nla_nest_start(m, IFLA_LINKINFO);
	nla_put_string(m, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(m, IFLA_INFO_DATA);
	peer = nla_nest_start(m, VETH_INFO_PEER);
	nlmsg_append(m, &second, sizeof(second), NLMSG_ALIGNTO);
	put_end(m, s, !s->end, ns[!s->end]);
	nla_nest_end(m, peer);
	nla_nest_end(m, data);
	nla_nest_end(m, info);
	return m;
}

struct nl_msg *request_path_add(int ifindex, int ns)
{
	struct ifinfomsg i = { .ifi_index = ifindex };
	struct nl_msg *m = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &i);
	struct nlattr *info, *data, *peer;

	nla_put_string(m, IFLA_IFNAME, "path");
	nla_put_u32(m, IFLA_MTU, TUNNEL_FABRIC_MTU);
	info = nla_nest_start(m, IFLA_LINKINFO);
	nla_put_string(m, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(m, IFLA_INFO_DATA);
	peer = nla_nest_start(m, VETH_INFO_PEER);
	nlmsg_append(m, &i, sizeof(i), NLMSG_ALIGNTO);
	nla_put_string(m, IFLA_IFNAME, "path");
	nla_put_u32(m, IFLA_MTU, TUNNEL_FABRIC_MTU);
	nla_put_u32(m, IFLA_NET_NS_FD, (uint32_t)ns);
	nla_nest_end(m, peer);
	nla_nest_end(m, data);
	nla_nest_end(m, info);
	return m;
}

struct nl_msg *request_link_del(int ifindex)
{
	struct ifinfomsg i = { .ifi_index = ifindex };

	return link_message(RTM_DELLINK, 0, &i);
}

struct nl_msg *request_link_group(int ifindex, uint32_t group)
{
	struct ifinfomsg i = { .ifi_index = ifindex };
	struct nl_msg *m = link_message(RTM_NEWLINK, 0, &i);

	nla_put_u32(m, IFLA_GROUP, group);
	return m;
}

struct nl_msg *request_group_del(uint32_t group)
{
	struct ifinfomsg i = { 0 };
	struct nl_msg *m = link_message(RTM_DELLINK, 0, &i);

	nla_put_u32(m, IFLA_GROUP, group);
	return m;
}

struct nl_msg *request_link_up(int ifindex)
{
	struct ifinfomsg i = { .ifi_index = ifindex,
			       .ifi_flags = IFF_UP,
			       .ifi_change = IFF_UP };

	return link_message(RTM_NEWLINK, 0, &i);
}

struct nl_msg *request_iface_set(const struct step *s)
{
	struct ifinfomsg i = { .ifi_index = request_ifindex(s),
			       .ifi_flags = s->iface.up ? IFF_UP : 0,
			       .ifi_change = IFF_UP };
	struct nl_msg *m = link_message(RTM_NEWLINK, 0, &i);

	put_settings(m, &s->iface);
	if (s->node->kind == NODE_SWITCH)
		nla_put_u32(m, IFLA_MASTER, IFINDEX_BRIDGE);
	return m;
}

static struct nl_msg *bridge_message(const struct node_settings *s, int flags,
				     const char *name)
{
	struct ifinfomsg i = { .ifi_index = IFINDEX_BRIDGE,
			       .ifi_flags = s->up ? IFF_UP : 0,
			       .ifi_change = IFF_UP };
	struct nl_msg *m = link_message(RTM_NEWLINK, flags, &i);
	struct nlattr *info, *data;

	if (name)
		nla_put_string(m, IFLA_IFNAME, name);
	info = nla_nest_start(m, IFLA_LINKINFO);
	nla_put_string(m, IFLA_INFO_KIND, "bridge");
	data = nla_nest_start(m, IFLA_INFO_DATA);
	nla_put_u32(m, IFLA_BR_STP_STATE, s->stp);
	if (s->vlan || s->vlan_off)
		nla_put_u8(m, IFLA_BR_VLAN_FILTERING, s->vlan);
	nla_nest_end(m, data);
	nla_nest_end(m, info);
	return m;
}

struct nl_msg *request_bridge_add(const struct node_settings *s)
{
	return bridge_message(s, NLM_F_CREATE, "br0");
}

struct nl_msg *request_bridge_set(const struct node_settings *s)
{
	return bridge_message(s, 0, NULL);
}

/* ---- addresses and routes ---- */

static size_t ip_bytes(const struct ip *ip)
{
	return ip_bits(ip) / 8;
}

static struct nl_msg *address_message(int type, int flags, int ifindex,
				      const struct ip *ip)
{
	struct ifaddrmsg a = {
		.ifa_family = ip->family,
		.ifa_prefixlen = ip->len,
		.ifa_flags = IFA_F_PERMANENT,
		.ifa_index = (unsigned)ifindex,
	};
	struct nl_msg *m;

	/* nobody else has it: duplicate address detection would only make it wait */
	if (ip->family == AF_INET6)
		a.ifa_flags |= IFA_F_NODAD;
	m = message(type, flags, &a, sizeof(a));
	nla_put(m, IFA_LOCAL, (int)ip_bytes(ip), ip->b);
	nla_put(m, IFA_ADDRESS, (int)ip_bytes(ip), ip->b);
	return m;
}

struct nl_msg *request_address_del(int ifindex, const struct ip *ip)
{
	return address_message(RTM_DELADDR, 0, ifindex, ip);
}

struct nl_msg *request_address_add(int ifindex, const struct ip *ip)
{
	struct nl_msg *m =
		address_message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, ifindex, ip);

	nla_put_u8(m, IFA_PROTO, OUR_PROTOCOL);
	return m;
}

struct nl_msg *request_address(const struct step *s)
{
	if (s->op == STEP_ADDRESS_DEL)
		return request_address_del(request_ifindex(s), &s->address);
	return request_address_add(request_ifindex(s), &s->address);
}

/* Those of the node that are the same route as the step's, and can be used. */
static void put_ways(struct nl_msg *m, const struct model *model, const struct step *s)
{
	struct nlattr *ways = nla_nest_start(m, RTA_MULTIPATH);

	vec_each (&s->node->routes, r) {
		const struct link *out;
		struct rtnexthop *hop;
		int end;

		if (!route_same_key(r, &s->route) ||
		    !model_next_hop(model, s->node, &r->via, &out, &end) ||
		    !model_iface_up(model, out, end))
			continue;
		hop = nlmsg_reserve(m, sizeof(*hop), NLMSG_ALIGNTO);
		*hop = (struct rtnexthop){
			.rtnh_ifindex = IFINDEX_BASE + (int)out->end[end].index,
		};
		nla_put(m, RTA_GATEWAY, (int)ip_bytes(&r->via), r->via.b);
		hop->rtnh_len =
			(unsigned short)((char *)nlmsg_tail(nlmsg_hdr(m)) - (char *)hop);
	}
	nla_nest_end(m, ways);
}

struct nl_msg *request_route(const struct model *model, const struct step *s)
{
	const struct route *route = &s->route;
	bool add = s->op == STEP_ROUTE_ADD;
	struct rtmsg r = {
		.rtm_family = route->prefix.family,
		.rtm_dst_len = route->prefix.len,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = OUR_PROTOCOL,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
	struct nl_msg *m = message(add ? RTM_NEWROUTE : RTM_DELROUTE,
				   add ? NLM_F_CREATE | NLM_F_REPLACE : 0, &r, sizeof(r));

	if (route->prefix.len)
		nla_put(m, RTA_DST, (int)ip_bytes(&route->prefix), route->prefix.b);
	if (route->equal && add) {
		put_ways(m, model, s);
	} else if (!route->equal) { /* without a gateway, all of them are deleted */
		nla_put(m, RTA_GATEWAY, (int)ip_bytes(&route->via), route->via.b);
		nla_put_u32(m, RTA_OIF, (uint32_t)request_ifindex(s));
	}
	if (route->metric)
		nla_put_u32(m, RTA_PRIORITY, route->metric);
	return m;
}

/* ---- looking ---- */

struct nl_msg *request_link(int ifindex)
{
	struct ifinfomsg i = { .ifi_family = AF_UNSPEC, .ifi_index = ifindex };

	return link_message(RTM_GETLINK, 0, &i);
}

struct nl_msg *request_links(void)
{
	struct ifinfomsg i = { .ifi_family = AF_UNSPEC };
	struct nl_msg *m = link_message(RTM_GETLINK, 0, &i);

	nla_put_u32(m, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return m;
}

struct nl_msg *request_addresses(void)
{
	struct ifaddrmsg a = { .ifa_family = AF_UNSPEC };

	return message(RTM_GETADDR, 0, &a, sizeof(a));
}

struct nl_msg *request_routes(void)
{
	struct rtmsg r = { .rtm_family = AF_UNSPEC };

	return message(RTM_GETROUTE, 0, &r, sizeof(r));
}

struct nl_msg *request_nsid(int ns)
{
	struct rtgenmsg g = { .rtgen_family = AF_UNSPEC };
	struct nl_msg *m = message(RTM_GETNSID, 0, &g, sizeof(g));

	nla_put_u32(m, NETNSA_FD, (uint32_t)ns);
	return m;
}

struct nl_msg *request_nsid_add(int ns)
{
	struct rtgenmsg g = { .rtgen_family = AF_UNSPEC };
	struct nl_msg *m = message(RTM_NEWNSID, 0, &g, sizeof(g));

	nla_put_u32(m, NETNSA_FD, (uint32_t)ns);
	nla_put_s32(m, NETNSA_NSID, -1);
	return m;
}
