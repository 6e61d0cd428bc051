/* SPDX-License-Identifier: GPL-2.0 */
/*
 * shortbridge.h — what main.c, ztun.c and sb.c share.
 *
 * Both kinds of device take all that another device receives, with an rx_handler, whose
 * address also tells the notifier in main.c whose that device is.
 */
#ifndef SHORTBRIDGE_H
#define SHORTBRIDGE_H

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>
#include <net/sch_generic.h>
#include "compat.h"

/* What can be on where the device below has it; the stack does the rest in software. */
#define FOLLOWED_FEATURES                                                                 \
	(NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA | NETIF_F_HW_CSUM |              \
	 NETIF_F_SCTP_CRC | NETIF_F_GSO_SOFTWARE)

extern struct rtnl_link_ops ztun_link_ops;
extern struct rtnl_link_ops sb_link_ops;

rx_handler_result_t ztun_rx(struct sk_buff **pskb);
rx_handler_result_t sb_rx(struct sk_buff **pskb);

/* An event of the lower device of a ztun, and of a port of a shortbridge. */
int ztun_lower_event(struct net_device *lower, unsigned long event);
int sb_port_event(struct net_device *port, unsigned long event);

/* Whether a device may become a lower device or a port; -errno and a message if not. */
int check_taken(const struct net_device *dev, struct netlink_ext_ack *extack);

/* Makes a device of the module what both kinds are: without a queue, with the core's
 * statistics. What it sends is scrubbed, so it may not be shared. */
static inline void setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->needs_free_netdev = true;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->features |= FOLLOWED_FEATURES;
	dev->hw_features |= FOLLOWED_FEATURES;
	set_lltx(dev);
}

/* IPv6 does not speak on a device whose frames are taken. What take() returns is for
 * release(): whether that was so before. */
static inline bool take(struct net_device *dev)
{
	bool before = dev->priv_flags & IFF_NO_ADDRCONF;

	dev->priv_flags |= IFF_NO_ADDRCONF;
	dev_disable_lro(dev);
	return before;
}

static inline void release(struct net_device *dev, bool before)
{
	if (!before)
		dev->priv_flags &= ~IFF_NO_ADDRCONF;
}

/*
 * Whether a frame for the device would meet nothing but its driver: no queueing
 * discipline, filter, hook, lock or tap. Queue 0 has the root if all of them have it.
 */
static inline bool is_bare(struct net_device *dev)
{
	struct Qdisc *qdisc = rcu_dereference_bh(netdev_get_tx_queue(dev, 0)->qdisc);

	return !qdisc->enqueue && qdisc == rcu_access_pointer(dev->qdisc) && is_lltx(dev) &&
	       !has_filters(dev, egress) && !has_egress_hooks(dev) && !dev_nit_active(dev);
}

/*
 * dev_queue_xmit(), but straight to the driver where that makes no difference: the device
 * is bare, and the frame one that no feature is needed for. Returns 0 when it was sent.
 */
static inline int send(struct sk_buff *skb, struct net_device *dev)
{
	int sent;

	skb->dev = dev;
	if (skb_is_nonlinear(skb) || skb_is_gso(skb) || skb->ip_summed == CHECKSUM_PARTIAL ||
	    skb_vlan_tag_present(skb) || dev->real_num_tx_queues > 1 || !is_bare(dev)) {
		sent = dev_queue_xmit(skb);
		return net_xmit_eval(sent);
	}
	skb_reset_mac_header(skb);
	skb_set_queue_mapping(skb, 0);
	sent = netdev_start_xmit(skb, dev, netdev_get_tx_queue(dev, 0), false);
	if (likely(dev_xmit_complete(sent)))
		return 0;
	kfree_skb(skb);
	return -ENOBUFS;
}

/* The room that a device wants in front of an Ethernet frame. */
static inline unsigned int room_before(const struct net_device *dev)
{
	return READ_ONCE(dev->needed_headroom) + dev->hard_header_len - ETH_HLEN;
}

/* Makes a frame that another device received one that dev received. */
static inline void enter(struct sk_buff *skb, struct net_device *dev)
{
	skb_scrub_packet(skb, !net_eq(dev_net(skb->dev), dev_net(dev)));
	skb->priority = 0;
	skb->dev = dev;
	eth_skb_pkt_type(skb, dev);
}

#endif
