/*
 * program.h — the whole program, from its command line to its exit status.
 */
#ifndef SHELL_PROGRAM_H
#define SHELL_PROGRAM_H

#include "run/watch.h"

/* What main() is called with; watcher: who shows networks. Returns the exit status. */
int program_run(int argc, char **argv, const struct watcher *watcher);

#endif
