/*
 * verb.h — a verb is one row: name, pattern, help, flags, handler. Parsing,
 * completion, hints, help, the manual page and the caret of an error all come
 * from that row; nothing is listed twice.
 *
 * A pattern is made of
 *
 *     word          a keyword, typed as it stands (lower case, or punctuation)
 *     KIND          a word of a kind (upper case; one row in kinds.c)
 *     a b           one after the other
 *     a | b         either; inside { } or [ ]
 *     { a }         a group
 *     [ a ]         may be left out; neighbouring [ ] groups that each begin
 *                   with a keyword come in any order, each at most once
 *     a...          once or more (a is a word, a KIND or a group)
 *
 * so "LINK {none | [rate RATE] [delay TIME]}" takes `r1 r2 delay 10ms rate 1gbit`.
 * A KIND may take more than one word (LINK: one or two; COMMAND: all the rest).
 */
#ifndef LANG_VERB_H
#define LANG_VERB_H

#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "lang/lex.h"
#include "model/model.h"

struct session; /* the shell's; the language only passes it through */
struct args;

enum verb_flags {
	VERB_CHANGES =
		1
		<< 0, /* changes the network: refused when read-only, undone by `undo` */
	VERB_LOOKS = 1 << 1,	/* allowed when read-only */
	VERB_TERMINAL = 1 << 2, /* needs a terminal */
};

typedef int verb_fn(struct session *s, const struct args *a, struct err *e);

struct verb {
	const char *
		name; /* NULL: the statement begins with what the pattern says (a node) */
	const char *pattern; /* "": no arguments */
	const char *help;    /* one line, no final stop */
	unsigned flags;	     /* of enum verb_flags */
	verb_fn *run;
	const char *details; /* more for `help VERB` and the manual: lines, examples; may
				be NULL */
};

/* What a word (or two) meant. Which member counts follows from the kind; see kinds.h. */
struct value {
	uint32_t node;	  /* NODE, END, IFACE; TARGET: 0 where it is a link */
	uint32_t link;	  /* LINK, IFACE, TARGET; 0 where an IFACE is a node's lo */
	int end;	  /* IFACE: which end of link */
	uint64_t number;  /* COUNT, RATE (bits a second), TIME (ns), BYTES, JOB …; END:
			     interface number + 1, 0: none typed; ENDADDR: 1 with a length
			   */
	struct ip ip;	  /* ADDR, ADDR/LEN, ENDADDR; PREFIX: family 0 for `default` */
	uint8_t mac[6];	  /* MAC */
	const char *text; /* the word as typed: names, files, kinds; COMMAND: the source
			     text of the rest */
};

/*
 * A captured argument. key says where it stood: the keyword that begins a
 * [ ] or { } branch around it, of the innermost that begins with one ("rate",
 * "ip"), else the kind's name ("LINK").
 * A keyword that was matched is captured too, with kind NULL and key its text.
 */
struct arg {
	const char *key;
	const struct kind *kind; /* NULL: a keyword */
	struct value value;
	const struct word *word; /* the first it took */
	size_t n_words;
	size_t nth; /* of the values with this key, from 0 */
};

struct args {
	VEC(struct arg) v;
	const struct statement *statement;
};

/* The i-th (from 0) captured value with that key; NULL: fewer were given. */
const struct value *args_get(const struct args *a, const char *key, size_t i);
size_t args_count(const struct args *a, const char *key);
/* Whether a keyword was typed: args_has(a, "none"). */
bool args_has(const struct args *a, const char *keyword);
/* The i-th argument behind a keyword, a value or a keyword too; NULL: it was not typed.
 */
const struct arg *args_behind(const struct args *a, const char *keyword, size_t i);
/* Shorthands with a default for what was not given. */
uint64_t args_number(const struct args *a, const char *key, uint64_t otherwise);
const char *args_text(const struct args *a, const char *key, const char *otherwise);
/* Puts the i-th such argument's place into e, which has been set; returns e's code. */
int args_blame(const struct args *a, const char *key, size_t i, struct err *e);

void args_free(struct args *a);

#endif
