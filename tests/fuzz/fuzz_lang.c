/*
 * fuzz_lang.c — any bytes as commands: lexed, parsed against a small network
 * with the shell's own table, completed at many places. No handler is called.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "lang/expand.h"
#include "lang/lang.h"
#include "shell/verbs.h"

enum { CURSORS = 8 }; /* places of one input that are completed */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct lang *lang;
static struct model *model;

/* What must hold; a failure is a finding. */
#define MUST(condition)                                                                  \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);  \
			abort();                                                         \
		}                                                                        \
	} while (0)

static uint32_t add_node(enum node_kind kind, const char *name)
{
	uint32_t id = 0;

	MUST(model_add_node(model, kind, name, &id, NULL) == 0);
	return id;
}

static void add_link(uint32_t a, uint32_t b, const char *name)
{
	struct link_options o = { .name = name };
	uint32_t id;

	MUST(model_add_link(model, a, b, &o, &id, NULL) == 0);
}

/* libFuzzer calls it once, before the first input. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct settled settled;
	uint32_t h1, h2, r1, s1;

	(void)argc;
	(void)argv;
	setenv("PATH", "", 1); /* programs are the machine's, not the language's */
	model = model_new();
	h1 = add_node(NODE_HOST, "h1");
	h2 = add_node(NODE_HOST, "h2");
	r1 = add_node(NODE_ROUTER, "r1");
	s1 = add_node(NODE_SWITCH, "s1");
	add_link(h1, s1, NULL);
	add_link(h2, s1, NULL);
	add_link(r1, s1, NULL);
	add_link(r1, s1, "spine");
	MUST(model_settle(model, &settled, NULL) == 0);
	MUST(lang_new(verbs, n_verbs, NULL, NULL, &lang, NULL) == 0);
	return 0;
}

/* A word that is quoted again reads as the same word. */
static void check_quoting(const struct word *w)
{
	cleanup_free char *quoted = lex_quote(w->text);
	struct statement st;
	struct lexer x;

	/* quotes may make a statement longer than the longest */
	if (strlen(quoted) > LEX_STATEMENT_MAX)
		return;
	lex_begin(&x, quoted, strlen(quoted));
	MUST(lex_next(&x, &st, NULL) == 1);
	MUST(st.words.n == 1 && strcmp(st.words.v[0].text, w->text) == 0);
	statement_free(&st);
}

static void check_words(const struct statement *st, const char *source, size_t n)
{
	size_t end = st->at;

	MUST(st->words.n > 0);
	MUST(strlen(st->text) <= n &&
	     memcmp(source + st->at, st->text, strlen(st->text)) == 0);
	vec_each (&st->words, w) {
		MUST(w->at >= end && w->at + w->len <= n);
		MUST(w->place.line > 0 && w->place.column > 0);
		MUST(strlen(w->text) <= w->len);
		end = w->at + w->len;
		if (w->block) /* source as it stands, which is no word of its own */
			MUST(w->len == strlen(w->text) + 2 &&
			     memcmp(source + w->at + 1, w->text, w->len - 2) == 0);
		else
			check_quoting(w);
	}
}

static void check_error(const struct err *e)
{
	MUST(e->code < 0 && e->msg && *e->msg);
	MUST(e->place.line > 0 && e->place.column > 0 && e->place.length > 0);
}

static void parse(const struct statement *st)
{
	const struct verb *v = NULL;
	struct args args = { 0 };
	struct err e = ERR_INIT;
	size_t words = 0;
	int r = lang_parse(lang, model, st, &v, &args, &e);

	if (r < 0) {
		check_error(&e);
		/* who asks for no error gets the same answer */
		MUST(lang_parse(lang, model, st, &v, &args, NULL) < 0);
	} else {
		MUST(!e.msg && v);
		vec_each (&args.v, a) {
			MUST(a->n_words > 0 && a->value.text);
			words += a->n_words;
			if (a->kind)
				MUST(args_get(&args, a->key, a->nth) == &a->value);
			else
				MUST(args_has(&args, a->key));
		}
		MUST(words + (v->name ? 1 : 0) == st->words.n);
	}
	args_free(&args);
	err_clear(&e);
}

/* With values in it: as many words, and all that holds of a statement holds of it. */
static void expand(const struct statement *st)
{
	struct variables v = { 0 };
	struct statement expanded;
	struct err e = ERR_INIT;
	int r;

	variables_set(&v, "i", "3");
	variables_set(&v, "x", "a b'\"$&{ }");
	r = statement_expand(st, &v, true, &expanded, &e);
	if (r < 0) {
		check_error(&e);
	} else if (r > 0) {
		MUST(expanded.words.n == st->words.n);
		check_words(&expanded, expanded.text, strlen(expanded.text));
		parse(&expanded);
		statement_free(&expanded);
	}
	err_clear(&e);
	variables_free(&v);
}

/* A block that was read can be read again by itself, at the same places. */
static void enter_blocks(const struct statement *st, const char *source)
{
	vec_each (&st->words, w) {
		struct statement inner;
		struct lexer x;
		int r;

		if (!w->block)
			continue;
		lex_begin(&x, source, w->inside + strlen(w->text));
		MUST(memcmp(source + w->inside, w->text, strlen(w->text)) == 0);
		lex_enter(&x, w);
		while ((r = lex_next(&x, &inner, NULL)) > 0) {
			MUST(inner.at >= w->inside && inner.words.v[0].place.line > 0);
			MUST(inner.words.v[0].place.column > 0);
			statement_free(&inner);
		}
		MUST(r == 0);
	}
}

static void complete(const char *source, size_t n)
{
	choice_vec choices;
	size_t at;

	lang_complete(lang, model, source, n, &at, &choices);
	MUST(at <= n);
	vec_each (&choices, c) {
		struct statement st;
		struct lexer x;

		MUST(*c->text || (c->what && *c->what));
		if (!*c->text)
			continue;
		lex_begin(&x, c->text, strlen(c->text));
		MUST(lex_next(&x, &st, NULL) == 1);
		MUST(st.words.n == 1);
		statement_free(&st);
	}
	choices_free(&choices);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	/* a copy, so that a read past the end is seen */
	char *source = mem_alloc(n);
	struct err e = ERR_INIT;
	struct statement st;
	struct lexer x;
	int r;

	if (n)
		memcpy(source, data, n);
	lex_begin(&x, source, n);
	while ((r = lex_next(&x, &st, &e)) != 0) {
		if (r < 0) {
			check_error(&e);
			err_clear(&e);
			continue;
		}
		check_words(&st, source, n);
		parse(&st);
		expand(&st);
		enter_blocks(&st, source);
		statement_free(&st);
	}
	MUST(x.at == n);
	lex_is_open(source, n);
	for (size_t i = 0; i <= CURSORS; i++)
		complete(source, n * i / CURSORS);
	free(source);
	return 0;
}
