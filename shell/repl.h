/*
 * repl.h — the prompt: a line is typed, run, and the next is asked for.
 */
#ifndef SHELL_REPL_H
#define SHELL_REPL_H

#include "shell/session.h"

/* Reads and runs lines until quit, detach, Ctrl-D or a signal that ends the shell. */
void repl_run(struct session *s);

#endif
