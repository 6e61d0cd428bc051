/*
 * nic.c — see nic.h.
 *
 * Addresses and routes are kept as the kernel told of them and are given back as they
 * are, as `ip address save` and `restore` do; but for what is not to be set: the
 * interface's number, which may be another one now, states of next hops, and nexthop
 * objects, which are gone.
 */
#include "kern/nic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <stdlib.h>

static const char mark[] = "espalier/"; /* see run/uplinks.h */

static struct nl_msg *message(int type, int flags, const void *header, size_t n)
{
	struct nl_msg *m = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

	if (!m || nlmsg_append(m, (void *)header, n, NLMSG_ALIGNTO) < 0)
		abort(); /* out of memory; see base/mem.h */
	return m;
}

static struct nl_msg *link_message(int type, int ifindex)
{
	struct ifinfomsg i = { .ifi_index = ifindex };

	return message(type, 0, &i, sizeof(i));
}

/* ---- what there is ---- */

static void free_settings(nic_settings *v)
{
	vec_each (v, s)
		free(s->bytes);
	vec_free(v);
}

void nic_state_free(struct nic_state *s)
{
	free_settings(&s->addresses);
	free_settings(&s->routes);
}

static void read_link(const struct nlmsghdr *h, void *cookie)
{
	const struct ifinfomsg *i = NLMSG_DATA(h);
	struct nlattr *a[IFLA_MAX + 1];
	struct nic_state *s = cookie;

	if (h->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse((struct nlmsghdr *)h, sizeof(*i), a, IFLA_MAX, NULL) < 0 ||
	    !a[IFLA_IFNAME])
		return;
	s->ifindex = i->ifi_index;
	s->up = i->ifi_flags & IFF_UP;
	snprintf(s->name, sizeof(s->name), "%s", nla_get_string(a[IFLA_IFNAME]));
	if (a[IFLA_MTU])
		s->mtu = nla_get_u32(a[IFLA_MTU]);
	if (a[IFLA_MASTER])
		s->master = (int)nla_get_u32(a[IFLA_MASTER]);
	if (a[IFLA_IFALIAS])
		s->ours = str_starts(nla_get_string(a[IFLA_IFALIAS]), mark);
	if (a[IFLA_ADDRESS] && nla_len(a[IFLA_ADDRESS]) <= NIC_MAC_MAX) {
		s->mac_n = (size_t)nla_len(a[IFLA_ADDRESS]);
		memcpy(s->mac, nla_data(a[IFLA_ADDRESS]), s->mac_n);
	}
}

int nic_look(struct netlink *nl, const char *name, int ifindex, struct nic_state *ret,
	     struct err *e)
{
	struct err why = ERR_INIT;
	struct nl_msg *m = link_message(RTM_GETLINK, name ? 0 : ifindex);
	int r;

	*ret = (struct nic_state){ 0 };
	if (name)
		nla_put_string(m, IFLA_IFNAME, name);
	r = netlink_ask(nl, m, read_link, ret, &why);
	err_clear(&why);
	if (r == 0 || r == -ENODEV)
		return 0;
	return name ? err_sys(e, r, "look for %s", name)
		    : err_sys(e, r, "look for interface number %d", ifindex);
}

static void push(nic_settings *v, const struct nlmsghdr *h)
{
	struct nic_setting s = { .n = h->nlmsg_len - NLMSG_HDRLEN };

	s.bytes = mem_alloc(s.n);
	memcpy(s.bytes, NLMSG_DATA(h), s.n);
	vec_push(v, s);
}

static void forget_addresses(void *cookie)
{
	free_settings(&((struct nic_state *)cookie)->addresses);
}

static void read_address(const struct nlmsghdr *h, void *cookie)
{
	const struct ifaddrmsg *i = NLMSG_DATA(h);
	struct nic_state *s = cookie;
	bool temporary = i->ifa_family == AF_INET6 && (i->ifa_flags & IFA_F_TEMPORARY);

	if (h->nlmsg_type == RTM_NEWADDR && (int)i->ifa_index == s->ifindex && !temporary)
		push(&s->addresses, h);
}

static void forget_routes(void *cookie)
{
	struct nic_state *s = cookie;

	free_settings(&s->routes);
	s->leads_out = false;
}

/* Whether the route has a next hop over the interface. */
static bool is_over(struct nlattr *const a[RTA_MAX + 1], int ifindex)
{
	const struct rtnexthop *hop;
	int left;

	if (a[RTA_OIF] && (int)nla_get_u32(a[RTA_OIF]) == ifindex)
		return true;
	if (!a[RTA_MULTIPATH])
		return false;
	hop = nla_data(a[RTA_MULTIPATH]);
	left = nla_len(a[RTA_MULTIPATH]);
	for (; RTNH_OK(hop, left);
	     left -= NLMSG_ALIGN(hop->rtnh_len), hop = RTNH_NEXT((struct rtnexthop *)hop))
		if (hop->rtnh_ifindex == ifindex)
			return true;
	return false;
}

static void read_route(const struct nlmsghdr *h, void *cookie)
{
	const struct rtmsg *i = NLMSG_DATA(h);
	struct nlattr *a[RTA_MAX + 1];
	struct nic_state *s = cookie;

	if (h->nlmsg_type != RTM_NEWROUTE ||
	    (i->rtm_family != AF_INET && i->rtm_family != AF_INET6) ||
	    nlmsg_parse((struct nlmsghdr *)h, sizeof(*i), a, RTA_MAX, NULL) < 0 ||
	    i->rtm_type != RTN_UNICAST || (i->rtm_flags & RTM_F_CLONED) ||
	    i->rtm_table == RT_TABLE_LOCAL || !is_over(a, s->ifindex))
		return;
	s->leads_out |= i->rtm_dst_len == 0;
	/* these come again with its addresses, and with what routers say */
	if (i->rtm_protocol != RTPROT_KERNEL && i->rtm_protocol != RTPROT_RA &&
	    i->rtm_protocol != RTPROT_REDIRECT)
		push(&s->routes, h);
}

int nic_read_settings(struct netlink *nl, struct nic_state *s, struct err *e)
{
	struct ifaddrmsg all = { .ifa_family = AF_UNSPEC };
	struct rtmsg routes = { .rtm_family = AF_UNSPEC };
	int r = netlink_dump(nl, message(RTM_GETADDR, 0, &all, sizeof(all)),
			     forget_addresses, read_address, s, e);

	if (r == 0)
		r = netlink_dump(nl, message(RTM_GETROUTE, 0, &routes, sizeof(routes)),
				 forget_routes, read_route, s, e);
	return r < 0 ? err_context(e, "%s: its addresses and routes", s->name) : 0;
}

/* ---- changes ---- */

int nic_move(struct netlink *nl, int ifindex, int ns, int new_ifindex, const char *name,
	     struct err *e)
{
	struct nl_msg *m = link_message(RTM_NEWLINK, ifindex);

	nla_put_u32(m, IFLA_NET_NS_FD, (uint32_t)ns);
	if (new_ifindex)
		nla_put_s32(m, IFLA_NEW_IFINDEX, new_ifindex);
	if (name)
		nla_put_string(m, IFLA_IFNAME, name);
	return netlink_request(nl, m, "move it", e);
}

int nic_set(struct netlink *nl, int ifindex, bool up, int master, struct err *e)
{
	struct ifinfomsg i = { .ifi_index = ifindex,
			       .ifi_flags = up ? IFF_UP : 0,
			       .ifi_change = IFF_UP };
	struct nl_msg *m = message(RTM_NEWLINK, 0, &i, sizeof(i));

	if (master)
		nla_put_u32(m, IFLA_MASTER, (uint32_t)master);
	return netlink_request(nl, m, up ? "switch it on" : "switch it off", e);
}

/* The attributes, with the interface's number of now. */
static void put_attributes(struct nl_msg *m, const struct nic_setting *s, size_t header,
			   int was, int is)
{
	struct nlattr *a = (struct nlattr *)(s->bytes + NLMSG_ALIGN(header));
	int left = (int)(s->n - NLMSG_ALIGN(header));
	bool route = header == sizeof(struct rtmsg);

	for (; nla_ok(a, left); a = nla_next(a, &left)) {
		int type = nla_type(a);
		struct nlattr *put;

		if (route && type == RTA_OIF) {
			nla_put_u32(m, RTA_OIF, (uint32_t)is);
			continue;
		}
		if (route && (type == RTA_NH_ID || type == RTA_CACHEINFO))
			continue;
		nla_put(m, type, nla_len(a), nla_data(a));
		if (!route || type != RTA_MULTIPATH)
			continue;
		put = nlmsg_find_attr(nlmsg_hdr(m), (int)header, RTA_MULTIPATH);
		for (struct rtnexthop *hop = nla_data(put);
		     (char *)hop + sizeof(*hop) <= (char *)nla_data(put) + nla_len(put) &&
		     hop->rtnh_len >= sizeof(*hop);
		     hop = RTNH_NEXT(hop)) {
			hop->rtnh_flags &= RTNH_F_ONLINK;
			if (hop->rtnh_ifindex == was)
				hop->rtnh_ifindex = is;
		}
	}
}

static struct nl_msg *address_message(const struct nic_setting *s, int was, int is)
{
	struct ifaddrmsg i;
	struct nl_msg *m;

	memcpy(&i, s->bytes, sizeof(i));
	i.ifa_index = (unsigned)is;
	m = message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &i, sizeof(i));
	put_attributes(m, s, sizeof(i), was, is);
	return m;
}

static struct nl_msg *route_message(const struct nic_setting *s, int was, int is)
{
	struct nlattr *many;
	struct rtmsg i;
	struct nl_msg *m;
	int left = (int)(s->n - NLMSG_ALIGN(sizeof(i)));

	memcpy(&i, s->bytes, sizeof(i));
	i.rtm_flags &= RTNH_F_ONLINK;
	many = nla_find((struct nlattr *)(s->bytes + NLMSG_ALIGN(sizeof(i))), left,
			RTA_MULTIPATH);
	/* of several ways, the others have stayed */
	m = message(RTM_NEWROUTE,
		    NLM_F_CREATE | (many		      ? NLM_F_REPLACE
				    : i.rtm_family == AF_INET ? NLM_F_APPEND
							      : 0),
		    &i, sizeof(i));
	put_attributes(m, s, sizeof(i), was, is);
	return m;
}

static void tell(struct str *told, const char *label, const char *what, struct err *why)
{
	str_addf(told, "%s: its %s could not be put back: %s\n", label, what, why->msg);
	err_clear(why);
}

/* "10.0.0.1/24", of an address or of a route's destination. */
static const char *ip_of(const struct nic_setting *s, size_t header, int type,
			 char ret[INET6_ADDRSTRLEN + 4])
{
	/* family and length are the first two bytes of ifaddrmsg and rtmsg alike */
	const uint8_t *begin = (const uint8_t *)s->bytes;
	struct nlattr *a = nla_find((struct nlattr *)(s->bytes + NLMSG_ALIGN(header)),
				    (int)(s->n - NLMSG_ALIGN(header)), type);
	char ip[INET6_ADDRSTRLEN];

	if (!a || !inet_ntop(begin[0], nla_data(a), ip, sizeof(ip)))
		return "default";
	snprintf(ret, INET6_ADDRSTRLEN + 4, "%s/%u", ip, begin[1]);
	return ret;
}

static void restore_addresses(struct netlink *nl, int is, const struct nic_state *was,
			      const char *label, struct str *told)
{
	struct err why = ERR_INIT;
	char ip[INET6_ADDRSTRLEN + 4];

	vec_each (&was->addresses, s)
		if (netlink_request(nl, address_message(s, was->ifindex, is),
				    ip_of(s, sizeof(struct ifaddrmsg), IFA_ADDRESS, ip),
				    &why) < 0)
			tell(told, label, "address", &why);
}

/* Those that others lead to may come behind these: they are tried twice. */
static void restore_routes(struct netlink *nl, int is, const struct nic_state *was,
			   const char *label, struct str *told)
{
	struct err why = ERR_INIT;
	char ip[INET6_ADDRSTRLEN + 4];

	for (int attempt = 0; attempt < 2; attempt++)
		vec_each (&was->routes, s) {
			int r = netlink_request(
				nl, route_message(s, was->ifindex, is),
				ip_of(s, sizeof(struct rtmsg), RTA_DST, ip), &why);

			if (r < 0 && r != -EEXIST && attempt)
				tell(told, label, "route", &why);
			err_clear(&why);
		}
}

void nic_restore(struct netlink *nl, const struct nic_state *is,
		 const struct nic_state *was, const char *label, struct str *told)
{
	struct err why = ERR_INIT;
	struct nl_msg *m;

	if (is->mtu != was->mtu) {
		m = link_message(RTM_NEWLINK, is->ifindex);
		nla_put_u32(m, IFLA_MTU, was->mtu);
		if (netlink_request(nl, m, "set it", &why) < 0)
			tell(told, label, "MTU", &why);
	}
	if (is->mac_n != was->mac_n || memcmp(is->mac, was->mac, was->mac_n) != 0) {
		m = link_message(RTM_NEWLINK, is->ifindex);
		nla_put(m, IFLA_ADDRESS, (int)was->mac_n, was->mac);
		if (netlink_request(nl, m, "set it", &why) < 0)
			tell(told, label, "MAC address", &why);
	}
	if (nic_set(nl, is->ifindex, was->up, 0, &why) < 0)
		tell(told, label, "state", &why);
	restore_addresses(nl, is->ifindex, was, label, told);
	restore_routes(nl, is->ifindex, was, label, told);
}
