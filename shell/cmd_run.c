/*
 * cmd_run.c — programs in nodes: in the foreground, as jobs, and a shell.
 *
 * A person's program gets the terminal and a process group of its own, so
 * Ctrl-C and Ctrl-Z are for it alone. In batch it shares the shell's group and
 * standard output; under --json its output becomes a part of the result.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shell/handlers.h"
#include "shell/text.h"

enum { CAPTURE_MAX = 1 << 20 }; /* bytes of output that --json keeps */

bool handlers_at_prompt(const struct session *s)
{
	return s->interactive && s->sources.n == 0;
}

/* What to start: the words themselves, or sh with the text as it was typed. */
static char **program_argv(const struct arg *command)
{
	const struct word *w = command->word;
	bool shell = false;
	char **argv;

	for (size_t i = 0; i < command->n_words; i++)
		shell |= w[i].shell_syntax;
	argv = mem_alloc((command->n_words + 4) * sizeof(*argv));
	if (shell) {
		argv[0] = (char *)"sh";
		argv[1] = (char *)"-c";
		argv[2] = (char *)command->value.text;
	} else {
		for (size_t i = 0; i < command->n_words; i++)
			argv[i] = w[i].text;
	}
	return argv;
}

/* ---- output for --json ---- */

struct capture {
	struct str text;
	bool cut;
};

/* Takes what is there; false: nothing more will come. */
static bool capture_some(struct capture *c, int fd)
{
	char buf[16384];
	ssize_t n = read(fd, buf, sizeof(buf));
	size_t room = CAPTURE_MAX - c->text.n;

	if (n < 0)
		return errno == EINTR;
	if (n > (ssize_t)room) {
		c->cut = true;
		str_addn(&c->text, buf, room);
	} else {
		str_addn(&c->text, buf, (size_t)n);
	}
	return n > 0;
}

/*
 * Reads until the program has ended, and then what is still in the pipe: not
 * to the end of file, which something it left in the background may hold off.
 */
static void capture_until_end(struct capture *c, int fd, pid_t pid)
{
	cleanup_close int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p[2] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = pidfd, .events = POLLIN },
	};

	while (true) {
		if (poll(p, ARRAY_LEN(p), -1) < 0) {
			if (errno == EINTR)
				continue;
			return;
		}
		if (p[0].revents) {
			if (!capture_some(c, fd))
				return;
		} else if (p[1].revents) {
			return; /* and nothing is left in the pipe */
		}
	}
}

static int run_captured(struct session *s, struct exec_spec *spec, struct capture *c,
			struct exec_end *end, struct err *e)
{
	cleanup_close int in = -1;
	cleanup_close int out = -1;
	int ends[2];
	pid_t pid;
	int r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, errno, "make a pipe");
	in = ends[0];
	out = ends[1];
	spec->out = out;
	r = exec_start(s->net, spec, &pid, e);
	if (r < 0)
		return r;
	close(steal_fd(&out));
	capture_until_end(c, in, pid);
	return exec_wait(pid, false, end, e);
}

/* ---- in the foreground ---- */

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
			  const char *command, bool quiet, struct err *e)
{
	cleanup_close int nothing = -1;
	struct exec_spec spec = {
		.node = node,
		.argv = argv,
		.in = -1,
		.out = -1,
		.err = -1,
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
		r = run_captured(s, &spec, &c, &end, e);
	} else {
		spec.own_group = spec.foreground = s->interactive;
		r = exec_start(s->net, &spec, &pid, e);
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
	const struct arg *command = &a->v.v[a->v.n - 1];
	cleanup_free char **argv = program_argv(command);
	int r;

	if (a->statement->background)
		r = run_background(s, node->name, argv, command->value.text, e);
	else
		r = run_foreground(s, node->name, argv, command->value.text, false, e);
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
	return run_foreground(s, node->name, argv, shell, true, e);
}
