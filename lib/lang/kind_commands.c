/*
 * kind_commands.c — kinds of which scripts are made: programs, blocks, variables.
 */
#include <errno.h>
#include <string.h>

#include "lang/expand.h"
#include "lang/kinds.h"

int kind_parse_command(struct kind_context *c, const struct word *w, size_t n,
		       struct value *ret, struct err *e)
{
	if (!*w->text) {
		err_set(e, EINVAL, "the name of a program is empty");
		return kind_refuse(c, 0, LIKE_SURE, EINVAL);
	}
	ret->text = c->st->text + (w->at - c->st->at);
	c->more = true;
	return (int)n;
}

/* What ends a program's words, where more is said of it. */
static bool ends_program(const struct word *w)
{
	return !w->quoted &&
	       (strcmp(w->text, "prints") == 0 || strcmp(w->text, "fails") == 0 ||
		strcmp(w->text, "succeeds") == 0);
}

int kind_parse_program(struct kind_context *c, const struct word *w, size_t n,
		       struct value *ret, struct err *e)
{
	size_t words = n;

	while (words > 0 && !ends_program(&w[words - 1]))
		words--;
	if (words == 1) {
		err_set(e, EINVAL, "the name of a program is missing");
		return kind_refuse(c, 0, LIKE_MAYBE, EINVAL);
	}
	return kind_parse_command(c, w, words ? words - 1 : n, ret, e);
}

int kind_parse_variable(struct kind_context *c, const struct word *w, size_t n,
			struct value *ret, struct err *e)
{
	(void)n;
	(void)ret;
	if (variable_is_name(w->text, strlen(w->text)))
		return 1;
	err_set(e, EINVAL, "'%s' cannot be the name of a variable", w->text);
	err_hint(e, "it is made of letters, digits and '_', without a $ before it");
	return kind_refuse(c, 0, LIKE_SURE, EINVAL);
}

int kind_parse_block(struct kind_context *c, const struct word *w, size_t n,
		     struct value *ret, struct err *e)
{
	(void)n;
	(void)ret;
	if (w->block)
		return 1;
	err_set(e, EINVAL, "'%s' is no block", w->text);
	err_hint(e, "a block is commands between { and }, which stand alone");
	return kind_refuse(c, 0, LIKE_NOT, EINVAL);
}
