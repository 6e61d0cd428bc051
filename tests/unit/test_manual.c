/*
 * test_manual.c — the manual page holds what the tables hold, and nothing in it
 * that roff would take for something else.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "lang/lang.h"
#include "monitor/monitor.h"
#include "shell/manual.h"
#include "shell/options.h"
#include "shell/verbs.h"

/* Text as it stands in the page: without what only roff sees. */
static char *plain(const char *roff)
{
	static const char *const escapes[][2] = {
		{ "\\(aq", "'" },  { "\\(ga", "`" }, { "\\(ha", "^" }, { "\\(ti", "~" },
		{ "\\(dq", "\"" }, { "\\-", "-" },   { "\\e", "\\" },  { "\\&", "" },
		{ "\\fB", "" },	   { "\\fI", "" },   { "\\fR", "" },
	};
	struct str b = { 0 };

	while (*roff) {
		size_t i = 0;

		while (i < ARRAY_LEN(escapes) && !str_starts(roff, escapes[i][0]))
			i++;
		if (i < ARRAY_LEN(escapes)) {
			str_add(&b, escapes[i][1]);
			roff += strlen(escapes[i][0]);
		} else {
			str_addn(&b, roff++, 1);
		}
	}
	return str_take(&b);
}

static void page_has_all_sections(void **state)
{
	static const char *const sections[] = {
		"\n.SH NAME\n",	      "\n.SH SYNOPSIS\n", "\n.SH DESCRIPTION\n",
		"\n.SH OPTIONS\n",    "\n.SH COMMANDS\n", "\n.SH WORDS\n",
		"\n.SH RECORDINGS\n", "\n.SH FILES\n",	  "\n.SH \"EXIT STATUS\"\n",
		"\n.SH EXAMPLES\n",
	};
	cleanup_free char *page = manual_page(monitor_watcher.keys);
	const char *at = page;

	(void)state;
	assert_true(str_starts(page, ".TH ESPALIER 1 "));
	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		at = strstr(at, sections[i]);
		if (!at)
			fail_msg("no %s, or not in its place", sections[i]);
	}
}

static void page_has_every_row(void **state)
{
	cleanup_free char *page = manual_page(monitor_watcher.keys), *text = plain(page);
	const char *what, *kind;

	(void)state;
	for (size_t i = 0; i < n_verbs; i++) {
		cleanup_free char *usage = lang_usage(verbs + i);
		cleanup_free char *heading = mem_printf(".SS \"%s\"\n", usage);

		if (!strstr(text, heading) || !strstr(text, verbs[i].help))
			fail_msg("the page lacks %s", usage);
	}
	for (size_t i = 0; (kind = lang_kind(i, &what)); i++)
		if (!strstr(text, kind))
			fail_msg("the page lacks %s", kind);
	for (size_t i = 0; (kind = monitor_watcher.keys(i, &what)); i++)
		if (!strstr(text, what))
			fail_msg("the page lacks %s: %s", kind, what);
	for (size_t i = 0; i < n_option_rows; i++) {
		cleanup_free char *option = mem_printf("--%s", option_rows[i].name);

		if (!strstr(text, option) || !strstr(text, option_rows[i].help))
			fail_msg("the page lacks %s", option);
	}
}

static void page_is_roff(void **state)
{
	static const char *const macros[] = { "TH", "SH", "SS", "TP", "PP",
					      "RS", "RE", "nf", "fi", "I" };
	cleanup_free char *page = manual_page(monitor_watcher.keys);
	char *rest = page, *line;

	(void)state;
	while ((line = strsep(&rest, "\n"))) {
		size_t i = 0;

		for (const char *c = line; *c; c++)
			if (!isprint((unsigned char)*c))
				fail_msg("a byte that is not ASCII: %s", line);
		assert_int_not_equal(*line, '\'');
		if (*line != '.')
			continue;
		while (i < ARRAY_LEN(macros) &&
		       strncmp(line + 1, macros[i], strcspn(line + 1, " ")) != 0)
			i++;
		if (i == ARRAY_LEN(macros))
			fail_msg("not a macro: %s", line);
	}
}

static void usage_shows_every_option(void **state)
{
	cleanup_free char *usage = manual_usage();

	(void)state;
	assert_true(str_starts(usage, "usage: espalier "));
	for (size_t i = 0; i < n_option_rows; i++)
		assert_non_null(strstr(usage, option_rows[i].help));
	for (size_t i = 0; i < n_usage_rows; i++)
		assert_non_null(strstr(usage, usage_rows[i].usage));
	for (char *line = usage; (line = strchr(line, '\n')); line++)
		if (strchr(line + 1, '\n'))
			assert_true(strcspn(line + 1, "\n") <= 80);
}

static void help_as_json(void **state)
{
	struct output o = { .json = true };
	const json_t *row;

	(void)state;
	help_all(&o);
	assert_int_equal(json_array_size(o.result), n_verbs);
	row = json_array_get(o.result, 0);
	assert_string_equal(json_string_value(json_object_get(row, "name")),
			    verbs[0].name);
	for (size_t i = 0; i < n_verbs; i++) {
		help_verb(&o, verbs + i);
		assert_string_equal(json_string_value(json_object_get(o.result, "help")),
				    verbs[i].help);
	}
	output_end(&o);
}

static void help_explains_just_the_words_of_the_usage(void **state)
{
	static const struct verb v = { "ip", "IFACE {ADDR/LEN... | none}", "x", 0, NULL,
				       NULL };
	struct output o = { .json = true };
	const json_t *words;

	(void)state;
	help_verb(&o, &v);
	words = json_object_get(o.result, "words");
	assert_int_equal(json_object_size(words), 2);
	assert_non_null(json_object_get(words, "NODE:IFACE"));
	assert_non_null(json_object_get(words, "ADDR/LEN"));
	output_end(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_has_all_sections),
		cmocka_unit_test(page_has_every_row),
		cmocka_unit_test(page_is_roff),
		cmocka_unit_test(usage_shows_every_option),
		cmocka_unit_test(help_as_json),
		cmocka_unit_test(help_explains_just_the_words_of_the_usage),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
