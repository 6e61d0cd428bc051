/*
 * interrupt.c — flags set by signal handlers, and a wait that misses none.
 *
 * SIGINT restarts system calls, so that a half-written line is never lost; what
 * waits for long polls, and a poll is never restarted. SIGTERM and SIGHUP do not
 * restart: a wait for a program ends too.
 */
#include "shell/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>

#include "base/mem.h"

static volatile sig_atomic_t interrupted, ending, resized;

static void on_signal(int signal)
{
	if (signal == SIGINT)
		interrupted = 1;
	else if (signal == SIGWINCH)
		resized = 1;
	else
		ending = signal;
}

static void handle(int signal, int flags)
{
	struct sigaction a = { .sa_handler = on_signal, .sa_flags = flags };

	sigemptyset(&a.sa_mask);
	sigaction(signal, &a, NULL);
}

void interrupt_install(bool interactive)
{
	static const int ignored[] = { SIGTSTP, SIGTTIN, SIGTTOU, SIGQUIT };
	struct sigaction hup;

	handle(SIGINT, SA_RESTART);
	handle(SIGWINCH, SA_RESTART);
	handle(SIGTERM, 0);
	sigaction(SIGHUP, NULL, &hup);
	if (hup.sa_handler != SIG_IGN) /* nohup: it is to go on */
		handle(SIGHUP, 0);
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; interactive && i < ARRAY_LEN(ignored); i++)
		signal(ignored[i], SIG_IGN);
}

bool interrupt_pending(void)
{
	return interrupted || ending;
}

bool interrupt_taken(void)
{
	bool was = interrupted;

	interrupted = 0;
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

bool interrupt_wait(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	sigset_t held, before;
	bool ready = false;

	/* held back from here on, so that none falls between the look and the wait */
	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGHUP);
	sigaddset(&held, SIGWINCH);
	sigprocmask(SIG_BLOCK, &held, &before);
	if (!interrupted && !ending && !resized)
		ready = ppoll(&p, 1, NULL, &before) > 0;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ready;
}
