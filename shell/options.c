/*
 * options.c — words of the command line to what is to be done.
 *
 * getopt_long gets its tables from option_rows; which action it is follows from
 * the first word that is no option.
 */
#include "shell/options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "model/model.h"

const struct usage_row usage_rows[] = {
	{ "[-n NETWORK] [FILE.lab]", "start a network, give the prompt" },
	{ "-b FILE.lab | -", "run a lab (-: stdin) and take it down" },
	{ "-c 'COMMANDS'", "run commands and take it down" },
	{ "check FILE.lab", "run a lab, tell what of it holds" },
	{ "attach NETWORK", "take up a network that has no shell" },
	{ "ls", "list the networks that there are" },
	{ "destroy NETWORK...", "take down networks that have no shell" },
	{ "monitor NETWORK [WORD]...", "watch it, as the command of that name" },
	{ "doctor", "say what this kernel and user can do" },
};
const size_t n_usage_rows = ARRAY_LEN(usage_rows);

enum { OPT_LETTERLESS = 256 }; /* + the row's number, for getopt */

const struct option_row option_rows[] = {
	{ 'n', "name", "NETWORK", "the network's name; otherwise one is found" },
	{ 'b', "batch", "FILE", "run FILE and exit; the network goes, unless --keep" },
	{ 'c', "command", "COMMANDS", "run COMMANDS and exit, likewise" },
	{ 'k', "keep-going", NULL, "a command that fails does not end the file" },
	{ '\0', "keep", NULL, "leave the network running when the shell ends" },
	{ '\0', "json", NULL, "one JSON object a command on standard output" },
	{ '\0', "strict", NULL, "check: each step must need its solution, too" },
	{ '\0', "read-only", NULL, "attach: only look, beside the shell that holds it" },
	{ '\0', "text", NULL, "monitor: write pictures as text" },
	{ '\0', "csv", NULL, "monitor: write CSV; --json: a JSON object each time" },
	{ '\0', "once", NULL, "monitor: only one" },
	{ '\0', "manual", NULL, "write the manual page in roff to standard output" },
	{ 'V', "version", NULL, "show the version" },
	{ 'h', "help", NULL, "show this help" },
};
const size_t n_option_rows = ARRAY_LEN(option_rows);

const char *const exit_rows[] = {
	"all commands succeeded, or the prompt was left",
	"a command failed",
	"bad usage",
	"the system cannot do it: privilege or kernel; see 'espalier doctor'",
};
const size_t n_exit_rows = ARRAY_LEN(exit_rows);

static const struct {
	const char *word;
	enum action action;
	int least, most; /* how many words may follow; most -1: any number */
} actions[] = {
	{ "attach", ACTION_ATTACH, 1, 1 }, { "check", ACTION_CHECK, 1, 1 },
	{ "ls", ACTION_LIST, 0, 0 },	   { "destroy", ACTION_DESTROY, 1, -1 },
	{ "doctor", ACTION_DOCTOR, 0, 0 }, { "monitor", ACTION_MONITOR, 1, -1 },
};

static const struct option_row *row_of(int opt)
{
	for (size_t i = 0; i < n_option_rows; i++)
		if (opt == option_rows[i].letter || opt == OPT_LETTERLESS + (int)i)
			return option_rows + i;
	return NULL;
}

/* What getopt wants to know. */
static void getopt_tables(struct option *longs, struct str *letters)
{
	str_add(letters, ":"); /* a value left out is told apart */
	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *row = option_rows + i;

		longs[i] = (struct option){
			.name = row->name,
			.has_arg = row->value ? required_argument : no_argument,
			.val = row->letter ? row->letter : OPT_LETTERLESS + (int)i,
		};
		if (row->letter)
			str_addf(letters, "%c%s", row->letter, row->value ? ":" : "");
	}
	longs[n_option_rows] = (struct option){ 0 };
}

static int bad_option(const char *word, struct err *e)
{
	cleanup_free char *name = NULL;
	struct suggest g;

	if (optopt && row_of(optopt))
		return err_set(e, EINVAL, "--%s takes no value", row_of(optopt)->name);
	if (optopt) {
		err_set(e, EINVAL, "no option -%c", optopt);
		return err_hint(e, "'espalier --help' lists them");
	}
	name = mem_strndup(word + 2, strcspn(word + 2, "="));
	err_set(e, EINVAL, "no option --%s", name);
	suggest_begin(&g, name);
	for (size_t i = 0; i < n_option_rows; i++)
		suggest_offer(&g, option_rows[i].name);
	return g.best ? err_hint(e, "did you mean '--%s'?", g.best)
		      : err_hint(e, "'espalier --help' lists them");
}

static int missing_value(int opt, struct err *e)
{
	const struct option_row *row = row_of(opt);

	return err_set(e, EINVAL, "--%s needs %s", row->name, row->value);
}

static void take_option(struct options *o, const struct option_row *row)
{
	if (strcmp(row->name, "name") == 0) {
		o->network = optarg;
	} else if (strcmp(row->name, "batch") == 0) {
		o->batch = true;
		o->lab = optarg;
	} else if (strcmp(row->name, "command") == 0) {
		char *more = o->commands ? mem_printf("%s\n%s", o->commands, optarg)
					 : mem_strdup(optarg);

		free(o->commands);
		o->commands = more;
	} else if (strcmp(row->name, "keep-going") == 0) {
		o->keep_going = true;
	} else if (strcmp(row->name, "keep") == 0) {
		o->keep = true;
	} else if (strcmp(row->name, "json") == 0) {
		o->json = true;
	} else if (strcmp(row->name, "strict") == 0) {
		o->strict = true;
	} else if (strcmp(row->name, "read-only") == 0) {
		o->read_only = true;
	} else if (strcmp(row->name, "text") == 0) {
		o->text = true;
	} else if (strcmp(row->name, "csv") == 0) {
		o->csv = true;
	} else if (strcmp(row->name, "once") == 0) {
		o->once = true;
	} else if (strcmp(row->name, "manual") == 0) {
		o->action = ACTION_MANUAL;
	} else if (strcmp(row->name, "version") == 0) {
		o->action = ACTION_VERSION;
	} else {
		o->action = ACTION_HELP;
	}
}

/* A word that is neither an action nor a file there is may be a slip. */
static int check_lab(const char *word, struct err *e)
{
	static const char *const slips[][2] = {
		{ "attach", "attach" },	  { "check", "check" },
		{ "ls", "ls" },		  { "list", "ls" },
		{ "destroy", "destroy" }, { "doctor", "doctor" },
		{ "help", "--help" },	  { "version", "--version" },
		{ "monitor", "monitor" },
	};
	struct suggest g;

	if (strpbrk(word, "./") || access(word, F_OK) == 0)
		return 0;
	suggest_begin(&g, word);
	for (size_t i = 0; i < ARRAY_LEN(slips); i++)
		suggest_offer(&g, slips[i][0]);
	for (size_t i = 0; g.best && i < ARRAY_LEN(slips); i++) {
		if (g.best != slips[i][0])
			continue;
		err_set(e, EINVAL, "'%s' is neither a lab file nor something to do",
			word);
		return err_hint(e, "did you mean 'espalier %s'?", slips[i][1]);
	}
	return 0;
}

static int take_words(struct options *o, int n, char **words, struct err *e)
{
	for (size_t i = 0; n > 0 && i < ARRAY_LEN(actions); i++) {
		if (strcmp(words[0], actions[i].word) != 0)
			continue;
		o->action = actions[i].action;
		if (n - 1 < actions[i].least)
			return err_set(e, EINVAL, "%s needs %s", words[0],
				       o->action == ACTION_CHECK ? "a lab file"
								 : "a network's name");
		if (actions[i].most >= 0 && n - 1 > actions[i].most)
			return err_set(e, EINVAL, "unexpected word '%s' after '%s'",
				       words[1 + actions[i].most], words[0]);
		o->names = words + 1;
		o->n_names = (size_t)n - 1;
		return 0;
	}
	if (n == 0)
		return 0;
	if (o->batch || o->commands)
		return err_set(e, EINVAL, "'%s': -b and -c take no further lab",
			       words[0]);
	if (check_lab(words[0], e) < 0)
		return -EINVAL;
	if (n > 1)
		return err_set(e, EINVAL, "unexpected word '%s'", words[1]);
	o->lab = words[0];
	return 0;
}

static int check(struct options *o, struct err *e)
{
	bool runs = o->action == ACTION_START || o->action == ACTION_ATTACH;
	bool names = o->action == ACTION_ATTACH || o->action == ACTION_DESTROY;

	if (o->batch && o->commands)
		return err_set(e, EINVAL, "-b and -c do not go together");
	if (o->read_only && o->action != ACTION_ATTACH)
		return err_set(e, EINVAL, "--read-only is for 'attach NETWORK'");
	if (o->strict && o->action != ACTION_CHECK)
		return err_set(e, EINVAL, "--strict is for 'check FILE.lab'");
	if (o->network && o->action != ACTION_START && o->action != ACTION_CHECK)
		return err_set(e, EINVAL, "-n is for a new network");
	if (!runs && (o->batch || o->commands))
		return err_set(e, EINVAL, "%s runs no commands", o->batch ? "-b" : "-c");
	if (o->action != ACTION_MONITOR && (o->once || o->text || o->csv))
		return err_set(e, EINVAL,
			       "--once, --text and --csv are for 'monitor NETWORK'");
	if (o->text + o->csv + (o->json && o->action == ACTION_MONITOR) > 1)
		return err_set(e, EINVAL, "--text, --json and --csv do not go together");
	if (o->action == ACTION_ATTACH || o->action == ACTION_MONITOR)
		o->network = o->names[0];
	if (o->action == ACTION_CHECK)
		o->lab = o->names[0];
	if (o->action == ACTION_MONITOR) {
		/* the rest is the command's to read */
		o->names++;
		o->n_names--;
	}
	if (o->network && model_check_name(o->network, e) < 0)
		return -EINVAL;
	for (size_t i = 0; names && i < o->n_names; i++)
		if (model_check_name(o->names[i], e) < 0)
			return -EINVAL;
	return 0;
}

int options_parse(int argc, char **argv, struct options *ret, struct err *e)
{
	struct option longs[ARRAY_LEN(option_rows) + 1];
	struct options o = { .action = ACTION_START };
	struct str letters = { 0 };
	int opt, r = 0;

	getopt_tables(longs, &letters);
	opterr = 0;
	optind = 0; /* from the start, each time */
	while (r == 0 && (opt = getopt_long(argc, argv, letters.s, longs, NULL)) != -1) {
		if (opt == '?')
			r = bad_option(argv[optind - 1], e);
		else if (opt == ':')
			r = missing_value(optopt, e);
		else
			take_option(&o, row_of(opt));
	}
	str_free(&letters);
	if (r == 0 && o.action == ACTION_START)
		r = take_words(&o, argc - optind, argv + optind, e);
	if (r == 0 && o.action <= ACTION_MONITOR)
		r = check(&o, e);
	if (r < 0) {
		options_free(&o);
		return r;
	}
	*ret = o;
	return 0;
}

void options_free(struct options *o)
{
	free(o->commands);
	o->commands = NULL;
}
