/*
 * manual.h — help and the manual page, made from the command table, the kinds
 * of words and the table of options.
 */
#ifndef SHELL_MANUAL_H
#define SHELL_MANUAL_H

#include "lang/verb.h"
#include "shell/output.h"

/* Rows of keys and what they do, as struct watcher has them. */
typedef const char *manual_keys_fn(size_t i, const char **ret_help);

/* espalier(1) in roff's man macros, with the keys of the monitor; free() it. */
char *manual_page(manual_keys_fn *keys);

/* What `espalier --help` prints; free() it. */
char *manual_usage(void);

/* `help` and `help VERB`: text, or the command's JSON result. */
void help_all(struct output *o);
void help_verb(struct output *o, const struct verb *v);

#endif
