/*
 * test_str.c — growing strings, widths on a terminal, and "did you mean".
 */
#include "base/str.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/vec.h"

static void test_add(void **state)
{
	struct str b = { 0 };

	(void)state;
	str_add(&b, "");
	assert_string_equal(b.s, "");
	str_add(&b, "link");
	str_addn(&b, " h1 and more", 3);
	str_addf(&b, " %s%d", "s", 1);
	assert_string_equal(b.s, "link h1 s1");
	assert_int_equal(b.n, strlen(b.s));
	str_free(&b);
	assert_null(b.s);
	assert_int_equal(b.n, 0);
	str_free(&b);
}

static void test_bytes_may_be_nul(void **state)
{
	struct str b = { 0 };

	(void)state;
	str_addn(&b, "a\0b", 3);
	assert_int_equal(b.n, 3);
	assert_memory_equal(b.s, "a\0b", 4);
	str_free(&b);
}

static void test_grows(void **state)
{
	struct str b = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++)
		str_addf(&b, "%d,", i % 10);
	assert_int_equal(b.n, 20000);
	for (size_t i = 0; i < b.n; i += 2)
		assert_int_equal(b.s[i], '0' + (char)(i / 2 % 10));
	str_free(&b);
}

static void test_take(void **state)
{
	struct str b = { 0 };
	cleanup_free char *empty = str_take(&b), *full = NULL;

	(void)state;
	assert_string_equal(empty, "");
	str_add(&b, "x");
	full = str_take(&b);
	assert_string_equal(full, "x");
	assert_null(b.s);
	str_add(&b, "again");
	assert_string_equal(b.s, "again");
	str_free(&b);
}

static void test_starts(void **state)
{
	(void)state;
	assert_true(str_starts("10mbit", "10"));
	assert_true(str_starts("x", ""));
	assert_true(str_starts("", ""));
	assert_false(str_starts("1", "10"));
	assert_false(str_starts("X", "x"));
}

static void test_width(void **state)
{
	(void)state;
	assert_int_equal(str_width("h1", 2), 2);
	assert_int_equal(str_width("", 0), 0);
	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	assert_int_equal(str_width("é→", strlen("é→")), 2);
	assert_int_equal(str_width("網路", strlen("網路")), 4);
	assert_int_equal(str_width("e\xcc\x81", 3),
			 1); /* a combining accent takes none */
	assert_int_equal(str_width("a\xff\xfe", 3), 3); /* what is not UTF-8 takes one */
	assert_int_equal(str_width("\xe2\x86", 2), 2);	/* cut short */
	assert_int_equal(str_width("\xe2\x86\x92", 3), 1);
	setlocale(LC_CTYPE, "C");
}

static const char *suggestion(const char *word, const char *const *candidates)
{
	struct suggest g;

	suggest_begin(&g, word);
	for (; *candidates; candidates++)
		suggest_offer(&g, *candidates);
	return g.best;
}

static void test_suggest(void **state)
{
	static const char *const verbs[] = { "add",  "link", "del",   "ping",
					     "show", "save", "route", NULL };

	(void)state;
	assert_string_equal(suggestion("lnik", verbs), "link"); /* a swap is one slip */
	assert_string_equal(suggestion("shwo", verbs), "show");
	assert_string_equal(suggestion("rout", verbs), "route");
	assert_string_equal(suggestion("ad", verbs), "add");
	assert_string_equal(suggestion("pinng", verbs), "ping");
	assert_string_equal(suggestion("save", verbs), "save");
	assert_null(suggestion("quagga", verbs));
	assert_null(suggestion("", verbs));
}

static void test_suggest_takes_the_nearest_then_the_first(void **state)
{
	static const char *const near[] = { "host12", "host1", "host2", NULL };
	static const char *const tie[] = { "h2", "h4", NULL };
	static const char *const whole[] = { "x", "", NULL };

	(void)state;
	assert_string_equal(suggestion("hosst1", near), "host1");
	assert_string_equal(suggestion("h3", tie), "h2");
	/* a word that shares nothing is no suggestion, however short */
	assert_null(suggestion("q", whole));
}

static void test_suggest_long_words(void **state)
{
	char *word = mem_alloc(10001), candidate[65];
	const char *candidates[] = { candidate, "x", NULL };

	(void)state;
	memset(word, 'a', 10000);
	memset(candidate, 'a', 64);
	candidate[64] = '\0';
	assert_null(suggestion(word, candidates));
	word[63] = '\0';
	assert_null(suggestion(word, candidates)); /* 64 is too long a candidate */
	candidate[62] = '\0';
	assert_string_equal(suggestion(word, candidates), candidate);
	free(word);
}

static void test_vec(void **state)
{
	VEC(int) a = { 0 }, b = { 0 };
	int sum = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		vec_push(&a, i);
	vec_insert(&a, 0, -1);
	vec_insert(&a, a.n, 100);
	vec_remove(&a, 1);
	assert_int_equal(a.n, 101);
	assert_int_equal(a.v[0], -1);
	assert_int_equal(a.v[1], 1);
	assert_int_equal(a.v[100], 100);
	vec_copy(&b, &a);
	b.v[0] = 7;
	assert_int_equal(a.v[0], -1);
	vec_each (&a, p) {
		sum += *p;
	}
	assert_int_equal(sum, 5049);
	vec_free(&a);
	vec_copy(&a, &b);
	assert_int_equal(a.n, b.n);
	vec_free(&a);
	vec_free(&b);
	assert_null(b.v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_bytes_may_be_nul),
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_starts),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_suggest),
		cmocka_unit_test(test_suggest_takes_the_nearest_then_the_first),
		cmocka_unit_test(test_suggest_long_words),
		cmocka_unit_test(test_vec),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
