/*
 * cmd_lab.c — lab, step, say, hint: what a lab tells; next, check, back, restart,
 * solve: how a student walks through it.
 */
#include <errno.h>

#include "shell/check.h"
#include "shell/handlers.h"
#include "shell/lab.h"
#include "shell/lesson.h"
#include "shell/walk.h"

int cmd_lab(struct session *s, const struct args *a, struct err *e)
{
	const struct value *summary = args_get(a, "TEXT", 1);

	(void)e;
	lesson_title(&s->out, args_text(a, "TEXT", ""), summary ? summary->text : NULL);
	output_result(&s->out, json_pack("{s:s, s:s?}", "title", args_text(a, "TEXT", ""),
					 "summary", summary ? summary->text : NULL));
	return 0;
}

int cmd_step(struct session *s, const struct args *a, struct err *e)
{
	const char *text = args_text(a, "TEXT", NULL);
	unsigned of = 0, number = handlers_at_prompt(s) ? 0 : walk_step(s, &of);

	if (!text)
		return walk_again(s, e);
	if (number == 0)
		number = ++s->steps;
	lesson_step(&s->out, number, of, text);
	output_result(&s->out,
		      json_pack("{s:i, s:s}", "step", (int)number, "text", text));
	return 0;
}

int cmd_say(struct session *s, const struct args *a, struct err *e)
{
	const char *text = args_text(a, "TEXT", "");

	(void)e;
	lesson_say(&s->out, STYLE_PLAIN, "", text);
	output_result(&s->out, json_pack("{s:s}", "text", text));
	return 0;
}

/* In a file a hint waits until it is asked for: the walk has it. */
int cmd_hint(struct session *s, const struct args *a, struct err *e)
{
	return args_text(a, "TEXT", NULL) ? 0 : walk_hint(s, e);
}

int cmd_next(struct session *s, const struct args *a, struct err *e)
{
	(void)a;
	return walk_next(s, e);
}

int cmd_back(struct session *s, const struct args *a, struct err *e)
{
	(void)a;
	return walk_back(s, e);
}

int cmd_restart(struct session *s, const struct args *a, struct err *e)
{
	(void)a;
	return walk_restart(s, e);
}

int cmd_solve(struct session *s, const struct args *a, struct err *e)
{
	(void)a;
	return walk_solve(s, e);
}

/* The expectations of a whole lab, of the network as it is. */
static int check_lab(struct session *s, const char *path, struct err *e)
{
	bool keep_going = s->keep_going;
	struct check c = { .hasty = true };
	struct lab l;
	int r = lab_read(s, path, &l, e);

	if (r < 0)
		return r;
	s->check = &c;
	s->keep_going = s->unsolved = true;
	vec_each (&l.parts, p)
		if ((p->kind == PART_EXPECT || p->kind == PART_LET) && !s->interrupted)
			lab_run_part(s, &l, p);
	s->check = NULL;
	s->keep_going = keep_going;
	s->unsolved = false;
	lab_free(&l);
	if (s->interrupted)
		return err_set(e, EINTR, "interrupted");
	output_result(&s->out, json_pack("{s:i, s:i}", "held", (int)c.held, "failed",
					 (int)(c.failed + c.broken)));
	if (c.held + c.failed + c.broken == 0)
		return err_set(e, ENODATA, "%s: nothing is expected in it", path);
	if (c.failed + c.broken)
		return err_set(e, ECHILD, "%s: %u of %u expectations do not hold", path,
			       c.failed + c.broken, c.held + c.failed + c.broken);
	return 0;
}

int cmd_check(struct session *s, const struct args *a, struct err *e)
{
	cleanup_free char *path = NULL;
	int r;

	if (!args_get(a, "FILE", 0))
		return walk_check(s, e);
	path = handlers_file_path(a);
	r = check_lab(s, path, e);
	if (r < 0 && e->place.line)
		err_context(e, "%s:%u", path, e->place.line);
	return r < 0 ? args_blame(a, "FILE", 0, e) : 0;
}
