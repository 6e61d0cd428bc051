/*
 * manual.h — help and the manual page, made from the command table, the kinds
 * of words and the table of options.
 */
#ifndef SHELL_MANUAL_H
#define SHELL_MANUAL_H

#include "lang/verb.h"
#include "shell/output.h"

/* espalier(1) in roff's man macros; free() it. */
char *manual_page(void);

/* What `espalier --help` prints; free() it. */
char *manual_usage(void);

/* `help` and `help VERB`: text, or the command's JSON result. */
void help_all(struct output *o);
void help_verb(struct output *o, const struct verb *v);

#endif
