/*
 * test_verbs.c — the command table: every row compiles, is explained, and its
 * examples are commands that parse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "lang/lang.h"
#include "shell/verbs.h"

static size_t one_job(void *cookie, unsigned *ret, size_t max)
{
	(void)cookie;
	if (max)
		ret[0] = 1;
	return 1;
}

static struct lang *compiled(void)
{
	struct lang *l = NULL;
	struct err e = ERR_INIT;

	if (lang_new(verbs, n_verbs, one_job, NULL, &l, &e) < 0)
		fail_msg("the table does not compile: %s", e.msg);
	return l;
}

/* A network that has every name the examples speak of. */
static struct model *example_network(void)
{
	static const struct {
		enum node_kind kind;
		const char *name;
	} nodes[] = {
		{ NODE_HOST, "h1" },   { NODE_HOST, "h2" },   { NODE_HOST, "h3" },
		{ NODE_ROUTER, "r1" }, { NODE_ROUTER, "r2" }, { NODE_SWITCH, "s1" },
	};
	static const char *const links[][2] = { { "h1", "s1" }, { "r1", "s1" } };
	struct model *m = model_new();
	struct link_options o = { 0 };
	uint32_t id;

	for (size_t i = 0; i < ARRAY_LEN(nodes); i++)
		assert_int_equal(
			model_add_node(m, nodes[i].kind, nodes[i].name, &id, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		assert_int_equal(model_add_link(m, model_node_named(m, links[i][0])->id,
						model_node_named(m, links[i][1])->id, &o,
						&id, NULL),
				 0);
	return m;
}

static void test_compiles(void **state)
{
	(void)state;
	lang_free(compiled());
}

static void test_rows_are_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_verbs; i++) {
		const struct verb *v = &verbs[i];
		const char *name = v->name ? v->name : "(node)";

		if (!v->help || !*v->help || strlen(v->help) > 60)
			fail_msg("%s: no help of one short line", name);
		if (strchr(v->help, '\n') || v->help[strlen(v->help) - 1] == '.')
			fail_msg("%s: help has a newline or a final stop", name);
		if (!v->details || !strstr(v->details, "    "))
			fail_msg("%s: no details with an example", name);
		if (!v->run || !v->pattern)
			fail_msg("%s: no handler or pattern", name);
		assert_false((v->flags & VERB_CHANGES) && (v->flags & VERB_LOOKS));
	}
}

static void test_names_and_usages_are_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_verbs; i++) {
		cleanup_free char *usage = lang_usage(&verbs[i]);

		for (size_t j = 0; j < i; j++) {
			cleanup_free char *other = lang_usage(&verbs[j]);

			if (strcmp(usage, other) == 0)
				fail_msg("two rows have the usage '%s'", usage);
			if (verbs[i].name && verbs[j].name &&
			    strcmp(verbs[i].name, verbs[j].name) == 0)
				fail_msg("two rows are named '%s'", verbs[i].name);
		}
	}
}

/* An example must be a command of its own row. */
static void check_example(const struct lang *l, const struct model *m,
			  const struct verb *row, const char *line, size_t n)
{
	struct statement st = { 0 };
	const struct verb *v = NULL;
	struct args a = { 0 };
	struct err e = ERR_INIT;
	struct lexer x;

	lex_begin(&x, line, n);
	if (lex_next(&x, &st, &e) != 1)
		fail_msg("'%.*s' is no statement: %s", (int)n, line, e.msg);
	if (lang_parse(l, m, &st, &v, &a, &e) < 0)
		fail_msg("'%.*s' does not parse: %s (%s)", (int)n, line, e.msg,
			 e.hint ? e.hint : "no hint");
	if (v != row)
		fail_msg("'%.*s' is an example of another command", (int)n, line);
	args_free(&a);
	statement_free(&st);
}

static void test_examples_parse(void **state)
{
	struct model *m = example_network();
	struct lang *l = compiled();

	(void)state;
	for (size_t i = 0; i < n_verbs; i++) {
		const char *line = verbs[i].details;

		while (line && *line) {
			size_t n = strcspn(line, "\n");

			if (str_starts(line, "    "))
				check_example(l, m, &verbs[i], line, n);
			line += n + (line[n] == '\n');
		}
	}
	lang_free(l);
	model_free(m);
}

static void test_details_fit_a_terminal(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_verbs; i++)
		for (const char *line = verbs[i].details; line && *line;) {
			size_t n = strcspn(line, "\n");

			if (n > 78)
				fail_msg("too long: %.*s", (int)n, line);
			line += n + (line[n] == '\n');
		}
}

/* What a read-only shell may do must change nothing. */
static void test_flags(void **state)
{
	static const char *const changing[] = { "add", "link", "del",  "up", "down",
						"stp", "vlan", "keep", "ip", "route",
						"set", "topo", "reset" };
	static const char *const looking[] = { "jobs",	"output", "ping",   "pingall",
					       "show",	"save",	  "detach", "quit",
					       "help",	"?",	  "doctor", "expect",
					       "check", "lab",	  "say",    "step",
					       "wait" };
	struct lang *l = compiled();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(changing); i++) {
		const struct verb *v = lang_verb(l, changing[i]);

		assert_non_null(v);
		assert_true(v->flags & VERB_CHANGES);
	}
	for (size_t i = 0; i < ARRAY_LEN(looking); i++) {
		const struct verb *v = lang_verb(l, looking[i]);

		assert_non_null(v);
		assert_true(v->flags & VERB_LOOKS);
	}
	assert_false(lang_verb(l, "undo")->flags & (VERB_LOOKS | VERB_CHANGES));
	assert_true(lang_verb(l, "term")->flags & VERB_TERMINAL);
	lang_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compiles),
		cmocka_unit_test(test_rows_are_explained),
		cmocka_unit_test(test_names_and_usages_are_unique),
		cmocka_unit_test(test_examples_parse),
		cmocka_unit_test(test_details_fit_a_terminal),
		cmocka_unit_test(test_flags),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
