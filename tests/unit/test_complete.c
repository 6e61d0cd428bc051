/*
 * test_complete.c — where '?' asks for help, how choices are listed, and what
 * a network is called after a lab file.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shell/complete.h"
#include "shell/networks.h"
#include "shell/verbs.h"

/* ---- '?' ---- */

struct fixture {
	struct session s;
	struct network net;
};

static int set_up(void **state)
{
	struct fixture *f = mem_alloc(sizeof(*f));
	uint32_t id;

	f->net.model = model_new();
	f->s.net = &f->net;
	assert_int_equal(lang_new(verbs, n_verbs, NULL, NULL, &f->s.lang, NULL), 0);
	assert_int_equal(model_add_node(f->net.model, NODE_HOST, "h1", &id, NULL), 0);
	/* a node with the name of the beginning of a verb */
	assert_int_equal(model_add_node(f->net.model, NODE_HOST, "sh", &id, NULL), 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	lang_free(f->s.lang);
	model_free(f->net.model);
	free(f);
	return 0;
}

static void question_asks(void **state)
{
	static const char *const asks[] = {
		"",
		"  ",
		"link ",
		"link h1 ",
		"add host h9; ",
		"add host h9;",
		"add host h9\n",
		"h1 ping h1; link ",
		"show ",
		"ping h1 ",
		"run ",
		"h1 echo 'a b'; ",
		"# comment\n",
	};
	static const char *const inserts[] = {
		"l",	      "link h",	  "link 'h1 ",	"link \"",	  "h1 ",
		"h1 ls ",     "run h1 ",  "run h1 ls ", "sh ls ",	  "# is it ",
		"link h1 # ", "h1 ls\\ ", "link \\",	"h1 echo 'a b' ",
	};
	const struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(asks); i++)
		if (!complete_asks(&f->s, asks[i], strlen(asks[i])))
			fail_msg("no help after '%s'", asks[i]);
	for (size_t i = 0; i < ARRAY_LEN(inserts); i++)
		if (complete_asks(&f->s, inserts[i], strlen(inserts[i])))
			fail_msg("'?' is not typed after '%s'", inserts[i]);
}

/* ---- lists ---- */

static void choices_with_descriptions(void **state)
{
	struct choice items[] = {
		{ (char *)"delay", (char *)"time it takes", false },
		{ (char *)"é", (char *)"a long description that does not fit", false },
		{ (char *)"", (char *)"RATE — bits a second", false },
	};
	choice_vec v = { items, 3, 3 };
	cleanup_free char *text = complete_list(&v, 30, 24);

	(void)state;
	assert_string_equal(text, "  delay  time it takes\n"
				  "  é      a long description t\n"
				  "  RATE — bits a second\n");
}

static void many_choices_in_columns(void **state)
{
	choice_vec v = { 0 };
	cleanup_free char *few = NULL, *cut = NULL;

	(void)state;
	for (int i = 1; i <= 9; i++) {
		struct choice c = { mem_printf("h%d", i), mem_strdup("host"), false };

		vec_push(&v, c);
	}
	few = complete_list(&v, 16, 8); /* 5 rows of text, of 3 columns */
	assert_string_equal(few, "  h1  h4  h7\n"
				 "  h2  h5  h8\n"
				 "  h3  h6  h9\n");
	cut = complete_list(&v, 12, 5); /* 2 rows of 2, the rest is counted */
	assert_string_equal(cut, "  h1  h3\n"
				 "  h2  h4\n"
				 "  … and 5 more\n");
	choices_free(&v);
}

/* ---- names ---- */

static void names_of_networks(void **state)
{
	static const char *const names[][2] = {
		{ "labs/two.lab", "two" },   { "dumb bell.lab", "dumb-bell" },
		{ "/tmp/10.lab", "net-10" }, { "a..b.lab", "a-b" },
		{ ".lab", "net" },	     { "labs/", "net" },
		{ "x_y.txt", "x_y-txt" },    { "-.lab", "net" },
	};
	cleanup_free char *second = networks_name(NAME_SERIAL, "two", 2);
	cleanup_free char *first = networks_name(NAME_SERIAL, "two", 1);
	cleanup_free char *third = networks_name(NAME_COUNTED, "two", 3);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		cleanup_free char *name = networks_clean_name(names[i][0]);

		assert_string_equal(name, names[i][1]);
		assert_int_equal(model_check_name(name, NULL), 0);
	}
	assert_string_equal(first, "two");
	assert_string_equal(second, "two-2");
	assert_string_equal(third, "net3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(question_asks, set_up, tear_down),
		cmocka_unit_test(choices_with_descriptions),
		cmocka_unit_test(many_choices_in_columns),
		cmocka_unit_test(names_of_networks),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
