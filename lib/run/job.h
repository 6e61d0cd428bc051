/*
 * job.h — background programs of a network.
 *
 * A job's record (node, command, pid and start time) and its output live in
 * the network's jobs/ folder, so they outlast the shell: after a kill -9 and
 * attach they are still listed, only their exit status is then unknown.
 */
#ifndef RUN_JOB_H
#define RUN_JOB_H

#include <stdbool.h>

#include "base/err.h"
#include "base/proc.h"
#include "base/vec.h"
#include "run/exec.h"
#include "run/network.h"

enum job_state { JOB_RUNNING, JOB_STOPPED, JOB_ENDED };

struct job {
	unsigned number; /* from 1; the lowest free one when it was started */
	char *node, *command;
	struct proc proc; /* leads its own process group */
	enum job_state state;
	bool child;	   /* of this shell, not yet waited for */
	bool recorded;	   /* in jobs/; not: a viewer's, or the disk was full */
	bool status_known; /* false: it ended while no shell was its parent */
	int status;	   /* as exec_end.status */
	bool told;	   /* the user was told that it ended */
	bool logged;	   /* and so was the log */
};

struct jobs {
	VEC(struct job) v; /* by number */
	char *dir;	   /* owned; NULL until the first job */
};

/*
 * Reads the network's jobs/ folder (after attach), in place of what j held.
 * Records that cannot be read are left out: then the first is told in e, and
 * the others are there all the same.
 */
int jobs_load(struct jobs *j, struct network *n, struct err *e);
void jobs_free(struct jobs *j);

/* Starts argv in the node, in the background, output kept; *ret_number is its number. */
int job_start(struct jobs *j, struct network *n, const char *node, char *const *argv,
	      const char *command, unsigned *ret_number, struct err *e);

/* A foreground program that was stopped (Ctrl-Z) becomes a job, without kept output. */
int job_adopt(struct jobs *j, struct network *n, const char *node, const char *command,
	      pid_t pid, unsigned *ret_number, struct err *e);

/*
 * Continues a stopped or running job in the foreground until it ends or stops
 * again. -ESRCH: it has ended; -ECHILD: it was started by an earlier shell.
 */
int job_foreground(struct jobs *j, struct network *n, unsigned number,
		   struct exec_end *ret, struct err *e);

/* Notices jobs that ended. Cheap; call before a prompt. */
void jobs_poll(struct jobs *j);

struct job *job_find(struct jobs *j, unsigned number); /* NULL: none */

/* SIGTERM to its process group, then SIGKILL after 2 s; its record and output stay until
 * job_forget(). -ESRCH: it has ended already. */
int job_stop(struct jobs *j, unsigned number, struct err *e);

/* All it has written so far (owned); very long output is cut at the front to its last max
 * bytes, or a little less: to the start of a line. NUL bytes are left out.
 * -ENODATA: an adopted job, which writes to the terminal. */
int job_output(struct jobs *j, struct network *n, unsigned number, size_t max, char **ret,
	       struct err *e);

/* Removes an ended job's record and output. -EBUSY: it has not ended. */
int job_forget(struct jobs *j, struct network *n, unsigned number, struct err *e);

#endif
