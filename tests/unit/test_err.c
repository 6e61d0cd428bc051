/*
 * test_err.c — building, extending and clearing errors.
 */
#include "base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_set(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(err_set(&e, EEXIST, "add host %s", "h1"), -EEXIST);
	assert_int_equal(e.code, -EEXIST);
	assert_string_equal(e.msg, "add host h1");
	assert_null(e.hint);
	/* the code may come either way round */
	assert_int_equal(err_set(&e, -ENOENT, "gone"), -ENOENT);
	assert_int_equal(e.code, -ENOENT);
	assert_string_equal(e.msg, "gone");
	err_clear(&e);
	assert_int_equal(e.code, 0);
	assert_null(e.msg);
	err_clear(&e);
}

static void test_sys_has_the_system_s_word(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(err_sys(&e, -ENOSPC, "save %s", "x.lab"), -ENOSPC);
	assert_string_equal(e.msg, "save x.lab: No space left on device");
	err_clear(&e);
}

static void test_set_forgets_the_old(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	err_set(&e, EINVAL, "first");
	err_hint(&e, "a hint");
	e.place = (struct place){ 3, 4, 5 };
	err_set(&e, ERANGE, "second");
	assert_null(e.hint);
	assert_int_equal(e.place.line, 0);
	err_clear(&e);
}

/* An error may be rewritten from its own words. */
static void test_arguments_may_be_its_own(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	err_set(&e, EINVAL, "no address");
	err_hint(&e, "give one");
	err_set(&e, e.code, "link: %s (%s)", e.msg, e.hint);
	assert_string_equal(e.msg, "link: no address (give one)");
	err_hint(&e, "as in %s", "10.0.0.1");
	err_hint(&e, "%s/24", e.hint);
	assert_string_equal(e.hint, "as in 10.0.0.1/24");
	err_sys(&e, ENODEV, "%s", e.msg);
	assert_string_equal(e.msg, "link: no address (give one): No such device");
	err_clear(&e);
}

static void test_context(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	err_set(&e, ENOENT, "sch_netem missing");
	err_hint(&e, "load it");
	e.place.column = 7;
	assert_int_equal(err_context(&e, "set delay"), -ENOENT);
	assert_int_equal(err_context(&e, "link %s %s", "r1", "h2"), -ENOENT);
	assert_string_equal(e.msg, "link r1 h2: set delay: sch_netem missing");
	assert_string_equal(e.hint, "load it");
	assert_int_equal(e.place.column, 7);
	err_clear(&e);
}

static void test_nobody_listens(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, EPERM, "x"), -EPERM);
	assert_int_equal(err_sys(NULL, EPERM, "x"), -EPERM);
	assert_int_equal(err_context(NULL, "x"), -EINVAL);
	assert_int_equal(err_hint(NULL, "x"), -EINVAL);
	err_clear(NULL);
}

static void test_long_messages_are_whole(void **state)
{
	struct err e = ERR_INIT;
	char text[5001];

	(void)state;
	memset(text, 'x', 5000);
	text[5000] = '\0';
	err_set(&e, EINVAL, "%s", text);
	err_context(&e, "%s", text);
	assert_int_equal(strlen(e.msg), 10002);
	err_clear(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_sys_has_the_system_s_word),
		cmocka_unit_test(test_set_forgets_the_old),
		cmocka_unit_test(test_arguments_may_be_its_own),
		cmocka_unit_test(test_context),
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_long_messages_are_whole),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
