/*
 * plan.h — wanted minus present: the ordered steps that lead from one model
 * to another. Pure: no system call, so tests feed it models and read the steps.
 *
 * What the kernel does by itself is no step: addresses and routes go with
 * their interface, an interface with its link or namespace, IPv6 addresses and
 * routes when an interface goes down. Adding what is there and deleting what
 * is gone do no harm, so a plan from what was found in the kernel to what
 * should be there mends whatever lies between; that is how a change that failed
 * is undone.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "base/vec.h"
#include "model/model.h"
#include "plan/layout.h"

enum step_op {
	STEP_NODE_ADD, /* a namespace, lo up, forwarding; a switch's bridge, still down */
	STEP_NODE_DEL, /* and its programs: there is no way back from here */
	STEP_NODE_SET, /* its lo or bridge up; a switch's spanning tree, and VLANs */
	STEP_LINK_ADD, /* a veth pair, each end born in its node; or what layout.h says */
	STEP_LINK_DEL,
	STEP_IFACE_SET, /* up or down, MTU, MAC; in its switch's bridge */
	STEP_VLAN_SET,	/* the VLANs of a switch's port */
	STEP_SHAPE_SET, /* what the interface does to what it sends */
	STEP_ADDRESS_ADD,
	STEP_ADDRESS_DEL,
	STEP_ROUTE_ADD, /* in place of one with the same prefix and metric */
	STEP_ROUTE_DEL,
	STEP_KEEP, /* runs a kept command: kern_apply() knows nothing of it */
};

/* What an interface is set to. */
struct iface_settings {
	bool up;
	uint32_t mtu; /* bytes */
	uint8_t mac[6];
};

struct shape_settings {
	struct shape was, is;
	uint32_t mtu_was, mtu; /* bytes; queues and bursts follow from them */
};

struct node_settings {
	bool up; /* lo, or a switch's bridge */
	bool stp, vlan;
	bool vlan_off; /* vlan is to be switched off, which not every kernel knows */
};

struct step {
	enum step_op op;
	const struct node
		*node; /* where; LINK_*: of the end that the kernel is told about
			*/
	const struct link
		*link; /* LINK_*, IFACE_SET, VLAN_SET, SHAPE_SET; ADDRESS_*: NULL is lo;
			  ROUTE_*: the way out. Both are held by the plan's models */
	int end;       /* which end of link is in node */
	union {
		struct iface_settings iface;	/* IFACE_SET */
		struct node_settings settings;	/* NODE_SET */
		struct iface_settings added[2]; /* LINK_ADD: as each end is born */
		struct shape_settings shape;	/* SHAPE_SET */
		struct ip address;		/* ADDRESS_* */
		struct route route;		/* ROUTE_* */
		size_t kept;			/* KEEP: which one of node->kept */
	};
};

struct plan {
	struct model *from, *to; /* held */
	struct model *between;	 /* held; NULL: no node is made anew, see plan.c */
	VEC(struct step) steps;
};

/* The steps from one model to another; both are copied. */
void plan_make(struct plan *p, const struct model *from, const struct model *to);
/* A further step, NODE_SET: lo, or the bridge, of a node of `to` goes up. */
void plan_add_node_up(struct plan *p, const struct node *node);
void plan_free(struct plan *p);

/* "host h1", "link h1:eth0 s1:eth0", "h1: route default via 10.0.0.1": what a step is
 * about; free() it. */
char *step_text(const struct plan *p, const struct step *s);

/* The metric that the kernel gives the route: for IPv6 it has no 0. */
uint32_t plan_route_metric(const struct route *r);

/*
 * Names and numbers that a plan's interfaces have in the kernel. The numbers
 * are ours to choose, so nothing has to be asked back: eth<i> is
 * IFINDEX_BASE + i in its namespace, a switch's bridge is IFINDEX_BRIDGE.
 */
enum { IFINDEX_LOOPBACK = 1, IFINDEX_BRIDGE = 999, IFINDEX_BASE = 1000 };

#endif
