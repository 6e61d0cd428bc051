/*
 * lex_word.c — a word with its quotes, a byte (or UTF-8 character) at a time.
 */
#include "lang/lex_word.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static bool one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

size_t lex_newline_at(const struct lexer *x, size_t i)
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
	newline = lex_newline_at(x, i + 1);
	return newline ? 1 + newline : 0;
}

void lex_pass_newline(struct lexer *x, size_t length)
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

struct place lex_place_at(const struct lexer *x, size_t pos, size_t length)
{
	return (struct place){ .line = x->line,
			       .column = (unsigned)(pos - x->line_start) + 1,
			       .length = length ? (unsigned)length : 1 };
}

enum ending lex_refuse(struct lexer *x, struct place place, const char *msg,
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
	return lex_refuse(x, lex_place_at(x, pos, 1), "a NUL byte in the text",
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
	size_t length = utf8_length(c, x->n - x->at), newline = lex_newline_at(x, x->at);

	if (quoted && newline) {
		str_addn(&s->text, "\n", 1);
		lex_pass_newline(x, newline);
		return END_WORD;
	}
	if (*c == '\0')
		return refuse_nul(x, x->at, e);
	if (length == 0)
		return lex_refuse(x, lex_place_at(x, x->at, 1), "not valid UTF-8",
				  "the text is to be in UTF-8", e);
	/* U+0080 to U+009F are control characters too */
	if ((iscntrl(*c) && !(quoted && *c == '\t')) || (*c == 0xc2 && c[1] < 0xa0))
		return lex_refuse(
			x, lex_place_at(x, x->at, length),
			"a control character in the text",
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
	return lex_refuse(x, lex_place_at(open, open->at, 1), msg,
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
			lex_pass_newline(x, continued - 1);
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

bool lex_ends_word(const struct lexer *x)
{
	return x->at >= x->n || one_of(x->source[x->at], " \t;") ||
	       lex_newline_at(x, x->at);
}

enum ending lex_scan_word(struct lexer *x, size_t statement_at, struct scan *s,
			  struct err *e)
{
	const struct lexer begin = *x;
	enum ending how = END_WORD;
	const char *newline;

	s->word = (struct word){ .at = x->at };
	while (how == END_WORD && !lex_ends_word(x)) {
		size_t continued = continuation_at(x, x->at);
		char c = x->source[x->at];

		if (x->at - statement_at >= LEX_STATEMENT_MAX)
			return lex_refuse(x, lex_place_at(&begin, begin.at, 1),
					  "the statement is longer than 65536 bytes",
					  "part it into several", e);
		if (continued) {
			x->at++;
			if (continued > 1)
				lex_pass_newline(x, continued - 1);
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
	s->word.place = lex_place_at(&begin, begin.at,
				     newline ? (size_t)(newline - x->source) - s->word.at
					     : s->word.len);
	return how;
}

bool lex_skip_blanks(struct lexer *x)
{
	bool continued = false;

	while (x->at < x->n) {
		size_t length = continuation_at(x, x->at);

		if (length) {
			x->at++;
			if (length > 1)
				lex_pass_newline(x, length - 1);
			continued = true;
		} else if (x->source[x->at] == ' ' || x->source[x->at] == '\t') {
			x->at++;
		} else {
			return false;
		}
	}
	return continued;
}

enum ending lex_skip_comment(struct lexer *x, struct err *e)
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
