/*
 * nic.h — an interface of the machine that moves into a node's namespace and back: what
 * it is like, the move, and what it had that the kernel forgets when it moves.
 */
#ifndef KERN_NIC_H
#define KERN_NIC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "kern/netlink.h"
#include "model/nic.h"

enum {
	NIC_MAC_MAX = 32,      /* MAX_ADDR_LEN, kernel include/linux/netdevice.h */
	NIC_IFINDEX = 1 << 24, /* added to its number while it is in a node: above all
				  numbers of a plan's interfaces */
};

/* An address or a route, as the kernel told of it: the body of the message. */
struct nic_setting {
	char *bytes; /* owned */
	size_t n;
};
typedef VEC(struct nic_setting) nic_settings;

struct nic_state {
	int ifindex; /* 0: there is none */
	char name[NIC_NAME_MAX + 1];
	uint8_t mac[NIC_MAC_MAX];
	size_t mac_n; /* bytes */
	uint32_t mtu; /* bytes */
	bool up;
	int master; /* the bridge or the like that it is a port of; 0: none */
	bool ours;  /* its alias says that it is a network's */
	/* of nic_read_settings() */
	nic_settings addresses, routes;
	bool leads_out; /* a default route is over it */
};

void nic_state_free(struct nic_state *s);

/* By name, or (NULL) by number. Where there is none, ret->ifindex is 0. */
int nic_look(struct netlink *nl, const char *name, int ifindex, struct nic_state *ret,
	     struct err *e);

/* Its addresses and routes, but for those that the kernel makes by itself. */
int nic_read_settings(struct netlink *nl, struct nic_state *s, struct err *e);

/* Moves it into the namespace, where it gets that number (0: any), and name (NULL: its
 * own, which must be free). e has the kernel's words. */
int nic_move(struct netlink *nl, int ifindex, int ns, int new_ifindex, const char *name,
	     struct err *e);

/* Up or down, and a port of the master, if that is not 0. */
int nic_set(struct netlink *nl, int ifindex, bool up, int master, struct err *e);

/* Gives the interface `is` what it was. What it does not take is told, behind label. */
void nic_restore(struct netlink *nl, const struct nic_state *is,
		 const struct nic_state *was, const char *label, struct str *told);

#endif
