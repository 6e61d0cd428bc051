/*
 * script.c — the statements of a text, one after the other, and their errors to the user.
 *
 * A command ends in one place, conclude(): there its error is printed with the
 * line it is in, its JSON object is written, and standard output is brought up
 * to date, so that whoever reads it sees each command's words when it ends.
 */
#include "shell/script.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "shell/check.h"
#include "shell/dispatch.h"
#include "shell/interrupt.h"
#include "shell/lab.h"
#include "shell/progress.h"

enum { FILE_MAX = 16 << 20, READ_CHUNK = 65536 };

/* A source text under way. */
struct run {
	struct session *s;
	const char *file; /* NULL: typed */
	struct lexer lexer;
	size_t n; /* bytes of the source; the lexer may have a part of them */
	/* where a line of the source begins: errors come in rising order */
	unsigned first_line, line;
	size_t line_at;
	size_t lines; /* for progress; 0: not known */
	int failure;  /* of the first statement that failed */
	unsigned failures;
	unsigned failed_line;
	unsigned broken; /* of s->check, before the statement under way */
};

/* ---- the statements of a text ---- */

/* The line of the source that an error is in. */
static const char *find_line(struct run *x, unsigned line, size_t *ret_n)
{
	const char *source = x->lexer.source, *end;

	if (line < x->line) {
		x->line = x->first_line;
		x->line_at = 0;
	}
	while (x->line < line) {
		const char *nl = memchr(source + x->line_at, '\n', x->n - x->line_at);

		if (!nl)
			break;
		x->line_at = (size_t)(nl - source) + 1;
		x->line++;
	}
	end = memchr(source + x->line_at, '\n', x->n - x->line_at);
	*ret_n = (end ? (size_t)(end - source) : x->n) - x->line_at;
	return source + x->line_at;
}

/* What follows a statement; st NULL: it could not even be read. */
static void conclude(struct run *x, const struct statement *st, int r, struct err *e)
{
	struct session *s = x->s;
	const char *line = NULL;
	size_t line_n = 0;
	int put;

	if (r < 0) {
		e->code = r;
		/* a block's failure is that of what is in it, which has been counted */
		if (s->check && s->check->broken == x->broken && check_takes(s, st, e))
			r = 0;
	}
	if (r < 0) {
		cleanup_free char *text = NULL;

		if (!e->place.line && st)
			e->place.line = st->words.v[0].place.line;
		if (e->place.line)
			line = find_line(x, e->place.line, &line_n);
		s->failed = true;
		if (x->failures++ == 0) {
			x->failure = r;
			x->failed_line = e->place.line;
		}
		output_error(&s->out, e, x->file, line, line_n);
		text = st ? NULL : mem_strndup(line ? line : "", line_n);
		timeline_log(s, st ? st->text : text, e);
		put = output_command_done(&s->out, st ? st->text : text, e, x->file);
	} else {
		timeline_log(s, st->text, NULL);
		put = output_command_done(&s->out, st->text, NULL, x->file);
	}
	if (put < 0) {
		struct err lost = ERR_INIT;

		err_sys(&lost, put, "standard output");
		output_error(&s->out, &lost, "espalier", NULL, 0);
		err_clear(&lost);
		s->failed = s->mute = true;
		if (x->failures++ == 0)
			x->failure = put;
	}
}

/* Whether the statements that follow are left out. */
static bool stops(struct run *x)
{
	struct session *s = x->s;

	if (interrupt_taken())
		s->interrupted = true;
	return s->leave || s->mute || s->interrupted || interrupt_ending() ||
	       (x->failures > 0 && !s->keep_going);
}

static void run_all(struct run *x)
{
	struct run *outer = x->s->run;

	x->s->run = x;
	while (!stops(x)) {
		struct statement st = { 0 };
		struct err e = ERR_INIT;
		json_t *around = x->s->out.result; /* of the `source` that runs this */
		unsigned planned = x->s->timeline.failures;
		int r;

		timeline_run_due(x->s);
		r = lex_next(&x->lexer, &st, &e);

		if (r == 0)
			break;
		x->s->out.result = NULL;
		x->broken = x->s->check ? x->s->check->broken : 0;
		progress_begin();
		if (x->lines)
			progress_show(x->s->hooks.cookie, x->file, x->lexer.line,
				      x->lines);
		if (r > 0)
			r = dispatch_statement(x->s, &st, &e);
		progress_end();
		conclude(x, st.words.n ? &st : NULL, r, &e);
		x->s->out.result = around;
		/* what the timeline did meanwhile has been told, but counts here too */
		if (x->s->timeline.failures > planned && x->failures++ == 0) {
			x->failure = -ECHILD;
			x->failed_line = x->lexer.line;
		}
		statement_free(&st);
		err_clear(&e);
	}
	x->s->run = outer;
}

static void run_begin(struct run *x, struct session *s, const char *file,
		      const char *source, size_t n, unsigned first_line)
{
	*x = (struct run){
		.s = s, .file = file, .n = n, .first_line = first_line, .line = first_line
	};
	lex_begin(&x->lexer, source, n);
	x->lexer.line = first_line;
}

int script_run(struct session *s, const char *file, const char *source, size_t n)
{
	struct run x;

	run_begin(&x, s, file, source, n, 1);
	run_all(&x);
	return x.failure;
}

int script_run_part(struct session *s, const char *file, const char *source, size_t n,
		    const struct part *p)
{
	struct run x;

	run_begin(&x, s, file, source, n, 1);
	x.lexer.at = p->at;
	x.lexer.n = p->end;
	x.lexer.line = p->line;
	x.lexer.line_start = p->line_start;
	run_all(&x);
	return x.failure;
}

int script_run_block(struct session *s, const struct word *block, struct err *e)
{
	struct run x;

	run_begin(&x, s, s->run->file, s->run->lexer.source, s->run->n,
		  s->run->first_line);
	lex_enter(&x.lexer, block);
	x.lexer.line = block->place.line;
	x.lexer.n = block->inside + strlen(block->text);
	s->blocks++;
	run_all(&x);
	s->blocks--;
	if (s->interrupted || interrupt_ending())
		return err_set(e, EINTR, "interrupted");
	if (x.failures == 0)
		return 0;
	return err_set(e, x.failure, "the block stopped at line %u", x.failed_line);
}

/* ---- files ---- */

static int stopped(const struct run *x, const char *path, struct err *e)
{
	if (x->s->interrupted || interrupt_ending())
		return err_set(e, EINTR, "%s: interrupted", path);
	if (x->failures == 0)
		return 0;
	if (x->s->keep_going)
		return err_set(e, x->failure, "%s: %u command%s failed", path,
			       x->failures, x->failures == 1 ? "" : "s");
	return err_set(e, x->failure, "%s: stopped at line %u", path, x->failed_line);
}

int script_run_file(struct session *s, const char *path, struct err *e)
{
	cleanup_free char *text = NULL;
	char real[PATH_MAX];
	struct run x;
	size_t n;
	int r;

	if (strcmp(path, "-") == 0) {
		if (s->interactive || s->stdin_is_script)
			return err_set(e, EINVAL,
				       "standard input is where commands "
				       "already come from");
		r = script_run_stream(s, STDIN_FILENO, "stdin");
		return r < 0 ? err_set(e, r, "stdin: stopped") : 0;
	}
	if (!realpath(path, real))
		return err_sys(e, errno, "%s", path);
	vec_each (&s->sources, under_way)
		if (strcmp(*under_way, real) == 0)
			return err_set(e, ELOOP, "%s: runs itself", path);
	r = file_read(path, FILE_MAX, &text, &n, e);
	if (r < 0)
		return r;
	vec_push(&s->sources, mem_strdup(real));
	run_begin(&x, s, path, text, n, 1);
	for (const char *p = text; (p = memchr(p, '\n', n - (size_t)(p - text))); p++)
		x.lines++;
	progress_begin();
	run_all(&x);
	progress_end();
	free(s->sources.v[--s->sources.n]);
	return stopped(&x, path, e);
}

/* ---- what arrives bit by bit ---- */

struct stream {
	struct session *s;
	const char *name;
	struct str text;
	size_t at;   /* where what has not run yet begins */
	size_t seen; /* whole lines up to here do not end a statement */
	unsigned line;
	bool ended;
	int failure;
};

static bool stream_stops(struct stream *in)
{
	if (interrupt_taken())
		in->s->interrupted = true;
	return in->s->leave || in->s->mute || in->s->interrupted || interrupt_ending() ||
	       (in->failure && !in->s->keep_going);
}

/* Whether a line that continues n bytes of open text may end what is open. */
static bool may_close(const char *text, size_t n, const char *line, size_t line_n)
{
	bool continued = n > 1 && (text[n - 2] == '\\' || text[n - 2] == '\r');

	return continued || memchr(line, '\'', line_n) || memchr(line, '"', line_n) ||
	       memchr(line, '}', line_n);
}

/* Whether the n bytes that wait are to run now; the line at `from` is new in them. */
static bool is_whole(const struct stream *in, size_t n, size_t from)
{
	const char *text = in->text.s + in->at;

	/* what is too long to be a statement is an error, not a wait for more */
	if (n > LEX_STATEMENT_MAX || (in->ended && in->at + n == in->text.n))
		return true;
	if (from > 0 && !may_close(text, from, text + from, n - from))
		return false;
	return !lex_is_open(text, n);
}

static void stream_run(struct stream *in)
{
	while (in->at < in->text.n && !stream_stops(in)) {
		const char *text = in->text.s + in->at;
		const char *nl =
			memchr(in->text.s + in->seen, '\n', in->text.n - in->seen);
		size_t n = nl ? (size_t)(nl - text) + 1 : in->text.n - in->at;
		size_t from = in->seen - in->at;
		struct run x;

		if (!nl && !in->ended)
			break;
		in->seen = in->at + n;
		if (!is_whole(in, n, from))
			continue;
		run_begin(&x, in->s, in->name, text, n, in->line);
		run_all(&x);
		if (!in->failure)
			in->failure = x.failure;
		for (size_t i = 0; i < n; i++)
			in->line += text[i] == '\n';
		in->at = in->seen;
	}
	if (in->at > 0) {
		memmove(in->text.s, in->text.s + in->at, in->text.n - in->at);
		in->text.n -= in->at;
		in->seen -= in->at;
		in->at = 0;
	}
}

int script_run_stream(struct session *s, int fd, const char *name)
{
	struct stream in = { .s = s, .name = name, .line = 1 };
	cleanup_free char *chunk = mem_alloc(READ_CHUNK);
	bool was_script = s->stdin_is_script;

	s->stdin_is_script = true;
	while (!in.ended && !stream_stops(&in)) {
		ssize_t got;

		if (!interrupt_wait_until(fd, timeline_next(s))) {
			interrupt_resized();
			timeline_run_due(s);
			continue;
		}
		got = read(fd, chunk, READ_CHUNK);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got > 0)
			str_addn(&in.text, chunk, (size_t)got);
		in.ended = got <= 0 || in.text.n > FILE_MAX;
		stream_run(&in);
	}
	str_free(&in.text);
	s->stdin_is_script = was_script;
	return in.failure;
}
