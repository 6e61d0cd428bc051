/*
 * lock.c — see lock.h. An open file description lock (fcntl(2)) can be asked
 * about without being taken, unlike that of flock(2): looking is no disturbance.
 */
#include "run/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

enum {
	/* A shell that was killed while it started a program: the child has the lock
	 * until it becomes that program. */
	PATIENCE_MS = 1000,
	STEP_MS = 5,
};

static char *lock_path(const char *dir)
{
	return mem_printf("%s/lock", dir);
}

static void read_holder(int fd, struct proc *ret)
{
	char text[64] = "";
	int pid = 0;

	*ret = (struct proc){ 0 };
	if (pread(fd, text, sizeof(text) - 1, 0) > 0 &&
	    sscanf(text, "%d %llu", &pid, &ret->start) == 2)
		ret->pid = pid;
}

static void write_holder(int fd)
{
	struct proc self = { 0 };
	char text[64];
	int n;

	proc_find(getpid(), &self);
	n = snprintf(text, sizeof(text), "%d %llu\n", (int)self.pid, self.start);
	/* it only tells others who it is */
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) < 0)
		return;
}

static int try_lock(int fd)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_SETLK, &l) < 0 ? -errno : 0;
}

static int lock_patiently(int fd, struct proc *ret_holder)
{
	int r = try_lock(fd);

	for (int waited = 0; r == -EAGAIN && waited < PATIENCE_MS; waited += STEP_MS) {
		struct timespec step = { .tv_nsec = STEP_MS * 1000000L };

		read_holder(fd, ret_holder);
		if (ret_holder->pid && proc_alive(ret_holder))
			return -EBUSY;
		nanosleep(&step, NULL);
		r = try_lock(fd);
	}
	return r == -EAGAIN ? -EBUSY : r;
}

int lock_take(const char *dir, int *ret_fd, struct proc *ret_holder, struct err *e)
{
	cleanup_free char *path = lock_path(dir);
	cleanup_close int fd =
		open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	struct stat st;
	int r;

	*ret_holder = (struct proc){ 0 };
	if (fd < 0)
		return errno == ENOENT ? -ENOENT : err_sys(e, errno, "open %s", path);
	r = lock_patiently(fd, ret_holder);
	if (r == -EBUSY)
		return r;
	if (r < 0)
		return err_sys(e, r, "lock %s", path);
	if (fstat(fd, &st) < 0 || st.st_nlink == 0) /* it was destroyed meanwhile */
		return -ENOENT;
	write_holder(fd);
	*ret_fd = steal_fd(&fd);
	return 0;
}

void lock_look(const char *dir, struct proc *ret_holder)
{
	cleanup_free char *path = lock_path(dir);
	cleanup_close int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	*ret_holder = (struct proc){ 0 };
	if (fd >= 0 && fcntl(fd, F_OFD_GETLK, &l) == 0 && l.l_type != F_UNLCK)
		read_holder(fd, ret_holder);
}
