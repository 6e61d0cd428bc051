/*
 * layout.h — the devices that a link is made of, where it is more than a veth pair or two
 * taps: what joins its ends in the fabric, or to a tunnel.
 *
 * An enforced link is two veth pairs that meet at a bridge in the fabric:
 *
 *     node ── veth ── port │ bridge │ port ── veth ── node
 *
 * The packets of a tunnel have two other places, with an IP path between them: two nodes
 * of the underlay, in this network or another, or two namespaces of the network's own.
 * The tunnel's devices are in the fabric, which has no address that could answer anybody,
 * and no program to touch them; a connector leads from each to its node:
 *
 *     bridge, shortbridge     node ── veth ── port │ bridge │ tunnel ··· path
 *     macvlan, ztun           node (device on top of the tunnel) ── tunnel ··· path
 *     direct                  node (the tunnel itself) ··· path
 */
#ifndef PLAN_LAYOUT_H
#define PLAN_LAYOUT_H

#include "model/model.h"

/* Places that are no nodes: what stands for an id. */
#define PLACE_ELSEWHERE (UINT32_MAX - 3) /* a node of another network */
#define PLACE_FABRIC (UINT32_MAX - 2)
#define PLACE_NEAR                                                                       \
	(UINT32_MAX - 1) /* the ends of the path for tunnels without underlay */
#define PLACE_FAR UINT32_MAX

enum part_kind {
	PART_VETH,
	PART_TUNNEL,
	PART_BRIDGE,
	PART_SHORTBRIDGE,
	PART_MACVLAN,
	PART_ZTUN,
	PART_KINDS,
};

/* One device; of a veth pair, the one that is not in a node. */
struct part {
	enum part_kind kind;
	uint32_t place;	     /* node's id, or PLACE_ */
	int ifindex, master; /* there; master 0: none */
	int end;	     /* of the link: which one it belongs to */
	/* VETH: the peer; MACVLAN, ZTUN: the tunnel below; TUNNEL: the place of its
	 * packets alone */
	uint32_t other_place;
	int other_ifindex;
};

enum { LAYOUT_MAX = 6 };

struct layout {
	struct part v[LAYOUT_MAX]; /* in the order in which they are made */
	size_t n;		   /* 0: a veth pair, or taps */
};

void layout_make(const struct link *l, struct layout *ret);

/* What the kernel calls it. */
const char *part_kind_name(const struct link *l, const struct part *p);

/* The number with which a tunnel is born in the fabric. */
int layout_birth(const struct link *l, const struct part *p);

/* The interface whose queue has the shape of what the end sends. */
struct shape_place {
	uint32_t place;
	int ifindex;
};
struct shape_place layout_shape(const struct link *l, int end);

/* The link that the device of this number in the fabric belongs to; 0: to none. */
uint32_t layout_owner(int ifindex);
/* Whether it is one that the link has there. */
bool layout_has(const struct layout *x, uint32_t place, int ifindex);

#endif
