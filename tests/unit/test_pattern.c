/*
 * test_pattern.c — patterns: what compiles, to which tree, and how it reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "lang/kinds.h"
#include "lang/pattern.h"

/* The tree as text: all(a b), either(a b), option(a), set(a b), repeat(a), KIND@key. */
static void dump(const struct pattern *p, struct str *s)
{
	static const char *const names[] = {
		[PATTERN_ALL] = "all",	     [PATTERN_EITHER] = "either",
		[PATTERN_OPTION] = "option", [PATTERN_SET] = "set",
		[PATTERN_REPEAT] = "repeat",
	};

	if (p->type == PATTERN_WORD) {
		str_add(s, p->word);
		return;
	}
	if (p->type == PATTERN_KIND) {
		str_addf(s, "%s@%s", p->kind->name, p->key);
		return;
	}
	str_addf(s, "%s(", names[p->type]);
	for (size_t i = 0; i < p->sub.n; i++) {
		str_add(s, i ? " " : "");
		dump(p->sub.v[i], s);
	}
	str_add(s, ")");
}

static void expect(const char *text, const char *tree)
{
	struct err e = ERR_INIT;
	struct str s = { 0 };
	struct pattern *p;

	if (pattern_compile(text, &p, &e) < 0)
		fail_msg("%s", e.msg);
	dump(p, &s);
	assert_string_equal(s.s, tree);
	str_free(&s);
	pattern_free(p);
}

static void refuse(const char *text, const char *why)
{
	struct err e = ERR_INIT;
	struct pattern *p = NULL;

	assert_int_equal(pattern_compile(text, &p, &e), -EINVAL);
	assert_non_null(strstr(e.msg, why));
	assert_null(p);
	err_clear(&e);
}

static void test_trees(void **state)
{
	(void)state;
	expect("", "all()");
	expect("NODE", "all(NODE@NODE)");
	expect("NODE -> NODE", "all(NODE@NODE -> NODE@NODE)");
	expect("{host | router} NAME...",
	       "all(either(all(host) all(router)) repeat(NAME@NAME))");
	expect("auto {on|off}", "all(auto either(all(on) all(off)))");
	expect("IFACE {ADDR/LEN... | none}",
	       "all(IFACE@IFACE either(all(repeat(ADDR/LEN@ADDR/LEN)) all(none)))");
	expect("[VERB]", "all(option(either(all(VERB@VERB))))");
	expect("{a NODE}...", "all(repeat(either(all(a NODE@a))))");
}

static void test_sets(void **state)
{
	(void)state;
	expect("NODE [mtu BYTES] [name NAME]",
	       "all(NODE@NODE set(either(all(mtu BYTES@mtu)) either(all(name "
	       "NAME@name))))");
	/* one that does not begin with a keyword keeps its place */
	expect("[a] [NODE] [b] [c]",
	       "all(set(either(all(a))) option(either(all(NODE@NODE))) "
	       "set(either(all(b)) either(all(c))))");
	expect("[node | link] TARGET...",
	       "all(set(either(all(node) all(link))) repeat(TARGET@TARGET))");
	expect("[nodes | NODE]", "all(option(either(all(nodes) all(NODE@NODE))))");
}

static void test_keys(void **state)
{
	(void)state;
	/* a branch without a keyword of its own takes that of the one around it */
	expect("[ip {ENDADDR | none} ADDR]",
	       "all(set(either(all(ip either(all(ENDADDR@ip) all(none)) ADDR@ip))))");
	expect("{auto | NODE {via ADDR [metric COUNT]}}",
	       "all(either(all(auto) all(NODE@NODE either(all(via ADDR@via "
	       "set(either(all(metric COUNT@metric))))))))");
	/* the beginning of the pattern is no branch */
	expect("to NODE", "all(to NODE@NODE)");
}

static void test_refused(void **state)
{
	struct str deep = { 0 };

	(void)state;
	refuse("{a", "unbalanced");
	refuse("a}", "unbalanced");
	refuse("[a}", "unbalanced");
	refuse("{}", "empty");
	refuse("{a|}", "empty");
	refuse("[|a]", "empty");
	refuse("a | b", "outside");
	refuse("...", "nothing to repeat");
	refuse("{... a}", "nothing to repeat");
	refuse("NOSUCH", "unknown kind");
	refuse("Node", "mixed case");
	for (int i = 0; i < 1000; i++)
		str_add(&deep, "{");
	refuse(deep.s, "too deep");
	str_free(&deep);
	for (int i = 0; i < 40; i++)
		str_addf(&deep, "[a%d] ", i);
	refuse(deep.s, "too many options");
	str_free(&deep);
}

static void test_usage(void **state)
{
	cleanup_free char *usage =
		pattern_usage("END END [name LINKNAME] [ip {ENDADDR|none}] x...");

	(void)state;
	assert_string_equal(usage, "NODE NODE [name NAME] [ip {ADDR[/LEN]|none}] x...");
}

static void test_kinds(void **state)
{
	const char *name, *what = NULL, *last = "";
	size_t n = 0;

	(void)state;
	for (; (name = lang_kind(n, &what)); n++) {
		assert_true(*what);
		assert_string_not_equal(name, last);
		last = name;
	}
	assert_true(n > 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees), cmocka_unit_test(test_sets),
		cmocka_unit_test(test_keys),  cmocka_unit_test(test_refused),
		cmocka_unit_test(test_usage), cmocka_unit_test(test_kinds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
