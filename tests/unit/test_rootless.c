/*
 * test_rootless.c — keepers: made, joined, found again, ended.
 *
 * Each scenario is a process of an ordinary user (65534 where the tests run as
 * root), since it moves into a network for good. This process adopts what they
 * leave behind, so a keeper that was forgotten does not stay unseen.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/proc.h"
#include "run/rootless.h"

enum { ORDINARY = 65534, DEADLINE_S = 20 };

static char top[] = "/tmp/espalier-test-XXXXXX";
static ino_t outside_net;

/* In a scenario: cmocka's own asserts belong to the parent. */
#define CHECK(what)                                                                      \
	do {                                                                             \
		if (!(what)) {                                                           \
			fprintf(stderr, "# line %d: %s\n", __LINE__, #what);             \
			_exit(1);                                                        \
		}                                                                        \
	} while (0)

#define CHECK_OK(call)                                                                   \
	do {                                                                             \
		struct err e_ = ERR_INIT;                                                \
		if ((call(&e_)) < 0) {                                                   \
			fprintf(stderr, "# line %d: %s\n", __LINE__, e_.msg);            \
			_exit(1);                                                        \
		}                                                                        \
	} while (0)

static void create(const char *name)
{
	struct err e = ERR_INIT;

	if (rootless_create(name, &e) < 0) {
		fprintf(stderr, "# create %s: %s\n", name, e.msg);
		_exit(1);
	}
}

static ino_t ino_of(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 ? 0 : st.st_ino;
}

static bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static unsigned entries(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	unsigned n = 0;

	CHECK(dir != NULL);
	while ((d = readdir(dir)))
		n += d->d_name[0] != '.';
	closedir(dir);
	return n;
}

static void become_ordinary(void)
{
	if (geteuid() == 0 &&
	    (setgroups(0, NULL) < 0 || setresgid(ORDINARY, ORDINARY, ORDINARY) < 0 ||
	     setresuid(ORDINARY, ORDINARY, ORDINARY) < 0))
		_exit(2);
}

static pid_t start(void (*scenario)(void))
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		become_ordinary();
		alarm(DEADLINE_S);
		scenario();
		_exit(0);
	}
	return pid;
}

static int status_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void run(void (*scenario)(void))
{
	assert_int_equal(status_of(start(scenario)), 0);
}

/* Every keeper is ours by adoption; all must have ended. */
static void assert_nobody_left(void)
{
	struct timespec now, end;
	pid_t pid;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += DEADLINE_S;
	while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		assert_true(now.tv_sec < end.tv_sec);
		if (pid == 0)
			poll(NULL, 0, 1);
	}
	assert_int_equal(errno, ECHILD);
}

static struct proc keeper_of(const char *name)
{
	cleanup_free char *path = mem_printf("%s/espalier/%s.keeper", top, name);
	cleanup_free char *text = NULL;
	struct proc p = { .pid = 0 };
	size_t n;
	int pid;

	CHECK(file_read(path, 100, &text, &n, NULL) == 0);
	CHECK(sscanf(text, "%d %llu\n", &pid, &p.start) == 2);
	p.pid = pid;
	return p;
}

static void record(const char *name, const char *text)
{
	cleanup_free char *path = mem_printf("%s/espalier/%s.keeper", top, name);

	CHECK(file_replace(path, text, strlen(text), NULL) == 0);
}

/* ---- scenarios ---- */

static void create_and_look(void)
{
	cleanup_free char *fds = NULL, *comm = NULL, *path = NULL;
	char cwd[sizeof(top) + 16], out[64];
	unsigned seen = 0, kept = 0;
	struct proc keeper;
	struct dirent *d;
	DIR *old = opendir("/run");
	size_t n;

	CHECK(rootless_needed());
	CHECK(chdir(top) == 0);
	CHECK(old != NULL);
	create("one");
	CHECK(!rootless_needed());
	CHECK(geteuid() == 0 && getegid() == 0);
	CHECK(ino_of("/proc/self/ns/net") != outside_net);
	CHECK(getcwd(cwd, sizeof(cwd)) && strcmp(cwd, top) == 0);
	CHECK(mkdir("/run/espalier", 0755) == 0 && mkdir("/run/netns", 0755) == 0);
	CHECK(mount("x", "/run/netns", "tmpfs", 0, NULL) == 0);
	CHECK(unshare(CLONE_NEWNET) == 0);
	/* most of the old /run is there; what cannot be bound may lack */
	while ((d = readdir(old))) {
		path = mem_printf("/run/%s", d->d_name);
		seen++;
		kept += exists(path);
		free(steal_ptr(path));
	}
	closedir(old);
	CHECK(kept * 2 >= seen);
	/* the keeper holds nothing of ours */
	keeper = keeper_of("one");
	CHECK(proc_alive(&keeper));
	fds = mem_printf("/proc/%d/fd", (int)keeper.pid);
	/* the socket is the last thing it closes, once it knows of its record */
	while (entries(fds) > 0)
		poll(NULL, 0, 1);
	path = mem_printf("/proc/%d/comm", (int)keeper.pid);
	CHECK(file_read(path, 100, &comm, &n, NULL) == 0);
	CHECK(strcmp(comm, "espalier-keep\n") == 0);
	free(steal_ptr(path));
	path = mem_printf("/proc/%d/cwd", (int)keeper.pid);
	CHECK(readlink(path, out, sizeof(out)) == 1 && out[0] == '/');
	CHECK(getsid(keeper.pid) == keeper.pid);
	CHECK(file_replace("/run/espalier/mark", "x", 1, NULL) == 0);
	raise(SIGKILL); /* the network goes on */
}

static void create_again(void)
{
	struct err e = ERR_INIT;

	CHECK(rootless_create("one", &e) == -EEXIST);
	CHECK(strstr(e.msg, "'one'") && strstr(e.hint, "espalier attach one"));
	CHECK(ino_of("/proc/self/ns/net") == outside_net);
	err_clear(&e);
}

static void join_and_end(void)
{
	struct err e = ERR_INIT;
	rootless_names names;
	struct proc keeper;

	CHECK(rootless_list(&names, &e) == 0);
	CHECK(names.n == 1 && strcmp(names.v[0], "one") == 0);
	free(names.v[0]);
	vec_free(&names);
	CHECK(rootless_join("two", &e) == -ENOENT);
	CHECK(strcmp(e.msg, "no network 'two' is running") == 0);
	keeper = keeper_of("one");
	CHECK(rootless_join("one", &e) == 0);
	CHECK(exists("/run/espalier/mark"));
	/* the path of records may lead elsewhere inside; the folder is known yet */
	CHECK(setenv("XDG_RUNTIME_DIR", "/nonexistent", 1) == 0);
	CHECK(rootless_end("one", &e) == 0);
	CHECK(!proc_alive(&keeper));
	CHECK(rootless_end("one", &e) == -ENOENT);
	CHECK(rootless_list(&names, &e) == 0 && names.n == 0);
	err_clear(&e);
}

static void join_nothing(void)
{
	CHECK(rootless_join("one", NULL) == -ENOENT);
}

static int race_gate[2];

static void race(void)
{
	struct err e = ERR_INIT;
	char c;
	int r;

	close(race_gate[1]);
	CHECK(read(race_gate[0], &c, 1) == 0); /* opens for all at once */
	r = rootless_create("race", &e);
	CHECK(r == 0 || r == -EEXIST);
	_exit(r == 0 ? 10 : 11);
}

static void end_race(void)
{
	CHECK(rootless_join("race", NULL) == 0);
	CHECK(rootless_end("race", NULL) == 0);
}

static void die_and_retry(void)
{
	struct err e = ERR_INIT;
	struct proc keeper;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		create("dead");
		_exit(0);
	}
	CHECK(waitpid(pid, NULL, 0) == pid);
	keeper = keeper_of("dead");
	CHECK(proc_signal(&keeper, SIGKILL) == 0);
	while (proc_alive(&keeper))
		poll(NULL, 0, 1);
	CHECK(rootless_join("dead", &e) == -ENOENT);
	CHECK(strstr(e.msg, "has ended"));
	err_clear(&e);
	CHECK(rootless_join("dead", &e) == -ENOENT);
	CHECK(strstr(e.msg, "is running")); /* the record went */
	/* another process has the number by now */
	cleanup_free char *reused = mem_printf("%d 1\n", (int)getpid());
	record("dead", reused);
	create("dead");
	CHECK(rootless_end("dead", NULL) == 0);
	err_clear(&e);
}

static void unfinished_records(void)
{
	cleanup_free char *path = mem_printf("%s/espalier/broken.keeper", top);
	rootless_names names;

	record("broken", "12");
	CHECK(rootless_list(&names, NULL) == 0 && names.n == 0);
	CHECK(!exists(path));
	record("broken", "");
	create("broken");
	CHECK(rootless_end("broken", NULL) == 0);
}

/* A record that cannot be written takes the keeper along. */
static void no_record(void)
{
	cleanup_free char *folder = mem_printf("%s/espalier", top);
	struct err e = ERR_INIT;

	CHECK(chmod(folder, 0500) == 0);
	CHECK(rootless_create("lost", &e) == -EACCES);
	CHECK(chmod(folder, 0700) == 0);
	CHECK(ino_of("/proc/self/ns/net") == outside_net);
	err_clear(&e);
}

static void bad_folders(void)
{
	cleanup_free char *folder = mem_printf("%s/espalier", top);
	cleanup_free char *aside = mem_printf("%s/aside", top);
	struct err e = ERR_INIT;
	rootless_names names;

	CHECK(chmod(folder, 0777) == 0);
	CHECK(rootless_create("x", &e) == -EPERM);
	CHECK(strstr(e.hint, "chmod 700"));
	CHECK(rename(folder, aside) == 0 && symlink("aside", folder) == 0);
	CHECK(chmod(aside, 0700) == 0);
	CHECK(rootless_create("x", &e) < 0);
	CHECK(unlink(folder) == 0);
	CHECK(rootless_list(&names, &e) == 0 && names.n == 0);
	CHECK(!exists(folder)); /* looking makes nothing */
	CHECK(rootless_join("x", &e) == -ENOENT);
	CHECK(rename(aside, folder) == 0);
	err_clear(&e);
}

static void bad_names(void)
{
	static const char *const names[] = { "", ".", "..", "../x", "a/b", ".hidden" };
	char longest[80];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		CHECK(rootless_create(names[i], NULL) == -EINVAL);
		CHECK(rootless_join(names[i], NULL) == -EINVAL);
		CHECK(rootless_end(names[i], NULL) == -EINVAL);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	CHECK(rootless_create(longest, NULL) == -EINVAL);
}

static void check_here(void)
{
	CHECK_OK(rootless_check);
	CHECK(ino_of("/proc/self/ns/net") == outside_net);
}

/* ---- the tests ---- */

static void test_life(void **state)
{
	(void)state;
	assert_int_equal(status_of(start(create_and_look)), 128 + SIGKILL);
	run(create_again);
	run(join_and_end);
	run(join_nothing);
	assert_nobody_left();
}

static void test_race(void **state)
{
	pid_t racers[4];
	unsigned won = 0;

	(void)state;
	assert_int_equal(pipe(race_gate), 0);
	for (size_t i = 0; i < ARRAY_LEN(racers); i++)
		racers[i] = start(race);
	close(race_gate[0]);
	close(race_gate[1]);
	for (size_t i = 0; i < ARRAY_LEN(racers); i++) {
		int status = status_of(racers[i]);

		assert_true(status == 10 || status == 11);
		won += status == 10;
	}
	assert_int_equal(won, 1);
	run(end_race);
	assert_nobody_left();
}

static void test_stale(void **state)
{
	(void)state;
	run(die_and_retry);
	run(unfinished_records);
	assert_nobody_left();
}

static void test_no_record(void **state)
{
	(void)state;
	run(no_record);
	assert_nobody_left();
}

static void test_bad(void **state)
{
	(void)state;
	run(bad_folders);
	run(bad_names);
	assert_nobody_left();
}

static void test_needed(void **state)
{
	(void)state;
	if (geteuid() != 0)
		assert_true(rootless_needed());
	run(check_here);
}

/* Networks that a failed test left. */
static void end_all(void)
{
	rootless_names names;

	CHECK(rootless_list(&names, NULL) == 0);
	vec_each (&names, name) {
		CHECK(rootless_end(*name, NULL) == 0);
		free(*name);
	}
	vec_free(&names);
}

static int remove_top(void **state)
{
	(void)state;
	status_of(start(end_all));
	return file_remove_tree(top, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),  cmocka_unit_test(test_race),
		cmocka_unit_test(test_stale), cmocka_unit_test(test_no_record),
		cmocka_unit_test(test_bad),   cmocka_unit_test(test_needed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (!mkdtemp(top) || (geteuid() == 0 && chown(top, ORDINARY, ORDINARY) < 0))
		return 1;
	setenv("XDG_RUNTIME_DIR", top, 1);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	outside_net = ino_of("/proc/self/ns/net");
	if (status_of(start(check_here)) != 0) {
		fprintf(stderr, "SKIPPED: no user namespaces for ordinary users here\n");
		remove_top(NULL);
		return getenv("ESPALIER_MUST_RUN") ? 1 : (puts("1..0 # SKIP"), 0);
	}
	return cmocka_run_group_tests(tests, NULL, remove_top);
}
