/*
 * keep.c — see keep.h.
 *
 * The command has a process group of its own and nothing to read; what it writes goes
 * through a pipe and is told where it fails. What it leaves in the background may hold
 * the pipe open, so its end is that of the process.
 */
#include "run/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "lang/lex.h"
#include "run/exec.h"

enum {
	LOOK_MS = 100,	 /* between two looks at whether the user wants to stop */
	TOLD_MAX = 1000, /* bytes of its output, the last ones */
};

struct running {
	const struct hooks *hooks;
	pid_t pid;
	int out;
	struct str said;
	int verdict; /* why it was ended: -EINTR, -ETIME; 0: it was not */
};

/* False: nothing more will come. */
static bool take(struct running *x)
{
	char buf[4096];
	ssize_t n = read(x->out, buf, sizeof(buf));

	if (n < 0)
		return errno == EINTR;
	str_addn(&x->said, buf, (size_t)n);
	if (x->said.n > 2 * TOLD_MAX) {
		struct str rest = { 0 };

		str_addn(&rest, x->said.s + x->said.n - TOLD_MAX, TOLD_MAX);
		str_free(&x->said);
		x->said = rest;
	}
	return n > 0;
}

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void take_until_end(struct running *x)
{
	cleanup_close int pidfd = (int)syscall(SYS_pidfd_open, x->pid, 0);
	struct pollfd p[2] = {
		{ .fd = x->out, .events = POLLIN },
		{ .fd = pidfd, .events = POLLIN },
	};
	time_t until = now() + KEEP_MAX_S;

	while (true) {
		int ready = poll(p, ARRAY_LEN(p), LOOK_MS);

		if (ready < 0 && errno != EINTR)
			return;
		if (!x->verdict && x->hooks && x->hooks->interrupted &&
		    x->hooks->interrupted(x->hooks->cookie))
			x->verdict = -EINTR;
		else if (!x->verdict && now() >= until)
			x->verdict = -ETIME;
		if (x->verdict)
			kill(-x->pid, SIGKILL);
		if (ready <= 0)
			continue;
		if (p[0].revents & POLLIN) {
			if (!take(x))
				p[0].fd = -1;
		} else if (p[1].revents) {
			return; /* and nothing is left in the pipe */
		} else if (p[0].revents) {
			p[0].fd = -1;
		}
	}
}

/* The last bytes of what was written, from the beginning of a line. */
static const char *last_words(struct str *said)
{
	const char *text = said->s ? said->s : "";

	while (said->n && said->s[said->n - 1] == '\n')
		said->s[--said->n] = '\0';
	if (said->n > TOLD_MAX) {
		const char *from = said->s + said->n - TOLD_MAX;
		const char *line = strchr(from, '\n');

		return line ? line + 1 : from;
	}
	return text;
}

static int judge(struct running *x, const char *node, const char *command,
		 const struct exec_end *end, struct err *e)
{
	const char *said = last_words(&x->said);
	const char *colon = *said ? ": " : "";

	if (x->verdict == -EINTR)
		return err_set(e, EINTR, "%s: %s: interrupted", node, command);
	if (x->verdict == -ETIME) {
		err_set(e, ECHILD, "%s: %s: it had not ended after %d s%s%s", node,
			command, KEEP_MAX_S, colon, said);
		return err_hint(e,
				"what is kept sets something up and ends; `run` is for "
				"programs that go on");
	}
	if (end->status == 0)
		return 0;
	if (end->status > 128 && end->status < 128 + NSIG)
		return err_set(e, ECHILD, "%s: %s: ended by a signal: %s%s%s", node,
			       command, strsignal(end->status - 128), colon, said);
	return err_set(e, ECHILD, "%s: %s: exit status %d%s%s", node, command,
		       end->status, colon, said);
}

static int run(struct network *n, const char *node, const char *command,
	       const struct statement *st, const struct hooks *hooks, struct err *e)
{
	cleanup_close int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	cleanup_close int from = -1, to = -1;
	struct running x = { .hooks = hooks };
	VEC(char *) argv = { 0 };
	struct exec_end end;
	int ends[2], r;

	if (in < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, errno, "%s: make a pipe", node);
	from = ends[0];
	to = ends[1];
	vec_each (&st->words, w)
		vec_push(&argv, w->text);
	vec_push(&argv, NULL);
	r = exec_start(n,
		       &(struct exec_spec){
			       .node = node,
			       .argv = argv.v,
			       .in = in,
			       .out = to,
			       .err = to,
			       .own_group = true,
		       },
		       &x.pid, e);
	vec_free(&argv);
	if (r < 0)
		return r;
	close(steal_fd(&to));
	x.out = from;
	take_until_end(&x);
	r = exec_wait(x.pid, false, &end, e);
	if (r == 0)
		r = judge(&x, node, command, &end, e);
	str_free(&x.said);
	return r;
}

int keep_run(struct network *n, const char *node, const char *command,
	     const struct hooks *hooks, struct err *e)
{
	struct statement st;
	struct lexer x;
	int r;

	lex_begin(&x, command, strlen(command));
	r = lex_next(&x, &st, e);
	if (r <= 0)
		return r < 0 ? r : err_set(e, EINVAL, "%s: an empty command", node);
	r = run(n, node, command, &st, hooks, e);
	statement_free(&st);
	return r;
}
