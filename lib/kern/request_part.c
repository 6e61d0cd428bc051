/*
 * request_part.c — see request_part.h. Attributes are those of linux/if_link.h,
 * linux/if_tunnel.h and linux/veth.h.
 */
#include "kern/request_part.h"

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/ip6_tunnel.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <stdlib.h>

#include "plan/plan.h"

#ifndef IFLA_NEW_IFINDEX /* Linux 5.13 */
#define IFLA_NEW_IFINDEX 49
#endif

enum {
	PORT_VXLAN = 4789,
	PORT_GENEVE = 6081,
	TTL = 64,
	/* All of 01:80:c2:00:00:0x but those that no bridge may pass
	 * (BR_GROUPFWD_RESTRICTED, kernel net/bridge/br_private.h); spanning tree's pass
	 * since the bridge has none. */
	GROUP_FORWARD = 0xfff8,
};

static struct nl_msg *message(int flags, int ifindex)
{
	struct ifinfomsg i = { .ifi_index = ifindex };
	struct nl_msg *m = nlmsg_alloc_simple(RTM_NEWLINK, NLM_F_REQUEST | flags);

	if (!m || nlmsg_append(m, &i, sizeof(i), NLMSG_ALIGNTO) < 0)
		abort(); /* out of memory; see base/mem.h */
	return m;
}

/* "vxlan7a", "port12b": as people see it in the fabric. */
static void put_part_name(struct nl_msg *m, const struct link *l, const struct part *p)
{
	bool tunnel = p->kind == PART_TUNNEL;
	const char *what = tunnel		  ? tunnel_kind_name(l->tunnel.kind)
			   : p->kind == PART_VETH ? "port"
						  : "br";
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "%.6s%u%c", what, tunnel ? l->tunnel.key : l->id,
		 p->end ? 'b' : 'a');
	nla_put_string(m, IFLA_IFNAME, name);
}

static void put_name(struct nl_msg *m, const struct link *l, const struct part *p)
{
	char name[IFNAMSIZ];

	if (p->place == PLACE_FABRIC) {
		put_part_name(m, l, p);
		return;
	}
	snprintf(name, sizeof(name), "eth%d", p->ifindex - IFINDEX_BASE);
	nla_put_string(m, IFLA_IFNAME, name);
}

/* Some kinds have another attribute for IPv6. */
static void put_ip(struct nl_msg *m, int attribute, int attribute6, const struct ip *ip)
{
	if (ip->family == AF_INET)
		nla_put(m, attribute, 4, ip->b);
	else if (ip->family == AF_INET6)
		nla_put(m, attribute6, 16, ip->b);
}

static void put_gre(struct nl_msg *m, const struct tunnel *t, int end)
{
	nla_put_u16(m, IFLA_GRE_IFLAGS, GRE_KEY);
	nla_put_u16(m, IFLA_GRE_OFLAGS, GRE_KEY);
	nla_put_u32(m, IFLA_GRE_IKEY, htonl(t->key));
	nla_put_u32(m, IFLA_GRE_OKEY, htonl(t->key));
	put_ip(m, IFLA_GRE_LOCAL, IFLA_GRE_LOCAL, &t->outer[end]);
	put_ip(m, IFLA_GRE_REMOTE, IFLA_GRE_REMOTE, &t->outer[!end]);
	/* else each packet would have an option of 8 bytes more, RFC 2473's */
	if (tunnel_is_ipv6(t))
		nla_put_u32(m, IFLA_GRE_FLAGS, IP6_TNL_F_IGN_ENCAP_LIMIT);
	/* 0 would be that of the packet inside */
	nla_put_u8(m, IFLA_GRE_TTL, TTL);
	nla_put_u8(m, IFLA_GRE_PMTUDISC, 1);
}

static void put_vxlan(struct nl_msg *m, const struct tunnel *t, int end)
{
	nla_put_u32(m, IFLA_VXLAN_ID, t->key);
	put_ip(m, IFLA_VXLAN_LOCAL, IFLA_VXLAN_LOCAL6, &t->outer[end]);
	put_ip(m, IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6, &t->outer[!end]);
	nla_put_u8(m, IFLA_VXLAN_TTL, TTL);
	nla_put_u8(m, IFLA_VXLAN_LEARNING, 0); /* there is just one other end */
	nla_put_u16(m, IFLA_VXLAN_PORT, htons(PORT_VXLAN));
	nla_put_u8(m, IFLA_VXLAN_UDP_CSUM, 0); /* as RFC 7348 has it */
}

static void put_geneve(struct nl_msg *m, const struct tunnel *t, int end)
{
	nla_put_u32(m, IFLA_GENEVE_ID, t->key);
	put_ip(m, IFLA_GENEVE_REMOTE, IFLA_GENEVE_REMOTE6, &t->outer[!end]);
	nla_put_u8(m, IFLA_GENEVE_TTL, TTL);
	nla_put_u16(m, IFLA_GENEVE_PORT, htons(PORT_GENEVE));
	nla_put_u8(m, IFLA_GENEVE_UDP_CSUM, 0);
}

static void put_tunnel(struct nl_msg *m, const struct tunnel *t, int end)
{
	if (t->kind == TUNNEL_GRE)
		put_gre(m, t, end);
	else if (t->kind == TUNNEL_VXLAN)
		put_vxlan(m, t, end);
	else
		put_geneve(m, t, end);
}

/* A bridge that passes all frames to its other port, and learns and says nothing. */
static void put_bridge(struct nl_msg *m)
{
	nla_put_u32(m, IFLA_BR_STP_STATE, 0);
	nla_put_u32(m, IFLA_BR_AGEING_TIME, 0);
	nla_put_u16(m, IFLA_BR_GROUP_FWD_MASK, GROUP_FORWARD);
	nla_put_u8(m, IFLA_BR_MCAST_SNOOPING, 0);
}

static void put_peer(struct nl_msg *m, const struct link *l, const struct part *p, int ns)
{
	struct nlattr *peer = nla_nest_start(m, VETH_INFO_PEER);
	struct ifinfomsg i = { .ifi_index = p->other_ifindex };
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "eth%d", p->other_ifindex - IFINDEX_BASE);
	nlmsg_append(m, &i, sizeof(i), NLMSG_ALIGNTO);
	nla_put_string(m, IFLA_IFNAME, name);
	nla_put_u32(m, IFLA_MTU, l->mtu);
	nla_put_u32(m, IFLA_NUM_TX_QUEUES, 1);
	nla_put_u32(m, IFLA_NUM_RX_QUEUES, 1);
	nla_put_u32(m, IFLA_NET_NS_FD, (uint32_t)ns);
	nla_nest_end(m, peer);
}

struct nl_msg *request_part_add(const struct link *l, const struct part *p, int ns)
{
	bool tunnel = p->kind == PART_TUNNEL;
	struct nl_msg *m = message(NLM_F_CREATE | NLM_F_EXCL,
				   tunnel ? layout_birth(l, p) : p->ifindex);
	struct nlattr *info, *data;

	if (tunnel)
		put_part_name(m, l, p);
	else
		put_name(m, l, p);
	nla_put_u32(m, IFLA_MTU, l->mtu);
	if (tunnel)
		nla_put_s32(m, IFLA_LINK_NETNSID, ns);
	if (p->kind == PART_VETH) {
		nla_put_u32(m, IFLA_NUM_TX_QUEUES, 1);
		nla_put_u32(m, IFLA_NUM_RX_QUEUES, 1);
	}
	/* it takes no more of the multicast than the node joined, else */
	if (p->kind == PART_MACVLAN) {
		struct ifinfomsg *i = nlmsg_data(nlmsg_hdr(m));

		i->ifi_flags = i->ifi_change = IFF_ALLMULTI;
	}
	if (p->kind == PART_MACVLAN || p->kind == PART_ZTUN) {
		nla_put_u32(m, IFLA_LINK, (uint32_t)p->other_ifindex);
		nla_put_u32(m, IFLA_NET_NS_FD, (uint32_t)ns);
	}
	info = nla_nest_start(m, IFLA_LINKINFO);
	nla_put_string(m, IFLA_INFO_KIND, part_kind_name(l, p));
	data = nla_nest_start(m, IFLA_INFO_DATA);
	switch (p->kind) {
	case PART_TUNNEL:
		put_tunnel(m, &l->tunnel, p->end);
		break;
	case PART_BRIDGE:
		put_bridge(m);
		break;
	case PART_VETH:
		put_peer(m, l, p, ns);
		break;
	case PART_MACVLAN:
		nla_put_u32(m, IFLA_MACVLAN_MODE, MACVLAN_MODE_PASSTHRU);
		break;
	default:
		break;
	}
	nla_nest_end(m, data);
	nla_nest_end(m, info);
	return m;
}

struct nl_msg *request_tunnel_move(const struct link *l, const struct part *p, int ns)
{
	struct nl_msg *m = message(0, layout_birth(l, p));

	nla_put_u32(m, IFLA_NET_NS_FD, (uint32_t)ns);
	nla_put_u32(m, IFLA_NEW_IFINDEX, (uint32_t)p->ifindex);
	put_name(m, l, p);
	return m;
}

struct nl_msg *request_part_up(const struct part *p)
{
	struct nl_msg *m = message(0, p->ifindex);
	struct ifinfomsg *i = nlmsg_data(nlmsg_hdr(m));

	i->ifi_flags = i->ifi_change = IFF_UP;
	if (p->master)
		nla_put_u32(m, IFLA_MASTER, (uint32_t)p->master);
	return m;
}

struct nl_msg *request_kind_add(int ifindex, const char *kind)
{
	struct nl_msg *m = message(NLM_F_CREATE | NLM_F_EXCL, ifindex);
	struct nlattr *info;

	nla_put_string(m, IFLA_IFNAME, "trial");
	info = nla_nest_start(m, IFLA_LINKINFO);
	nla_put_string(m, IFLA_INFO_KIND, kind);
	nla_nest_end(m, info);
	return m;
}
