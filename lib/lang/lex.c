/*
 * lex.c — one pass over the text.
 *
 * scan_statement() reads the words (lex_word.h) up to ';' or the end of the line,
 * scan_block() the statements of a block, which it only passes: who runs the block
 * lexes it again. How a statement ended is an enum
 * ending, from which lex_next(), lex_is_open() and lex_unfinished() take what they ask.
 */
#include "lang/lex.h"

#include <errno.h>
#include <string.h>

#include "lang/lex_word.h"

void lex_begin(struct lexer *x, const char *source, size_t n)
{
	*x = (struct lexer){ .source = source, .n = n, .line = 1 };
}

void lex_enter(struct lexer *x, const struct word *block)
{
	x->at = block->inside;
	x->line = block->place.line;
	x->line_start = block->inside - block->place.column;
}

/* Takes a final '&' off the words; some is left. */
static void strip_ampersand(struct statement *st)
{
	struct word *last = &st->words.v[st->words.n - 1];

	st->background = true;
	last->text[strlen(last->text) - 1] = '\0';
	last->len--;
	last->place.length--;
	if (last->len == 0) {
		free(last->text);
		st->words.n--;
	}
}

static enum ending scan_statement(struct lexer *x, struct statement *st,
				  unsigned *ret_ampersands, unsigned depth,
				  struct err *e);

/* Whether the brace stands here as a word of its own. */
static bool lone(const struct lexer *x, char brace)
{
	struct lexer behind = *x;

	behind.at++;
	return x->source[x->at] == brace && lex_ends_word(&behind);
}

/* Whether a statement is nothing but that. */
static bool is_bare_ampersand(const struct statement *st, unsigned ampersands)
{
	return ampersands == 1 && st->words.n == 1 && st->words.v[0].len == 1;
}

static void refuse_ampersand(struct place place, struct err *e)
{
	place.length = 1;
	err_set(e, EINVAL, "'&' without a command");
	err_hint(e, "'&' at the end of a command lets it run in the background");
	if (e)
		e->place = place;
}

/* From behind the '{' to the '}' that closes it; the first error is told. */
static enum ending pass_block(struct lexer *x, unsigned depth, struct err *e)
{
	enum ending how, all = END_WORD;

	do {
		struct statement st;
		unsigned ampersands;

		how = scan_statement(x, &st, &ampersands, depth + 1,
				     all == END_ERROR ? NULL : e);
		if (how != END_ERROR && all != END_ERROR &&
		    is_bare_ampersand(&st, ampersands)) {
			refuse_ampersand(st.words.v[0].place, e);
			all = END_ERROR;
		}
		statement_free(&st);
		if (how == END_ERROR)
			all = how;
	} while (how == END_PARTED || (how == END_ERROR && x->at < x->n));
	if (how == END_CLOSED) {
		x->at++;
		return all;
	}
	/* it is not closed: END_BLANK where that is all, and still to be told */
	return how == END_QUOTE || how == END_BLOCK || all == END_ERROR ? END_QUOTE
									: END_BLANK;
}

/* A block as a word of its statement. One that is not closed takes the rest of the text.
 */
static enum ending scan_block(struct lexer *x, size_t statement_at, unsigned depth,
			      struct word *ret, struct err *e)
{
	const struct lexer begin = *x;
	struct lexer there = begin;
	const struct place place = lex_place_at(&begin, begin.at, 1);
	enum ending how;

	x->at++;
	*ret = (struct word){ .at = begin.at,
			      .len = 1,
			      .place = place,
			      .quoted = true,
			      .block = true,
			      .inside = x->at };
	ret->text = mem_strdup("");
	if (depth == LEX_BLOCK_DEPTH)
		return lex_refuse(x, place, "blocks are nested too deeply", NULL, e);
	how = pass_block(x, depth, e);
	if (how != END_WORD && how != END_ERROR) {
		if (how == END_BLANK)
			lex_refuse(&there, place, "a { is not closed",
				   "a block ends with a } that stands alone", e);
		x->at = x->n;
		return END_BLOCK;
	}
	if (how == END_WORD && x->at - statement_at > LEX_STATEMENT_MAX)
		return lex_refuse(x, place, "the statement is longer than 65536 bytes",
				  "part it into several", e);
	free(ret->text);
	ret->text = mem_strndup(x->source + ret->inside, x->at - 1 - ret->inside);
	ret->len = x->at - ret->at;
	return how;
}

/*
 * The words up to the end of a statement, which may have none; *ret_ampersands
 * is how many unquoted '&' the last one ends in. The caller frees what is in
 * st whatever the ending is. depth: of the blocks around it.
 */
static enum ending scan_statement(struct lexer *x, struct statement *st,
				  unsigned *ret_ampersands, unsigned depth, struct err *e)
{
	*st = (struct statement){ 0 };
	*ret_ampersands = 0;
	for (;;) {
		struct scan s = { 0 };
		enum ending how;
		size_t newline;

		if (lex_skip_blanks(x))
			return END_CONTINUED;
		if (x->at >= x->n)
			return END_BLANK;
		if (x->source[x->at] == '#' && lex_skip_comment(x, e) == END_ERROR)
			return END_ERROR;
		if (x->at >= x->n)
			return END_COMMENT;
		newline = lex_newline_at(x, x->at);
		if (newline) {
			lex_pass_newline(x, newline);
			return END_PARTED;
		}
		if (x->source[x->at] == ';') {
			x->at++;
			return END_PARTED;
		}
		if (lone(x, '}') && depth)
			return END_CLOSED;
		if (lone(x, '}') && st->words.n == 0)
			return lex_refuse(x, lex_place_at(x, x->at, 1),
					  "a } without a { before it", NULL, e);
		if (*ret_ampersands)
			st->words.v[st->words.n - 1].shell_syntax = true;
		if (st->words.n == 0)
			st->at = x->at;
		if (lone(x, '{')) {
			how = scan_block(x, st->at, depth, &s.word, e);
		} else {
			how = lex_scan_word(x, st->at, &s, e);
			s.word.text = str_take(&s.text);
		}
		vec_push(&st->words, s.word);
		*ret_ampersands = s.ampersands;
		if (how != END_WORD || x->at >= x->n)
			return how;
	}
}

static void keep_source(const struct lexer *x, struct statement *st)
{
	const struct word *last = &st->words.v[st->words.n - 1];

	st->text = mem_strndup(x->source + st->at, last->at + last->len - st->at);
}

int lex_next(struct lexer *x, struct statement *ret, struct err *e)
{
	struct statement st;
	enum ending how;

	do {
		unsigned ampersands;

		how = scan_statement(x, &st, &ampersands, 0, e);
		if (how == END_ERROR || how == END_QUOTE || how == END_BLOCK) {
			statement_free(&st);
			return -EINVAL;
		}
		if (st.words.n == 0)
			continue;
		if (is_bare_ampersand(&st, ampersands)) {
			refuse_ampersand(st.words.v[0].place, e);
			statement_free(&st);
			return -EINVAL;
		}
		if (ampersands == 1)
			strip_ampersand(&st);
		else if (ampersands)
			st.words.v[st.words.n - 1].shell_syntax = true;
		keep_source(x, &st);
		*ret = st;
		return 1;
	} while (how == END_PARTED);
	statement_free(&st);
	return 0;
}

bool lex_is_open(const char *source, size_t n)
{
	struct lexer x;
	enum ending how;

	lex_begin(&x, source, n);
	do {
		struct statement st;
		unsigned ampersands;

		how = scan_statement(&x, &st, &ampersands, 0, NULL);
		statement_free(&st);
	} while (how == END_PARTED || how == END_ERROR);
	return how == END_QUOTE || how == END_CONTINUED || how == END_BLOCK;
}

bool lex_unfinished(const char *source, size_t n, struct statement *ret)
{
	struct statement st;
	enum ending how;
	struct lexer x;

	lex_begin(&x, source, n);
	for (;;) {
		unsigned ampersands;

		how = scan_statement(&x, &st, &ampersands, 0, NULL);
		if (how == END_BLOCK) { /* the statement is in there */
			const struct word *block = &st.words.v[st.words.n - 1];

			lex_enter(&x, block);
		} else if (how != END_PARTED && how != END_ERROR) {
			break;
		}
		statement_free(&st);
		if (how == END_ERROR && x.at >= x.n)
			return false;
	}
	if (how == END_COMMENT) {
		statement_free(&st);
		return false;
	}
	/* behind a blank a new word begins; a continued one goes on or begins anew */
	if (st.words.n == 0 || how == END_BLANK ||
	    (how == END_CONTINUED &&
	     st.words.v[st.words.n - 1].at + st.words.v[st.words.n - 1].len < n)) {
		struct word empty = { .text = mem_strdup(""),
				      .at = n,
				      .place = lex_place_at(&x, x.at, 0) };

		if (st.words.n == 0)
			st.at = n;
		vec_push(&st.words, empty);
	}
	keep_source(&x, &st);
	*ret = st;
	return true;
}
