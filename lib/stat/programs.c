/*
 * programs.c — see programs.h.
 *
 * A process is where its first thread is. Its time is read through its CPU clock, which
 * counts nanoseconds where /proc/PID/stat has ticks of 10 ms.
 */
#include "stat/programs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int programs_by_id(const void *a, const void *b)
{
	const struct programs_home *x = a, *y = b;

	if (x->id.dev != y->id.dev)
		return x->id.dev < y->id.dev ? -1 : 1;
	return (x->id.ino > y->id.ino) - (x->id.ino < y->id.ino);
}

static int by_pid(const void *a, const void *b)
{
	const struct program *x = a, *y = b;

	return (x->proc.pid > y->proc.pid) - (x->proc.pid < y->proc.pid);
}

static struct programs_home *home_of(int proc, const char *pid,
				     struct programs_home *homes, size_t n)
{
	struct programs_home key;
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "%s/ns/net", pid);
	if (fstatat(proc, path, &st, 0) < 0)
		return NULL;
	key.id = (struct netns_id){ .dev = st.st_dev, .ino = st.st_ino };
	return bsearch(&key, homes, n, sizeof(key), programs_by_id);
}

static bool read_clock(pid_t pid, uint64_t *ret)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) < 0)
		return false;
	*ret = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
	return true;
}

/* What it used before is known of a process that was there already. */
static uint64_t before(const struct programs *p, const struct program *now)
{
	const struct program *was =
		p->v.n ? bsearch(now, p->v.v, p->v.n, sizeof(*now), by_pid) : NULL;

	if (!was || was->proc.start != now->proc.start || was->cpu > now->cpu)
		return 0;
	return was->cpu;
}

int programs_read(struct programs *p, struct programs_home *homes, size_t n,
		  struct err *e)
{
	struct programs found = { 0 };
	struct dirent *d;
	DIR *proc;

	for (size_t i = 0; i < n; i++)
		homes[i].count = 0;
	if (!n)
		return 0;
	proc = opendir("/proc");
	if (!proc)
		return err_sys(e, errno, "/proc");
	while ((d = readdir(proc))) {
		pid_t pid = (pid_t)strtol(d->d_name, NULL, 10);
		struct program now;
		struct programs_home *h =
			pid > 0 ? home_of(dirfd(proc), d->d_name, homes, n) : NULL;

		if (!h || proc_find(pid, &now.proc) < 0 || !read_clock(pid, &now.cpu))
			continue;
		h->cpu += now.cpu - before(p, &now);
		h->count++;
		vec_push(&found.v, now);
	}
	closedir(proc);
	if (found.v.n)
		qsort(found.v.v, found.v.n, sizeof(*found.v.v), by_pid);
	programs_free(p);
	*p = found;
	return 0;
}

void programs_free(struct programs *p)
{
	vec_free(&p->v);
}
