/*
 * sandbox.h — a place for tests that make real namespaces and programs.
 *
 * The tests run in PID, mount and network namespaces of their own, with an
 * empty /run: however they end, the kernel takes away what they made. An ordinary
 * user gets a user namespace too, so that the tests tell what works there. Where
 * that is not permitted they are skipped, or fail if ESPALIER_MUST_RUN is 1.
 */
#ifndef TESTS_SANDBOX_H
#define TESTS_SANDBOX_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "kern/netns.h"
#include "run/network.h"

enum { SANDBOX_DEADLINE_MS = 20000 };

static inline long long sandbox_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits until the condition holds; fails the test when it does not in time. */
#define sandbox_until(condition)                                                         \
	do {                                                                             \
		long long end_ = sandbox_now_ms() + SANDBOX_DEADLINE_MS;                 \
		while (!(condition)) {                                                   \
			if (sandbox_now_ms() > end_)                                     \
				fail_msg("not in time: %s", #condition);                 \
			poll(NULL, 0, 2);                                                \
		}                                                                        \
	} while (0)

/* A call of the project that must work, or the test shows its error. */
#define sandbox_ok(call, err)                                                            \
	do {                                                                             \
		if ((call) < 0)                                                          \
			fail_msg("%s: %s", #call, (err)->msg ? (err)->msg : "?");        \
	} while (0)

static inline int sandbox_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), r;

	if (fd < 0)
		return -errno;
	r = file_write_all(fd, text, strlen(text));
	close(fd);
	return r;
}

static inline int sandbox_unshare(void)
{
	int flags = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID;
	cleanup_free char *uids = mem_printf("0 %u 1", geteuid());
	cleanup_free char *gids = mem_printf("0 %u 1", getegid());

	if (geteuid() == 0)
		return unshare(flags);
	if (unshare(flags | CLONE_NEWUSER) < 0)
		return -1;
	return sandbox_write("/proc/self/setgroups", "deny") < 0 ||
			       sandbox_write("/proc/self/uid_map", uids) < 0 ||
			       sandbox_write("/proc/self/gid_map", gids) < 0
		       ? -1
		       : 0;
}

/* /run is shared with later mount namespaces, as it is where systemd runs. */
static inline int sandbox_mounts(void)
{
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
			       mount("proc", "/proc", "proc", 0, NULL) < 0 ||
			       mount("tmpfs", "/run", "tmpfs", 0, NULL) < 0 ||
			       mount(NULL, "/run", NULL, MS_SHARED, NULL) < 0
		       ? -1
		       : 0;
}

static inline int sandbox_skip(void)
{
	const char *must = getenv("ESPALIER_MUST_RUN");
	const char *why = strerror(errno);

	fprintf(stderr, "namespaces cannot be made here: %s\n", why);
	if (must && strcmp(must, "1") == 0) {
		printf("Bail out! namespaces cannot be made here: %s\n", why);
		return 1;
	}
	printf("1..0 # SKIP namespaces cannot be made here: %s\n", why);
	return 0;
}

/* Process 1 of the sandbox: takes in orphans; when it ends, all others do. */
static inline int sandbox_init(int (*tests)(void))
{
	int status, result = 1;
	pid_t main_pid, ended;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that is killed leaves nothing */
	if (sandbox_mounts() < 0)
		return sandbox_skip();
	fflush(NULL);
	main_pid = fork();
	if (main_pid == 0)
		exit(tests());
	do {
		ended = wait(&status);
		if (ended == main_pid)
			result = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	} while (ended != main_pid && (ended > 0 || errno == EINTR));
	return result;
}

/*
 * For main(): runs the tests in a sandbox and ends with their exit status. By
 * _exit(): whatever wants to make a process now (a leak checker does) cannot,
 * the sandbox's process 1 being gone; the tests themselves left by exit().
 */
static inline int sandbox_run(int (*tests)(void))
{
	int status;
	pid_t pid;

	if (sandbox_unshare() < 0)
		return sandbox_skip();
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		exit(sandbox_init(tests));
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		_exit(1);
	_exit(WEXITSTATUS(status));
}

/* ---- a network by hand ---- */

static inline void sandbox_network(struct network *n, const char *name)
{
	cleanup_free char *ns = mem_printf("/run/espalier/%s/ns", name);

	*n = (struct network){
		.name = mem_strdup(name),
		.dir = mem_printf("/run/espalier/%s", name),
		.model = model_new(),
		.lock_fd = -1,
	};
	assert_int_equal(file_make_dirs(ns, 0700, NULL), 0);
	assert_int_equal(mount("tmpfs", ns, "tmpfs", 0, NULL), 0);
}

static inline void sandbox_node(const struct network *n, const char *node)
{
	cleanup_free char *path = network_netns_path(n, node);
	cleanup_close int home = netns_open_self();
	struct err e = ERR_INIT;

	sandbox_ok(netns_create(path, &e), &e);
	assert_int_equal(netns_enter(home), 0);
}

static inline struct netns_id sandbox_id(const struct network *n, const char *node)
{
	cleanup_free char *path = network_netns_path(n, node);
	cleanup_close int fd = netns_open(path);
	struct netns_id id = { 0 };

	assert_true(fd >= 0);
	assert_int_equal(netns_identify(fd, &id), 0);
	return id;
}

static inline void sandbox_network_end(struct network *n)
{
	cleanup_free char *ns = mem_printf("%s/ns", n->dir);

	assert_int_equal(umount2(ns, MNT_DETACH), 0);
	assert_int_equal(file_remove_tree(n->dir, NULL), 0);
	model_free(n->model);
	free(n->name);
	free(n->dir);
}

#endif
