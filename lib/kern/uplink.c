/*
 * uplink.c — see uplink.h.
 */
#include "kern/uplink.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <stdlib.h>

#include "kern/kern_parts.h"
#include "kern/request.h"

enum {
	SUBNETS = 1 << 15,  /* /30 in 198.18.0.0/15, which is for tests (RFC 2544) */
	ROUTE_METRIC = 4000 /* any default route that is typed comes before it */
};

static struct nl_msg *link_message(int type, int flags, int ifindex, unsigned up)
{
	struct ifinfomsg i = { .ifi_index = ifindex,
			       .ifi_flags = up,
			       .ifi_change = IFF_UP };
	struct nl_msg *m = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

	if (!m || nlmsg_append(m, &i, sizeof(i), NLMSG_ALIGNTO) < 0)
		abort(); /* out of memory; see base/mem.h */
	return m;
}

/* ---- the end on the machine ---- */

/* What is there of a name. */
struct found {
	int ifindex; /* 0: nothing */
	bool veth;
	char mark[256]; /* IFALIASZ */
};

static void read_found(const struct nlmsghdr *h, void *cookie)
{
	struct nlattr *a[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
	const struct ifinfomsg *i = NLMSG_DATA(h);
	struct found *f = cookie;

	if (h->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse((struct nlmsghdr *)h, sizeof(*i), a, IFLA_MAX, NULL) < 0)
		return;
	f->ifindex = i->ifi_index;
	if (a[IFLA_IFALIAS])
		snprintf(f->mark, sizeof(f->mark), "%s", nla_get_string(a[IFLA_IFALIAS]));
	if (a[IFLA_LINKINFO] &&
	    nla_parse_nested(info, IFLA_INFO_MAX, a[IFLA_LINKINFO], NULL) == 0 &&
	    info[IFLA_INFO_KIND])
		f->veth = strcmp(nla_get_string(info[IFLA_INFO_KIND]), "veth") == 0;
}

static int find(struct netlink *nl, const char *name, struct found *ret, struct err *e)
{
	struct err why = ERR_INIT;
	struct nl_msg *m = link_message(RTM_GETLINK, 0, 0, 0);
	int r;

	*ret = (struct found){ 0 };
	nla_put_string(m, IFLA_IFNAME, name);
	r = netlink_ask(nl, m, read_found, ret, &why);
	err_clear(&why);
	return r < 0 && r != -ENODEV ? err_sys(e, r, "look for %s", name) : 0;
}

/* A pair is marked right after it was made. */
static bool is_ours(const struct found *f, const struct uplink *u)
{
	return f->veth && (!*f->mark || strcmp(f->mark, u->mark) == 0);
}

bool uplink_is_taken(const char *name)
{
	return if_nametoindex(name) != 0;
}

static int delete (struct netlink *nl, const struct found *f, const char *name,
		   struct err *e)
{
	int r = netlink_request(nl, request_link_del(f->ifindex), name, e);

	if (r != -ENODEV) /* it went by itself */
		return r;
	err_clear(e);
	return 0;
}

int uplink_delete(const struct uplink *u, struct err *e)
{
	struct netlink nl;
	struct found f;
	int r = netlink_open(&nl, e);

	if (r < 0)
		return r;
	r = find(&nl, u->name, &f, e);
	if (r == 0 && f.ifindex && is_ours(&f, u))
		r = delete (&nl, &f, u->name, e);
	netlink_close(&nl);
	return r;
}

/* ---- both ends ---- */

static struct nl_msg *pair(const char *name, int ns)
{
	struct ifinfomsg peer = { 0 }; /* numbers are the kernel's to choose */
	struct nl_msg *m = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0);
	struct nlattr *info, *data, *other;

	nla_put_string(m, IFLA_IFNAME, name);
	info = nla_nest_start(m, IFLA_LINKINFO);
	nla_put_string(m, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(m, IFLA_INFO_DATA);
	other = nla_nest_start(m, VETH_INFO_PEER);
	nlmsg_append(m, &peer, sizeof(peer), NLMSG_ALIGNTO);
	nla_put_string(m, IFLA_IFNAME, "uplink");
	nla_put_u32(m, IFLA_NET_NS_FD, (uint32_t)ns);
	nla_nest_end(m, other);
	nla_nest_end(m, data);
	nla_nest_end(m, info);
	return m;
}

static struct ip address_of(int ifindex, unsigned host)
{
	uint32_t at = 0xc6120000u + (uint32_t)(ifindex % SUBNETS) * 4 + host;
	struct ip ip = { .family = AF_INET, .len = 30 };

	for (int i = 0; i < 4; i++)
		ip.b[i] = (uint8_t)(at >> (24 - 8 * i));
	return ip;
}

static int set_machine_end(struct netlink *nl, int ifindex, const struct uplink *u,
			   bool up, struct err *e)
{
	struct nl_msg *m = link_message(RTM_NEWLINK, 0, ifindex, up ? IFF_UP : 0);
	struct ip ip = address_of(ifindex, 1);
	int r;

	nla_put_string(m, IFLA_IFALIAS, u->mark);
	r = netlink_request(nl, m, u->name, e);
	return r < 0 ? r
		     : netlink_request(nl, request_address_add(ifindex, &ip), u->name, e);
}

static struct nl_msg *default_route(int machine, int ifindex)
{
	struct ip via = address_of(machine, 1);
	struct rtmsg r = {
		.rtm_family = AF_INET,
		.rtm_table = RT_TABLE_MAIN,
		/* not our mark: the model knows nothing of it */
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
	struct nl_msg *m = nlmsg_alloc_simple(RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_CREATE |
								    NLM_F_REPLACE);

	if (!m || nlmsg_append(m, &r, sizeof(r), NLMSG_ALIGNTO) < 0)
		abort();
	nla_put(m, RTA_GATEWAY, 4, via.b);
	nla_put_u32(m, RTA_OIF, (uint32_t)ifindex);
	nla_put_u32(m, RTA_PRIORITY, ROUTE_METRIC);
	return m;
}

static int set_node_end(struct netlink *nl, int machine, bool up, struct err *e)
{
	struct ip ip = address_of(machine, 2);
	struct found f;
	int r = find(nl, "uplink", &f, e);

	if (r == 0 && !f.ifindex)
		return err_set(e, ENODEV, "the node's end is not there any more");
	if (r == 0)
		r = netlink_request(
			nl, link_message(RTM_NEWLINK, 0, f.ifindex, up ? IFF_UP : 0),
			"the node's end", e);
	if (r == 0)
		r = netlink_request(nl, request_address_add(f.ifindex, &ip),
				    "the node's end", e);
	return r == 0 && up ? netlink_request(nl, default_route(machine, f.ifindex),
					      "the default route", e)
			    : r;
}

/* The node's end of a pair whose other one is on no machine any more, or on one that the
 * kernel is still taking down. */
static int delete_stale(struct netlink *inside, struct err *e)
{
	struct found f;
	int r = find(inside, "uplink", &f, e);

	return r == 0 && f.veth ? delete (inside, &f, "the node's end", e) : r;
}

static int make(struct kern *k, struct netlink *home, const struct node *n,
		struct uplink *u, bool up, bool *ret_made, struct err *e)
{
	struct netlink *inside;
	struct found f;
	int ns, r;

	r = find(home, u->name, &f, e);
	if (r == 0 && f.ifindex && !is_ours(&f, u))
		return err_set(e, EEXIST, "the machine has another interface %s",
			       u->name);
	*ret_made = !f.ifindex;
	if (r == 0)
		r = kern_enter(k, n, &inside, &ns, e);
	if (r == 0 && !f.ifindex) {
		r = delete_stale(inside, e);
		if (r == 0)
			r = netlink_request(home, pair(u->name, ns),
					    "a veth pair with the machine", e);
		if (r == 0)
			r = find(home, u->name, &f, e);
	}
	if (r == 0)
		r = set_machine_end(home, f.ifindex, u, up, e);
	if (r == 0)
		r = set_node_end(inside, f.ifindex, up, e);
	u->subnet = address_of(f.ifindex, 0);
	return r;
}

int uplink_make(struct kern *k, const struct node *n, struct uplink *u, bool up,
		bool *ret_made, struct err *e)
{
	struct netlink home;
	int r;

	r = kern_go_home(k, e);
	if (r == 0)
		r = netlink_open(&home, e);
	if (r < 0)
		return r;
	r = make(k, &home, n, u, up, ret_made, e);
	netlink_close(&home);
	kern_rest(k);
	return r < 0 ? err_context(e, "%s: uplink", n->name) : 0;
}
