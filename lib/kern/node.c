/*
 * node.c — see node.h. A node's namespace is pinned at <dir>/ns/NODE, and a
 * symbolic link in /run/netns leads there, which is ours as long as it does.
 */
#include "kern/node.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "kern/netns.h"
#include "kern/request.h"

static const char shown[] = "/run/netns";

enum { GRACE_MS = 1000 }; /* that programs have from SIGTERM to SIGKILL */

int node_create(const char *path, struct err *e)
{
	int r = netns_create(path, e), ns;

	if (r != -EEXIST)
		return r;
	ns = netns_open(path);
	if (ns >= 0) {
		close(ns);
		return r;
	}
	netns_unpin(path, NULL);
	err_clear(e);
	return netns_create(path, e);
}

/* ---- within the namespace ---- */

static char read_sysctl(const char *path)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	char c = 0;

	return fd >= 0 && read(fd, &c, 1) == 1 ? c : 0;
}

static int write_sysctl(const char *path, const char *value, struct err *e)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT) /* the kernel has none of that, as without IPv6 */
		return 0;
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		return err_sys(e, errno, "write %s to %s", value, path);
	return 0;
}

/* IPv4's settings come from the machine's own namespace (net/ipv4/devinet.c). */
static void find_defaults(struct node_defaults *d)
{
	if (d->known)
		return;
	d->known = true;
	d->forwards = read_sysctl("/proc/sys/net/ipv4/ip_forward") != '0';
	d->filters = read_sysctl("/proc/sys/net/ipv4/conf/all/rp_filter") == '1' ||
		     read_sysctl("/proc/sys/net/ipv4/conf/default/rp_filter") == '1';
}

static int set_forwarding(const struct node *n, const struct node_defaults *d,
			  struct err *e)
{
	bool forwards = n->kind == NODE_ROUTER;
	int r = 0;

	if (forwards != d->forwards)
		r = write_sysctl("/proc/sys/net/ipv4/ip_forward", forwards ? "1" : "0",
				 e);
	if (r == 0 && forwards)
		r = write_sysctl("/proc/sys/net/ipv6/conf/all/forwarding", "1", e);
	/* what arrives another way than the answer would leave is no error here */
	if (r == 0 && d->filters)
		r = write_sysctl("/proc/sys/net/ipv4/conf/all/rp_filter", "0", e);
	if (r == 0 && d->filters)
		r = write_sysctl("/proc/sys/net/ipv4/conf/default/rp_filter", "0", e);
	return r;
}

int node_prepare(struct netlink *nl, const struct node *n, struct node_defaults *defaults,
		 struct err *e)
{
	struct node_settings bridge = { .up = false, .stp = n->stp, .vlan = n->vlan };
	int r;

	find_defaults(defaults);
	r = netlink_request(nl, request_link_up(IFINDEX_LOOPBACK), "lo", e);
	/* Nobody else has its link-local addresses, which are made from the MACs. While
	 * they were being checked for a second or two, a router could not find its
	 * neighbours, for it asks from them. */
	if (r == 0 && n->kind != NODE_SWITCH)
		r = write_sysctl("/proc/sys/net/ipv6/conf/default/accept_dad", "0", e);
	if (r == 0 && n->kind != NODE_SWITCH)
		return set_forwarding(n, defaults, e);
	/* a switch says nothing by itself */
	if (r == 0)
		r = write_sysctl("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1", e);
	if (r == 0)
		r = netlink_request(nl, request_bridge_add(&bridge), "its bridge", e);
	return r;
}

/* ---- for other tools ---- */

static char *shown_path(const char *network, const char *node)
{
	return mem_printf("%s/%s.%s", shown, network, node);
}

static bool leads_to(const char *link, const char *path)
{
	cleanup_free char *target = mem_alloc(strlen(path) + 2);
	ssize_t n = readlink(link, target, strlen(path) + 1);

	return n == (ssize_t)strlen(path) && strcmp(target, path) == 0;
}

/*
 * Names come and go there by the thousand, which takes long on a disk. Where /run is
 * one, a tmpfs is laid over an empty folder; `ip netns add` mounts one there, too.
 */
int node_show_begin(struct err *e)
{
	struct statfs fs;
	struct dirent *d;
	bool empty = true;
	DIR *dir;

	if (mkdir(shown, 0755) < 0 && errno != EEXIST)
		return err_sys(e, errno, "make %s", shown);
	if (statfs(shown, &fs) < 0 || fs.f_type == TMPFS_MAGIC)
		return 0;
	dir = opendir(shown);
	while (dir && (d = readdir(dir)))
		empty &= d->d_name[0] == '.';
	if (dir && empty)
		mount("espalier", shown, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		      "mode=0755");
	if (dir)
		closedir(dir);
	return 0;
}

int node_show(const char *path, const char *network, const char *node, struct err *e)
{
	cleanup_free char *link = shown_path(network, node);

	if (symlink(path, link) == 0)
		return 0;
	if (errno == EEXIST && leads_to(link, path))
		return 0;
	return err_sys(e, errno, "make %s", link);
}

static void hide(const char *path, const char *network, const char *node)
{
	cleanup_free char *link = shown_path(network, node);

	if (leads_to(link, path))
		unlink(link);
}

/* ---- the end ---- */

static char *pin_path(const char *dir, const char *node)
{
	return mem_printf("%s/ns/%s", dir, node);
}

static int end_programs(const char *dir, char *const *names, size_t n, struct err *e)
{
	VEC(struct netns_id) ids = { 0 };
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		cleanup_free char *path = pin_path(dir, names[i]);
		cleanup_close int ns = netns_open(path);
		struct netns_id id;

		if (ns >= 0 && netns_identify(ns, &id) == 0)
			vec_push(&ids, id);
		else if (ns != -ENOENT)
			r = err_sys(e, ns < 0 ? ns : EIO, "open %s", path);
	}
	if (r == 0) {
		r = netns_end_processes(ids.v, ids.n, GRACE_MS);
		if (r < 0)
			err_sys(e, r, "end the programs in %zu node%s", n,
				n == 1 ? "" : "s");
	}
	vec_free(&ids);
	return r < 0 ? r : 0;
}

int nodes_end(const char *dir, const char *network, char *const *names, size_t n,
	      struct err *e)
{
	int r = end_programs(dir, names, n, e);

	for (size_t i = 0; i < n && r == 0; i++) {
		cleanup_free char *path = pin_path(dir, names[i]);

		hide(path, network, names[i]);
		r = netns_unpin(path, e);
	}
	return r;
}

typedef VEC(char *) name_vec;

static int list_pins(const char *ns, name_vec *ret, struct err *e)
{
	struct dirent *d;
	DIR *pins = opendir(ns);

	if (!pins)
		return errno == ENOENT ? 0 : err_sys(e, errno, "open %s", ns);
	while ((d = readdir(pins)))
		if (d->d_name[0] != '.')
			vec_push(ret, mem_strdup(d->d_name));
	closedir(pins);
	return 0;
}

int nodes_end_all(const char *dir, const char *network, struct err *e)
{
	cleanup_free char *ns = mem_printf("%s/ns", dir);
	name_vec names = { 0 };
	int r = list_pins(ns, &names, e);

	if (r == 0)
		r = end_programs(dir, names.v, names.n, e);
	vec_each (&names, name) {
		cleanup_free char *path = pin_path(dir, *name);

		if (r == 0)
			hide(path, network, *name);
		free(*name);
	}
	vec_free(&names);
	/* All pins go with the tmpfs they are on, at once: so the kernel's worker ends
	 * them together. EINVAL: it went before. */
	if (r == 0 && umount2(ns, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL &&
	    errno != ENOENT)
		r = err_sys(e, errno, "unmount %s", ns);
	return r;
}
