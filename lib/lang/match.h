/*
 * match.h — the walk of a pattern over words. One walk serves all: what it
 * captures are the arguments; how far it came, and what it would have taken
 * there, are the error, the completion and the hint.
 */
#ifndef LANG_MATCH_H
#define LANG_MATCH_H

#include "lang/kinds.h"
#include "lang/pattern.h"

/* Something that could stand, or be meant, at the furthest word. */
struct expect {
	const struct pattern *p; /* WORD or KIND */
	size_t start;		 /* the value's first word; before the furthest where a
				    value takes several */
	bool twice;	   /* an option that was given before: it may not stand here */
	const char *after; /* the keyword right before; NULL: it is no keyword */
	const struct kind *last; /* the value before; NULL: none */

	/* set by match_explain(), of a KIND that refused the words */
	enum likeness like;
	struct err err;
};

struct match {
	struct kind_context context;
	const struct word *words; /* n of them; the walk begins at word `at` */
	size_t n, at;
	VEC(struct arg) args;

	size_t furthest; /* no word before it is wrong */
	VEC(struct expect) expects;
	/*
	 * In a second walk, with furthest preset to what the first one found:
	 * called for each new expectation while the arguments before it stand.
	 */
	void (*visit)(struct match *x, struct expect *expect);
	void *cookie;
};

void match_begin(struct match *x, const struct lang *l, const struct model *m,
		 const struct statement *st, size_t n, size_t at);
/* Whether the pattern took words; match.at is where it ended, maybe before the last. */
bool match_run(struct match *x, const struct pattern *p);
void match_end(struct match *x);

/* The context, with the arguments captured so far, for a kind's functions. */
struct kind_context *match_context(struct match *x);

/*
 * Why the words do not match, with place and hint (explain.c); returns its
 * code. x has begun, p is v's pattern, and no word before furthest is wrong.
 */
int match_explain(struct match *x, const struct pattern *p, size_t furthest,
		  const struct verb *v, struct err *e);

#endif
