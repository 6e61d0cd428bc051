/*
 * statement.c — what is done with words apart from reading them: freeing, quoting.
 */
#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "lang/lex.h"

void statement_free(struct statement *s)
{
	vec_each (&s->words, w)
		free(w->text);
	vec_free(&s->words);
	free(s->text);
	*s = (struct statement){ 0 };
}

char *lex_quote(const char *text)
{
	struct str s = { 0 };
	const char *c = text;

	while (isalnum((unsigned char)*c) || (unsigned char)*c >= 0x80 ||
	       (*c && strchr("-_./:%+,=@", *c)))
		c++;
	if (*text && !*c)
		return mem_strdup(text);
	str_add(&s, "'");
	for (c = text; *c; c++) {
		if (*c == '\'')
			str_add(&s, "'\\''");
		else
			str_addn(&s, c, 1);
	}
	str_add(&s, "'");
	return str_take(&s);
}
