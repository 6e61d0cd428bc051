/*
 * self.c — see self.h.
 */
#include "run/self.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

void self_become(char *const *argv, int kept, int out)
{
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGINT, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	if (chdir("/") < 0 || null < 0)
		_exit(EXIT_FAILURE);
	for (int i = 0; i < 3; i++)
		dup2(i == STDOUT_FILENO && out >= 0 ? out : null, i);
	fcntl(kept, F_SETFD, 0);
	execv("/proc/self/exe", argv);
	_exit(EXIT_FAILURE);
}
