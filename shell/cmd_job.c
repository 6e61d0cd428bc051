/*
 * cmd_job.c — jobs, stop, output, fg: programs in the background.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "shell/describe.h"
#include "shell/handlers.h"
#include "shell/text.h"

enum { OUTPUT_MAX = 1 << 20 }; /* bytes shown of a job's output: the last ones */

static char *state_text(const struct job *j)
{
	switch (j->state) {
	case JOB_RUNNING:
		return mem_strdup("running");
	case JOB_STOPPED:
		return mem_strdup("stopped");
	case JOB_ENDED:
		break;
	}
	if (!j->status_known)
		return mem_strdup("ended");
	if (j->status > 128)
		return mem_printf("ended: %s", strsignal(j->status - 128));
	return j->status ? mem_printf("exit status %d", j->status) : mem_strdup("done");
}

static enum style state_style(const struct job *j)
{
	if (j->state != JOB_ENDED)
		return STYLE_GOOD;
	return j->status_known && j->status == 0 ? STYLE_DIM : STYLE_PLAIN;
}

void handlers_show_jobs(struct session *s, const char *node)
{
	static const char *const states[] = {
		[JOB_RUNNING] = "running",
		[JOB_STOPPED] = "stopped",
		[JOB_ENDED] = "ended",
	};
	static const struct column columns[] = {
		{ "job", "JOB", true, 0 },	  { "node", "NODE", false, 0 },
		{ "state", "STATE", false, 0 },	  { "command", "COMMAND", false, 0 },
		{ "status", "STATUS", false, 0 }, /* for people a part of the state */
	};
	struct table t;

	jobs_poll(&s->jobs);
	table_begin(&t, columns, ARRAY_LEN(columns) - !s->out.json);
	vec_each (&s->jobs.v, j) {
		if (node && strcmp(j->node, node) != 0)
			continue;
		table_add_number(&t, j->number);
		table_add_text(&t, "%s", j->node);
		table_add(&t, state_text(j), json_string(states[j->state]),
			  state_style(j));
		table_add_text(&t, "%s", j->command);
		if (s->out.json)
			table_add(&t, NULL,
				  j->state == JOB_ENDED && j->status_known
					  ? json_integer(j->status)
					  : NULL,
				  STYLE_PLAIN);
	}
	table_end(&t, &s->out);
}

int cmd_jobs(struct session *s, const struct args *a, struct err *e)
{
	(void)a;
	(void)e;
	if (s->jobs.v.n == 0 && handlers_at_prompt(s))
		output_say(&s->out, STYLE_DIM,
			   "no jobs; an & at a command's end makes one");
	handlers_show_jobs(s, NULL);
	return 0;
}

/* The job that was named; NULL: there is none, and e is filled. */
static struct job *find(struct session *s, const struct args *a, struct err *e)
{
	uint64_t number = args_get(a, "JOB", 0)->number;
	struct job *j;

	jobs_poll(&s->jobs);
	j = number <= UINT_MAX ? job_find(&s->jobs, (unsigned)number) : NULL;
	if (j)
		return j;
	err_set(e, ENOENT, "there is no job %ju", (uintmax_t)number);
	if (s->jobs.v.n)
		err_hint(e, "`jobs` lists them");
	args_blame(a, "JOB", 0, e);
	return NULL;
}

/* A job that ended and of which no output is kept is nothing to look at any more. */
static void forget_empty(struct session *s, unsigned number)
{
	cleanup_free char *text = NULL;
	const struct job *j = job_find(&s->jobs, number);

	if (j && j->state == JOB_ENDED &&
	    job_output(&s->jobs, s->net, number, OUTPUT_MAX, &text, NULL) == -ENODATA)
		job_forget(&s->jobs, s->net, number, NULL);
}

int cmd_stop(struct session *s, const struct args *a, struct err *e)
{
	const struct job *j = find(s, a, e);
	unsigned number;
	int r;

	if (!j)
		return -ENOENT;
	number = j->number;
	if (j->state == JOB_ENDED) {
		if (handlers_at_prompt(s))
			output_say(&s->out, STYLE_DIM, "[%u] had ended; off the list",
				   number);
		return job_forget(&s->jobs, s->net, number, e);
	}
	r = job_stop(&s->jobs, number, e);
	j = job_find(&s->jobs, number);
	if (r < 0 || !j)
		return r;
	if (handlers_at_prompt(s)) {
		cleanup_free char *state = state_text(j);

		output_say(&s->out, STYLE_PLAIN, "[%u] %s: %s %s", number, state, j->node,
			   j->command);
	}
	/* it has just been said */
	job_find(&s->jobs, number)->told = true;
	forget_empty(s, number);
	return 0;
}

int cmd_output(struct session *s, const struct args *a, struct err *e)
{
	const struct job *j;
	cleanup_free char *text = NULL;
	size_t n;
	int r;

	if (args_get(a, "NODE", 0))
		return handlers_service_log(s, a, e);
	j = find(s, a, e);
	if (!j)
		return -ENOENT;
	r = job_output(&s->jobs, s->net, j->number, OUTPUT_MAX, &text, e);
	if (r < 0)
		return r;
	n = strlen(text);
	if (s->out.json) {
		output_result(&s->out, json_pack("{s:i, s:o}", "job", (int)j->number,
						 "output", text_json(text, n)));
		return 0;
	}
	if (n == 0 && handlers_at_prompt(s))
		output_say(&s->out, STYLE_DIM, "[%u] has written nothing%s", j->number,
			   j->state == JOB_ENDED ? "" : " yet");
	fwrite(text, 1, n, stdout);
	if (n && text[n - 1] != '\n')
		putchar('\n');
	return 0;
}

/* Waits in the foreground for a job that has not ended. */
static int bring_forward(struct session *s, struct job *j, struct exec_end *ret,
			 struct err *e)
{
	unsigned number = j->number;
	int r;

	if (handlers_at_prompt(s))
		output_say(&s->out, STYLE_DIM, "%s %s", j->node, j->command);
	fflush(stdout);
	if (s->interactive && j->child)
		handlers_pass_on(j->proc.pid);
	r = job_foreground(&s->jobs, s->net, number, ret, e);
	j = job_find(&s->jobs, number);
	if (r == 0 && ret->stopped && j)
		output_say(&s->out, STYLE_PLAIN, "\n[%u] stopped: %s %s", number, j->node,
			   j->command);
	return r;
}

int cmd_fg(struct session *s, const struct args *a, struct err *e)
{
	struct job *j = find(s, a, e);
	struct exec_end end = { 0 };
	unsigned number;
	int r = 0;

	if (!j)
		return -ENOENT;
	number = j->number;
	if (!s->interactive && j->state == JOB_RUNNING && j->child) {
		timeline_wait_child(s, j->proc.pid);
		jobs_poll(&s->jobs);
		j = job_find(&s->jobs, number);
	}
	if (!j)
		return err_set(e, ESRCH, "job %u was ended and forgotten meanwhile",
			       number);
	if (j->state == JOB_ENDED && !j->status_known) {
		r = err_set(e, ESRCH, "job %u has ended while no shell was there",
			    number);
		err_hint(e, "`output %u` shows what it wrote", number);
	} else if (j->state == JOB_ENDED) {
		/* it was faster than the shell: its end counts all the same */
		end.status = j->status;
		if (handlers_at_prompt(s) && end.status == 0)
			output_say(&s->out, STYLE_DIM, "[%u] has ended", number);
	} else {
		r = bring_forward(s, j, &end, e);
	}
	if (r < 0)
		return args_blame(a, "JOB", 0, e);
	j = job_find(&s->jobs, number);
	if (end.stopped || !j)
		return 0;
	j->told = true;
	output_result(&s->out,
		      json_pack("{s:i, s:i}", "job", (int)number, "status", end.status));
	r = handlers_program_end(s, j->node, j->command, &end, e);
	forget_empty(s, number);
	return r;
}
