/*
 * err.h — what went wrong, for the person who typed the command.
 *
 * A function that can fail returns 0 or a negative errno and fills the
 * struct err its caller gave: what failed, on what, why (the kernel's words),
 * and what to try. Context is added on the way up with err_context().
 * Libraries never print it and never exit.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

/* A place in a source text; lines and columns (bytes) count from 1, 0: unknown. */
struct place {
	unsigned line;
	unsigned column;
	unsigned length; /* bytes the caret underlines */
};

struct err {
	int code;	    /* negative errno; 0: nothing went wrong */
	char *msg;	    /* owned; "link h1 h2: create: File exists" */
	char *hint;	    /* owned or NULL; what to try, without a final stop */
	struct place place; /* where in the command's text, if it is there */
};

#define ERR_INIT                                                                         \
	{                                                                                \
		0                                                                        \
	}

/*
 * Sets the error and returns code (made negative), so that
 * `return err_set(e, EINVAL, "…")` works. What stood there before is freed.
 * e may be NULL: then only the code is returned.
 */
int err_set(struct err *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* As err_set(), with ": " and the system's word for code behind the message. */
int err_sys(struct err *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "context: " before the message; returns e's code (-EINVAL without e). */
int err_context(struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Says what to try, replacing an earlier hint; returns e's code (-EINVAL without e). */
int err_hint(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Frees and empties; harmless on an empty error. */
void err_clear(struct err *e);

#endif
