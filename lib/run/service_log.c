/*
 * service_log.c — what the programs of services write, a file each that they append to.
 *
 * These files are in memory, as all of /run. The beginning of one that has grown long is
 * given back: it becomes a hole, so that the program, which goes on at the end, need not
 * know, and what was read of it stays where it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/services_parts.h"

enum {
	LONG_BYTES = 4 << 20, /* in memory, from which on it is shortened */
	KEPT_BYTES = 1 << 20,
	BLOCK_BYTES = 512, /* of st_blocks, see stat(3type) */
};

void service_log_shorten(const struct network *n, const struct service_run *r)
{
	cleanup_free char *path = services_file(n, r->node, r->name, "log");
	cleanup_close int fd = -1;
	struct stat st;

	if (stat(path, &st) < 0 || st.st_blocks <= LONG_BYTES / BLOCK_BYTES)
		return;
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	/* a file system that cannot do it does not have it in memory either */
	if (fd >= 0)
		fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			  st.st_size - KEPT_BYTES);
}

size_t service_log_read(const struct network *n, const char *node, const char *name,
			size_t from, size_t max, char **ret)
{
	cleanup_free char *path = services_file(n, node, name, "log");
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t size = 0, got = 0;
	struct stat st;
	ssize_t r = 1;

	if (fd >= 0 && fstat(fd, &st) == 0)
		size = (size_t)st.st_size;
	if (size > from + max)
		from = size - max;
	size = size > from ? size - from : 0;
	*ret = mem_alloc(size + 1);
	while (got < size && r > 0) {
		r = pread(fd, *ret + got, size - got, (off_t)(from + got));
		if (r < 0 && errno == EINTR)
			r = 1;
		else if (r > 0)
			got += (size_t)r;
	}
	return got;
}

int services_log(struct network *n, const char *node, int kind, size_t max, char **ret,
		 struct err *e)
{
	struct str all = { 0 };
	bool any = false;

	vec_each (&n->services->v, r) {
		cleanup_free char *text = NULL;
		size_t size;

		if (strcmp(r->node, node) != 0 ||
		    (kind >= 0 && !(r->services & 1U << kind)))
			continue;
		any = true;
		size = service_log_read(n, node, r->name, 0, max, &text);
		if (size == 0)
			continue;
		if (kind < 0)
			str_addf(&all, "== %s\n", r->name);
		str_addn(&all, text, size);
	}
	if (!any) {
		str_free(&all);
		return err_set(e, ENODATA, "%s has no %s", node,
			       kind < 0 ? "services" : "such service");
	}
	*ret = str_take(&all);
	return 0;
}
