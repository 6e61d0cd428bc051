/*
 * test_monitor_keys.c — what keys and the mouse do to the state of the dashboard.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/state.h"

enum { ROWS = 10, PAGE = 4, MS = 1000000 };

/* A list of ROWS rows through a window of PAGE lines. */
static struct choice_id rows[ROWS];
static const struct shown list = {
	.rows = rows, .n = ROWS, .y = 3, .page = PAGE, .columns = 3, .past_max = 599
};
static const struct shown detail = { .lines = 30, .page = 10, .past_max = 599 };

static struct state begin(void)
{
	struct state st;

	for (uint32_t i = 0; i < ROWS; i++)
		rows[i] = (struct choice_id){ 100 + i / 2, (int)(i % 2) };
	state_begin(&st, 1000 * (uint64_t)MS);
	return st;
}

static void press(struct state *st, const struct shown *shown, const char *keys)
{
	for (; *keys; keys++)
		state_key(st, shown, (unsigned char)*keys);
}

static void moving(void **state)
{
	struct state st = begin();

	(void)state;
	state_key(&st, &list, KEY_CURSOR_DOWN);
	assert_int_equal(st.list[0].selected.id, 100);
	assert_int_equal(st.list[0].selected.end, 1);
	press(&st, &list, "jj");
	assert_int_equal(st.list[0].selected.end, 1);
	assert_int_equal(st.list[0].selected.id, 101);
	state_key(&st, &list, KEY_TO_END);
	assert_int_equal(st.list[0].selected.id, 104);
	state_key(&st, &list, KEY_CURSOR_DOWN);
	assert_int_equal(st.list[0].selected.id, 104);
	state_key(&st, &list, KEY_PAGE_UP);
	assert_int_equal(st.list[0].selected.id, 103);
	assert_int_equal(st.list[0].selected.end, 0);
	state_key(&st, &list, KEY_TO_START);
	assert_int_equal(st.list[0].selected.id, 100);
	press(&st, &list, "k");
	assert_int_equal(st.list[0].selected.id, 100);
}

/* A row that is gone is no trap: the first is selected then. */
static void a_row_that_went(void **state)
{
	struct state st = begin();

	(void)state;
	st.list[0].selected.id = 77;
	press(&st, &list, "j");
	assert_int_equal(st.list[0].selected.id, 100);
	assert_int_equal(st.list[0].selected.end, 1);
}

static void empty_lists(void **state)
{
	static const struct shown nothing = { 0 };
	struct state st = begin();

	(void)state;
	press(&st, &nothing, "jk<>rp\r+-[]");
	state_key(&st, &nothing, KEY_PAGE_DOWN);
	state_key(&st, &nothing, KEY_TO_END);
	assert_int_equal(st.view, VIEW_LINKS);
	assert_int_equal(st.past, 0);
}

static void views(void **state)
{
	struct state st = begin();

	(void)state;
	press(&st, &list, "\t");
	assert_int_equal(st.view, VIEW_NODES);
	press(&st, &list, "\r");
	assert_int_equal(st.view, VIEW_NODE);
	assert_int_equal(st.list[1].selected.id, 100);
	press(&st, &detail, "jjj");
	assert_int_equal(st.scroll, 1); /* the picture says where it was */
	state_key(&st, &detail, KEY_ESCAPE);
	assert_int_equal(st.view, VIEW_NODES);
	assert_int_equal(st.scroll, 0);
	press(&st, &list, "3\r");
	assert_int_equal(st.view, VIEW_NODE);
	state_key(&st, &detail, KEY_ESCAPE);
	assert_int_equal(st.view, VIEW_TOPOLOGY);
	press(&st, &list, "\t");
	assert_int_equal(st.view, VIEW_LINKS);
	state_key(&st, &list, KEY_TAB_BACK);
	assert_int_equal(st.view, VIEW_TOPOLOGY);
	press(&st, &list, "1\r");
	assert_int_equal(st.view, VIEW_LINK);
	press(&st, &detail, "2");
	assert_int_equal(st.view, VIEW_NODES);
}

static void scrolling(void **state)
{
	struct state st = begin();
	struct shown shown = detail;

	(void)state;
	press(&st, &list, "\r");
	state_key(&st, &shown, KEY_TO_END);
	assert_int_equal(st.scroll, 20);
	shown.scroll = st.scroll;
	state_key(&st, &shown, KEY_PAGE_UP);
	assert_int_equal(st.scroll, 11);
	state_wheel(&st, &shown, 3);
	assert_int_equal(st.scroll, 20);
}

static void help(void **state)
{
	struct state st = begin();

	(void)state;
	press(&st, &list, "?");
	assert_true(st.help);
	press(&st, &detail, "?");
	assert_false(st.help);
	state_key(&st, &list, KEY_FUNCTION + 1);
	assert_true(st.help);
	state_key(&st, &detail, KEY_ESCAPE);
	assert_false(st.help);
	assert_int_equal(st.view, VIEW_LINKS);
}

static void filter(void **state)
{
	struct state st = begin();

	(void)state;
	press(&st, &list, "/q h1");
	assert_true(st.typing);
	assert_false(st.quit);
	assert_string_equal(st.filter, "q h1");
	state_key(&st, &list, KEY_ERASE);
	assert_string_equal(st.filter, "q h");
	state_key(&st, &list, KEY_CURSOR_DOWN); /* selects, and typing goes on */
	assert_true(st.typing);
	press(&st, &list, "\r");
	assert_false(st.typing);
	assert_string_equal(st.filter, "q h");
	state_key(&st, &list, KEY_ESCAPE);
	assert_string_equal(st.filter, "");
	press(&st, &list, "/ab");
	state_key(&st, &list, KEY_ESCAPE);
	assert_false(st.typing);
	assert_string_equal(st.filter, "");
	press(&st, &list, "/");
	for (int i = 0; i < 3 * FILTER_MAX; i++)
		press(&st, &list, "x");
	assert_int_equal(strlen(st.filter), FILTER_MAX);
	state_key(&st, &list, KEY_CTRL_C);
	assert_true(st.quit);
}

static void order(void **state)
{
	struct state st = begin();

	(void)state;
	assert_int_equal(st.list[0].column, -1);
	press(&st, &list, ">>>");
	assert_int_equal(st.list[0].column, 2);
	press(&st, &list, ">");
	assert_int_equal(st.list[0].column, -1);
	press(&st, &list, "<");
	assert_int_equal(st.list[0].column, 2);
	press(&st, &list, "r");
	assert_true(st.list[0].reversed);
	assert_false(st.list[1].reversed);
	press(&st, &list, "p");
	assert_true(st.problems_first);
}

static void time_stands_still(void **state)
{
	struct state st = begin();

	(void)state;
	state_key(&st, &list, KEY_CURSOR_RIGHT);
	assert_false(st.frozen);
	press(&st, &list, " ");
	assert_true(st.frozen);
	press(&st, &list, " ");
	assert_false(st.frozen);
	state_key(&st, &list, KEY_CURSOR_LEFT);
	assert_true(st.frozen);
	assert_int_equal(st.past, 1);
	press(&st, &list, "[[");
	assert_int_equal(st.past, 21);
	press(&st, &list, "]");
	assert_int_equal(st.past, 11);
	for (int i = 0; i < 100; i++)
		press(&st, &list, "[");
	assert_int_equal(st.past, 599);
	for (int i = 0; i < 100; i++)
		press(&st, &list, "]");
	assert_int_equal(st.past, 0);
	press(&st, &list, "[");
	state_key(&st, &list, KEY_ESCAPE);
	assert_false(st.frozen);
	assert_int_equal(st.past, 0);
}

static void pace(void **state)
{
	struct state st = begin();

	(void)state;
	press(&st, &list, "+");
	assert_int_equal(st.every, 500 * MS);
	press(&st, &list, "++++++");
	assert_int_equal(st.every, 100 * MS);
	press(&st, &list, "----------------");
	assert_true(st.every == 60000 * (uint64_t)MS);
	st.every = 300 * MS;
	press(&st, &list, "-");
	assert_int_equal(st.every, 500 * MS);
}

static void mouse(void **state)
{
	struct state st = begin();

	(void)state;
	state_click(&st, &list, 2);
	assert_int_equal(st.list[0].selected.id, 0);
	state_click(&st, &list, 3 + PAGE);
	assert_int_equal(st.list[0].selected.id, 0);
	state_click(&st, &list, 5);
	assert_int_equal(st.list[0].selected.id, 101);
	assert_int_equal(st.view, VIEW_LINKS);
	state_click(&st, &list, 5);
	assert_int_equal(st.view, VIEW_LINK);
	state_click(&st, &detail, 5);
	assert_int_equal(st.view, VIEW_LINK);
}

static void leaving(void **state)
{
	static const uint32_t keys[] = { 'q', KEY_CTRL_C, KEY_FUNCTION + 10 };

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct state st = begin();

		assert_true(state_key(&st, &list, keys[i]));
		assert_true(st.quit);
	}
}

static void every_key_is_explained(void **state)
{
	const char *keys, *help;
	size_t n = 0;

	(void)state;
	for (; (keys = key_help(n, &help)); n++) {
		assert_true(*keys && *help);
		assert_true(strlen(keys) + strlen(help) < 72);
	}
	assert_true(n > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moving),
		cmocka_unit_test(a_row_that_went),
		cmocka_unit_test(empty_lists),
		cmocka_unit_test(views),
		cmocka_unit_test(scrolling),
		cmocka_unit_test(help),
		cmocka_unit_test(filter),
		cmocka_unit_test(order),
		cmocka_unit_test(time_stands_still),
		cmocka_unit_test(pace),
		cmocka_unit_test(mouse),
		cmocka_unit_test(leaving),
		cmocka_unit_test(every_key_is_explained),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
