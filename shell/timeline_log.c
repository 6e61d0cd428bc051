/*
 * timeline_log.c — the log: what was done, and what happened, when.
 *
 * A job that ends wakes the shell where it waits; it is looked for then, and before any
 * other line is written, so that the lines are in their order.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "shell/handlers.h"
#include "shell/interrupt.h"
#include "shell/text.h"
#include "shell/timeline.h"

#define SECOND 1000000000ULL
enum { DIGITS = 12 }; /* of a time */

/* One with a hole is worse than none. */
static void give_up(struct session *s, int code)
{
	struct err e = ERR_INIT;

	fclose(s->timeline.log);
	s->timeline.log = NULL;
	interrupt_on_child(false);
	err_sys(&e, code, "the log ends here");
	output_error(&s->out, &e, "espalier", NULL, 0);
	err_clear(&e);
	s->failed = true;
}

/* Takes the line over. */
static void write_line(struct session *s, json_t *line)
{
	struct timeline *t = &s->timeline;
	char date[64];
	struct timespec wall;
	struct tm tm;

	if (!t->log) { /* it has ended since the line was begun */
		json_decref(line);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &wall);
	gmtime_r(&wall.tv_sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	json_object_set_new(line, "time",
			    json_real((double)timeline_clock(s) / (double)SECOND));
	json_object_set_new(line, "date",
			    json_sprintf("%s.%03ldZ", date, wall.tv_nsec / 1000000));
	json_dumpf(line, t->log, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
	fputc('\n', t->log);
	if (fflush(t->log) != 0)
		give_up(s, errno);
	json_decref(line);
}

int timeline_log_to(struct session *s, const char *file, struct err *e)
{
	struct timeline *t = &s->timeline;
	FILE *f = file ? fopen(file, "we") : NULL;

	if (file && !f)
		return err_sys(e, errno, "%s", file);
	timeline_log_jobs(s);
	if (t->log)
		fclose(t->log);
	t->log = f;
	interrupt_on_child(f != NULL);
	if (!f)
		return 0;
	timeline_clock(s);
	/* what had ended before is not what happens from now on */
	jobs_poll(&s->jobs);
	vec_each (&s->jobs.v, j)
		j->logged = j->state == JOB_ENDED;
	return 0;
}

void timeline_log(struct session *s, const char *command, const struct err *e)
{
	json_t *line;

	if (!s->timeline.log || !command)
		return;
	timeline_log_jobs(s);
	line = json_pack("{s:o, s:b}", "command", text_json(command, strlen(command)),
			 "ok", !e);
	if (s->out.planned)
		json_object_set_new(line, "planned", json_true());
	if (e && e->msg)
		json_object_set_new(line, "error", text_json(e->msg, strlen(e->msg)));
	if (s->out.result)
		json_object_set(line, "result", s->out.result);
	write_line(s, line);
}

void timeline_log_event(struct session *s, const char *event)
{
	if (s->timeline.log)
		write_line(s, json_pack("{s:s}", "event", event));
}

void timeline_log_jobs(struct session *s)
{
	if (!s->timeline.log)
		return;
	jobs_poll(&s->jobs);
	vec_each (&s->jobs.v, j) {
		json_t *line;

		if (j->state != JOB_ENDED || j->logged)
			continue;
		j->logged = true;
		line = json_pack("{s:s, s:i, s:s, s:o, s:o}", "event", "job ended", "job",
				 (int)j->number, "node", j->node, "program",
				 text_json(j->command, strlen(j->command)), "status",
				 j->status_known ? json_integer(j->status) : json_null());
		write_line(s, line);
	}
}
