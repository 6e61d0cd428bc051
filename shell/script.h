/*
 * script.h — running statements: typed, from a file, from -c, from a pipe.
 *
 * Each is handed to dispatch.h, and its error is reported where it happened.
 */
#ifndef SHELL_SCRIPT_H
#define SHELL_SCRIPT_H

#include <stddef.h>

#include "base/err.h"
#include "shell/session.h"

/*
 * Runs all statements of source. file names it in errors; NULL: typed at the
 * prompt. Errors are printed as they happen; after one the rest is left out
 * unless s->keep_going. Returns 0, or -errno of the first that failed.
 */
int script_run(struct session *s, const char *file, const char *source, size_t n);

/* The same for a part of a file's n bytes (lab.h). */
struct part;
int script_run_part(struct session *s, const char *file, const char *source, size_t n,
		    const struct part *p);

/*
 * Runs a block of a statement that is being run, from its verb's handler. Its
 * errors are told; e then says at which line the block stopped.
 */
int script_run_block(struct session *s, const struct word *block, struct err *e);

/*
 * Reads a lab file ("-": standard input) and runs it. Unreadable, a folder,
 * too large (16 MiB) or already under way (a file that sources itself): e is
 * filled and nothing was run. A command in it that failed was printed where
 * it happened; e then only says that FILE stopped.
 */
int script_run_file(struct session *s, const char *path, struct err *e);

/* Runs what arrives on a descriptor, each line as soon as it is whole. */
int script_run_stream(struct session *s, int fd, const char *name);

#endif
