/*
 * complete.h — Tab and '?' at the prompt: what may come next.
 */
#ifndef SHELL_COMPLETE_H
#define SHELL_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

#include "shell/session.h"

/*
 * Binds the two keys in readline. *pending is the text of earlier lines that
 * the present one continues; both are borrowed for as long as readline is used.
 */
void complete_begin(struct session *s, const struct str *pending);

/*
 * Whether '?' at the end of these n bytes asks for help, rather than being a
 * character of the line: it does where a word begins, outside of quotes,
 * comments and the commands of nodes.
 */
bool complete_asks(const struct session *s, const char *text, size_t n);

/* The choices as lines for a window of so many columns and rows; free() it. */
char *complete_list(const choice_vec *choices, unsigned columns, unsigned rows);

#endif
