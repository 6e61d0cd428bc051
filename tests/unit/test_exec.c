/*
 * test_exec.c — programs in nodes: what they see, what they inherit, and how
 * their failing to start is told. (test_foreground.c has the terminal.)
 */
#include "sandbox.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/str.h"
#include "run/exec.h"

static struct network net;

static int setup(void **state)
{
	(void)state;
	sandbox_network(&net, "lab");
	sandbox_node(&net, "h1");
	sandbox_node(&net, "h2");
	return 0;
}

static int teardown(void **state)
{
	struct netns_id ids[2] = { sandbox_id(&net, "h1"), sandbox_id(&net, "h2") };

	(void)state;
	assert_true(netns_end_processes(ids, 2, 0) >= 0);
	sandbox_network_end(&net);
	return 0;
}

static struct exec_spec spec(const char *node, char *const *argv)
{
	return (struct exec_spec){
		.node = node, .argv = argv, .in = -1, .out = -1, .err = -1
	};
}

static char *read_all(int fd)
{
	struct str text = { 0 };
	char part[4096];
	ssize_t got;

	while ((got = read(fd, part, sizeof(part))) > 0)
		str_addn(&text, part, (size_t)got);
	return str_take(&text);
}

/* Runs a script in the node; what it wrote, and its exit status. */
static char *run(const char *node, const char *script, int *ret_status)
{
	char *argv[] = { "sh", "-c", (char *)script, NULL };
	struct exec_spec s = spec(node, argv);
	struct err e = ERR_INIT;
	struct exec_end end;
	char *text;
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	s.out = ends[1];
	sandbox_ok(exec_start(&net, &s, &pid, &e), &e);
	close(ends[1]);
	text = read_all(ends[0]);
	close(ends[0]);
	sandbox_ok(exec_wait(pid, false, &end, &e), &e);
	assert_false(end.stopped);
	*ret_status = end.status;
	return text;
}

static void assert_says(const char *node, const char *script, const char *wanted)
{
	int status;
	cleanup_free char *text = run(node, script, &status);

	assert_string_equal(text, wanted);
	assert_int_equal(status, 0);
}

static void test_namespaces(void **state)
{
	struct netns_id id = sandbox_id(&net, "h1");
	cleanup_free char *inside = mem_printf("%lu\n", (unsigned long)id.ino);
	char before[65], after[65];

	(void)state;
	assert_int_equal(gethostname(before, sizeof(before)), 0);
	assert_says("h1", "stat -L -c %i /proc/self/ns/net", inside);
	assert_says("h2", "uname -n", "h2\n");
	assert_says("h1", "echo $ESPALIER_NETWORK $ESPALIER_NODE", "lab h1\n");
	assert_int_equal(gethostname(after, sizeof(after)), 0);
	assert_string_equal(before, after);
}

/* A bridge made inside the node, as a sign of its own. */
static void add_bridge(const char *node, const char *name)
{
	cleanup_free char *path = network_netns_path(&net, node);
	cleanup_close int home = netns_open_self(), ns = netns_open(path), fd = -1;

	assert_int_equal(netns_enter(ns), 0);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(ioctl(fd, SIOCBRADDBR, name), 0);
	assert_int_equal(netns_enter(home), 0);
}

static void test_sys(void **state)
{
	cleanup_free char *cgroup = NULL;
	struct stat st, sys;

	(void)state;
	add_bridge("h1", "br7");
	assert_says("h1", "ls /sys/class/net | tr '\\n' ' '", "br7 lo ");
	assert_says("h2", "ls /sys/class/net", "lo\n");
	assert_int_equal(access("/sys/class/net/br7", F_OK), -1);
	if (stat("/sys/fs/cgroup", &st) < 0 || stat("/sys", &sys) < 0 ||
	    st.st_dev == sys.st_dev)
		return; /* this machine has none */
	cgroup = mem_printf("%lu %lu\n", (unsigned long)st.st_dev,
			    (unsigned long)st.st_ino);
	assert_says("h1", "stat -c '%d %i' /sys/fs/cgroup", cgroup);
}

static void test_hosts(void **state)
{
	cleanup_free char *script = mem_printf("cmp /etc/hosts %s/hosts && "
					       "stat -c %%i /etc/hosts",
					       net.dir);
	cleanup_free char *path = mem_printf("%s/hosts", net.dir), *wanted = NULL;
	struct stat machine, ours, later;

	(void)state;
	if (stat("/etc/hosts", &machine) < 0)
		skip();
	assert_int_equal(network_write_hosts(&net, NULL), 0);
	assert_int_equal(stat(path, &ours), 0);
	wanted = mem_printf("%lu\n", (unsigned long)ours.st_ino);
	assert_says("h1", script, wanted);
	assert_int_equal(stat("/etc/hosts", &later), 0);
	assert_int_equal(later.st_ino, machine.st_ino);
	assert_int_equal(later.st_mtim.tv_sec, machine.st_mtim.tv_sec);
}

/* A program's copy of the mounts holds no node's namespace, and ours stay. */
static void test_pins(void **state)
{
	struct netns_id before = sandbox_id(&net, "h2"), after;
	struct network other;

	(void)state;
	sandbox_network(&other, "other");
	sandbox_node(&other, "x1");
	/* other networks of the machine may show under what the sandbox has on /run */
	assert_says("h1",
		    "grep nsfs /proc/self/mountinfo | grep -cE '/(lab|other)/'; true",
		    "0\n");
	after = sandbox_id(&net, "h2");
	assert_int_equal(before.ino, after.ino);
	sandbox_id(&other, "x1");
	sandbox_network_end(&other);
}

/* A mount made on the machine while a program runs shows in it; not the other way. */
static void test_mounts_go_one_way(void **state)
{
	int in[2], out[2];
	char *argv[] = { "sh", "-c",
			 "mkdir -p /run/up /run/down; mount -t tmpfs x /run/up;"
			 "echo ready; read go; grep -c /run/down /proc/self/mountinfo",
			 NULL };
	struct exec_spec s = spec("h1", argv);
	struct err e = ERR_INIT;
	cleanup_free char *text = NULL, *mounts = NULL;
	struct exec_end end;
	char said[6];
	size_t n;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	s.in = in[0];
	s.out = out[1];
	sandbox_ok(exec_start(&net, &s, &pid, &e), &e);
	close(in[0]);
	close(out[1]);
	assert_int_equal(read(out[0], said, 6), 6);
	assert_int_equal(file_read("/proc/self/mountinfo", 1 << 20, &mounts, &n, NULL),
			 0);
	assert_null(strstr(mounts, "/run/up"));
	assert_int_equal(mount("tmpfs", "/run/down", "tmpfs", 0, NULL), 0);
	assert_int_equal(write(in[1], "\n", 1), 1);
	text = read_all(out[0]);
	assert_string_equal(text, "1\n");
	close(in[1]);
	close(out[0]);
	sandbox_ok(exec_wait(pid, false, &end, &e), &e);
	assert_int_equal(umount("/run/down"), 0);
}

static void test_descriptors(void **state)
{
	int leak = open("/dev/null", O_RDONLY); /* one that forgot O_CLOEXEC */

	(void)state;
	assert_true(leak > 2);
	/* 3: the folder that ls reads */
	assert_says("h1", "ls /proc/self/fd | tr '\\n' ' '", "0 1 2 3 ");
	close(leak);
}

/* Standard output and error change places. */
static void test_descriptors_swapped(void **state)
{
	char *argv[] = { "sh", "-c", "echo out; echo err >&2", NULL };
	struct exec_spec s = spec("h1", argv);
	cleanup_free char *one = NULL, *two = NULL;
	int a[2], b[2], status;
	pid_t pid, program;
	struct exec_end end;

	(void)state;
	assert_int_equal(pipe2(a, O_CLOEXEC), 0);
	assert_int_equal(pipe2(b, O_CLOEXEC), 0);
	s.out = STDERR_FILENO;
	s.err = STDOUT_FILENO;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		dup2(a[1], STDOUT_FILENO);
		dup2(b[1], STDERR_FILENO);
		_exit(exec_start(&net, &s, &program, NULL) < 0 ||
		      exec_wait(program, false, &end, NULL) < 0 || end.status);
	}
	close(a[1]);
	close(b[1]);
	one = read_all(a[0]);
	two = read_all(b[0]);
	close(a[0]);
	close(b[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_string_equal(one, "err\n");
	assert_string_equal(two, "out\n");
}

static void test_signals(void **state)
{
	sigset_t term, old;

	(void)state;
	signal(SIGINT, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &old);
	/* 32 and 33 are glibc's own: whoever started us may have them ignored, and they
	 * cannot be reset */
	assert_says("h1",
		    "for f in SigBlk SigIgn; do"
		    " v=$(sed -n \"s/^$f:.//p\" /proc/self/status);"
		    " echo $((0x$v & ~0x180000000)); done",
		    "0\n0\n");
	assert_true(sigismember(&term, SIGTERM));
	sigprocmask(SIG_SETMASK, &old, &term);
	assert_true(sigismember(&term, SIGTERM)); /* ours were left alone */
	assert_ptr_equal(signal(SIGINT, SIG_DFL), SIG_IGN);
	signal(SIGTTOU, SIG_DFL);
}

/* Stops the first child of ours that appears, besides itself. */
static _Noreturn void stop_a_child(pid_t parent)
{
	cleanup_free char *path =
		mem_printf("/proc/%d/task/%d/children", (int)parent, (int)parent);

	for (;;) {
		FILE *f = fopen(path, "r");
		int pid;

		while (f && fscanf(f, "%d", &pid) == 1)
			if (pid != getpid())
				_exit(kill(pid, SIGSTOP));
		if (f)
			fclose(f);
	}
}

/* Ctrl-Z may hit it while it is not the program yet: nobody could continue it then. */
static void test_stopped_before_it_runs(void **state)
{
	char *argv[] = { "true", NULL };
	struct exec_spec s = spec("h1", argv);
	struct err e = ERR_INIT;
	struct exec_end end;
	pid_t parent = getpid(), stopper = fork(), pid;

	(void)state;
	if (stopper == 0)
		stop_a_child(parent);
	alarm(30); /* instead of waiting for ever */
	sandbox_ok(exec_start(&net, &s, &pid, &e), &e);
	waitpid(stopper, NULL, 0);
	kill(pid, SIGCONT); /* had it been slow to stop it */
	sandbox_ok(exec_wait(pid, false, &end, &e), &e);
	alarm(0);
	assert_int_equal(end.status, 0);
}

static void test_status(void **state)
{
	int status;

	(void)state;
	free(run("h1", "exit 3", &status));
	assert_int_equal(status, 3);
	free(run("h1", "kill -9 $$", &status));
	assert_int_equal(status, 128 + SIGKILL);
}

static void test_group(void **state)
{
	char *argv[] = { "sleep", "1000", NULL };
	struct exec_spec s = spec("h1", argv);
	struct err e = ERR_INIT;
	struct exec_end end;
	pid_t pid;

	(void)state;
	for (int own = 0; own < 2; own++) {
		s.own_group = own;
		sandbox_ok(exec_start(&net, &s, &pid, &e), &e);
		assert_int_equal(getpgid(pid), own ? pid : getpgrp());
		kill(pid, SIGTERM);
		sandbox_ok(exec_wait(pid, false, &end, &e), &e);
		assert_int_equal(end.status, 128 + SIGTERM);
	}
}

/* ---- what fails ---- */

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

static int tests(void)
{
	const struct CMUnitTest list[] = {
		cmocka_unit_test(test_namespaces),
		cmocka_unit_test(test_sys),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_pins),
		cmocka_unit_test(test_mounts_go_one_way),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_descriptors_swapped),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_stopped_before_it_runs),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_no_program),
		cmocka_unit_test(test_no_program_in_path),
		cmocka_unit_test(test_no_namespace),
		cmocka_unit_test(test_wait_for_stranger),
		cmocka_unit_test(test_interruptions),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(list, setup, teardown);
}

int main(void)
{
	return sandbox_run(tests);
}
