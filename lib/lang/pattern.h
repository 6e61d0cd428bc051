/*
 * pattern.h — a verb's pattern as a tree; verb.h has the notation.
 */
#ifndef LANG_PATTERN_H
#define LANG_PATTERN_H

#include "base/err.h"
#include "base/vec.h"

struct kind;

enum pattern_type {
	PATTERN_WORD,	/* a keyword */
	PATTERN_KIND,	/* a word of a kind */
	PATTERN_ALL,	/* every sub, one after the other; may be empty */
	PATTERN_EITHER, /* one of the subs */
	PATTERN_OPTION, /* sub 0 or nothing */
	PATTERN_SET,	/* the subs in any order, each at most once; all begin with a
			   keyword */
	PATTERN_REPEAT, /* sub 0, once or more */
};

struct pattern {
	enum pattern_type type;
	VEC(struct pattern *) sub;
	char *word;		 /* WORD */
	char *usage;		 /* WORD that begins a branch: the branch as people read
				    it; else NULL */
	const struct kind *kind; /* KIND */
	const char *key;	 /* KIND: the key of its arguments, see struct arg */
};

/* -EINVAL says what is wrong with the pattern. */
int pattern_compile(const char *text, struct pattern **ret, struct err *e);
void pattern_free(struct pattern *p);

/* The pattern's text with the kinds' names as people read them; free() it. */
char *pattern_usage(const char *text);

#endif
