// SPDX-License-Identifier: GPL-2.0
/*
 * main.c — the module, and the events of the devices below its own.
 *
 * Every device of the module holds a reference to it, so it goes when the last has gone.
 * The reference is put by the device's destructor; rtnl_link_unregister() waits for those.
 */
#include <linux/if_arp.h>
#include <linux/module.h>
#include "shortbridge.h"

int check_taken(const struct net_device *dev, struct netlink_ext_ack *extack)
{
	if (dev->type != ARPHRD_ETHER || dev->addr_len != ETH_ALEN || (dev->flags & IFF_LOOPBACK)) {
		NL_SET_ERR_MSG(extack, "Not an Ethernet device");
		return -EINVAL;
	}
	if (dev->rtnl_link_ops == &sb_link_ops) {
		NL_SET_ERR_MSG(extack, "A shortbridge carries nothing but between its two ports");
		return -EINVAL;
	}
	if (dev->priv_flags & (IFF_DONT_BRIDGE | IFF_NO_RX_HANDLER)) {
		NL_SET_ERR_MSG(extack, "The device does not let others take its frames");
		return -EOPNOTSUPP;
	}
	if (netdev_master_upper_dev_get((struct net_device *)dev)) {
		NL_SET_ERR_MSG(extack, "The device is already enslaved");
		return -EBUSY;
	}
	if (rcu_access_pointer(dev->rx_handler) == ztun_rx) {
		NL_SET_ERR_MSG(extack, "The device is already the lower device of a ztun");
		return -EBUSY;
	}
	if (netdev_is_rx_handler_busy((struct net_device *)dev)) {
		NL_SET_ERR_MSG(extack, "Another device already takes what this one receives");
		return -EBUSY;
	}
	return 0;
}

static int device_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	rx_handler_func_t *handler = rcu_access_pointer(dev->rx_handler);

	if (handler == ztun_rx)
		return ztun_lower_event(dev, event);
	if (handler == sb_rx)
		return sb_port_event(dev, event);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = device_event,
};

static int __init shortbridge_init(void)
{
	int err;

	err = register_netdevice_notifier(&notifier);
	if (err)
		return err;
	err = rtnl_link_register(&ztun_link_ops);
	if (err)
		goto unregister_notifier;
	err = rtnl_link_register(&sb_link_ops);
	if (err)
		goto unregister_ztun;
	return 0;

unregister_ztun:
	rtnl_link_unregister(&ztun_link_ops);
unregister_notifier:
	unregister_netdevice_notifier(&notifier);
	return err;
}

static void __exit shortbridge_exit(void)
{
	rtnl_link_unregister(&sb_link_ops);
	rtnl_link_unregister(&ztun_link_ops);
	unregister_netdevice_notifier(&notifier);
}

module_init(shortbridge_init);
module_exit(shortbridge_exit);
MODULE_DESCRIPTION("Point-to-point connectors between tunnels and network namespaces");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
MODULE_ALIAS_RTNL_LINK("ztun");
MODULE_ALIAS_RTNL_LINK("shortbridge");
