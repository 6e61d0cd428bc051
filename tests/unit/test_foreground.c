/*
 * test_foreground.c — the terminal goes to a program and comes back: keys that
 * interrupt or stop it, stopped programs that go on as jobs, modes left behind.
 */
#include "sandbox.h"

#include <pty.h>
#include <termios.h>

#include "run/exec.h"
#include "run/job.h"

static struct network net;

static int setup(void **state)
{
	(void)state;
	sandbox_network(&net, "lab");
	sandbox_node(&net, "h1");
	return 0;
}

static int teardown(void **state)
{
	struct netns_id id = sandbox_id(&net, "h1");

	(void)state;
	assert_true(netns_end_processes(&id, 1, 0) >= 0);
	sandbox_network_end(&net);
	return 0;
}

static struct exec_spec spec(const char *node, char *const *argv)
{
	return (struct exec_spec){
		.node = node, .argv = argv, .in = -1, .out = -1, .err = -1
	};
}

/* Runs shell() in a session of its own on a new terminal; keys are typed when it asks. */
static int on_terminal(int (*shell)(int ask), const char *keys)
{
	int ask[2], master, status;
	pid_t pid;
	char c;

	assert_int_equal(pipe2(ask, O_CLOEXEC), 0);
	fflush(NULL);
	pid = forkpty(&master, NULL, NULL, NULL);
	if (pid == 0) {
		close(ask[0]);
		alarm(SANDBOX_DEADLINE_MS / 1000);
		_exit(shell(ask[1]));
	}
	assert_true(pid > 0);
	close(ask[1]);
	while (read(ask[0], &c, 1) == 1)
		if (*keys)
			assert_int_equal(write(master, keys++, 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(ask[0]);
	close(master);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Starts argv in the foreground; asks for a key once it has the terminal. */
static int foreground(int ask, char *const *argv, struct exec_end *end)
{
	struct exec_spec s = spec("h1", argv);
	pid_t pid;

	s.own_group = s.foreground = true;
	if (exec_start(&net, &s, &pid, NULL) < 0 || write(ask, "?", 1) != 1)
		return -1;
	return exec_wait(pid, true, end, NULL);
}

static bool have_terminal(void)
{
	return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static int shell_interrupt(int ask)
{
	char *argv[] = { "cat", NULL };
	struct exec_end end;

	if (foreground(ask, argv, &end) < 0)
		return 1;
	return end.stopped || end.status != 128 + SIGINT ? 2 : !have_terminal();
}

static int shell_stop(int ask)
{
	char *argv[] = { "cat", NULL };
	struct exec_end end;

	if (foreground(ask, argv, &end) < 0)
		return 1;
	return !end.stopped || end.status != 128 + SIGTSTP ? 2 : !have_terminal();
}

static int shell_bad_program(int ask)
{
	char *argv[] = { "pingg", NULL };
	struct exec_end end;

	if (foreground(ask, argv, &end) != -1)
		return 1;
	return have_terminal() ? 0 : 2;
}

static int shell_modes(int ask)
{
	char *dies[] = { "sh", "-c", "stty -echo -icanon; kill -9 $$", NULL };
	char *exits[] = { "sh", "-c", "stty -echo", NULL };
	struct termios before, after;
	struct exec_end end;

	tcgetattr(STDIN_FILENO, &before);
	if (foreground(ask, dies, &end) < 0 || end.status != 128 + SIGKILL)
		return 1;
	tcgetattr(STDIN_FILENO, &after);
	if (after.c_lflag != before.c_lflag || !have_terminal())
		return 2;
	if (foreground(ask, exits, &end) < 0 || end.status != 0)
		return 3;
	tcgetattr(STDIN_FILENO, &after);
	return after.c_lflag == (before.c_lflag & ~(tcflag_t)ECHO) ? 0 : 4;
}

static void test_keys(void **state)
{
	(void)state;
	assert_int_equal(on_terminal(shell_interrupt, "\003"), 0);
	assert_int_equal(on_terminal(shell_stop, "\032"), 0);
}

static void test_bad_program(void **state)
{
	(void)state;
	assert_int_equal(on_terminal(shell_bad_program, ""), 0);
}

static void test_modes(void **state)
{
	(void)state;
	assert_int_equal(on_terminal(shell_modes, ""), 0);
}

/*
 * A shell on a terminal: a program is stopped by a key, adopted, continued, and
 * ended by another key. Returns the number of the step that went wrong.
 */
static int shell_adopt(int ask)
{
	/*
	 * It asks for a key when it has begun and when it goes on. It starts no
	 * programs: a shell does not stop while it waits for vfork().
	 */
	char *argv[] = { "sh", "-c",
			 "trap 'exit 9' INT; trap 'printf ?' CONT; printf ?;"
			 "while :; do read line; done",
			 NULL };
	struct exec_spec s = {
		.node = "h1", .argv = argv, .in = -1, .out = -1, .err = -1
	};
	struct jobs jobs = { 0 };
	struct exec_end end;
	unsigned number;
	char *text;
	pid_t pid;

	s.own_group = s.foreground = true;
	s.out = ask;
	if (exec_start(&net, &s, &pid, NULL) < 0)
		return 1;
	if (exec_wait(pid, true, &end, NULL) < 0 || !end.stopped)
		return 2;
	if (job_adopt(&jobs, &net, "h1", "loop", pid, &number, NULL) < 0 || number != 1)
		return 3;
	jobs_poll(&jobs);
	if (job_find(&jobs, 1)->state != JOB_STOPPED)
		return 4;
	if (job_output(&jobs, &net, 1, 100, &text, NULL) != -ENODATA)
		return 5;
	if (job_foreground(&jobs, &net, 1, &end, NULL) < 0 || !end.stopped)
		return 6;
	if (job_find(&jobs, 1)->state != JOB_STOPPED || tcgetpgrp(0) != getpgrp())
		return 7;
	if (job_foreground(&jobs, &net, 1, &end, NULL) < 0 || end.stopped)
		return 8;
	if (end.status != 9 || job_find(&jobs, 1)->state != JOB_ENDED ||
	    !job_find(&jobs, 1)->told || tcgetpgrp(0) != getpgrp())
		return 9;
	jobs_free(&jobs);
	return 0;
}

static void test_adopt(void **state)
{
	struct jobs jobs = { 0 };
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(on_terminal(shell_adopt, "\032\032\003"), 0);
	sandbox_ok(jobs_load(&jobs, &net, &e), &e);
	assert_int_equal(job_find(&jobs, 1)->status, 9);
	sandbox_ok(job_forget(&jobs, &net, 1, &e), &e);
	jobs_free(&jobs);
}

/* Continued without a terminal: just waited for. */
static void test_foreground(void **state)
{
	char *argv[] = { "sh", "-c", "kill -STOP $$; exit 6", NULL };
	struct jobs jobs = { 0 };
	unsigned number;
	struct err e = ERR_INIT;
	struct exec_end end;

	(void)state;
	sandbox_ok(job_start(&jobs, &net, "h1", argv, "x", &number, &e), &e);
	sandbox_until((jobs_poll(&jobs), job_find(&jobs, number)->state == JOB_STOPPED));
	sandbox_ok(job_foreground(&jobs, &net, number, &end, &e), &e);
	assert_false(end.stopped);
	assert_int_equal(end.status, 6);
	assert_int_equal(job_foreground(&jobs, &net, number, &end, &e), -ESRCH);
	sandbox_ok(job_forget(&jobs, &net, number, &e), &e);
	jobs_free(&jobs);
	err_clear(&e);
}

static int tests(void)
{
	const struct CMUnitTest list[] = {
		cmocka_unit_test(test_keys),	   cmocka_unit_test(test_bad_program),
		cmocka_unit_test(test_modes),	   cmocka_unit_test(test_adopt),
		cmocka_unit_test(test_foreground),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(list, setup, teardown);
}

int main(void)
{
	return sandbox_run(tests);
}
