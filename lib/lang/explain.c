/*
 * explain.c — from what was expected at the furthest word to one error.
 *
 * The walk is repeated with the kinds telling their reasons. Of several things
 * that were possible the error speaks of the one that was most likely meant: a
 * value that can have been nothing else, then a keyword nearly spelt so, then
 * a value that may have been meant; else it lists what is possible.
 */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "lang/match.h"

enum { LIST_MAX = 12 }; /* things a hint lists */

static struct place behind(const struct statement *st)
{
	const struct word *last = &st->words.v[st->words.n - 1];
	const char *source = st->text + (last->at - st->at);
	struct place p = last->place;

	/* the end of a word with a newline in it is on another line: stay at its start */
	if (!memchr(source, '\n', strlen(source))) {
		p.column += p.length;
		p.length = 1;
	}
	return p;
}

static const char *shown(const struct expect *x)
{
	return x->p->type == PATTERN_WORD ? x->p->word : x->p->kind->shown;
}

/* "a, b or c": what could stand there, each once. */
static char *list_expects(const struct match *x, bool another)
{
	VEC(const char *) names = { 0 };
	struct str s = { 0 };

	vec_each (&x->expects, p) {
		bool again = p->twice;

		vec_each (&names, n)
			again |= strcmp(*n, shown(p)) == 0;
		if (!again)
			vec_push(&names, shown(p));
	}
	for (size_t i = 0; i < names.n && i < LIST_MAX; i++) {
		const char *name = names.v[i];
		bool last = i + 1 == names.n && names.n > 1;

		if (i)
			str_add(&s, last ? " or " : ", ");
		str_addf(&s, "%s%s", another ? "another " : "", name);
	}
	if (names.n > LIST_MAX)
		str_add(&s, " …");
	vec_free(&names);
	return str_take(&s);
}

/* Whether what is missing is one more of the kind just given: "another NODE". */
static bool wants_another(const struct match *x)
{
	vec_each (&x->expects, p)
		if (p->p->type != PATTERN_KIND || !p->last ||
		    strcmp(p->last->shown, p->p->kind->shown) != 0)
			return false;
	return x->expects.n > 0;
}

static int take_error(const struct match *x, struct expect *from, struct err *e)
{
	err_clear(e);
	*e = from->err;
	from->err = (struct err)ERR_INIT;
	if (e->place.line == 0)
		e->place = x->furthest < x->n ? x->words[x->furthest].place
					      : behind(x->context.st);
	return e->code;
}

static int hint_usage(const struct verb *v, struct err *e)
{
	cleanup_free char *usage = lang_usage(v);

	return err_hint(e, "usage: %s", usage);
}

static int explain_missing(struct match *x, const struct verb *v, struct err *e)
{
	struct expect *first = x->expects.n ? &x->expects.v[0] : NULL;
	cleanup_free char *list = list_expects(x, wants_another(x));
	const char *subject = v->name;

	/* a value that has begun knows best what it lacks */
	if (x->expects.n == 1 && first->start < x->furthest && first->err.code)
		return take_error(x, first, e);
	if (!subject)
		subject = x->words[0].text;
	if (first && first->after)
		subject = first->after;
	err_set(e, EINVAL, "'%s' needs %s", subject, list);
	if (x->expects.n == 1 && first->p->type == PATTERN_KIND)
		err_hint(e, "%s is %s", first->p->kind->shown, first->p->kind->what);
	else
		hint_usage(v, e);
	e->place = behind(x->context.st);
	return e->code;
}

static int explain_wrong(struct match *x, const struct verb *v, struct err *e)
{
	const struct word *word = &x->words[x->furthest];
	cleanup_free char *text = kind_show_word(word->text);
	struct expect *best = NULL;
	struct suggest near;
	size_t words = 0, kinds = 0;

	suggest_begin(&near, word->text);
	vec_each (&x->expects, p) {
		if (p->twice) {
			err_set(e, EINVAL, "'%s' is given twice", p->p->word);
			e->place = word->place;
			return e->code;
		}
		if (p->p->type == PATTERN_WORD) {
			suggest_offer(&near, p->p->word);
			words++;
			continue;
		}
		kinds++;
		if (!best || p->like >= best->like)
			best = p;
	}
	if (best && (best->like == LIKE_SURE || (kinds == 1 && words == 0)))
		return take_error(x, best, e);
	if (best && best->like == LIKE_MAYBE && !near.best)
		return take_error(x, best, e);
	err_set(e, EINVAL, "unexpected word '%s'", text);
	e->place = word->place;
	if (near.best && strcmp(near.best, word->text) != 0)
		return err_hint(e, "did you mean '%s'?", near.best);
	if (near.best)
		return err_hint(e, "without quotes '%s' would be a keyword", near.best);
	if (x->expects.n) {
		cleanup_free char *list = list_expects(x, false);

		return err_hint(e, "possible here: %s", list);
	}
	return hint_usage(v, e);
}

/* Asks a kind for its reasons; one that took the words has none. */
static void ask_reason(struct match *x, struct expect *expect)
{
	struct value value;

	if (expect->p->type != PATTERN_KIND || expect->start >= x->n)
		return;
	kind_parse(match_context(x), expect->p->kind, &x->words[expect->start],
		   x->n - expect->start, &value, &expect->err);
	expect->like = expect->err.code ? x->context.like : LIKE_NOT;
}

int match_explain(struct match *x, const struct pattern *p, size_t furthest,
		  const struct verb *v, struct err *e)
{
	x->furthest = furthest;
	x->visit = ask_reason;
	match_run(x, p);
	return furthest < x->n ? explain_wrong(x, v, e) : explain_missing(x, v, e);
}
