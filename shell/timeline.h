/*
 * timeline.h — commands that run at their time, by the shell's own clock, wherever it
 * waits: at the prompt, for input, in `wait` and `expect`, for a program.
 *
 * The clock begins with the first entry, or the log.
 */
#ifndef SHELL_TIMELINE_H
#define SHELL_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/vec.h"

struct session;
struct statement;

struct timeline_entry {
	unsigned number;
	uint64_t due;	 /* ns of the clock */
	uint64_t period; /* ns; 0: it happens once */
	char *command;
};

struct timeline {
	bool started, running;
	uint64_t zero; /* CLOCK_MONOTONIC ns, where the clock began */
	VEC(struct timeline_entry) entries; /* by due */
	unsigned last;			    /* number that was given */
	unsigned failures;		    /* of its commands, so far */
	FILE *log;			    /* NULL: none is kept */
};

/* The clock, ns; begins it if it does not run. */
uint64_t timeline_clock(struct session *s);

/* Adds an entry; the command is checked as far as that can be done now. -EINVAL. */
int timeline_add(struct session *s, uint64_t due, uint64_t period, const char *command,
		 bool background, struct err *e);
/* Forgets all entries, and the clock. */
void timeline_clear(struct session *s);
void timeline_end(struct session *s);

/* When to look again, for interrupt_wait_until(); UINT64_MAX: nothing is planned. */
uint64_t timeline_next(const struct session *s);
/* Runs what is due. Nothing while such a command is under way. */
void timeline_run_due(struct session *s);

/* Waits so long, and runs what becomes due; false: it was interrupted. */
bool timeline_wait(struct session *s, uint64_t ns);
/* Until the child has ended or stopped, as long as anything is planned. */
void timeline_wait_child(struct session *s, pid_t pid);

/* show timeline. */
void timeline_show(struct session *s);

/* The log: a JSON object a line. file NULL: ends it. */
int timeline_log_to(struct session *s, const char *file, struct err *e);
/* A command that ended; e NULL: well. Called before its result is given away. */
void timeline_log(struct session *s, const char *command, const struct err *e);
/* What happened without one. */
void timeline_log_event(struct session *s, const char *event);
/* The jobs that have ended since it was called last. */
void timeline_log_jobs(struct session *s);

#endif
