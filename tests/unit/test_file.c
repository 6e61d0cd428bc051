/*
 * test_file.c — whole files: reading with bounds, replacing without ever
 * losing the old text, folders; and the identity of processes.
 *
 * A disk that is full is played by RLIMIT_FSIZE: the write fails half-way.
 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/proc.h"

static char folder[] = "/tmp/espalier-test-file.XXXXXX";

static int enter_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
	(void)state;
	return chdir("/") == 0 ? file_remove_tree(folder, NULL) : -1;
}

static void put(const char *path, const char *text)
{
	struct err e = ERR_INIT;

	assert_int_equal(file_replace(path, text, strlen(text), &e), 0);
}

static void has(const char *path, const char *want)
{
	cleanup_free char *text = NULL;
	size_t n = 0;

	assert_int_equal(file_read(path, 1 << 20, &text, &n, NULL), 0);
	assert_int_equal(n, strlen(want));
	assert_string_equal(text, want);
}

static unsigned entries(const char *path)
{
	DIR *d = opendir(path);
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2; /* . and .. */
}

static void test_read(void **state)
{
	cleanup_free char *text = NULL, *big = mem_alloc(300000);
	struct err e = ERR_INIT;
	size_t n;

	(void)state;
	put("empty", "");
	has("empty", "");
	memset(big, 'x', 299999);
	put("big", big);
	has("big", big);
	/* the bound is exact */
	assert_int_equal(file_read("big", 299999, &text, &n, &e), 0);
	assert_int_equal(n, 299999);
	free(steal_ptr(text));
	assert_int_equal(file_read("big", 299998, &text, &n, &e), -EFBIG);
	assert_null(text);
	assert_non_null(strstr(e.msg, "big"));
	err_clear(&e);
}

static void test_read_refused(void **state)
{
	struct err e = ERR_INIT;
	char *text = NULL;
	size_t n;

	(void)state;
	assert_int_equal(file_read("missing.lab", 100, &text, &n, &e), -ENOENT);
	assert_string_equal(e.msg, "missing.lab: No such file or directory");
	assert_int_equal(file_read(".", 100, &text, &n, &e), -EISDIR);
	assert_int_equal(file_read("", 100, &text, &n, &e), -ENOENT);
	assert_null(text);
	/* never ends, so only the bound ends it */
	assert_int_equal(file_read("/dev/zero", 1 << 20, &text, &n, &e), -EFBIG);
	err_clear(&e);
}

static void test_replace(void **state)
{
	unsigned before;
	struct stat st;

	(void)state;
	put("a.lab", "first");
	before = entries(".");
	assert_int_equal(chmod("a.lab", 0640), 0);
	put("a.lab", "second, and longer");
	has("a.lab", "second, and longer");
	put("a.lab", "3");
	has("a.lab", "3");
	assert_int_equal(stat("a.lab", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640); /* kept */
	assert_int_equal(entries("."), before);	    /* nothing aside stays */
}

static void test_replace_new_follows_umask(void **state)
{
	mode_t was = umask(027);
	struct stat st;

	(void)state;
	put("masked", "x");
	umask(was);
	assert_int_equal(stat("masked", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void test_replace_through_symbolic_link(void **state)
{
	struct stat st;

	(void)state;
	put("real", "old");
	assert_int_equal(symlink("real", "alias"), 0);
	put("alias", "new");
	has("real", "new");
	assert_int_equal(lstat("alias", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void test_replace_refused(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(mkdir("dir", 0755), 0);
	assert_int_equal(file_replace("dir", "x", 1, &e), -EISDIR);
	assert_int_equal(file_replace("no/such/place", "x", 1, &e), -ENOENT);
	assert_string_equal(e.msg, "no/such/place: No such file or directory");
	assert_int_equal(file_replace("/dev/full", "x", 1, &e), -ENOSPC);
	assert_int_equal(file_replace("/dev/null", "x", 1, &e), 0);
	err_clear(&e);
}

/* The disk fills up under a replacement: the old file stays, nothing else does. */
static void test_replace_on_full_disk(void **state)
{
	struct rlimit was, little;
	cleanup_free char *text = mem_alloc(100000);
	struct err e = ERR_INIT;
	unsigned before;
	int r;

	(void)state;
	put("kept.lab", "the old text");
	before = entries(".");
	memset(text, 'y', 99999);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	little = was;
	little.rlim_cur = 4096;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	r = file_replace("kept.lab", text, 99999, &e);
	setrlimit(RLIMIT_FSIZE, &was);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(r, -EFBIG);
	assert_string_equal(e.msg, "kept.lab: File too large");
	has("kept.lab", "the old text");
	assert_int_equal(entries("."), before);
	err_clear(&e);
}

static void test_write_all(void **state)
{
	cleanup_free char *text = mem_alloc(1 << 20);
	int ends[2], status;
	size_t sum = 0;
	char chunk[4096];
	ssize_t n;
	pid_t pid;

	(void)state;
	assert_int_equal(file_write_all(-1, "x", 1), -EBADF);
	assert_int_equal(file_write_all(-1, "", 0), 0);
	/* a pipe takes it in pieces */
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(file_write_all(ends[1], text, 1 << 20) ? 1 : 0);
	close(ends[1]);
	while ((n = read(ends[0], chunk, sizeof(chunk))) > 0)
		sum += (size_t)n;
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(sum, 1 << 20);
}

static void test_make_dirs(void **state)
{
	struct err e = ERR_INIT;
	struct stat st;

	(void)state;
	assert_int_equal(file_make_dirs("x/y/z", 0700, &e), 0);
	assert_int_equal(stat("x/y/z", &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(file_make_dirs("x/y/z", 0700, &e), 0);
	assert_int_equal(file_make_dirs("x/y/w/", 0700, &e), 0);
	put("x/file", "");
	assert_int_equal(file_make_dirs("x/file/sub", 0700, &e), -ENOTDIR);
	assert_non_null(strstr(e.msg, "x/file/sub: Not a directory"));
	err_clear(&e);
}

static void test_remove_tree(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(file_make_dirs("t/a/b", 0700, &e), 0);
	assert_int_equal(file_make_dirs("spared", 0700, &e), 0);
	put("t/a/b/c", "x");
	put("spared/c", "x");
	assert_int_equal(symlink("../spared", "t/out"), 0);
	assert_int_equal(symlink("nowhere", "t/dangling"), 0);
	assert_int_equal(file_remove_tree("t", &e), 0);
	assert_int_equal(access("t", F_OK), -1);
	has("spared/c", "x"); /* links are removed, not followed */
	assert_int_equal(file_remove_tree("t", &e), 0); /* gone is fine */
	put("lone", "x");
	assert_int_equal(file_remove_tree("lone", &e), 0);
	assert_int_equal(access("lone", F_OK), -1);
}

static void test_processes(void **state)
{
	struct proc me, child, other;
	siginfo_t info;
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(proc_find(getpid(), &me), 0);
	assert_true(proc_alive(&me));
	assert_int_equal(proc_find(0, &other), -ESRCH);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		for (;;)
			pause();
	assert_int_equal(proc_find(pid, &child), 0);
	/* the same pid at another time is another process: it is left alone */
	other = child;
	other.start++;
	assert_false(proc_alive(&other));
	assert_int_equal(proc_signal(&other, SIGKILL), -ESRCH);
	assert_true(proc_alive(&child));
	assert_int_equal(proc_signal(&child, SIGTERM), 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_false(proc_alive(&child)); /* a zombie, not yet reaped */
	assert_int_equal(proc_signal(&child, SIGTERM), -ESRCH);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	assert_int_equal(proc_find(pid, &child), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_refused),
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_replace_new_follows_umask),
		cmocka_unit_test(test_replace_through_symbolic_link),
		cmocka_unit_test(test_replace_refused),
		cmocka_unit_test(test_replace_on_full_disk),
		cmocka_unit_test(test_write_all),
		cmocka_unit_test(test_make_dirs),
		cmocka_unit_test(test_remove_tree),
		cmocka_unit_test(test_processes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
