/*
 * file.c — reading and replacing whole files, making and removing folders.
 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { READ_CHUNK = 65536 };

static int read_open(int fd, const char *path, size_t max, char **ret, size_t *ret_n,
		     struct err *e)
{
	cleanup_free char *text = NULL;
	size_t n = 0, cap = 0;

	for (;;) {
		ssize_t got;

		if (n > max)
			return err_set(e, EFBIG, "%s: larger than %zu bytes", path, max);
		if (cap - n < READ_CHUNK + 1) {
			cap = cap * 2 + READ_CHUNK + 1;
			text = mem_resize(text, cap, 1);
		}
		got = read(fd, text + n, READ_CHUNK);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, errno, "%s", path);
		if (got == 0)
			break;
		n += (size_t)got;
	}
	text[n] = '\0';
	*ret = steal_ptr(text);
	*ret_n = n;
	return 0;
}

int file_read(const char *path, size_t max, char **ret, size_t *ret_n, struct err *e)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, errno, "%s", path);
	return read_open(fd, path, max, ret, ret_n, e);
}

int file_write_all(int fd, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, text, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		text += put;
		n -= (size_t)put;
	}
	return 0;
}

static int write_aside(int fd, const char *text, size_t n, mode_t mode)
{
	int r = file_write_all(fd, text, n);

	if (r == 0 && fchmod(fd, mode) < 0)
		r = -errno;
	/* a file system that cannot sync (a pipe, some FUSE) says EINVAL */
	if (r == 0 && fsync(fd) < 0 && errno != EINVAL && errno != EROFS)
		r = -errno;
	return r;
}

int file_replace(const char *path, const char *text, size_t n, struct err *e)
{
	cleanup_free char *real = realpath(path, NULL), *aside = NULL;
	const char *target = real ? real : path;
	struct stat st;
	mode_t mode;
	int fd, r;

	if (stat(target, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return err_sys(e, EISDIR, "%s", path);
		if (!S_ISREG(st.st_mode)) { /* a device or pipe: nothing to keep */
			fd = open(target, O_WRONLY | O_CLOEXEC);
			if (fd < 0)
				return err_sys(e, errno, "%s", path);
			r = file_write_all(fd, text, n);
			close(fd);
			return r < 0 ? err_sys(e, r, "%s", path) : 0;
		}
		mode = st.st_mode & 07777;
	} else {
		mode_t mask = umask(0);

		umask(mask);
		mode = 0666 & ~mask;
	}
	aside = mem_printf("%s.XXXXXX", target);
	fd = mkostemp(aside, O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, errno, "%s", path);
	r = write_aside(fd, text, n, mode);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0 && rename(aside, target) < 0)
		r = -errno;
	if (r < 0) {
		unlink(aside);
		return err_sys(e, r, "%s", path);
	}
	return 0;
}

int file_make_dirs(const char *path, mode_t mode, struct err *e)
{
	cleanup_free char *part = mem_strdup(path);
	struct stat st;

	for (char *p = part; *p;) {
		char was;

		p += 1 + strcspn(p + 1, "/");
		was = *p;
		*p = '\0';
		if (mkdir(part, mode) < 0 && errno != EEXIST)
			return err_sys(e, errno, "make folder %s", part);
		*p = was;
	}
	if (stat(path, &st) < 0)
		return err_sys(e, errno, "make folder '%s'", path);
	return S_ISDIR(st.st_mode) ? 0 : err_sys(e, ENOTDIR, "make folder %s", path);
}

static int remove_at(int at, const char *name, dev_t dev)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct dirent *d;
	struct stat st;
	DIR *dir;
	int r = 0;

	if (fd < 0) {
		if (errno == ENOENT)
			return 0;
		if (errno != ENOTDIR && errno != ELOOP)
			return -errno;
		return unlinkat(at, name, 0) < 0 && errno != ENOENT ? -errno : 0;
	}
	if (fstat(fd, &st) < 0 || (dev && st.st_dev != dev)) {
		close(fd);
		return -EXDEV;
	}
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while (r == 0 && (d = readdir(dir)))
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			r = remove_at(fd, d->d_name, st.st_dev);
	closedir(dir);
	if (r == 0 && unlinkat(at, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		r = -errno;
	return r;
}

int file_remove_tree(const char *path, struct err *e)
{
	int r = remove_at(AT_FDCWD, path, 0);

	return r < 0 ? err_sys(e, r, "remove %s", path) : 0;
}
