/*
 * test_model.c — nodes, links, addresses and routes as data: what is shared,
 * what is found, what is refused (and then leaves everything as it was).
 */
#include <arpa/inet.h>
#include <errno.h>

#include "net.h"

static void assert_code(int r, int code, struct err *e, const char *why)
{
	assert_int_equal(r, code);
	assert_int_equal(e->code, code);
	if (!strstr(e->msg, why))
		fail_msg("'%s' does not say '%s'", e->msg, why);
	err_clear(e);
}

/* Every reference is matched by its back reference. */
static void assert_whole(const struct model *m)
{
	assert_int_equal(m->names.n, m->nodes.n);
	for (size_t i = 0; i < m->nodes.n; i++) {
		const struct node *n = m->nodes.v[i];

		assert_true(n->id < m->next_id && n->refs > 0);
		assert_true(i == 0 || m->nodes.v[i - 1]->id < n->id);
		assert_true(i == 0 ||
			    strcmp(m->names.v[i - 1]->name, m->names.v[i]->name) < 0);
		assert_ptr_equal(model_node(m, n->id), n);
		assert_ptr_equal(model_node_named(m, n->name), n);
		for (size_t p = 0; p < n->ports.n; p++) {
			const struct port *port = &n->ports.v[p];
			const struct link *l;

			if (!port->link) {
				assert_true(p + 1 < n->ports.n);
				continue;
			}
			l = model_link(m, port->link);
			assert_non_null(l);
			assert_int_equal(l->end[port->end].node, n->id);
			assert_int_equal(l->end[port->end].index, p);
		}
	}
	for (size_t i = 0; i < m->links.n; i++) {
		const struct link *l = m->links.v[i];

		assert_true(l->id < m->next_id && l->refs > 0);
		assert_true(i == 0 || m->links.v[i - 1]->id < l->id);
		assert_ptr_equal(model_link(m, l->id), l);
		for (int end = 0; end < 2; end++) {
			const struct iface *f = &l->end[end];
			const struct node *n = model_node(m, f->node);

			assert_non_null(n);
			assert_true(f->index < n->ports.n);
			assert_int_equal(n->ports.v[f->index].link, l->id);
			assert_int_equal(n->ports.v[f->index].end, end);
		}
	}
}

/* ---- nodes ---- */

static void names(void **state)
{
	static const char *const good[] = { "h", "H1", "a-b", "a_b", "x9" };
	static const char *const bad[] = { "",	  "1h",	 "-h",	"_h",  "h-",
					   "a.b", "a/b", "a b", "a\n", "h\xc3\xa4",
					   "a:b", "*",	 "..",	"\x7f" };
	char longest[NODE_NAME_MAX + 2];
	struct model *m = model_new();
	struct err e = ERR_INIT;
	uint32_t id = 77;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_int_equal(model_check_name(good[i], NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(model_check_name(bad[i], &e), -EINVAL);
		assert_non_null(e.msg);
		for (const char *c = e.msg; *c; c++) /* a terminal may show it */
			assert_true(*c >= ' ' && *c < 0x7f);
		err_clear(&e);
		assert_int_equal(model_add_node(m, NODE_HOST, bad[i], &id, &e), -EINVAL);
		err_clear(&e);
	}
	memset(longest, 'a', sizeof(longest));
	longest[NODE_NAME_MAX + 1] = '\0';
	assert_code(model_check_name(longest, &e), -EINVAL, &e, "64 characters");
	longest[NODE_NAME_MAX] = '\0';
	assert_int_equal(id, 77);
	assert_int_equal(m->nodes.n, 0);
	assert_int_equal(model_add_node(m, NODE_HOST, longest, &id, NULL), 0);
	assert_string_equal(model_node(m, id)->name, longest);
	model_free(m);
}

static void names_are_given_once(void **state)
{
	struct model *m = net("h h1; h h2");
	struct err e = ERR_INIT;
	uint32_t id;

	(void)state;
	net_join_with(m, "h1", "h2", &(struct link_options){ .name = "wire" });
	assert_code(model_add_node(m, NODE_ROUTER, "h1", &id, &e), -EEXIST, &e,
		    "a host named 'h1'");
	assert_code(model_add_node(m, NODE_ROUTER, "wire", &id, &e), -EEXIST, &e,
		    "a link named 'wire'");
	assert_whole(m);
	model_free(m);
}

static void ids_are_never_given_again(void **state)
{
	struct model *m = model_new();
	uint32_t first = net_add(m, NODE_HOST, "h1"), second;

	(void)state;
	assert_int_equal(model_del_node(m, first, NULL), 0);
	second = net_add(m, NODE_HOST, "h1");
	assert_true(second > first);
	assert_null(model_node(m, first));
	assert_int_equal(model_del_node(m, first, NULL), -ENOENT);
	assert_whole(m);
	model_free(m);
}

static void many_nodes_are_found(void **state)
{
	struct model *m = model_new();
	char name[16];

	(void)state;
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "n%d", (i * 7919) % 500);
		net_add(m, NODE_HOST, name);
	}
	for (int i = 0; i < 500; i += 3) {
		snprintf(name, sizeof(name), "n%d", i);
		assert_int_equal(model_del_node(m, net_node(m, name)->id, NULL), 0);
		assert_null(model_node_named(m, name));
	}
	assert_int_equal(m->nodes.n, 333);
	assert_null(model_node_named(m, "n"));
	assert_null(model_node_named(m, "zzz"));
	assert_null(model_node(m, 0));
	assert_null(model_node(m, m->next_id));
	assert_whole(m);
	model_free(m);
}

/* ---- copies ---- */

static void copies_share_until_edited(void **state)
{
	struct model *m = net("h h1; h h2; h1 h2"), *copy = model_copy(m);
	uint32_t h1 = net_node(m, "h1")->id, link = m->links.v[0]->id;

	(void)state;
	assert_ptr_equal(model_node(m, h1), model_node(copy, h1));
	assert_int_equal(model_node(m, h1)->refs, 2);
	/* setting what is set copies nothing */
	assert_int_equal(model_set_node_up(copy, h1, true, NULL), 0);
	assert_int_equal(model_set_link_up(copy, link, true, NULL), 0);
	assert_ptr_equal(model_node(m, h1), model_node(copy, h1));
	assert_ptr_equal(model_link(m, link), model_link(copy, link));
	assert_int_equal(model_set_node_up(copy, h1, false, NULL), 0);
	assert_true(model_node(m, h1)->up);
	assert_false(model_node(copy, h1)->up);
	assert_int_equal(model_node(m, h1)->refs, 1);
	assert_ptr_equal(model_node_named(copy, "h1"), model_node(copy, h1));
	assert_ptr_equal(net_node(m, "h2"), net_node(copy, "h2"));
	assert_int_equal(model_del_node(copy, h1, NULL), 0);
	assert_int_equal(m->links.n, 1);
	assert_int_equal(copy->links.n, 0);
	assert_whole(m);
	assert_whole(copy);
	model_free(m);
	assert_non_null(net_node(copy, "h2"));
	assert_whole(copy);
	model_free(copy);
	model_free(NULL);
}

/* ---- links ---- */

static void interfaces_take_the_lowest_number(void **state)
{
	struct model *m = net("r r1; h h1; h h2; h h3; h h4; r1 h1; r1 h2; r1 h3");
	const struct link *l = NULL;
	char text[IFACE_TEXT_MAX];
	int end;

	(void)state;
	assert_int_equal(model_del_node(m, net_node(m, "h2")->id, NULL), 0);
	assert_int_equal(net_node(m, "r1")->ports.n, 3);
	assert_int_equal(model_iface_named(m, net_node(m, "r1"), "eth1", &l, &end),
			 -ENOENT);
	assert_whole(m);
	net_join(m, "h4", "r1");
	assert_whole(m);
	l = net_iface(m, "r1:eth1", &end);
	assert_int_equal(end, 1);
	assert_string_equal(iface_text(m, l, 0, text), "h4:eth0");
	assert_string_equal(iface_text(m, l, 1, text), "r1:eth1");
	/* one that is asked for, with free numbers before it */
	net_join_with(m, "r1", "h4",
		      &(struct link_options){ .end = { [0] = { .number = 8 } } });
	assert_int_equal(net_node(m, "r1")->ports.n, 8);
	net_iface(m, "r1:eth7", &end);
	net_join(m, "r1", "h4");
	net_iface(m, "r1:eth3", &end);
	assert_whole(m);
	model_free(m);
}

static void bad_interface_names(void **state)
{
	static const char *const bad[] = { "",	    "eth",   "eth1",	      "eth00",
					   "eth01", "eth0x", "eth-1",	      "et0",
					   "lo",    "Eth0",  "eth99999999999" };
	struct model *m = net("r r1; h h1; r1 h1");
	const struct link *l = NULL;
	int end;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (model_iface_named(m, net_node(m, "r1"), bad[i], &l, &end) != -ENOENT)
			fail_msg("'%s' is taken for an interface", bad[i]);
	model_free(m);
}

static void links_are_called_by_their_nodes(void **state)
{
	struct model *m = net("h h1; s s1; h1 s1");
	char *text = link_text(m, m->links.v[0]);

	(void)state;
	assert_string_equal(text, "h1 s1");
	free(text);
	net_join(m, "h1", "s1");
	text = link_text(m, m->links.v[1]);
	assert_string_equal(text, "h1:eth1 s1:eth1");
	free(text);
	net_join_with(m, "s1", "h1", &(struct link_options){ .name = "up" });
	text = link_text(m, model_link_named(m, "up"));
	assert_string_equal(text, "up");
	free(text);
	assert_int_equal(model_links_between(m, net_node(m, "s1")->id,
					     net_node(m, "h1")->id, NULL, 0),
			 3);
	assert_null(model_link_named(m, "down"));
	model_free(m);
}

static void macs_follow_from_the_link(void **state)
{
	struct model *m = net("h h1; h h2; h1 h2");
	struct link_options o = { .end = { { .has_mac = true,
					     .mac = { 2, 4, 6, 8, 10, 12 } } } };
	const struct link *l = m->links.v[0];
	uint32_t id;

	(void)state;
	for (int end = 0; end < 2; end++)
		assert_int_equal(l->end[end].mac[0] & 3, 2); /* ours, unicast */
	assert_memory_not_equal(l->end[0].mac, l->end[1].mac, 6);
	id = net_join_with(m, "h1", "h2", &o);
	l = model_link(m, id);
	assert_memory_equal(l->end[0].mac, o.end[0].mac, 6);
	assert_memory_not_equal(l->end[1].mac, m->links.v[0]->end[1].mac, 6);
	model_free(m);
}

static void refused_links(void **state)
{
	static const struct {
		const char *a, *b;
		struct link_options o;
		int code;
		const char *why;
	} cases[] = {
		{ "h1", "h1", { 0 }, -EINVAL, "h1 to itself" },
		{ "h1", "h2", { .name = "h1" }, -EEXIST, "a node named 'h1'" },
		{ "h1", "h2", { .name = "wire" }, -EEXIST, "a link named 'wire'" },
		{ "h1", "h2", { .name = "a/b" }, -EINVAL, "'/'" },
		{ "h1", "h2", { .mtu = 67 }, -ERANGE, "67B" },
		{ "h1", "h2", { .mtu = 65536 }, -ERANGE, "65536B" },
		{ "h1",
		  "h2",
		  { .end = { [1] = { .has_mac = true, .mac = { 1 } } } },
		  -EINVAL,
		  "multicast" },
		{ "h1", "h2", { .end = { { .has_mac = true } } }, -EINVAL, "zero" },
		{ "h1", "h2", { .end = { { .number = 1 } } }, -EEXIST, "h1:eth0" },
		{ "h1",
		  "h2",
		  { .end = { { .number = NODE_PORTS_MAX + 1 } } },
		  -ENOSPC,
		  "highest" },
	};
	struct model *m = net("h h1; h h2");
	struct err e = ERR_INIT;
	uint32_t next, id = 77;

	(void)state;
	net_join_with(m, "h1", "h2", &(struct link_options){ .name = "wire" });
	next = m->next_id;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int r = model_add_link(m, net_node(m, cases[i].a)->id,
				       net_node(m, cases[i].b)->id, &cases[i].o, &id, &e);

		assert_code(r, cases[i].code, &e, cases[i].why);
		assert_int_equal(m->links.n, 1);
		assert_int_equal(m->next_id, next);
		assert_whole(m);
	}
	assert_int_equal(model_add_link(m, 0, net_node(m, "h1")->id,
					&(struct link_options){ 0 }, &id, NULL),
			 -ENOENT);
	assert_int_equal(model_del_link(m, 999, NULL), -ENOENT);
	assert_int_equal(id, 77);
	model_free(m);
}

static void refused_addresses_of_links(void **state)
{
	static const struct {
		const char *a, *b, *ip[2];
		int code;
		const char *why;
	} cases[] = {
		{ "h1", "s1", { NULL, "10.0.0.9/24" }, -EINVAL, "switch" },
		{ "h1", "h2", { "10.0.0.0/24", NULL }, -EINVAL, "network" },
		{ "h1", "s1", { "192.0.2.1/24", NULL }, -EADDRINUSE, "h3:eth0" },
		{ "h1", "s1", { "192.0.2.7/24", NULL }, -EADDRINUSE, "h3:lo" },
		{ "h1", "h2", { "10.0.0.1/24", "10.0.0.1/24" }, -EADDRINUSE, "both" },
		{ "h1", "h2", { "10.0.0.1/24", "10.1.0.2/24" }, -EINVAL, "one subnet" },
		{ "h1", "s1", { "10.0.0.1/24", NULL }, -EINVAL, "192.0.2.0/24" },
	};
	struct model *m = net("h h1; h h2; h h3; s s1; h3 s1");
	struct err e = ERR_INIT;
	uint32_t id = 77;

	(void)state;
	net_type(m, "h3:eth0", "192.0.2.1/24", NULL);
	net_type(m, "h3:lo", "192.0.2.7/32", NULL);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct link_options o = { 0 };
		int r;

		for (int end = 0; end < 2; end++)
			if (cases[i].ip[end])
				o.end[end].ip = net_ip(cases[i].ip[end]);
		r = model_add_link(m, net_node(m, cases[i].a)->id,
				   net_node(m, cases[i].b)->id, &o, &id, &e);
		assert_code(r, cases[i].code, &e, cases[i].why);
		assert_int_equal(m->links.n, 1);
		assert_int_equal(id, 77);
		assert_whole(m);
	}
	model_free(m);
}

static void a_switch_is_full(void **state)
{
	struct model *m = net("s s1; h last");
	struct err e = ERR_INIT;
	char name[16];
	uint32_t id;

	(void)state;
	for (int i = 0; i < SWITCH_PORTS_MAX; i++) {
		snprintf(name, sizeof(name), "h%d", i);
		net_add(m, NODE_HOST, name);
		net_join(m, name, "s1");
	}
	assert_code(model_add_link(m, net_node(m, "last")->id, net_node(m, "s1")->id,
				   &(struct link_options){ 0 }, &id, &e),
		    -ENOSPC, &e, "1023 ports");
	assert_int_equal(net_node(m, "last")->ports.n, 0);
	assert_int_equal(model_del_node(m, net_node(m, "h5")->id, NULL), 0);
	net_join(m, "last", "s1");
	assert_whole(m);
	model_free(m);
}

static void up_is_of_interface_and_node(void **state)
{
	struct model *m = net("h h1; s s1; h1 s1");
	uint32_t h1 = net_node(m, "h1")->id, link = m->links.v[0]->id;
	struct err e = ERR_INIT;

	(void)state;
	assert_true(model_iface_up(m, m->links.v[0], 0));
	assert_int_equal(model_set_node_up(m, h1, false, NULL), 0);
	assert_false(model_iface_up(m, m->links.v[0], 0));
	assert_true(model_iface_up(m, m->links.v[0], 1));
	assert_int_equal(model_set_link_up(m, link, false, NULL), 0);
	assert_int_equal(model_set_node_up(m, h1, true, NULL), 0);
	assert_false(model_iface_up(m, m->links.v[0], 0));
	assert_int_equal(model_set_stp(m, net_node(m, "s1")->id, true, NULL), 0);
	assert_true(net_node(m, "s1")->stp);
	assert_code(model_set_stp(m, h1, true, &e), -EINVAL, &e, "h1 is a host");
	assert_int_equal(model_set_node_up(m, 999, true, NULL), -ENOENT);
	assert_int_equal(model_set_link_up(m, 999, true, NULL), -ENOENT);
	assert_int_equal(model_set_stp(m, 999, true, NULL), -ENOENT);
	model_free(m);
}

/* ---- addresses ---- */

static int type(struct model *m, const char *iface, const char *a, const char *b,
		struct err *e)
{
	struct ip ips[2] = { net_ip(a) };
	const struct link *l;
	int end;

	if (b)
		ips[1] = net_ip(b);
	l = net_iface(m, iface, &end);
	return model_set_addresses(m, l->id, end, ips, b ? 2 : 1, e);
}

static void addresses_are_replaced(void **state)
{
	struct model *m = net("h h1; h h2; h1 h2");

	(void)state;
	net_settle(m);
	net_type(m, "h1:eth0", "192.0.2.1/24", "2001:db8::1/64", NULL);
	assert_string_equal(net_addresses(m, "h1:eth0"), "192.0.2.1/24 2001:db8::1/64");
	assert_true(m->links.v[0]->end[0].manual);
	/* its own address is no obstacle, with another length either */
	net_type(m, "h1:eth0", "192.0.2.1/28", NULL);
	assert_string_equal(net_addresses(m, "h1:eth0"), "192.0.2.1/28");
	net_type(m, "h1:eth0", NULL);
	assert_string_equal(net_addresses(m, "h1:eth0"), "");
	assert_true(m->links.v[0]->end[0].manual);
	model_free(m);
}

static void refused_addresses(void **state)
{
	struct model *m = net("h h1; h h2; h h3; s s1; s s2; h1 s1; h2 s2; s1 s2; h3 h2");
	struct err e = ERR_INIT;

	(void)state;
	net_type(m, "h1:eth0", "192.0.2.1/24", "198.51.100.1/24", NULL);
	net_type(m, "h3:lo", "203.0.113.3/32", NULL);
	assert_code(type(m, "s1:eth0", "192.0.2.9/24", NULL, &e), -EINVAL, &e,
		    "s1 is a switch");
	assert_code(type(m, "h2:eth0", "192.0.2.255/24", NULL, &e), -EINVAL, &e,
		    "broadcast");
	assert_code(type(m, "h2:eth0", "192.0.2.2/24", "192.0.2.2/24", &e), -EINVAL, &e,
		    "twice");
	assert_code(type(m, "h3:eth0", "192.0.2.1/25", NULL, &e), -EADDRINUSE, &e,
		    "h1:eth0 has");
	assert_code(type(m, "h2:eth0", "203.0.113.3/24", NULL, &e), -EADDRINUSE, &e,
		    "h3:lo has");
	/* outside the LAN's subnet, also through two switches */
	assert_code(type(m, "h2:eth0", "10.0.0.1/24", NULL, &e), -EINVAL, &e,
		    "192.0.2.0/24");
	assert_code(type(m, "h2:eth0", "192.0.2.2/25", NULL, &e), -EINVAL, &e,
		    "192.0.2.0/24");
	assert_string_equal(net_addresses(m, "h2:eth0"), "");
	assert_false(net_link(m, "h2", "s2")->end[0].manual);
	assert_string_equal(net_addresses(m, "h3:eth0"), "");
	/* the second subnet will do, and another behind one that is shared */
	net_type(m, "h2:eth0", "198.51.100.2/24", "10.0.0.1/24", NULL);
	/* the other family has no subnet yet, the other link neither */
	net_type(m, "h2:eth0", "2001:db8::2/64", NULL);
	net_type(m, "h3:eth0", "10.0.0.1/24", NULL);
	assert_int_equal(model_set_addresses(m, 999, 0, NULL, 0, NULL), -ENOENT);
	model_free(m);
}

static void automatic_addresses_are_no_obstacle(void **state)
{
	struct model *m = net("h h1; h h2; h1 h2");

	(void)state;
	net_settle(m);
	assert_string_equal(net_addresses(m, "h1:eth0"), "10.0.0.1/24 fd00::1/64");
	net_type(m, "h2:eth0", "10.0.0.1/24", NULL);
	net_settle(m);
	assert_string_equal(net_addresses(m, "h1:eth0"), "10.0.0.2/24 fd00::1/64");
	model_free(m);
}

static void loopbacks(void **state)
{
	struct model *m = net("r r1; r r2; s s1; r1 r2");
	struct ip ips[2] = { net_ip("192.0.2.1/32"), net_ip("2001:db8::1/128") };
	uint32_t r1 = net_node(m, "r1")->id, r2 = net_node(m, "r2")->id;
	struct err e = ERR_INIT;
	char text[IP_TEXT_MAX];

	(void)state;
	net_settle(m);
	assert_string_equal(
		ip_text(model_node_address(m, model_node(m, r1), AF_INET), text),
		"10.0.0.1");
	assert_null(model_node_address(m, net_node(m, "s1"), AF_INET));
	assert_int_equal(model_set_loopback(m, r1, ips, 2, NULL), 0);
	assert_int_equal(model_set_loopback(m, r1, ips, 2, NULL), 0);
	assert_string_equal(
		ip_text(model_node_address(m, model_node(m, r1), AF_INET), text),
		"192.0.2.1");
	assert_int_equal(model_address_owner(m, &ips[1]), r1);
	assert_code(model_set_loopback(m, r2, ips, 1, &e), -EADDRINUSE, &e, "r1:lo has");
	assert_code(model_set_loopback(m, net_node(m, "s1")->id, ips, 1, &e), -EINVAL, &e,
		    "switch");
	ips[1] = ips[0];
	assert_code(model_set_loopback(m, r1, ips, 2, &e), -EINVAL, &e, "twice");
	assert_int_equal(model_node(m, r1)->loopback.n, 2);
	assert_int_equal(model_set_loopback(m, r1, NULL, 0, NULL), 0);
	assert_int_equal(model_node(m, r1)->loopback.n, 0);
	assert_int_equal(model_set_loopback(m, 999, NULL, 0, NULL), -ENOENT);
	ips[0] = net_ip("10.0.0.2");
	assert_int_equal(model_address_owner(m, &ips[0]), r2);
	ips[0] = net_ip("10.0.0.3");
	assert_int_equal(model_address_owner(m, &ips[0]), 0);
	model_free(m);
}

/* ---- routes ---- */

static void next_hops_leave_by_the_longest_prefix(void **state)
{
	struct model *m = net("r r1; h h1; h h2; h h3; r1 h1; r1 h2; r1 h3");
	const struct link *l = NULL;
	struct ip via;
	int end;

	(void)state;
	net_type(m, "r1:eth0", "10.0.0.1/8", NULL);
	net_type(m, "r1:eth1", "10.5.0.1/16", NULL);
	net_type(m, "r1:eth2", "10.5.0.2/16", NULL);
	via = net_ip("10.5.0.9");
	assert_true(model_next_hop(m, net_node(m, "r1"), &via, &l, &end));
	assert_ptr_equal(l, net_link(m, "r1", "h2")); /* of equals the lowest */
	via = net_ip("10.6.0.9");
	assert_true(model_next_hop(m, net_node(m, "r1"), &via, &l, &end));
	assert_ptr_equal(l, net_link(m, "r1", "h1"));
	via = net_ip("11.0.0.1");
	assert_false(model_next_hop(m, net_node(m, "r1"), &via, &l, &end));
	via = net_ip("fd00::1");
	assert_false(model_next_hop(m, net_node(m, "r1"), &via, &l, &end));
	assert_false(model_next_hop(m, net_node(m, "h1"), &via, &l, &end));
	model_free(m);
}

static int route(struct model *m, const char *node, const char *prefix, const char *via,
		 uint32_t metric, struct err *e)
{
	struct route r = { .via = net_ip(via), .metric = metric };

	assert_int_equal(ip_parse_prefix(prefix, &r.prefix, NULL), 0);
	return model_set_route(m, net_node(m, node)->id, &r, e);
}

static void routes_are_set_and_deleted(void **state)
{
	struct model *m = net("r r1; r r2; r1 r2");
	uint32_t r1 = net_node(m, "r1")->id;
	struct ip p = net_ip("192.0.2.0/24"), both = { 0 };
	struct err e = ERR_INIT;

	(void)state;
	net_settle(m);
	assert_int_equal(route(m, "r1", "192.0.2.0/24", "10.0.0.2", 0, NULL), 0);
	assert_int_equal(route(m, "r1", "192.0.2.0/24", "10.0.0.9", 0, NULL), 0);
	assert_int_equal(net_node(m, "r1")->routes.n, 1);
	assert_string_equal(net_via(m, "r1", "192.0.2.0/24"), "10.0.0.9");
	/* another metric is another route; so is another length */
	assert_int_equal(route(m, "r1", "192.0.2.0/24", "10.0.0.2", 50, NULL), 0);
	assert_int_equal(route(m, "r1", "192.0.2.0/25", "10.0.0.2", 0, NULL), 0);
	assert_int_equal(route(m, "r1", "0.0.0.0/0", "10.0.0.2", 0, NULL), 0);
	assert_int_equal(route(m, "r1", "::/0", "fd00::2", 0, NULL), 0);
	assert_int_equal(net_node(m, "r1")->routes.n, 5);
	assert_int_equal(model_del_route(m, r1, &p, NULL), 0);
	assert_string_equal(net_routes(m, "r1"),
			    "192.0.2.0/25 via 10.0.0.2 typed; 0.0.0.0/0 via 10.0.0.2 "
			    "typed; ::/0 via fd00::2 typed");
	assert_code(model_del_route(m, r1, &p, &e), -ENOENT, &e, "192.0.2.0/24");
	assert_int_equal(model_del_route(m, r1, &both, NULL), 0);
	assert_string_equal(net_routes(m, "r1"), "192.0.2.0/25 via 10.0.0.2 typed");
	assert_code(model_del_route(m, r1, &both, &e), -ENOENT, &e, "default");
	assert_int_equal(model_del_route(m, 999, &p, NULL), -ENOENT);
	model_free(m);
}

static void refused_routes(void **state)
{
	struct model *m = net("r r1; r r2; s s1; h h1; r1 r2; h1 s1");
	struct err e = ERR_INIT;

	(void)state;
	net_settle(m);
	assert_code(route(m, "r1", "192.0.2.0/24", "10.7.0.1", 0, &e), -EINVAL, &e,
		    "10.7.0.1 is on no subnet of r1");
	assert_code(route(m, "r1", "192.0.2.0/24", "10.0.0.1", 0, &e), -EINVAL, &e,
		    "no subnet"); /* itself */
	assert_code(route(m, "r1", "192.0.2.0/24", "fd00::2", 0, &e), -EINVAL, &e,
		    "one family");
	assert_code(route(m, "s1", "192.0.2.0/24", "10.0.0.1", 0, &e), -EINVAL, &e,
		    "switch");
	assert_string_equal(net_routes(m, "r1"), "");
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(names_are_given_once),
		cmocka_unit_test(ids_are_never_given_again),
		cmocka_unit_test(many_nodes_are_found),
		cmocka_unit_test(copies_share_until_edited),
		cmocka_unit_test(interfaces_take_the_lowest_number),
		cmocka_unit_test(bad_interface_names),
		cmocka_unit_test(links_are_called_by_their_nodes),
		cmocka_unit_test(macs_follow_from_the_link),
		cmocka_unit_test(refused_links),
		cmocka_unit_test(refused_addresses_of_links),
		cmocka_unit_test(a_switch_is_full),
		cmocka_unit_test(up_is_of_interface_and_node),
		cmocka_unit_test(addresses_are_replaced),
		cmocka_unit_test(refused_addresses),
		cmocka_unit_test(automatic_addresses_are_no_obstacle),
		cmocka_unit_test(loopbacks),
		cmocka_unit_test(next_hops_leave_by_the_longest_prefix),
		cmocka_unit_test(routes_are_set_and_deleted),
		cmocka_unit_test(refused_routes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
