/*
 * repl.c — the prompt on readline.
 *
 * Readline is used by its callbacks: it sees a key only when there is one, and
 * has the terminal only while a line is typed. Signals so arrive in our own
 * wait, and programs in nodes find the terminal as it was.
 *
 * Ctrl-C makes the terminal forget what was typed: a key just before readline reads
 * it, or the end of what is being pasted. Nobody would see the signal while readline
 * waits for that, so its reads are ours: they end with Ctrl-C, as our own wait does.
 *
 * A line that ends inside quotes or in a backslash is kept in `pending`, and
 * what is typed next continues it. Text pasted as a whole is run line by line.
 */
#include "shell/repl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <readline/readline.h>

#include "shell/complete.h"
#include "shell/handlers.h"
#include "shell/interrupt.h"
#include "shell/recall.h"
#include "shell/script.h"
#include "shell/walk.h"

static struct {
	struct str pending;
	char *line; /* what was typed, until it is run */
	bool entered, ended;
	size_t given_up; /* how many of the keys that end_reading() gives */
} repl;

/* So that the read of a key that the terminal has forgotten returns at once. */
static void prepare_terminal(int meta)
{
	struct termios modes;

	rl_prep_terminal(meta);
	if (tcgetattr(STDIN_FILENO, &modes) < 0)
		return;
	modes.c_cc[VMIN] = modes.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &modes);
}

/* Keys in place of what will not come. They end a paste, and then, as Ctrl-G, a question;
 * elsewhere just the Escape is read, and dropped with the line. */
static int end_reading(void)
{
	static const char keys[] = "\033[201~";

	return repl.given_up < sizeof(keys) - 1 ? keys[repl.given_up++] : '\a';
}

static int read_key(FILE *in)
{
	int fd = fileno(in);
	unsigned char key;

	while (!interrupt_pending()) {
		ssize_t n = read(fd, &key, 1);

		if (n == 1)
			return key;
		/* A terminal that hung up is none any more. In the midst of a paste
		 * readline 8.2 would read past what it has. */
		if (n < 0 ? errno != EINTR && errno != EAGAIN : !isatty(fd))
			return RL_ISSTATE(RL_STATE_READCMD) ? EOF : end_reading();
		if (!interrupt_wait_until(fd, UINT64_MAX) && interrupt_resized())
			rl_resize_terminal();
	}
	return end_reading();
}

/* Readline's callback: a line was entered; NULL: end of input. */
static void on_line(char *line)
{
	repl.line = line;
	repl.entered = line != NULL;
	repl.ended = line == NULL;
	rl_callback_handler_remove();
}

static char *prompt_text(const struct session *s)
{
	unsigned of = 0, step = walk_step(s, &of);
	cleanup_free char *where = step && step <= of ? mem_printf(" %u/%u", step, of)
						      : mem_strdup("");
	cleanup_free char *plain =
		s->show_name ? mem_printf("espalier(%s)%s> ", s->net->name, where)
			     : mem_printf("espalier%s> ", where);

	if (repl.pending.n)
		return mem_printf("%*s> ", (int)strlen(plain) - 2, "");
	if (!s->out.colour)
		return steal_ptr(plain);
	/* \\001 and \\002 tell readline that what is between takes no columns */
	return mem_printf("\001%s\002%s\001%s\002", style_on(STYLE_STRONG, true), plain,
			  style_off(STYLE_STRONG, true));
}

static const char *job_end_text(const struct job *j, char *buf, size_t size)
{
	if (!j->status_known)
		return "ended";
	if (j->status == 0)
		return "done";
	snprintf(buf, size, j->status > 128 ? "ended by signal %d" : "exit status %d",
		 j->status > 128 ? j->status - 128 : j->status);
	return buf;
}

static void tell_ended_jobs(struct session *s)
{
	char buf[32];

	jobs_poll(&s->jobs);
	vec_each (&s->jobs.v, j) {
		if (j->state != JOB_ENDED || j->told)
			continue;
		j->told = true;
		output_say(&s->out, STYLE_DIM, "[%u] %s %s: %s", j->number, j->node,
			   j->command, job_end_text(j, buf, sizeof(buf)));
	}
	fflush(stdout);
}

static void tell_ended_recording(struct session *s)
{
	struct err e = ERR_INIT;

	if (recorder_has_ended(&s->recorder, &e))
		output_error(&s->out, &e, NULL, NULL, 0);
	err_clear(&e);
}

/* Ctrl-C: what was typed is dropped, and stays to be seen. */
static void drop_line(void)
{
	rl_callback_sigcleanup();
	rl_point = rl_end;
	rl_redisplay();
	fputs("^C\n", rl_outstream);
	rl_callback_handler_remove();
	str_free(&repl.pending);
}

/* What is due runs while a line is typed, which then stands below what was printed. */
static void run_timeline(struct session *s)
{
	rl_clear_visible_line();
	fflush(rl_outstream);
	s->interrupted = false; /* that was a line before, or what was due before */
	timeline_run_due(s);
	fflush(stdout);
	rl_on_new_line();
	rl_redisplay();
}

/* Lets the user type a line; false: none came, since Ctrl-C dropped it or we are to end.
 */
static bool read_line(struct session *s)
{
	cleanup_free char *prompt = prompt_text(s);

	repl.entered = repl.ended = false;
	repl.given_up = 0;
	rl_callback_handler_install(prompt, on_line);
	while (!repl.entered && !repl.ended) {
		if (interrupt_wait_until(STDIN_FILENO, timeline_next(s)))
			rl_callback_read_char();
		else if (interrupt_ending()) {
			rl_callback_handler_remove();
			fputs("\n", rl_outstream);
			return false;
		} else if (interrupt_taken()) {
			drop_line();
			return false;
		} else if (interrupt_resized()) {
			rl_resize_terminal();
		} else {
			run_timeline(s);
		}
	}
	return repl.entered;
}

static void run_pending(struct session *s)
{
	cleanup_free char *source = NULL;
	size_t n = repl.pending.n;

	source = str_take(&repl.pending);
	s->interrupted = false;
	script_run(s, NULL, source, n);
}

static void take_line(struct session *s, char *lines)
{
	for (char *line; (line = strsep(&lines, "\n")) && !s->leave && !s->mute;) {
		recall_add(line);
		str_add(&repl.pending, line);
		str_add(&repl.pending, "\n");
		if (!lex_is_open(repl.pending.s, repl.pending.n))
			run_pending(s);
		if (s->interrupted)
			break;
	}
}

void repl_run(struct session *s)
{
	rl_readline_name = "espalier";
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_getc_function = read_key;
	rl_prep_term_function = prepare_terminal;
	rl_outstream = isatty(STDOUT_FILENO) && !s->out.json ? stdout : stderr;
	rl_initialize();
	complete_begin(s, &repl.pending);
	recall_begin();
	while (!s->leave && !s->mute && !interrupt_ending()) {
		if (!repl.pending.n) {
			handlers_tell_ended_services(s);
			tell_ended_jobs(s);
			tell_ended_recording(s);
		}
		if (read_line(s)) {
			s->interrupted = false;
			take_line(s, repl.line);
			free(steal_ptr(repl.line));
		} else if (repl.ended && repl.pending.n) {
			fputs("\n", rl_outstream);
			str_free(&repl.pending);
		} else if (repl.ended) {
			fputs("\n", rl_outstream);
			break;
		}
	}
	str_free(&repl.pending);
	recall_end();
}
