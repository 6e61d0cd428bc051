/*
 * units.c — one table of units per quantity serves parser, printer and error.
 */
#include "base/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"

struct unit {
	const char *name;
	uint64_t factor;
};

/* In rising order: the printer takes the largest that divides the value. */
static const struct unit rates[] = {
	{ "bit", 1 },		{ "kbit", 1000 },	   { "mbit", 1000000 },
	{ "gbit", 1000000000 }, { "tbit", 1000000000000 }, { 0 },
};
static const struct unit times[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "min", 60000000000 },
	{ "h", 3600000000000 },
	{ 0 },
};
static const struct unit sizes[] = {
	{ "B", 1 },	    { "kB", 1000 },	  { "KiB", 1024 },    { "MB", 1000000 },
	{ "MiB", 1 << 20 }, { "GB", 1000000000 }, { "GiB", 1 << 30 }, { 0 },
};

/* "10mb" and the like: nobody knows whether bits or bytes are meant. */
static bool could_be_bytes(const char *given)
{
	if (*given && strchr("kmgtKMGT", *given))
		given++;
	return strcasecmp(given, "b") == 0 || strcasecmp(given, "bps") == 0 ||
	       strcasecmp(given, "b/s") == 0;
}

static int bad_unit(const char *text, const char *quantity, const struct unit *units,
		    const char *given, const char *number, int digits, struct err *e)
{
	struct str names = { 0 };

	for (const struct unit *u = units; u->name; u++)
		str_addf(&names, "%s%s",
			 u == units  ? ""
			 : u[1].name ? ", "
				     : " or ",
			 u->name);
	if (units == rates && could_be_bytes(given))
		err_set(e, EINVAL, "'%s' could be bits or bytes", text);
	else if (*given)
		err_set(e, EINVAL, "'%s' has no unit of %s called '%s'", text, quantity,
			given);
	else
		err_set(e, EINVAL, "'%s' lacks a unit of %s", text, quantity);
	if (digits > 0)
		err_hint(e, "units are %s, as in %.*s%s", names.s, digits, number,
			 units == sizes ? "B" : units[2].name);
	else
		err_hint(e, "units are %s", names.s);
	str_free(&names);
	return -EINVAL;
}

/* "10", "1.5", ".5": digits with at most one point; no sign, no exponent. */
static size_t number_length(const char *s)
{
	size_t n = strspn(s, "0123456789");

	if (s[n] == '.')
		n += 1 + strspn(s + n + 1, "0123456789");
	return n == 1 && s[0] == '.' ? 0 : n;
}

static int parse(const char *text, const char *quantity, const struct unit *units,
		 uint64_t *ret, struct err *e)
{
	size_t digits = number_length(text);
	const char *given = text + digits;
	const struct unit *u;
	long double value;

	if (digits == 0) {
		err_set(e, EINVAL, "'%s' is not a %s", text, quantity);
		return err_hint(e, "a %s is a number with its unit, as in 10%s", quantity,
				units[2].name);
	}
	for (u = units; u->name; u++)
		if (strcasecmp(u->name, given) == 0)
			break;
	if (!u->name)
		return bad_unit(text, quantity, units, given, text, (int)digits, e);
	value = strtold(text, NULL) * (long double)u->factor;
	if (value > (long double)INT64_MAX)
		return err_set(e, ERANGE, "'%s' is too large a %s", text, quantity);
	if (value > 0 && value < 0.5L)
		return err_set(e, ERANGE, "'%s' is less than 1%s", text, units[0].name);
	*ret = (uint64_t)roundl(value);
	return 0;
}

/* ---- shares, and packets ---- */

enum { SHARE_DIGITS = 7, SHARE_PERCENT = 10000000, SHARE_ALL = 1000000000 };

int units_parse_percent(const char *text, uint32_t *ret, struct err *e)
{
	size_t digits = number_length(text);
	long double value;

	if (digits == 0) {
		err_set(e, EINVAL, "'%s' is not a percentage", text);
		return err_hint(e, "a percentage is a number with %%, as in 1%%");
	}
	if (strcmp(text + digits, "%") != 0) {
		err_set(e, EINVAL, "'%s' lacks a %%", text);
		return err_hint(e, "as in %.*s%%", (int)digits, text);
	}
	value = roundl(strtold(text, NULL) * SHARE_PERCENT);
	if (value > SHARE_ALL)
		return err_set(e, ERANGE, "'%s' is more than 100%%", text);
	*ret = (uint32_t)value;
	return 0;
}

char *units_print_percent(uint32_t share)
{
	char fraction[SHARE_DIGITS + 1];
	size_t n = SHARE_DIGITS;

	snprintf(fraction, sizeof(fraction), "%07u", share % SHARE_PERCENT);
	while (n > 0 && fraction[n - 1] == '0')
		n--;
	return mem_printf("%u%s%.*s%%", share / SHARE_PERCENT, n ? "." : "", (int)n,
			  fraction);
}

int units_parse_amount(const char *text, uint64_t *ret, bool *ret_bytes, struct err *e)
{
	size_t digits = strspn(text, "0123456789");
	int r;

	if (digits && strcmp(text + digits, "pkt") == 0) {
		errno = 0;
		*ret = strtoull(text, NULL, 10);
		if (errno)
			return err_set(e, ERANGE, "'%s' is too large", text);
		*ret_bytes = false;
		return 0;
	}
	r = units_parse_bytes(text, ret, e);
	if (r == 0)
		*ret_bytes = true;
	else if (r == -EINVAL)
		err_hint(e, "packets or bytes, as in 100pkt or 64kB");
	return r;
}

char *units_print_amount(uint64_t amount, bool bytes)
{
	return bytes ? units_print_bytes(amount) : mem_printf("%" PRIu64 "pkt", amount);
}

static char *print(uint64_t value, const struct unit *units)
{
	const struct unit *best = units;

	for (const struct unit *u = units; u->name; u++)
		if (value && value % u->factor == 0)
			best = u;
	/* 1500ms rather than 1.5s: exact, and no rounding to explain */
	return mem_printf("%" PRIu64 "%s", value / best->factor, best->name);
}

int units_parse_rate(const char *text, uint64_t *ret_bits, struct err *e)
{
	return parse(text, "rate", rates, ret_bits, e);
}

int units_parse_time(const char *text, uint64_t *ret_ns, struct err *e)
{
	return parse(text, "time", times, ret_ns, e);
}

int units_parse_bytes(const char *text, uint64_t *ret_bytes, struct err *e)
{
	return parse(text, "size", sizes, ret_bytes, e);
}

char *units_print_rate(uint64_t bits)
{
	return print(bits, rates);
}

char *units_print_time(uint64_t ns)
{
	return print(ns, times);
}

char *units_print_bytes(uint64_t bytes)
{
	return print(bytes, sizes);
}
