/*
 * lex_word.h — words, and what is between them: for lex.c.
 *
 * x->at is where the text is read next; what these pass is behind it afterwards.
 */
#ifndef LANG_LEX_WORD_H
#define LANG_LEX_WORD_H

#include "base/str.h"
#include "lang/lex.h"

/* How what was read ended. */
enum ending {
	END_PARTED,    /* at ';', a newline or a comment */
	END_BLANK,     /* the text ended behind a blank, or before any word */
	END_WORD,      /* the text ended right behind a word */
	END_CONTINUED, /* … behind a continuing backslash */
	END_QUOTE,     /* … inside a quote: an error, but for completion */
	END_COMMENT,   /* … inside a comment */
	END_BLOCK,     /* … inside a block: an error, but for completion */
	END_CLOSED,    /* at the '}' that closes the block around it */
	END_ERROR,
};

/* A word under way. */
struct scan {
	struct str text;
	struct word word;
	unsigned ampersands; /* unquoted '&' that the word ends in so far */
};

/* Length of the line's end at i: "\n", "\r\n", or "\r" at the very end; 0: none. */
size_t lex_newline_at(const struct lexer *x, size_t i);
void lex_pass_newline(struct lexer *x, size_t length);
/* A comment, up to the end of its line: END_COMMENT. It has any bytes but NUL, which
 * would end the text of a block around it. */
enum ending lex_skip_comment(struct lexer *x, struct err *e);

/* The place of length bytes at pos; at least one. */
struct place lex_place_at(const struct lexer *x, size_t pos, size_t length);
/* END_ERROR, with e filled (hint may be NULL), and behind the line. */
enum ending lex_refuse(struct lexer *x, struct place place, const char *msg,
		       const char *hint, struct err *e);

/* Whether a word that goes up to here is over. */
bool lex_ends_word(const struct lexer *x);
/* One word up to the blank, ';' or line's end behind it. */
enum ending lex_scan_word(struct lexer *x, size_t statement_at, struct scan *s,
			  struct err *e);
/* Blanks and continued lines; true: a continuing backslash came last. */
bool lex_skip_blanks(struct lexer *x);

#endif
