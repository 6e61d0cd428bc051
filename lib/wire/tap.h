/*
 * tap.h — tap devices: an interface in a node, whose packets a descriptor reads and
 * writes.
 *
 * Each packet has a struct virtio_net_hdr before it (IFF_VNET_HDR), by which it may
 * be one of 64 KiB that stands for many, and may lack its checksum.
 *
 * An open descriptor keeps the namespace in which it was opened, and with it all its
 * interfaces: a node is not gone before its wire links are deleted.
 */
#ifndef WIRE_TAP_H
#define WIRE_TAP_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Makes a tap device of that name in the calling thread's network namespace, and
 * returns its descriptor (non-blocking, one queue), or -errno. The interface is
 * there until the last copy of the descriptor is closed. ifindex: its number; 0: any.
 */
int tap_open(const char *name, unsigned ifindex, struct err *e);

/* Whether the descriptor is one that tap_open() could have given; makes it
 * non-blocking. -EINVAL. */
int tap_check(int fd, struct err *e);

/* Which packets the node may give to the device; 0 or -errno. */
int tap_set_offloads(int fd, bool super, bool unsummed);

#endif
