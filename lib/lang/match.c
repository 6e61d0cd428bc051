/*
 * match.c — matching words against a pattern's tree.
 *
 * No guess is taken back: of { a | b } the alternative that takes the most
 * words wins (the first of equals), [ ] and ... take what they can. That makes
 * a statement of thousands of words a single pass, and is all that patterns
 * need, since their branches differ in their first words or in length.
 *
 * Every failed attempt is noted with the word it failed at; only those at the
 * furthest word are kept.
 */
#include "lang/match.h"

#include <string.h>

void match_begin(struct match *x, const struct lang *l, const struct model *m,
		 const struct statement *st, size_t n, size_t at)
{
	*x = (struct match){
		.context = { .lang = l, .m = m, .st = st },
		.words = st->words.v,
		.n = n,
		.at = at,
		.furthest = at,
	};
}

static void forget_expects(struct match *x)
{
	vec_each (&x->expects, p)
		err_clear(&p->err);
	x->expects.n = 0;
}

void match_end(struct match *x)
{
	forget_expects(x);
	vec_free(&x->expects);
	vec_free(&x->args);
	kind_context_free(&x->context);
}

struct kind_context *match_context(struct match *x)
{
	x->context.args = x->args.v;
	x->context.n_args = x->args.n;
	return &x->context;
}

/* p would take a word at index that is not there, in a value that began at word start. */
static void note(struct match *x, const struct pattern *p, size_t start, size_t index,
		 bool twice)
{
	const struct arg *last = x->args.n ? &x->args.v[x->args.n - 1] : NULL;
	struct expect expect = { .p = p, .start = start, .twice = twice };

	if (index < x->furthest)
		return;
	if (index > x->furthest)
		forget_expects(x);
	x->furthest = index;
	vec_each (&x->expects, old)
		if (old->p == p && old->start == start && old->twice == twice)
			return;
	if (last && !last->kind)
		expect.after = last->key;
	else if (last)
		expect.last = last->kind;
	vec_push(&x->expects, expect);
	if (x->visit)
		x->visit(x, &x->expects.v[x->expects.n - 1]);
}

static bool is_keyword(const struct match *x, const char *keyword)
{
	return x->at < x->n && !x->words[x->at].quoted &&
	       strcmp(x->words[x->at].text, keyword) == 0;
}

static bool match_word(struct match *x, const struct pattern *p)
{
	if (!is_keyword(x, p->word)) {
		note(x, p, x->at, x->at, false);
		return false;
	}
	vec_push(&x->args, ((struct arg){ .key = p->word,
					  .value.text = p->word,
					  .word = &x->words[x->at],
					  .n_words = 1 }));
	x->at++;
	return true;
}

static bool match_kind(struct match *x, const struct pattern *p)
{
	struct arg arg = { .key = p->key, .kind = p->kind, .word = &x->words[x->at] };
	size_t start = x->at;
	int taken;

	if (start >= x->n) {
		note(x, p, start, start, false);
		return false;
	}
	taken = kind_parse(match_context(x), p->kind, arg.word, x->n - start, &arg.value,
			   NULL);
	if (taken < 0) {
		note(x, p, start, start + x->context.bad, false);
		return false;
	}
	arg.n_words = (size_t)taken;
	vec_push(&x->args, arg);
	x->at += (size_t)taken;
	if (x->context.more)
		note(x, p, start, x->at, false);
	return true;
}

static bool match_all(struct match *x, const struct pattern *p)
{
	size_t at = x->at, n = x->args.n;

	vec_each (&p->sub, s)
		if (!match_run(x, *s)) {
			x->at = at;
			x->args.n = n;
			return false;
		}
	return true;
}

static bool match_either(struct match *x, const struct pattern *p)
{
	const size_t at = x->at, n = x->args.n;
	VEC(struct arg) best = { 0 }; /* what the best alternative captured */
	size_t best_at = 0;
	bool found = false;

	vec_each (&p->sub, s) {
		x->at = at;
		x->args.n = n;
		if (!match_run(x, *s) || (found && x->at <= best_at))
			continue;
		found = true;
		best_at = x->at;
		best.n = 0;
		for (size_t i = n; i < x->args.n; i++)
			vec_push(&best, x->args.v[i]);
	}
	x->at = found ? best_at : at;
	x->args.n = n;
	vec_each (&best, a)
		vec_push(&x->args, *a);
	vec_free(&best);
	return found;
}

/* The keyword that p begins with and the word at hand is; NULL: it is none. */
static const struct pattern *first_keyword(const struct match *x, const struct pattern *p)
{
	const struct pattern *found = NULL;

	if (p->type == PATTERN_WORD)
		return is_keyword(x, p->word) ? p : NULL;
	if (p->type != PATTERN_EITHER)
		return p->sub.n ? first_keyword(x, p->sub.v[0]) : NULL;
	for (size_t i = 0; i < p->sub.n && !found; i++)
		found = first_keyword(x, p->sub.v[i]);
	return found;
}

/* An option that is given again, by the same keyword, gets an error of its own. */
static void note_twice(struct match *x, const struct pattern *set, uint32_t used,
		       size_t first_arg)
{
	for (size_t i = 0; i < set->sub.n; i++) {
		const struct pattern *p = used & 1U << i ? first_keyword(x, set->sub.v[i])
							 : NULL;
		bool given = false;

		for (size_t k = first_arg; p && k < x->args.n; k++)
			given |= x->args.v[k].key == p->word;
		if (given)
			note(x, p, x->at, x->at, true);
	}
}

static bool match_set(struct match *x, const struct pattern *p)
{
	const size_t first_arg = x->args.n;
	uint32_t used = 0;
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < p->sub.n && !more; i++) {
			if (used & 1U << i || !match_run(x, p->sub.v[i]))
				continue;
			used |= 1U << i;
			more = true;
		}
	}
	note_twice(x, p, used, first_arg);
	return true;
}

static bool match_repeat(struct match *x, const struct pattern *p)
{
	size_t at = x->at;

	if (!match_run(x, p->sub.v[0]))
		return false;
	while (x->at > at) {
		at = x->at;
		match_run(x, p->sub.v[0]);
	}
	return true;
}

bool match_run(struct match *x, const struct pattern *p)
{
	switch (p->type) {
	case PATTERN_WORD:
		return match_word(x, p);
	case PATTERN_KIND:
		return match_kind(x, p);
	case PATTERN_ALL:
		return match_all(x, p);
	case PATTERN_EITHER:
		return match_either(x, p);
	case PATTERN_OPTION:
		match_run(x, p->sub.v[0]);
		return true;
	case PATTERN_SET:
		return match_set(x, p);
	case PATTERN_REPEAT:
		return match_repeat(x, p);
	}
	return false;
}
