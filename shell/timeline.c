/*
 * timeline.c — see timeline.h.
 */
#include "shell/timeline.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/units.h"
#include "shell/handlers.h"
#include "shell/interrupt.h"
#include "shell/script.h"

#define SECOND 1000000000ULL
static const uint64_t CHILD_NS = SECOND / 20; /* how often a child is looked at */

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

uint64_t timeline_clock(struct session *s)
{
	struct timeline *t = &s->timeline;

	if (!t->started) {
		t->started = true;
		t->zero = now();
	}
	return now() - t->zero;
}

/* ---- entries ---- */

static void insert(struct timeline *t, struct timeline_entry entry)
{
	size_t at = t->entries.n;

	while (at > 0 && t->entries.v[at - 1].due > entry.due)
		at--;
	vec_insert(&t->entries, at, entry);
}

/* What can be told of a command before its time; *ret_program: one in a node. */
static int check_command(struct session *s, const char *command, bool *ret_program,
			 struct err *e)
{
	struct statement st;
	const struct verb *v;
	struct lexer x;
	int r;

	lex_begin(&x, command, strlen(command));
	r = lex_next(&x, &st, e);
	if (r <= 0)
		return r < 0 ? r : err_set(e, EINVAL, "a command is missing");
	v = lang_row(s->lang, s->net->model, &st);
	if (!v)
		r = err_set(e, ENOENT, "no command or node named '%s'",
			    st.words.v[0].text);
	else
		*ret_program = v->run == cmd_run;
	statement_free(&st);
	return r < 0 ? r : 0;
}

int timeline_add(struct session *s, uint64_t due, uint64_t period, const char *command,
		 bool background, struct err *e)
{
	bool program = false;
	int r = check_command(s, command, &program, e);

	if (r < 0)
		return r;
	if (background && !program)
		return err_set(e, EINVAL, "'&' is for programs in nodes");
	insert(&s->timeline,
	       (struct timeline_entry){
		       .number = ++s->timeline.last,
		       .due = due,
		       .period = period,
		       /* the shell does not wait for a program */
		       .command = mem_printf("%s%s", command, program ? " &" : ""),
	       });
	return 0;
}

void timeline_clear(struct session *s)
{
	vec_each (&s->timeline.entries, i)
		free(i->command);
	vec_free(&s->timeline.entries);
	s->timeline.started = false;
}

void timeline_end(struct session *s)
{
	timeline_clear(s);
	timeline_log_to(s, NULL, NULL);
}

/* ---- running ---- */

uint64_t timeline_next(const struct session *s)
{
	const struct timeline *t = &s->timeline;

	return t->entries.n && !t->running ? t->zero + t->entries.v[0].due : UINT64_MAX;
}

static void run(struct session *s, const struct timeline_entry *entry)
{
	cleanup_free char *time = units_print_time(entry->due);
	cleanup_free char *name = mem_printf("at %s", time);
	struct hooks hooks = s->hooks;

	if (s->interactive && !s->out.json)
		output_say(&s->out, STYLE_DIM, "%s: %s", name, entry->command);
	/* a line of progress would be in the midst of what somebody types or reads */
	s->hooks.progress = NULL;
	if (script_run(s, name, entry->command, strlen(entry->command)) < 0)
		s->timeline.failures++;
	s->hooks = hooks;
}

/* The next turn; those that a long command has missed are left out. */
static void plan_next(struct timeline *t, struct timeline_entry entry)
{
	do
		entry.due += entry.period;
	while (t->zero + entry.due <= now());
	insert(t, entry);
}

/* While it ran its next turn may have come; without leaving that out, one that takes
 * longer than its period would leave no time for anything else. */
static void skip_missed(struct timeline *t, const char *command)
{
	for (size_t i = 0; i < t->entries.n; i++) {
		struct timeline_entry entry = t->entries.v[i];

		if (entry.command != command || t->zero + entry.due > now())
			continue;
		vec_remove(&t->entries, i);
		plan_next(t, entry);
		return;
	}
}

void timeline_run_due(struct session *s)
{
	struct timeline *t = &s->timeline;

	timeline_log_jobs(s);
	while (timeline_next(s) <= now() && !s->leave && !interrupt_pending()) {
		struct timeline_entry entry = t->entries.v[0], again = entry;

		vec_remove(&t->entries, 0);
		if (entry.period) {
			again.command = mem_strdup(entry.command);
			plan_next(t, again);
		}
		t->running = s->out.planned = true;
		run(s, &entry);
		t->running = s->out.planned = false;
		if (entry.period)
			skip_missed(t, again.command);
		free(entry.command);
	}
}

bool timeline_wait(struct session *s, uint64_t ns)
{
	uint64_t until = now() + ns;

	while (now() < until && !interrupt_pending() && !s->interrupted) {
		uint64_t next = timeline_next(s);

		interrupt_wait_until(-1, next < until ? next : until);
		interrupt_resized();
		timeline_run_due(s);
	}
	return !interrupt_pending() && !s->interrupted;
}

void timeline_wait_child(struct session *s, pid_t pid)
{
	siginfo_t i = { 0 };

	while ((s->timeline.entries.n || s->timeline.log) && !s->timeline.running &&
	       !interrupt_pending() &&
	       waitid(P_PID, (id_t)pid, &i, WEXITED | WSTOPPED | WNOHANG | WNOWAIT) ==
		       0 &&
	       i.si_pid == 0) {
		uint64_t next = timeline_next(s), look = now() + CHILD_NS;

		interrupt_wait_until(-1, next < look ? next : look);
		interrupt_resized();
		timeline_run_due(s);
	}
}

/* ---- showing ---- */

void timeline_show(struct session *s)
{
	static const struct column columns[] = {
		{ "at", "AT", true, 0 },
		{ "every", "EVERY", true, 0 },
		{ "command", "COMMAND", false, 0 },
	};
	const struct timeline *t = &s->timeline;
	struct table table;

	if (!s->out.json && t->started)
		output_say(&s->out, STYLE_DIM, "the clock stands at %.1fs",
			   (double)(now() - t->zero) / (double)SECOND);
	if (!t->entries.n && handlers_at_prompt(s))
		output_say(&s->out, STYLE_DIM,
			   "nothing is planned; `at` and `every` do so");
	table_begin(&table, columns, ARRAY_LEN(columns));
	vec_each (&t->entries, i) {
		table_add(&table, units_print_time(i->due),
			  json_real((double)i->due / (double)SECOND), STYLE_STRONG);
		table_add(&table, i->period ? units_print_time(i->period) : NULL,
			  i->period ? json_real((double)i->period / (double)SECOND)
				    : NULL,
			  STYLE_PLAIN);
		table_add_text(&table, "%s", i->command);
	}
	table_end(&table, &s->out);
}
