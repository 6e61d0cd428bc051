// SPDX-License-Identifier: GPL-2.0
/*
 * sb.c — a shortbridge: what comes in at one of its two ports leaves at the other.
 *
 * Nothing is looked up, learnt or eaten: frames of every kind pass as they are, if they fit
 * the MTU of the port they leave by. The device itself neither sends nor receives; it says
 * that its ports belong together, switches them on and off, and counts: received is what
 * came in, sent is what left.
 *
 * Each port knows the device at the other side; RCU keeps it until a frame is through. All
 * but the way of a frame runs under RTNL.
 */
#include <linux/ethtool.h>
#include <linux/module.h>
#include "shortbridge.h"

struct sb_port {
	struct net_device *dev;
	struct net_device *master;
	struct net_device __rcu *out;	/* the other port; NULL if there is none */
	unsigned int headroom;		/* what dev was told to leave free, for out */
	bool no_addrconf_before;	/* what its IFF_NO_ADDRCONF was */
};

struct sb {
	struct sb_port *ports[2];	/* NULL: free */
};

/* ---- frames ---- */

/* What IPv6 might say of itself; it is not counted, since nothing that passed is lost. */
static netdev_tx_t sb_xmit(struct sk_buff *skb, struct net_device *dev)
{
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

/* The room that frames need in front where they leave. */
static unsigned int sb_room(struct net_device *out)
{
	return netdev_get_fwd_headroom(out) + out->hard_header_len - ETH_HLEN;
}

/* The driver only notes it, so that any context will do. */
static void sb_set_headroom(struct sb_port *port, struct net_device *out)
{
	unsigned int room = sb_room(out);

	WRITE_ONCE(port->headroom, room);
	netdev_set_rx_headroom(port->dev, room);
}

rx_handler_result_t sb_rx(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct sb_port *port = rcu_dereference(skb->dev->rx_handler_data);
	struct net_device *master = port->master;
	struct net_device *out = rcu_dereference(port->out);
	unsigned int len;

	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb))
		return RX_HANDLER_CONSUMED;
	if (unlikely(!out || !(master->flags & IFF_UP))) {
		dev_core_stats_rx_dropped_inc(master);
		kfree_skb(skb);
		return RX_HANDLER_CONSUMED;
	}
	/* A tunnel's may grow with its route, about which no event tells. */
	if (unlikely(sb_room(out) > port->headroom))
		sb_set_headroom(port, out);
	skb_push(skb, ETH_HLEN);
	len = skb->len;
	dev_sw_netstats_rx_add(master, len);
	if (unlikely(!is_skb_forwardable(out, skb))) {
		dev_core_stats_tx_dropped_inc(master);
		kfree_skb(skb);
		return RX_HANDLER_CONSUMED;
	}
	skb_forward_csum(skb);
	skb_clear_tstamp(skb);
	if (likely(!send(skb, out)))
		dev_sw_netstats_tx_add(master, 1, len);
	else
		dev_core_stats_tx_dropped_inc(master);
	return RX_HANDLER_CONSUMED;
}

/* ---- following the ports ---- */

static struct sb_port *sb_other(const struct sb_port *port)
{
	struct sb *sb = netdev_priv(port->master);

	return sb->ports[sb->ports[0] == port];
}

static bool sb_carries(const struct sb_port *port)
{
	return port && (port->dev->flags & IFF_UP) && netif_carrier_ok(port->dev);
}

static void sb_follow_carrier(struct net_device *dev)
{
	struct sb *sb = netdev_priv(dev);

	if (sb_carries(sb->ports[0]) && sb_carries(sb->ports[1]))
		netif_carrier_on(dev);
	else
		netif_carrier_off(dev);
}

/* The MTU is the smaller of the ports'; nothing else could be meant by one. */
static void sb_follow_mtu(struct net_device *dev)
{
	struct sb *sb = netdev_priv(dev);
	unsigned int i, mtu = ETH_MAX_MTU;

	for (i = 0; i < 2; i++)
		if (sb->ports[i])
			mtu = min(mtu, sb->ports[i]->dev->mtu);
	if (mtu == ETH_MAX_MTU)
		mtu = ETH_DATA_LEN;
	dev->max_mtu = mtu;
	dev_set_mtu(dev, mtu);
}

static void sb_follow_headroom(struct net_device *dev)
{
	struct sb *sb = netdev_priv(dev);

	if (sb->ports[0] && sb->ports[1]) {
		sb_set_headroom(sb->ports[0], sb->ports[1]->dev);
		sb_set_headroom(sb->ports[1], sb->ports[0]->dev);
	}
}

static void sb_follow(struct net_device *dev)
{
	sb_follow_mtu(dev);
	sb_follow_headroom(dev);
	sb_follow_carrier(dev);
	netdev_update_features(dev);
}

/* ---- ports ---- */

static int sb_check_port(struct net_device *dev, struct net_device *port_dev,
			 struct netlink_ext_ack *extack)
{
	struct sb *sb = netdev_priv(dev);

	if (sb->ports[0] && sb->ports[1]) {
		NL_SET_ERR_MSG(extack, "A shortbridge has two ports, and both are taken");
		return -EBUSY;
	}
	if (netdev_has_upper_dev(dev, port_dev)) {
		NL_SET_ERR_MSG(extack, "The device is on top of this shortbridge: a loop");
		return -ELOOP;
	}
	return check_taken(port_dev, extack);
}

static int sb_add_port(struct net_device *dev, struct net_device *port_dev,
		       struct netlink_ext_ack *extack)
{
	struct sb *sb = netdev_priv(dev);
	struct sb_port *port, *other;
	unsigned int i;
	int err;

	err = sb_check_port(dev, port_dev, extack);
	if (err)
		return err;
	port = kzalloc(sizeof(*port), GFP_KERNEL);
	if (!port)
		return -ENOMEM;
	port->dev = port_dev;
	port->master = dev;
	i = sb->ports[0] ? 1 : 0;
	other = sb->ports[!i];

	err = netdev_master_upper_dev_link(port_dev, dev, NULL, NULL, extack);
	if (err) {
		if (err == -EMLINK)
			NL_SET_ERR_MSG(extack, "Too many devices are stacked");
		goto free_port;
	}
	err = dev_set_promiscuity(port_dev, 1);
	if (err)
		goto unlink;
	if (other)
		RCU_INIT_POINTER(port->out, other->dev);
	err = netdev_rx_handler_register(port_dev, sb_rx, port);
	if (err)
		goto clear_promiscuity;
	port->no_addrconf_before = take(port_dev);
	sb->ports[i] = port;
	sb_follow(dev);
	if (other)
		rcu_assign_pointer(other->out, port_dev);
	return 0;

clear_promiscuity:
	dev_set_promiscuity(port_dev, -1);
unlink:
	netdev_upper_dev_unlink(port_dev, dev);
free_port:
	kfree(port);
	return err;
}

static void sb_remove_port(struct sb_port *port)
{
	struct net_device *dev = port->master;
	struct net_device *port_dev = port->dev;
	struct sb_port *other = sb_other(port);
	struct sb *sb = netdev_priv(dev);

	if (other) {
		RCU_INIT_POINTER(other->out, NULL);
		netdev_reset_rx_headroom(other->dev);
	}
	/* It waits for the frames that are under way, from the other port too. */
	netdev_rx_handler_unregister(port_dev);
	netdev_reset_rx_headroom(port_dev);
	dev_set_promiscuity(port_dev, -1);
	release(port_dev, port->no_addrconf_before);
	netdev_upper_dev_unlink(port_dev, dev);
	sb->ports[sb->ports[1] == port] = NULL;
	kfree(port);
	sb_follow(dev);
}

static int sb_del_port(struct net_device *dev, struct net_device *port_dev)
{
	struct sb *sb = netdev_priv(dev);
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (sb->ports[i] && sb->ports[i]->dev == port_dev) {
			sb_remove_port(sb->ports[i]);
			return 0;
		}
	}
	return -EINVAL;
}

int sb_port_event(struct net_device *port_dev, unsigned long event)
{
	struct sb_port *port = rtnl_dereference(port_dev->rx_handler_data);

	switch (event) {
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
		sb_follow_carrier(port->master);
		break;
	case NETDEV_CHANGEMTU:
		sb_follow_mtu(port->master);
		break;
	case NETDEV_FEAT_CHANGE:
		sb_follow_headroom(port->master);
		netdev_update_features(port->master);
		break;
	case NETDEV_UNREGISTER:
		/* also when it moves: ports and shortbridge are in one namespace */
		sb_remove_port(port);
		break;
	case NETDEV_PRE_TYPE_CHANGE:
		return NOTIFY_BAD;
	}
	return NOTIFY_DONE;
}

/* ---- the device ---- */

static int sb_init(struct net_device *dev)
{
	netdev_lockdep_set_classes(dev);
	__module_get(THIS_MODULE);
	return 0;
}

static void sb_free(struct net_device *dev)
{
	module_put(THIS_MODULE);
}

static netdev_features_t sb_fix_features(struct net_device *dev, netdev_features_t features)
{
	netdev_features_t followed = features & FOLLOWED_FEATURES;
	struct sb *sb = netdev_priv(dev);
	unsigned int i;

	for (i = 0; i < 2; i++)
		if (sb->ports[i])
			followed = netdev_intersect_features(followed, sb->ports[i]->dev->features);
	return (features & ~FOLLOWED_FEATURES) | followed;
}

static const struct net_device_ops sb_netdev_ops = {
	.ndo_init = sb_init,
	.ndo_start_xmit = sb_xmit,
	.ndo_fix_features = sb_fix_features,
	.ndo_add_slave = sb_add_port,
	.ndo_del_slave = sb_del_port,
	.ndo_get_stats64 = dev_get_tstats64,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

static void sb_get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "shortbridge", sizeof(info->driver));
}

/* The slower port's. */
static int sb_get_link_ksettings(struct net_device *dev, struct ethtool_link_ksettings *settings)
{
	struct ethtool_link_ksettings of_port;
	struct sb *sb = netdev_priv(dev);
	unsigned int i;

	settings->base.duplex = DUPLEX_UNKNOWN;
	settings->base.port = PORT_OTHER;
	settings->base.speed = SPEED_UNKNOWN;
	for (i = 0; i < 2; i++) {
		if (sb->ports[i] && !__ethtool_get_link_ksettings(sb->ports[i]->dev, &of_port) &&
		    of_port.base.speed < settings->base.speed) {
			settings->base.duplex = of_port.base.duplex;
			settings->base.speed = of_port.base.speed;
		}
	}
	return 0;
}

static const struct ethtool_ops sb_ethtool_ops = {
	.get_drvinfo = sb_get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = sb_get_link_ksettings,
};

static void sb_setup(struct net_device *dev)
{
	setup(dev);
	eth_hw_addr_random(dev);
	dev->netdev_ops = &sb_netdev_ops;
	dev->ethtool_ops = &sb_ethtool_ops;
	dev->priv_destructor = sb_free;
	/* It has nothing to say, so neighbours and IPv6 let it be, and nothing is put on it. */
	dev->flags |= IFF_NOARP;
	dev->flags &= ~(IFF_BROADCAST | IFF_MULTICAST);
	dev->priv_flags |= IFF_NO_ADDRCONF | IFF_DONT_BRIDGE;
	dev->features |= NETIF_F_VLAN_CHALLENGED;
	set_netns_local(dev);
}

/* ---- rtnetlink ---- */

static int sb_make(struct net *link_net, struct net_device *dev, struct nlattr *tb[],
		   struct netlink_ext_ack *extack)
{
	int err;

	err = register_netdevice(dev);
	if (!err)
		netif_carrier_off(dev);
	return err;
}

DEFINE_NEWLINK(sb_newlink, sb_make)

static void sb_dellink(struct net_device *dev, struct list_head *head)
{
	struct sb *sb = netdev_priv(dev);
	unsigned int i;

	/* Here rather than when it is unregistered: its ports may be in the same list. */
	for (i = 0; i < 2; i++)
		if (sb->ports[i])
			sb_remove_port(sb->ports[i]);
	unregister_netdevice_queue(dev, head);
}

struct rtnl_link_ops sb_link_ops __read_mostly = {
	.kind = "shortbridge",
	.priv_size = sizeof(struct sb),
	.setup = sb_setup,
	.newlink = sb_newlink,
	.dellink = sb_dellink,
};
