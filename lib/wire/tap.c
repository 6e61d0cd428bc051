/*
 * tap.c — see tap.h.
 */
#include "wire/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/mem.h"
#include "wire/pool.h"

/* Of Linux 6.2; older headers do not have them, older kernels refuse them. */
#define UDP_SEGMENTATION (0x20U | 0x40U) /* TUN_F_USO4, TUN_F_USO6 */

int tap_open(const char *name, unsigned ifindex, struct err *e)
{
	const int header = POOL_VNET;
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	cleanup_close int fd = -1;

	if (!*name || strlen(name) >= sizeof(ifr.ifr_name))
		return err_set(e, EINVAL, "'%s' cannot be an interface's name", name);
	memcpy(ifr.ifr_name, name, strlen(name));
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		int r = err_sys(e, errno, "%s: open /dev/net/tun", name);

		if (r == -EACCES || r == -EPERM)
			err_hint(e, "only root may use it here: chmod 666 /dev/net/tun "
				    "lets all");
		return r;
	}
	if (ifindex && ioctl(fd, TUNSETIFINDEX, &ifindex) < 0)
		return err_sys(e, errno, "%s: tap device with number %u", name, ifindex);
	if (ioctl(fd, TUNSETIFF, &ifr) < 0)
		return err_sys(e, errno, "%s: make a tap device", name);
	if (ioctl(fd, TUNSETVNETHDRSZ, &header) < 0)
		return err_sys(e, errno, "%s: length of the header", name);
	return steal_fd(&fd);
}

int tap_check(int fd, struct err *e)
{
	const int want = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
	struct ifreq ifr = { .ifr_flags = 0 };
	int header = 0, flags;

	if (ioctl(fd, TUNGETIFF, &ifr) < 0)
		return err_set(e, EINVAL, "a descriptor that is not of a tap device");
	if ((ifr.ifr_flags & (want | IFF_TUN | IFF_MULTI_QUEUE)) != want ||
	    ioctl(fd, TUNGETVNETHDRSZ, &header) < 0 || header != POOL_VNET)
		return err_set(e, EINVAL, "%.*s: not a tap device with a vnet header",
			       IFNAMSIZ, ifr.ifr_name);
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return err_sys(e, errno, "%.*s: make non-blocking", IFNAMSIZ,
			       ifr.ifr_name);
	return 0;
}

int tap_set_offloads(int fd, bool super, bool unsummed)
{
	unsigned long flags = 0;

	if (unsummed)
		flags = TUN_F_CSUM;
	if (unsummed && super)
		flags |= TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
	if (flags & TUN_F_TSO4 && ioctl(fd, TUNSETOFFLOAD, flags | UDP_SEGMENTATION) == 0)
		return 0;
	return ioctl(fd, TUNSETOFFLOAD, flags) < 0 ? -errno : 0;
}
