/*
 * hosts.c — a network's hosts file, which every program in it has as /etc/hosts.
 *
 * It is bind-mounted, so it is written in place; what it had goes only when
 * the new text is there, so that a program never finds it empty.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "run/network.h"

static void add_entry(struct str *text, const struct ip *ip, const char *name)
{
	char buf[IP_TEXT_MAX];

	str_addf(text, "%s %s\n", ip_text(ip, buf), name);
}

static void add_others(struct str *text, const address_vec *v, const struct ip *first[2],
		       const char *name)
{
	vec_each (v, a) {
		const struct ip *called_by = first[a->ip.family == AF_INET6];

		if (!called_by || !ip_same_address(called_by, &a->ip))
			add_entry(text, &a->ip, name);
	}
}

/* What the node should be called by comes first; then a name for each address it has. */
static void add_node(struct str *text, const struct model *m, const struct node *n)
{
	const struct ip *first[2] = { model_node_address(m, n, AF_INET),
				      model_node_address(m, n, AF_INET6) };

	for (int f = 0; f < 2; f++)
		if (first[f])
			add_entry(text, first[f], n->name);
	add_others(text, &n->loopback, first, n->name);
	vec_each (&n->ports, p) {
		const struct link *l = p->link ? model_link(m, p->link) : NULL;

		if (l)
			add_others(text, &l->end[p->end].addresses, first, n->name);
	}
}

int network_write_hosts(struct network *n, struct err *e)
{
	cleanup_free char *path = mem_printf("%s/hosts", n->dir), *was = NULL;
	struct str text = { 0 };
	size_t was_n = 0;
	int fd, r = 0;

	str_add(&text, "127.0.0.1 localhost\n"
		       "::1 localhost ip6-localhost ip6-loopback\n");
	vec_each (&n->model->nodes, node)
		if ((*node)->kind != NODE_SWITCH)
			add_node(&text, n->model, *node);
	if (file_read(path, SIZE_MAX, &was, &was_n, NULL) == 0 && was_n == text.n &&
	    memcmp(was, text.s, text.n) == 0) {
		str_free(&text);
		return 0;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		r = -errno;
	else
		r = file_write_all(fd, text.s, text.n);
	if (r == 0 && ftruncate(fd, (off_t)text.n) < 0)
		r = -errno;
	if (fd >= 0)
		close(fd);
	str_free(&text);
	return r < 0 ? err_sys(e, r, "write %s", path) : 0;
}
