/*
 * dispatch.h — what a statement means, done.
 */
#ifndef SHELL_DISPATCH_H
#define SHELL_DISPATCH_H

#include "base/err.h"
#include "shell/session.h"

/*
 * Expands its variables, parses it, and calls its verb's handler. Refused: what a
 * read-only shell may not do, what needs a terminal. On failure e has the place where
 * that is known.
 */
int dispatch_statement(struct session *s, const struct statement *st, struct err *e);

#endif
