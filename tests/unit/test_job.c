/*
 * test_job.c — background jobs: their records and output, what becomes of them
 * when they end, are stopped, or their shell goes away.
 */
#include "sandbox.h"

#include "run/job.h"

static struct network net;
static struct jobs jobs;

static int setup(void **state)
{
	(void)state;
	jobs = (struct jobs){ 0 };
	sandbox_network(&net, "lab");
	sandbox_node(&net, "h1");
	return 0;
}

static int teardown(void **state)
{
	struct netns_id id = sandbox_id(&net, "h1");

	(void)state;
	assert_true(netns_end_processes(&id, 1, 0) >= 0);
	jobs_free(&jobs);
	sandbox_network_end(&net);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return 0;
}

static unsigned start(const char *script)
{
	char *argv[] = { "sh", "-c", (char *)script, NULL };
	struct err e = ERR_INIT;
	unsigned number = 0;

	sandbox_ok(job_start(&jobs, &net, "h1", argv, script, &number, &e), &e);
	return number;
}

static enum job_state state_of(struct jobs *j, unsigned number)
{
	jobs_poll(j);
	return job_find(j, number)->state;
}

static char *output(unsigned number, size_t max)
{
	struct err e = ERR_INIT;
	char *text = NULL;

	sandbox_ok(job_output(&jobs, &net, number, max, &text, &e), &e);
	return text;
}

static void await_output(unsigned number, const char *wanted)
{
	bool there = false;

	sandbox_until(({
		cleanup_free char *text = output(number, 1000);

		there = strcmp(text, wanted) == 0;
		there;
	}));
}

static void test_life(void **state)
{
	unsigned number = start("echo in $ESPALIER_NODE; echo bad >&2; cat; exit 3");
	struct job *p = job_find(&jobs, number);
	cleanup_free char *text = NULL;
	struct jobs later = { 0 };
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(number, 1);
	assert_string_equal(p->node, "h1");
	assert_int_equal(getpgid(p->proc.pid), p->proc.pid);
	/* cat ends: standard input is empty */
	sandbox_until(state_of(&jobs, number) == JOB_ENDED);
	assert_true(p->status_known);
	assert_int_equal(p->status, 3);
	assert_false(p->told);
	text = output(number, 1000);
	assert_string_equal(text, "in h1\nbad\n");

	sandbox_ok(jobs_load(&later, &net, &e), &e);
	assert_int_equal(later.v.n, 1);
	p = job_find(&later, 1);
	assert_int_equal(p->state, JOB_ENDED);
	assert_true(p->status_known);
	assert_int_equal(p->status, 3);
	assert_true(p->told);
	assert_string_equal(p->node, "h1");
	assert_string_equal(p->command,
			    "echo in $ESPALIER_NODE; echo bad >&2; cat; exit 3");
	jobs_free(&later);
}

static void test_numbers(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(start("exec sleep 1000"), 1);
	assert_int_equal(start("exit 0"), 2);
	assert_int_equal(start("exec sleep 1000"), 3);
	assert_int_equal(job_forget(&jobs, &net, 1, &e), -EBUSY);
	assert_string_equal(e.msg, "job 1 has not ended");
	sandbox_until(state_of(&jobs, 2) == JOB_ENDED);
	sandbox_ok(job_forget(&jobs, &net, 2, &e), &e);
	assert_int_equal(access("/run/espalier/lab/jobs/2.json", F_OK), -1);
	assert_int_equal(access("/run/espalier/lab/jobs/2.out", F_OK), -1);
	assert_null(job_find(&jobs, 2));
	assert_int_equal(start("exec sleep 1000"), 2);
	assert_int_equal(jobs.v.n, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(jobs.v.v[i].number, i + 1);
	err_clear(&e);
}

static void test_not_there(void **state)
{
	struct err e = ERR_INIT;
	struct exec_end end;
	char *text = NULL;

	(void)state;
	assert_int_equal(job_stop(&jobs, 9, &e), -ENOENT);
	assert_string_equal(e.msg, "no job 9");
	assert_int_equal(job_forget(&jobs, &net, 9, &e), -ENOENT);
	assert_int_equal(job_output(&jobs, &net, 9, 10, &text, &e), -ENOENT);
	assert_null(text);
	assert_int_equal(job_foreground(&jobs, &net, 9, &end, &e), -ENOENT);
	err_clear(&e);
	sandbox_ok(jobs_load(&jobs, &net, &e), &e); /* no folder at all */
	assert_int_equal(jobs.v.n, 0);
	jobs_poll(&jobs);
}

static void test_not_started(void **state)
{
	char *argv[] = { "pingg", NULL };
	struct err e = ERR_INIT;
	unsigned number = 77;

	(void)state;
	assert_int_equal(job_start(&jobs, &net, "h1", argv, "pingg", &number, &e),
			 -ENOENT);
	assert_string_equal(e.msg, "h1: run 'pingg': No such file or directory");
	assert_int_equal(number, 77);
	assert_int_equal(jobs.v.n, 0);
	assert_int_equal(rmdir("/run/espalier/lab/jobs"), 0); /* nothing is in it */
	net.read_only = true;
	assert_int_equal(job_start(&jobs, &net, "h1", argv, "pingg", &number, &e),
			 -EROFS);
	net.read_only = false;
	assert_int_equal(access("/run/espalier/lab/jobs", F_OK), -1);
	err_clear(&e);
}

/* A record that cannot be written: the program does not stay either. */
static void test_no_record(void **state)
{
	struct netns_id id = sandbox_id(&net, "h1");
	char *argv[] = { "sleep", "1000", NULL };
	struct err e = ERR_INIT;
	unsigned number = 77;

	(void)state;
	assert_int_equal(mkdir("/run/espalier/lab/jobs", 0700), 0);
	/* room for the output's inode, none for the record's */
	assert_int_equal(
		mount("tmpfs", "/run/espalier/lab/jobs", "tmpfs", 0, "nr_inodes=2"), 0);
	assert_int_equal(job_start(&jobs, &net, "h1", argv, "sleep", &number, &e),
			 -ENOSPC);
	assert_non_null(strstr(e.msg, "No space left"));
	assert_int_equal(jobs.v.n, 0);
	assert_int_equal(netns_end_processes(&id, 1, 0), 0); /* none was left */
	assert_int_equal(umount("/run/espalier/lab/jobs"), 0);
	err_clear(&e);
}

static void test_stop(void **state)
{
	unsigned polite = start("trap 'echo bye; exit 5' TERM; echo on;"
				"while :; do sleep 0.01; done");
	unsigned plain = start("exec sleep 1000");
	cleanup_free char *text = NULL;
	long long begin;
	struct err e = ERR_INIT;
	struct job *p;

	(void)state;
	await_output(polite, "on\n");
	sandbox_ok(job_stop(&jobs, polite, &e), &e);
	p = job_find(&jobs, polite);
	assert_int_equal(p->state, JOB_ENDED);
	assert_int_equal(p->status, 5);
	text = output(polite, 1000);
	assert_non_null(strstr(text, "bye\n"));

	kill(-job_find(&jobs, plain)->proc.pid, SIGSTOP);
	sandbox_until(state_of(&jobs, plain) == JOB_STOPPED);
	begin = sandbox_now_ms();
	sandbox_ok(job_stop(&jobs, plain, &e), &e);
	assert_true(sandbox_now_ms() - begin < 1900); /* stopped, but not deaf */
	assert_int_equal(job_find(&jobs, plain)->status, 128 + SIGTERM);
	assert_int_equal(job_stop(&jobs, plain, &e), -ESRCH);
	assert_string_equal(e.msg, "job 2 has ended");
	err_clear(&e);
}

static void test_stop_deaf(void **state)
{
	unsigned deaf = start("trap '' TERM; echo on; while :; do sleep 0.01; done");
	unsigned child = start("(trap '' TERM; echo on; exec sleep 1000) & wait");
	long long begin;
	struct err e = ERR_INIT;
	pid_t group;

	(void)state;
	await_output(deaf, "on\n");
	await_output(child, "on\n");
	begin = sandbox_now_ms();
	sandbox_ok(job_stop(&jobs, deaf, &e), &e);
	assert_true(sandbox_now_ms() - begin >= 2000);
	assert_int_equal(job_find(&jobs, deaf)->status, 128 + SIGKILL);
	/* the leader goes at once, the one that it started does not */
	sandbox_ok(job_stop(&jobs, child, &e), &e);
	assert_int_equal(job_find(&jobs, child)->status, 128 + SIGTERM);
	group = job_find(&jobs, child)->proc.pid;
	sandbox_until(kill(-group, 0) < 0 && errno == ESRCH);
}

static void test_states(void **state)
{
	unsigned number = start("exec sleep 1000");
	pid_t pid = job_find(&jobs, number)->proc.pid;

	(void)state;
	assert_int_equal(state_of(&jobs, number), JOB_RUNNING);
	kill(pid, SIGSTOP);
	sandbox_until(state_of(&jobs, number) == JOB_STOPPED);
	kill(pid, SIGCONT);
	sandbox_until(state_of(&jobs, number) == JOB_RUNNING);
	kill(pid, SIGHUP);
	sandbox_until(state_of(&jobs, number) == JOB_ENDED);
	assert_int_equal(job_find(&jobs, number)->status, 128 + SIGHUP);
}

/* Its node was taken down. */
static void test_node_ends(void **state)
{
	struct netns_id id = sandbox_id(&net, "h1");
	unsigned number = start("exec sleep 1000");

	(void)state;
	assert_int_equal(netns_end_processes(&id, 1, 60000), 1);
	sandbox_until(state_of(&jobs, number) == JOB_ENDED);
	assert_int_equal(job_find(&jobs, number)->status, 128 + SIGTERM);
}

/* ---- a shell that goes away ---- */

/* Another shell starts the script as a job and is killed. */
static void start_elsewhere(const char *script)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct jobs theirs = { 0 };
		char *argv[] = { "sh", "-c", (char *)script, NULL };
		unsigned number;

		if (job_start(&theirs, &net, "h1", argv, script, &number, NULL) < 0)
			_exit(1);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

static void test_later_shell(void **state)
{
	struct err e = ERR_INIT;
	struct exec_end end;
	struct job *p;

	(void)state;
	start_elsewhere("echo on; exec sleep 1000");
	start_elsewhere("trap '' TERM; echo on; while :; do sleep 0.01; done");
	sandbox_ok(jobs_load(&jobs, &net, &e), &e);
	/* each of those shells had an empty list, so it took the number 1 */
	assert_int_equal(jobs.v.n, 1);
	jobs_free(&jobs);
	assert_int_equal(file_remove_tree("/run/espalier/lab/jobs", &e), 0);

	start_elsewhere("echo on; exec sleep 1000");
	sandbox_ok(jobs_load(&jobs, &net, &e), &e);
	p = job_find(&jobs, 1);
	assert_non_null(p);
	assert_int_equal(p->state, JOB_RUNNING);
	assert_false(p->child);
	await_output(1, "on\n");
	assert_int_equal(start("exit 0"), 2);
	p = job_find(&jobs, 1);
	assert_int_equal(job_foreground(&jobs, &net, 1, &end, &e), -ECHILD);
	assert_non_null(e.hint);
	assert_int_equal(job_forget(&jobs, &net, 1, &e), -EBUSY);
	err_clear(&e);
	sandbox_ok(job_stop(&jobs, 1, &e), &e);
	assert_int_equal(p->state, JOB_ENDED);
	assert_false(p->status_known);
	sandbox_ok(job_forget(&jobs, &net, 1, &e), &e);
}

static void test_records(void **state)
{
	struct err e = ERR_INIT;
	struct job *p;

	(void)state;
	assert_int_equal(mkdir("/run/espalier/lab/jobs", 0700), 0);
	/* process 1 of the sandbox lives, but did not start then */
	sandbox_write("/run/espalier/lab/jobs/3.json",
		      "{\"node\":\"h1\",\"command\":\"a\",\"pid\":1,\"start\":1}");
	sandbox_write("/run/espalier/lab/jobs/12.json",
		      "{\"node\":\"h2\",\"command\":\"\\u00e9\",\"pid\":99999999,"
		      "\"start\":1,\"status\":130}");
	sandbox_write("/run/espalier/lab/jobs/12.out", "x");
	sandbox_write("/run/espalier/lab/jobs/03.json", "{}");
	sandbox_write("/run/espalier/lab/jobs/4.json.tmp", "{}");
	sandbox_ok(jobs_load(&jobs, &net, &e), &e);
	assert_int_equal(jobs.v.n, 2);
	p = job_find(&jobs, 3);
	assert_int_equal(p->state, JOB_ENDED);
	assert_false(p->status_known);
	p = job_find(&jobs, 12);
	assert_int_equal(p->status, 130);
	assert_string_equal(p->command, "\xc3\xa9");
	assert_int_equal(start("exit 0"), 1);

	sandbox_write("/run/espalier/lab/jobs/5.json", "{\"node\":\"h1\"");
	sandbox_write("/run/espalier/lab/jobs/6.json", "{\"node\":7}");
	assert_int_equal(jobs_load(&jobs, &net, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "not the record of a job"));
	assert_int_equal(jobs.v.n, 3); /* the others are there */
	err_clear(&e);
	while (waitpid(-1, NULL, 0) > 0) /* the one that jobs_load() forgot */
		;
}

static void test_odd_command(void **state)
{
	char *argv[] = { "true", NULL };
	struct err e = ERR_INIT;
	unsigned number;

	(void)state;
	sandbox_ok(job_start(&jobs, &net, "h1", argv, "true \xff\x01\"", &number, &e),
		   &e);
	sandbox_until(state_of(&jobs, number) == JOB_ENDED);
	sandbox_ok(jobs_load(&jobs, &net, &e), &e);
	assert_string_equal(job_find(&jobs, number)->command, "true ?\x01\"");
}

/* ---- output ---- */

static void assert_output(unsigned number, size_t max, const char *wanted)
{
	cleanup_free char *text = output(number, max);

	assert_string_equal(text, wanted);
}

static void test_output(void **state)
{
	unsigned number = start("printf 'one\\ntwo\\nthr\\000ee\\n'");
	unsigned line = start("printf 'ab\\303\\251cd'");
	unsigned large = start("head -c 300000 /dev/zero | tr '\\0' x; echo; echo end");
	cleanup_free char *text = NULL;

	(void)state;
	sandbox_until(state_of(&jobs, number) == JOB_ENDED &&
		      state_of(&jobs, line) == JOB_ENDED &&
		      state_of(&jobs, large) == JOB_ENDED);
	assert_output(number, 100, "one\ntwo\nthree\n");
	assert_output(number, 15, "one\ntwo\nthree\n");
	assert_output(number, 14, "two\nthree\n"); /* not from the middle of a line */
	assert_output(number, 11, "two\nthree\n"); /* here a line begins */
	assert_output(number, 10, "three\n");
	assert_output(line, 6,
		      "ab\xc3\xa9"
		      "cd");
	assert_output(line, 2, "cd");
	assert_output(line, 3, "cd"); /* not from the middle of a character */
	text = output(large, 1 << 20);
	assert_int_equal(strlen(text), 300005);
	assert_output(large, 1000, "end\n");
}

/* ---- a shell that only looks ---- */

/* A viewer's jobs are its own: nothing is written, no number of a record is touched. */
static void test_viewer(void **state)
{
	struct err e = ERR_INIT;
	struct exec_end end;
	unsigned number;
	char *text;
	pid_t pid;

	(void)state;
	start("echo theirs");
	sandbox_until(state_of(&jobs, 1) == JOB_ENDED);
	jobs_free(&jobs);
	net.read_only = true;
	pid = fork();
	if (pid == 0) {
		raise(SIGSTOP);
		_exit(2);
	}
	assert_int_equal(waitpid(pid, NULL, WUNTRACED), pid);
	sandbox_ok(job_adopt(&jobs, &net, "h1", "x", pid, &number, &e), &e);
	assert_int_equal(number, 1);
	assert_int_equal(job_output(&jobs, &net, 1, 10, &text, &e), -ENODATA);
	setpgid(pid, pid);
	sandbox_ok(job_foreground(&jobs, &net, 1, &end, &e), &e);
	assert_int_equal(end.status, 2);
	sandbox_ok(job_forget(&jobs, &net, 1, &e), &e);
	sandbox_ok(jobs_load(&jobs, &net, &e), &e);
	assert_string_equal(job_find(&jobs, 1)->command, "echo theirs");
	assert_int_equal(job_forget(&jobs, &net, 1, &e), -EROFS);
	net.read_only = false;
	err_clear(&e);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static int tests(void)
{
	const struct CMUnitTest list[] = {
		TEST(test_life),	TEST(test_numbers),   TEST(test_not_there),
		TEST(test_not_started), TEST(test_no_record), TEST(test_stop),
		TEST(test_stop_deaf),	TEST(test_states),    TEST(test_node_ends),
		TEST(test_later_shell), TEST(test_records),   TEST(test_odd_command),
		TEST(test_output),	TEST(test_viewer),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(void)
{
	return sandbox_run(tests);
}
