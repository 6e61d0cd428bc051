/*
 * lang.c — the compiled verbs, parsing a statement, and reading its arguments.
 *
 * A statement that matches is walked once. For one that does not, a second
 * walk asks the kinds for their reasons (see explain.c), so that nobody pays
 * for error messages that are not shown.
 */
#include "lang/lang.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "lang/match.h"
#include "lang/rows.h"

/* ---- the rows ---- */

static int check_row(const struct verb *verbs, size_t i, struct err *e)
{
	const struct verb *v = &verbs[i];
	const char *name = v->name ? v->name : "(no name)";

	if (!v->pattern || !v->help || !*v->help)
		return err_set(e, EINVAL, "%s: no pattern or no help", name);
	if (v->name && !*v->name)
		return err_set(e, EINVAL, "an empty name");
	for (size_t k = 0; k < i; k++)
		if (v->name && verbs[k].name ? strcmp(v->name, verbs[k].name) == 0
					     : v->name == verbs[k].name)
			return err_set(e, EINVAL, "%s: two rows", name);
	return 0;
}

int lang_new(const struct verb *verbs, size_t n,
	     size_t (*jobs)(void *cookie, unsigned *ret, size_t max), void *cookie,
	     struct lang **ret, struct err *e)
{
	struct lang *l = mem_alloc(sizeof(*l));

	*l = (struct lang){ .verbs = verbs, .n = n, .jobs = jobs, .cookie = cookie };
	l->patterns = mem_alloc(n * sizeof(struct pattern *));
	for (size_t i = 0; i < n; i++) {
		int r = check_row(verbs, i, e);

		if (r == 0) {
			r = pattern_compile(verbs[i].pattern, &l->patterns[i], e);
			if (r < 0)
				err_context(e, "%s",
					    verbs[i].name ? verbs[i].name : "(no name)");
		}
		if (r < 0) {
			lang_free(l);
			return r;
		}
	}
	*ret = l;
	return 0;
}

void lang_free(struct lang *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++)
		pattern_free(l->patterns[i]);
	free(l->patterns);
	free(l);
}

/* The row with exactly this name (NULL: the nameless one); -1: none. */
static long row_named(const struct lang *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (name && l->verbs[i].name ? strcmp(l->verbs[i].name, name) == 0
					     : name == l->verbs[i].name)
			return (long)i;
	return -1;
}

/* The first row that begins so, and how many do. */
static size_t rows_beginning(const struct lang *l, const char *prefix, long *ret)
{
	size_t found = 0;

	for (size_t i = 0; i < l->n && *prefix; i++)
		if (l->verbs[i].name && str_starts(l->verbs[i].name, prefix) &&
		    found++ == 0)
			*ret = (long)i;
	return found;
}

const struct verb *lang_verb(const struct lang *l, const char *name)
{
	long row = row_named(l, name ? name : "");

	if (row < 0 && name && rows_beginning(l, name, &row) != 1)
		return NULL;
	return row < 0 ? NULL : &l->verbs[row];
}

static int refuse_ambiguous(const struct lang *l, const char *prefix, size_t n,
			    struct err *e)
{
	struct str list = { 0 };
	size_t i = 0;

	for (size_t k = 0; k < l->n; k++) {
		const char *name = l->verbs[k].name;

		if (!name || !str_starts(name, prefix))
			continue;
		i++;
		str_addf(&list, "%s%s", i == 1 ? "" : i == n ? " or " : ", ", name);
	}
	err_set(e, EINVAL, "'%s' is short for several commands", prefix);
	err_hint(e, "say %s", list.s);
	str_free(&list);
	return -EINVAL;
}

static int refuse_first(const struct lang *l, const struct model *m,
			const struct word *first, struct err *e)
{
	cleanup_free char *shown = kind_show_word(first->text);
	struct suggest near;

	suggest_begin(&near, first->text);
	for (size_t i = 0; i < l->n; i++)
		if (l->verbs[i].name)
			suggest_offer(&near, l->verbs[i].name);
	if (m)
		vec_each (&m->names, n)
			suggest_offer(&near, (*n)->name);
	err_set(e, ENOENT, "no command%s named '%s'", m ? " or node" : "", shown);
	if (near.best && strcmp(near.best, first->text) == 0)
		return err_hint(e, "a command is typed without quotes");
	if (near.best)
		return err_hint(e, "did you mean '%s'?", near.best);
	return err_hint(e, "`help` lists the commands");
}

long rows_find(const struct lang *l, const struct model *m, const struct word *first,
	       struct err *e)
{
	long row = -1, some = -1;
	size_t beginning = 0;

	if (!first->quoted) {
		row = row_named(l, first->text);
		if (row < 0 && m && model_node_named(m, first->text))
			row = row_named(l, NULL);
		if (row >= 0)
			return row;
		beginning = rows_beginning(l, first->text, &some);
	}
	if (beginning == 1)
		return some;
	if (!e)
		return -1;
	if (beginning)
		refuse_ambiguous(l, first->text, beginning, e);
	else
		refuse_first(l, m, first, e);
	e->place = first->place;
	return -1;
}

char *lang_usage(const struct verb *v)
{
	cleanup_free char *pattern = pattern_usage(v->pattern);

	if (!v->name)
		return steal_ptr(pattern);
	return mem_printf("%s%s%s", v->name, *pattern ? " " : "", pattern);
}

/* ---- parsing ---- */

/* Numbers the arguments of each key, for args_get(). */
static void number_args(struct args *a)
{
	VEC(struct {
		const char *key;
		size_t n;
	})
	keys = { 0 };

	vec_each (&a->v, arg) {
		size_t i = 0;

		if (!arg->kind)
			continue;
		while (i < keys.n && keys.v[i].key != arg->key &&
		       strcmp(keys.v[i].key, arg->key) != 0)
			i++;
		if (i == keys.n) {
			vec_reserve(&keys, keys.n + 1);
			keys.v[keys.n].key = arg->key;
			keys.v[keys.n++].n = 0;
		}
		arg->nth = keys.v[i].n++;
	}
	vec_free(&keys);
}

/* How far the walk came: no word before it is wrong, and it is if there is one. */
static size_t reached(const struct match *x, bool matched)
{
	return matched && x->at > x->furthest ? x->at : x->furthest;
}

static int explain(const struct lang *l, const struct model *m,
		   const struct statement *st, long row, size_t furthest, struct err *e)
{
	struct match x;
	int r;

	match_begin(&x, l, m, st, st->words.n, l->verbs[row].name ? 1 : 0);
	r = match_explain(&x, l->patterns[row], furthest, &l->verbs[row], e);
	match_end(&x);
	return r;
}

const struct verb *lang_row(const struct lang *l, const struct model *m,
			    const struct statement *st)
{
	long row = rows_find(l, m, &st->words.v[0], NULL);

	return row < 0 ? NULL : &l->verbs[row];
}

int lang_parse(const struct lang *l, const struct model *m, const struct statement *st,
	       const struct verb **ret_verb, struct args *ret_args, struct err *e)
{
	long row = rows_find(l, m, &st->words.v[0], e);
	struct args args = { .statement = st };
	struct match x;
	bool matched;
	int r = 0;

	if (row < 0)
		return e ? e->code : -EINVAL;
	match_begin(&x, l, m, st, st->words.n, l->verbs[row].name ? 1 : 0);
	matched = match_run(&x, l->patterns[row]);
	if (matched && x.at == x.n) {
		vec_copy(&args.v, &x.args);
		number_args(&args);
		*ret_verb = &l->verbs[row];
		*ret_args = args;
	} else {
		r = e ? explain(l, m, st, row, reached(&x, matched), e) : -EINVAL;
	}
	match_end(&x);
	return r;
}

/* ---- arguments ---- */

static const struct arg *find_arg(const struct args *a, const char *key, size_t i)
{
	for (size_t k = 0; k < a->v.n; k++) {
		const struct arg *arg = &a->v.v[k], *ahead;

		if (!arg->kind || strcmp(arg->key, key) != 0)
			continue;
		/* the others mostly follow the first at once */
		ahead = i < a->v.n - k ? &a->v.v[k + i] : arg;
		if (ahead->kind && ahead->nth == i && strcmp(ahead->key, key) == 0)
			return ahead;
		if (arg->nth == i)
			return arg;
	}
	return NULL;
}

const struct value *args_get(const struct args *a, const char *key, size_t i)
{
	const struct arg *arg = find_arg(a, key, i);

	return arg ? &arg->value : NULL;
}

size_t args_count(const struct args *a, const char *key)
{
	for (size_t k = a->v.n; k-- > 0;)
		if (a->v.v[k].kind && strcmp(a->v.v[k].key, key) == 0)
			return a->v.v[k].nth + 1;
	return 0;
}

const struct arg *args_behind(const struct args *a, const char *keyword, size_t i)
{
	for (size_t k = 0; k < a->v.n; k++)
		if (!a->v.v[k].kind && strcmp(a->v.v[k].key, keyword) == 0)
			return k + 1 + i < a->v.n ? &a->v.v[k + 1 + i] : NULL;
	return NULL;
}

bool args_has(const struct args *a, const char *keyword)
{
	vec_each (&a->v, arg)
		if (!arg->kind && strcmp(arg->key, keyword) == 0)
			return true;
	return false;
}

uint64_t args_number(const struct args *a, const char *key, uint64_t otherwise)
{
	const struct value *v = args_get(a, key, 0);

	return v ? v->number : otherwise;
}

const char *args_text(const struct args *a, const char *key, const char *otherwise)
{
	const struct value *v = args_get(a, key, 0);

	return v ? v->text : otherwise;
}

int args_blame(const struct args *a, const char *key, size_t i, struct err *e)
{
	const struct arg *arg = find_arg(a, key, i);

	if (!e)
		return -EINVAL;
	if (arg)
		e->place = arg->word->place;
	return e->code;
}

void args_free(struct args *a)
{
	vec_free(&a->v);
	a->statement = NULL;
}
