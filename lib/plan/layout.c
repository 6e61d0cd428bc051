/*
 * layout.c — see layout.h.
 *
 * The numbers of devices in the fabric follow from their link's id, so that nothing has
 * to be asked back, and two links never meet.
 */
#include "plan/layout.h"

#include <string.h>

#include "plan/plan.h"

enum {
	IFINDEX_PARTS = 1 << 24, /* where the numbers begin, IFINDEX_STEP for each link */
	IFINDEX_STEP = 8,
};

/* What a link has there, for each of its ends. */
enum slot { SLOT_PORT, SLOT_BRIDGE, SLOT_TUNNEL };

static int number(const struct link *l, enum slot slot, int end)
{
	return (int)(IFINDEX_PARTS + IFINDEX_STEP * l->id + 2 * slot + (unsigned)end);
}

uint32_t layout_owner(int ifindex)
{
	return ifindex < IFINDEX_PARTS + IFINDEX_STEP
		       ? 0
		       : ((uint32_t)ifindex - IFINDEX_PARTS) / IFINDEX_STEP;
}

bool layout_has(const struct layout *x, uint32_t place, int ifindex)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->v[i].place == place && x->v[i].ifindex == ifindex)
			return true;
	return false;
}

static struct part *push(struct layout *x, enum part_kind kind, int end, uint32_t place,
			 int ifindex)
{
	struct part *p = &x->v[x->n++];

	*p = (struct part){
		.kind = kind, .end = end, .place = place, .ifindex = ifindex
	};
	return p;
}

static int push_bridge(struct layout *x, const struct link *l, int end)
{
	return push(x, l->connector == VIA_SHORTBRIDGE ? PART_SHORTBRIDGE : PART_BRIDGE,
		    end, PLACE_FABRIC, number(l, SLOT_BRIDGE, end))
		->ifindex;
}

/* The way from a bridge to the end's node. */
static void push_veth(struct layout *x, const struct link *l, int end, int bridge)
{
	struct part *p = push(x, PART_VETH, end, PLACE_FABRIC, number(l, SLOT_PORT, end));

	p->master = bridge;
	p->other_place = l->end[end].node;
	p->other_ifindex = IFINDEX_BASE + (int)l->end[end].index;
}

static uint32_t packets_place(const struct link *l, int end)
{
	if (l->tunnel.substrate)
		return PLACE_ELSEWHERE;
	if (l->tunnel.underlay[end])
		return l->tunnel.underlay[end];
	return end ? PLACE_FAR : PLACE_NEAR;
}

static void push_tunnel_end(struct layout *x, const struct link *l, int end)
{
	bool inside = l->connector == VIA_DIRECT;
	bool on_top = l->connector == VIA_ZTUN || l->connector == VIA_MACVLAN;
	int eth = IFINDEX_BASE + (int)l->end[end].index;
	int bridge = inside || on_top ? 0 : push_bridge(x, l, end);
	struct part *p = push(x, PART_TUNNEL, end,
			      inside ? l->end[end].node : PLACE_FABRIC,
			      inside ? eth : number(l, SLOT_TUNNEL, end));

	p->master = bridge;
	p->other_place = packets_place(l, end);
	if (bridge)
		push_veth(x, l, end, bridge);
	if (!on_top)
		return;
	p = push(x, l->connector == VIA_ZTUN ? PART_ZTUN : PART_MACVLAN, end,
		 l->end[end].node, eth);
	p->other_place = PLACE_FABRIC;
	p->other_ifindex = number(l, SLOT_TUNNEL, end);
}

void layout_make(const struct link *l, struct layout *ret)
{
	int bridge;

	memset(ret, 0, sizeof(*ret));
	if (!link_has_parts(l))
		return;
	if (l->tunnel.kind) {
		push_tunnel_end(ret, l, 0);
		push_tunnel_end(ret, l, 1);
		return;
	}
	bridge = push_bridge(ret, l, 0);
	push_veth(ret, l, 0, bridge);
	push_veth(ret, l, 1, bridge);
}

const char *part_kind_name(const struct link *l, const struct part *p)
{
	static const char *const tunnels[] = { [TUNNEL_GRE] = "gretap",
					       [TUNNEL_VXLAN] = "vxlan",
					       [TUNNEL_GENEVE] = "geneve" };
	static const char *const names[PART_KINDS] = {
		[PART_VETH] = "veth",
		[PART_BRIDGE] = "bridge",
		[PART_SHORTBRIDGE] = "shortbridge",
		[PART_MACVLAN] = "macvlan",
		[PART_ZTUN] = "ztun",
	};

	if (p->kind != PART_TUNNEL)
		return names[p->kind];
	return l->tunnel.kind == TUNNEL_GRE && tunnel_is_ipv6(&l->tunnel)
		       ? "ip6gretap"
		       : tunnels[l->tunnel.kind];
}

int layout_birth(const struct link *l, const struct part *p)
{
	return number(l, SLOT_TUNNEL, p->end);
}

struct shape_place layout_shape(const struct link *l, int end)
{
	if (!l->enforced || l->wire)
		return (struct shape_place){ l->end[end].node,
					     IFINDEX_BASE + (int)l->end[end].index };
	/* what one end sends leaves it by its tunnel, or by the other end's port */
	return (struct shape_place){ PLACE_FABRIC, l->tunnel.kind
							   ? number(l, SLOT_TUNNEL, end)
							   : number(l, SLOT_PORT, !end) };
}
