/*
 * complete.c — what may come next, from the same walk that parses.
 *
 * The words before the one at the cursor are matched as they stand. What the
 * walk then expects right behind them are the keywords and kinds to choose
 * from; where it stopped earlier, the line is wrong already and there is no
 * choice to offer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "lang/match.h"
#include "lang/rows.h"

void choices_free(choice_vec *v)
{
	vec_each (v, c) {
		free(c->text);
		free(c->what);
	}
	vec_free(v);
}

/* h2 before h10; what can only be described comes last. */
static int compare(const void *a, const void *b)
{
	const struct choice *ca = a, *cb = b;

	if (!*ca->text || !*cb->text)
		return *ca->text ? -1 : *cb->text ? 1 : strcmp(ca->what, cb->what);
	return strverscmp(ca->text, cb->text);
}

static void sort_unique(choice_vec *v)
{
	size_t kept = 0;

	if (v->n)
		qsort(v->v, v->n, sizeof(*v->v), compare);
	for (size_t i = 0; i < v->n; i++) {
		if (kept && compare(&v->v[kept - 1], &v->v[i]) == 0) {
			free(v->v[i].text);
			free(v->v[i].what);
		} else {
			v->v[kept++] = v->v[i];
		}
	}
	v->n = kept;
}

static void complete_first(const struct lang *l, const struct model *m,
			   const struct word *begun, choice_vec *ret)
{
	bool nameless = false;

	if (begun->quoted)
		return;
	for (size_t i = 0; i < l->n; i++) {
		nameless |= !l->verbs[i].name;
		if (l->verbs[i].name && str_starts(l->verbs[i].name, begun->text))
			vec_push(ret, ((struct choice){ mem_strdup(l->verbs[i].name),
							mem_strdup(l->verbs[i].help),
							false }));
	}
	if (nameless)
		vec_each (&m->names, n)
			kind_offer(ret, begun->text, (*n)->name,
				   mem_strdup(node_kind_text(*n)), false);
}

/* The word at the cursor, and what it may be. */
struct completion {
	const struct word *begun;
	choice_vec *ret;
};

static void complete_keyword(const struct completion *c, const struct pattern *p)
{
	/* what follows the keyword: "mtu BYTES"; nothing to tell where nothing does */
	bool tells = p->usage && strcmp(p->usage, p->word) != 0;

	if (!c->begun->quoted && str_starts(p->word, c->begun->text))
		vec_push(c->ret,
			 ((struct choice){ mem_strdup(p->word),
					   mem_strdup(tells ? p->usage : NULL), false }));
}

static void complete_kind(struct match *x, const struct completion *c,
			  const struct expect *expect)
{
	const struct kind *k = expect->p->kind;
	size_t before = x->furthest - expect->start, had = c->ret->n;

	if (k->complete)
		k->complete(match_context(x), x->words + expect->start, before,
			    c->begun->text, c->ret);
	if (!k->complete || (c->ret->n == had && !*c->begun->text))
		vec_push(c->ret,
			 ((struct choice){ mem_strdup(""),
					   mem_printf("%s — %s", k->shown, k->what),
					   false }));
}

static void complete_expected(struct match *x, struct expect *expect)
{
	const struct completion *c = x->cookie;

	if (expect->p->type == PATTERN_KIND)
		complete_kind(x, c, expect);
	else if (!expect->twice)
		complete_keyword(c, expect->p);
}

void lang_complete(const struct lang *l, const struct model *m, const char *text,
		   size_t n, size_t *ret_at, choice_vec *ret)
{
	struct completion c = { .ret = ret };
	struct statement st;
	long row;

	*ret = (choice_vec){ 0 };
	*ret_at = n;
	if (!lex_unfinished(text, n, &st))
		return;
	c.begun = &st.words.v[st.words.n - 1];
	*ret_at = c.begun->at;
	row = st.words.n > 1 ? rows_find(l, m, &st.words.v[0], NULL) : -1;
	if (st.words.n == 1)
		complete_first(l, m, c.begun, ret);
	if (row >= 0) {
		struct match x;

		match_begin(&x, l, m, &st, st.words.n - 1, l->verbs[row].name ? 1 : 0);
		/* only what is expected behind all of the words counts */
		x.furthest = x.n;
		x.visit = complete_expected;
		x.cookie = &c;
		match_run(&x, l->patterns[row]);
		match_end(&x);
	}
	sort_unique(ret);
	statement_free(&st);
}
