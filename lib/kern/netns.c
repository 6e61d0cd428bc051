/*
 * netns.c — network namespaces, and the processes inside them.
 *
 * A pinned namespace is a file with the namespace bind-mounted on it; it lives
 * as long as that mount, a process inside or an open descriptor does.
 *
 * Processes are found by the identity of /proc/PID/ns/net, so that whatever
 * came into a namespace is found: a job, its grandchildren, a program started
 * by another tool. Each is signalled through a pidfd opened before its
 * namespace is looked at: a number that was given out again in between makes
 * that descriptor's process a dead one, and the signal goes nowhere.
 */
#include "kern/netns.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/vec.h"

static const char self[] = "/proc/thread-self/ns/net";

enum {
	LOOK_AGAIN_MS = 100, /* the longest wait before processes are looked for again */
	KILL_PATIENCE_MS = 5000 /* SIGKILL works at once, but for a process stuck in the
				   kernel */
};

int netns_create(const char *path, struct err *e)
{
	cleanup_close int home = netns_open_self();
	int r;

	if (home < 0)
		return err_sys(e, home, "%s", self);
	if (mknod(path, S_IFREG | 0444, 0) < 0)
		return err_sys(e, errno, "make %s", path);
	if (unshare(CLONE_NEWNET) < 0) {
		r = err_sys(e, errno, "make a network namespace");
		goto remove_file;
	}
	if (mount(self, path, NULL, MS_BIND, NULL) < 0) {
		r = err_sys(e, errno, "pin a network namespace at %s", path);
		goto go_home;
	}
	return 0;

go_home:
	netns_enter(home);
remove_file:
	unlink(path);
	return r;
}

int netns_unpin(const char *path, struct err *e)
{
	/* EINVAL: nothing is mounted on it. Detached, for someone may have it open. */
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL &&
	    errno != ENOENT)
		return err_sys(e, errno, "let go of the network namespace at %s", path);
	if (unlink(path) < 0 && errno != ENOENT)
		return err_sys(e, errno, "remove %s", path);
	return 0;
}

int netns_open_self(void)
{
	int fd = open(self, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int netns_open(const char *path)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		return -ENOENT;
	return steal_fd(&fd);
}

int netns_enter(int fd)
{
	return setns(fd, CLONE_NEWNET) < 0 ? -errno : 0;
}

int netns_identify(int fd, struct netns_id *ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	*ret = (struct netns_id){ .dev = st.st_dev, .ino = st.st_ino };
	return 0;
}

/* ---- the processes inside ---- */

typedef VEC(pid_t) pids;

struct search {
	struct netns_id *ids; /* sorted */
	size_t n;
	DIR *proc;
};

static int by_id(const void *a, const void *b)
{
	const struct netns_id *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return (x->ino > y->ino) - (x->ino < y->ino);
}

static int by_pid(const void *a, const void *b)
{
	const pid_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* at/PID/ns/net: 1 it is one of ours, 0 it is not, -ENOENT the task has ended. */
static int task_inside(const struct search *s, int at, const char *pid)
{
	char path[64];
	struct stat st;
	struct netns_id id;

	snprintf(path, sizeof(path), "%s/ns/net", pid);
	if (fstatat(at, path, &st, 0) < 0)
		return errno == ENOENT ? -ENOENT : 0;
	id = (struct netns_id){ .dev = st.st_dev, .ino = st.st_ino };
	return bsearch(&id, s->ids, s->n, sizeof(id), by_id) != NULL;
}

/*
 * A process is where its first thread is: a daemon of the machine may have
 * another thread visit our namespaces and must live. Only where the first
 * thread ended before the others do these tell.
 */
static bool process_inside(const struct search *s, const char *pid)
{
	int r = task_inside(s, dirfd(s->proc), pid);
	char path[64];
	struct dirent *d;
	DIR *tasks;
	int fd;

	if (r >= 0)
		return r;
	snprintf(path, sizeof(path), "%s/task", pid);
	fd = openat(dirfd(s->proc), path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	tasks = fd < 0 ? NULL : fdopendir(fd);
	if (!tasks) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (r != 1 && (d = readdir(tasks)))
		if (d->d_name[0] != '.')
			r = task_inside(s, fd, d->d_name);
	closedir(tasks);
	return r == 1;
}

static void find_inside(const struct search *s, pids *ret)
{
	struct dirent *d;

	ret->n = 0;
	rewinddir(s->proc);
	while ((d = readdir(s->proc))) {
		pid_t pid = (pid_t)strtol(d->d_name, NULL, 10);

		if (pid > 0 && pid != getpid() && process_inside(s, d->d_name))
			vec_push(ret, pid);
	}
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_pid);
}

/* 0 also where it is gone. */
static int signal_inside(const struct search *s, pid_t pid, int signal)
{
	cleanup_close int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	char name[16];

	if (fd < 0) /* EINVAL: the number is now a thread's */
		return errno == ESRCH || errno == EINVAL ? 0 : -errno;
	snprintf(name, sizeof(name), "%d", (int)pid);
	if (!process_inside(s, name))
		return 0;
	if (syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) < 0 && errno != ESRCH)
		return -errno;
	/* a stopped program acts on it only once it goes on */
	if (signal == SIGTERM)
		syscall(SYS_pidfd_send_signal, fd, SIGCONT, NULL, 0);
	return 0;
}

static unsigned long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned long long)t.tv_sec * 1000 +
	       (unsigned long long)t.tv_nsec / 1000000;
}

/* Until all of them have ended, or it is time to look again. */
static void wait_for(const pids *list, unsigned long long until)
{
	vec_each (list, pid) {
		cleanup_close int fd = (int)syscall(SYS_pidfd_open, *pid, 0);
		struct pollfd ended = { .fd = fd, .events = POLLIN };
		unsigned long long now = now_ms();

		if (now >= until)
			return;
		if (fd >= 0)
			poll(&ended, 1, (int)(until - now));
	}
}

static int end_processes(const struct search *s, unsigned grace_ms)
{
	unsigned long long begin = now_ms(), kill_at = begin + grace_ms;
	pids found = { 0 }, told = { 0 };
	int count = 0, r = 0;

	for (;;) {
		unsigned long long now, until;
		bool last_word;
		pids seen = told;

		find_inside(s, &found);
		if (!found.n) {
			r = count;
			break;
		}
		now = now_ms();
		last_word = now >= kill_at;
		if (now >= kill_at + KILL_PATIENCE_MS) {
			r = r < 0 ? r : -ETIMEDOUT;
			break;
		}
		r = 0;
		vec_each (&found, pid) {
			bool known = seen.n && bsearch(pid, seen.v, seen.n, sizeof(*pid),
						       by_pid) != NULL;
			int refused = 0;

			count += !known;
			if (last_word || !known) /* asked to go once only */
				refused = signal_inside(s, *pid,
							last_word ? SIGKILL : SIGTERM);
			if (refused)
				r = refused;
		}
		until = now + LOOK_AGAIN_MS;
		wait_for(&found, last_word || until < kill_at ? until : kill_at);
		told = found;
		found = seen;
	}
	vec_free(&found);
	vec_free(&told);
	return r;
}

int netns_end_processes(const struct netns_id *ids, size_t n, unsigned grace_ms)
{
	struct search s = { .n = n };
	int r;

	if (!n)
		return 0;
	s.proc = opendir("/proc");
	if (!s.proc)
		return -errno;
	s.ids = mem_resize(NULL, n, sizeof(*ids));
	memcpy(s.ids, ids, n * sizeof(*ids));
	qsort(s.ids, n, sizeof(*ids), by_id);
	r = end_processes(&s, grace_ms);
	free(s.ids);
	closedir(s.proc);
	return r;
}
