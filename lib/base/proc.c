/*
 * proc.c — identity of processes, from /proc/PID/stat.
 */
#include "base/proc.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

static int read_stat(pid_t pid, char *state, unsigned long long *start)
{
	cleanup_free char *path = mem_printf("/proc/%d/stat", (int)pid), *text = NULL;
	const char *p;
	size_t n;

	if (pid <= 0 || file_read(path, 65536, &text, &n, NULL) < 0)
		return -ESRCH;
	p = strrchr(text, ')'); /* the name before it may hold anything */
	if (!p || sscanf(p + 1,
			 " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
			 " %*s %*s %*s %*s %llu",
			 state, start) != 2)
		return -ESRCH;
	return 0;
}

int proc_find(pid_t pid, struct proc *ret)
{
	unsigned long long start;
	char state;
	int r = read_stat(pid, &state, &start);

	if (r == 0)
		*ret = (struct proc){ .pid = pid, .start = start };
	return r;
}

bool proc_alive(const struct proc *p)
{
	unsigned long long start;
	char state;

	return read_stat(p->pid, &state, &start) == 0 && start == p->start &&
	       state != 'Z' && state != 'X';
}

int proc_signal(const struct proc *p, int signal)
{
	int fd, r = 0;

	/* the descriptor holds on to the process while its start time is compared */
	fd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	if (fd < 0)
		return errno == EINVAL ? -ESRCH : -errno;
	if (!proc_alive(p))
		r = -ESRCH;
	else if (syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) < 0)
		r = -errno;
	close(fd);
	return r;
}
