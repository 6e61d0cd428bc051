/*
 * test_interrupt.c — signals: flags, a wait that misses none, and the end of a
 * program in the foreground.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "shell/interrupt.h"

static void ctrl_c_sets_a_flag(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_false(interrupt_pending());
	raise(SIGINT);
	assert_true(interrupt_pending());
	assert_true(atomic_load(interrupt_flag()));
	/* at once, though nothing can be read */
	assert_false(interrupt_wait_until(fds[0], UINT64_MAX));
	assert_true(interrupt_taken());
	assert_false(interrupt_taken());
	assert_false(interrupt_pending());
	assert_false(atomic_load(interrupt_flag()));
	assert_false(interrupt_wait_until(fds[0], 1)); /* that time is past */
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_true(interrupt_wait_until(fds[0], UINT64_MAX));
	raise(SIGWINCH);
	assert_false(interrupt_wait_until(fds[0], UINT64_MAX));
	assert_true(interrupt_resized());
	assert_false(interrupt_resized());
	close(fds[0]);
	close(fds[1]);
}

static void poll_is_left_at_once(void **state)
{
	struct pollfd p = { .events = POLLIN };
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	p.fd = fds[0];
	raise(SIGINT);
	assert_int_equal(interrupt_poll(&p, 1, UINT64_MAX), -1);
	assert_int_equal(errno, EINTR);
	assert_true(interrupt_taken());
	assert_int_equal(interrupt_poll(&p, 1, 1), 0); /* that time is past */
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(interrupt_poll(&p, 1, UINT64_MAX), 1);
	close(fds[0]);
	close(fds[1]);
}

static void a_closed_pipe_is_an_error(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	assert_int_equal(write(fds[1], "x", 1), -1);
	assert_int_equal(errno, EPIPE);
	close(fds[1]);
}

/* A child that waits for a signal, as a program would: with handlers reset. */
static pid_t child(bool own_group, bool stubborn)
{
	int ready[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGTERM, SIG_DFL);
		signal(SIGHUP, stubborn ? SIG_IGN : SIG_DFL);
		if (own_group)
			setpgid(0, 0);
		(void)!write(ready[1], "r", 1);
		while (true)
			pause();
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

/* Last: that the shell is to end is never taken back. */
static void an_end_is_passed_on(void **state)
{
	pid_t front = child(false, false), stubborn = child(false, true);
	pid_t job = child(true, false);
	int status;

	(void)state;
	raise(SIGTERM);
	assert_int_equal(interrupt_ending(), SIGTERM);
	raise(SIGINT);
	assert_true(interrupt_taken());
	assert_true(interrupt_pending());
	assert_true(atomic_load(interrupt_flag()));
	assert_int_equal(waitpid(front, &status, 0), front);
	assert_int_equal(WTERMSIG(status), SIGHUP);
	assert_int_equal(waitpid(stubborn, &status, WNOHANG), 0);
	raise(SIGTERM);
	assert_int_equal(waitpid(stubborn, &status, 0), stubborn);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	/* a job is in the background: it is not touched */
	assert_int_equal(waitpid(job, &status, WNOHANG), 0);
	kill(job, SIGKILL);
	waitpid(job, &status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ctrl_c_sets_a_flag),
		cmocka_unit_test(poll_is_left_at_once),
		cmocka_unit_test(a_closed_pipe_is_an_error),
		cmocka_unit_test(an_end_is_passed_on),
	};

	setpgid(0, 0); /* whoever runs the test is not in its group */
	interrupt_install(false);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
