/*
 * test_options.c — the command line, with what people get wrong.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "shell/options.h"

enum { WORDS_MAX = 8 };

/* Words parted by '|'; they stay until the next call. */
static int parse(const char *line, struct options *o, struct err *e)
{
	static char words[256];
	char *argv[WORDS_MAX + 2] = { (char *)"espalier" }, *rest = words, *word;
	static char *kept[WORDS_MAX + 2];
	int argc = 1;

	strcpy(words, line);
	while (*line && (word = strsep(&rest, "|")))
		argv[argc++] = word;
	memcpy(kept, argv, sizeof(argv));
	return options_parse(argc, kept, o, e);
}

static struct options fine(const char *line)
{
	struct options o = { 0 };
	struct err e = ERR_INIT;
	int r = parse(line, &o, &e);

	if (r < 0)
		fail_msg("%s: %s", line, e.msg);
	return o;
}

static void refused(const char *line, const char *msg, const char *hint)
{
	struct options o = { 0 };
	struct err e = ERR_INIT;

	assert_int_equal(parse(line, &o, &e), -EINVAL);
	assert_string_equal(e.msg, msg);
	if (hint)
		assert_string_equal(e.hint, hint);
	else
		assert_null(e.hint);
	err_clear(&e);
}

static void ways_to_start(void **state)
{
	struct options o = fine("");

	(void)state;
	assert_int_equal(o.action, ACTION_START);
	assert_null(o.lab);
	o = fine("-n|lab1|two.lab");
	assert_string_equal(o.network, "lab1");
	assert_string_equal(o.lab, "two.lab");
	assert_false(o.batch);
	o = fine("-kb|two.lab|--keep|--json");
	assert_true(o.batch && o.keep_going && o.keep && o.json);
	assert_string_equal(o.lab, "two.lab");
	o = fine("-b|-");
	assert_string_equal(o.lab, "-");
	o = fine("-c|add host h1|-c|show nodes");
	assert_string_equal(o.commands, "add host h1\nshow nodes");
	options_free(&o);
}

static void actions(void **state)
{
	struct options o = fine("attach|lab1|--read-only|-c|show nodes");

	(void)state;
	assert_int_equal(o.action, ACTION_ATTACH);
	assert_string_equal(o.network, "lab1");
	assert_true(o.read_only);
	options_free(&o);
	assert_int_equal(fine("--read-only|attach|lab1").action, ACTION_ATTACH);
	assert_int_equal(fine("ls").action, ACTION_LIST);
	assert_int_equal(fine("doctor|--json").action, ACTION_DOCTOR);
	assert_string_equal(fine("check|labs/x.lab|-n|a").lab, "labs/x.lab");
	assert_true(fine("check|--strict|--json|x.lab").strict);
	o = fine("destroy|a|b");
	assert_int_equal(o.action, ACTION_DESTROY);
	assert_int_equal(o.n_names, 2);
	assert_string_equal(o.names[1], "b");
	o = fine("monitor|lab1|h1|every|2s|--once|--csv");
	assert_int_equal(o.action, ACTION_MONITOR);
	assert_string_equal(o.network, "lab1");
	assert_int_equal(o.n_names, 3);
	assert_string_equal(o.names[2], "2s");
	assert_true(o.once && o.csv && !o.text);
	assert_int_equal(fine("--help").action, ACTION_HELP);
	assert_int_equal(fine("--version").action, ACTION_VERSION);
	assert_int_equal(fine("--manual|whatever").action, ACTION_MANUAL);
}

static void options_that_are_wrong(void **state)
{
	static const char list[] = "'espalier --help' lists them";

	(void)state;
	refused("-x", "no option -x", list);
	refused("-kx", "no option -x", list);
	refused("--jsn", "no option --jsn", "did you mean '--json'?");
	refused("--jsn=3", "no option --jsn", "did you mean '--json'?");
	refused("--zzzzzzzz", "no option --zzzzzzzz", list);
	refused("--json=3", "--json takes no value", NULL);
	refused("-b", "--batch needs FILE", NULL);
	refused("--command", "--command needs COMMANDS", NULL);
	refused("-c|show|-b|a.lab", "-b and -c do not go together", NULL);
	refused("--read-only", "--read-only is for 'attach NETWORK'", NULL);
	refused("-n|a|attach|b", "-n is for a new network", NULL);
	refused("ls|-c|show", "-c runs no commands", NULL);
	refused("--once|ls", "--once, --text and --csv are for 'monitor NETWORK'", NULL);
	refused("monitor|a|--text|--json", "--text, --json and --csv do not go together",
		NULL);
}

static void words_that_are_wrong(void **state)
{
	(void)state;
	refused("attach", "attach needs a network's name", NULL);
	refused("monitor", "monitor needs a network's name", NULL);
	refused("check", "check needs a lab file", NULL);
	refused("check|a|b", "unexpected word 'b' after 'check'", NULL);
	refused("--strict|a.lab", "--strict is for 'check FILE.lab'", NULL);
	refused("check|a.lab|-c|show", "-c runs no commands", NULL);
	refused("destroy", "destroy needs a network's name", NULL);
	refused("attach|a|b", "unexpected word 'b' after 'attach'", NULL);
	refused("ls|a", "unexpected word 'a' after 'ls'", NULL);
	refused("a.lab|b.lab", "unexpected word 'b.lab'", NULL);
	refused("-c|show|a.lab", "'a.lab': -b and -c take no further lab", NULL);
	refused("atach", "'atach' is neither a lab file nor something to do",
		"did you mean 'espalier attach'?");
	refused("destory|a|b", "'destory' is neither a lab file nor something to do",
		"did you mean 'espalier destroy'?");
	refused("list", "'list' is neither a lab file nor something to do",
		"did you mean 'espalier ls'?");
	refused("help", "'help' is neither a lab file nor something to do",
		"did you mean 'espalier --help'?");
	/* a path is a path, even one that is not there */
	assert_string_equal(fine("./list").lab, "./list");
	refused("-n|a/b", "the name 'a/b' has a '/' in it",
		"names are letters, digits, '-' and '_', a letter first");
	refused("destroy|good|../etc", "the name '../etc' has a '.' in it",
		"names are letters, digits, '-' and '_', a letter first");
	refused("attach|", "a name is empty", NULL);
}

static void tables_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_option_rows; i++) {
		cleanup_free char *line = mem_printf("--%s%s|ls", option_rows[i].name,
						     option_rows[i].value ? "=x" : "");
		struct options o = { 0 };
		struct err e = ERR_INIT;

		assert_true(option_rows[i].help && *option_rows[i].help);
		/* known, whether or not it goes with ls */
		if (parse(line, &o, &e) < 0)
			assert_null(strstr(e.msg, "no option"));
		options_free(&o);
		err_clear(&e);
	}
	assert_int_equal(n_exit_rows, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ways_to_start),
		cmocka_unit_test(actions),
		cmocka_unit_test(options_that_are_wrong),
		cmocka_unit_test(words_that_are_wrong),
		cmocka_unit_test(tables_are_whole),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
