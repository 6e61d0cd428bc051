/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat.h — what differs between the kernels that the module builds for; nothing else
 * asks for a version.
 */
#ifndef SHORTBRIDGE_COMPAT_H
#define SHORTBRIDGE_COMPAT_H

#include <linux/netdevice.h>
#include <linux/version.h>
#include <net/rtnetlink.h>
#if __has_include(<net/netdev_lock.h>) /* since 6.15; what it has was in netdevice.h */
#include <net/netdev_lock.h>
#endif

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

static inline bool is_lltx(const struct net_device *dev)
{
	return dev->lltx;
}

static inline void set_netns_local(struct net_device *dev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	dev->netns_immutable = true;
#else
	dev->netns_local = true;
#endif
}
#else
static inline void set_lltx(struct net_device *dev)
{
	dev->features |= NETIF_F_LLTX;
}

static inline bool is_lltx(const struct net_device *dev)
{
	return dev->features & NETIF_F_LLTX;
}

static inline void set_netns_local(struct net_device *dev)
{
	dev->features |= NETIF_F_NETNS_LOCAL;
}
#endif

/*
 * The newlink() of rtnl_link_ops; make(link_net, dev, tb, extack) does the work. link_net is
 * where the index in IFLA_LINK counts.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define DEFINE_NEWLINK(name, make)                                                         \
	static int name(struct net_device *dev, struct rtnl_newlink_params *params,        \
			struct netlink_ext_ack *extack)                                    \
	{                                                                                  \
		return make(rtnl_newlink_link_net(params), dev, params->tb, extack);       \
	}
#else
#define DEFINE_NEWLINK(name, make)                                                         \
	static int name(struct net *link_net, struct net_device *dev, struct nlattr *tb[], \
			struct nlattr *data[], struct netlink_ext_ack *extack)             \
	{                                                                                  \
		return make(link_net, dev, tb, extack);                                    \
	}
#endif

/* What tc and BPF attached to one direction of a device. */
#if defined(CONFIG_NET_XGRESS)
#define has_filters(dev, direction) (!!rcu_access_pointer((dev)->tcx_##direction))
#elif defined(CONFIG_NET_CLS_ACT)
#define has_filters(dev, direction) (!!rcu_access_pointer((dev)->miniq_##direction))
#else
#define has_filters(dev, direction) false
#endif

/* Likewise netfilter. */
#ifdef CONFIG_NETFILTER_INGRESS
#define has_ingress_hooks(dev) (!!rcu_access_pointer((dev)->nf_hooks_ingress))
#else
#define has_ingress_hooks(dev) false
#endif
#ifdef CONFIG_NETFILTER_EGRESS
#define has_egress_hooks(dev) (!!rcu_access_pointer((dev)->nf_hooks_egress))
#else
#define has_egress_hooks(dev) false
#endif

#endif
