/*
 * lang.h — the language: statements to verbs with typed arguments, and what
 * may come next for completion, hints and errors.
 */
#ifndef LANG_LANG_H
#define LANG_LANG_H

#include "lang/lex.h"
#include "lang/verb.h"

struct lang; /* the compiled verbs */

/* A word that may come next. */
struct choice {
	char *text; /* what to type; "" where it can only be described */
	char *what; /* for people: "RATE — bits a second, as in 10mbit" or the keyword's
		       help */
	bool partial; /* more of the same word may follow (a folder, "h1:"): no blank
			 after it */
};
typedef VEC(struct choice) choice_vec;
void choices_free(choice_vec *v);

/*
 * Compiles n rows (borrowed; they must outlive *ret). A row whose pattern does
 * not parse, names an unknown kind, or lacks help is -EINVAL.
 * jobs, if not NULL, lists numbers of jobs for completion of JOB.
 */
int lang_new(const struct verb *verbs, size_t n,
	     size_t (*jobs)(void *cookie, unsigned *ret, size_t max), void *cookie,
	     struct lang **ret, struct err *e);
void lang_free(struct lang *l);

/* The verb with exactly this name, or whose name begins so and no other's does; NULL. */
const struct verb *lang_verb(const struct lang *l, const char *name);

/* The row that a statement begins with; NULL: none. */
const struct verb *lang_row(const struct lang *l, const struct model *m,
			    const struct statement *st);

/*
 * Parses a statement against a model. *ret_args points into the statement;
 * args_free() it. On error e has the place, the caret's length, and a hint
 * ("did you mean 'h2'?", what was expected). A statement that begins with a
 * node's name is the row without a name.
 */
int lang_parse(const struct lang *l, const struct model *m, const struct statement *st,
	       const struct verb **ret_verb, struct args *ret_args, struct err *e);

/*
 * What may stand at the end of text (n bytes, up to the cursor) in place of
 * the word that ends there: filtered by that word, sorted. *ret_at is where
 * that word begins. Nothing is printed, nothing fails: no choices is an answer.
 */
void lang_complete(const struct lang *l, const struct model *m, const char *text,
		   size_t n, size_t *ret_at, choice_vec *ret);

/* The row as one line of usage: "link NODE NODE [name NAME] …"; free() it. */
char *lang_usage(const struct verb *v);

/* Each kind that occurs in patterns, for the manual: i counts from 0; NULL: no more. */
const char *lang_kind(size_t i, const char **ret_description);

/* The whole network as statements that rebuild it, addresses included (print.c); free()
 * it. */
char *lang_print_network(const struct model *m);

#endif
