/*
 * interrupt.c — flags set by signal handlers, and a wait that misses none.
 *
 * The handlers restart system calls, so that a half-written line is never lost;
 * what waits for long polls, and a poll is never restarted. Only a program in the
 * foreground is waited for as long as it takes. So the signal that ends the shell
 * is passed on to it: to a child that shares the shell's process group, or has the
 * terminal. Jobs in the background have groups of their own, and are left alone.
 */
#include "shell/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

static volatile sig_atomic_t interrupted, ending, resized, child;
static atomic_bool pending; /* interrupted || ending; lock-free, so handlers may set it */

/* Called in a signal handler. A program that goes on regardless is killed by a repeat. */
static void end_child(pid_t pid, bool again)
{
	pid_t group = getpgid(pid), own = getpgrp();

	if (group < 0 || (group != own && group != tcgetpgrp(STDIN_FILENO)))
		return;
	if (group != own)
		pid = -group;
	kill(pid, again ? SIGKILL : SIGHUP);
	kill(pid, SIGCONT);
}

static void end_foreground(bool again)
{
	int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
	char text[512];
	ssize_t got;
	pid_t pid = 0;

	/* "12 345 ": a number that the buffer cuts goes on in the next */
	while (fd >= 0 && (got = read(fd, text, sizeof(text))) > 0) {
		for (ssize_t i = 0; i < got; i++) {
			if (text[i] >= '0' && text[i] <= '9') {
				pid = pid * 10 + (text[i] - '0');
			} else if (pid > 0) {
				end_child(pid, again);
				pid = 0;
			}
		}
	}
	if (fd >= 0)
		close(fd);
}

static void on_signal(int signal)
{
	int kept = errno;

	if (signal == SIGINT) {
		interrupted = 1;
		atomic_store(&pending, true);
	} else if (signal == SIGWINCH) {
		resized = 1;
	} else if (signal == SIGCHLD) {
		child = 1;
	} else {
		end_foreground(ending != 0);
		ending = signal;
		atomic_store(&pending, true);
	}
	errno = kept;
}

static void handle(int signal)
{
	struct sigaction a = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	sigemptyset(&a.sa_mask);
	sigaction(signal, &a, NULL);
}

void interrupt_install(bool interactive)
{
	static const int ignored[] = { SIGTSTP, SIGTTIN, SIGTTOU, SIGQUIT };
	struct sigaction hup;

	handle(SIGINT);
	handle(SIGWINCH);
	handle(SIGTERM);
	sigaction(SIGHUP, NULL, &hup);
	if (hup.sa_handler != SIG_IGN) /* nohup: it is to go on */
		handle(SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; interactive && i < ARRAY_LEN(ignored); i++)
		signal(ignored[i], SIG_IGN);
}

void interrupt_on_child(bool on)
{
	if (on)
		handle(SIGCHLD);
	else
		signal(SIGCHLD, SIG_DFL);
	child = 0;
}

bool interrupt_pending(void)
{
	return interrupted || ending;
}

const atomic_bool *interrupt_flag(void)
{
	return &pending;
}

bool interrupt_taken(void)
{
	bool was = interrupted;

	interrupted = 0;
	atomic_store(&pending, ending != 0);
	return was;
}

int interrupt_ending(void)
{
	return ending;
}

bool interrupt_resized(void)
{
	bool was = resized;

	resized = 0;
	return was;
}

/* What ppoll() waits for; NULL: for ever. */
static struct timespec *time_left(uint64_t until, struct timespec *ret)
{
	static const uint64_t second = 1000000000;
	uint64_t now, left;

	if (until == UINT64_MAX)
		return NULL;
	clock_gettime(CLOCK_MONOTONIC, ret);
	now = (uint64_t)ret->tv_sec * second + (uint64_t)ret->tv_nsec;
	left = until > now ? until - now : 0;
	*ret = (struct timespec){ .tv_sec = (time_t)(left / second),
				  .tv_nsec = (long)(left % second) };
	return ret;
}

/* Signals are held back from here on, so that none falls between the look and the wait.
 */
static void hold(sigset_t *ret_before)
{
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGHUP);
	sigaddset(&held, SIGWINCH);
	sigaddset(&held, SIGCHLD);
	sigprocmask(SIG_BLOCK, &held, ret_before);
}

bool interrupt_wait_until(int fd, uint64_t until)
{
	struct timespec time;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	sigset_t before;
	bool ready = false, ended;

	hold(&before);
	if (!interrupted && !ending && !resized && !child)
		ready = ppoll(&p, 1, time_left(until, &time), &before) > 0;
	ended = child;
	child = 0;
	sigprocmask(SIG_SETMASK, &before, NULL);
	/* what came with a signal was typed after it: a terminal drops what was before */
	return ready && !interrupted && !ending && !ended;
}

int interrupt_poll(struct pollfd *fds, size_t n, uint64_t until)
{
	struct timespec time;
	sigset_t before;
	int r = -1;

	hold(&before);
	errno = EINTR;
	if (!interrupt_pending())
		r = ppoll(fds, n, time_left(until, &time), &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}
