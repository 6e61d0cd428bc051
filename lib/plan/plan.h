/*
 * plan.h — wanted minus present: the ordered steps that lead from one model
 * to another. Pure: no system call, so tests feed it models and read the steps.
 *
 * Each step knows its undo (it runs backwards). Some are implied: the kernel
 * does them by itself when it does another (an interface goes with its
 * namespace, an address with its interface). Forward they are skipped; when a
 * failed plan is undone they are done, since nobody does them by themselves.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "base/vec.h"
#include "model/model.h"

enum step_op {
	STEP_NODE_ADD, /* a namespace, lo up, forwarding, a switch's bridge */
	STEP_NODE_DEL,
	STEP_NODE_SET, /* a switch's spanning tree */
	STEP_LINK_ADD, /* a veth pair, each end born in its node, in its bridge */
	STEP_LINK_DEL,
	STEP_IFACE_SET, /* up or down, MTU, MAC */
	STEP_ADDRESS_ADD,
	STEP_ADDRESS_DEL,
	STEP_ROUTE_ADD,
	STEP_ROUTE_DEL,
};

/* What an interface is set to. */
struct iface_settings {
	bool up;
	uint32_t mtu;
	uint8_t mac[6];
};

struct step {
	enum step_op op;
	bool implied;
	const struct node *node; /* all but LINK_*: where; held by the plan's models */
	const struct link
		*link; /* LINK_*, IFACE_SET; ADDRESS_* (NULL: lo); ROUTE_*: the way out */
	int end;       /* which end of link is in node */
	union {
		struct {
			struct iface_settings from, to;
		} set; /* IFACE_SET */
		struct {
			bool from, to;
		} stp;				/* NODE_SET */
		struct iface_settings added[2]; /* LINK_ADD, LINK_DEL: each end */
		struct ip address;		/* ADDRESS_* */
		struct route route;		/* ROUTE_* */
	};
};

struct plan {
	struct model *from, *to; /* held */
	VEC(struct step) steps;
};

/* The steps from one model to another; both are copied. */
void plan_make(struct plan *p, const struct model *from, const struct model *to);
void plan_free(struct plan *p);

/* "add host h1", "link h1:eth0 s1:eth0", "h1: route default via 10.0.0.1"; free() it. */
char *step_text(const struct plan *p, const struct step *s);

/* The step that takes this one back. */
struct step step_reverse(const struct step *s);

/*
 * Names and numbers that a plan's interfaces have in the kernel. The numbers
 * are ours to choose, so nothing has to be asked back: eth<i> is
 * IFINDEX_BASE + i in its namespace, a switch's bridge is IFINDEX_BRIDGE.
 */
enum { IFINDEX_LOOPBACK = 1, IFINDEX_BRIDGE = 999, IFINDEX_BASE = 1000 };

#endif
