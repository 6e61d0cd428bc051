/*
 * capture.c — see capture.h.
 */
#include "shell/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "shell/interrupt.h"

enum { CAPTURE_MAX = 1 << 20 }; /* bytes of output that are kept */

/* Takes what is there; false: nothing more will come. */
static bool take(struct capture *c, int fd)
{
	char buf[16384];
	ssize_t n = read(fd, buf, sizeof(buf));
	size_t room = CAPTURE_MAX - c->text.n;

	if (n < 0)
		return errno == EINTR;
	if (n > (ssize_t)room) {
		c->cut = true;
		str_addn(&c->text, buf, room);
	} else {
		str_addn(&c->text, buf, (size_t)n);
	}
	return n > 0;
}

/* Milliseconds for poll(), rounded up; -1: for ever. */
static int until_ms(uint64_t until)
{
	static const uint64_t second = 1000000000, ms = 1000000;
	struct timespec t;
	uint64_t now;

	if (until == UINT64_MAX)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &t);
	now = (uint64_t)t.tv_sec * second + (uint64_t)t.tv_nsec;
	if (until <= now)
		return 0;
	until = (until - now + ms - 1) / ms;
	return until > 3600000 ? 3600000 : (int)until;
}

/*
 * Reads until the program has ended, and then what is still in the pipe: not
 * to the end of file, which something it left in the background may hold off.
 */
static void take_until_end(struct session *s, struct capture *c, int fd, pid_t pid,
			   uint64_t until)
{
	cleanup_close int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p[2] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = pidfd, .events = POLLIN },
	};

	while (true) {
		uint64_t next = timeline_next(s);
		bool limited = until != UINT64_MAX && !c->late;
		int r;

		if (limited && (until_ms(until) == 0 || interrupt_pending())) {
			c->late = true;
			kill(-pid, SIGKILL);
			continue;
		}
		if (limited)
			r = interrupt_poll(p, ARRAY_LEN(p), next < until ? next : until);
		else
			r = poll(p, ARRAY_LEN(p), until_ms(c->late ? UINT64_MAX : next));
		if (r < 0) {
			if (errno == EINTR)
				continue;
			return;
		}
		if (p[0].revents) {
			if (!take(c, fd))
				return;
		} else if (p[1].revents) {
			return; /* and nothing is left in the pipe */
		} else {
			timeline_run_due(s);
		}
	}
}

int capture_run(struct session *s, struct exec_spec *spec, bool both, uint64_t until,
		struct capture *ret, struct exec_end *end, struct err *e)
{
	cleanup_close int in = -1;
	cleanup_close int out = -1;
	int ends[2];
	pid_t pid;
	int r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, errno, "make a pipe");
	in = ends[0];
	out = ends[1];
	spec->out = out;
	if (both)
		spec->err = out;
	r = exec_start(s->net, spec, &pid, e);
	if (r < 0)
		return r;
	close(steal_fd(&out));
	take_until_end(s, ret, in, pid, until);
	return exec_wait(pid, false, end, e);
}
