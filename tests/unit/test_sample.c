/*
 * test_sample.c — samples of a real network: its links, its nodes' IP counters, programs
 * and connections; namespaces that go; few descriptors.
 */
#include "sandbox.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/str.h"
#include "run/exec.h"
#include "stat/rates.h"
#include "stat/sample.h"

static struct network *net;
static struct sampler *sampler;

static uint32_t node(struct model *m, enum node_kind kind, const char *name)
{
	uint32_t id = 0;

	assert_int_equal(model_add_node(m, kind, name, &id, NULL), 0);
	return id;
}

static void join(struct model *m, uint32_t a, uint32_t b)
{
	struct link_options o = { 0 };
	uint32_t id;

	assert_int_equal(model_add_link(m, a, b, &o, &id, NULL), 0);
}

/* h1 — r1 — h2, and s1 by r1; with addresses and routes. */
static int setup(void **state)
{
	struct model *m = model_new();
	struct err e = ERR_INIT;
	uint32_t h1, h2, r1;

	(void)state;
	sandbox_ok(network_create("lab", &net, &e), &e);
	h1 = node(m, NODE_HOST, "h1");
	r1 = node(m, NODE_ROUTER, "r1");
	h2 = node(m, NODE_HOST, "h2");
	join(m, h1, r1);
	join(m, r1, h2);
	join(m, r1, node(m, NODE_SWITCH, "s1"));
	sandbox_ok(network_change(net, m, "build", NULL, &e), &e);
	sandbox_ok(sampler_new(net->dir, &sampler, &e), &e);
	return 0;
}

static int teardown(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	sampler_free(sampler);
	sandbox_ok(network_destroy(net, NULL, &e), &e);
	return 0;
}

static struct snapshot *sample(void)
{
	struct snapshot *s;
	struct err e = ERR_INIT;

	sandbox_ok(sampler_read(sampler, net->model, SAMPLE_TCP | SAMPLE_NODES, &s, &e),
		   &e);
	return s;
}

static const struct stat_node *node_in(const struct snapshot *s, const char *name)
{
	const struct stat_node *n =
		snapshot_node(s, model_node_named(net->model, name)->id);

	assert_non_null(n);
	return n;
}

static pid_t start(const char *name, const char *script)
{
	char *argv[] = { "sh", "-c", (char *)(uintptr_t)script, NULL };
	struct exec_spec s = {
		.node = name, .argv = argv, .in = -1, .out = -1, .err = -1
	};
	struct err e = ERR_INIT;
	pid_t pid;

	sandbox_ok(exec_start(net, &s, &pid, &e), &e);
	return pid;
}

static int run(const char *name, const char *script)
{
	struct err e = ERR_INIT;
	struct exec_end end;

	sandbox_ok(exec_wait(start(name, script), false, &end, &e), &e);
	return end.status;
}

/* Whether the thread is where it was: the shell's namespace must never be left. */
static void assert_home(const struct netns_id *was)
{
	cleanup_close int fd = netns_open_self();
	struct netns_id now;

	assert_int_equal(netns_identify(fd, &now), 0);
	assert_int_equal(now.ino, was->ino);
}

static void test_links(void **state)
{
	cleanup_close int fd = netns_open_self();
	struct netns_id home;
	struct snapshot *s;

	(void)state;
	assert_int_equal(netns_identify(fd, &home), 0);
	s = sample();
	assert_home(&home);
	assert_int_equal(s->links.n, 3);
	assert_int_equal(s->nodes.n, 4);
	assert_null(s->trouble);
	assert_string_equal(s->links.v[0].name, "h1 r1");
	vec_each (&s->links, l)
		for (int i = 0; i < 2; i++) {
			assert_int_equal(l->end[i].presence, STAT_FRESH);
			assert_true(l->end[i].up && l->end[i].carrier);
			assert_int_equal(l->end[i].mtu, 1500);
		}
	assert_int_equal(node_in(s, "r1")->n_ports, 3);
	assert_int_equal(node_in(s, "s1")->kind, NODE_SWITCH);
	assert_true(s->took > 0 && s->time > 0 && s->wall > s->time);
	snapshot_free(s);
}

static void test_ip_counters(void **state)
{
	struct snapshot *a = sample(), *b;

	(void)state;
	assert_int_equal(run("h1", "ping -4 -c 5 -i 0.01 h2 >/dev/null"), 0);
	assert_int_not_equal(run("h1", "ping -c 3 -i 0.01 -W 1 203.0.113.1 >/dev/null"),
			     0);
	b = sample();
	/* there and back; what else is forwarded is nobody's here */
	assert_int_equal(node_in(b, "r1")->forwarded - node_in(a, "r1")->forwarded, 10);
	assert_int_equal(node_in(b, "r1")->no_route - node_in(a, "r1")->no_route, 3);
	assert_int_equal(node_in(b, "h1")->forwarded, 0);
	snapshot_free(a);
	snapshot_free(b);
}

static void test_programs(void **state)
{
	pid_t busy = start("h1", "while :; do :; done"),
	      idle = start("h2", "exec sleep 1000");
	struct snapshot *a = sample(), *b = sample();
	struct err e = ERR_INIT;
	struct exec_end end;
	uint64_t most;

	(void)state;
	sandbox_until(({
		snapshot_free(b);
		b = sample();
		node_in(b, "h1")->cpu > node_in(a, "h1")->cpu + 50000000;
	}));
	assert_int_equal(node_in(b, "h1")->programs, 1);
	assert_int_equal(node_in(b, "h2")->programs, 1);
	assert_int_equal(node_in(b, "r1")->programs, 0);
	assert_int_equal(node_in(b, "r1")->cpu, 0);
	assert_true(node_in(b, "h2")->cpu < node_in(b, "h1")->cpu);
	kill(busy, SIGKILL);
	kill(idle, SIGKILL);
	sandbox_ok(exec_wait(busy, false, &end, &e), &e);
	sandbox_ok(exec_wait(idle, false, &end, &e), &e);
	most = node_in(b, "h1")->cpu;
	snapshot_free(a);
	a = sample();
	assert_int_equal(node_in(a, "h1")->programs, 0);
	assert_int_equal(node_in(a, "h1")->cpu, most); /* it only grows */
	snapshot_free(a);
	snapshot_free(b);
}

static void test_connections(void **state)
{
	static char text[] = "0123456789";
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	cleanup_free char *path = network_netns_path(net, "h2");
	cleanup_close int home = netns_open_self(), there = netns_open(path);
	socklen_t n = sizeof(a);
	const struct stat_tcp *t = NULL;
	struct snapshot *s;
	int listening, out, in, udp;

	(void)state;
	assert_int_equal(netns_enter(there), 0);
	listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listening, (struct sockaddr *)&a, n), 0);
	assert_int_equal(bind(udp, (struct sockaddr *)&a, n), 0);
	assert_int_equal(listen(listening, 1), 0);
	assert_int_equal(getsockname(listening, (struct sockaddr *)&a, &n), 0);
	assert_int_equal(connect(out, (struct sockaddr *)&a, n), 0);
	in = accept(listening, NULL, NULL);
	assert_true(in >= 0);
	assert_int_equal(write(out, text, 10), 10);
	assert_int_equal(read(in, text, 10), 10);
	assert_int_equal(netns_enter(home), 0);

	s = sample();
	assert_int_equal(s->tcp.n, 2); /* its two ends; no listener */
	vec_each (&s->tcp, p)
		if (p->remote_port == ntohs(a.sin_port))
			t = p;
	assert_non_null(t);
	assert_int_equal(t->node, node_in(s, "h2")->id);
	assert_int_equal(t->state, TCP_ESTABLISHED);
	assert_int_equal(t->local.family, AF_INET);
	assert_int_equal(t->remote.b[0], 127);
	assert_true(t->cwnd > 0 && t->mss > 0 && t->rtt > 0 && t->cookie);
	assert_true(t->congestion[0]);
	assert_in_range(t->sent, 10, 11); /* the SYN may count */
	assert_int_equal(node_in(s, "h2")->tcp_sockets, 3);
	assert_int_equal(node_in(s, "h2")->udp_sockets, 1);
	assert_int_equal(node_in(s, "h1")->tcp_sockets, 0);
	snapshot_free(s);
	close(listening);
	close(out);
	close(in);
	close(udp);
}

static void change(const char *what, const char *name)
{
	struct model *m = model_copy(net->model);
	struct err e = ERR_INIT;

	if (strcmp(what, "del") == 0)
		assert_int_equal(model_del_node(m, model_node_named(m, name)->id, NULL),
				 0);
	else
		node(m, NODE_HOST, name);
	sandbox_ok(network_change(net, m, what, NULL, &e), &e);
}

static void test_come_and_go(void **state)
{
	struct snapshot *a = sample(), *b;

	(void)state;
	change("del", "h2");
	b = sample();
	assert_int_equal(b->nodes.n, 3);
	assert_int_equal(b->links.n, 2);
	assert_null(b->trouble);
	snapshot_free(a);
	change("add", "h2");
	a = sample();
	assert_int_equal(a->nodes.n, 4);
	assert_int_equal(node_in(a, "h2")->presence, STAT_FRESH);
	assert_int_equal(node_in(a, "h2")->n_ports, 0);
	snapshot_free(a);
	snapshot_free(b);
}

/* Unpinned behind the network's back. */
static void test_gone(void **state)
{
	cleanup_free char *path = network_netns_path(net, "h1");
	struct snapshot *s = sample();
	struct err e = ERR_INIT;

	(void)state;
	sandbox_ok(netns_unpin(path, &e), &e);
	sandbox_until(({
		snapshot_free(s);
		s = sample();
		node_in(s, "h1")->presence == STAT_GONE;
	}));
	assert_int_equal(s->links.v[0].end[0].presence, STAT_GONE);
	assert_int_equal(node_in(s, "r1")->presence, STAT_FRESH);
	/* the sampler does not keep it: with its last socket its interfaces go */
	sandbox_until(({
		snapshot_free(s);
		s = sample();
		s->links.v[0].end[1].presence == STAT_GONE;
	}));
	snapshot_free(s);
}

static void test_few_descriptors(void **state)
{
	struct rlimit was, few;
	struct snapshot *s;
	struct err e = ERR_INIT;

	(void)state;
	sampler_free(sampler);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	few = (struct rlimit){ 16, was.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	sandbox_ok(sampler_new(net->dir, &sampler, &e), &e);
	for (int i = 0; i < 3; i++) {
		s = sample();
		assert_null(s->trouble);
		vec_each (&s->nodes, n)
			assert_int_equal(n->presence, STAT_FRESH);
		snapshot_free(s);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
}

static void test_no_network(void **state)
{
	struct sampler *none;
	struct snapshot *s = NULL;
	struct err e = ERR_INIT;

	(void)state;
	sandbox_ok(sampler_new("/run/espalier/nowhere", &none, &e), &e);
	assert_int_equal(sampler_read(none, net->model, 0, &s, &e), -ENOENT);
	assert_null(s);
	assert_non_null(strstr(e.msg, "gone"));
	err_clear(&e);
	sampler_free(none);
	sampler_free(NULL);
}

static int tests(void)
{
	const struct CMUnitTest list[] = {
		cmocka_unit_test_setup_teardown(test_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ip_counters, setup, teardown),
		cmocka_unit_test_setup_teardown(test_programs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_connections, setup, teardown),
		cmocka_unit_test_setup_teardown(test_come_and_go, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_few_descriptors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_network, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(void)
{
	return sandbox_run(tests);
}
