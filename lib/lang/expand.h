/*
 * expand.h — variables, and statements in which their values stand for $NAME.
 */
#ifndef LANG_EXPAND_H
#define LANG_EXPAND_H

#include "lang/lex.h"

struct variable {
	char *name, *value;
};

/* Zeroed: there are none. */
struct variables {
	VEC(struct variable) v;
};

/* The value, borrowed; NULL: there is no such variable. */
const char *variables_get(const struct variables *v, const char *name);
/* value NULL: takes it away. */
void variables_set(struct variables *v, const char *name, const char *value);
void variables_copy(struct variables *to, const struct variables *from);
void variables_free(struct variables *v);

/* Letters, digits and '_', no digit first. */
bool variable_is_name(const char *text, size_t n);

/*
 * The statement with values for each $NAME and ${NAME} that is not in single
 * quotes or behind a backslash; a value is always a part of one word. Blocks are
 * left as they are. Places stay those of the source that *st was read from.
 * 1: *ret is it, statement_free() it; 0: there was nothing to replace;
 * -ENOENT: an unknown variable, unless foreign: then it is left to sh.
 */
int statement_expand(const struct statement *st, const struct variables *v, bool foreign,
		     struct statement *ret, struct err *e);

#endif
