/*
 * floor.c — the least that the kernel asks for a network: the reference that
 * Espalier is measured against. It has nothing of Espalier in it.
 *
 *     floor star|line N
 *
 * makes N hosts, each a namespace pinned by a bind mount under a tmpfs, with
 * lo up, joined by veth pairs (star: to a bridge in a namespace of its own;
 * line: each to the next), every interface of a host with an IPv4 and an IPv6
 * address. Then it prints "up", adds one more host to the star for every line
 * on its input, and says so; at the end of its input it takes everything down
 * and exits. Programs that make the same by other means speak the same
 * way, so one driver times them all.
 *
 * What makes it fast: veth ends are born in their namespaces, up, with one
 * queue; interface numbers are chosen, so nothing is asked back; requests go
 * out many at once, and only the last of a batch is acknowledged (a failure
 * is reported whether asked for or not). Destroying is letting go of the
 * namespaces.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	IFINDEX_BRIDGE = 999,
	IFINDEX_FIRST = 1000,
	MORE_MAX = 100,	     /* hosts that may be added afterwards */
	BATCH_MAX = 1 << 17, /* bytes; stays below the socket's send buffer */
	LINK_ROOM = 512,     /* bytes that one request takes at the most */
};

/* A node: its namespace, and a netlink socket that was opened in it. */
struct node {
	int ns, nl;
};

static char batch[BATCH_MAX];
static size_t batch_n;
static struct nlmsghdr *last;

static void die(const char *what)
{
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	exit(3);
}

/* ---- requests ---- */

static void *put(size_t n)
{
	void *p = batch + batch_n;

	memset(p, 0, NLMSG_ALIGN(n));
	batch_n += NLMSG_ALIGN(n);
	return p;
}

static void request(unsigned short type, unsigned short flags)
{
	last = put(sizeof(*last));
	last->nlmsg_type = type;
	last->nlmsg_flags = NLM_F_REQUEST | flags;
}

static struct rtattr *attribute(unsigned short type, const void *data, size_t n)
{
	struct rtattr *a = put(RTA_LENGTH(n));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(n);
	if (n)
		memcpy(RTA_DATA(a), data, n);
	return a;
}

static void attribute_u32(unsigned short type, unsigned value)
{
	attribute(type, &value, sizeof(value));
}

static void attribute_end(struct rtattr *a)
{
	a->rta_len = (unsigned short)(batch + batch_n - (char *)a);
}

static void request_end(void)
{
	last->nlmsg_len = (unsigned)(batch + batch_n - (char *)last);
}

/* Sends the batch; only its last request is acknowledged. */
static void flush(int nl)
{
	char answer[8192];
	ssize_t n;

	if (!batch_n)
		return;
	last->nlmsg_flags |= NLM_F_ACK;
	last->nlmsg_seq = 1;
	if (send(nl, batch, batch_n, 0) < 0)
		die("send");
	batch_n = 0;
	for (;;) {
		n = recv(nl, answer, sizeof(answer), 0);
		if (n < 0)
			die("receive");
		for (struct nlmsghdr *h = (void *)answer; NLMSG_OK(h, n);
		     h = NLMSG_NEXT(h, n)) {
			struct nlmsgerr *error = NLMSG_DATA(h);

			if (h->nlmsg_type == NLMSG_ERROR && error->error) {
				errno = -error->error;
				die("the kernel refused");
			}
			if (h->nlmsg_seq == 1)
				return;
		}
	}
}

static void link_up(int index)
{
	struct ifinfomsg *i;

	request(RTM_NEWLINK, 0);
	i = put(sizeof(*i));
	*i = (struct ifinfomsg){ .ifi_index = index,
				 .ifi_flags = IFF_UP,
				 .ifi_change = IFF_UP };
	request_end();
}

static void end_of_link(int number, const struct node *in, unsigned flags)
{
	char name[IFNAMSIZ];
	struct ifinfomsg *i = put(sizeof(*i));

	*i = (struct ifinfomsg){ .ifi_index = IFINDEX_FIRST + number,
				 .ifi_flags = flags,
				 .ifi_change = flags };
	attribute(IFLA_IFNAME, name,
		  (size_t)snprintf(name, sizeof(name), "eth%d", number) + 1);
	attribute_u32(IFLA_NET_NS_FD, (unsigned)in->ns);
	attribute_u32(IFLA_NUM_TX_QUEUES, 1);
	attribute_u32(IFLA_NUM_RX_QUEUES, 1);
}

/*
 * a's end is created up; b's cannot be, since it comes first and has no peer
 * yet. master: number of a bridge in a's namespace, 0 for none.
 */
static void veth(const struct node *a, int number_a, unsigned master,
		 const struct node *b, int number_b)
{
	struct rtattr *info, *data, *peer;

	request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	end_of_link(number_a, a, IFF_UP);
	if (master)
		attribute_u32(IFLA_MASTER, master);
	info = attribute(IFLA_LINKINFO, NULL, 0);
	attribute(IFLA_INFO_KIND, "veth", 4);
	data = attribute(IFLA_INFO_DATA, NULL, 0);
	peer = attribute(VETH_INFO_PEER, NULL, 0);
	end_of_link(number_b, b, 0);
	attribute_end(peer);
	attribute_end(data);
	attribute_end(info);
	request_end();
}

static void bridge(void)
{
	struct rtattr *info;
	struct ifinfomsg *i;

	request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	i = put(sizeof(*i));
	i->ifi_index = IFINDEX_BRIDGE;
	attribute(IFLA_IFNAME, "br0", 4);
	info = attribute(IFLA_LINKINFO, NULL, 0);
	attribute(IFLA_INFO_KIND, "bridge", 6);
	attribute_end(info);
	request_end();
}

static void address(int number, unsigned char family, unsigned char len, const char *text)
{
	unsigned char bytes[16];
	size_t n = family == AF_INET ? 4 : 16;
	struct ifaddrmsg *i;

	if (inet_pton(family, text, bytes) != 1) {
		errno = EINVAL;
		die(text);
	}
	request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
	i = put(sizeof(*i));
	*i = (struct ifaddrmsg){ .ifa_family = family,
				 .ifa_prefixlen = len,
				 .ifa_flags = IFA_F_NODAD,
				 .ifa_index = (unsigned)(IFINDEX_FIRST + number) };
	attribute(IFA_LOCAL, bytes, n);
	attribute(IFA_ADDRESS, bytes, n);
	request_end();
}

/* Host number host (from 1) of subnet number net. */
static void addresses(int number, int net, int host)
{
	char text[64];
	/* a star of many hosts has one wide subnet, a line many narrow ones */
	unsigned char len = net < 0 ? 16 : 24;

	snprintf(text, sizeof(text), "10.%d.%d.%d", net < 0 ? 0 : net % 256,
		 net < 0 ? host / 256 : net / 256, host % 256);
	address(number, AF_INET, len, text);
	snprintf(text, sizeof(text), "fd00:0:0:%x::%x", net < 0 ? 0 : net, host);
	address(number, AF_INET6, 64, text);
}

/* ---- the network ---- */

static struct node node_new(int number)
{
	char path[32];
	struct node n;
	int fd;

	snprintf(path, sizeof(path), "n%d", number);
	if (unshare(CLONE_NEWNET) < 0)
		die("new namespace");
	fd = open(path, O_CREAT | O_EXCL | O_RDONLY | O_CLOEXEC, 0444);
	if (fd < 0 || close(fd) < 0 ||
	    mount("/proc/thread-self/ns/net", path, NULL, MS_BIND, NULL) < 0)
		die("pin namespace");
	n.ns = open(path, O_RDONLY | O_CLOEXEC);
	n.nl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (n.ns < 0 || n.nl < 0)
		die("open namespace");
	link_up(1);
	return n;
}

static void star(struct node *hosts, int n, struct node *centre)
{
	*centre = node_new(n);
	bridge();
	for (int i = 0; i < n; i++) {
		if (batch_n > BATCH_MAX / 2 - LINK_ROOM)
			flush(centre->nl);
		veth(centre, i, IFINDEX_BRIDGE, &hosts[i], 0);
	}
	flush(centre->nl);
	for (int i = 0; i < n; i++) {
		link_up(IFINDEX_FIRST);
		addresses(0, -1, i + 1);
		flush(hosts[i].nl);
	}
	/* last: each new host's multicast would be flooded to all that are there */
	link_up(IFINDEX_BRIDGE);
	flush(centre->nl);
}

/* Host i has eth0 to the one before it and eth1 to the next. */
static void line(struct node *hosts, int n)
{
	for (int i = 0; i < n; i++) {
		if (i + 1 < n)
			veth(&hosts[i], 1, 0, &hosts[i + 1], 0);
		if (i > 0) {
			link_up(IFINDEX_FIRST);
			addresses(0, i - 1, 2);
		}
		if (i + 1 < n)
			addresses(1, i, 1);
		flush(hosts[i].nl);
	}
}

static void one_more(struct node *host, int number, const struct node *centre)
{
	*host = node_new(number);
	flush(host->nl);
	veth(centre, number, IFINDEX_BRIDGE, host, 0);
	flush(centre->nl);
	link_up(IFINDEX_FIRST);
	addresses(0, -1, number + 1);
	flush(host->nl);
}

/* Everything is in a mount namespace of ours: a crash leaves nothing. */
static void private_folder(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("floor", "/mnt", "tmpfs", 0, NULL) < 0 || chdir("/mnt") < 0)
		die("private folder (as root?)");
}

int main(int argc, char **argv)
{
	int n = argc == 3 ? atoi(argv[2]) : 0, home, n_nodes = n;
	struct node *nodes;
	char line_end;

	if (n < 2 || n > 20000 ||
	    (strcmp(argv[1], "star") != 0 && strcmp(argv[1], "line") != 0)) {
		fprintf(stderr, "usage: floor star|line N\n");
		return 2;
	}
	nodes = calloc((size_t)n + 1 + MORE_MAX, sizeof(*nodes));
	home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (!nodes || home < 0)
		die("start");
	private_folder();
	for (int i = 0; i < n; i++) {
		nodes[i] = node_new(i);
		flush(nodes[i].nl);
	}
	if (strcmp(argv[1], "star") == 0)
		star(nodes, n, &nodes[n_nodes++]);
	else
		line(nodes, n);
	if (setns(home, CLONE_NEWNET) < 0)
		die("go home");
	puts("up");
	fflush(stdout);

	while (read(STDIN_FILENO, &line_end, 1) > 0) {
		if (line_end != '\n' || n_nodes == n || n_nodes > n + MORE_MAX)
			continue;
		one_more(&nodes[n_nodes], n_nodes, &nodes[n]);
		n_nodes++;
		puts("more");
		fflush(stdout);
	}
	for (int i = 0; i < n_nodes; i++) {
		close(nodes[i].nl);
		close(nodes[i].ns);
	}
	free(nodes);
	/* all at once, so that the kernel's worker ends them together */
	if (chdir("/") < 0 || umount2("/mnt", MNT_DETACH) < 0)
		die("let go");
	return 0;
}
