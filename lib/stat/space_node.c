/*
 * space_node.c — a namespace's IP counters and numbers of sockets, which only /proc/net
 * tells: IPv4's counters have no netlink (proc_pid_net(5), the kernel's snmp_counter).
 *
 * The files have two forms: a line of names and a line of values, "Ip: A B" and "Ip: 1
 * 2"; or a name and its value in a line.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "stat/space.h"

enum { FILE_MAX = 65536 };

static int read_file(const char *name, char **ret, struct err *e)
{
	cleanup_free char *path = mem_printf("/proc/thread-self/net/%s", name);
	size_t n;

	return file_read(path, FILE_MAX, ret, &n, e);
}

static const char *behind(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = text; (p = strstr(p, word)); p += n)
		if (p == text || p[-1] == '\n')
			return p + n;
	return NULL;
}

/* The value under a name, in the lines that begin with that word; 0: there is none. */
static uint64_t under(const char *text, const char *word, const char *name)
{
	const char *names = behind(text, word), *values;
	size_t n = strlen(name);

	values = names ? behind(names, word) : NULL;
	while (names && values) {
		names += strspn(names, " ");
		values += strspn(values, " ");
		if (strncmp(names, name, n) == 0 && (names[n] == ' ' || names[n] == '\n'))
			return strtoull(values, NULL, 10);
		names += strcspn(names, " \n");
		values += strcspn(values, " \n");
		if (*names == '\n' || !*names)
			break;
	}
	return 0;
}

/* The value of a line that begins with the name. */
static uint64_t beside(const char *text, const char *name)
{
	const char *value = behind(text, name);

	return value ? strtoull(value, NULL, 10) : 0;
}

static int read_sockets(struct stat_node *ret, struct err *e)
{
	cleanup_free char *four = NULL, *six = NULL;
	int r = read_file("sockstat", &four, e);

	if (r < 0)
		return r;
	ret->tcp_sockets = (unsigned)beside(four, "TCP: inuse");
	ret->udp_sockets = (unsigned)beside(four, "UDP: inuse");
	if (read_file("sockstat6", &six, NULL) == 0) { /* not without IPv6 */
		ret->tcp_sockets += (unsigned)beside(six, "TCP6: inuse");
		ret->udp_sockets += (unsigned)beside(six, "UDP6: inuse");
	}
	return 0;
}

static int read_ip(struct stat_node *ret, struct err *e)
{
	cleanup_free char *four = NULL, *more = NULL, *six = NULL;
	int r = read_file("snmp", &four, e);

	if (r < 0)
		return r;
	ret->forwarded = under(four, "Ip:", "ForwDatagrams");
	ret->no_route = under(four, "Ip:", "OutNoRoutes");
	ret->in_discarded = under(four, "Ip:", "InDiscards");
	ret->out_discarded = under(four, "Ip:", "OutDiscards");
	ret->header_errors = under(four, "Ip:", "InHdrErrors");
	if (read_file("netstat", &more, NULL) == 0)
		ret->no_route += under(more, "IpExt:", "InNoRoutes");
	if (read_file("snmp6", &six, NULL) == 0) {
		ret->forwarded += beside(six, "Ip6OutForwDatagrams");
		ret->no_route += beside(six, "Ip6OutNoRoutes") +
				 beside(six, "Ip6InNoRoutes");
		ret->in_discarded += beside(six, "Ip6InDiscards");
		ret->out_discarded += beside(six, "Ip6OutDiscards");
		ret->header_errors += beside(six, "Ip6InHdrErrors");
	}
	return 0;
}

int space_read_node(struct space *p, bool only_sockets, struct err *e)
{
	struct stat_node counted = p->node_counted;
	int r = read_sockets(&counted, e);

	if (r == 0 && !only_sockets)
		r = read_ip(&counted, e);
	if (r == 0)
		p->node_counted = counted;
	return r;
}
