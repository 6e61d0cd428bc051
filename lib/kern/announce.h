/*
 * announce.h — tells a LAN where an address is that was elsewhere before.
 *
 * Others on the LAN remember the hardware address (for some 30 s) of an
 * interface that is gone; until they forget, they would not reach the new one.
 */
#ifndef KERN_ANNOUNCE_H
#define KERN_ANNOUNCE_H

#include <stdbool.h>
#include <stdint.h>

#include "kern/netlink.h"
#include "model/ip.h"

/* Whether the interface passes packets: up, with carrier, and its queue in place. */
bool announce_ready(struct netlink *nl, int ifindex);

/*
 * From the thread's present namespace: a gratuitous ARP request (RFC 5227 3), or an
 * unsolicited neighbour advertisement (RFC 4861 7.2.6). 0 or -errno.
 */
int announce_send(int ifindex, const uint8_t mac[6], const struct ip *ip, bool router);

#endif
