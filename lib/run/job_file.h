/*
 * job_file.h — what a job leaves on disk: jobs/N.json, its record, and
 * jobs/N.out, its output. Used by job.c alone.
 */
#ifndef RUN_JOB_FILE_H
#define RUN_JOB_FILE_H

#include <stddef.h>

#include "base/err.h"
#include "run/job.h"

/* <dir>/jobs/<number>.<suffix>; free() it. */
char *job_file_path(const char *dir, unsigned number, const char *suffix);

/* The number in a record's name, "12.json"; 0: it is something else. */
unsigned job_file_number(const char *name);

/* Written aside and renamed. */
int job_file_write_record(const char *dir, const struct job *p, struct err *e);

/* Its state is RUNNING or ENDED, as its process does or does not live. */
int job_file_read_record(const char *dir, unsigned number, struct job *ret,
			 struct err *e);

/* A new, empty N.out to append to; a descriptor or -errno. */
int job_file_make_output(const char *dir, unsigned number, struct err *e);

/* As job_output(). */
int job_file_read_output(const char *dir, unsigned number, size_t max, char **ret,
			 struct err *e);

/* Removes both files; fine where they are gone. */
int job_file_remove(const char *dir, unsigned number, struct err *e);

#endif
