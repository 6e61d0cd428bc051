/*
 * output.c — what is said to people, and one JSON object a command to programs.
 *
 * An error shows the line it is in without its indentation; a line that is too
 * long for the window is cut on either side of what the caret underlines.
 */
#include "shell/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "shell/progress.h"
#include "shell/text.h"

enum { WIDTH_DEFAULT = 80, INDENT = 4 };

static bool may_colour(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

void output_begin(struct output *o, bool json)
{
	*o = (struct output){
		.json = json,
		.terminal = isatty(STDOUT_FILENO),
		.colour = may_colour(STDOUT_FILENO),
		.err_colour = may_colour(STDERR_FILENO),
	};
}

void output_end(struct output *o)
{
	json_decref(o->result);
	o->result = NULL;
}

unsigned output_width(const struct output *o)
{
	struct winsize w;

	if (!o->terminal)
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0 || w.ws_col == 0)
		return WIDTH_DEFAULT;
	return w.ws_col;
}

const char *style_on(enum style style, bool colour)
{
	static const char *const codes[] = {
		[STYLE_PLAIN] = "",	    [STYLE_GOOD] = "\033[32m",
		[STYLE_BAD] = "\033[31m",   [STYLE_DIM] = "\033[2m",
		[STYLE_STRONG] = "\033[1m",
	};

	return colour ? codes[style] : "";
}

const char *style_off(enum style style, bool colour)
{
	return colour && style != STYLE_PLAIN ? "\033[0m" : "";
}

void output_say(struct output *o, enum style style, const char *fmt, ...)
{
	FILE *f = o->json ? stderr : stdout;
	bool colour = o->json ? o->err_colour : o->colour;
	cleanup_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = mem_vprintf(fmt, ap);
	va_end(ap);
	progress_erase();
	fprintf(f, "%s%s%s\n", style_on(style, colour), text, style_off(style, colour));
}

void output_result(struct output *o, json_t *result)
{
	json_decref(o->result);
	o->result = result;
}

/* ---- errors ---- */

/* Start of the character before at. */
static size_t back(const char *s, size_t at)
{
	do
		at--;
	while (at > 0 && ((unsigned char)s[at] & 0xc0) == 0x80);
	return at;
}

/* The source line and the caret under bytes [at, at + len) of it. */
static void add_source(struct str *b, const char *line, size_t n, size_t at, size_t len,
		       bool caret, unsigned width, bool colour)
{
	size_t room = width > INDENT + 20 ? width - INDENT - 1 : 20, from = 0, to, under;
	bool cut = false;

	while (from < n && (from < at || !caret) && line[from] == ' ')
		from++;
	at = caret ? at : from;
	if (str_width(line + from, n - from) > room) {
		size_t first = from;

		/* what is marked, two thirds into the window, unless it is near the start
		 */
		if (str_width(line + from, at - from) > room * 2 / 3) {
			from = at;
			while (from > first &&
			       str_width(line + from, at - from) < room / 2)
				from = back(line, from);
			cut = from > first;
		}
		to = from + text_fit(line + from, n - from, room - 1 - cut);
	} else {
		to = n;
	}
	str_addf(b, "%*s%s%.*s%s\n", INDENT, "", cut ? "…" : "", (int)(to - from),
		 line + from, to < n ? "…" : "");
	if (!caret)
		return;
	if (at + len > to)
		len = to > at ? to - at : 1;
	under = at < to ? str_width(line + at, len) : 1;
	str_addf(b, "%*s%s^", (int)(INDENT + cut + str_width(line + from, at - from)), "",
		 style_on(STYLE_GOOD, colour));
	for (size_t i = 1; i < under; i++)
		str_add(b, "~");
	str_addf(b, "%s\n", style_off(STYLE_GOOD, colour));
}

char *error_text(const struct err *e, const char *file, const char *line, size_t line_n,
		 unsigned width, bool colour)
{
	const struct place *p = &e->place;
	struct str b = { 0 };

	if (file && p->line && p->column)
		str_addf(&b, "%s:%u:%u: ", file, p->line, p->column);
	else if (file && p->line)
		str_addf(&b, "%s:%u: ", file, p->line);
	else if (file)
		str_addf(&b, "%s: ", file);
	else
		str_addf(&b, "%serror:%s ", style_on(STYLE_BAD, colour),
			 style_off(STYLE_BAD, colour));
	str_addf(&b, "%s\n", e->msg ? e->msg : strerror(-e->code));
	if (line && (p->column || file)) {
		cleanup_free char *clean = text_clean(line, line_n);
		size_t at = p->column ? p->column - 1 : 0;

		while (line_n > 0 && clean[line_n - 1] == ' ' && line_n > at)
			line_n--;
		if (at > line_n)
			at = line_n;
		add_source(&b, clean, line_n, at, p->length ? p->length : 1,
			   p->column != 0, width ? width : WIDTH_DEFAULT, colour);
	}
	if (e->hint)
		str_addf(&b, "  %s\n", e->hint);
	return str_take(&b);
}

void output_error(struct output *o, const struct err *e, const char *file,
		  const char *line, size_t line_n)
{
	cleanup_free char *text =
		error_text(e, file, line, line_n, output_width(o), o->err_colour);

	progress_erase();
	fflush(stdout);
	fputs(text, stderr);
	fflush(stderr);
}

/* ---- JSON ---- */

static json_t *text_or_null(const char *s)
{
	return s ? text_json(s, strlen(s)) : json_null();
}

static json_t *number_or_null(unsigned n)
{
	return n ? json_integer(n) : json_null();
}

static json_t *error_json(const struct err *e, const char *file)
{
	json_t *j = json_object();

	json_object_set_new(j, "message",
			    text_or_null(e->msg ? e->msg : strerror(-e->code)));
	json_object_set_new(j, "hint", text_or_null(e->hint));
	json_object_set_new(j, "file", text_or_null(file));
	json_object_set_new(j, "line", number_or_null(e->place.line));
	json_object_set_new(j, "column", number_or_null(e->place.column));
	return j;
}

static void write_json(struct output *o, const char *command, const struct err *e,
		       const char *file)
{
	json_t *j = json_object();

	json_object_set_new(j, "command", text_or_null(command));
	json_object_set_new(j, "ok", json_boolean(!e));
	if (o->planned)
		json_object_set_new(j, "planned", json_true());
	/* a command that failed may have a result too: pings, some of them lost */
	if (!e || o->result)
		json_object_set_new(j, "result",
				    o->result ? json_incref(o->result) : json_null());
	if (e)
		json_object_set_new(j, "error", error_json(e, file));
	json_dumpf(j, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(j);
}

int output_command_done(struct output *o, const char *command, const struct err *e,
			const char *file)
{
	if (o->json)
		write_json(o, command, e, file);
	output_result(o, NULL);
	errno = 0;
	if (fflush(stdout) == EOF || ferror(stdout)) {
		clearerr(stdout);
		return errno ? -errno : -EIO;
	}
	return 0;
}
