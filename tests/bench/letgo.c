/*
 * letgo.c — tells when the kernel has let go of the namespaces that were
 * dropped before.
 *
 * A namespace ends long after its last user: one worker of the kernel takes
 * all that wait at a time and ends them together. So two namespaces of our
 * own stand in line behind the others, one after the other: each holds an
 * end of a veth pair whose other end is with us, and disappears when it
 * ends. The first may be ended together with the others, in the midst of
 * their end; the second is dropped only then, so it is next in line, and when
 * it goes, the others have gone completely.
 *
 * It prints "ready"; for a line on its input it lets both go and prints
 * "gone".
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { IFINDEX_FIRST = 100 };

static void die(const char *what)
{
	fprintf(stderr, "letgo: %s: %s\n", what, strerror(errno));
	exit(3);
}

/* A message with room for a few attributes. */
struct request {
	struct nlmsghdr h;
	struct ifinfomsg i;
	char attributes[256];
};

static struct rtattr *attribute(struct request *r, unsigned short type, const void *data,
				size_t n)
{
	struct rtattr *a = (void *)((char *)r + NLMSG_ALIGN(r->h.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(n);
	if (n)
		memcpy(RTA_DATA(a), data, n);
	r->h.nlmsg_len = NLMSG_ALIGN(r->h.nlmsg_len) + RTA_ALIGN(a->rta_len);
	return a;
}

static void attribute_end(struct request *r, struct rtattr *a)
{
	a->rta_len = (unsigned short)((char *)r + r->h.nlmsg_len - (char *)a);
}

/* A veth pair between the caller's namespace, which has index, and the one of fd. */
static void veth(int nl, int index, int fd)
{
	struct request r = { .h = { .nlmsg_len = NLMSG_LENGTH(sizeof(r.i)),
				    .nlmsg_type = RTM_NEWLINK,
				    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK |
						   NLM_F_CREATE | NLM_F_EXCL },
			     .i = { .ifi_index = index } };
	struct rtattr *info, *data, *peer;
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
		char rest[1024];
	} answer;

	info = attribute(&r, IFLA_LINKINFO, NULL, 0);
	attribute(&r, IFLA_INFO_KIND, "veth", 4);
	data = attribute(&r, IFLA_INFO_DATA, NULL, 0);
	peer = attribute(&r, VETH_INFO_PEER, &r.i, sizeof(r.i));
	attribute(&r, IFLA_NET_NS_FD, &fd, sizeof(fd));
	attribute_end(&r, peer);
	attribute_end(&r, data);
	attribute_end(&r, info);
	if (send(nl, &r, r.h.nlmsg_len, 0) < 0 ||
	    recv(nl, &answer, sizeof(answer), 0) <
		    (ssize_t)NLMSG_LENGTH(sizeof(answer.e)))
		die("ask for a veth pair");
	errno = -answer.e.error;
	if (answer.h.nlmsg_type != NLMSG_ERROR || errno)
		die("make a veth pair");
}

static void wait_for_end(int listener, int index)
{
	char buffer[32768];

	for (;;) {
		ssize_t n = recv(listener, buffer, sizeof(buffer), 0);

		if (n < 0)
			die("listen");
		for (struct nlmsghdr *h = (void *)buffer; NLMSG_OK(h, n);
		     h = NLMSG_NEXT(h, n)) {
			const struct ifinfomsg *i = NLMSG_DATA(h);

			if (h->nlmsg_type == RTM_DELLINK && i->ifi_index == index)
				return;
		}
	}
}

static int namespace_new(void)
{
	int fd;

	if (unshare(CLONE_NEWNET) < 0)
		die("new namespace (as root?)");
	fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("open namespace");
	return fd;
}

int main(void)
{
	struct sockaddr_nl links = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	int first = namespace_new(), second = namespace_new(), home = namespace_new();
	int nl, listener;
	char line[64];

	nl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	listener = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (nl < 0 || listener < 0)
		die("socket");
	veth(nl, IFINDEX_FIRST, first);
	veth(nl, IFINDEX_FIRST + 1, second);
	if (bind(listener, (struct sockaddr *)&links, sizeof(links)) < 0)
		die("listen");
	close(home);
	puts("ready");
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 0;
	close(first);
	wait_for_end(listener, IFINDEX_FIRST);
	close(second);
	wait_for_end(listener, IFINDEX_FIRST + 1);
	puts("gone");
	return 0;
}
