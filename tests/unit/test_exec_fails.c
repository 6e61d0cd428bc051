/*
 * test_exec_fails.c — programs in nodes that cannot be run, or waited for.
 */
#include "exec_net.h"

static void assert_refused(const char *node, const char *program, int code,
			   const char *msg, const char *hint)
{
	char *argv[] = { (char *)program, NULL };
	struct exec_spec s = spec(node, argv);
	struct err e = ERR_INIT;
	pid_t pid = -7;

	assert_int_equal(exec_start(&net, &s, &pid, &e), code);
	assert_string_equal(e.msg, msg);
	assert_non_null(e.hint);
	assert_non_null(strstr(e.hint, hint));
	assert_int_equal(pid, -7);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
	assert_int_equal(errno, ECHILD);
	err_clear(&e);
}

static void test_no_program(void **state)
{
	(void)state;
	assert_refused("h1", "pingg", -ENOENT,
		       "h1: run 'pingg': No such file or directory", "PATH");
	assert_int_equal(sandbox_write("/run/text", "not a program\n"), 0);
	assert_refused("h1", "/run/text", -EACCES,
		       "h1: run '/run/text': Permission denied", "execute permission");
	assert_int_equal(sandbox_write("/run/script", "#!/run/none\n"), 0);
	assert_int_equal(chmod("/run/script", 0755), 0);
	assert_refused("h1", "/run/script", -ENOENT,
		       "h1: run '/run/script': No such file or directory", "interpreter");
}

/* A folder of PATH that holds it without permission, and one that cannot be read. */
static void test_no_program_in_path(void **state)
{
	cleanup_free char *path = mem_strdup(getenv("PATH"));

	(void)state;
	assert_int_equal(mkdir("/run/bin", 0755), 0);
	assert_int_equal(sandbox_write("/run/bin/pinggg", ""), 0);
	/* a file is no folder; even root may not look into it */
	setenv("PATH", "/run/bin/pinggg:/run/bin", 1);
	assert_refused("h1", "pinggg", -EACCES, "h1: run 'pinggg': Permission denied",
		       "execute permission");
	assert_refused("h1", "pingg", -ENOENT,
		       "h1: run 'pingg': No such file or directory", "PATH");
	unsetenv("PATH");
	assert_refused("h1", "pingg", -ENOENT,
		       "h1: run 'pingg': No such file or directory", "PATH");
	setenv("PATH", path, 1);
}

static void test_no_namespace(void **state)
{
	cleanup_free char *path = network_netns_path(&net, "h3");

	(void)state;
	assert_refused("h3", "true", -ENOENT, "h3: its network namespace is gone",
		       "repair");
	sandbox_node(&net, "h3");
	assert_int_equal(umount2(path, MNT_DETACH), 0); /* by someone else's hand */
	assert_refused("h3", "true", -ENOENT, "h3: its network namespace is gone",
		       "repair");
	assert_int_equal(netns_unpin(path, NULL), 0);
}

static void test_wait_for_stranger(void **state)
{
	struct exec_end end = { .status = 55 };
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(exec_wait(1, false, &end, &e), -ECHILD);
	assert_int_equal(end.status, 55);
	err_clear(&e);
}

static volatile sig_atomic_t interruptions;

static void interrupt(int signal)
{
	(void)signal;
	interruptions++;
}

/* Interrupted system calls end neither the start nor the wait. */
static void test_interruptions(void **state)
{
	struct sigaction act = { .sa_handler = interrupt }, old;
	struct itimerval often = { { 0, 500 }, { 0, 500 } },
			 never = { { 0, 0 }, { 0, 0 } };
	char *argv[] = { "sh", "-c", "kill -STOP $$; exit 4", NULL };
	struct exec_spec s = spec("h1", argv);
	struct err e = ERR_INIT;
	struct exec_end end;
	int status;
	pid_t pid, helper;

	(void)state;
	sigaction(SIGALRM, &act, &old);
	setitimer(ITIMER_REAL, &often, NULL);
	sandbox_ok(exec_start(&net, &s, &pid, &e), &e);
	helper = fork();
	if (helper == 0) { /* lets it go on once the wait was interrupted some times */
		cleanup_free char *stat = mem_printf("/proc/%d/stat", (int)pid);

		for (int looks = 0; looks < 20;) {
			cleanup_free char *text = NULL;
			size_t n;

			if (file_read(stat, 4096, &text, &n, NULL) < 0)
				_exit(1);
			looks += strstr(text, ") T ") != NULL;
			poll(NULL, 0, 1);
		}
		kill(pid, SIGCONT);
		_exit(0);
	}
	/* not in the foreground: its stopping is not an end */
	sandbox_ok(exec_wait(pid, false, &end, &e), &e);
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &old, NULL);
	assert_false(end.stopped);
	assert_int_equal(end.status, 4);
	assert_true(interruptions > 0);
	assert_int_equal(waitpid(helper, &status, 0), helper);
	assert_int_equal(status, 0);
}

/* Both on one processor, and the start often interrupted: the program gets far between
 * two of its steps. */
static void hurry_program(bool on)
{
	static cpu_set_t all;
	struct itimerval often = { { 0, on ? 100 : 0 }, { 0, on ? 100 : 0 } };
	cpu_set_t one;

	if (on) {
		assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
		CPU_ZERO(&one);
		CPU_SET(sched_getcpu(), &one);
	}
	assert_int_equal(sched_setaffinity(0, sizeof(all), on ? &one : &all), 0);
	setitimer(ITIMER_REAL, &often, NULL);
}

/* A program that stops itself the moment it runs stays so: it is not taken for one that
 * was stopped before it ran. */
static void test_stops_itself(void **state)
{
	struct sigaction act = { .sa_handler = interrupt }, old;
	char *argv[] = { "sh", "-c", "kill -STOP $$; exit 4", NULL };
	struct exec_spec s = spec("h1", argv);
	struct err e = ERR_INIT;

	(void)state;
	sigaction(SIGALRM, &act, &old);
	for (int round = 0; round < 200; round++) {
		siginfo_t now = { 0 };
		struct exec_end end;
		pid_t pid;

		hurry_program(true);
		sandbox_ok(exec_start(&net, &s, &pid, &e), &e);
		hurry_program(false);
		assert_int_equal(
			waitid(P_PID, (id_t)pid, &now, WSTOPPED | WEXITED | WNOWAIT), 0);
		assert_int_equal(now.si_code, CLD_STOPPED);
		kill(pid, SIGCONT);
		sandbox_ok(exec_wait(pid, false, &end, &e), &e);
		assert_int_equal(end.status, 4);
	}
	sigaction(SIGALRM, &old, NULL);
}

static int tests(void)
{
	const struct CMUnitTest list[] = {
		cmocka_unit_test(test_no_program),
		cmocka_unit_test(test_no_program_in_path),
		cmocka_unit_test(test_no_namespace),
		cmocka_unit_test(test_wait_for_stranger),
		cmocka_unit_test(test_interruptions),
		cmocka_unit_test(test_stops_itself),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(list, setup, teardown);
}

int main(void)
{
	return sandbox_run(tests);
}
