/*
 * test_lesson.c — a lab's words, wrapped; and how long its expectations are tried.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "shell/check.h"
#include "shell/lesson.h"

static void wraps(const char *lead, const char *text, unsigned width, const char *wanted)
{
	cleanup_free char *got = lesson_wrap(lead, text, width);

	assert_string_equal(got, wanted);
}

static void words_are_wrapped(void **state)
{
	(void)state;
	wraps("", "", 40, "");
	wraps("", "one two", 40, "one two");
	wraps("", "one two three four five six", 20, "one two three four\nfive six");
	wraps("", "one two three four fiv", 22, "one two three four fiv");
	wraps("✓ ", "one two three four five six", 22,
	      "✓ one two three four\n  five six");
	/* columns count, not bytes */
	wraps("", "äöü äöü äöü äöü äöü äöü", 20, "äöü äöü äöü äöü äöü\näöü");
	/* what does not fit stands alone; no window is narrower than that */
	wraps("", "a 123456789012345678901234567890 b", 5,
	      "a\n123456789012345678901234567890\nb");
}

static void lines_are_joined_and_paragraphs_kept(void **state)
{
	(void)state;
	wraps("", "one\n   two\tthree\n", 40, "one two three");
	wraps("", "one\n\ntwo\n \n\n three\n\n", 40, "one\n\ntwo\n\nthree");
	wraps("> ", "one\n\ntwo", 40, "> one\n\n  two");
	wraps("", "    kept  as\n it is", 10, "    kept  as\n it is");
}

static void patience(void **state)
{
	static const uint64_t second = 1000000000;
	struct check grader = { 0 }, person = { .hasty = true };
	struct check once = { .once = true };

	(void)state;
	assert_int_equal(check_patience(NULL, 0), 10 * second);
	assert_int_equal(check_patience(NULL, 3 * second), 3 * second);
	assert_int_equal(check_patience(&grader, 0), 10 * second);
	grader.failed = 1;
	assert_int_equal(check_patience(&grader, 60 * second), 60 * second);
	assert_int_equal(check_patience(&person, 0), second);
	assert_int_equal(check_patience(&person, 60 * second), 60 * second);
	person.failed = 1;
	assert_int_equal(check_patience(&person, 60 * second), second);
	assert_int_equal(check_patience(&person, 1000), 1000);
	assert_int_equal(check_patience(&once, 60 * second), 0);
	assert_int_equal(check_patience(&once, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_wrapped),
		cmocka_unit_test(lines_are_joined_and_paragraphs_kept),
		cmocka_unit_test(patience),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
