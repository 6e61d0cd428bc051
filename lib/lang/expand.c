/*
 * expand.c — see expand.h.
 *
 * Values are put into the text, quoted so that they stay in their word, and the
 * text is read again: so all that is said of words, and what sh may get to see,
 * follows from it.
 */
#include "lang/expand.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/str.h"

/* ---- variables ---- */

static struct variable *find(const struct variables *v, const char *name, size_t n)
{
	vec_each (&v->v, i)
		if (strlen(i->name) == n && memcmp(i->name, name, n) == 0)
			return i;
	return NULL;
}

const char *variables_get(const struct variables *v, const char *name)
{
	const struct variable *found = find(v, name, strlen(name));

	return found ? found->value : NULL;
}

void variables_set(struct variables *v, const char *name, const char *value)
{
	struct variable *found = find(v, name, strlen(name));

	if (!found && value) {
		vec_push(&v->v,
			 ((struct variable){ mem_strdup(name), mem_strdup(value) }));
	} else if (found && value) {
		char *old = found->value;

		found->value = mem_strdup(value);
		free(old);
	} else if (found) {
		free(found->name);
		free(found->value);
		vec_remove(&v->v, (size_t)(found - v->v.v));
	}
}

void variables_copy(struct variables *to, const struct variables *from)
{
	variables_free(to);
	vec_each (&from->v, i)
		vec_push(&to->v, ((struct variable){ mem_strdup(i->name),
						     mem_strdup(i->value) }));
}

void variables_free(struct variables *v)
{
	vec_each (&v->v, i) {
		free(i->name);
		free(i->value);
	}
	vec_free(&v->v);
}

/* ---- statements ---- */

static bool in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

bool variable_is_name(const char *text, size_t n)
{
	if (n == 0 || isdigit((unsigned char)*text))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!in_name(text[i]))
			return false;
	return true;
}

/* Length of "$NAME" or "${NAME}" at text; 0: it is none. */
static size_t reference(const char *text, size_t n, const char **ret_name, size_t *ret_n)
{
	bool braced = n > 1 && text[1] == '{';
	size_t from = 1 + (size_t)braced, to = from;

	if (n == 0 || *text != '$')
		return 0;
	while (to < n && in_name(text[to]))
		to++;
	if (!variable_is_name(text + from, to - from) ||
	    (braced && (to == n || text[to] != '}')))
		return 0;
	*ret_name = text + from;
	*ret_n = to - from;
	return to + (size_t)braced;
}

static void add_value(struct str *b, const char *value, bool in_quotes)
{
	cleanup_free char *quoted = NULL;

	if (!in_quotes) {
		quoted = lex_quote(value);
		str_add(b, quoted);
		return;
	}
	for (; *value; value++) {
		if (strchr("\"\\$`", *value))
			str_add(b, "\\");
		str_addn(b, value, 1);
	}
}

static int refuse_unknown(const struct variables *v, const struct word *w, size_t at,
			  size_t n, const char *name, size_t name_n, struct err *e)
{
	cleanup_free char *text = mem_strndup(name, name_n);
	struct suggest g;

	err_set(e, ENOENT, "no variable named '%s'", text);
	suggest_begin(&g, text);
	vec_each (&v->v, i)
		suggest_offer(&g, i->name);
	if (g.best)
		err_hint(e, "did you mean '$%s'?", g.best);
	else
		err_hint(e, "`let %s VALUE` makes one; in single quotes, a $ is a $",
			 text);
	if (e) {
		e->place = w->place;
		if (at + n <= w->place.length) {
			e->place.column += (unsigned)at;
			e->place.length = (unsigned)n;
		}
	}
	return -ENOENT;
}

/* The word's source text, expanded, behind b; returns how many values it got. */
static int expand_word(const struct word *w, const char *raw, const struct variables *v,
		       bool foreign, struct str *b, struct err *e)
{
	int found = 0;
	char quote = '\0';

	for (size_t i = 0; i < w->len;) {
		size_t name_n = 0, n;
		const struct variable *variable = NULL;
		const char *name = NULL;

		n = quote == '\'' ? 0 : reference(raw + i, w->len - i, &name, &name_n);
		if (n)
			variable = find(v, name, name_n);
		if (n && !variable && !foreign)
			return refuse_unknown(v, w, i, n, name, name_n, e);
		if (variable) {
			add_value(b, variable->value, quote == '"');
			found++;
			i += n;
			continue;
		}
		n = raw[i] == '\\' && quote != '\'' && i + 1 < w->len ? 2 : 1;
		if (n == 1 && (raw[i] == '"' || raw[i] == '\'')) {
			if (!quote)
				quote = raw[i];
			else if (quote == raw[i])
				quote = '\0';
		}
		str_addn(b, raw + i, n);
		i += n;
	}
	return found;
}

static int read_again(const struct statement *st, const struct str *text,
		      struct statement *ret, struct err *e)
{
	struct statement expanded = { 0 };
	struct lexer x;
	int r;

	lex_begin(&x, text->s, text->n);
	r = lex_next(&x, &expanded, e);
	if (r > 0 && expanded.words.n != st->words.n)
		r = err_set(e, EINVAL, "it cannot be read with its variables' values");
	if (r < 0) {
		statement_free(&expanded);
		if (e)
			e->place = st->words.v[0].place;
		return r;
	}
	for (size_t i = 0; i < st->words.n; i++) {
		expanded.words.v[i].place = st->words.v[i].place;
		expanded.words.v[i].inside = st->words.v[i].inside;
	}
	*ret = expanded;
	return 1;
}

int statement_expand(const struct statement *st, const struct variables *v, bool foreign,
		     struct statement *ret, struct err *e)
{
	struct str b = { 0 };
	size_t at = 0;
	int found = 0, r = 0;

	vec_each (&st->words, w) {
		const char *raw = st->text + (w->at - st->at);

		str_addn(&b, st->text + at, w->at - st->at - at);
		at = w->at - st->at + w->len;
		if (w->block) {
			str_addn(&b, raw, w->len);
			continue;
		}
		r = expand_word(w, raw, v, foreign, &b, e);
		if (r < 0)
			break;
		found += r;
	}
	if (st->background)
		str_add(&b, " &");
	if (r >= 0)
		r = found ? read_again(st, &b, ret, e) : 0;
	str_free(&b);
	return r;
}
