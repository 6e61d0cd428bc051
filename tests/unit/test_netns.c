/*
 * test_netns.c — network namespaces pinned, opened, let go, and emptied of
 * their processes.
 */
#include "sandbox.h"

#include <pthread.h>

static char *dir;

static struct netns_id self_id(void)
{
	cleanup_close int fd = netns_open_self();
	struct netns_id id = { 0 };

	assert_true(fd >= 0);
	assert_int_equal(netns_identify(fd, &id), 0);
	return id;
}

static struct netns_id path_id(const char *path)
{
	cleanup_close int fd = netns_open(path);
	struct netns_id id = { 0 };

	assert_true(fd >= 0);
	assert_int_equal(netns_identify(fd, &id), 0);
	return id;
}

static bool same(struct netns_id a, struct netns_id b)
{
	return a.dev == b.dev && a.ino == b.ino;
}

/* Makes a namespace at path and goes home. */
static struct netns_id make(const char *path)
{
	cleanup_close int home = netns_open_self();
	struct err e = ERR_INIT;

	sandbox_ok(netns_create(path, &e), &e);
	assert_int_equal(netns_enter(home), 0);
	return path_id(path);
}

static void test_create(void **state)
{
	cleanup_free char *path = mem_printf("%s/a", dir);
	cleanup_close int home = netns_open_self();
	struct netns_id was = self_id();
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(netns_create(path, &e), 0);
	assert_false(same(self_id(), was));
	assert_true(same(self_id(), path_id(path)));
	assert_int_equal(netns_enter(home), 0);
	assert_true(same(self_id(), was));
	assert_true(fcntl(home, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(netns_unpin(path, &e), 0);
}

static void test_create_refused(void **state)
{
	cleanup_free char *path = mem_printf("%s/a", dir);
	cleanup_free char *nowhere = mem_printf("%s/none/a", dir);
	struct netns_id home = self_id(), id = make(path);
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(netns_create(path, &e), -EEXIST);
	assert_non_null(strstr(e.msg, "File exists"));
	assert_true(same(self_id(), home));
	assert_true(same(path_id(path), id));
	assert_int_equal(netns_create(nowhere, &e), -ENOENT);
	assert_true(same(self_id(), home));
	assert_int_equal(netns_unpin(path, &e), 0);
	err_clear(&e);
}

/* A user namespace that may have no network namespaces: the file must go again. */
static int create_over_limit(const char *path)
{
	struct err e = ERR_INIT;
	int r;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 ||
	    sandbox_write("/proc/self/uid_map", "0 0 1") < 0 ||
	    sandbox_write("/proc/sys/user/max_net_namespaces", "0") < 0)
		return 2;
	r = netns_create(path, &e);
	if (r != -ENOSPC || !e.msg || access(path, F_OK) == 0)
		return 1;
	err_clear(&e);
	return 0;
}

static void test_create_undone(void **state)
{
	cleanup_free char *path = mem_printf("%s/a", dir);
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(create_over_limit(path));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 2)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_unpin(void **state)
{
	cleanup_free char *path = mem_printf("%s/a", dir);
	cleanup_close int fd = -1;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(netns_unpin(path, &e), 0); /* is gone already */
	make(path);
	fd = netns_open(path); /* in use: still let go */
	assert_true(fd >= 0);
	assert_int_equal(netns_unpin(path, &e), 0);
	assert_int_equal(netns_open(path), -ENOENT);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(sandbox_write(path, ""), 0); /* a file without a namespace */
	assert_int_equal(netns_unpin(path, &e), 0);
	assert_int_equal(access(path, F_OK), -1);
}

static void test_unmounted_by_hand(void **state)
{
	cleanup_free char *path = mem_printf("%s/a", dir);

	(void)state;
	make(path);
	assert_int_equal(umount2(path, MNT_DETACH), 0);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(netns_open(path), -ENOENT);
	assert_int_equal(netns_unpin(path, NULL), 0);
}

static void test_other_kind_of_namespace(void **state)
{
	(void)state;
	assert_int_equal(netns_open("/proc/self/ns/uts"), -ENOENT);
	assert_int_equal(netns_open(dir), -ENOENT);
}

/* ---- processes ---- */

/* Forks body() inside the namespace; returns once it says that it is ready. */
static pid_t start_in(const char *path, void (*body)(int ready))
{
	int ends[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		if (path && netns_enter(netns_open(path)) < 0)
			_exit(99);
		body(ends[1]);
		_exit(98);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &c, 1), 1);
	close(ends[0]);
	return pid;
}

static void say_ready(int fd)
{
	if (write(fd, "r", 1) != 1)
		_exit(97);
}

static void idle(int ready)
{
	say_ready(ready);
	for (;;)
		pause();
}

static void deaf(int ready)
{
	signal(SIGTERM, SIG_IGN);
	idle(ready);
}

static void exit_seven(int signal)
{
	(void)signal;
	_exit(7);
}

static void polite(int ready)
{
	signal(SIGTERM, exit_seven);
	idle(ready);
}

/* The one that stays is a grandchild in a session of its own. */
static void daemon_like(int ready)
{
	if (fork() == 0) {
		setsid();
		if (fork() == 0)
			deaf(ready);
		_exit(0);
	}
	wait(NULL);
	_exit(0);
}

static void *thread_body(void *fd)
{
	/* only once the first thread is over is this the case to test */
	for (;;) {
		cleanup_free char *text = NULL;
		size_t n;

		if (file_read("/proc/self/stat", 4096, &text, &n, NULL) == 0 &&
		    strstr(text, ") Z "))
			break;
		poll(NULL, 0, 1);
	}
	idle(*(int *)fd);
	return NULL;
}

static void first_thread_gone(int ready)
{
	static int fd;
	pthread_t t;

	fd = ready;
	if (pthread_create(&t, NULL, thread_body, &fd) != 0)
		_exit(96);
	pthread_exit(NULL);
}

static int reap(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void test_end_none(void **state)
{
	cleanup_free char *path = mem_printf("%s/a", dir);
	struct netns_id id = make(path);

	(void)state;
	assert_int_equal(netns_end_processes(NULL, 0, 1000), 0);
	assert_int_equal(netns_end_processes(&id, 1, 1000), 0);
	netns_unpin(path, NULL);
}

static void test_end_several(void **state)
{
	cleanup_free char *a = mem_printf("%s/a", dir), *b = mem_printf("%s/b", dir);
	cleanup_free char *c = mem_printf("%s/c", dir);
	struct netns_id ids[2];
	long long begin;
	pid_t in_a, in_b, stopped, elsewhere, home;
	int status;

	(void)state;
	ids[1] = make(a); /* not in order */
	ids[0] = make(b);
	make(c);
	in_a = start_in(a, polite);
	in_b = start_in(b, idle);
	stopped = start_in(a, polite);
	elsewhere = start_in(c, idle);
	home = start_in(NULL, idle);
	assert_int_equal(kill(stopped, SIGSTOP), 0);
	assert_int_equal(waitpid(stopped, &status, WUNTRACED), stopped);

	begin = sandbox_now_ms();
	assert_int_equal(netns_end_processes(ids, 2, 60000), 3);
	/* no waiting for the time to run out where all go by themselves */
	assert_true(sandbox_now_ms() - begin < 30000);
	assert_int_equal(reap(in_a), 7);
	assert_int_equal(reap(in_b), 128 + SIGTERM);
	assert_int_equal(reap(stopped), 7);
	assert_int_equal(waitpid(elsewhere, &status, WNOHANG), 0);
	assert_int_equal(waitpid(home, &status, WNOHANG), 0);

	kill(elsewhere, SIGKILL);
	kill(home, SIGKILL);
	reap(elsewhere);
	reap(home);
	netns_unpin(a, NULL);
	netns_unpin(b, NULL);
	netns_unpin(c, NULL);
}

static void test_end_deaf(void **state)
{
	cleanup_free char *path = mem_printf("%s/a", dir);
	struct netns_id id = make(path);
	pid_t pid = start_in(path, deaf);
	long long begin = sandbox_now_ms();

	(void)state;
	assert_int_equal(netns_end_processes(&id, 1, 200), 1);
	assert_true(sandbox_now_ms() - begin >= 200);
	assert_int_equal(reap(pid), 128 + SIGKILL);
	netns_unpin(path, NULL);
}

static void test_end_at_once(void **state)
{
	cleanup_free char *path = mem_printf("%s/a", dir);
	struct netns_id id = make(path);
	pid_t pid = start_in(path, polite);

	(void)state;
	assert_int_equal(netns_end_processes(&id, 1, 0), 1);
	assert_int_equal(reap(pid), 128 + SIGKILL);
	netns_unpin(path, NULL);
}

static void test_end_daemon(void **state)
{
	cleanup_free char *path = mem_printf("%s/a", dir);
	struct netns_id id = make(path);
	pid_t pid = start_in(path, daemon_like);

	(void)state;
	assert_int_equal(reap(pid), 0);
	assert_int_equal(netns_end_processes(&id, 1, 50), 1);
	assert_int_equal(netns_end_processes(&id, 1, 50), 0);
	netns_unpin(path, NULL);
}

static void test_end_first_thread_gone(void **state)
{
	cleanup_free char *path = mem_printf("%s/a", dir);
	struct netns_id id = make(path);
	pid_t pid = start_in(path, first_thread_gone);

	(void)state;
	assert_int_equal(netns_end_processes(&id, 1, 60000), 1);
	assert_int_equal(reap(pid), 128 + SIGTERM);
	netns_unpin(path, NULL);
}

static void test_end_spares_caller(void **state)
{
	cleanup_free char *path = mem_printf("%s/a", dir);
	cleanup_close int home = netns_open_self(), inside = -1;
	struct netns_id id = make(path);
	pid_t pid = start_in(path, idle);

	(void)state;
	inside = netns_open(path);
	assert_int_equal(netns_enter(inside), 0);
	assert_int_equal(netns_end_processes(&id, 1, 60000), 1);
	assert_int_equal(netns_enter(home), 0);
	assert_int_equal(reap(pid), 128 + SIGTERM);
	netns_unpin(path, NULL);
}

static int tests(void)
{
	const struct CMUnitTest list[] = {
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_create_refused),
		cmocka_unit_test(test_create_undone),
		cmocka_unit_test(test_unpin),
		cmocka_unit_test(test_unmounted_by_hand),
		cmocka_unit_test(test_other_kind_of_namespace),
		cmocka_unit_test(test_end_none),
		cmocka_unit_test(test_end_several),
		cmocka_unit_test(test_end_deaf),
		cmocka_unit_test(test_end_at_once),
		cmocka_unit_test(test_end_daemon),
		cmocka_unit_test(test_end_first_thread_gone),
		cmocka_unit_test(test_end_spares_caller),
	};
	char name[] = "/run/netns-test.XXXXXX";

	cmocka_set_message_output(CM_OUTPUT_TAP);
	dir = mkdtemp(name);
	return dir ? cmocka_run_group_tests(list, NULL, NULL) : 1;
}

int main(void)
{
	return sandbox_run(tests);
}
