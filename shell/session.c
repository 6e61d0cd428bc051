/*
 * session.c — a session's beginning and end.
 */
#include "shell/session.h"

#include "shell/interrupt.h"
#include "shell/progress.h"
#include "shell/verbs.h"
#include "shell/walk.h"

static size_t list_jobs(void *cookie, unsigned *ret, size_t max)
{
	const struct session *s = cookie;
	size_t n = 0;

	vec_each (&s->jobs.v, j) {
		if (n == max)
			break;
		ret[n++] = j->number;
	}
	return n;
}

static bool interrupted(void *cookie)
{
	(void)cookie;
	return interrupt_pending();
}

int session_begin(struct session *s, bool json, struct err *e)
{
	static char undoes[] = "Ctrl-C undoes";

	*s = (struct session){
		.hooks = {
			.progress = progress_show,
			.interrupted = interrupted,
			.cookie = undoes,
		},
	};
	output_begin(&s->out, json);
	return lang_new(verbs, n_verbs, list_jobs, s, &s->lang, e);
}

void session_end(struct session *s)
{
	jobs_free(&s->jobs);
	lang_free(s->lang);
	vec_each (&s->sources, path)
		free(*path);
	vec_free(&s->sources);
	variables_free(&s->variables);
	walk_end(s);
	timeline_end(s);
	output_end(&s->out);
}
