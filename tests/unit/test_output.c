/*
 * test_output.c — tables at several widths, errors with their carets, text made
 * fit to show, and the JSON of a command.
 */
#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shell/output.h"
#include "shell/text.h"

/* ---- tables ---- */

static const struct column columns[] = {
	{ "name", "NAME", false, 0 }, { "kind", "KIND", false, 2 },
	{ "mtu", "MTU", true, 1 },    { "addresses", "ADDRESSES", false, 0 },
	{ "mac", "MAC", false, 3 },
};

static void fill(struct table *t)
{
	table_begin(t, columns, ARRAY_LEN(columns));
	table_add_text(t, "h%d", 1);
	table_add_text(t, "host");
	table_add_number(t, 1500);
	table_add_text(t, "10.0.0.1/24 fd00::1/64");
	table_add(t, mem_strdup("02:00:00:00:00:01"), NULL, STYLE_DIM);
	table_add_text(t, "core-switch");
	table_add_text(t, "switch");
	table_add_number(t, 9000);
	table_add(t, NULL, NULL, STYLE_PLAIN);
	table_add(t, mem_strdup("02:00:00:00:00:02"), NULL, STYLE_DIM);
}

static void check_table(unsigned width, const char *golden)
{
	struct table t;
	char *text;

	fill(&t);
	text = table_text(&t, width, false);
	assert_string_equal(text, golden);
	free(text);
	table_free(&t);
}

static void table_unlimited(void **state)
{
	(void)state;
	check_table(
		0,
		"NAME         KIND     MTU  ADDRESSES               MAC\n"
		"h1           host    1500  10.0.0.1/24 fd00::1/64  02:00:00:00:00:01\n"
		"core-switch  switch  9000  -                       02:00:00:00:00:02\n");
}

static void table_at_80(void **state)
{
	(void)state;
	check_table(
		80,
		"NAME         KIND     MTU  ADDRESSES               MAC\n"
		"h1           host    1500  10.0.0.1/24 fd00::1/64  02:00:00:00:00:01\n"
		"core-switch  switch  9000  -                       02:00:00:00:00:02\n");
}

static void table_drops_by_rank(void **state)
{
	(void)state;
	check_table(60, "NAME         KIND     MTU  ADDRESSES\n"
			"h1           host    1500  10.0.0.1/24 fd00::1/64\n"
			"core-switch  switch  9000  -\n"
			"not shown: MAC\n");
	check_table(40, "NAME         ADDRESSES\n"
			"h1           10.0.0.1/24 fd00::1/64\n"
			"core-switch  -\n"
			"not shown: KIND, MTU, MAC\n");
}

static void table_cuts_what_is_left(void **state)
{
	(void)state;
	check_table(24, "NAME         ADDRESSES\n"
			"h1           10.0.0.1/2…\n"
			"core-switch  -\n"
			"not shown: KIND, MTU, MAC\n");
	check_table(3, "NAME  ADD…\n"
		       "h1    10.…\n"
		       "cor…  -\n"
		       "not shown: KIND, MTU, MAC\n");
}

static void table_wide_characters_and_colour(void **state)
{
	static const struct column two[] = { { "a", "A", false, 0 },
					     { "b", "B", true, 0 } };
	struct table t;
	char *text;

	(void)state;
	table_begin(&t, two, 2);
	table_add(&t, mem_strdup("日本"), NULL, STYLE_BAD);
	table_add_text(&t, "1");
	table_add_text(&t, "é\t\033[2J");
	table_add_number(&t, 1234);
	text = table_text(&t, 0, true);
	assert_string_equal(text, "\033[1mA\033[0m          \033[1mB\033[0m\n"
				  "\033[31m日本\033[0m       1\n"
				  "é ?[2J  1234\n");
	free(text);
	table_free(&t);
}

static void table_as_json(void **state)
{
	struct output o = { .json = true };
	struct table t;
	char *text;

	(void)state;
	fill(&t);
	table_end(&t, &o);
	text = json_dumps(o.result, JSON_COMPACT);
	assert_string_equal(
		text, "[{\"name\":\"h1\",\"kind\":\"host\",\"mtu\":1500,\"addresses\":"
		      "\"10.0.0.1/24 fd00::1/64\",\"mac\":\"02:00:00:00:00:01\"},"
		      "{\"name\":\"core-switch\",\"kind\":\"switch\",\"mtu\":9000,"
		      "\"addresses\":null,\"mac\":\"02:00:00:00:00:02\"}]");
	free(text);
	output_end(&o);
}

/* ---- errors ---- */

static void check_error(const struct err *e, const char *file, const char *line,
			unsigned width, const char *golden)
{
	char *text = error_text(e, file, line, line ? strlen(line) : 0, width, false);

	assert_string_equal(text, golden);
	free(text);
}

static void error_in_a_file(void **state)
{
	struct err e = { .code = -ENOENT,
			 .msg = (char *)"no node named 'h3'",
			 .hint = (char *)"did you mean 'h2'?",
			 .place = { 7, 12, 2 } };

	(void)state;
	check_error(&e, "labs/two.lab", "   link h1 h3 delay 10ms", 80,
		    "labs/two.lab:7:12: no node named 'h3'\n"
		    "    link h1 h3 delay 10ms\n"
		    "            ^~\n"
		    "  did you mean 'h2'?\n");
}

static void error_at_the_prompt(void **state)
{
	struct err e = { .code = -ENOENT, .msg = (char *)"no node named 'h3'" };

	(void)state;
	check_error(&e, NULL, "ping h1 h3", 80, "error: no node named 'h3'\n");
	e.place = (struct place){ 1, 9, 2 };
	check_error(&e, NULL, "ping h1 h3", 80,
		    "error: no node named 'h3'\n"
		    "    ping h1 h3\n"
		    "            ^~\n");
}

static void error_without_a_column_or_line(void **state)
{
	struct err e = { .code = -EIO, .msg = (char *)"ping h1 h2: no answer" };

	(void)state;
	e.place.line = 3;
	check_error(&e, "a.lab", "  ping h1 h2  ", 80,
		    "a.lab:3: ping h1 h2: no answer\n"
		    "    ping h1 h2\n");
	e.place.line = 0;
	check_error(&e, "a.lab", NULL, 80, "a.lab: ping h1 h2: no answer\n");
	e.msg = NULL;
	check_error(&e, "a.lab", NULL, 80, "a.lab: Input/output error\n");
}

static void error_caret_at_the_end(void **state)
{
	struct err e = { .code = -EINVAL,
			 .msg = (char *)"link needs another NODE",
			 .place = { 1, 9, 0 } };

	(void)state;
	check_error(&e, "a.lab", "link h1 ", 80,
		    "a.lab:1:9: link needs another NODE\n"
		    "    link h1 \n"
		    "            ^\n");
	e.place.column = 99; /* beyond the line: at its end */
	check_error(&e, "a.lab", "link h1", 80,
		    "a.lab:1:99: link needs another NODE\n"
		    "    link h1\n"
		    "           ^\n");
}

static void error_with_tabs_and_wide_characters(void **state)
{
	struct err e = { .code = -EINVAL, .msg = (char *)"bad", .place = { 1, 20, 3 } };

	(void)state;
	check_error(&e, "a.lab", "\tadd\thost '日本' x\033\xff", 80,
		    "a.lab:1:20: bad\n"
		    "    add host '日本' x??\n"
		    "                    ^~~\n");
}

static void error_in_a_long_line(void **state)
{
	struct err e = { .code = -EINVAL, .msg = (char *)"bad", .place = { 1, 5, 3 } };
	char line[401];

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	line[400] = '\0';
	memcpy(line + 4, "bad", 3);
	check_error(&e, "a.lab", line, 40,
		    "a.lab:1:5: bad\n"
		    "    xxxxbadxxxxxxxxxxxxxxxxxxxxxxxxxxx…\n"
		    "        ^~~\n");
	memset(line, 'x', sizeof(line) - 1);
	memcpy(line + 300, "bad", 3);
	e.place.column = 301;
	check_error(&e, "a.lab", line, 40,
		    "a.lab:1:301: bad\n"
		    "    …xxxxxxxxxxxxxxxxxbadxxxxxxxxxxxxx…\n"
		    "                      ^~~\n");
	memset(line, 'x', sizeof(line) - 1);
	memcpy(line + 397, "bad", 3);
	e.place.column = 398;
	check_error(&e, "a.lab", line, 40,
		    "a.lab:1:398: bad\n"
		    "    …xxxxxxxxxxxxxxxxxbad\n"
		    "                      ^~~\n");
	e.place = (struct place){ 1, 1, 400 };
	check_error(&e, "a.lab", line, 40,
		    "a.lab:1:1: bad\n"
		    "    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\n"
		    "    ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n");
}

/* ---- text ---- */

static void utf8_is_checked(void **state)
{
	(void)state;
	assert_int_equal(text_utf8("a", 1), 1);
	assert_int_equal(text_utf8("é", 2), 2);
	assert_int_equal(text_utf8("€", 3), 3);
	assert_int_equal(text_utf8("😀", 4), 4);
	assert_int_equal(text_utf8("", 0), 0);
	assert_int_equal(text_utf8("é", 1), 0);		       /* cut short */
	assert_int_equal(text_utf8("\x80", 1), 0);	       /* no first byte */
	assert_int_equal(text_utf8("\xc0\x80", 2), 0);	       /* overlong */
	assert_int_equal(text_utf8("\xed\xa0\x80", 3), 0);     /* surrogate */
	assert_int_equal(text_utf8("\xf4\x90\x80\x80", 4), 0); /* beyond Unicode */
	assert_int_equal(text_utf8("\xf8\x88\x80\x80\x80", 5), 0);
}

static void text_is_cleaned(void **state)
{
	char *clean = text_clean("a\tb\033[0m\x7f\xc2\x9b\xffé", 13);
	json_t *j;

	(void)state;
	assert_string_equal(clean, "a b?[0m????é");
	free(clean);
	j = text_json("a\xff\0b", 4);
	assert_int_equal(json_string_length(j), 6);
	assert_memory_equal(json_string_value(j), "a\xef\xbf\xbd\0b", 6);
	json_decref(j);
	assert_int_equal(text_fit("日本語", 9, 5), 6);
	assert_int_equal(text_fit("abc", 3, 10), 3);
}

/* ---- one object a command ---- */

/* What output_command_done() writes to standard output. */
static char *written(struct output *o, const char *command, const struct err *e,
		     const char *file)
{
	int kept = dup(STDOUT_FILENO), fds[2];
	char *text = mem_alloc(4096);
	ssize_t n;

	fflush(stdout);
	assert_int_equal(pipe(fds), 0);
	assert_true(dup2(fds[1], STDOUT_FILENO) >= 0);
	close(fds[1]);
	assert_int_equal(output_command_done(o, command, e, file), 0);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	n = read(fds[0], text, 4095);
	close(fds[0]);
	assert_true(n >= 0);
	return text;
}

static void command_objects(void **state)
{
	struct output o = { .json = true };
	struct err e = { .code = -ENOENT,
			 .msg = (char *)"no node named 'h3'",
			 .place = { 7, 12, 2 } };
	char *text;

	(void)state;
	text = written(&o, "add host h1", NULL, NULL);
	assert_string_equal(
		text, "{\"command\":\"add host h1\",\"ok\":true,\"result\":null}\n");
	free(text);
	output_result(&o, json_pack("{s:i}", "sent", 3));
	text = written(&o, "ping \xff", &e, "a.lab");
	assert_string_equal(text,
			    "{\"command\":\"ping \xef\xbf\xbd\",\"ok\":false,"
			    "\"result\":{\"sent\":3},\"error\":{\"message\":\"no node "
			    "named 'h3'\",\"hint\":null,\"file\":\"a.lab\",\"line\":7,"
			    "\"column\":12}}\n");
	free(text);
	assert_null(o.result);
	o.json = false;
	text = written(&o, "add host h1", NULL, NULL);
	assert_string_equal(text, "");
	free(text);
}

static void a_full_disk_is_noticed(void **state)
{
	struct output o = { .json = true };
	FILE *full = fopen("/dev/full", "w");
	int kept = dup(STDOUT_FILENO);

	(void)state;
	if (!full)
		skip();
	fflush(stdout);
	dup2(fileno(full), STDOUT_FILENO);
	assert_int_equal(output_command_done(&o, "show", NULL, NULL), -ENOSPC);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_unlimited),
		cmocka_unit_test(table_at_80),
		cmocka_unit_test(table_drops_by_rank),
		cmocka_unit_test(table_cuts_what_is_left),
		cmocka_unit_test(table_wide_characters_and_colour),
		cmocka_unit_test(table_as_json),
		cmocka_unit_test(error_in_a_file),
		cmocka_unit_test(error_at_the_prompt),
		cmocka_unit_test(error_without_a_column_or_line),
		cmocka_unit_test(error_caret_at_the_end),
		cmocka_unit_test(error_with_tabs_and_wide_characters),
		cmocka_unit_test(error_in_a_long_line),
		cmocka_unit_test(utf8_is_checked),
		cmocka_unit_test(text_is_cleaned),
		cmocka_unit_test(command_objects),
		cmocka_unit_test(a_full_disk_is_noticed),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
