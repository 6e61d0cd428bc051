// SPDX-License-Identifier: GPL-2.0
/*
 * ztun.c — an interface whose wire is a device in another network namespace.
 *
 * A frame that is sent goes to the queue of the lower device, so what shapes there holds;
 * a frame that the lower device receives is, by an rx_handler and another round of the
 * same function, one that the ztun received. Neither way has a queue, a copy or a look-up
 * of its own.
 *
 * A ztun holds its lower device until its own destructor, and goes when that goes. All but
 * the two ways of a frame runs under RTNL.
 */
#include <linux/ethtool.h>
#include <linux/module.h>
#include "shortbridge.h"

struct ztun {
	struct net_device *dev;
	struct net_device *lower;
	netdevice_tracker lower_tracker;
	unsigned int lower_mtu;		/* as it was last seen */
	bool no_addrconf_before;	/* what IFF_NO_ADDRCONF of the lower device was */
};

/* ---- frames ---- */

static netdev_tx_t ztun_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct ztun *zt = netdev_priv(dev);
	struct net_device *lower = zt->lower;
	unsigned int len = skb->len;

	/* A tunnel's may grow with its route, about which no event tells. */
	if (unlikely(room_before(lower) > dev->needed_headroom))
		WRITE_ONCE(dev->needed_headroom, room_before(lower));
	skb_tx_timestamp(skb);
	skb_scrub_packet(skb, !net_eq(dev_net(dev), dev_net(lower)));
	skb->priority = 0;
	if (likely(!send(skb, lower)))
		dev_sw_netstats_tx_add(dev, 1, len);
	else
		dev_core_stats_tx_dropped_inc(dev);
	return NETDEV_TX_OK;
}

rx_handler_result_t ztun_rx(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct ztun *zt = rcu_dereference(skb->dev->rx_handler_data);
	struct net_device *dev = zt->dev;

	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb))
		return RX_HANDLER_CONSUMED;
	*pskb = skb;
	if (unlikely(!(dev->flags & IFF_UP))) {
		dev_core_stats_rx_dropped_inc(dev);
		kfree_skb(skb);
		return RX_HANDLER_CONSUMED;
	}
	enter(skb, dev);
	dev_sw_netstats_rx_add(dev, skb->len + ETH_HLEN);
	return RX_HANDLER_ANOTHER;
}

/* ---- the device ---- */

static int ztun_init(struct net_device *dev)
{
	struct ztun *zt = netdev_priv(dev);

	netdev_lockdep_set_classes(dev);
	netdev_hold(zt->lower, &zt->lower_tracker, GFP_KERNEL);
	__module_get(THIS_MODULE);
	return 0;
}

static void ztun_free(struct net_device *dev)
{
	struct ztun *zt = netdev_priv(dev);

	netdev_put(zt->lower, &zt->lower_tracker);
	module_put(THIS_MODULE);
}

static int ztun_open(struct net_device *dev)
{
	struct ztun *zt = netdev_priv(dev);

	/* Its own address, and whatever is bridged behind it, are not the lower device's. */
	return dev_set_promiscuity(zt->lower, 1);
}

static int ztun_stop(struct net_device *dev)
{
	struct ztun *zt = netdev_priv(dev);

	dev_set_promiscuity(zt->lower, -1);
	return 0;
}

static netdev_features_t ztun_fix_features(struct net_device *dev, netdev_features_t features)
{
	struct ztun *zt = netdev_priv(dev);

	return (features & ~FOLLOWED_FEATURES) |
	       netdev_intersect_features(features & FOLLOWED_FEATURES, zt->lower->features);
}

static int ztun_get_iflink(const struct net_device *dev)
{
	const struct ztun *zt = netdev_priv(dev);

	return READ_ONCE(zt->lower->ifindex);
}

static const struct net_device_ops ztun_netdev_ops = {
	.ndo_init = ztun_init,
	.ndo_open = ztun_open,
	.ndo_stop = ztun_stop,
	.ndo_start_xmit = ztun_xmit,
	.ndo_fix_features = ztun_fix_features,
	.ndo_get_iflink = ztun_get_iflink,
	.ndo_get_stats64 = dev_get_tstats64,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_features_check = passthru_features_check,
};

static void ztun_get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "ztun", sizeof(info->driver));
}

static int ztun_get_link_ksettings(struct net_device *dev, struct ethtool_link_ksettings *settings)
{
	struct ztun *zt = netdev_priv(dev);

	return __ethtool_get_link_ksettings(zt->lower, settings);
}

static const struct ethtool_ops ztun_ethtool_ops = {
	.get_drvinfo = ztun_get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = ztun_get_link_ksettings,
	.get_ts_info = ethtool_op_get_ts_info,
};

static void ztun_setup(struct net_device *dev)
{
	setup(dev);
	dev->netdev_ops = &ztun_netdev_ops;
	dev->ethtool_ops = &ztun_ethtool_ops;
	dev->priv_destructor = ztun_free;
	dev->max_mtu = ETH_MAX_MTU; /* until the lower device's is known */
	dev->priv_flags |= IFF_UNICAST_FLT | IFF_LIVE_ADDR_CHANGE;
}

/* ---- following the lower device ---- */

static void ztun_follow_carrier(struct ztun *zt)
{
	if (zt->lower->flags & IFF_UP)
		netif_stacked_transfer_operstate(zt->lower, zt->dev);
	else
		netif_carrier_off(zt->dev);
}

/* It stays equal if it was; a smaller one, which someone chose, stays as long as it fits. */
static void ztun_follow_mtu(struct ztun *zt)
{
	struct net_device *dev = zt->dev;
	unsigned int mtu = zt->lower->mtu;

	dev->max_mtu = mtu;
	if (dev->mtu == zt->lower_mtu || dev->mtu > mtu)
		dev_set_mtu(dev, mtu);
	zt->lower_mtu = mtu;
}

static void ztun_follow_features(struct ztun *zt)
{
	struct net_device *dev = zt->dev;
	struct net_device *lower = zt->lower;

	netif_inherit_tso_max(dev, lower);
	dev->vlan_features = lower->vlan_features & FOLLOWED_FEATURES;
	dev->needed_headroom = room_before(lower);
	dev->needed_tailroom = lower->needed_tailroom;
}

/* ---- rtnetlink ---- */

static int ztun_validate(struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *extack)
{
	if (!tb[IFLA_LINK]) {
		NL_SET_ERR_MSG(extack, "A ztun needs a lower device: link DEVICE");
		return -EINVAL;
	}
	if (tb[IFLA_ADDRESS] && (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN ||
				 !is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS])))) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS], "Not a unicast Ethernet address");
		return -EADDRNOTAVAIL;
	}
	return 0;
}

static int ztun_check_lower(struct net_device *lower, struct netlink_ext_ack *extack)
{
	if (lower->rtnl_link_ops == &ztun_link_ops) {
		NL_SET_ERR_MSG(extack, "The lower device is a ztun; take the one below it");
		return -EINVAL;
	}
	return check_taken(lower, extack);
}

static int ztun_make(struct net *link_net, struct net_device *dev, struct nlattr *tb[],
		     struct netlink_ext_ack *extack)
{
	struct ztun *zt = netdev_priv(dev);
	struct net_device *lower;
	int err;

	lower = __dev_get_by_index(link_net, nla_get_u32(tb[IFLA_LINK]));
	if (!lower) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_LINK], "There is no such lower device");
		return -ENODEV;
	}
	err = ztun_check_lower(lower, extack);
	if (err)
		return err;
	if (tb[IFLA_MTU] && dev->mtu > lower->mtu) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_MTU], "The MTU exceeds that of the lower device");
		return -EINVAL;
	}

	zt->dev = dev;
	zt->lower = lower;
	zt->lower_mtu = lower->mtu;
	dev->max_mtu = lower->mtu;
	if (!tb[IFLA_MTU])
		dev->mtu = lower->mtu;
	if (!tb[IFLA_ADDRESS])
		eth_hw_addr_inherit(dev, lower);
	ztun_follow_features(zt);

	err = register_netdevice(dev);
	if (err)
		return err;
	err = netdev_upper_dev_link(lower, dev, extack);
	if (err) {
		if (err == -EMLINK)
			NL_SET_ERR_MSG(extack, "Too many devices are stacked");
		goto unregister;
	}
	err = netdev_rx_handler_register(lower, ztun_rx, zt);
	if (err)
		goto unlink;
	zt->no_addrconf_before = take(lower);
	ztun_follow_carrier(zt);
	return 0;

unlink:
	netdev_upper_dev_unlink(lower, dev);
unregister:
	unregister_netdevice(dev);
	return err;
}

DEFINE_NEWLINK(ztun_newlink, ztun_make)

static void ztun_dellink(struct net_device *dev, struct list_head *head)
{
	struct ztun *zt = netdev_priv(dev);
	struct net_device *lower = zt->lower;

	/* Here rather than when it is unregistered: both may be in one list, the lower first. */
	netdev_rx_handler_unregister(lower);
	release(lower, zt->no_addrconf_before);
	netdev_upper_dev_unlink(lower, dev);
	unregister_netdevice_queue(dev, head);
}

static struct net *ztun_get_link_net(const struct net_device *dev)
{
	const struct ztun *zt = netdev_priv(dev);

	return dev_net(zt->lower);
}

struct rtnl_link_ops ztun_link_ops __read_mostly = {
	.kind = "ztun",
	.priv_size = sizeof(struct ztun),
	.setup = ztun_setup,
	.validate = ztun_validate,
	.newlink = ztun_newlink,
	.dellink = ztun_dellink,
	.get_link_net = ztun_get_link_net,
};

int ztun_lower_event(struct net_device *lower, unsigned long event)
{
	struct ztun *zt = rtnl_dereference(lower->rx_handler_data);

	switch (event) {
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
		ztun_follow_carrier(zt);
		break;
	case NETDEV_CHANGEMTU:
		ztun_follow_mtu(zt);
		break;
	case NETDEV_FEAT_CHANGE:
		ztun_follow_features(zt);
		netdev_update_features(zt->dev);
		break;
	case NETDEV_UNREGISTER:
		/* not when it only moves to another namespace */
		if (lower->reg_state == NETREG_UNREGISTERING) {
			LIST_HEAD(gone);

			ztun_dellink(zt->dev, &gone);
			unregister_netdevice_many(&gone);
		}
		break;
	case NETDEV_PRE_TYPE_CHANGE:
		return NOTIFY_BAD;
	}
	return NOTIFY_DONE;
}
