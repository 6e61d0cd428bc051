/*
 * test_ip.c — addresses as text and in arithmetic; sets of them.
 */
#include <arpa/inet.h>
#include <errno.h>

#include "model/ipset.h"
#include "net.h"

static void parses_what_it_prints(void **state)
{
	static const char *const texts[] = {
		"10.0.0.1/24",	 "0.0.0.0/0",	 "255.255.255.255/32",	"fd00::1/64",
		"::/0",		 "::1/128",	 "fe80::1/10",		"10.0.0.0/8",
		"2001:db8::/32", "192.0.2.9/31", "::ffff:10.0.0.1/128",
	};
	char buf[IP_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct ip ip = { 0 };

		assert_int_equal(ip_parse_with_length(texts[i], &ip, NULL), 0);
		assert_string_equal(ip_text_length(&ip, buf), texts[i]);
	}
}

static void a_lone_address_has_all_bits(void **state)
{
	char buf[IP_TEXT_MAX];
	struct ip ip;

	(void)state;
	assert_int_equal(ip_parse("10.0.0.1", &ip, NULL), 0);
	assert_int_equal(ip.len, 32);
	assert_string_equal(ip_text(&ip, buf), "10.0.0.1");
	assert_int_equal(ip_parse("FD00:0:0::1", &ip, NULL), 0);
	assert_int_equal(ip.len, 128);
	assert_string_equal(ip_text(&ip, buf), "fd00::1");
}

static void refuses_what_is_no_address(void **state)
{
	static const char *const bad[] = {
		"",
		"/",
		"/24",
		"10.0.0/24",
		"10.0.0.256/24",
		"10.0.0.1.2/24",
		"010.0.0.1/24",
		" 10.0.0.1/24",
		"10.0.0.1 /24",
		"fd00:::1/64",
		"g::1/64",
		"fe80::1%eth0/64",
		"10.0.0.1/33",
		"10.0.0.1/",
		"10.0.0.1/-1",
		"10.0.0.1/024",
		"10.0.0.1/4294967320",
		"10.0.0.1/24/24",
		"10.0.0.1/24x",
		"fd00::1/129",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/1",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct ip ip = { .len = 77 };
		struct err e = ERR_INIT;

		assert_int_equal(ip_parse_with_length(bad[i], &ip, &e), -EINVAL);
		assert_int_equal(ip_parse_with_length(bad[i], &ip, NULL), -EINVAL);
		assert_int_equal(ip.len, 77); /* left alone */
		assert_non_null(e.msg);
		assert_non_null(e.hint);
		err_clear(&e);
	}
}

static void says_what_is_missing(void **state)
{
	struct err e = ERR_INIT;
	struct ip ip;

	(void)state;
	assert_int_equal(ip_parse("10.0.0.1/24", &ip, &e), -EINVAL);
	assert_string_equal(e.hint, "write 10.0.0.1");
	assert_int_equal(ip_parse_with_length("10.0.0.1", &ip, &e), -EINVAL);
	assert_string_equal(e.msg, "'10.0.0.1' lacks its prefix length");
	assert_string_equal(e.hint, "as in 10.0.0.1/24");
	assert_int_equal(ip_parse_with_length("fd00::1", &ip, &e), -EINVAL);
	assert_string_equal(e.hint, "as in fd00::1/64");
	assert_int_equal(ip_parse_prefix("10.0.0.7/24", &ip, &e), -EINVAL);
	assert_string_equal(e.hint, "its subnet is 10.0.0.0/24");
	assert_int_equal(ip_parse_prefix("10.0.0.7", &ip, &e), 0);
	assert_int_equal(ip.len, 32);
	assert_int_equal(ip_parse_prefix("fd00:0:0:1::/64", &ip, &e), 0);
	assert_int_equal(ip.len, 64);
	err_clear(&e);
}

static void compares(void **state)
{
	struct ip a = net_ip("10.0.0.1/24"), wide = net_ip("10.0.0.1/16");
	struct ip b = net_ip("10.0.0.2/24"), six = net_ip("::1/24");
	struct ip none = { 0 };

	(void)state;
	assert_true(ip_equal(&a, &a));
	assert_false(ip_equal(&a, &wide));
	assert_true(ip_same_address(&a, &wide));
	assert_false(ip_same_address(&a, &b));
	assert_false(ip_same_address(&a, &six));
	assert_true(ip_compare(&a, &b) < 0);
	assert_true(ip_compare(&wide, &a) < 0);
	assert_true(ip_compare(&b, &six) < 0);
	assert_true(ip_compare(&six, &b) > 0);
	assert_int_equal(ip_compare(&a, &a), 0);
	assert_int_equal(ip_compare(&none, &none), 0);
}

static void knows_subnets(void **state)
{
	struct ip a = net_ip("10.0.15.7/20"), n = ip_network(&a);
	struct ip in = net_ip("10.0.0.1"), out = net_ip("10.0.16.1");
	struct ip half = net_ip("10.0.8.0/21"), six = net_ip("fd00::1/64");
	struct ip all = net_ip("0.0.0.0/0"), same = net_ip("10.0.1.1/20");
	char buf[IP_TEXT_MAX];

	(void)state;
	assert_string_equal(ip_text_length(&n, buf), "10.0.0.0/20");
	assert_true(ip_within(&in, &a));
	assert_false(ip_within(&out, &a));
	assert_false(ip_within(&six, &all));
	assert_true(ip_within(&out, &all));
	assert_true(ip_overlap(&a, &half));
	assert_true(ip_overlap(&half, &a));
	assert_true(ip_overlap(&all, &half));
	assert_false(ip_overlap(&out, &a));
	assert_false(ip_overlap(&six, &all));
	assert_true(ip_same_subnet(&a, &same));
	assert_false(ip_same_subnet(&a, &half));
	n = ip_network(&six);
	assert_string_equal(ip_text_length(&n, buf), "fd00::/64");
	n = net_ip("10.0.0.1/32");
	n = ip_network(&n);
	assert_string_equal(ip_text_length(&n, buf), "10.0.0.1/32");
}

static void counts_hosts(void **state)
{
	static const struct {
		const char *prefix;
		uint32_t n;
		const char *address;
	} cases[] = {
		{ "10.0.0.0/24", 0, "10.0.0.0/24" },
		{ "10.0.0.9/24", 1, "10.0.0.1/24" },
		{ "10.0.0.0/16", 256, "10.0.1.0/16" },
		{ "10.0.0.0/8", 0xffffff, "10.255.255.255/8" },
		{ "0.0.0.0/0", 0xfffffffe, "255.255.255.254/0" },
		{ "fd00::/64", 0x12345, "fd00::1:2345/64" },
		{ "fd00::/64", 0xfffffffe, "fd00::ffff:fffe/64" },
	};
	struct ip far = net_ip("fd00::1:0:0:1"), six = net_ip("fd00::/64");
	struct ip elsewhere = net_ip("fd01::1");
	char buf[IP_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct ip prefix = net_ip(cases[i].prefix);
		struct ip ip = ip_nth(&prefix, cases[i].n);

		assert_string_equal(ip_text_length(&ip, buf), cases[i].address);
		assert_int_equal(ip_host_number(&ip, &prefix), cases[i].n);
	}
	assert_int_equal(ip_host_number(&far, &six), UINT32_MAX);
	assert_int_equal(ip_host_number(&elsewhere, &six), UINT32_MAX);
}

static void checks_interface_addresses(void **state)
{
	static const char *const good[] = {
		"10.0.0.1/24",	 "10.0.0.254/24", "10.0.0.0/31", "10.0.0.1/31",
		"10.0.0.255/32", "10.0.0.255/16", "fd00::1/64",	 "fd00::ffff/112",
		"fd00::/127",	 "fd00::/128",	  "fe80::1/64",	 "223.255.255.1/24",
	};
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "10.0.0.0/24", "network" },	  { "10.0.0.255/24", "broadcast" },
		{ "10.0.3.255/22", "broadcast" }, { "10.0.0.3/30", "broadcast" },
		{ "fd00::/64", "anycast" },	  { "224.0.0.1/24", "multicast" },
		{ "239.1.1.1/32", "multicast" },  { "127.0.0.1/8", "loopback" },
		{ "0.0.0.0/24", "unspecified" },  { "255.255.255.255/32", "broadcast" },
		{ "ff02::1/64", "multicast" },	  { "::1/128", "loopback" },
		{ "::/128", "unspecified" },	  { "10.0.0.1/0", "everything" },
		{ "fd00::1/0", "everything" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct ip ip = net_ip(good[i]);

		assert_int_equal(ip_check_interface(&ip, NULL), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct ip ip = net_ip(bad[i].text);
		struct err e = ERR_INIT;

		assert_int_equal(ip_check_interface(&ip, &e), -EINVAL);
		assert_non_null(strstr(e.msg, bad[i].why));
		assert_non_null(strstr(e.msg, bad[i].text));
		err_clear(&e);
	}
	assert_int_equal(ip_check_interface(&(struct ip){ 0 }, NULL), -EINVAL);
}

/* ---- ipset.h ---- */

static void sets_keep_families_apart(void **state)
{
	struct ip four = net_ip("10.0.0.1"), mapped = net_ip("::ffff:10.0.0.1");
	struct ip wide = net_ip("10.0.0.1/8"), compatible = net_ip("::10.0.0.1");
	struct ip_set s = { 0 };

	(void)state;
	assert_false(ip_set_has(&s, &four));
	assert_true(ip_set_add(&s, &four));
	assert_false(ip_set_add(&s, &wide));
	assert_true(ip_set_has(&s, &wide));
	assert_false(ip_set_has(&s, &mapped));
	assert_false(ip_set_has(&s, &compatible));
	assert_true(ip_set_add(&s, &mapped));
	ip_set_free(&s);
}

static void sets_grow(void **state)
{
	struct ip four = net_ip("10.0.0.0/8"), six = net_ip("fd00::/64");
	struct ip_set s = { 0 };

	(void)state;
	for (uint32_t i = 1; i < 20000; i++) {
		struct ip a = ip_nth(&four, i * 7), b = ip_nth(&six, i);

		assert_true(ip_set_add(&s, &a));
		assert_true(ip_set_add(&s, &b));
	}
	for (uint32_t i = 1; i < 7 * 20000; i++) {
		struct ip a = ip_nth(&four, i);

		assert_int_equal(ip_set_has(&s, &a), i % 7 == 0 && i / 7 < 20000);
	}
	ip_set_free(&s);
}

/* Every answer is compared with that of looking at all claims. */
static void claims_find_overlaps(void **state)
{
	static const struct {
		const char *prefix;
		int owner;
	} given[] = {
		{ "10.0.0.0/8", 1 },	  { "10.1.0.0/16", 1 },
		{ "10.1.2.0/24", 2 },	  { "10.1.2.0/24", 2 },
		{ "10.1.3.0/24", 1 },	  { "10.1.3.0/24", 3 },
		{ "10.200.0.0/24", 1 },	  { "10.200.0.128/25", 1 },
		{ "11.0.0.0/24", 4 },	  { "11.0.0.7/32", -1 },
		{ "fd00::/64", 5 },	  { "fd00:0:0:1::/64", 5 },
		{ "fd00:0:0:2::/64", 6 }, { "172.16.0.0/12", 7 },
	};
	static const char *const asked[] = {
		"0.0.0.0/0",	  "10.0.0.0/8",	     "10.1.2.0/25",	"10.1.3.0/24",
		"10.200.0.0/16",  "10.200.0.128/25", "10.255.0.0/24",	"11.0.0.0/24",
		"11.0.0.0/28",	  "11.0.1.0/24",     "12.0.0.0/8",	"fd00::/8",
		"fd00::/62",	  "fd00::/63",	     "fd00:0:0:2::/64", "fd00:0:0:3::/64",
		"172.16.0.0/24",  "172.31.9.0/24",   "172.32.0.0/24",	"9.0.0.0/8",
		"192.168.0.0/16",
	};
	struct ip_claims c = { 0 };
	struct ip any = net_ip("10.0.0.0/8");

	(void)state;
	ip_claims_sort(&c);
	assert_null(ip_claims_overlap(&c, &any, 1));
	for (size_t i = 0; i < ARRAY_LEN(given); i++) {
		struct ip p = net_ip(given[i].prefix);

		ip_claims_add(&c, &p, given[i].owner);
	}
	ip_claims_sort(&c);
	for (size_t i = 0; i < ARRAY_LEN(asked); i++)
		for (int owner = 0; owner < 9; owner++) {
			struct ip p = net_ip(asked[i]);
			bool expect = false;

			for (size_t k = 0; k < ARRAY_LEN(given); k++) {
				struct ip q = net_ip(given[k].prefix);

				expect |= given[k].owner != owner && ip_overlap(&p, &q);
			}
			if ((ip_claims_overlap(&c, &p, owner) != NULL) != expect)
				fail_msg("%s for %d", asked[i], owner);
		}
	ip_claims_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_what_it_prints),
		cmocka_unit_test(a_lone_address_has_all_bits),
		cmocka_unit_test(refuses_what_is_no_address),
		cmocka_unit_test(says_what_is_missing),
		cmocka_unit_test(compares),
		cmocka_unit_test(knows_subnets),
		cmocka_unit_test(counts_hosts),
		cmocka_unit_test(checks_interface_addresses),
		cmocka_unit_test(sets_keep_families_apart),
		cmocka_unit_test(sets_grow),
		cmocka_unit_test(claims_find_overlaps),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
