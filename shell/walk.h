/*
 * walk.h — a person is led through a lab, step by step.
 *
 * A step is run up to its first expectation or solution; then it is the student's
 * turn. Where all its expectations hold, what is left of it is run, but for solutions,
 * and the next one begins.
 */
#ifndef SHELL_WALK_H
#define SHELL_WALK_H

#include "shell/session.h"

/*
 * Begins with a lab that has steps: 1; 0: it has none, and nothing was done; -errno
 * with e filled: it cannot be read.
 */
int walk_begin(struct session *s, const char *path, struct err *e);
void walk_end(struct session *s);

/* The step that is under way, from 1 (behind the last: one more), and of how many; 0:
 * none. */
unsigned walk_step(const struct session *s, unsigned *ret_of);

/* What the words at the prompt do. -ENOENT: no lab is under way, or there is no more. */
int walk_next(struct session *s, struct err *e);
int walk_check(struct session *s, struct err *e);
int walk_hint(struct session *s, struct err *e);
int walk_back(struct session *s, struct err *e);
int walk_restart(struct session *s, struct err *e);
int walk_solve(struct session *s, struct err *e);
/* Shows the step again. */
int walk_again(struct session *s, struct err *e);

#endif
