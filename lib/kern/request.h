/*
 * request.h — route-netlink requests for the objects of a network, one function
 * each. The caller owns the message, until it is put into a batch.
 *
 * What adds may find the thing there already (it is set to what is wanted); a
 * link alone must be new.
 */
#ifndef KERN_REQUEST_H
#define KERN_REQUEST_H

#include <netlink/msg.h>

#include "plan/plan.h"

enum {
	/* The mark on addresses (IFA_PROTO) and routes that are ours: no number of
	 * linux/rtnetlink.h's RTPROT_ or /etc/iproute2/rt_protos.d. */
	OUR_PROTOCOL = 101,
	/* The group (IFLA_GROUP) of interfaces that are about to be deleted at once. */
	DYING_GROUP = 0x45535021,
};

/* The interface's number in its node. */
int request_ifindex(const struct step *s);

/* A veth pair into the two namespaces, to be sent from any. */
struct nl_msg *request_link_add(const struct step *s, const int ns[2]);
/* The veth pair between the two ends of the path for tunnels: both of one number. */
struct nl_msg *request_path_add(int ifindex, int ns);
struct nl_msg *request_link_del(int ifindex);
struct nl_msg *request_link_group(int ifindex, uint32_t group);
struct nl_msg *request_group_del(uint32_t group);
/* Up or down, MTU, MAC, and its place in the bridge of a switch. */
struct nl_msg *request_iface_set(const struct step *s);
struct nl_msg *request_link_up(int ifindex);

/* A switch's bridge: made if it is not there. It must not be up: before Linux 6.2 one
 * that is up takes no name, be it the one that it has (dev_change_name). */
struct nl_msg *request_bridge_add(const struct node_settings *s);
struct nl_msg *request_bridge_set(const struct node_settings *s);

/* The bridges and ports of a namespace, with their VLANs. */
struct nl_msg *request_vlans(void);
/* STEP_VLAN_SET: two requests, first what goes and then what comes. */
struct nl_msg *request_vlans_del(const struct step *s);
struct nl_msg *request_vlans_add(const struct step *s);

/* STEP_ADDRESS_* and STEP_ROUTE_*. */
struct nl_msg *request_address(const struct step *s);
/* The same for any interface. */
struct nl_msg *request_address_add(int ifindex, const struct ip *ip);
struct nl_msg *request_address_del(int ifindex, const struct ip *ip);
/* model: the one that the step is of. */
struct nl_msg *request_route(const struct model *model, const struct step *s);

/* One interface. */
struct nl_msg *request_link(int ifindex);
/* Dumps of a namespace's interfaces, addresses, routes. */
struct nl_msg *request_links(void);
struct nl_msg *request_addresses(void);
struct nl_msg *request_routes(void);

/* The number by which the asking namespace knows the one behind the descriptor. */
struct nl_msg *request_nsid(int ns);
/* Gives it one, the lowest that is free. */
struct nl_msg *request_nsid_add(int ns);

#endif
