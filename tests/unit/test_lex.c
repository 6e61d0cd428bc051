/*
 * test_lex.c — words, quotes, comments, places and refusals of the lexer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "lang/lex.h"

/* All statements as "[word][word] &;…", an error as "!line:column message;". */
static char *lex_all(const char *source, size_t n)
{
	struct str s = { 0 };
	struct err e = ERR_INIT;
	struct statement st;
	struct lexer x;
	int r;

	lex_begin(&x, source, n);
	while ((r = lex_next(&x, &st, &e)) != 0) {
		if (r < 0) {
			assert_int_equal(r, -EINVAL);
			str_addf(&s, "!%u:%u %s;", e.place.line, e.place.column, e.msg);
			err_clear(&e);
			continue;
		}
		vec_each (&st.words, w)
			str_addf(&s, "[%s]", w->text);
		str_add(&s, st.background ? " &;" : ";");
		statement_free(&st);
	}
	return str_take(&s);
}

static void expect(const char *source, const char *wanted)
{
	cleanup_free char *got = lex_all(source, strlen(source));

	assert_string_equal(got, wanted);
}

static void first(const char *source, struct statement *ret)
{
	struct lexer x;

	lex_begin(&x, source, strlen(source));
	assert_int_equal(lex_next(&x, ret, NULL), 1);
}

static void test_words(void **state)
{
	(void)state;
	expect("", "");
	expect(" \t\n\n ;; ; # nothing\n", "");
	expect("add host h1", "[add][host][h1];");
	expect("a;b\nc;", "[a];[b];[c];");
	expect("shape r1 -> h2 loss 1%", "[shape][r1][->][h2][loss][1%];");
	expect("a#b # c", "[a#b];");
	expect("a\r\nb\r", "[a];[b];");
	expect("a \\\n b\\\nc", "[a][bc];");
	expect("a \\\r\n b", "[a][b];");
	expect("grün 漢字", "[grün][漢字];");
	expect("# a 'quote\nb", "[b];");
	expect("# continued \\\nb", "[b];");
}

static void test_quotes(void **state)
{
	(void)state;
	expect("'a b' \"c d\"", "[a b][c d];");
	expect("''", "[];");
	expect("a'b'\"c\"d", "[abcd];");
	expect("'a\\b' \"a\\b\\\\\\\"\\$\\`\"", "[a\\b][a\\b\\\"$`];");
	expect("a\\ b \\; \\# \\'", "[a b][;][#]['];");
	expect("'a\nb' c", "[a\nb][c];");
	expect("\"a\\\nb\"", "[ab];");
	expect("'a;b#c&'", "[a;b#c&];");
	expect("'a\tb'", "[a\tb];");
}

static void test_background(void **state)
{
	(void)state;
	expect("run h1 sleep 5 &", "[run][h1][sleep][5] &;");
	expect("run h1 sleep 5& # so", "[run][h1][sleep][5] &;");
	expect("h1 x & ; show", "[h1][x] &;[show];");
	expect("h1 a & b", "[h1][a][&][b];");
	expect("h1 a &&", "[h1][a][&&];");
	expect("h1 a '&'", "[h1][a][&];");
	expect("h1 a \\&", "[h1][a][&];");
	expect("h1 a 'x'&", "[h1][a][x] &;");
	expect("&", "!1:1 '&' without a command;");
	expect(" ; & ; show", "!1:4 '&' without a command;[show];");
	expect("a { & }\nshow", "!1:5 '&' without a command;[show];");
	expect("a {\nb\n & }\nshow", "!3:2 '&' without a command;[show];");
}

static void test_shell_syntax(void **state)
{
	static const struct {
		const char *source;
		bool syntax;
	} cases[] = {
		{ "a|b", true },     { "'a|b'", false }, { "\"a|b\"", false },
		{ "a\\|", false },   { "\"$x\"", true }, { "\"\\$x\"", false },
		{ "'$x'", false },   { "*.c", true },	 { "2>&1", true },
		{ "a&b", true },     { "&& b", true },	 { "plain", false },
		{ "\"`x`\"", true }, { "~", true },	 { "x[1]", true },
		{ "a&", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct statement st;

		first(cases[i].source, &st);
		assert_int_equal(st.words.v[0].shell_syntax, cases[i].syntax);
		statement_free(&st);
	}
}

static void test_places(void **state)
{
	struct statement st;

	(void)state;
	first("\n\n  h1 \\\n  'a b' x &", &st);
	assert_int_equal(st.words.n, 3);
	assert_string_equal(st.text, "h1 \\\n  'a b' x");
	assert_int_equal(st.at, 4);
	assert_int_equal(st.words.v[0].place.line, 3);
	assert_int_equal(st.words.v[0].place.column, 3);
	assert_int_equal(st.words.v[0].place.length, 2);
	assert_int_equal(st.words.v[1].place.line, 4);
	assert_int_equal(st.words.v[1].place.column, 3);
	assert_int_equal(st.words.v[1].place.length, 5);
	assert_int_equal(st.words.v[1].len, 5);
	assert_true(st.words.v[1].quoted);
	assert_false(st.words.v[2].quoted);
	statement_free(&st);
}

static void test_refusals(void **state)
{
	static const char nul[] = "a\0b\nshow", hidden[] = "a { b # \0\nc\n}\nshow";
	cleanup_free char *got = lex_all(nul, sizeof(nul) - 1);
	cleanup_free char *block = lex_all(hidden, sizeof(hidden) - 1);

	(void)state;
	assert_string_equal(got, "!1:2 a NUL byte in the text;[show];");
	assert_string_equal(block, "!1:9 a NUL byte in the text;[show];");
	expect("add 'h1\nshow", "!1:5 a ' is not closed;[show];");
	expect("a \"b", "!1:3 a \" is not closed;");
	expect("a \"b\\", "!1:3 a \" is not closed;");
	expect("a \033[2J\nb", "!1:3 a control character in the text;[b];");
	expect("a '\033'", "!1:4 a control character in the text;");
	expect("a \177", "!1:3 a control character in the text;");
	expect("a \302\233", "!1:3 a control character in the text;"); /* U+009B */
	expect("a \rb", "!1:3 a control character in the text;");
	expect("a \377\nb", "!1:3 not valid UTF-8;[b];");
	expect("a \303", "!1:3 not valid UTF-8;");
	expect("a \300\257", "!1:3 not valid UTF-8;");	   /* overlong '/' */
	expect("a \355\240\200", "!1:3 not valid UTF-8;"); /* surrogate */
	expect("a \364\220\200\200", "!1:3 not valid UTF-8;");
	expect("ok 1\nbad \001\nok 2", "[ok][1];!2:5 a control character in the text;"
				       "[ok][2];");
}

static void test_long(void **state)
{
	enum { LONG = 1 << 20 };
	cleanup_free char *line = mem_alloc(LONG + 32), *got = NULL;
	const char *const tails[] = { "\nshow", "'\nshow", "\\\nx" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
		memset(line, 'x', LONG);
		strcpy(line + LONG, tails[i]);
		free(got);
		got = lex_all(line, strlen(line));
		assert_true(str_starts(got, "!1:1 the statement is longer than 65536"));
	}
	/* words, blanks before and behind do not count */
	memset(line, ' ', LONG);
	memcpy(line + LONG / 2, "show", 4);
	free(got);
	got = lex_all(line, LONG);
	assert_string_equal(got, "[show];");
	/* a quote without end gives up, but does not take the file along */
	memset(line, '\n', LONG);
	memcpy(line, "a 'b", 4);
	memcpy(line + LONG - 5, "show\n", 5);
	free(got);
	got = lex_all(line, LONG);
	assert_string_equal(got, "!1:3 a ' is not closed;[show];");
}

static void test_open(void **state)
{
	static const struct {
		const char *source;
		bool open;
	} cases[] = {
		{ "", false },
		{ "a", false },
		{ "a 'b", true },
		{ "a 'b'", false },
		{ "a \"b", true },
		{ "a \\", true },
		{ "a \\\n", true },
		{ "a \\\nb", false },
		{ "a\\", true },
		{ "# it's", false },
		{ "a # \\", false },
		{ "'a\nb", true },
		{ "a \001\nb 'c", true },
		{ "a \\\\", false },
		{ "\\", true },
		{ "for i in 1..3 {", true },
		{ "a { b\n}", false },
		{ "a { b { }", true },
		{ "a { '}\n", true },
		{ "a { b } {", true },
		{ "a {}", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(lex_is_open(cases[i].source, strlen(cases[i].source)),
				 cases[i].open);
}

static void expect_unfinished(const char *source, const char *wanted, size_t at)
{
	struct str s = { 0 };
	struct statement st;

	assert_true(lex_unfinished(source, strlen(source), &st));
	vec_each (&st.words, w)
		str_addf(&s, "[%s]", w->text);
	assert_string_equal(s.s, wanted);
	assert_int_equal(st.words.v[st.words.n - 1].at, at);
	str_free(&s);
	statement_free(&st);
}

static void test_unfinished(void **state)
{
	struct statement st;

	(void)state;
	expect_unfinished("", "[]", 0);
	expect_unfinished("add", "[add]", 0);
	expect_unfinished("add ", "[add][]", 4);
	expect_unfinished("add host h1; link h", "[link][h]", 18);
	expect_unfinished("save 'my f", "[save][my f]", 5);
	expect_unfinished("save my\\ f", "[save][my f]", 5);
	expect_unfinished("link \\\nh1 ", "[link][h1][]", 10);
	expect_unfinished("link \\\n", "[link][]", 7);
	expect_unfinished("bad \001\nlink ", "[link][]", 11);
	expect_unfinished("for i in 1..3 { add ", "[add][]", 20);
	expect_unfinished("if node a { b } else {\nlink h1", "[link][h1]", 28);
	expect_unfinished("a { b { c", "[c]", 8);
	assert_false(lex_unfinished("# link", 6, &st));
	assert_false(lex_unfinished("link \001", 6, &st));
}

static void test_blocks(void **state)
{
	struct statement st, inner;
	struct lexer x;
	static const char source[] = "a\n  if x { b;\n c } else {\td }; e";

	(void)state;
	expect("for i in 1..3 { add host h$i; x }",
	       "[for][i][in][1..3][ add host h$i; x ];");
	expect("if a { b { c } d } else { e }; f",
	       "[if][a][ b { c } d ][else][ e ];[f];");
	expect("x {\n a # }\n '}' b}\n}\ny", "[x][\n a # }\n '}' b}\n];[y];");
	expect("x { }", "[x][ ];");
	expect("x {}", "[x][{}];");
	expect("h1 awk '{ print }' a}", "[h1][awk][{ print }][a}];");
	expect("h1 echo }", "[h1][echo][}];");
	expect("}", "!1:1 a } without a { before it;");
	expect("a { b } }", "[a][ b ][}];");
	expect("a {\nb", "!1:3 a { is not closed;");
	expect("a { 'b }\nc", "!1:5 a ' is not closed;");
	expect("a { b \001\nc\nd", "!1:7 a control character in the text;");
	/* what is wrong in a block does not part it */
	expect("a { b \001\n c }\nd", "!1:7 a control character in the text;[d];");
	first("x { { { { { { { { { { { { { { { { b } } } } } } } } } } } } } } } }", &st);
	assert_int_equal(st.words.n, 2);
	statement_free(&st);
	expect("x { { { { { { { { { { { { { { { { { b } } } } } } } } } } } } } } } } }",
	       "!1:35 blocks are nested too deeply;");

	/* a block is lexed with the places it has in the whole */
	lex_begin(&x, source, sizeof(source) - 1);
	assert_int_equal(lex_next(&x, &st, NULL), 1);
	statement_free(&st);
	assert_int_equal(lex_next(&x, &st, NULL), 1);
	assert_int_equal(st.words.n, 5);
	assert_true(st.words.v[2].block && st.words.v[4].block);
	assert_int_equal(st.words.v[4].place.line, 3);
	x.n = st.words.v[4].inside + strlen(st.words.v[4].text);
	lex_enter(&x, &st.words.v[4]);
	assert_int_equal(lex_next(&x, &inner, NULL), 1);
	assert_string_equal(inner.words.v[0].text, "d");
	assert_int_equal(inner.words.v[0].place.line, 3);
	assert_int_equal(inner.words.v[0].place.column, 13);
	statement_free(&inner);
	assert_int_equal(lex_next(&x, &inner, NULL), 0);
	statement_free(&st);
}

static void test_quote(void **state)
{
	static const char *const texts[] = {
		"h1",	"",  "a b",  "it's", "#x", "a;b", "a&", "$x",	   "\\",
		"grün", "~", "a\nb", "a\"b", "'",  "-n",  "*",	"r1:eth0", "/tmp/x.lab",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		cleanup_free char *quoted = lex_quote(texts[i]);
		struct statement st;

		first(quoted, &st);
		assert_int_equal(st.words.n, 1);
		assert_string_equal(st.words.v[0].text, texts[i]);
		assert_false(st.background);
		assert_false(st.words.v[0].shell_syntax);
		statement_free(&st);
	}
	cleanup_free char *plain = lex_quote("r1:eth0");

	assert_string_equal(plain, "r1:eth0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),	   cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_background), cmocka_unit_test(test_shell_syntax),
		cmocka_unit_test(test_places),	   cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_long),	   cmocka_unit_test(test_open),
		cmocka_unit_test(test_unfinished), cmocka_unit_test(test_quote),
		cmocka_unit_test(test_blocks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
