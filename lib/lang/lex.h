/*
 * lex.h — text to statements: words, quotes, comments.
 *
 * As in sh: blanks part words; ';' and newline part statements; '#' at the
 * start of a word begins a comment; 'single' and "double" quotes (in these
 * \" \\ \$ \` are escapes), backslash quotes one character and continues a
 * line at its end. A lone '&' or one that ends the last word puts the
 * statement into the background. A lone '{' begins a block, one word of the
 * statement, that goes to the lone '}' belonging to it; inside are statements,
 * maybe with blocks of their own. Everything else is an ordinary character.
 */
#ifndef LANG_LEX_H
#define LANG_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/vec.h"

enum {
	LEX_STATEMENT_MAX = 65536, /* bytes; longer ones are refused */
	LEX_BLOCK_DEPTH = 16,	   /* blocks in each other */
};

struct word {
	char *text;	/* without quotes; owned by the statement */
	size_t at, len; /* where it stands in the source, quotes included */
	struct place place;
	bool quoted; /* had a quote or backslash: never a keyword or node's command */
	/*
	 * Has a character that means something to sh: one of | & < > ( ) $ ` * ? [ ~
	 * without quotes, or $ or ` in double quotes.
	 */
	bool shell_syntax;
	/* A block: text is what stands between the braces, inside where that is in the
	 * source that was lexed. */
	bool block;
	size_t inside;
};

struct statement {
	VEC(struct word) words;
	char *text; /* source of the statement, from its first word to its last; owned */
	size_t at;  /* where that begins in the source */
	bool background; /* ended in '&', which is no word */
};

struct lexer {
	const char *source; /* borrowed; n bytes */
	size_t n, at;
	unsigned line; /* of at; from 1 */
	size_t line_start;
};

void lex_begin(struct lexer *x, const char *source, size_t n);

/* Moves to the beginning of a block of that source, which must end with it: x->n. */
void lex_enter(struct lexer *x, const struct word *block);

/*
 * The next statement with at least one word: 1, and *ret is to be freed by
 * statement_free(); 0 at the end; -EINVAL for an unbalanced quote, a NUL
 * byte, a control character, invalid UTF-8, too long a statement, or a brace
 * without its other, with the place. After an error the lexer stands at the end
 * of that statement's line, so a caller may go on; behind its block, if it has one.
 */
int lex_next(struct lexer *x, struct statement *ret, struct err *e);

/* Whether the text ends inside a quote or block, or after a continuing backslash: a
 * prompt asks for more. */
bool lex_is_open(const char *source, size_t n);

/*
 * The statement that is being typed where the text ends, for completion. It
 * has at least one word: the last is the one to complete, empty behind a
 * blank, and an open quote counts as closed. False (and nothing to free) in a
 * comment and behind an error.
 */
bool lex_unfinished(const char *source, size_t n, struct statement *ret);

void statement_free(struct statement *s);

/* text as one word of the language: itself, or quoted where it must be; free() it. */
char *lex_quote(const char *text);

#endif
