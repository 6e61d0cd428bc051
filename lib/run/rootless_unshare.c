/*
 * rootless_unshare.c — a user, mount and network namespace, and a /run in it.
 *
 * The user becomes root of a user namespace in which only their own id exists,
 * and so owns the namespaces made next. /run gets a tmpfs, for the files of
 * networks and ip-netns(8); what was in /run is bound back entry by entry, so
 * that D-Bus, X and the resolver stay in reach. Entries that cannot be bound
 * (gone meanwhile, forbidden by the system) are left out.
 */
#include "run/rootless_unshare.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

/* ---- why not ---- */

/* A number from /proc/sys; missing ones are otherwise. */
static long setting(const char *name, long otherwise)
{
	cleanup_free char *path = mem_printf("/proc/sys/%s", name), *text = NULL;
	size_t n;

	if (file_read(path, 64, &text, &n, NULL) < 0)
		return otherwise;
	return strtol(text, NULL, 10);
}

/* What usually forbids it, looked up where it is set. */
static int explain(struct err *e)
{
	if (setting("user/max_user_namespaces", 1) == 0)
		return err_hint(e, "'sysctl user.max_user_namespaces=15000' as root "
				   "allows user namespaces; or run espalier as root");
	if (setting("kernel/unprivileged_userns_clone", 1) == 0)
		return err_hint(e, "'sysctl kernel.unprivileged_userns_clone=1' as root "
				   "allows user namespaces; or run espalier as root");
	if (setting("kernel/apparmor_restrict_unprivileged_userns", 0) != 0)
		return err_hint(e, "'sysctl "
				   "kernel.apparmor_restrict_unprivileged_userns=0' as "
				   "root lifts AppArmor's ban; or run espalier as root");
	return err_hint(e, "run espalier as root; a container must permit unshare, "
			   "mount and setns");
}

/* ---- the user namespace ---- */

static int write_file(const char *path, const char *text)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : file_write_all(fd, text, strlen(text));
}

static int map_ids(const char *path, unsigned outside, struct err *e)
{
	cleanup_free char *map = mem_printf("0 %u 1\n", outside);
	int r = write_file(path, map);

	return r < 0 ? err_sys(e, r, "write %s", path) : 0;
}

static int unshare_user(struct err *e)
{
	unsigned uid = geteuid(), gid = getegid();
	int r;

	/* else /proc/self belongs to root, should we have changed ids since exec */
	prctl(PR_SET_DUMPABLE, 1);
	if (unshare(CLONE_NEWUSER) < 0) {
		r = errno;
		if (r == ENOSPC) /* how the kernel says that the limit is reached */
			err_set(e, r,
				"make a user namespace: "
				"user.max_user_namespaces is reached");
		else
			err_sys(e, r, "make a user namespace");
		return -r;
	}
	/* an own group can only be mapped once groups cannot be dropped; absent before
	 * 3.19 */
	r = write_file("/proc/self/setgroups", "deny");
	if (r < 0 && r != -ENOENT)
		return err_sys(e, r, "write /proc/self/setgroups");
	r = map_ids("/proc/self/uid_map", uid, e);
	return r < 0 ? r : map_ids("/proc/self/gid_map", gid, e);
}

/* ---- /run ---- */

/* What is ours to make anew inside. */
static bool is_ours(const char *name)
{
	return strcmp(name, "espalier") == 0 || strcmp(name, "netns") == 0;
}

/* Shows an entry of the old /run in the new one, as well as it can be. */
static void keep_entry(int old, int new, const char *name)
{
	char link[PATH_MAX];
	struct stat st;
	ssize_t n;

	if (fstatat(old, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (S_ISLNK(st.st_mode)) {
		n = readlinkat(old, name, link, sizeof(link) - 1);
		if (n > 0) {
			link[n] = '\0';
			(void)symlinkat(link, new, name);
		}
		return;
	}
	cleanup_free char *from = mem_printf("/proc/self/fd/%d/%s", old, name);
	cleanup_free char *to = mem_printf("/proc/self/fd/%d/%s", new, name);
	bool folder = S_ISDIR(st.st_mode);

	if ((folder ? mkdirat(new, name, 0755) : mknodat(new, name, S_IFREG | 0444, 0)) <
	    0)
		return;
	if (mount(from, to, NULL, MS_BIND | MS_REC, NULL) < 0)
		(void)unlinkat(new, name, folder ? AT_REMOVEDIR : 0);
}

static int make_run(struct err *e)
{
	cleanup_close int old = open("/run", O_PATH | O_DIRECTORY | O_CLOEXEC), new = -1;
	struct dirent *d;
	int list;
	DIR *dir;

	if (old < 0)
		return err_sys(e, errno, "open /run");
	if (mount("espalier", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0)
		return err_sys(e, errno, "mount a tmpfs on /run");
	new = open("/run", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (new < 0)
		return err_sys(e, errno, "open the new /run");
	list = openat(old, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = list < 0 ? NULL : fdopendir(list);
	if (!dir) { /* not ours to read: then the new one is empty */
		if (list >= 0)
			close(list);
		return 0;
	}
	while ((d = readdir(dir)))
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 &&
		    !is_ours(d->d_name))
			keep_entry(old, new, d->d_name);
	closedir(dir);
	return 0;
}

int rootless_unshare_all(bool user, struct err *e)
{
	struct err own = ERR_INIT;
	int r = 0;

	if (!e)
		e = &own;
	if (user)
		r = unshare_user(e);
	if (r == 0 && unshare(CLONE_NEWNS | CLONE_NEWNET) < 0)
		r = err_sys(e, errno, "make a mount and a network namespace");
	/* slaves: what the machine mounts later is seen, nothing of ours gets out */
	if (r == 0 && mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		r = err_sys(e, errno, "keep our mounts to ourselves");
	if (r == 0)
		r = make_run(e);
	if (r < 0)
		explain(e);
	err_clear(&own);
	return r;
}
