/*
 * wire_process.c — see wire_process.h.
 *
 * The process is this program again (self.h), with an argument of its own.
 */
#include "run/wire_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "run/self.h"

enum { START_MS = 20000, END_MS = 20000 };

static const char argument[] = "--carry-links";

static char *socket_path(const char *dir)
{
	return mem_printf("%s/wire", dir);
}

/* ---- the process ---- */

bool wire_process_is_meant(int argc, char **argv)
{
	return argc == 4 && strcmp(argv[1], argument) == 0;
}

/* argv: the argument, the socket's path, and the descriptor that is told of the start. */
int wire_process_main(char **argv)
{
	int ready = atoi(argv[3]), listening;
	struct err e = ERR_INIT;
	bool told;

	listening = wire_listen(argv[2], &e);
	if (listening < 0) {
		told = write(ready, e.msg, strlen(e.msg)) > 0;
		return told ? EXIT_FAILURE : EXIT_FAILURE + 1;
	}
	told = write(ready, "", 1) == 1;
	close(ready);
	return told && wire_serve(listening, &e) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* In the child. */
static void become(const char *path, int ready)
{
	cleanup_free char *fd = mem_printf("%d", ready);
	char *const argv[] = { (char *)"espalier", (char *)argument, (char *)path, fd,
			       NULL };

	self_become(argv, ready, -1);
}

/* What it says of its start: a NUL, or why it failed. */
static int await_start(int from, struct err *e)
{
	struct pollfd p = { .fd = from, .events = POLLIN };
	char said[256];
	ssize_t n;

	if (poll(&p, 1, START_MS) <= 0)
		return err_set(e, ETIMEDOUT, "it does not start");
	n = read(from, said, sizeof(said) - 1);
	if (n == 1 && said[0] == 0)
		return 0;
	said[n > 0 ? n : 0] = 0;
	return err_set(e, ECHILD, "it does not start%s%s", n > 0 ? ": " : "", said);
}

/* The process's parent ends at once, so that it is nobody's child to wait for. */
static int start(const char *path, struct err *e)
{
	int ready[2], status, r;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC) < 0)
		return err_sys(e, errno, "make a pipe");
	pid = fork();
	if (pid == 0) {
		if (fork() == 0)
			become(path, ready[1]);
		_exit(0);
	}
	close(ready[1]);
	if (pid < 0)
		r = err_sys(e, errno, "fork");
	else
		r = await_start(ready[0], e);
	if (pid > 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	close(ready[0]);
	return r;
}

/* ---- reaching it ---- */

int wire_process_open(const char *dir, bool start_it, struct wire_client *ret,
		      struct err *e)
{
	cleanup_free char *path = socket_path(dir);
	int r = wire_client_open(ret, path, e);

	if (r != -ENOENT && r != -ECONNREFUSED && r != -ECONNRESET)
		return r;
	err_clear(e);
	if (!start_it)
		return err_set(e, ENOENT, "the process that carries links does not run");
	unlink(path);
	r = start(path, e);
	if (r == 0)
		r = wire_client_open(ret, path, e);
	if (r < 0)
		err_context(e, "the process that carries links");
	return r;
}

int wire_process_end(const char *dir, struct err *e)
{
	struct wire_client c = { .fd = -1 };
	struct pollfd p = { .events = 0 };
	int r = wire_process_open(dir, false, &c, e);

	if (r == -ENOENT) {
		err_clear(e);
		return 0;
	}
	if (r < 0)
		return r;
	r = wire_client_quit(&c, e);
	p.fd = c.fd;
	if (r == 0)
		poll(&p, 1, END_MS); /* it hangs up */
	wire_client_close(&c);
	return r;
}
