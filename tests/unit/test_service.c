/*
 * test_service.c — services in models: what is refused, what is made of them, and that
 * they are kept.
 */
#include <arpa/inet.h>
#include <errno.h>

#include "lang/lang.h"
#include "net.h"
#include "plan/daemons.h"
#include "run/state.h"

/* Words parted by blanks; quotes are not known. -errno as model_set_service(). */
static int give(struct model *m, const char *node, const char *text, const char **ret_key,
		struct err *e)
{
	cleanup_free char *copy = mem_strdup(text);
	char *rest = copy, *word, *words[32];
	enum service_kind kind;
	struct service *s;
	size_t n = 0;
	int r;

	word = strsep(&rest, " ");
	assert_true(service_kind_named(word, &kind));
	while ((word = strsep(&rest, " ")))
		words[n++] = word;
	s = service_new(kind, words, n);
	r = model_set_service(m, net_node(m, node)->id, s, ret_key, e);
	service_release(s);
	return r;
}

static void runs(struct model *m, const char *node, const char *text)
{
	struct err e = ERR_INIT;
	const char *key;

	if (give(m, node, text, &key, &e) < 0)
		fail_msg("%s %s: %s", node, text, e.msg);
}

static void refused(struct model *m, const char *node, const char *text, int code,
		    const char *key, const char *why)
{
	struct err e = ERR_INIT;
	const char *got = NULL;

	assert_int_equal(give(m, node, text, &got, &e), -code);
	if (!strstr(e.msg, why))
		fail_msg("%s: '%s' says nothing of '%s'", text, e.msg, why);
	if (key)
		assert_string_equal(got, key);
	else
		assert_null(got);
	err_clear(&e);
}

/* h1 - s1 - r1 - r2 - h2, addressed. */
static struct model *make(void)
{
	struct model *m = net("h h1; h h2; r r1; r r2; s s1; h1 s1; r1 s1; r1 r2; h2 r2");
	struct settled settled;

	assert_int_equal(model_settle(m, &settled, NULL), 0);
	return m;
}

static void what_cannot_be_is_refused(void **state)
{
	struct model *m = make();

	(void)state;
	refused(m, "s1", "http", EINVAL, NULL, "switch");
	runs(m, "s1", "tcpdump all to /x.pcap");
	refused(m, "h1", "tcpdump eth0 to /x.pcap", EBUSY, "to", "capture of s1");
	runs(m, "s1", "tcpdump eth0 to /x.pcap");
	refused(m, "r1", "ospf on eth7", ENOENT, "on", "no interface 'eth7'");
	refused(m, "r1", "ospf hello 500ms", ERANGE, "hello", "whole seconds");
	refused(m, "r1", "ospf hello 5s dead 5s", EINVAL, "dead",
		"before its next hello");
	refused(m, "r1", "rip update 2s", ERANGE, "update", "5s");
	refused(m, "h1", "http port 0", ERANGE, "port", "65535");
	refused(m, "h1", "tcpdump eth1 to /x", ENOENT, NULL, "eth1");
	runs(m, "h1", "http port 5201");
	refused(m, "h1", "iperf3", EADDRINUSE, NULL, "port 5201 of h1");
	runs(m, "h1", "iperf3 port 5202");
	refused(m, "h1", "iperf3 port 5201", EADDRINUSE, "port", "http");
	runs(m, "r1", "ospf");
	refused(m, "r1", "bird text x", EBUSY, NULL, "FRR");
	runs(m, "r2", "bird text x");
	refused(m, "r2", "rip", EBUSY, NULL, "BIRD");
	refused(m, "r1", "bgp as 0", ERANGE, "as", "at least 1");
	refused(m, "r1", "bgp as 1 id fd00::1", EINVAL, "id", "IPv4");
	refused(m, "r1", "dhcp range 192.0.2.1 192.0.2.9", EINVAL, "range", "subnet");
	refused(m, "r1", "dhcp range 10.0.0.20 10.0.0.10", EINVAL, "range",
		"ends before");
	refused(m, "r1", "dhcp range 10.0.0.10 10.0.0.20 lease 5s", ERANGE, "lease",
		"120s");
	runs(m, "r1", "dhcp range 10.0.0.10 10.0.0.20");
	refused(m, "r1", "dhcp range 10.0.0.10 10.0.0.20 dns fd00::1", EINVAL, "dns",
		"IPv4");
	refused(m, "h1", "dns name a/b 10.0.0.1", EINVAL, "name", "a/b");
	refused(m, "h1", "dns name forward 10.0.0.1", EINVAL, "name", "forward");
	/* what FRR would refuse, telling nobody but its log */
	refused(m, "r1", "isis area 10000", ERANGE, "area", "9999");
	refused(m, "r1", "isis hello 601s", ERANGE, "hello", "600s");
	refused(m, "r1", "ospf hello 20000s", ERANGE, "hello", "65535s");
	refused(m, "r1", "pim rp fd00::1", EINVAL, "rp", "IPv4");
	assert_int_equal(model_del_service(m, net_node(m, "h1")->id, SERVICE_RIP, NULL),
			 -ENOENT);
	model_free(m);
}

static void one_of_a_kind(void **state)
{
	struct model *m = make(), *before;

	(void)state;
	runs(m, "h1", "http");
	before = model_copy(m);
	runs(m, "h1", "http");
	assert_true(model_same(before, m));
	runs(m, "h1", "http port 8080");
	assert_int_equal(net_node(m, "h1")->services.n, 1);
	assert_int_equal(service_port(net_node(m, "h1")->services.v[0]), 8080);
	assert_int_equal(service_port(net_node(before, "h1")->services.v[0]), 80);
	model_free(before);
	model_free(m);
}

/* What a service names may go; then it goes on without, or ends. */
static void other_changes(void **state)
{
	struct model *m = make();
	struct settled settled;
	const struct link *l;
	int end;

	(void)state;
	runs(m, "r1", "ospf on eth0 eth1 hello 2s");
	runs(m, "r1", "dhcp range 10.0.0.10 10.0.0.20");
	refused(m, "h2", "dhcp-client on lo", EINVAL, "on", "leads to no other node");
	refused(m, "r1", "dhcp range 10.0.0.10 10.0.0.20 on eth0 lo", EINVAL, "on",
		"leads to no other node");
	runs(m, "h2", "dhcp-client");
	runs(m, "h2", "http");
	assert_int_equal(model_iface_named(m, net_node(m, "r1"), "eth0", &l, &end), 0);
	assert_int_equal(model_del_link(m, l->id, NULL), 0);
	assert_int_equal(model_settle(m, &settled, NULL), 0);
	assert_int_equal(net_node(m, "r1")->services.n, 1);
	assert_string_equal(service_word(net_node(m, "r1")->services.v[0], "on", 0),
			    "eth1");
	assert_null(service_word(net_node(m, "r1")->services.v[0], "on", 1));
	assert_int_equal(net_node(m, "h2")->services.n, 2);
	assert_int_equal(model_iface_named(m, net_node(m, "h2"), "eth0", &l, &end), 0);
	assert_int_equal(model_del_link(m, l->id, NULL), 0);
	assert_int_equal(model_settle(m, &settled, NULL), 0);
	assert_int_equal(net_node(m, "h2")->services.n, 1);
	model_free(m);
}

static size_t count_paths(const struct model *m, const char *node, int family)
{
	size_t n = 0;

	vec_each (&net_node(m, node)->routes, r)
		n += r->origin == ROUTE_PATH && r->via.family == family;
	return n;
}

/* Shortest paths would hide the routes of a daemon, but only of its family. */
static void daemons_compute_routes(void **state)
{
	struct model *m = make();
	struct settled settled;

	(void)state;
	assert_int_equal(model_route_auto(m, NULL), 0);
	assert_true(count_paths(m, "r1", AF_INET) > 0);
	runs(m, "r1", "ospf");
	runs(m, "r2", "pim");
	assert_int_equal(model_route_auto(m, NULL), 0);
	assert_int_equal(model_settle(m, &settled, NULL), 0);
	assert_int_equal(count_paths(m, "r1", AF_INET), 0);
	assert_true(count_paths(m, "r1", AF_INET6) > 0);
	assert_true(count_paths(m, "r2", AF_INET) > 0);
	runs(m, "r1", "bgp as 1 neighbor fd00::9 as 2");
	assert_int_equal(model_settle(m, &settled, NULL), 0);
	assert_int_equal(count_paths(m, "r1", AF_INET6), 0);
	model_free(m);
}

static void text_is(const struct model *m, const char *node, const char *name,
		    const char *wanted)
{
	struct daemons d;
	bool found = false;

	daemons_of(m, net_node(m, node), "/run/x", &d);
	vec_each (&d.v, p) {
		if (strcmp(p->name, name) != 0)
			continue;
		found = true;
		assert_string_equal(p->config, wanted);
	}
	assert_true(found);
	daemons_free(&d);
}

static void configurations(void **state)
{
	struct model *m = make();

	(void)state;
	runs(m, "r1", "ospf");
	text_is(m, "r1", "ospfd",
		"hostname r1\n! ospf\nrouter ospf\n timers throttle lsa all 100\n"
		" timers throttle spf 10 100 1000\n timers lsa min-arrival 50\nexit\n"
		"interface eth0\n ip ospf area 0\n ip ospf hello-interval 1\n"
		" ip ospf dead-interval 4\n ip ospf retransmit-interval 1\n"
		" ip ospf network broadcast\nexit\n"
		"interface eth1\n ip ospf area 0\n ip ospf hello-interval 1\n"
		" ip ospf dead-interval 4\n ip ospf retransmit-interval 1\n"
		" ip ospf network point-to-point\nexit\n");
	runs(m, "r1", "ospf area 0.0.0.1 on eth1 hello 10s network broadcast");
	runs(m, "r1", "bfd");
	text_is(m, "r1", "ospfd",
		"hostname r1\n! ospf area 0.0.0.1 on eth1 hello 10s network broadcast, "
		"with bfd\nrouter ospf\nexit\n"
		"interface eth1\n ip ospf area 0.0.0.1\n ip ospf hello-interval 10\n"
		" ip ospf dead-interval 40\n ip ospf network broadcast\n ip ospf bfd\n"
		"exit\n");
	runs(m, "r2", "rip on eth0 split-horizon off");
	text_is(m, "r2", "ripd",
		"hostname r2\n! rip on eth0 split-horizon off\nrouter rip\n version 2\n"
		" timers basic 5 30 20\nexit\nrouter rip\n network eth0\nexit\n"
		"interface eth0\n no ip rip split-horizon\nexit\n");
	runs(m, "r2",
	     "bgp as 65002 neighbor 10.2.0.1 as 65001 fd00::1 as 65003 network connected "
	     "10.9.0.0/16 fd09::/64");
	text_is(m, "r2", "bgpd",
		"hostname r2\n! bgp as 65002 neighbor 10.2.0.1 as 65001 fd00::1 as 65003 "
		"network connected 10.9.0.0/16 fd09::/64\n"
		"router bgp 65002\n no bgp ebgp-requires-policy\n"
		" no bgp network import-check\n timers bgp 3 9\n"
		" neighbor 10.2.0.1 remote-as 65001\n"
		" neighbor 10.2.0.1 timers connect 1\n"
		" neighbor fd00::1 remote-as 65003\n"
		" neighbor fd00::1 timers connect 1\n"
		" address-family ipv4 unicast\n  neighbor 10.2.0.1 activate\n"
		"  redistribute connected\n  network 10.9.0.0/16\n exit-address-family\n"
		" address-family ipv6 unicast\n  neighbor fd00::1 activate\n"
		"  redistribute connected\n  network fd09::/64\n exit-address-family\n"
		"exit\n");
	runs(m, "h1", "dhcp range 10.0.0.10 10.0.0.20 dns 10.0.0.1 lease 10min on eth0");
	text_is(m, "h1", "dhcp",
		"port=0\nlog-facility=-\nlog-dhcp\nno-ping\ndhcp-authoritative\n"
		"dhcp-leasefile=/run/x/dhcp.leases\ndhcp-range=10.0.0.10,10.0.0.20,600s\n"
		"dhcp-option=option:router\ndhcp-option=option:dns-server,10.0.0.1\n"
		"interface=eth0\n");
	runs(m, "h1", "dns name www.lab 10.0.0.1 ttl 300s forward 10.0.0.9");
	text_is(m, "h1", "dns",
		"log-facility=-\nlog-queries\nno-hosts\nno-resolv\n"
		"host-record=www.lab,10.0.0.1\nlocal=/www.lab/"
		"\nlocal-ttl=300\nserver=10.0.0.9\n");
	/* names that are options of other services */
	runs(m, "h1",
	     "dns name router 10.0.0.1 lease 10.0.0.2 on 10.0.0.3 port 10.0.0.4");
	text_is(m, "h1", "dns",
		"log-facility=-\nlog-queries\nno-hosts\nno-resolv\n"
		"host-record=router,10.0.0.1\nlocal=/router/\n"
		"host-record=lease,10.0.0.2\nlocal=/lease/\n"
		"host-record=on,10.0.0.3\nlocal=/on/\n"
		"host-record=port,10.0.0.4\nlocal=/port/\nlocal-ttl=0\n");
	model_free(m);
}

/* The names of a node's programs. */
static void programs_are(const struct model *m, const char *node, const char *wanted)
{
	struct str names = { 0 };
	struct daemons d;

	daemons_of(m, net_node(m, node), "/run/x", &d);
	vec_each (&d.v, p)
		str_addf(&names, "%s%s", names.n ? " " : "", p->name);
	assert_string_equal(names.s ? names.s : "", wanted);
	str_free(&names);
	daemons_free(&d);
}

static void frr_text_says_which_daemons(void **state)
{
	struct model *m = make();
	char *words[] = { (char *)"text", (char *)"router ospf6\n"
						  "interface eth0\n"
						  " ip router isis x\n"
						  "router ripng\n"
						  "ip route 10.0.0.0/8 Null0\n" };
	struct service *s = service_new(SERVICE_FRR, words, 2);
	const char *key;

	(void)state;
	programs_are(m, "r1", "");
	assert_int_equal(model_set_service(m, net_node(m, "r1")->id, s, &key, NULL), 0);
	service_release(s);
	programs_are(m, "r1", "zebra staticd ospf6d ripngd isisd");
	runs(m, "r1", "bgp as 7");
	programs_are(m, "r1", "zebra staticd ospf6d ripngd isisd bgpd");
	model_free(m);
}

/* A new interface must not end the daemon; other options must. */
static char *key_of(const struct model *m, const char *node, size_t daemon)
{
	struct daemons d;
	char *key;

	daemons_of(m, net_node(m, node), "/run/x", &d);
	key = mem_strdup(d.v.v[daemon].key);
	daemons_free(&d);
	return key;
}

static void keys(void **state)
{
	struct model *m = make();
	char *first, *second, *third;

	(void)state;
	runs(m, "r1", "ospf");
	first = key_of(m, "r1", 1);
	net_join(m, "r1", "h2");
	second = key_of(m, "r1", 1);
	assert_string_equal(first, second);
	runs(m, "r1", "ospf area 1");
	third = key_of(m, "r1", 1);
	assert_string_not_equal(first, third);
	free(first);
	free(second);
	free(third);
	model_free(m);
}

static void kept_and_printed(void **state)
{
	struct model *m = make(), *again = NULL;
	char *words[] = { (char *)"text", (char *)"line one\n it's \"two\"" };
	struct service *s = service_new(SERVICE_FRR, words, 2);
	cleanup_free char *text = NULL, *second = NULL;
	const char *key;
	json_t *o;

	(void)state;
	runs(m, "r1", "ospf area 0");
	runs(m, "r2", "ospf area 0");
	runs(m, "h1", "http folder /srv/www");
	assert_int_equal(model_set_service(m, net_node(m, "r2")->id, s, &key, NULL), 0);
	service_release(s);
	text = lang_print_network(m);
	assert_non_null(strstr(text, "service r1 r2 ospf area 0\n"));
	assert_non_null(strstr(text, "service h1 http folder /srv/www\n"));
	o = state_write(m);
	assert_int_equal(state_read(o, &again, NULL), 0);
	json_decref(o);
	second = lang_print_network(again);
	assert_string_equal(text, second);
	model_free(again);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(one_of_a_kind),
		cmocka_unit_test(other_changes),
		cmocka_unit_test(daemons_compute_routes),
		cmocka_unit_test(configurations),
		cmocka_unit_test(frr_text_says_which_daemons),
		cmocka_unit_test(keys),
		cmocka_unit_test(kept_and_printed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
