/*
 * repl.h — the prompt: readline, completion, history, Ctrl-C.
 */
#ifndef SHELL_REPL_H
#define SHELL_REPL_H

#include "shell/session.h"

/* Reads and runs lines until quit, detach or the end of input. */
void repl_run(struct session *s);

/*
 * SIGINT handling for the whole shell: installs a handler that only sets a
 * flag. interrupt_taken() reports and clears it; interrupt_pending() reports.
 * s->hooks.interrupted is wired to it.
 */
void interrupt_install(void);
bool interrupt_pending(void);
bool interrupt_taken(void);

#endif
