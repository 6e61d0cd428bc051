/*
 * request_part.h — route-netlink requests for the parts of a link: plan/layout.h.
 */
#ifndef KERN_REQUEST_PART_H
#define KERN_REQUEST_PART_H

#include <netlink/msg.h>

#include "plan/layout.h"

/*
 * Makes one, down. To be sent in the fabric, where a tunnel is born, too.
 * ns: a descriptor, of the veth pair's other end, or the node of what is on top of a
 * tunnel; of a tunnel, the number (nsid) that the fabric has for the place of its
 * packets. Before Linux 6.15 the kernel makes it there and moves it at once
 * (rtnl_newlink_create).
 */
struct nl_msg *request_part_add(const struct link *l, const struct part *p, int ns);
/* A tunnel from the fabric into the node that is to have it. It has another name and
 * number till then: older kernels look for those where its packets are, too. */
struct nl_msg *request_tunnel_move(const struct link *l, const struct part *p, int ns);
/* Up, and in its bridge. */
struct nl_msg *request_part_up(const struct part *p);

/* A device of that kind, to see whether the kernel has it. */
struct nl_msg *request_kind_add(int ifindex, const char *kind);

#endif
