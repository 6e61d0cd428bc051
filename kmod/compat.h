/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat.h — what differs between the kernels that the module builds for; nothing else
 * asks for a version.
 */
#ifndef SHORTBRIDGE_COMPAT_H
#define SHORTBRIDGE_COMPAT_H

#include <linux/netdevice.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "shortbridge needs Linux 6.1 or newer"
#endif

/* Before 6.2 nothing keeps IPv6 off a port but its addrgenmode. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define IFF_NO_ADDRCONF 0
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
static inline void set_lltx(struct net_device *dev)
{
	dev->lltx = true;
}

static inline void set_netns_local(struct net_device *dev)
{
	dev->netns_local = true;
}
#else
static inline void set_lltx(struct net_device *dev)
{
	dev->features |= NETIF_F_LLTX;
}

static inline void set_netns_local(struct net_device *dev)
{
	dev->features |= NETIF_F_NETNS_LOCAL;
}
#endif

#endif
