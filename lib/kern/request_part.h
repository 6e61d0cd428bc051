/*
 * request_part.h — route-netlink requests for the parts of a link: plan/layout.h.
 */
#ifndef KERN_REQUEST_PART_H
#define KERN_REQUEST_PART_H

#include <netlink/msg.h>

#include "plan/layout.h"

/*
 * Makes one, down. To be sent in the fabric; for a tunnel, in the place of its packets.
 * ns: of the veth pair's other end; of the node of what is on top of a tunnel; of the
 * tunnel itself, if it is born there (part_is_moved()).
 */
struct nl_msg *request_part_add(const struct link *l, const struct part *p, int ns);
/*
 * Whether it is born in the place of its packets, and then moved, which waits for all
 * CPUs. A GRE device knows no other place before Linux 6.15 (ip_tunnel_newlink); and
 * older kernels take the number of a node's eth0 for that of the other node's
 * (rtnl_newlink).
 */
bool part_is_moved(const struct link *l, const struct part *p);
/* From there into its own. */
struct nl_msg *request_tunnel_move(const struct link *l, const struct part *p, int ns);
/* Up, and in its bridge. */
struct nl_msg *request_part_up(const struct part *p);

/* A device of that kind, to see whether the kernel has it. */
struct nl_msg *request_kind_add(int ifindex, const char *kind);

#endif
