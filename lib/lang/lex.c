/*
 * lex.c — one pass over the text, a byte (or UTF-8 character) at a time.
 *
 * scan_word() reads a word with its quotes, scan_statement() the words up to
 * ';' or the end of the line, scan_block() the statements of a block, which it
 * only passes: who runs the block lexes it again. How a statement ended is an enum
 * ending, from which lex_next(), lex_is_open() and lex_unfinished() take what they ask.
 */
#include "lang/lex.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/str.h"

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

static bool one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* Length of the line's end here: "\n", "\r\n", or "\r" at the very end; 0: none. */
static size_t newline_at(const struct lexer *x, size_t i)
{
	if (i < x->n && x->source[i] == '\n')
		return 1;
	if (i < x->n && x->source[i] == '\r') {
		if (i + 1 == x->n)
			return 1;
		return x->source[i + 1] == '\n' ? 2 : 0;
	}
	return 0;
}

/* Length of a backslash that continues the line, with the line's end; 0: none here. */
static size_t continuation_at(const struct lexer *x, size_t i)
{
	size_t newline;

	if (i >= x->n || x->source[i] != '\\')
		return 0;
	if (i + 1 == x->n)
		return 1;
	newline = newline_at(x, i + 1);
	return newline ? 1 + newline : 0;
}

static void pass_newline(struct lexer *x, size_t length)
{
	x->at += length;
	x->line++;
	x->line_start = x->at;
}

/* Moves to the end of the line that pos is on, which is where a caller goes on. */
static void skip_line(struct lexer *x, size_t pos)
{
	const char *end = pos < x->n ? memchr(x->source + pos, '\n', x->n - pos) : NULL;

	x->at = end ? (size_t)(end - x->source) : x->n;
}

static struct place place_at(const struct lexer *x, size_t pos, size_t length)
{
	return (struct place){ .line = x->line,
			       .column = (unsigned)(pos - x->line_start) + 1,
			       .length = length ? (unsigned)length : 1 };
}

static enum ending refuse(struct lexer *x, struct place place, const char *msg,
			  const char *hint, struct err *e)
{
	err_set(e, EINVAL, "%s", msg);
	if (hint)
		err_hint(e, "%s", hint);
	if (e)
		e->place = place;
	skip_line(x, x->at);
	return END_ERROR;
}

static enum ending refuse_nul(struct lexer *x, size_t pos, struct err *e)
{
	return refuse(x, place_at(x, pos, 1), "a NUL byte in the text",
		      "this does not look like a text file", e);
}

/* Length of the valid UTF-8 character (RFC 3629) at s, at most n bytes; 0: it is none. */
static size_t utf8_length(const unsigned char *s, size_t n)
{
	unsigned char low = 0x80, high = 0xbf; /* of the second byte */
	size_t length;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf) {
		length = 2;
	} else if ((s[0] & 0xf0) == 0xe0) {
		length = 3;
		if (s[0] == 0xe0)
			low = 0xa0; /* shorter forms exist */
		if (s[0] == 0xed)
			high = 0x9f; /* surrogates */
	} else if (s[0] >= 0xf0 && s[0] <= 0xf4) {
		length = 4;
		if (s[0] == 0xf0)
			low = 0x90;
		if (s[0] == 0xf4)
			high = 0x8f; /* beyond U+10FFFF */
	} else {
		return 0;
	}
	if (n < length || s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

/* Takes one character into the word; tabs and newlines only where quoted. */
static enum ending take(struct lexer *x, struct scan *s, bool quoted, struct err *e)
{
	const unsigned char *c = (const unsigned char *)x->source + x->at;
	size_t length = utf8_length(c, x->n - x->at), newline = newline_at(x, x->at);

	if (quoted && newline) {
		str_addn(&s->text, "\n", 1);
		pass_newline(x, newline);
		return END_WORD;
	}
	if (*c == '\0')
		return refuse_nul(x, x->at, e);
	if (length == 0)
		return refuse(x, place_at(x, x->at, 1), "not valid UTF-8",
			      "the text is to be in UTF-8", e);
	/* U+0080 to U+009F are control characters too */
	if ((iscntrl(*c) && !(quoted && *c == '\t')) || (*c == 0xc2 && c[1] < 0xa0))
		return refuse(
			x, place_at(x, x->at, length), "a control character in the text",
			"only blanks, tabs and newlines may stand between words", e);
	str_addn(&s->text, (const char *)c, length);
	x->at += length;
	return END_WORD;
}

static enum ending refuse_open(struct lexer *x, const struct lexer *open, struct err *e)
{
	char msg[] = "a ? is not closed";

	msg[2] = open->source[open->at];
	*x = *open;
	return refuse(x, place_at(open, open->at, 1), msg,
		      "a quote ends with the character it began with", e);
}

/* What stands in quotes, from the opening one to behind the closing one. */
static enum ending scan_quotes(struct lexer *x, struct scan *s, struct err *e)
{
	const struct lexer open = *x;
	char quote = x->source[x->at++];

	s->word.quoted = true;
	for (;;) {
		size_t continued = quote == '"' ? continuation_at(x, x->at) : 0;
		char c;

		if (x->at >= x->n) {
			refuse_open(x, &open, e);
			return END_QUOTE;
		}
		if (x->at - s->word.at > LEX_STATEMENT_MAX)
			return refuse_open(x, &open, e);
		if (continued == 1) { /* the text ends here */
			x->at++;
			continue;
		}
		if (continued) {
			x->at++;
			pass_newline(x, continued - 1);
			continue;
		}
		c = x->source[x->at];
		if (c == quote) {
			x->at++;
			return END_WORD;
		}
		if (quote == '"' && c == '\\' && one_of(x->source[x->at + 1], "\"\\$`"))
			x->at++;
		else if (quote == '"' && one_of(c, "$`"))
			s->word.shell_syntax = true;
		if (take(x, s, true, e) == END_ERROR)
			return END_ERROR;
	}
}

static bool ends_word(const struct lexer *x)
{
	return x->at >= x->n || one_of(x->source[x->at], " \t;") || newline_at(x, x->at);
}

/* One word up to the blank, ';' or line's end behind it. */
static enum ending scan_word(struct lexer *x, size_t statement_at, struct scan *s,
			     struct err *e)
{
	const struct lexer begin = *x;
	enum ending how = END_WORD;
	const char *newline;

	s->word = (struct word){ .at = x->at };
	while (how == END_WORD && !ends_word(x)) {
		size_t continued = continuation_at(x, x->at);
		char c = x->source[x->at];

		if (x->at - statement_at >= LEX_STATEMENT_MAX)
			return refuse(x, place_at(&begin, begin.at, 1),
				      "the statement is longer than 65536 bytes",
				      "part it into several", e);
		if (continued) {
			x->at++;
			if (continued > 1)
				pass_newline(x, continued - 1);
			how = x->at >= x->n ? END_CONTINUED : END_WORD;
			continue;
		}
		if (c != '&' && s->ampersands)
			s->word.shell_syntax = true;
		s->ampersands = c == '&' ? s->ampersands + 1 : 0;
		if (c == '\'' || c == '"') {
			how = scan_quotes(x, s, e);
		} else if (c == '\\') {
			s->word.quoted = true;
			x->at++;
			how = take(x, s, true, e);
		} else {
			s->word.shell_syntax |= one_of(c, "|<>()$`*?[~");
			how = take(x, s, false, e);
		}
	}
	if (how == END_ERROR)
		return how;
	/* an open quote moved x back to itself, for the caller who goes on */
	s->word.len = (how == END_QUOTE ? x->n : x->at) - s->word.at;
	newline = memchr(x->source + s->word.at, '\n', s->word.len);
	s->word.place = place_at(&begin, begin.at,
				 newline ? (size_t)(newline - x->source) - s->word.at
					 : s->word.len);
	return how;
}

/* Blanks and continued lines; true: a continuing backslash came last. */
static bool skip_blanks(struct lexer *x)
{
	bool continued = false;

	while (x->at < x->n) {
		size_t length = continuation_at(x, x->at);

		if (length) {
			x->at++;
			if (length > 1)
				pass_newline(x, length - 1);
			continued = true;
		} else if (x->source[x->at] == ' ' || x->source[x->at] == '\t') {
			x->at++;
		} else {
			return false;
		}
	}
	return continued;
}

/* Any bytes but NUL, which would end the text of a block around it. */
static enum ending skip_comment(struct lexer *x, struct err *e)
{
	struct lexer end = *x;
	const char *nul;

	skip_line(&end, x->at);
	nul = memchr(x->source + x->at, '\0', end.at - x->at);
	if (nul)
		return refuse_nul(x, (size_t)(nul - x->source), e);
	*x = end;
	return END_COMMENT;
}

/* Takes a final '&' off the words; the statement may have none then. */
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
	return x->source[x->at] == brace && ends_word(&behind);
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
	const struct place place = place_at(&begin, begin.at, 1);
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
		return refuse(x, place, "blocks are nested too deeply", NULL, e);
	how = pass_block(x, depth, e);
	if (how != END_WORD && how != END_ERROR) {
		if (how == END_BLANK)
			refuse(&there, place, "a { is not closed",
			       "a block ends with a } that stands alone", e);
		x->at = x->n;
		return END_BLOCK;
	}
	if (how == END_WORD && x->at - statement_at > LEX_STATEMENT_MAX)
		return refuse(x, place, "the statement is longer than 65536 bytes",
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

		if (skip_blanks(x))
			return END_CONTINUED;
		if (x->at >= x->n)
			return END_BLANK;
		if (x->source[x->at] == '#' && skip_comment(x, e) == END_ERROR)
			return END_ERROR;
		if (x->at >= x->n)
			return END_COMMENT;
		newline = newline_at(x, x->at);
		if (newline) {
			pass_newline(x, newline);
			return END_PARTED;
		}
		if (x->source[x->at] == ';') {
			x->at++;
			return END_PARTED;
		}
		if (lone(x, '}') && depth)
			return END_CLOSED;
		if (lone(x, '}') && st->words.n == 0)
			return refuse(x, place_at(x, x->at, 1),
				      "a } without a { before it", NULL, e);
		if (*ret_ampersands)
			st->words.v[st->words.n - 1].shell_syntax = true;
		if (st->words.n == 0)
			st->at = x->at;
		if (lone(x, '{')) {
			how = scan_block(x, st->at, depth, &s.word, e);
		} else {
			how = scan_word(x, st->at, &s, e);
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
		struct place begin;
		unsigned ampersands;

		how = scan_statement(x, &st, &ampersands, 0, e);
		if (how == END_ERROR || how == END_QUOTE || how == END_BLOCK) {
			statement_free(&st);
			return -EINVAL;
		}
		if (st.words.n == 0)
			continue;
		begin = st.words.v[0].place;
		if (ampersands == 1)
			strip_ampersand(&st);
		else if (ampersands)
			st.words.v[st.words.n - 1].shell_syntax = true;
		if (st.words.n) {
			keep_source(x, &st);
			*ret = st;
			return 1;
		}
		statement_free(&st);
		err_set(e, EINVAL, "'&' without a command");
		err_hint(e, "'&' at the end of a command lets it run in the background");
		if (e)
			e->place = (struct place){ begin.line, begin.column, 1 };
		return -EINVAL;
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
				      .place = place_at(&x, x.at, 0) };

		if (st.words.n == 0)
			st.at = n;
		vec_push(&st.words, empty);
	}
	keep_source(&x, &st);
	*ret = st;
	return true;
}
