/*
 * check.c — see check.h.
 *
 * A grader's standard output is for its TAP alone: what the lab prints goes to
 * standard error meanwhile.
 */
#include "shell/check.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "shell/handlers.h"
#include "shell/interrupt.h"
#include "shell/lab.h"
#include "shell/lesson.h"
#include "shell/script.h"
#include "shell/text.h"

uint64_t check_patience(const struct check *c, uint64_t asked)
{
	static const uint64_t second = 1000000000;
	uint64_t most = asked;

	if (c && c->once)
		return 0;
	if (c && c->hasty && (c->failed || !asked))
		most = second;
	if (!asked)
		return most ? most : 10 * second;
	return asked < most ? asked : most;
}

void check_count(struct session *s, const char *expectation, bool held, const char *seen)
{
	struct check *c = s->check;

	if (held)
		c->held++;
	else
		c->failed++;
	if (c->once)
		return;
	if (c->tap) {
		fprintf(c->tap, "%s %u - ", held ? "ok" : "not ok",
			c->held + c->failed + c->broken);
		/* a '#' would begin a directive of TAP: "# TODO" makes a failure count
		 * less */
		for (const char *at = expectation; *at; at++)
			fprintf(c->tap, *at == '#' ? "\\%c" : "%c", *at);
		fputc('\n', c->tap);
		if (!held && *seen)
			fprintf(c->tap, "# %s\n", seen);
		fflush(c->tap);
	} else if (!s->out.json) {
		cleanup_free char *text =
			mem_printf(*seen ? "%s — %s" : "%s%s", expectation, seen);

		lesson_say(&s->out, held ? STYLE_GOOD : STYLE_BAD, held ? "✓ " : "✗ ",
			   text);
	}
}

/* What stands behind the verb, with what its variables are now, in one line. */
static char *expectation_of(const struct session *s, const struct statement *st)
{
	struct statement expanded = { 0 };
	const char *text = st->text;
	char *clean;

	if (statement_expand(st, &s->variables, true, &expanded, NULL) > 0)
		text = expanded.text;
	text += strcspn(text, " \t");
	text += strspn(text, " \t");
	clean = text_clean(text, strlen(text));
	statement_free(&expanded);
	return clean;
}

bool check_takes(struct session *s, const struct statement *st, const struct err *e)
{
	const struct verb *v = st ? lang_row(s->lang, s->net->model, st) : NULL;
	struct check *c = s->check;

	if (e->code == -EINTR)
		return false;
	if (v && v->run == cmd_expect) {
		cleanup_free char *clean = expectation_of(s, st);
		cleanup_free char *seen = mem_printf(
			"%s%s%s", e->msg, e->hint ? "; " : "", e->hint ? e->hint : "");

		output_result(&s->out, json_pack("{s:s, s:b, s:s}", "expectation", clean,
						 "held", false, "seen", seen));
		check_count(s, clean, false, seen);
		return true;
	}
	c->broken++;
	if (c->tap) {
		fprintf(c->tap, "not ok %u - line %u runs\n",
			c->held + c->failed + c->broken,
			st ? st->words.v[0].place.line : e->place.line);
		fflush(c->tap);
	}
	return false;
}

/* ---- strictly ---- */

/*
 * Before a step's solution some of what the step expects must not hold, or the lab would
 * take nothing done for an answer. Just as the student who types check at once, it looks
 * without waiting; the first that fails will do.
 */
static void check_needed(struct session *s, const struct lab *l,
			 const struct part *solution, unsigned step)
{
	const struct part *end = l->parts.v + l->parts.n;
	struct check once = { .once = true }, *counts = s->check;
	cleanup_free char *what = mem_printf("step %u needs its solution", step);
	const char *seen = "all that it expects held before";
	bool json = s->out.json, needed;

	s->check = &once;
	s->out.json = false; /* these are no results */
	s->unsolved = true;
	for (const struct part *p = solution + 1; p < end && p->kind != PART_STEP; p++)
		if (p->kind == PART_EXPECT && once.failed == 0 && !s->interrupted)
			lab_run_part(s, l, p);
	s->unsolved = false;
	s->out.json = json;
	s->check = counts;
	if (s->interrupted || interrupt_ending())
		return;
	needed = once.failed > 0;
	if (once.held + once.failed == 0)
		seen = "it expects nothing";
	output_result(&s->out, json_pack("{s:s, s:b, s:s}", "expectation", what, "held",
					 needed, "seen", needed ? "" : seen));
	check_count(s, what, needed, needed ? "" : seen);
	output_command_done(&s->out, "check", NULL, l->path);
}

static int run_strictly(struct session *s, const char *path, struct err *e)
{
	bool asked = false;
	unsigned step = 0;
	struct lab l;
	int r = lab_read(s, path, &l, e);

	if (r < 0)
		return e->place.line ? err_context(e, "%s:%u", path, e->place.line) : r;
	vec_each (&l.parts, p) {
		if (s->interrupted || s->leave || interrupt_ending())
			break;
		if (p->kind == PART_STEP) {
			step++;
			asked = false;
		} else if (p->kind == PART_SOLUTION && !asked) {
			asked = true;
			check_needed(s, &l, p, step);
		}
		lab_run_part(s, &l, p);
	}
	lab_free(&l);
	return 0;
}

bool check_file(struct session *s, const char *path, bool strict)
{
	struct check c = { 0 };
	struct err e = ERR_INIT;
	int out = s->out.json ? -1 : dup(STDOUT_FILENO);
	bool all;
	int r;

	if (out >= 0) {
		fflush(stdout);
		c.tap = fdopen(out, "w");
		dup2(STDERR_FILENO, STDOUT_FILENO);
		output_begin(&s->out, false);
	}
	s->check = &c;
	s->keep_going = true;
	r = strict ? run_strictly(s, path, &e) : script_run_file(s, path, &e);
	if (r < 0 && c.broken + c.failed == 0 && !s->interrupted) {
		output_error(&s->out, &e, "espalier", NULL, 0);
		c.broken++;
	}
	err_clear(&e);
	s->check = NULL;
	if (c.held + c.failed == 0 && !s->interrupted)
		output_say(&s->out, STYLE_BAD, "%s: nothing is expected in it", path);
	all = c.held && !c.failed && !c.broken && !s->interrupted;
	if (c.tap) {
		fprintf(c.tap, "1..%u\n", c.held + c.failed + c.broken);
		fclose(c.tap);
	} else if (s->out.json) {
		output_result(&s->out,
			      json_pack("{s:i, s:i, s:i}", "held", (int)c.held, "failed",
					(int)c.failed, "broken", (int)c.broken));
		if (!all)
			err_set(&e, ECHILD, "%s: not all of it holds", path);
		output_command_done(&s->out, "check", all ? NULL : &e, path);
		err_clear(&e);
	}
	s->failed = !all;
	return all;
}
