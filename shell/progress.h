/*
 * progress.h — one line that says how far a long command is.
 *
 * After half a second, where standard error is a terminal, it is written there
 * and rewritten in place; it is gone when anything else is printed.
 */
#ifndef SHELL_PROGRESS_H
#define SHELL_PROGRESS_H

#include <stddef.h>

/* A command begins and ends; they nest (source), and the outermost counts. */
void progress_begin(void);
void progress_end(void);

/* For struct hooks. what is a verb or a file's name; cookie: text on what Ctrl-C does. */
void progress_show(void *cookie, const char *what, size_t done, size_t total);

/* Before other text is printed. */
void progress_erase(void);

#endif
