/*
 * cmd_run.c — programs in nodes: in the foreground, as jobs, and a shell.
 *
 * A person's program gets the terminal and a process group of its own, so
 * Ctrl-C and Ctrl-Z are for it alone. In batch it shares the shell's group and
 * standard output; under --json its output becomes a part of the result.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shell/capture.h"
#include "shell/handlers.h"
#include "shell/interrupt.h"
#include "shell/text.h"

bool handlers_at_prompt(const struct session *s)
{
	return s->interactive && s->sources.n == 0 && s->blocks == 0;
}

char **handlers_program(const struct args *a, const struct arg *words, char **ret_text)
{
	const struct word *w = words->word, *last = w + words->n_words - 1;
	char *text = mem_strndup(a->statement->text + (w->at - a->statement->at),
				 last->at + last->len - w->at);
	bool shell = false;
	char **argv;

	for (size_t i = 0; i < words->n_words; i++)
		shell |= w[i].shell_syntax;
	argv = mem_alloc((words->n_words + 4) * sizeof(*argv));
	if (shell) {
		argv[0] = (char *)"sh";
		argv[1] = (char *)"-c";
		argv[2] = text;
	} else {
		for (size_t i = 0; i < words->n_words; i++)
			argv[i] = w[i].text;
	}
	*ret_text = text;
	return argv;
}

/* ---- in the foreground ---- */

void handlers_pass_on(pid_t group)
{
	bool ctrl_c = interrupt_taken();

	if (interrupt_ending())
		kill(-group, SIGHUP);
	else if (ctrl_c)
		kill(-group, SIGINT);
}

int handlers_program_end(struct session *s, const char *node, const char *command,
			 const struct exec_end *end, struct err *e)
{
	int signal_number = end->status - 128;
	int program = (int)strcspn(command, " \t\n"); /* its length */
	cleanup_free char *how = NULL;

	if (end->status == 0)
		return 0;
	if (signal_number > 0 && signal_number < NSIG)
		how = mem_printf("ended by a signal: %s", strsignal(signal_number));
	else
		how = mem_printf("exit status %d", end->status);
	if (!handlers_at_prompt(s) || s->out.json)
		return err_set(e, ECHILD, "%s: %.*s: %s", node, program, command, how);
	/* the program has said why; behind ^C just the line is to be ended */
	if (signal_number != SIGPIPE)
		output_say(&s->out, STYLE_DIM, "%s", signal_number == SIGINT ? "" : how);
	return 0;
}

/* A person stopped it: it waits among the jobs. */
static int adopt(struct session *s, const char *node, const char *command, pid_t pid,
		 struct err *e)
{
	unsigned job;
	int r = job_adopt(&s->jobs, s->net, node, command, pid, &job, e);

	if (r < 0) {
		kill(-pid, SIGKILL); /* nobody could reach it any more */
		return r;
	}
	output_say(&s->out, STYLE_PLAIN, "\n[%u] stopped: %s %s", job, node, command);
	output_say(&s->out, STYLE_DIM, "fg %u goes on with it, stop %u ends it", job,
		   job);
	return 0;
}

/* quiet: its exit status is the user's own business (a shell's is its last command's). */
static int run_foreground(struct session *s, const char *node, char *const *argv,
			  const char *command, const struct service_place *place,
			  bool quiet, struct err *e)
{
	cleanup_close int nothing = -1;
	struct exec_spec spec = {
		.node = node,
		.argv = argv,
		.in = -1,
		.out = -1,
		.err = -1,
		.folder = place ? place->folder : NULL,
		.mounts = place ? place->mounts : NULL,
	};
	struct capture c = { 0 };
	struct exec_end end;
	pid_t pid;
	int r;

	if (s->out.json || s->stdin_is_script) {
		nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (nothing < 0)
			return err_sys(e, errno, "open /dev/null");
		spec.in = nothing;
	}
	fflush(stdout);
	if (s->out.json) {
		r = capture_run(s, &spec, false, UINT64_MAX, &c, &end, e);
	} else {
		spec.own_group = spec.foreground = s->interactive;
		r = exec_start(s->net, &spec, &pid, e);
		if (r == 0 && spec.foreground)
			handlers_pass_on(pid);
		if (r == 0)
			timeline_wait_child(s, pid);
		if (r == 0)
			r = exec_wait(pid, spec.foreground, &end, e);
		if (r == 0 && end.stopped)
			return adopt(s, node, command, pid, e);
	}
	if (r == 0 && s->out.json)
		output_result(&s->out,
			      json_pack("{s:i, s:o, s:b}", "status", end.status, "output",
					text_json(c.text.s ? c.text.s : "", c.text.n),
					"cut", c.cut));
	str_free(&c.text);
	if (r < 0 || quiet)
		return r;
	return handlers_program_end(s, node, command, &end, e);
}

static int run_background(struct session *s, const char *node, char *const *argv,
			  const char *command, struct err *e)
{
	unsigned job;
	int r = job_start(&s->jobs, s->net, node, argv, command, &job, e);

	if (r < 0)
		return r;
	output_result(&s->out, json_pack("{s:i}", "job", (int)job));
	if (handlers_at_prompt(s))
		output_say(&s->out, STYLE_PLAIN, "[%u] %s %s", job, node, command);
	return 0;
}

int cmd_run(struct session *s, const struct args *a, struct err *e)
{
	const struct node *node = model_node(s->net->model, args_get(a, "NODE", 0)->node);
	/* the model may change while the program runs */
	cleanup_free char *name = mem_strdup(node->name);
	cleanup_free char *command = NULL;
	cleanup_free char **argv = handlers_program(a, &a->v.v[a->v.n - 1], &command);
	int r;

	if (a->statement->background)
		r = run_background(s, name, argv, command, e);
	else
		r = run_foreground(s, name, argv, command, NULL, false, e);
	/* what is not there is the program; its end has no place in the text */
	if (r < 0 && r != -ECHILD)
		args_blame(a, "COMMAND", 0, e);
	return r;
}

int cmd_term(struct session *s, const struct args *a, struct err *e)
{
	const struct node *node = model_node(s->net->model, args_get(a, "NODE", 0)->node);
	const char *shell = getenv("SHELL");
	char *argv[2] = { NULL, NULL };

	if (!shell || access(shell, X_OK) < 0)
		shell = access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh";
	argv[0] = (char *)shell;
	return run_foreground(s, node->name, argv, shell, NULL, true, e);
}

int handlers_run_placed(struct session *s, const char *node, char *const *argv,
			const struct service_place *place, bool quiet, struct err *e)
{
	const char *slash = strrchr(argv[0], '/');

	return run_foreground(s, node, argv, slash ? slash + 1 : argv[0], place, quiet,
			      e);
}
