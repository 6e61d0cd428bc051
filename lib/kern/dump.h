/*
 * dump.h — what a namespace holds: interfaces, addresses, routes, as the
 * kernel tells them.
 */
#ifndef KERN_DUMP_H
#define KERN_DUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "kern/netlink.h"
#include "kern/qdisc.h"
#include "model/ip.h"

enum { DUMP_NOBODY = -1 };

struct dump_iface {
	int ifindex;
	char kind[16]; /* as the kernel calls it; "": none */
	bool up, stp, vlan;
	uint32_t mtu; /* bytes */
	uint8_t mac[6];
	int master; /* ifindex; 0: none */
	int peer;   /* veth: the other end's ifindex; macvlan, ztun: of what is below */
	/* Its nsid, or that of a tunnel's packets; DUMP_NOBODY: it is this one. */
	int peer_namespace;
	struct dump_tunnel { /* of a tunnel */
		uint32_t key;
		struct ip local, remote; /* family 0: none, or any */
	} tunnel;
};

struct dump_address {
	int ifindex;
	struct ip ip;
	bool ours; /* has our mark */
};

/* A route of ours, with a gateway; or the kernel's own to an interface's subnet. */
struct dump_route {
	int ifindex;
	struct ip prefix, via; /* via: family 0 for the kernel's own */
	uint32_t metric;       /* as the kernel has it: IPv6 has no 0 */
};

/* VLANs that a bridge's port has; a port may have several of these. */
struct dump_vlan {
	int ifindex;
	uint16_t first, last;
	bool native, untagged;
};

struct dump {
	VEC(struct dump_iface) ifaces; /* by ifindex */
	VEC(struct dump_address) addresses;
	VEC(struct dump_route) routes;	/* of the main table */
	VEC(struct dump_route) subnets; /* of any: an interface in a VRF has its own */
	qdisc_vec qdiscs;
	VEC(struct dump_vlan) vlans; /* from dump_vlans() alone */
};

/* Through a socket in the namespace; the queueing disciplines if they are wanted. */
int dump_read(struct netlink *nl, bool qdiscs, struct dump *ret, struct err *e);
/* One interface; -ENODEV. */
int dump_iface(struct netlink *nl, int ifindex, struct dump_iface *ret, struct err *e);
/* Adds the VLANs of the bridge there. */
int dump_vlans(struct netlink *nl, struct dump *d, struct err *e);
void dump_free(struct dump *d);

const struct dump_iface *dump_find(const struct dump *d, int ifindex); /* NULL: none */

/* The number by which the socket's namespace knows the one behind the descriptor;
 * DUMP_NOBODY: not at all. */
int dump_nsid(struct netlink *nl, int ns, int *ret, struct err *e);

#endif
