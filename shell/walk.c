/*
 * walk.c — see walk.h.
 *
 * Section 0 of a lab is what stands before its first step, section i its step i. Where
 * a section begins, what `back` needs is kept: the network's position and model, the
 * variables, and which jobs there were. What the student types in between is no matter
 * of the walk: it only looks at the network when it is asked to.
 */
#include "shell/walk.h"

#include <errno.h>
#include <string.h>

#include "shell/check.h"
#include "shell/describe.h"
#include "shell/lab.h"
#include "shell/lesson.h"
#include "shell/text.h"
#include "shell/timeline.h"

enum { INDENT = 4 };

struct section {
	size_t first, end; /* of the lab's parts */
	/* as it was when the section began; before NULL: it has not yet */
	size_t position;
	struct model *before;
	struct variables variables;
	VEC(unsigned) jobs;
};

struct walk {
	struct lab lab;
	VEC(struct section) sections;
	size_t at;    /* behind the last: all is done */
	size_t hints; /* of the section that were shown */
};

/* ---- sections ---- */

static void forget(struct section *x)
{
	model_free(x->before);
	variables_free(&x->variables);
	vec_free(&x->jobs);
	x->before = NULL;
}

static void remember(struct session *s, struct section *x)
{
	forget(x);
	x->before = model_copy(s->net->model);
	x->position = network_position(s->net);
	variables_copy(&x->variables, &s->variables);
	vec_each (&s->jobs.v, j)
		vec_push(&x->jobs, j->number);
}

static const struct part *part_of(const struct walk *w, size_t i)
{
	return &w->lab.parts.v[i];
}

/* The place of the student's turn in a section: its first expectation or solution. */
static size_t turn_of(const struct walk *w, const struct section *x)
{
	size_t i = x->first;

	while (i < x->end && part_of(w, i)->kind != PART_EXPECT &&
	       part_of(w, i)->kind != PART_SOLUTION)
		i++;
	return i;
}

static unsigned count(const struct walk *w, const struct section *x, enum part_kind kind)
{
	unsigned n = 0;

	for (size_t i = x->first; i < x->end; i++)
		n += part_of(w, i)->kind == kind;
	return n;
}

static void run_parts(struct session *s, size_t from, size_t to, bool *ret_failed)
{
	struct walk *w = s->walk;

	for (size_t i = from; i < to && !*ret_failed; i++) {
		enum part_kind kind = part_of(w, i)->kind;

		if (kind == PART_HINT || kind == PART_SOLUTION ||
		    (kind == PART_EXPECT && w->at > 0))
			continue;
		*ret_failed = lab_run_part(s, &w->lab, part_of(w, i)) < 0 ||
			      s->interrupted;
	}
}

static void say_choices(struct session *s)
{
	const struct walk *w = s->walk;
	const struct section *x = &w->sections.v[w->at];
	bool checks = count(w, x, PART_EXPECT), hints = count(w, x, PART_HINT);

	output_say(&s->out, STYLE_DIM, "(%s%s`next` %s)",
		   checks ? "`check` tells whether it is done, " : "",
		   hints ? "`hint` helps, " : "",
		   w->at + 1 < w->sections.n ? "goes on" : "ends the lab");
}

/* Begins a section: what stands before the student's turn. Section 0 leads to the next.
 */
static void enter(struct session *s, size_t section)
{
	struct walk *w = s->walk;
	bool failed = false;

	do {
		struct section *x = &w->sections.v[section];

		w->at = section;
		w->hints = 0;
		remember(s, x);
		run_parts(s, x->first, section ? turn_of(w, x) : x->end, &failed);
	} while (section++ == 0 && !failed && section < w->sections.n);
	if (failed)
		lesson_say(&s->out, STYLE_BAD, "",
			   "This could not be set up, maybe since the network is not as "
			   "the lab left it. `back` and `restart` put it back.");
	else
		say_choices(s);
}

static void finish(struct session *s)
{
	struct walk *w = s->walk;

	w->at = w->sections.n;
	output_say(&s->out, STYLE_PLAIN, "%s", "");
	lesson_say(&s->out, STYLE_GOOD, "",
		   "That was the last step. The network is yours now; `restart` begins "
		   "the lab anew, Ctrl-D leaves.");
}

/* ---- its beginning and end ---- */

static void make_sections(struct walk *w)
{
	struct section x = { 0 };

	for (size_t i = 0; i < w->lab.parts.n; i++) {
		if (part_of(w, i)->kind != PART_STEP)
			continue;
		x.end = i;
		vec_push(&w->sections, x);
		x.first = i;
	}
	x.end = w->lab.parts.n;
	vec_push(&w->sections, x);
}

int walk_begin(struct session *s, const char *path, struct err *e)
{
	struct walk *w = mem_alloc(sizeof(*w));
	int r = lab_read(s, path, &w->lab, e);

	if (r < 0 || w->lab.steps == 0) {
		if (r == 0)
			lab_free(&w->lab);
		free(w);
		return r;
	}
	make_sections(w);
	s->walk = w;
	enter(s, 0);
	return 1;
}

void walk_end(struct session *s)
{
	struct walk *w = s->walk;

	if (!w)
		return;
	vec_each (&w->sections, x)
		forget(x);
	vec_free(&w->sections);
	lab_free(&w->lab);
	free(w);
	s->walk = NULL;
}

unsigned walk_step(const struct session *s, unsigned *ret_of)
{
	if (!s->walk)
		return 0;
	*ret_of = (unsigned)s->walk->sections.n - 1;
	return (unsigned)s->walk->at;
}

/* ---- what is typed ---- */

static int need_step(const struct session *s, struct err *e)
{
	if (!s->walk) {
		err_set(e, ENOENT, "no lab is under way");
		return err_hint(e,
				"`espalier FILE.lab` leads through a lab that has steps");
	}
	if (s->walk->at < s->walk->sections.n)
		return 0;
	err_set(e, ENOENT, "the lab is at its end");
	return err_hint(e, "`restart` begins it anew, `back` goes to its last step");
}

/* All expectations of the section; how many do not hold, or the commands around them. */
static unsigned check_section(struct session *s, struct check *c)
{
	struct walk *w = s->walk;
	const struct section *x = &w->sections.v[w->at];
	bool keep_going = s->keep_going;

	s->check = c;
	s->keep_going = s->unsolved = true;
	for (size_t i = x->first; i < x->end && !s->interrupted; i++)
		if (part_of(w, i)->kind == PART_EXPECT)
			lab_run_part(s, &w->lab, part_of(w, i));
	s->check = NULL;
	s->keep_going = keep_going;
	s->unsolved = false;
	return c->failed + c->broken;
}

int walk_check(struct session *s, struct err *e)
{
	struct check c = { .hasty = true };
	int r = need_step(s, e);

	if (r < 0)
		return r;
	check_section(s, &c);
	if (s->interrupted)
		return 0; /* it has been told */
	output_result(&s->out, json_pack("{s:i, s:i}", "held", (int)c.held, "failed",
					 (int)(c.failed + c.broken)));
	if (c.failed + c.broken)
		output_say(&s->out, STYLE_PLAIN, "Not yet.");
	else if (c.held)
		output_say(&s->out, STYLE_PLAIN, "Done. `next` goes on.");
	else
		output_say(&s->out, STYLE_DIM,
			   "this step has nothing to check; `next` goes on");
	return 0;
}

int walk_next(struct session *s, struct err *e)
{
	struct walk *w = s->walk;
	struct check c = { .hasty = true };
	const struct section *x;
	bool failed = false;
	int r = need_step(s, e);

	if (r < 0)
		return r;
	if (check_section(s, &c) || s->interrupted) {
		if (!s->interrupted)
			output_say(&s->out, STYLE_PLAIN,
				   "Not yet. `hint` helps, `solve` does it for you.");
		return 0;
	}
	x = &w->sections.v[w->at];
	run_parts(s, turn_of(w, x), x->end, &failed);
	if (failed)
		return 0; /* it has been told */
	if (w->at + 1 < w->sections.n)
		enter(s, w->at + 1);
	else
		finish(s);
	return 0;
}

int walk_hint(struct session *s, struct err *e)
{
	struct walk *w = s->walk;
	const struct section *x;
	size_t nth = 0;
	int r = need_step(s, e);

	if (r < 0)
		return r;
	x = &w->sections.v[w->at];
	for (size_t i = x->first; i < x->end; i++) {
		const struct part *p = part_of(w, i);

		if (p->kind != PART_HINT || !p->text || nth++ < w->hints)
			continue;
		w->hints++;
		lesson_say(&s->out, STYLE_PLAIN, "Hint: ", p->text);
		return 0;
	}
	output_say(&s->out, STYLE_DIM, "%s",
		   nth ? "there are no more hints; `solve` does the step for you"
		       : "this step has no hint");
	w->hints = 0;
	return 0;
}

/* A part as it stands in the file; what a terminal would obey may be in a comment. */
static void show_source(struct session *s, const struct part *p)
{
	const char *line = s->walk->lab.source + p->at,
		   *end = s->walk->lab.source + p->end;

	while (line < end) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t n = (size_t)((newline ? newline : end) - line), tabs = 0;
		cleanup_free char *clean = text_clean(line, n);

		while (tabs < n && line[tabs] == '\t')
			tabs++;
		output_say(&s->out, STYLE_PLAIN, "%*s%s", (int)(INDENT * (tabs + 1)), "",
			   clean + tabs);
		line += n + 1;
	}
}

int walk_solve(struct session *s, struct err *e)
{
	struct walk *w = s->walk;
	const struct section *x;
	unsigned n = 0;
	int r = need_step(s, e);

	if (r < 0)
		return r;
	x = &w->sections.v[w->at];
	for (size_t i = x->first; i < x->end; i++) {
		const struct part *p = part_of(w, i);

		if (p->kind != PART_SOLUTION)
			continue;
		n++;
		lesson_say(&s->out, STYLE_DIM, "", "The lab's solution:");
		show_source(s, p);
		if (lab_run_part(s, &w->lab, p) < 0)
			return 0; /* it has been told */
	}
	output_say(&s->out, STYLE_DIM, "%s",
		   n ? "`next` goes on" : "this step has no solution; `next` goes on");
	return 0;
}

/* Ends the jobs that were not there when the section began. */
static void end_jobs(struct session *s, const struct section *x)
{
	jobs_poll(&s->jobs);
	for (size_t i = s->jobs.v.n; i-- > 0;) {
		unsigned number = s->jobs.v.v[i].number;
		bool old = false;

		vec_each (&x->jobs, j)
			old |= *j == number;
		if (old)
			continue;
		job_stop(&s->jobs, number, NULL);
		job_forget(&s->jobs, s->net, number, NULL);
	}
}

/* Back to where a section began, and into it. */
static int go_back(struct session *s, size_t to, const char *command, struct err *e)
{
	struct walk *w = s->walk;
	struct section *x = &w->sections.v[to];
	/* a half of it would be neither here nor there */
	struct hooks hooks = { .progress = s->hooks.progress, .cookie = s->hooks.cookie };
	struct model *before = model_copy(x->before);
	int r;

	timeline_clear(s);
	end_jobs(s, x);
	r = network_back(s->net, x->position, before, command, &hooks, e);
	model_free(before);
	if (r < 0)
		return r;
	variables_copy(&s->variables, &x->variables);
	enter(s, to);
	return 0;
}

int walk_back(struct session *s, struct err *e)
{
	if (!s->walk)
		return need_step(s, e);
	if (s->walk->at <= 1) {
		err_set(e, ENOENT, "there is no step before this one");
		return err_hint(e, "`restart` begins the lab anew");
	}
	return go_back(s, s->walk->at - 1, "back", e);
}

int walk_restart(struct session *s, struct err *e)
{
	if (!s->walk)
		return need_step(s, e);
	return go_back(s, 0, "restart", e);
}

int walk_again(struct session *s, struct err *e)
{
	const struct section *x;
	struct walk *w = s->walk;
	int r = need_step(s, e);

	if (r < 0)
		return r;
	x = &w->sections.v[w->at];
	for (size_t i = x->first; i < turn_of(w, x); i++)
		if (part_of(w, i)->kind == PART_STEP || part_of(w, i)->kind == PART_SAY)
			lab_run_part(s, &w->lab, part_of(w, i));
	say_choices(s);
	return 0;
}
