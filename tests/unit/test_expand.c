/*
 * test_expand.c — variables in statements: what is replaced, what is left, how it is
 * quoted, and where an unknown one is said to be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "lang/expand.h"

static struct variables some(void)
{
	struct variables v = { 0 };

	variables_set(&v, "i", "7");
	variables_set(&v, "name", "web");
	variables_set(&v, "two", "a b");
	variables_set(&v, "odd", "x\"$`\\'y");
	variables_set(&v, "none", "");
	return v;
}

/* The words after expansion, "[a][b]"; "=": nothing was replaced. */
static void expect(const char *source, bool foreign, const char *wanted)
{
	struct variables v = some();
	struct statement st, expanded;
	struct err e = ERR_INIT;
	struct str s = { 0 };
	struct lexer x;
	int r;

	lex_begin(&x, source, strlen(source));
	assert_int_equal(lex_next(&x, &st, NULL), 1);
	r = statement_expand(&st, &v, foreign, &expanded, &e);
	if (r < 0)
		str_addf(&s, "!%u:%u+%u %s", e.place.line, e.place.column, e.place.length,
			 e.msg);
	else if (r == 0)
		str_add(&s, "=");
	else {
		vec_each (&expanded.words, w)
			str_addf(&s, "[%s]", w->text);
		str_add(&s, expanded.background ? " &" : "");
		statement_free(&expanded);
	}
	assert_string_equal(s.s, wanted);
	str_free(&s);
	err_clear(&e);
	statement_free(&st);
	variables_free(&v);
}

static void what_is_replaced(void **state)
{
	(void)state;
	expect("add host h$i", false, "[add][host][h7]");
	expect("add host ${name}-$i h${i}x", false, "[add][host][web-7][h7x]");
	expect("say \"$i of '$name'\"", false, "[say][7 of 'web']");
	expect("say '$i' \\$i \"\\$i\"", false, "=");
	expect("say $two", false, "[say][a b]");
	expect("say x$two\"$two\"", false, "[say][xa ba b]");
	expect("say $odd \"$odd\"", false, "[say][x\"$`\\'y][x\"$`\\'y]");
	expect("say $none", false, "[say][]");
	expect("say $5 $ ${i", false, "=");
	expect("h1 ping h$i &", true, "[h1][ping][h7] &");
	expect("plain", false, "=");
}

static void blocks_are_left(void **state)
{
	(void)state;
	expect("for k in 1..$i { add $i $k }", false, "[for][k][in][1..7][ add $i $k ]");
	expect("if node a { add $unknown }", false, "=");
}

static void unknown_ones(void **state)
{
	(void)state;
	expect("add\\\n host x$nmae", false, "!2:8+5 no variable named 'nmae'");
	expect("h1 echo $HOME $i", true, "[h1][echo][$HOME][7]");
}

static void places_stay(void **state)
{
	struct variables v = some();
	static const char source[] = "link $name\n";
	struct statement st, expanded;
	struct lexer x;

	(void)state;
	lex_begin(&x, source, sizeof(source) - 1);
	assert_int_equal(lex_next(&x, &st, NULL), 1);
	assert_int_equal(statement_expand(&st, &v, false, &expanded, NULL), 1);
	assert_int_equal(expanded.words.v[1].place.length, 5);
	assert_string_equal(expanded.text, "link web");
	assert_int_equal(expanded.words.v[1].at, 5);
	assert_false(expanded.words.v[1].shell_syntax);
	statement_free(&expanded);
	statement_free(&st);
	variables_free(&v);
}

static void values(void **state)
{
	struct variables v = some(), copy = { 0 };

	(void)state;
	variables_set(&v, "i", variables_get(&v, "name"));
	assert_string_equal(variables_get(&v, "i"), "web");
	variables_copy(&copy, &v);
	variables_set(&v, "i", NULL);
	variables_set(&v, "i", NULL);
	assert_null(variables_get(&v, "i"));
	assert_string_equal(variables_get(&copy, "i"), "web");
	assert_false(variable_is_name("2a", 2));
	assert_false(variable_is_name("a-b", 3));
	assert_false(variable_is_name("", 0));
	assert_true(variable_is_name("_a2", 3));
	variables_free(&v);
	variables_free(&copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_replaced), cmocka_unit_test(blocks_are_left),
		cmocka_unit_test(unknown_ones),	    cmocka_unit_test(places_stay),
		cmocka_unit_test(values),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
