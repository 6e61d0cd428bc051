/*
 * test_exec.c — programs in nodes: what they see, what they inherit, and how
 * their failing to start is told. (test_foreground.c has the terminal.)
 */
#include "exec_net.h"

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
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(list, setup, teardown);
}

int main(void)
{
	return sandbox_run(tests);
}
