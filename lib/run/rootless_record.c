/*
 * rootless_record.c — where the keepers of a user's networks are written down.
 *
 * The folder must be the user's own and closed to others: in /tmp anybody could
 * have made one of that name. Inside a network's namespaces /run is another, so
 * a shell that joined keeps a descriptor of the folder it came from.
 */
#include "run/rootless_record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"

static const char suffix[] = ".keeper";

/* The folder of records, once this process is inside a network's namespaces. */
static int kept_folder = -1;

/* Opens base/name if it is this user's and closed to others. */
static int folder_open_in(int base, const char *base_path, const char *name, bool make,
			  int *ret, struct err *e)
{
	cleanup_close int fd = -1;
	struct stat st;

	if (make && mkdirat(base, name, 0700) < 0 && errno != EEXIST)
		return err_sys(e, errno, "make folder %s/%s", base_path, name);
	fd = openat(base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, errno, "%s/%s", base_path, name);
	if (st.st_uid != geteuid()) {
		err_set(e, EPERM, "%s/%s belongs to user %u", base_path, name,
			(unsigned)st.st_uid);
		err_hint(e, "set XDG_RUNTIME_DIR to a folder of your own");
		return -EPERM;
	}
	if (st.st_mode & 022) {
		err_set(e, EPERM, "others may write to %s/%s", base_path, name);
		err_hint(e, "chmod 700 %s/%s", base_path, name);
		return -EPERM;
	}
	*ret = steal_fd(&fd);
	return 0;
}

int rootless_folder_open(bool make, int *ret, struct err *e)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	cleanup_close int base = -1;
	cleanup_free char *name = NULL;
	struct stat st;

	if (kept_folder >= 0) {
		*ret = fcntl(kept_folder, F_DUPFD_CLOEXEC, 0);
		return *ret < 0 ? err_sys(e, errno, "the folder of keepers") : 0;
	}
	if (runtime && runtime[0] == '/') {
		base = open(runtime, O_PATH | O_DIRECTORY | O_CLOEXEC);
		/* su(1) leaves us that of another user */
		if (base >= 0 && fstat(base, &st) == 0 && st.st_uid == geteuid())
			return folder_open_in(base, runtime, "espalier", make, ret, e);
		if (base >= 0)
			close(base);
	}
	base = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (base < 0)
		return err_sys(e, errno, "/tmp");
	name = mem_printf("espalier-%u", (unsigned)geteuid());
	return folder_open_in(base, "/tmp", name, make, ret, e);
}

int rootless_folder_lock(int folder, int *ret, struct err *e)
{
	cleanup_close int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, errno, "the folder of keepers");
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return err_sys(e, errno, "lock the folder of keepers");
	*ret = steal_fd(&fd);
	return 0;
}

int rootless_record_read(int folder, const char *network, struct proc *ret)
{
	cleanup_free char *name = mem_printf("%s%s", network, suffix);
	cleanup_close int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char text[64];
	ssize_t n;
	int pid;

	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	if (n == 0 || text[n - 1] != '\n' ||
	    sscanf(text, "%d %llu", &pid, &ret->start) != 2)
		return -ESRCH;
	ret->pid = pid;
	return proc_alive(ret) ? 0 : -ESRCH;
}

int rootless_record_write(int folder, const char *network, const struct proc *p,
			  struct err *e)
{
	cleanup_free char *name = mem_printf("%s%s", network, suffix);
	cleanup_free char *text = mem_printf("%d %llu\n", (int)p->pid, p->start);
	int fd = openat(folder, name,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return err_sys(e, errno, "write %s", name);
	r = file_write_all(fd, text, strlen(text));
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r < 0) {
		unlinkat(folder, name, 0);
		return err_sys(e, r, "write %s", name);
	}
	return 0;
}

int rootless_record_remove(int folder, const char *network, struct err *e)
{
	cleanup_free char *name = mem_printf("%s%s", network, suffix);

	if (unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return err_sys(e, errno, "remove %s", name);
	return 0;
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int rootless_record_list(int folder, rootless_names *ret, struct err *e)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct proc keeper;
	struct dirent *d;

	if (!dir) {
		r = err_sys(e, errno, "the folder of keepers");
		if (fd >= 0)
			close(fd);
		return r;
	}
	while ((d = readdir(dir))) {
		size_t n = strlen(d->d_name), tail = sizeof(suffix) - 1;
		cleanup_free char *name = NULL;

		if (n <= tail || strcmp(d->d_name + n - tail, suffix) != 0)
			continue;
		name = mem_strndup(d->d_name, n - tail);
		r = rootless_record_read(folder, name, &keeper);
		if (r == 0)
			vec_push(ret, steal_ptr(name));
		else if (r == -ESRCH)
			rootless_record_remove(folder, name, NULL);
	}
	closedir(dir);
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), name_compare);
	return 0;
}

void rootless_folder_keep(int folder)
{
	if (kept_folder >= 0)
		close(kept_folder);
	kept_folder = folder;
}
