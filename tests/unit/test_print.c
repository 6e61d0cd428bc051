/*
 * test_print.c — a network printed, and built again from the print by the
 * commands themselves: it must be the same one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "lang/lang.h"
#include "shell/session.h"
#include "shell/verbs.h"

static struct lang *lang;

/* Runs commands that change a network on the model, as the shell does. */
static void run(struct model *m, const char *text)
{
	struct session s = { .draft = m, .lang = lang };
	struct settled settled;
	struct err e = ERR_INIT;
	struct statement st;
	struct lexer x;
	int r;

	lex_begin(&x, text, strlen(text));
	while ((r = lex_next(&x, &st, &e)) > 0) {
		const struct verb *v;
		struct args a = { 0 };

		r = lang_parse(lang, m, &st, &v, &a, &e);
		if (r == 0)
			r = v->run(&s, &a, &e);
		if (r == 0)
			r = model_settle(m, &settled, &e);
		if (r < 0)
			fail_msg("%s: %s\n%s", st.text, e.msg, text);
		args_free(&a);
		statement_free(&st);
	}
	assert_int_equal(r, 0);
}

/* ---- the same network? ---- */

static void same_addresses(const address_vec *a, const address_vec *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++)
		assert_true(ip_equal(&a->v[i].ip, &b->v[i].ip));
}

static const char *name_of(const struct model *m, uint32_t node)
{
	return model_node(m, node)->name;
}

static void same_link(const struct model *ma, const struct link *a,
		      const struct model *mb, const struct link *b)
{
	assert_int_equal(!a->name, !b->name);
	if (a->name)
		assert_string_equal(a->name, b->name);
	assert_int_equal(a->mtu, b->mtu);
	for (int end = 0; end < 2; end++) {
		const struct iface *ia = &a->end[end], *ib = &b->end[end];

		assert_string_equal(name_of(ma, ia->node), name_of(mb, ib->node));
		assert_int_equal(ia->index, ib->index);
		assert_int_equal(ia->up, ib->up);
		assert_memory_equal(ia->mac, ib->mac, 6);
		same_addresses(&ia->addresses, &ib->addresses);
		assert_true(vlans_same(&ia->vlans, &ib->vlans));
	}
}

static void same_node(const struct node *a, const struct node *b)
{
	assert_string_equal(a->name, b->name);
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->up, b->up);
	assert_int_equal(a->stp, b->stp);
	assert_int_equal(a->vlan, b->vlan);
	assert_int_equal(a->nat, b->nat);
	assert_true(kept_same(&a->kept, &b->kept));
	assert_true(nics_same(&a->nics, &b->nics));
	same_addresses(&a->loopback, &b->loopback);
	assert_int_equal(a->routes.n, b->routes.n);
	for (size_t i = 0; i < a->routes.n; i++) {
		assert_true(ip_equal(&a->routes.v[i].prefix, &b->routes.v[i].prefix));
		assert_true(ip_equal(&a->routes.v[i].via, &b->routes.v[i].via));
		assert_int_equal(a->routes.v[i].metric, b->routes.v[i].metric);
	}
}

/* Prints m, builds it again, compares, and prints that; returns the text. */
static char *round_trip(const struct model *m)
{
	char *text = lang_print_network(m);
	struct model *again = model_new();
	cleanup_free char *second = NULL;

	run(again, text);
	assert_int_equal(m->automatic, again->automatic);
	assert_int_equal(m->nodes.n, again->nodes.n);
	for (size_t i = 0; i < m->nodes.n; i++)
		same_node(m->nodes.v[i], again->nodes.v[i]);
	assert_int_equal(m->links.n, again->links.n);
	for (size_t i = 0; i < m->links.n; i++)
		same_link(m, m->links.v[i], again, again->links.v[i]);
	second = lang_print_network(again);
	assert_string_equal(text, second);
	model_free(again);
	return text;
}

static void expect(const char *commands, const char *wanted)
{
	struct model *m = model_new();
	cleanup_free char *text = NULL;

	run(m, commands);
	text = round_trip(m);
	/* the first line is the comment */
	assert_int_equal(text[0], '#');
	assert_string_equal(strchr(text, '\n') + 1, wanted);
	model_free(m);
}

static void test_small(void **state)
{
	(void)state;
	expect("", "set auto off\nset auto on\n");
	expect("set auto off", "set auto off\n");
	expect("add host h1 h2; add switch s1; add host h3; set auto off",
	       "set auto off\nadd host h1 h2\nadd switch s1\nadd host h3\n");
	expect("add host h1 h2; link h1 h2; add host h3; link h3 h1 name x",
	       "set auto off\nadd host h1 h2\nlink h1 h2\n"
	       "ip h1:eth0 10.0.0.1/24 fd00::1/64\nip h2:eth0 10.0.0.2/24 fd00::2/64\n"
	       "add host h3\nlink h3 h1 name x\n"
	       "ip h3:eth0 10.1.0.1/24 fd00:0:0:1::1/64\n"
	       "ip h1:eth1 10.1.0.2/24 fd00:0:0:1::2/64\nset auto on\n");
}

static void test_typed(void **state)
{
	(void)state;
	/* one IPv4 address an end, or none, is said by the link itself */
	expect("set auto off; add host h1 h2; add switch s1; stp s1 on\n"
	       "link h1 h2 ip 192.168.1.1/24 192.168.1.2/24 mtu 9000B\n"
	       "link h1 s1 ip none none; link h2 s1; link h1 h2 ip 10.0.0.1/30 none",
	       "set auto off\nadd host h1 h2\nadd switch s1\nstp s1 on\n"
	       "link h1 h2 ip 192.168.1.1/24 192.168.1.2/24 mtu 9kB\n"
	       "link h1 s1 ip none none\nlink h2 s1\nlink h1 h2 ip 10.0.0.1/30 none\n");
	expect("set auto off; add router r1 r2; link r1 r2 ip 10.0.0.1/24 10.0.0.2/24\n"
	       "route r1 10.9.0.0/16 via 10.0.0.2; route r1 default via 10.0.0.7\n"
	       "route r1 10.9.0.0/16 via 10.0.0.3 via 10.0.0.4\n"
	       "route r1 10.9.0.0/16 via 10.0.0.5 via 10.0.0.6 metric 5",
	       "set auto off\nadd router r1 r2\nlink r1 r2 ip 10.0.0.1/24 10.0.0.2/24\n"
	       "route r1 10.9.0.0/16 via 10.0.0.3 via 10.0.0.4\n"
	       "route r1 default via 10.0.0.7\n"
	       "route r1 10.9.0.0/16 via 10.0.0.5 via 10.0.0.6 metric 5\n");
	expect("set auto off; add router r1; add nat n1 n2; add router r2",
	       "set auto off\nadd router r1\nadd nat n1 n2\nadd router r2\n");
	/* the number that is not free for links, or was when they came */
	expect("set auto off; add host h1 h2; attach h1 nic eth0; link h1 h2 ip none "
	       "none\n"
	       "attach h2 nic eth7 anyway; attach h1 nic 'a#b'; keep h1 ip link",
	       "set auto off\nadd host h1 h2\nlink h1:eth1 h2 ip none none\n"
	       "attach h1 nic eth0\nattach h1 nic 'a#b'\nattach h2 nic eth7 anyway\n"
	       "keep h1 ip link\n");
	expect("set auto off; add switch s1 s2; add host h1; vlan s1 on; link s1 s2\n"
	       "link h1 s1 ip none none; vlan s1:eth0 trunk 30-40,10,12,11,41 native 11\n"
	       "vlan s1:eth1 7; keep h1 nft add chain ip a b { policy drop; }\n"
	       "keep h1 echo 'a b' \"it's\"; keep h1 echo 1 > /x; down h1",
	       "set auto off\nadd switch s1 s2\nvlan s1 on\nadd host h1\nlink s1 s2\n"
	       "vlan s1:eth0 trunk 10,12,30-41 native 11\nlink h1 s1 ip none none\n"
	       "vlan s1:eth1 7\nkeep h1 nft add chain ip a b '{ policy drop; }'\n"
	       "keep h1 echo 'a b' 'it'\\''s'\nkeep h1 sh -c 'echo 1 > /x'\ndown h1\n");
	expect("set auto off; add router r1 r2; link r1 r2\n"
	       "ip r1:eth0 10.0.0.1/24 10.9.0.1/24; ip r1:lo 192.0.2.1/32\n"
	       "ip r2:eth0 10.0.0.2/24; route r2 default via 10.0.0.1 metric 5\n"
	       "route r2 192.0.2.1/32 via 10.0.0.1; down r1; down r1 r2",
	       "set auto off\nadd router r1 r2\nlink r1 r2\n"
	       "ip r1:eth0 10.0.0.1/24 10.9.0.1/24\nip r2:eth0 10.0.0.2/24\n"
	       "ip r1:lo 192.0.2.1/32\n"
	       "route r2 default via 10.0.0.1 metric 5\n"
	       "route r2 192.0.2.1/32 via 10.0.0.1\ndown r1\ndown r1:eth0\n");
}

static void test_gaps(void **state)
{
	(void)state;
	/* interfaces that are not the lowest free ones, and MACs of other ids */
	expect("set auto off; add host h1 h2; link h1 h2; link h1 h2; link h2:eth7 h1\n"
	       "del h1:eth0",
	       "set auto off\nadd host h1 h2\n"
	       "link h1:eth1 h2:eth1 mac 02:00:00:00:04:01 02:00:00:00:04:02\n"
	       "link h2:eth7 h1:eth2 mac 02:00:00:00:05:01 02:00:00:00:05:02\n");
	expect("set auto off; add host h1 h2; link h1 h2 mac 02:00:00:00:00:aa "
	       "02:00:00:00:03:02",
	       "set auto off\nadd host h1 h2\n"
	       "link h1 h2 mac 02:00:00:00:00:aa 02:00:00:00:03:02\n");
}

static void test_merged(void **state)
{
	struct model *m = model_new();
	cleanup_free char *text = NULL;

	(void)state;
	/* two LANs with typed subnets of their own, joined later */
	run(m, "add host h1 h2; add switch s1 s2\n"
	       "link h1 s1 ip 192.168.1.1/24 none; link h2 s2 ip 192.168.2.1/24 none\n"
	       "link s1 s2");
	text = round_trip(m);
	model_free(m);
}

static void test_wrapped(void **state)
{
	struct model *m = model_new();
	cleanup_free char *text = NULL;
	struct str add = { 0 };

	(void)state;
	str_add(&add, "add host");
	for (int i = 0; i < 500; i++)
		str_addf(&add, " a-rather-long-name-%d", i);
	run(m, add.s);
	text = round_trip(m);
	for (const char *p = text, *end; *p; p = end + 1) {
		end = strchr(p, '\n');
		assert_true(end - p < 80);
	}
	str_free(&add);
	model_free(m);
}

/* ---- any network ---- */

static uint32_t seed;

static unsigned chance(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % n;
}

static const struct node *any_node(const struct model *m)
{
	return m->nodes.v[chance((unsigned)m->nodes.n)];
}

/* A change of any kind; one that the model refuses leaves it as it was. */
static void change(struct model *m)
{
	const struct node *a = any_node(m), *b = any_node(m);
	const struct link *l = m->links.n ? m->links.v[chance((unsigned)m->links.n)]
					  : NULL;
	struct link_options o = { .mtu = chance(3) ? 0 : 1280 };
	char name[16];
	struct err e = ERR_INIT;
	uint32_t id;

	switch (chance(l ? 12 : 5)) {
	case 0:
		snprintf(name, sizeof(name), "n%u", m->next_id);
		model_add_node(m, chance(3), name, &id, &e);
		break;
	case 1:
	case 2:
	case 3:
		snprintf(name, sizeof(name), "l%u", m->next_id);
		o.name = chance(4) ? NULL : name;
		o.end[chance(2)].number = chance(3) ? 0 : chance(5) + 1;
		o.end[chance(2)].no_address = chance(4) == 0;
		if (a != b)
			model_add_link(m, a->id, b->id, &o, &id, &e);
		break;
	case 4:
		if (m->nodes.n > 4)
			model_del_node(m, a->id, &e);
		break;
	case 5:
		model_del_link(m, l->id, &e);
		break;
	case 6:
		model_set_link_up(m, l->id, chance(2), &e);
		break;
	case 7:
		model_set_node_up(m, a->id, chance(2), &e);
		break;
	case 8:
		model_set_addresses(m, l->id, (int)chance(2), NULL, 0, &e);
		break;
	case 9:
		if (a->kind == NODE_SWITCH)
			model_set_stp(m, a->id, chance(2), &e);
		break;
	case 10:
		model_route_auto(m, &e);
		break;
	case 11:
		m->automatic = chance(4) != 0;
		break;
	}
	err_clear(&e);
}

static void test_any(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 150; i++) {
		struct model *m = model_new();
		struct settled settled;

		seed = i;
		run(m, "add host a b; add router c; add switch d");
		for (unsigned k = 0; k < 60; k++) {
			change(m);
			assert_int_equal(model_settle(m, &settled, NULL), 0);
		}
		free(round_trip(m));
		model_free(m);
	}
}

static int set_up(void **state)
{
	(void)state;
	return lang_new(verbs, n_verbs, NULL, NULL, &lang, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	lang_free(lang);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),	cmocka_unit_test(test_typed),
		cmocka_unit_test(test_gaps),	cmocka_unit_test(test_merged),
		cmocka_unit_test(test_wrapped), cmocka_unit_test(test_any),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
