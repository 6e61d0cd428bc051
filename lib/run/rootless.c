/*
 * rootless.c — the keepers of an ordinary user's networks.
 *
 * A keeper is a process forked twice, so that nobody has to wait for it. It
 * makes the namespaces, says over a socket that they are ready (or which stage
 * failed), waits until its record is written, and then only exists. A shell
 * that dies before the record is whole takes the keeper along: its end of the
 * socket closes. So there is never a keeper that cannot be found. A second process, its
 * guard, outlives it: should the keeper be killed, no shell finds the network any more,
 * so the guard ends it.
 */
#include "run/rootless.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/proc.h"
#include "run/network.h"
#include "run/rootless_record.h"
#include "run/rootless_unshare.h"

enum { END_PATIENCE_MS = 2000 };

static bool is_inside;

bool rootless_is_inside(void)
{
	return is_inside;
}

bool rootless_needed(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];
	cleanup_close int mnt = -1;
	int owner;

	if (geteuid() != 0 || syscall(SYS_capget, &header, caps) < 0 ||
	    !(caps[0].effective & 1U << CAP_SYS_ADMIN))
		return true;
	/*
	 * Root of some user namespace: it may only mount where the mount
	 * namespace belongs to that or a deeper one; of others the owner is not
	 * told (EPERM).
	 */
	mnt = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	owner = mnt < 0 ? -1 : ioctl(mnt, NS_GET_USERNS);
	if (owner < 0)
		return mnt >= 0 && errno == EPERM;
	close(owner);
	return false;
}

int rootless_unshare(struct err *e)
{
	return rootless_unshare_all(rootless_needed(), e);
}

/* ---- the keeper ---- */

/* What a child says about its namespaces. */
struct report {
	int code;
	struct proc self;
	char msg[256], hint[256];
};

static void report_send(int fd, const struct err *e)
{
	struct report report = { .code = e->code };

	proc_find(getpid(), &report.self);
	snprintf(report.msg, sizeof(report.msg), "%s", e->msg ? e->msg : "");
	snprintf(report.hint, sizeof(report.hint), "%s", e->hint ? e->hint : "");
	(void)send(fd, &report, sizeof(report), MSG_NOSIGNAL);
}

static int report_receive(int fd, struct report *ret, struct err *e)
{
	ssize_t n;

	do
		n = recv(fd, ret, sizeof(*ret), 0);
	while (n < 0 && errno == EINTR);
	if (n != sizeof(*ret))
		return err_set(e, EIO, "the process that makes the namespaces died");
	if (ret->code < 0) {
		err_set(e, ret->code, "%s", ret->msg);
		if (ret->hint[0])
			err_hint(e, "%s", ret->hint);
	}
	return ret->code;
}

static void wait_for(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* In the child of the keeper, until that tells it or dies. A shell that is in the network
 * may go on in it. */
static void __attribute__((noreturn)) guard_run(const char *network, pid_t keeper)
{
	sigset_t death;
	int signal;

	prctl(PR_SET_NAME, "espalier-guard");
	sigemptyset(&death);
	sigaddset(&death, SIGUSR1); /* blocked, as the keeper has it */
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	if (getppid() == keeper)
		sigwait(&death, &signal);
	while (network_remove(network, NULL) == -EBUSY)
		sleep(1);
	_exit(0);
}

/* Until SIGTERM, after which nothing is left: where its network has ended before, as it
 * should have, that takes no time. */
static void __attribute__((noreturn)) keep(const char *network)
{
	pid_t self = getpid(), guard;
	sigset_t end;
	int signal;

	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	guard = fork();
	if (guard == 0)
		guard_run(network, self);
	sigwait(&end, &signal);
	if (guard > 0) {
		kill(guard, SIGUSR1);
		wait_for(guard);
	}
	_exit(0);
}

/* Nothing of the shell is kept: no terminal, no pipe, no folder, no handler. */
static void __attribute__((noreturn)) keeper_run(const char *network, int fd)
{
	struct err e = ERR_INIT;
	sigset_t most;
	char go;

	dup2(fd, STDIN_FILENO);
	syscall(SYS_close_range, 1U, ~0U, 0U);
	setsid();
	prctl(PR_SET_NAME, "espalier-keep");
	signal(SIGTERM, SIG_DFL);
	sigfillset(&most);
	sigdelset(&most, SIGTERM);
	sigprocmask(SIG_SETMASK, &most, NULL);
	rootless_unshare_all(true, &e);
	if (chdir("/") < 0 && e.code == 0)
		err_sys(&e, errno, "change to /");
	report_send(STDIN_FILENO, &e);
	if (e.code < 0 || recv(STDIN_FILENO, &go, 1, 0) != 1)
		_exit(1);
	close(STDIN_FILENO);
	keep(network);
}

/* Starts the network's keeper; *ret_fd: it stays once a byte is sent there, else it ends.
 */
static int keeper_start(const char *network, struct proc *ret, int *ret_fd, struct err *e)
{
	struct report report;
	int fds[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return err_sys(e, errno, "a socket for the keeper");
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		if (fork() == 0)
			keeper_run(network, fds[1]);
		_exit(0);
	}
	r = -errno;
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return err_sys(e, r, "start a keeper");
	}
	wait_for(pid);
	r = report_receive(fds[0], &report, e);
	if (r < 0) {
		close(fds[0]);
		return r;
	}
	*ret = report.self;
	*ret_fd = fds[0];
	return 0;
}

static int pidfd_of(const struct proc *p)
{
	int fd = (int)syscall(SYS_pidfd_open, p->pid, 0);

	if (fd < 0)
		return -errno;
	if (proc_alive(p))
		return fd;
	close(fd);
	return -ESRCH;
}

/* SIGTERM, and SIGKILL should that not do (it was stopped). */
static int keeper_end(const struct proc *p, struct err *e)
{
	cleanup_close int fd = pidfd_of(p);
	struct pollfd gone = { .fd = fd, .events = POLLIN };
	static const int signals[] = { SIGTERM, SIGKILL };

	if (fd == -ESRCH)
		return 0;
	if (fd < 0)
		return err_sys(e, fd, "keeper %d", (int)p->pid);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		if (syscall(SYS_pidfd_send_signal, fd, signals[i], NULL, 0) < 0)
			return errno == ESRCH
				       ? 0
				       : err_sys(e, errno, "end keeper %d", (int)p->pid);
		if (poll(&gone, 1, END_PATIENCE_MS) == 1)
			return 0;
	}
	return err_set(e, EBUSY, "keeper %d does not end", (int)p->pid);
}

/* Into its namespaces; the working folder stays where it is seen inside. */
static int enter(const struct proc *keeper, struct err *e)
{
	cleanup_close int fd = pidfd_of(keeper);
	cleanup_close int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_free char *path = getcwd(NULL, 0);

	if (fd < 0)
		return err_sys(e, fd, "keeper %d", (int)keeper->pid);
	if (setns(fd, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET) < 0)
		return err_sys(e, errno, "enter the namespaces of keeper %d",
			       (int)keeper->pid);
	is_inside = true;
	if ((!path || path[0] != '/' || chdir(path) < 0) &&
	    (here < 0 || fchdir(here) < 0) && chdir("/") < 0)
		return err_sys(e, errno, "change to /");
	return 0;
}

static int check_name(const char *network, struct err *e)
{
	if (network[0] == '\0' || network[0] == '.' || strchr(network, '/') ||
	    strlen(network) > NETWORK_NAME_MAX)
		return err_set(e, EINVAL, "'%s' is no name for a network", network);
	return 0;
}

/* ---- the public functions ---- */

int rootless_create(const char *network, struct err *e)
{
	cleanup_close int folder = -1, lock = -1, go = -1;
	struct proc keeper;
	int r = check_name(network, e);

	if (r == 0)
		r = rootless_folder_open(true, &folder, e);
	if (r == 0)
		r = rootless_folder_lock(folder, &lock, e);
	if (r < 0)
		return r;
	r = rootless_record_read(folder, network, &keeper);
	if (r == 0) {
		err_set(e, EEXIST, "there is a network '%s' already", network);
		err_hint(e, "espalier attach %s takes it up, espalier destroy %s ends it",
			 network, network);
		return -EEXIST;
	}
	if (r != -ENOENT)
		r = rootless_record_remove(folder, network, e);
	else
		r = 0;
	if (r == 0)
		r = keeper_start(network, &keeper, &go, e);
	if (r == 0)
		r = rootless_record_write(folder, network, &keeper, e);
	if (r < 0)
		return r;
	if (send(go, "", 1, MSG_NOSIGNAL) < 0)
		r = err_sys(e, errno, "keeper %d", (int)keeper.pid);
	if (r == 0)
		r = enter(&keeper, e);
	if (r < 0) {
		keeper_end(&keeper, NULL);
		rootless_record_remove(folder, network, NULL);
		return r;
	}
	rootless_folder_keep(steal_fd(&folder));
	return 0;
}

int rootless_join(const char *network, struct err *e)
{
	cleanup_close int folder = -1, lock = -1;
	struct proc keeper;
	int r = check_name(network, e);

	if (r == 0) {
		r = rootless_folder_open(false, &folder, e);
		if (r == 0)
			r = rootless_folder_lock(folder, &lock, e);
		else if (r == -ENOENT)
			return err_set(e, ENOENT, "no network '%s' is running", network);
	}
	if (r < 0)
		return r;
	r = rootless_record_read(folder, network, &keeper);
	if (r == -ESRCH) {
		rootless_record_remove(folder, network, NULL);
		return err_set(e, ENOENT,
			       "network '%s' is gone: the process that kept it has ended",
			       network);
	}
	if (r == -ENOENT)
		return err_set(e, ENOENT, "no network '%s' is running", network);
	if (r < 0)
		return err_sys(e, r, "network '%s'", network);
	r = enter(&keeper, e);
	if (r == 0)
		rootless_folder_keep(steal_fd(&folder));
	return r;
}

int rootless_end(const char *network, struct err *e)
{
	cleanup_close int folder = -1, lock = -1;
	struct proc keeper;
	int r = check_name(network, e);

	if (r == 0)
		r = rootless_folder_open(false, &folder, e);
	if (r == 0)
		r = rootless_folder_lock(folder, &lock, e);
	if (r < 0)
		return r;
	r = rootless_record_read(folder, network, &keeper);
	if (r == -ENOENT)
		return err_set(e, ENOENT, "no network '%s' is running", network);
	if (r == 0)
		r = keeper_end(&keeper, e);
	else
		r = r == -ESRCH ? 0 : err_sys(e, r, "network '%s'", network);
	return r < 0 ? r : rootless_record_remove(folder, network, e);
}

int rootless_list(rootless_names *ret, struct err *e)
{
	cleanup_close int folder = -1, lock = -1;
	int r;

	*ret = (rootless_names){ NULL, 0, 0 };
	r = rootless_folder_open(false, &folder, e);
	if (r == -ENOENT) {
		err_clear(e);
		return 0;
	}
	if (r == 0)
		r = rootless_folder_lock(folder, &lock, e);
	return r < 0 ? r : rootless_record_list(folder, ret, e);
}

int rootless_check(struct err *e)
{
	struct report report;
	int fds[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return err_sys(e, errno, "a socket");
	pid = fork();
	if (pid == 0) {
		struct err own = ERR_INIT;

		close(fds[0]);
		rootless_unshare_all(true, &own);
		report_send(fds[1], &own);
		_exit(0);
	}
	r = -errno;
	close(fds[1]);
	if (pid < 0)
		r = err_sys(e, r, "start a process");
	else
		r = report_receive(fds[0], &report, e);
	if (pid > 0)
		wait_for(pid);
	close(fds[0]);
	return r;
}
