/*
 * program.c — what the command line asks for, and the exit status.
 *
 * Every way out of a session leads through leave(): the network is destroyed,
 * or let go where it is to outlive the shell. Only a signal that cannot be
 * caught leaves it as it is, for `espalier attach`.
 */
#include "shell/program.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "run/recorder.h"
#include "run/wire_process.h"
#include "shell/check.h"
#include "shell/handlers.h"
#include "shell/interrupt.h"
#include "shell/manual.h"
#include "shell/networks.h"
#include "shell/options.h"
#include "shell/progress.h"
#include "shell/repl.h"
#include "shell/script.h"
#include "shell/walk.h"

enum status { STATUS_FINE, STATUS_FAILED, STATUS_USAGE, STATUS_SYSTEM };

/* ---- the process ---- */

/* Descriptors 0 to 2 are there; otherwise a socket might become standard output. */
static void fill_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* All our texts are UTF-8; numbers and the system's messages stay as in C. */
static void set_locale(void)
{
	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
}

/* A network of thousands of nodes needs many descriptors now and then. */
static void raise_descriptor_limit(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == 0 && l.rlim_cur < l.rlim_max) {
		l.rlim_cur = l.rlim_max;
		setrlimit(RLIMIT_NOFILE, &l);
	}
}

/* ---- ends ---- */

static enum status status_of(int r)
{
	switch (r) {
	case 0:
		return STATUS_FINE;
	case -EPERM:
	case -EACCES:
	case -ENOSYS:
	case -EOPNOTSUPP:
		return STATUS_SYSTEM;
	default:
		return STATUS_FAILED;
	}
}

/* An error that is no statement's: said, and the command's JSON object. */
static void report(struct output *o, const char *command, struct err *e)
{
	output_error(o, e, "espalier", NULL, 0);
	output_command_done(o, command, e, NULL);
	err_clear(e);
}

static int usage_error(struct err *e)
{
	if (!e->hint)
		err_hint(e, "'espalier --help' shows how it is called");
	fprintf(stderr, "espalier: %s\n  %s\n", e->msg, e->hint);
	err_clear(e);
	return STATUS_USAGE;
}

static int print(char *text)
{
	bool fine = fputs(text, stdout) >= 0 && fflush(stdout) == 0;

	free(text);
	return fine ? STATUS_FINE : STATUS_FAILED;
}

/* ---- ls, destroy, doctor ---- */

static int list_networks(struct output *o)
{
	static const struct column columns[] = {
		{ "name", "NETWORK", false, 0 },
		{ "nodes", "NODES", true, 1 },
		{ "links", "LINKS", true, 1 },
		{ "shell", "SHELL", false, 0 },
	};
	struct err e = ERR_INIT;
	network_list all = { 0 };
	struct table t;

	if (networks_list(&all, &e) < 0) {
		network_list_free(&all);
		report(o, "ls", &e);
		return STATUS_FAILED;
	}
	if (all.n == 0 && !o->json)
		output_say(o, STYLE_DIM, "no networks");
	table_begin(&t, columns, ARRAY_LEN(columns));
	vec_each (&all, i) {
		table_add_text(&t, "%s", i->name);
		table_add_number(&t, i->nodes);
		table_add_number(&t, i->links);
		if (i->holder.pid)
			table_add(&t, mem_printf("pid %d", (int)i->holder.pid),
				  json_integer(i->holder.pid), STYLE_GOOD);
		else
			table_add(&t, mem_strdup("none"), json_null(), STYLE_DIM);
	}
	table_end(&t, o);
	network_list_free(&all);
	return output_command_done(o, "ls", NULL, NULL) < 0 ? STATUS_FAILED : STATUS_FINE;
}

static int destroy_networks(struct output *o, const struct options *opt)
{
	int status = STATUS_FINE;

	for (size_t i = 0; i < opt->n_names && !interrupt_pending(); i++) {
		cleanup_free char *command = mem_printf("destroy %s", opt->names[i]);
		struct err e = ERR_INIT;
		int r;

		progress_begin();
		r = networks_destroy(opt->names[i], &e);
		progress_end();
		if (r < 0)
			report(o, command, &e);
		else
			r = output_command_done(o, command, NULL, NULL);
		if (r < 0)
			status = status_of(r);
	}
	return status;
}

static int doctor(struct output *o)
{
	struct err e = ERR_INIT;
	findings f = { 0 };
	int status = STATUS_FINE;

	if (doctor_examine(&f, &e) < 0) {
		report(o, "doctor", &e);
		return STATUS_SYSTEM;
	}
	vec_each (&f, p)
		if (p->needed && !p->works)
			status = STATUS_SYSTEM;
	handlers_show_findings(o, &f);
	findings_free(&f);
	return output_command_done(o, "doctor", NULL, NULL) < 0 ? STATUS_FAILED : status;
}

/* ---- a session ---- */

/* Networks that a shell left behind or let go, in one line. */
static void tell_left_behind(struct session *s)
{
	network_list all = { 0 };
	const char *name = NULL;
	size_t n = 0;

	networks_list(&all, NULL);
	vec_each (&all, i) {
		if (i->holder.pid)
			continue;
		name = i->name;
		n++;
	}
	if (n == 1)
		output_say(&s->out, STYLE_DIM,
			   "network %s has no shell: `espalier attach %s` takes it up",
			   name, name);
	else if (n > 1)
		output_say(
			&s->out, STYLE_DIM,
			"%zu networks have no shell: `espalier ls` lists them, `espalier "
			"attach NETWORK` takes one up",
			n);
	network_list_free(&all);
}

static int check_lab(const struct options *opt, struct err *e)
{
	if (!opt->lab || strcmp(opt->lab, "-") == 0 || access(opt->lab, R_OK) == 0)
		return 0;
	return err_sys(e, errno, "%s", opt->lab);
}

static int create(struct session *s, const struct options *opt, struct err *e)
{
	bool lab = opt->lab && strcmp(opt->lab, "-") != 0;
	cleanup_free char *base = lab ? networks_clean_name(opt->lab) : mem_strdup("net");
	enum naming how = opt->network		   ? NAME_GIVEN
			  : lab || !s->interactive ? NAME_SERIAL
						   : NAME_COUNTED;
	const char *name = opt->network ? opt->network : base;
	cleanup_free char *first = networks_name(how, name, 1);
	int r = networks_create(how, name, &s->net, e);

	if (r == 0)
		s->show_name = how == NAME_GIVEN || strcmp(s->net->name, first) != 0;
	return r;
}

static int attach(struct session *s, const struct options *opt, struct err *e)
{
	cleanup_free char *mended = NULL;
	int r = networks_attach(opt->network, opt->read_only || s->watches, &s->net,
				&mended, e);

	if (r < 0)
		return r;
	s->show_name = true;
	if (mended && *mended)
		fputs(mended, s->interactive ? stdout : stderr);
	return jobs_load(&s->jobs, s->net, e);
}

/* Loads a lab before the prompt, as `source` does: whole or not at all. */
static int load(struct session *s, const char *lab)
{
	cleanup_free char *word = lex_quote(lab), *line = mem_printf("source %s", word);

	return script_run(s, NULL, line, strlen(line));
}

/* `espalier monitor NETWORK WORD...`: the command of that name, and nothing else. */
static void watch(struct session *s, const struct options *opt)
{
	struct str line = { 0 };

	str_add(&line, "monitor");
	for (size_t i = 0; i < opt->n_names; i++) {
		cleanup_free char *word = lex_quote(opt->names[i]);

		str_addf(&line, " %s", word);
	}
	script_run(s, NULL, line.s, line.n);
	str_free(&line);
}

/* What is planned still happens only as long as the shell is there. */
static void tell_unfinished(struct session *s)
{
	size_t n = 0;

	vec_each (&s->timeline.entries, i)
		n += i->period == 0;
	if (n && !s->interrupted && !interrupt_ending())
		fprintf(stderr,
			"the timeline ends before %zu of its entries; `wait TIME` gives "
			"them the time\n",
			n);
}

static void work(struct session *s, const struct options *opt)
{
	struct err e = ERR_INIT;

	if (s->watches) {
		watch(s, opt);
	} else if (opt->action == ACTION_CHECK) {
		check_file(s, opt->lab, opt->strict);
	} else if (opt->commands) {
		script_run(s, NULL, opt->commands, strlen(opt->commands));
	} else if (opt->batch) {
		/* a command that failed has been told; what is left is a file unread */
		if (script_run_file(s, opt->lab, &e) < 0 && !s->failed &&
		    !s->interrupted && !interrupt_ending()) {
			report(&s->out, opt->lab, &e);
			s->failed = true;
		}
	} else if (s->interactive) {
		output_say(&s->out, STYLE_DIM,
			   "Espalier " ESPALIER_VERSION ", network %s. Try 'help', '?' "
			   "and Tab; Ctrl-D leaves.",
			   s->net->name);
		if (opt->lab && walk_begin(s, opt->lab, NULL) <= 0)
			load(s, opt->lab); /* which also tells what is wrong with it */
		repl_run(s);
	} else if (!opt->lab || load(s, opt->lab) == 0 || s->keep_going) {
		script_run_stream(s, STDIN_FILENO, "stdin");
	}
	if (!s->interactive)
		tell_unfinished(s);
	err_clear(&e);
}

static int leave(struct session *s, const struct options *opt, struct err *e)
{
	struct hooks hooks = { .progress = progress_show };
	/* who took it up without a prompt only passes by, unless told to quit */
	bool passes = opt->action == ACTION_ATTACH && !s->interactive && !s->leave;
	int r;

	if (handlers_end_recording(s, e) < 0) {
		report(&s->out, "record", e);
		s->failed = true;
	}
	if (s->net->read_only || s->keep || opt->keep || passes) {
		if (opt->keep && !s->keep && !s->net->read_only)
			fprintf(stderr,
				"network %s goes on; `espalier attach %s` takes it up\n",
				s->net->name, s->net->name);
		network_detach(s->net);
		return 0;
	}
	progress_begin();
	r = networks_finish(s->net, &hooks, e);
	progress_end();
	return r;
}

static void begin_watch(struct session *s, const struct options *opt)
{
	s->watches = opt->action == ACTION_MONITOR;
	s->watch_once = opt->once;
	s->watch_form = !s->watches ? WATCH_SCREEN
			: opt->json ? WATCH_JSON
			: opt->csv  ? WATCH_CSV
			: opt->text ? WATCH_TEXT
				    : WATCH_SCREEN;
}

static int run_session(const struct options *opt, const struct watcher *watcher)
{
	bool attaches = opt->action == ACTION_ATTACH || opt->action == ACTION_MONITOR;
	struct err e = ERR_INIT;
	struct session s;
	int status, r;

	/* what monitor writes as JSON is no answer to a command */
	r = session_begin(&s, opt->json && opt->action != ACTION_MONITOR, &e);
	s.watcher = watcher;
	begin_watch(&s, opt);
	s.interactive = !opt->batch && !opt->commands && !s.watches &&
			opt->action != ACTION_CHECK && isatty(STDIN_FILENO);
	s.keep_going = opt->keep_going;
	interrupt_install(s.interactive);
	if (r == 0)
		r = check_lab(opt, &e);
	if (r < 0) {
		report(&s.out, opt->lab, &e);
		session_end(&s);
		return STATUS_FAILED;
	}
	if (s.interactive && !attaches)
		tell_left_behind(&s);
	r = attaches ? attach(&s, opt, &e) : create(&s, opt, &e);
	if (r < 0) {
		report(&s.out, s.watches ? "monitor" : attaches ? "attach" : "start", &e);
		network_detach(s.net);
		session_end(&s);
		return r == -EINVAL ? STATUS_USAGE : (int)status_of(r);
	}
	work(&s, opt);
	status = s.failed && !s.interactive ? STATUS_FAILED : STATUS_FINE;
	if (leave(&s, opt, &e) < 0) {
		report(&s.out, "leave", &e);
		status = STATUS_FAILED;
	}
	if (s.interrupted && !s.interactive)
		status = 128 + SIGINT;
	if (interrupt_ending())
		status = 128 + interrupt_ending();
	session_end(&s);
	return status;
}

/* What needs no session, but says something. */
static int look(const struct options *opt)
{
	struct output o;
	int status;

	output_begin(&o, opt->json);
	interrupt_install(false);
	if (opt->action == ACTION_LIST)
		status = list_networks(&o);
	else if (opt->action == ACTION_DESTROY)
		status = destroy_networks(&o, opt);
	else
		status = doctor(&o);
	output_end(&o);
	return status;
}

int program_run(int argc, char **argv, const struct watcher *watcher)
{
	struct err e = ERR_INIT;
	struct options opt;
	int status;

	if (wire_process_is_meant(argc, argv))
		return wire_process_main(argv);
	fill_descriptors();
	set_locale();
	raise_descriptor_limit();
	if (recorder_is_meant(argc, argv))
		return recorder_main(argc, argv);
	if (options_parse(argc, argv, &opt, &e) < 0)
		return usage_error(&e);
	switch (opt.action) {
	case ACTION_START:
	case ACTION_ATTACH:
	case ACTION_MONITOR:
	case ACTION_CHECK:
		status = run_session(&opt, watcher);
		break;
	case ACTION_HELP:
		status = print(manual_usage());
		break;
	case ACTION_MANUAL:
		status = print(manual_page(watcher->keys));
		break;
	case ACTION_VERSION:
		status = print(mem_strdup("espalier " ESPALIER_VERSION "\n"));
		break;
	default:
		status = look(&opt);
	}
	options_free(&opt);
	return status;
}
