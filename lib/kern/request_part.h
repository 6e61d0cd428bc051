/*
 * request_part.h — route-netlink requests for the parts of a link: plan/layout.h.
 */
#ifndef KERN_REQUEST_PART_H
#define KERN_REQUEST_PART_H

#include <netlink/msg.h>

#include "plan/layout.h"

/*
 * Makes one, down. To be sent in the fabric; for a tunnel, in the place of its packets,
 * where it is born: before Linux 6.15 a GRE device cannot be born elsewhere. ns: of the
 * veth pair's other end, or of the node of what is on top of a tunnel.
 */
struct nl_msg *request_part_add(const struct link *l, const struct part *p, int ns);
/* From the place of its packets into its own. */
struct nl_msg *request_tunnel_move(const struct link *l, const struct part *p, int ns);
/* Up, and in its bridge. */
struct nl_msg *request_part_up(const struct part *p);

/* A device of that kind, to see whether the kernel has it. */
struct nl_msg *request_kind_add(int ifindex, const char *kind);

#endif
