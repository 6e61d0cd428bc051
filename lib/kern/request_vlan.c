/*
 * request_vlan.c — requests about the VLANs of a bridge's ports, as in linux/if_bridge.h.
 */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "kern/request.h"

enum {
	MESSAGE_MAX = 40960 /* bytes: every other VLAN, at 12 bytes each, and some more */
};

static struct nl_msg *message(int type, int ifindex)
{
	struct ifinfomsg i = { .ifi_family = AF_BRIDGE, .ifi_index = ifindex };
	struct nl_msg *m = nlmsg_alloc_size(MESSAGE_MAX);

	if (!m || !nlmsg_put(m, NL_AUTO_PORT, NL_AUTO_SEQ, type, 0, NLM_F_REQUEST) ||
	    nlmsg_append(m, &i, sizeof(i), NLMSG_ALIGNTO) < 0)
		abort(); /* out of memory; see base/mem.h */
	return m;
}

static void put(struct nl_msg *m, uint16_t flags, uint16_t id)
{
	struct bridge_vlan_info v = { .flags = flags, .vid = id };

	nla_put(m, IFLA_BRIDGE_VLAN_INFO, sizeof(v), &v);
}

static void put_range(struct nl_msg *m, const struct vlan_range *r)
{
	if (r->first == r->last) {
		put(m, 0, r->first);
		return;
	}
	put(m, BRIDGE_VLAN_INFO_RANGE_BEGIN, r->first);
	put(m, BRIDGE_VLAN_INFO_RANGE_END, r->last);
}

struct nl_msg *request_vlans_add(const struct step *s)
{
	const struct vlans *v = &s->link->end[s->end].vlans;
	struct nl_msg *m = message(RTM_SETLINK, request_ifindex(s));
	struct nlattr *spec = nla_nest_start(m, IFLA_AF_SPEC);

	if (vlans_native(v))
		put(m, BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED,
		    vlans_native(v));
	vec_each (&v->tagged, r)
		put_range(m, r);
	nla_nest_end(m, spec);
	return m;
}

struct nl_msg *request_vlans_del(const struct step *s)
{
	const struct vlans *v = &s->link->end[s->end].vlans;
	struct nl_msg *m = message(RTM_DELLINK, request_ifindex(s));
	struct nlattr *spec = nla_nest_start(m, IFLA_AF_SPEC);
	vlan_ranges stay = { 0 };
	uint16_t from = VLAN_MIN;

	vec_copy(&stay, &v->tagged);
	if (vlans_native(v))
		vlan_ranges_add(&stay, vlans_native(v), vlans_native(v));
	vec_each (&stay, r) {
		struct vlan_range gap = { from, (uint16_t)(r->first - 1) };

		if (gap.first <= gap.last)
			put_range(m, &gap);
		from = (uint16_t)(r->last + 1);
	}
	if (from <= VLAN_MAX)
		put_range(m, &(struct vlan_range){ from, VLAN_MAX });
	vec_free(&stay);
	nla_nest_end(m, spec);
	return m;
}

struct nl_msg *request_vlans(void)
{
	struct nl_msg *m = message(RTM_GETLINK, 0);

	nla_put_u32(m, IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED);
	return m;
}
