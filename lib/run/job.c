/*
 * job.c — background programs: started, listed, continued, ended.
 *
 * A record (job_file.c) is written when a job starts and again, with its exit
 * status, when the shell that started it sees it end. Only that shell can learn the
 * status (it is the parent); any other knows the program by pid and start time, and that
 * it runs or does not.
 *
 * A job leads a process group of its own. The number of a group is not given
 * out again while the group has a member, even one not yet waited for; so
 * the group may be signalled while its leader is known to be there.
 */
#include "run/job.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "run/job_file.h"

enum {
	STOP_GRACE_MS = 2000,
	KILL_PATIENCE_MS = 2000, /* SIGKILL works at once, but in the kernel's depths */
	LOOK_AGAIN_MS = 10,
};

/* ---- the list ---- */

static size_t place_of(const struct jobs *j, unsigned number)
{
	size_t i = 0;

	while (i < j->v.n && j->v.v[i].number < number)
		i++;
	return i;
}

static unsigned lowest_free(const struct jobs *j)
{
	unsigned number = 1;

	vec_each (&j->v, p)
		if (p->number == number)
			number++;
	return number;
}

static void job_clear(struct job *p)
{
	free(p->node);
	free(p->command);
}

struct job *job_find(struct jobs *j, unsigned number)
{
	size_t i = place_of(j, number);

	return i < j->v.n && j->v.v[i].number == number ? &j->v.v[i] : NULL;
}

static struct job *find(struct jobs *j, unsigned number, struct err *e)
{
	struct job *p = job_find(j, number);

	if (!p)
		err_set(e, ENOENT, "no job %u", number);
	return p;
}

void jobs_free(struct jobs *j)
{
	vec_each (&j->v, p)
		job_clear(p);
	vec_free(&j->v);
	free(j->dir);
	j->dir = NULL;
}

static void set_dir(struct jobs *j, const struct network *n)
{
	if (!j->dir)
		j->dir = mem_strdup(n->dir);
}

int jobs_load(struct jobs *j, struct network *n, struct err *e)
{
	cleanup_free char *path = mem_printf("%s/jobs", n->dir);
	DIR *dir = opendir(path);
	struct dirent *d;
	int first = 0;

	if (!dir && errno != ENOENT)
		return err_sys(e, errno, "%s", path);
	jobs_free(j);
	set_dir(j, n);
	while (dir && (d = readdir(dir))) {
		unsigned number = job_file_number(d->d_name);
		struct job job;
		int r;

		if (!number)
			continue;
		r = job_file_read_record(n->dir, number, &job, first ? NULL : e);
		if (r == 0)
			vec_insert(&j->v, place_of(j, number), job);
		else if (!first)
			first = r;
	}
	if (dir)
		closedir(dir);
	return first;
}

/* ---- what became of a job ---- */

/* A record that cannot be written leaves the status unknown to later shells. */
static void ended(const char *dir, struct job *p, const struct exec_end *end)
{
	p->state = JOB_ENDED;
	p->child = false;
	p->status_known = end != NULL;
	if (!end)
		return;
	p->status = end->status;
	if (p->recorded)
		job_file_write_record(dir, p, NULL);
}

static void look_at_child(const char *dir, struct job *p)
{
	int status;
	pid_t got;

	while ((got = waitpid(p->proc.pid, &status, WNOHANG | WUNTRACED | WCONTINUED)) >
	       0) {
		struct exec_end end;

		if (WIFCONTINUED(status)) {
			p->state = JOB_RUNNING;
			continue;
		}
		end = exec_end_of(status);
		if (!end.stopped) {
			ended(dir, p, &end);
			return;
		}
		p->state = JOB_STOPPED;
	}
	if (got < 0) /* ECHILD: someone else has waited for it */
		ended(dir, p, NULL);
}

static void look(const char *dir, struct job *p)
{
	if (p->state == JOB_ENDED)
		return;
	if (p->child)
		look_at_child(dir, p);
	else if (!proc_alive(&p->proc))
		ended(dir, p, NULL);
}

void jobs_poll(struct jobs *j)
{
	vec_each (&j->v, p)
		look(j->dir, p);
}

/* ---- starting and adopting ---- */

static int make_job(unsigned number, const char *node, const char *command, pid_t pid,
		    enum job_state state, struct job *ret, struct err *e)
{
	struct job job = { .number = number, .state = state, .child = true };

	/* not waited for, so it is found even if it has ended */
	if (proc_find(pid, &job.proc) < 0)
		return err_sys(e, ESRCH, "process %d", (int)pid);
	job.node = mem_strdup(node);
	job.command = mem_strdup(command);
	*ret = job;
	return 0;
}

/* jobs/ is there and number is free in it. */
static int prepare(const struct network *n, unsigned number, struct err *e)
{
	cleanup_free char *path = mem_printf("%s/jobs", n->dir);
	int r;

	if (n->read_only)
		return err_sys(e, EROFS, "start a job");
	r = file_make_dirs(path, 0700, e);
	/* a shell that was killed while it started a job may have left its output */
	return r < 0 ? r : job_file_remove(n->dir, number, e);
}

/* Runs it with its output in out, and lists it. */
static int start(struct jobs *j, struct network *n, struct exec_spec *s,
		 const char *command, unsigned number, struct err *e)
{
	cleanup_close int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct job job;
	pid_t pid;
	int r;

	if (null < 0)
		return err_sys(e, errno, "/dev/null");
	s->in = null;
	r = exec_start(n, s, &pid, e);
	if (r < 0)
		return r;
	r = make_job(number, s->node, command, pid, JOB_RUNNING, &job, e);
	if (r < 0)
		goto end_program;
	job.recorded = true;
	r = job_file_write_record(n->dir, &job, e);
	if (r < 0)
		goto clear_job;
	vec_insert(&j->v, place_of(j, number), job);
	return 0;

clear_job:
	job_clear(&job);
end_program:
	kill(-pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return r;
}

int job_start(struct jobs *j, struct network *n, const char *node, char *const *argv,
	      const char *command, unsigned *ret_number, struct err *e)
{
	unsigned number = lowest_free(j);
	cleanup_close int out = -1;
	struct exec_spec s = { .node = node, .argv = argv, .own_group = true };
	int r = prepare(n, number, e);

	if (r < 0)
		return r;
	set_dir(j, n);
	out = job_file_make_output(n->dir, number, e);
	if (out < 0)
		return out;
	s.out = s.err = out;
	r = start(j, n, &s, command, number, e);
	if (r < 0) {
		job_file_remove(n->dir, number, NULL);
		return r;
	}
	*ret_number = number;
	return 0;
}

int job_adopt(struct jobs *j, struct network *n, const char *node, const char *command,
	      pid_t pid, unsigned *ret_number, struct err *e)
{
	unsigned number = lowest_free(j);
	struct job job;
	int r = make_job(number, node, command, pid, JOB_STOPPED, &job, e);

	if (r < 0)
		return r;
	set_dir(j, n);
	/* the program is there: without a record just later shells do not know it */
	job.recorded = prepare(n, number, NULL) == 0 &&
		       job_file_write_record(n->dir, &job, NULL) == 0;
	vec_insert(&j->v, place_of(j, number), job);
	*ret_number = number;
	return 0;
}

/* ---- foreground, stop ---- */

static int say_ended(const struct job *p, struct err *e)
{
	return err_set(e, ESRCH, "job %u has ended", p->number);
}

int job_foreground(struct jobs *j, struct network *n, unsigned number,
		   struct exec_end *ret, struct err *e)
{
	struct job *p = find(j, number, e);
	struct exec_end end;
	int r;

	if (!p)
		return -ENOENT;
	look(n->dir, p);
	if (p->state == JOB_ENDED)
		return say_ended(p, e);
	if (!p->child) {
		err_set(e, ECHILD, "job %u was started by an earlier shell", number);
		err_hint(e, "it can be stopped, and its output read, but not continued");
		return -ECHILD;
	}
	exec_give_terminal(p->proc.pid);
	kill(-p->proc.pid, SIGCONT);
	p->state = JOB_RUNNING;
	r = exec_wait(p->proc.pid, true, &end, e);
	if (r < 0) {
		ended(n->dir, p, NULL);
		return err_context(e, "job %u", number);
	}
	if (end.stopped)
		p->state = JOB_STOPPED;
	else
		ended(n->dir, p, &end);
	p->told = !end.stopped;
	*ret = end;
	return 0;
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/*
 * Waits for the leader and the rest of its group, up to a deadline. Looking this
 * often, the group's number cannot have become another group's unnoticed.
 */
static bool await_group(const char *dir, struct job *p, bool rest, long long deadline)
{
	for (;;) {
		look(dir, p);
		if (p->state == JOB_ENDED &&
		    (!rest || (kill(-p->proc.pid, 0) < 0 && errno == ESRCH)))
			return true;
		if (now_ms() >= deadline)
			return false;
		poll(NULL, 0, LOOK_AGAIN_MS);
	}
}

int job_stop(struct jobs *j, unsigned number, struct err *e)
{
	struct job *p = find(j, number, e);

	if (!p)
		return -ENOENT;
	look(j->dir, p);
	if (p->state == JOB_ENDED)
		return say_ended(p, e);
	if (kill(-p->proc.pid, SIGTERM) < 0 && errno != ESRCH)
		return err_sys(e, errno, "stop job %u", number);
	kill(-p->proc.pid,
	     SIGCONT); /* a stopped program acts on it only when it goes on */
	if (await_group(j->dir, p, true, now_ms() + STOP_GRACE_MS))
		return 0;
	kill(-p->proc.pid, SIGKILL);
	if (!await_group(j->dir, p, false, now_ms() + KILL_PATIENCE_MS))
		return err_set(e, ETIMEDOUT, "job %u does not end, though it was killed",
			       number);
	return 0;
}

/* ---- output, the end ---- */

int job_output(struct jobs *j, struct network *n, unsigned number, size_t max, char **ret,
	       struct err *e)
{
	struct job *p = find(j, number, e);

	if (!p)
		return -ENOENT;
	if (!p->recorded) /* a file of that number is another job's */
		return err_set(e, ENODATA, "job %u: nothing is kept of what it writes",
			       number);
	return job_file_read_output(n->dir, number, max, ret, e);
}

int job_forget(struct jobs *j, struct network *n, unsigned number, struct err *e)
{
	struct job *p = find(j, number, e);
	int r = 0;

	if (!p)
		return -ENOENT;
	look(n->dir, p);
	if (p->state != JOB_ENDED) {
		err_set(e, EBUSY, "job %u has not ended", number);
		err_hint(e, "'stop %u' ends it", number);
		return -EBUSY;
	}
	if (p->recorded && n->read_only)
		return err_sys(e, EROFS, "forget job %u", number);
	if (p->recorded)
		r = job_file_remove(n->dir, number, e);
	if (r < 0)
		return r;
	job_clear(p);
	vec_remove(&j->v, (size_t)(p - j->v.v));
	return 0;
}
