/*
 * exec.c — starts a program in a node and waits for it.
 *
 * The child becomes the node bit by bit, then the program: the node's network
 * namespace, mount and UTS namespaces of its own, a /sys that shows the node's
 * interfaces, the network's hosts file as /etc/hosts, the node's hostname. What
 * fails on the way comes back through a pipe as (stage, errno); exec() closes
 * the pipe, so that its end without a word means that the program runs.
 *
 * All signals are blocked from the fork until just before exec(): the shell's
 * handlers never run in the child, and it may take the terminal without being
 * stopped for it.
 */
#include "run/exec.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/proc.h"
#include "kern/netns.h"
#include "run/exec_groups.h"

enum {
	EXIT_NOT_STARTED = 127, /* as in sh; seen by nobody but a tracer */
	LOOK_AT_CHILD_MS = 50,	/* whether it was stopped before it became the program */
};

enum stage {
	STAGE_GROUP,
	STAGE_NETWORK,
	STAGE_MOUNTS,
	STAGE_HOSTS,
	STAGE_HOSTNAME,
	STAGE_FILES,
	STAGE_BORN,
	STAGE_DESCRIPTORS,
	STAGE_RUN,
};

static const char *const stages[] = {
	[STAGE_GROUP] = "give it a process group",
	[STAGE_NETWORK] = "enter the node's network namespace",
	[STAGE_MOUNTS] = "give it mounts of its own",
	[STAGE_HOSTS] = "give it the network's hosts file",
	[STAGE_HOSTNAME] = "set its hostname",
	[STAGE_FILES] = "give it files of its own",
	[STAGE_BORN] = "write down which process it is",
	[STAGE_DESCRIPTORS] = "arrange its descriptors",
	[STAGE_RUN] = "run it",
};

struct report {
	enum stage stage;
	int code; /* errno */
};

/* What the child needs to know. */
struct start {
	const struct network *network;
	const struct exec_spec *spec;
	int netns;
	int report;
};

/* ---- in the child ---- */

/* Other parts of the machine's /sys that a program may want are put back there. */
static const char *const kept_in_sys[] = {
	"/sys/fs/cgroup",
	"/sys/fs/bpf",
	"/sys/kernel/debug",
	"/sys/kernel/tracing",
};

/* A copy of what is mounted at path; -1: nothing is. */
static int copy_mount(const char *path, dev_t around)
{
	struct stat st;

	if (stat(path, &st) < 0 || st.st_dev == around)
		return -1;
	return open_tree(AT_FDCWD, path,
			 OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
}

/*
 * A sysfs shows the interfaces of the namespace that mounted it. Where the
 * kernel refuses a fresh one (in a user namespace whose /sys has parts covered)
 * a program is better off with the shell's than not at all. The old one is
 * covered, not unmounted: without it the kernel would refuse the new one there.
 */
static void renew_sys(void)
{
	unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	int kept[ARRAY_LEN(kept_in_sys)];
	struct statvfs was;
	struct stat st;

	if (stat("/sys", &st) < 0 || statvfs("/sys", &was) < 0)
		return;
	if (was.f_flag & ST_RDONLY) /* a user namespace may not have more than it had */
		flags |= MS_RDONLY;
	for (size_t i = 0; i < ARRAY_LEN(kept_in_sys); i++)
		kept[i] = copy_mount(kept_in_sys[i], st.st_dev);
	if (mount("sysfs", "/sys", "sysfs", flags, NULL) == 0)
		for (size_t i = 0; i < ARRAY_LEN(kept_in_sys); i++)
			if (kept[i] >= 0)
				move_mount(kept[i], "", AT_FDCWD, kept_in_sys[i],
					   MOVE_MOUNT_F_EMPTY_PATH);
	for (size_t i = 0; i < ARRAY_LEN(kept_in_sys); i++)
		if (kept[i] >= 0)
			close(kept[i]);
}

/*
 * The child's copy of the mounts must not hold on to the namespaces pinned by
 * this network or another one, or they would outlive their nodes.
 */
static void drop_pins(const char *network_dir)
{
	cleanup_free char *root = mem_strdup(network_dir);
	char *slash = strrchr(root, '/');
	struct dirent *d;
	DIR *networks;

	if (!slash)
		return;
	*slash = '\0';
	networks = opendir(slash == root ? "/" : root);
	if (!networks)
		return;
	while ((d = readdir(networks))) {
		cleanup_free char *ns = mem_printf("%s/%s/ns", root, d->d_name);

		if (d->d_name[0] == '.')
			continue;
		umount2(ns, MNT_DETACH | UMOUNT_NOFOLLOW);
	}
	closedir(networks);
}

static int make_mounts(const char *network_dir)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWUTS) < 0)
		return -1;
	/* what is mounted later on the machine shows here, and nothing goes back */
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return -1;
	drop_pins(network_dir);
	renew_sys();
	return 0;
}

static int mount_hosts(const char *network_dir)
{
	cleanup_free char *hosts = mem_printf("%s/hosts", network_dir);

	if (access("/etc/hosts", F_OK) < 0) /* nothing is made on the machine's disk */
		return 0;
	return mount(hosts, "/etc/hosts", NULL, MS_BIND, NULL);
}

static int place_files(const struct exec_spec *s)
{
	for (size_t i = 0; s->mounts && s->mounts[i][0]; i++)
		if (mount(s->mounts[i][0], s->mounts[i][1], NULL, MS_BIND, NULL) < 0)
			return -1;
	return s->folder ? chdir(s->folder) : 0;
}

static int write_born(const struct exec_spec *s)
{
	cleanup_free char *text = NULL;
	cleanup_close int fd = -1;
	struct proc self;

	if (!s->born)
		return 0;
	if (proc_find(getpid(), &self) < 0)
		return -1;
	text = mem_printf("%d %llu\n", (int)self.pid, self.start);
	fd = open(s->born, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
}

static int take_group(const struct exec_spec *s)
{
	if (!s->own_group)
		return 0;
	if (setpgid(0, 0) < 0)
		return -1;
	if (s->foreground && isatty(STDIN_FILENO))
		tcsetpgrp(STDIN_FILENO, getpid());
	return 0;
}

static int arrange_descriptors(const struct exec_spec *s)
{
	int from[3] = { s->in, s->out, s->err };

	/* out of each other's way first: one's number may be where another belongs */
	for (int i = 0; i < 3; i++)
		if (from[i] >= 0 && (from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 3)) < 0)
			return -1;
	for (int i = 0; i < 3; i++)
		if (from[i] >= 0 && dup2(from[i], i) < 0)
			return -1;
	return close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
}

static void reset_signals(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Becomes the program; returns the stage that failed, with errno set. */
static enum stage become(const struct start *c)
{
	const struct exec_spec *s = c->spec;

	if (take_group(s) < 0)
		return STAGE_GROUP;
	if (setns(c->netns, CLONE_NEWNET) < 0)
		return STAGE_NETWORK;
	if (make_mounts(c->network->dir) < 0)
		return STAGE_MOUNTS;
	if (mount_hosts(c->network->dir) < 0)
		return STAGE_HOSTS;
	if (sethostname(s->node, strlen(s->node)) < 0)
		return STAGE_HOSTNAME;
	if (place_files(s) < 0)
		return STAGE_FILES;
	if (write_born(s) < 0)
		return STAGE_BORN;
	if (arrange_descriptors(s) < 0)
		return STAGE_DESCRIPTORS;
	setenv("ESPALIER_NETWORK", c->network->name, 1);
	setenv("ESPALIER_NODE", s->node, 1);
	exec_pretend_groups();
	reset_signals();
	execvp(s->argv[0], s->argv);
	return STAGE_RUN;
}

static _Noreturn void child(const struct start *c)
{
	struct report why = { .stage = become(c) };

	why.code = errno;
	/* should even this fail, the parent sees an exit status of 127 */
	while (write(c->report, &why, sizeof(why)) < 0 && errno == EINTR)
		;
	_exit(EXIT_NOT_STARTED);
}

/* ---- in the shell ---- */

static struct termios shell_modes;
static bool have_modes;

static void remember_modes(void)
{
	have_modes = tcgetattr(STDIN_FILENO, &shell_modes) == 0;
}

/* A group in the background that takes the terminal is sent SIGTTOU. */
static void set_terminal_group(pid_t group, bool restore_modes)
{
	sigset_t ttou, old;

	sigemptyset(&ttou);
	sigaddset(&ttou, SIGTTOU);
	sigprocmask(SIG_BLOCK, &ttou, &old);
	tcsetpgrp(STDIN_FILENO, group);
	if (restore_modes && have_modes)
		tcsetattr(STDIN_FILENO, TCSANOW, &shell_modes);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static void take_terminal_back(bool restore_modes)
{
	if (isatty(STDIN_FILENO))
		set_terminal_group(getpgrp(), restore_modes);
}

void exec_give_terminal(pid_t group)
{
	if (!isatty(STDIN_FILENO))
		return;
	remember_modes();
	set_terminal_group(group, false);
}

static int wait_child(pid_t pid, int flags, int *ret_status)
{
	while (waitpid(pid, ret_status, flags) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

/* Whether a folder in PATH, as far as it may be read, holds the program. */
static bool in_path(const char *program)
{
	cleanup_free char *path = mem_strdup(getenv("PATH"));
	char *rest = path, *folder;

	while (rest && (folder = strsep(&rest, ":"))) {
		cleanup_free char *file =
			mem_printf("%s/%s", *folder ? folder : ".", program);

		if (access(file, F_OK) == 0)
			return true;
	}
	return false;
}

static int say_why(const struct exec_spec *s, const struct report *why, struct err *e)
{
	const char *program = s->argv[0];
	int code = -why->code;

	/* exec() says EACCES as well where it may not look into a folder of PATH */
	if (why->stage == STAGE_RUN && code == -EACCES && !strchr(program, '/') &&
	    !in_path(program))
		code = -ENOENT;
	if (why->stage != STAGE_RUN) {
		err_sys(e, code, "%s: start '%s': %s", s->node, program,
			stages[why->stage]);
		if (why->stage == STAGE_MOUNTS && code == -EINVAL)
			err_hint(e,
				 "in a chroot, the root folder has to be a mount point: "
				 "mount --bind it onto itself");
		return code;
	}
	err_sys(e, code, "%s: run '%s'", s->node, program);
	if (code == -ENOENT && !strchr(program, '/'))
		err_hint(e, "no folder in PATH has it; is it misspelt or not installed?");
	else if (code == -ENOENT && access(program, F_OK) == 0)
		err_hint(e, "the file is there, but not the interpreter that it names");
	else if (code == -EACCES)
		err_hint(e, "it must be a file with execute permission");
	else if (code == -ENOEXEC)
		err_hint(e, "it is no program for this machine");
	return code;
}

/* Forks with all signals blocked; returns the child's pid or -errno. */
static pid_t fork_child(const struct start *c)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid == 0)
		child(c);
	if (pid < 0)
		pid = -errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	return pid;
}

/*
 * Until the child has said something. Ctrl-Z may stop it while it is not the program
 * yet, when it has the terminal and nobody would continue it: that is taken back. What
 * stops once the pipe has ended is the program, and its stop is for exec_wait().
 */
static void await_word(int from, pid_t pid)
{
	struct pollfd word = { .fd = from, .events = POLLIN };
	siginfo_t stopped;

	while (poll(&word, 1, LOOK_AT_CHILD_MS) <= 0) {
		stopped.si_pid = 0;
		waitid(P_PID, (id_t)pid, &stopped, WSTOPPED | WNOHANG | WNOWAIT);
		if (stopped.si_pid == pid && poll(&word, 1, 0) == 0)
			kill(pid, SIGCONT);
	}
}

/* Waits for exec(); 0, or the child's -errno. */
static int await_start(int from, const struct exec_spec *s, pid_t pid, struct err *e)
{
	struct report why;
	ssize_t got;
	int status;

	await_word(from, pid);
	do
		got = read(from, &why, sizeof(why));
	while (got < 0 && errno == EINTR);
	if (got == 0)
		return 0;
	if (got != sizeof(why))
		why = (struct report){ STAGE_RUN, got < 0 ? errno : EIO };
	wait_child(pid, 0, &status);
	if (s->own_group && s->foreground)
		take_terminal_back(false);
	return say_why(s, &why, e);
}

static int start(struct network *n, const struct exec_spec *s, int netns, pid_t *ret_pid,
		 struct err *e)
{
	cleanup_close int from = -1, to = -1;
	int ends[2], r;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, errno, "%s: run '%s': make a pipe", s->node,
			       s->argv[0]);
	from = ends[0];
	to = ends[1];
	if (s->own_group && s->foreground)
		remember_modes();
	pid = fork_child(&(struct start){ n, s, netns, to });
	if (pid < 0)
		return err_sys(e, (int)pid, "%s: run '%s': make a process", s->node,
			       s->argv[0]);
	close(steal_fd(&to));
	r = await_start(from, s, pid, e);
	if (r == 0)
		*ret_pid = pid;
	return r;
}

int exec_start(struct network *n, const struct exec_spec *s, pid_t *ret_pid,
	       struct err *e)
{
	cleanup_free char *path = network_netns_path(n, s->node);
	cleanup_close int netns = netns_open(path);
	int r;

	if (netns == -ENOENT) {
		err_set(e, ENOENT, "%s: its network namespace is gone", s->node);
		err_hint(e, "'repair' puts back what someone else removed");
		return -ENOENT;
	}
	if (netns < 0)
		return err_sys(e, netns, "%s: open %s", s->node, path);
	if (!n->read_only && (r = network_write_hosts(n, e)) < 0)
		return r;
	return start(n, s, netns, ret_pid, e);
}

struct exec_end exec_end_of(int wait_status)
{
	if (WIFSTOPPED(wait_status))
		return (struct exec_end){ true, 128 + WSTOPSIG(wait_status) };
	if (WIFSIGNALED(wait_status))
		return (struct exec_end){ false, 128 + WTERMSIG(wait_status) };
	return (struct exec_end){ false, WEXITSTATUS(wait_status) };
}

int exec_wait(pid_t pid, bool foreground, struct exec_end *ret, struct err *e)
{
	int status, r;

	r = wait_child(pid, foreground ? WUNTRACED : 0, &status);
	if (foreground) /* modes that a program set before it exited are its user's wish
			 */
		take_terminal_back(r == 0 && !WIFEXITED(status));
	if (r < 0)
		return err_sys(e, r, "wait for process %d", (int)pid);
	*ret = exec_end_of(status);
	return 0;
}
