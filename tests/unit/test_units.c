/*
 * test_units.c — quantities with units: what parses, what is refused and how,
 * and that what is printed parses back to the same value.
 */
#include "base/units.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

typedef int parse_fn(const char *text, uint64_t *ret, struct err *e);
typedef char *print_fn(uint64_t value);

static void takes(parse_fn *parse, const char *text, uint64_t want)
{
	struct err e = ERR_INIT;
	uint64_t got = ~want;
	int r = parse(text, &got, &e);

	if (r != 0)
		print_error("'%s': %s\n", text, e.msg);
	assert_int_equal(r, 0);
	assert_null(e.msg);
	assert_true(got == want);
}

/* Refused with this code; the message names the text and has the words. */
static void refuses(parse_fn *parse, const char *text, int code, const char *words)
{
	struct err e = ERR_INIT;
	uint64_t got = 4711;

	assert_int_equal(parse(text, &got, &e), -code);
	assert_int_equal(e.code, -code);
	assert_true(got == 4711); /* a failed call leaves its result alone */
	assert_non_null(strstr(e.msg, text));
	if (!strstr(e.msg, words))
		print_error("'%s': \"%s\" lacks \"%s\"\n", text, e.msg, words);
	assert_non_null(strstr(e.msg, words));
	err_clear(&e);
}

static void test_rates(void **state)
{
	(void)state;
	takes(units_parse_rate, "1bit", 1);
	takes(units_parse_rate, "10mbit", 10000000);
	takes(units_parse_rate, "1.5gbit", 1500000000);
	takes(units_parse_rate, ".5kbit", 500);
	takes(units_parse_rate, "2.kbit", 2000);
	takes(units_parse_rate, "1tbit", 1000000000000);
	takes(units_parse_rate, "10Mbit", 10000000);
	takes(units_parse_rate, "0bit", 0);
}

static void test_times(void **state)
{
	(void)state;
	takes(units_parse_time, "20ms", 20000000);
	takes(units_parse_time, "1.5us", 1500);
	takes(units_parse_time, "2s", 2000000000);
	takes(units_parse_time, "3min", 180000000000);
	takes(units_parse_time, "1h", 3600000000000);
	takes(units_parse_time, "1.4ns", 1); /* to the nearest */
}

static void test_sizes(void **state)
{
	(void)state;
	takes(units_parse_bytes, "1500B", 1500);
	takes(units_parse_bytes, "9kB", 9000);
	takes(units_parse_bytes, "64KiB", 65536);
	takes(units_parse_bytes, "1MiB", 1048576);
	takes(units_parse_bytes, "1GB", 1000000000);
	takes(units_parse_bytes, "1GiB", 1073741824);
}

static void test_refused(void **state)
{
	(void)state;
	refuses(units_parse_rate, "10", EINVAL, "lacks a unit of rate");
	refuses(units_parse_rate, "10ms", EINVAL, "no unit of rate called 'ms'");
	refuses(units_parse_rate, "mbit", EINVAL, "is not a rate");
	refuses(units_parse_rate, ".", EINVAL, "is not a rate");
	refuses(units_parse_rate, "", EINVAL, "is not a rate");
	refuses(units_parse_rate, "-1mbit", EINVAL, "is not a rate");
	refuses(units_parse_rate, "1e3bit", EINVAL, "no unit of rate called 'e3bit'");
	refuses(units_parse_rate, "0x10bit", EINVAL, "no unit of rate called 'x10bit'");
	refuses(units_parse_rate, "1.2.3mbit", EINVAL, "no unit");
	refuses(units_parse_rate, "10 mbit", EINVAL, "no unit");
	refuses(units_parse_rate, "99999999999tbit", ERANGE, "too large a rate");
	refuses(units_parse_time, "5", EINVAL, "lacks a unit of time");
	refuses(units_parse_time, "0.3ns", ERANGE, "less than 1ns");
	refuses(units_parse_time, "9999999999h", ERANGE, "too large a time");
	refuses(units_parse_bytes, "1500", EINVAL, "lacks a unit of size");
	refuses(units_parse_bytes, "3TB", EINVAL, "no unit of size called 'TB'");
}

/* A number without its unit: the hint names the units and completes what was typed. */
static void test_hint_names_units(void **state)
{
	struct err e = ERR_INIT;
	uint64_t v;

	(void)state;
	units_parse_rate("10", &v, &e);
	assert_string_equal(e.hint,
			    "units are bit, kbit, mbit, gbit or tbit, as in 10mbit");
	units_parse_time("7", &v, &e);
	assert_string_equal(e.hint, "units are ns, us, ms, s, min or h, as in 7ms");
	units_parse_bytes("x", &v, &e);
	assert_non_null(e.hint);
	err_clear(&e);
	/* nobody need listen */
	assert_int_equal(units_parse_bytes("10", &v, NULL), -EINVAL);
}

static void prints(print_fn *print, uint64_t value, const char *want)
{
	cleanup_free char *got = print(value);

	assert_string_equal(got, want);
}

static void test_print(void **state)
{
	(void)state;
	prints(units_print_rate, 0, "0bit");
	prints(units_print_rate, 1, "1bit");
	prints(units_print_rate, 10000000, "10mbit");
	prints(units_print_rate, 1500000, "1500kbit");
	prints(units_print_time, 20000000, "20ms");
	prints(units_print_time, 60000000000, "1min");
	prints(units_print_time, 1500000000, "1500ms");
	prints(units_print_bytes, 1500, "1500B");
	prints(units_print_bytes, 65536, "64KiB");
	prints(units_print_bytes, 9000, "9kB");
}

static void round_trip(parse_fn *parse, print_fn *print, uint64_t value)
{
	cleanup_free char *text = print(value);

	takes(parse, text, value);
}

static void test_round_trip(void **state)
{
	uint64_t v = 1;

	(void)state;
	/* values of every size, with few and with many factors of 2 and 5 */
	for (unsigned i = 0; i < 600; i++) {
		round_trip(units_parse_rate, units_print_rate, v);
		round_trip(units_parse_time, units_print_time, v);
		round_trip(units_parse_bytes, units_print_bytes, v);
		v = i % 7 == 6 ? v / 9 + 1 : v * (i % 3 == 0 ? 10 : i % 3 == 1 ? 7 : 8);
		v %= (uint64_t)INT64_MAX;
	}
	round_trip(units_parse_time, units_print_time, INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_hint_names_units),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_round_trip),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
