/*
 * dispatch.c — one statement to its handler: parsed, refused where it may not be done,
 * and, if it changes the network, given the draft that becomes the present model.
 */
#include "shell/dispatch.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "run/underlay.h"
#include "shell/handlers.h"
#include "shell/progress.h"
#include "shell/tell.h"

static int read_only_error(const struct session *s, const struct verb *v, struct err *e)
{
	network_list all = { 0 };

	err_set(e, EROFS, "'%s' is not possible: network '%s' is attached read-only",
		v->name ? v->name : "a program in a node", s->net->name);
	if (network_list_all(&all, NULL) == 0) {
		vec_each (&all, info)
			if (strcmp(info->name, s->net->name) == 0 && info->holder.pid)
				err_hint(e, "the shell with pid %d holds it",
					 (int)info->holder.pid);
	}
	network_list_free(&all);
	return -EROFS;
}

static int check_allowed(const struct session *s, const struct verb *v,
			 const struct statement *st, struct err *e)
{
	if (s->net->read_only && !(v->flags & VERB_LOOKS))
		return read_only_error(s, v, e);
	if ((v->flags & VERB_TERMINAL) &&
	    !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
		return err_set(e, ENOTTY, "'%s' needs a terminal", v->name);
	if (st->background && !strstr(v->pattern, "COMMAND")) {
		err_set(e, EINVAL, "'%s' cannot run in the background", v->name);
		return err_hint(e, "'&' is for programs in nodes, as in 'h1 ping h2 &'");
	}
	return 0;
}

/* A command that changes the network: on a draft, which then becomes the network. */
static int change(struct session *s, const struct verb *v, const struct args *a,
		  struct err *e)
{
	struct model *before = model_copy(s->net->model);
	int r;

	s->draft = model_copy(s->net->model);
	r = v->run(s, a, e);
	if (r == 0)
		r = network_change(s->net, steal_ptr(s->draft), a->statement->text,
				   &s->hooks, e);
	underlay_answered(s->net);
	model_free(steal_ptr(s->draft));
	if (r == 0)
		tell_change(&s->out, handlers_at_prompt(s), before, s->net->model);
	model_free(before);
	return r;
}

/* What became of the machine's interfaces, and of other networks, that was not meant so.
 */
static void tell_notices(struct session *s)
{
	char *rest = NULL;

	if (!s->net->notices.n)
		return;
	for (char *line = strtok_r(s->net->notices.s, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		output_say(&s->out, STYLE_BAD, "%s", line);
	str_free(&s->net->notices);
}

static int tend(struct session *s, struct err *e)
{
	bool restarted;
	int r;

	network_follow(s->net);
	tell_notices(s);
	r = network_tend(s->net, &restarted, e);
	if (r < 0 || !restarted)
		return r;
	timeline_log_event(s, "the process that carries links was started again");
	output_say(&s->out, STYLE_BAD,
		   "the process that carries links had ended; it was started again, and "
		   "its links were made again");
	return 0;
}

static int run_verb(struct session *s, const struct statement *st, struct err *e)
{
	const struct verb *v = NULL;
	struct args a = { 0 };
	int r = lang_parse(s->lang, s->net->model, st, &v, &a, e);

	if (r == 0)
		r = check_allowed(s, v, st, e);
	if (r == 0) {
		/* only a change leaves the terminal to the line of progress */
		if (!(v->flags & VERB_CHANGES))
			progress_erase();
		r = v->flags & VERB_CHANGES ? change(s, v, &a, e) : v->run(s, &a, e);
	}
	tell_notices(s);
	args_free(&a);
	return r;
}

/* For a verb that takes a block, "{add" is a slip, which hides in other errors. */
static int check_braces(const struct session *s, const struct statement *st,
			struct err *e)
{
	const struct verb *v = lang_row(s->lang, s->net->model, st);

	if (!v || !strstr(v->pattern, "BLOCK"))
		return 0;
	vec_each (&st->words, w) {
		if (w->quoted || *w->text != '{')
			continue;
		err_set(e, EINVAL, "the { of a block stands alone");
		err_hint(e, "a blank goes behind it, and one before its }");
		e->place = w->place;
		e->place.length = 1;
		return -EINVAL;
	}
	return 0;
}

/* Whether unknown variables may be sh's, in a program's words. */
static bool is_foreign(const struct session *s, const struct statement *st)
{
	const struct verb *v = lang_row(s->lang, s->net->model, st);

	return v && (strstr(v->pattern, "COMMAND") || strstr(v->pattern, "PROGRAM"));
}

int dispatch_statement(struct session *s, const struct statement *st, struct err *e)
{
	struct statement expanded;
	int r = 0;

	if (s->net->read_only)
		r = network_refresh(s->net, e);
	if (r == 0)
		r = tend(s, e);
	if (r == 0)
		r = check_braces(s, st, e);
	if (r == 0)
		r = statement_expand(st, &s->variables, is_foreign(s, st), &expanded, e);
	if (r <= 0)
		return r < 0 ? r : run_verb(s, st, e);
	r = run_verb(s, &expanded, e);
	statement_free(&expanded);
	return r;
}
