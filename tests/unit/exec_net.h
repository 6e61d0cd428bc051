/*
 * exec_net.h — a network of bare namespaces, and programs that are run in them.
 */
#ifndef TESTS_UNIT_EXEC_NET_H
#define TESTS_UNIT_EXEC_NET_H

#include "sandbox.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/str.h"
#include "run/exec.h"

static struct network net;

static inline int setup(void **state)
{
	(void)state;
	sandbox_network(&net, "lab");
	sandbox_node(&net, "h1");
	sandbox_node(&net, "h2");
	return 0;
}

static inline int teardown(void **state)
{
	struct netns_id ids[2] = { sandbox_id(&net, "h1"), sandbox_id(&net, "h2") };

	(void)state;
	assert_true(netns_end_processes(ids, 2, 0) >= 0);
	sandbox_network_end(&net);
	return 0;
}

static inline struct exec_spec spec(const char *node, char *const *argv)
{
	return (struct exec_spec){
		.node = node, .argv = argv, .in = -1, .out = -1, .err = -1
	};
}

static inline char *read_all(int fd)
{
	struct str text = { 0 };
	char part[4096];
	ssize_t got;

	while ((got = read(fd, part, sizeof(part))) > 0)
		str_addn(&text, part, (size_t)got);
	return str_take(&text);
}

/* Runs a script in the node; what it wrote, and its exit status. */
static inline char *run(const char *node, const char *script, int *ret_status)
{
	char *argv[] = { "sh", "-c", (char *)script, NULL };
	struct exec_spec s = spec(node, argv);
	struct err e = ERR_INIT;
	struct exec_end end;
	char *text;
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	s.out = ends[1];
	sandbox_ok(exec_start(&net, &s, &pid, &e), &e);
	close(ends[1]);
	text = read_all(ends[0]);
	close(ends[0]);
	sandbox_ok(exec_wait(pid, false, &end, &e), &e);
	assert_false(end.stopped);
	*ret_status = end.status;
	return text;
}

#endif
