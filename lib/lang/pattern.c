/*
 * pattern.c — compiling patterns: tokens, then a recursive descent.
 *
 * A sequence is read item by item; neighbouring [ ] groups that begin with a
 * keyword are then gathered into one set. The key of a kind's arguments is
 * handed down: a branch of [ ] or { } that begins with a keyword sets it for
 * all that is inside.
 */
#include "lang/pattern.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/str.h"
#include "lang/kinds.h"

enum { DEPTH_MAX = 16, SET_MAX = 32 };

struct reader {
	const char *text;
	const char *at; /* behind the present token */
	const char *token;
	size_t length; /* of the token; 0 at the end */
	unsigned depth;
	struct err *e;
};

static void advance(struct reader *r)
{
	r->token = r->at + strspn(r->at, " ");
	if (strncmp(r->token, "...", 3) == 0)
		r->length = 3;
	else if (*r->token && strchr("{}[]|", *r->token))
		r->length = 1;
	else
		r->length = strcspn(r->token, " {}[]|");
	/* "NODE..." is two tokens */
	if (r->length > 3 && strncmp(r->token + r->length - 3, "...", 3) == 0)
		r->length -= 3;
	r->at = r->token + r->length;
}

static bool is(const struct reader *r, const char *token)
{
	return r->length == strlen(token) && strncmp(r->token, token, r->length) == 0;
}

static int wrong(struct reader *r, const char *what)
{
	return err_set(r->e, EINVAL, "pattern \"%s\": %s at column %zu", r->text, what,
		       (size_t)(r->token - r->text) + 1);
}

static struct pattern *new_pattern(enum pattern_type type, struct pattern *sub)
{
	struct pattern *p = mem_alloc(sizeof(*p));

	p->type = type;
	if (sub)
		vec_push(&p->sub, sub);
	return p;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	vec_each (&p->sub, s)
		pattern_free(*s);
	vec_free(&p->sub);
	free(p->word);
	free(p->usage);
	free(p);
}

static bool begins_with_keyword(const struct pattern *p)
{
	switch (p->type) {
	case PATTERN_WORD:
		return true;
	case PATTERN_ALL:
		return p->sub.n && begins_with_keyword(p->sub.v[0]);
	case PATTERN_EITHER:
		vec_each (&p->sub, s)
			if (!begins_with_keyword(*s))
				return false;
		return true;
	case PATTERN_REPEAT:
		return begins_with_keyword(p->sub.v[0]);
	default:
		return false;
	}
}

/* [a x] [b y] become one set, which takes them in any order. */
static int gather_sets(struct reader *r, struct pattern *all)
{
	size_t kept = 0;

	for (size_t i = 0; i < all->sub.n; i++) {
		struct pattern *p = all->sub.v[i], *set;

		if (p->type != PATTERN_OPTION || !begins_with_keyword(p->sub.v[0])) {
			all->sub.v[kept++] = p;
			continue;
		}
		set = kept ? all->sub.v[kept - 1] : NULL;
		if (!set || set->type != PATTERN_SET) {
			set = new_pattern(PATTERN_SET, NULL);
			all->sub.v[kept++] = set;
		}
		vec_push(&set->sub, p->sub.v[0]);
		p->sub.n = 0;
		pattern_free(p);
		if (set->sub.n > SET_MAX) {
			memmove(all->sub.v + kept, all->sub.v + i + 1,
				(all->sub.n - i - 1) * sizeof(*all->sub.v));
			all->sub.n -= i + 1 - kept;
			return wrong(r, "too many options");
		}
	}
	all->sub.n = kept;
	return 0;
}

static int read_either(struct reader *r, const char *key, const char *close,
		       struct pattern **ret);

/* A keyword or a KIND. */
static int read_word(struct reader *r, const char *key, struct pattern **ret)
{
	cleanup_free char *text = mem_strndup(r->token, r->length);
	bool upper = false, lower = false;
	struct pattern *p;

	for (const char *c = text; *c; c++) {
		upper |= isupper((unsigned char)*c) != 0;
		lower |= islower((unsigned char)*c) != 0;
	}
	if (upper && lower)
		return wrong(r, "a word in mixed case");
	if (upper && !kind_named(text))
		return wrong(r, "an unknown kind");
	p = new_pattern(upper ? PATTERN_KIND : PATTERN_WORD, NULL);
	if (upper) {
		p->kind = kind_named(text);
		p->key = key ? key : p->kind->name;
	} else {
		p->word = steal_ptr(text);
	}
	advance(r);
	*ret = p;
	return 0;
}

static int read_item(struct reader *r, const char *key, struct pattern **ret)
{
	bool option = is(r, "[");
	struct pattern *p = NULL;
	int code;

	if (is(r, "{") || option) {
		advance(r);
		code = read_either(r, key, option ? "]" : "}", &p);
	} else if (is(r, "...")) {
		return wrong(r, "nothing to repeat");
	} else {
		code = read_word(r, key, &p);
	}
	if (code < 0)
		return code;
	if (is(r, "...")) {
		advance(r);
		p = new_pattern(PATTERN_REPEAT, p);
	}
	*ret = option ? new_pattern(PATTERN_OPTION, p) : p;
	return 0;
}

/* Items up to '|', a closing bracket or the end; branch: inside a bracket. */
static int read_all(struct reader *r, const char *key, bool branch, struct pattern **ret)
{
	struct pattern *all = new_pattern(PATTERN_ALL, NULL);
	const char *begin = r->token, *end = begin;
	int code = 0;

	while (code == 0 && r->length && !is(r, "|") && !is(r, "]") && !is(r, "}")) {
		struct pattern *item = NULL;

		code = read_item(r, key, &item);
		if (code == 0) {
			vec_push(&all->sub, item);
			end = r->token;
		}
		if (branch && all->sub.n == 1 && item && item->type == PATTERN_WORD)
			key = item->word;
	}
	if (code == 0 && branch && all->sub.n == 0)
		code = wrong(r, "an empty branch");
	if (code == 0 && all->sub.n && all->sub.v[0]->type == PATTERN_WORD) {
		cleanup_free char *part = mem_strndup(begin, (size_t)(end - begin));

		all->sub.v[0]->usage = pattern_usage(part);
	}
	if (code == 0)
		code = gather_sets(r, all);
	if (code < 0) {
		pattern_free(all);
		return code;
	}
	*ret = all;
	return 0;
}

static int read_either(struct reader *r, const char *key, const char *close,
		       struct pattern **ret)
{
	struct pattern *either = new_pattern(PATTERN_EITHER, NULL), *branch;
	int code = r->depth >= DEPTH_MAX ? wrong(r, "too deep a nesting") : 0;

	r->depth++;
	while (code == 0) {
		code = read_all(r, key, true, &branch);
		if (code < 0)
			break;
		vec_push(&either->sub, branch);
		if (is(r, close)) {
			advance(r);
			r->depth--;
			*ret = either;
			return 0;
		}
		if (!is(r, "|"))
			code = wrong(r, "an unbalanced bracket");
		else
			advance(r);
	}
	pattern_free(either);
	return code;
}

int pattern_compile(const char *text, struct pattern **ret, struct err *e)
{
	struct reader r = { .text = text, .at = text, .e = e };
	struct pattern *p;
	int code;

	advance(&r);
	code = read_all(&r, NULL, false, &p);
	if (code == 0 && r.length) {
		code = wrong(&r, is(&r, "|") ? "a '|' outside of brackets"
					     : "an unbalanced bracket");
		pattern_free(p);
	}
	if (code == 0)
		*ret = p;
	return code;
}

char *pattern_usage(const char *text)
{
	struct reader r = { .text = text, .at = text };
	const char *from = text; /* what was not copied yet */
	struct str out = { 0 };

	for (advance(&r); r.length; advance(&r)) {
		cleanup_free char *token = mem_strndup(r.token, r.length);
		const struct kind *k = kind_named(token);

		str_addn(&out, from, (size_t)(r.token - from));
		str_add(&out, k ? k->shown : token);
		from = r.at;
	}
	return str_take(&out);
}
