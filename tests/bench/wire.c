/*
 * wire.c — links in user space, measured beside a veth pair in the same run.
 *
 *     wire [seconds]        of each measurement; 1
 *
 * Two namespaces are joined by a veth pair and by a wire link. Throughputs are
 * measured in turns, so that a busy moment of the machine meets both. Delays are from
 * the sender's clock before it sends to the kernel's time stamp at the receiver.
 * Everything is in namespaces of its own; it needs root.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "base/file.h"
#include "base/mem.h"
#include "kern/netlink.h"
#include "kern/netns.h"
#include "wire/control.h"
#include "wire/tap.h"

#define MS UINT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)
#define MBIT UINT64_C(1000000)

enum {
	ROUNDS = 5,
	IDLE_LINKS = 1000,
	PAYLOAD = 22, /* of UDP: a frame of 64 bytes */
	HEADERS = 42, /* Ethernet, IPv4, UDP */
	AT_ONCE = 64, /* packets per system call */
	PORT = 7000,
	PROBES = 400,
};

static int ns[2];
static int taps[2];
static pid_t server;
static struct wire_client client;
static double seconds = 1;

static void die(const char *what, const struct err *e)
{
	fprintf(stderr, "wire: %s: %s\n", what, e && e->msg ? e->msg : strerror(errno));
	exit(3);
}

static int64_t clock_of(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* ---- the network ---- */

static void address_up(const char *name, unsigned address)
{
	cleanup_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_flags = 0 };
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(address) };

	strcpy(ifr.ifr_name, name);
	memcpy(&ifr.ifr_addr, &in, sizeof(in));
	if (ioctl(fd, SIOCSIFADDR, &ifr) < 0)
		die("address", NULL);
	in.sin_addr.s_addr = htonl(0xffffff00);
	memcpy(&ifr.ifr_netmask, &in, sizeof(in));
	if (ioctl(fd, SIOCSIFNETMASK, &ifr) < 0)
		die("netmask", NULL);
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr) < 0)
		die("up", NULL);
}

static void quiet(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		(void)file_write_all(fd, "1", 1);
		close(fd);
	}
}

/* From ns[0] to ns[1]. */
static void veth(void)
{
	struct ifinfomsg none = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg =
		nlmsg_alloc_simple(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE);
	struct netlink_batch b = { .bytes = { 0 } };
	struct netlink_result result = { 0 };
	struct nlattr *info, *data, *peer;
	struct err e = ERR_INIT;
	struct netlink nl;

	nlmsg_append(msg, &none, sizeof(none), NLMSG_ALIGNTO);
	nla_put_string(msg, IFLA_IFNAME, "veth");
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	peer = nla_nest_start(msg, VETH_INFO_PEER);
	nlmsg_append(msg, &none, sizeof(none), NLMSG_ALIGNTO);
	nla_put_string(msg, IFLA_IFNAME, "veth");
	nla_put_u32(msg, IFLA_NET_NS_FD, (uint32_t)ns[1]);
	nla_nest_end(msg, peer);
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	if (netns_enter(ns[0]) < 0 || netlink_open(&nl, &e) < 0)
		die("netlink", &e);
	netlink_batch_add(&b, msg);
	if (netlink_batch_run(&nl, &b, &result, &e) < 0 || result.code < 0)
		die("veth pair", &e);
	netlink_batch_free(&b);
	netlink_close(&nl);
}

static void make_network(void)
{
	struct err e = ERR_INIT;

	for (int i = 0; i < 2; i++) {
		if (unshare(CLONE_NEWNET) < 0)
			die("namespace (as root?)", NULL);
		ns[i] = netns_open_self();
		quiet("/proc/sys/net/ipv6/conf/all/disable_ipv6");
		quiet("/proc/sys/net/ipv6/conf/default/disable_ipv6");
	}
	veth();
	for (unsigned i = 0; i < 2; i++) {
		netns_enter(ns[i]);
		taps[i] = tap_open("wire", 0, &e);
		if (taps[i] < 0)
			die("tap", &e);
		address_up("veth", 0x0a010001 + i);
		address_up("wire", 0x0a020001 + i);
	}
}

static void start_server(void)
{
	struct err e = ERR_INIT;
	int fd = wire_listen("/run/wire", &e);

	if (fd < 0)
		die("listen", &e);
	server = fork();
	if (server == 0)
		_exit(wire_serve(fd, &e) < 0);
	close(fd);
	if (wire_client_open(&client, "/run/wire", &e) < 0)
		die("connect", &e);
}

static void shape(const struct shape *s)
{
	struct err e = ERR_INIT;

	if (wire_client_shape(&client, 1, 0, s, &e) < 0)
		die("shape", &e);
}

static int socket_in(int where, int type)
{
	int fd;

	netns_enter(ns[where]);
	fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket", NULL);
	return fd;
}

/* Of side 1, by veth (1) or wire (2). */
static struct sockaddr_in receiver(unsigned net)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(PORT),
				     .sin_addr.s_addr = htonl(0x0a000002 + (net << 16)) };
}

static void end_process(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* ---- throughput ---- */

/* Bits a second. */
static double tcp(unsigned net)
{
	static char bytes[1 << 18];
	struct sockaddr_in to = receiver(net);
	cleanup_close int door = socket_in(1, SOCK_STREAM), from = -1;
	const int on = 1;
	int64_t start, end;
	double total = 0;
	pid_t pid;

	setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(door, (struct sockaddr *)&to, sizeof(to)) < 0 || listen(door, 1) < 0)
		die("listen", NULL);
	pid = fork();
	if (pid == 0) {
		int fd = socket_in(0, SOCK_STREAM);

		if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
			die("connect", NULL);
		while (send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL) > 0)
			;
		_exit(0);
	}
	from = accept(door, NULL, NULL);
	start = clock_of(CLOCK_MONOTONIC);
	end = start + (int64_t)(seconds * 1e9);
	while (clock_of(CLOCK_MONOTONIC) < end) {
		ssize_t n = recv(from, bytes, sizeof(bytes), 0);

		if (n <= 0)
			break;
		total += (double)n;
	}
	total = total * 8e9 / (double)(clock_of(CLOCK_MONOTONIC) - start);
	end_process(pid);
	return total;
}

struct messages {
	struct mmsghdr m[AT_ONCE];
	struct iovec iov[AT_ONCE];
	char bytes[AT_ONCE][2048];
};

static struct messages *messages(size_t length)
{
	struct messages *all = mem_alloc(sizeof(*all));

	for (int i = 0; i < AT_ONCE; i++) {
		all->iov[i] = (struct iovec){ all->bytes[i], length };
		all->m[i].msg_hdr.msg_iov = &all->iov[i];
		all->m[i].msg_hdr.msg_iovlen = 1;
	}
	return all;
}

static int udp_receiver(unsigned net)
{
	struct sockaddr_in to = receiver(net);
	const struct timeval patience = { .tv_sec = 2 };
	const int room = 1 << 23, on = 1;
	int fd = socket_in(1, SOCK_DGRAM);

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		die("bind", NULL);
	return fd;
}

/* Sends without end, pausing ns between batches. */
static pid_t udp_sender(unsigned net, size_t length, unsigned batch, int64_t pause)
{
	struct sockaddr_in to = receiver(net);
	pid_t pid = fork();

	if (pid == 0) {
		int fd = socket_in(0, SOCK_DGRAM);
		struct messages *out = messages(length);
		struct timespec t = { .tv_nsec = (long)pause };

		if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
			die("connect", NULL);
		for (;;) {
			sendmmsg(fd, out->m, batch, 0);
			if (pause)
				nanosleep(&t, NULL);
		}
	}
	return pid;
}

/* Packets a second that are received. */
static double udp(unsigned net, size_t length, unsigned batch, int64_t pause)
{
	cleanup_close int fd = udp_receiver(net);
	struct messages *in = messages(2048);
	pid_t pid = udp_sender(net, length, batch, pause);
	int64_t start, end;
	double total = 0;

	/* the first has come: it runs */
	if (recvmmsg(fd, in->m, 1, 0, NULL) < 0)
		die("nothing comes", NULL);
	start = clock_of(CLOCK_MONOTONIC);
	end = start + (int64_t)(seconds * 1e9);
	while (clock_of(CLOCK_MONOTONIC) < end) {
		int n = recvmmsg(fd, in->m, AT_ONCE, MSG_WAITFORONE, NULL);

		if (n <= 0)
			break;
		total += n;
	}
	total = total * 1e9 / (double)(clock_of(CLOCK_MONOTONIC) - start);
	end_process(pid);
	free(in);
	return total;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double sorted_at(double *v, size_t n, double part)
{
	qsort(v, n, sizeof(*v), compare);
	return v[(size_t)(part * (double)(n - 1) + 0.5)];
}

static void throughput(const char *what, const struct shape *s)
{
	double v[4][ROUNDS];

	shape(s);
	for (int i = 0; i < ROUNDS; i++)
		for (unsigned net = 1; net <= 2; net++) {
			v[net - 1][i] = tcp(net);
			v[net + 1][i] = udp(net, PAYLOAD, AT_ONCE, 0);
		}
	for (int i = 0; i < 2; i++) {
		double veth_value = sorted_at(v[2 * i], ROUNDS, 0.5);
		double wire_value = sorted_at(v[2 * i + 1], ROUNDS, 0.5);

		printf("%-28s veth %10.3f  wire %10.3f %s   %.2f of it\n", what,
		       veth_value / (i ? 1e3 : 1e9), wire_value / (i ? 1e3 : 1e9),
		       i ? "kpkt/s, 64 B" : "Gbit/s, TCP ", wire_value / veth_value);
	}
	fflush(stdout);
}

/* ---- accuracy ---- */

static int64_t stamp(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec t;

			memcpy(&t, CMSG_DATA(c), sizeof(t));
			return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
		}
	die("no time stamp", NULL);
	return 0;
}

static void delays(unsigned net, uint64_t delay)
{
	struct shape s = { .delay = delay };
	struct sockaddr_in to = receiver(net);
	cleanup_close int in = udp_receiver(net), out = socket_in(0, SOCK_DGRAM);
	static double error[PROBES];
	size_t n = 0;

	shape(&s);
	if (fork() == 0) {
		struct timespec t = { .tv_nsec = 3100000 };

		for (int i = 0; i < PROBES; i++) {
			int64_t now = clock_of(CLOCK_REALTIME);

			sendto(out, &now, sizeof(now), 0, (struct sockaddr *)&to,
			       sizeof(to));
			nanosleep(&t, NULL);
		}
		_exit(0);
	}
	for (; n < PROBES; n++) {
		int64_t sent;
		_Alignas(struct cmsghdr) char control[256];
		struct iovec iov = { &sent, sizeof(sent) };
		struct msghdr m = { .msg_iov = &iov,
				    .msg_iovlen = 1,
				    .msg_control = control,
				    .msg_controllen = sizeof(control) };

		if (recvmsg(in, &m, 0) != sizeof(sent))
			break;
		error[n] = (double)(stamp(&m) - sent - (int64_t)(net == 2 ? delay : 0)) /
			   1e3;
	}
	wait(NULL);
	if (n < 3)
		die("probes are lost", NULL);
	/* the first one waited for ARP */
	printf("%-5s delay %4llu ms: %zu probes, late by  median %6.1f  99%% %7.1f  "
	       "most %7.1f us\n",
	       net == 1 ? "veth" : "wire", (unsigned long long)(delay / MS), n,
	       sorted_at(error + 1, n - 1, 0.5), sorted_at(error + 1, n - 1, 0.99),
	       sorted_at(error + 1, n - 1, 1));
	fflush(stdout);
}

/* Sent half as fast again as the link is. */
static void rates(uint64_t rate)
{
	struct shape s = { .rate = rate };
	const size_t length = 1472;
	const double packets = (double)rate / 8 / (double)(length + HEADERS);
	/* the pauses last 50 us longer than they are asked for */
	unsigned batch = (unsigned)(packets * 1.5 * 0.001) + 1;
	struct wire_link_stats before, after;
	struct err e = ERR_INIT;
	int64_t start, end;
	cleanup_close int fd = udp_receiver(2);
	pid_t pid;
	char bytes[2048];
	double got;

	shape(&s);
	pid = udp_sender(2, length, batch > AT_ONCE ? AT_ONCE : batch,
			 batch > AT_ONCE ? (int64_t)(AT_ONCE / packets * 0.4e9)
					 : (int64_t)(batch / packets * 0.6e9));
	/* not what the queue took in at first */
	if (recv(fd, bytes, sizeof(bytes), 0) < 0 ||
	    wire_client_stats(&client, 1, &before, &e) < 0)
		die("rate", &e);
	start = clock_of(CLOCK_MONOTONIC);
	end = start + (int64_t)(2 * seconds * 1e9);
	while (clock_of(CLOCK_MONOTONIC) < end)
		if (recv(fd, bytes, sizeof(bytes), 0) < 0)
			break;
	if (wire_client_stats(&client, 1, &after, &e) < 0)
		die("rate", &e);
	end = clock_of(CLOCK_MONOTONIC);
	got = (double)(after.direction[0].bytes - before.direction[0].bytes) * 8e9 /
	      (double)(end - start);
	printf("rate %6.0f Mbit/s: %10.4f Mbit/s  (%+.2f %%)\n", (double)rate / 1e6,
	       got / 1e6, (got / (double)rate - 1) * 100);
	fflush(stdout);
	end_process(pid);
}

/* ---- idleness ---- */

static void server_used(double *ret_cpu, long *ret_wakes)
{
	char path[64], line[256];
	unsigned long user = 0, system = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", server);
	f = fopen(path, "re");
	if (!f || fscanf(f, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			 &user, &system) != 2)
		die(path, NULL);
	fclose(f);
	*ret_cpu = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
	snprintf(path, sizeof(path), "/proc/%d/status", server);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "voluntary_ctxt_switches: %ld", ret_wakes) == 1)
			break;
	if (f)
		fclose(f);
}

static void idle(void)
{
	const struct shape shapes[2] = { { .delay = MS, .rate = 10 * MBIT },
					 { .delay = MS } };
	int64_t start = clock_of(CLOCK_MONOTONIC);
	struct err e = ERR_INIT;
	double before, after;
	long wakes_before = 0, wakes_after = 0;
	char name[IFNAMSIZ];

	for (unsigned i = 0; i < IDLE_LINKS; i++) {
		int pair[2];

		for (unsigned end = 0; end < 2; end++) {
			netns_enter(ns[end]);
			snprintf(name, sizeof(name), "idle%u", i);
			pair[end] = tap_open(name, 0, &e);
			if (pair[end] < 0)
				die("tap", &e);
			address_up(name, 0x0b000001 + (i << 8) + end);
		}
		if (wire_client_add(&client, 100 + i, 1500, shapes, pair, &e) < 0)
			die("add", &e);
		close(pair[0]);
		close(pair[1]);
	}
	printf("%d links made in %.2f s", IDLE_LINKS,
	       (double)(clock_of(CLOCK_MONOTONIC) - start) / 1e9);
	server_used(&before, &wakes_before);
	poll(NULL, 0, (int)(3000 * seconds));
	server_used(&after, &wakes_after);
	printf("; idle for %.0f s: %.2f s of CPU, %ld wake-ups\n", 3 * seconds,
	       after - before, wakes_after - wakes_before);
}

int main(int argc, char **argv)
{
	static const uint64_t delays_ms[] = { 1, 10, 100, 500 };
	static const uint64_t rates_mbit[] = { 1, 10, 100, 1000 };
	const struct shape shapes[2] = { 0 }, late = { .delay = MS };
	struct rlimit files;
	struct err e = ERR_INIT;

	if (argc > 1)
		seconds = atof(argv[1]);
	if (seconds <= 0 || argc > 2) {
		fprintf(stderr, "usage: wire [seconds]\n");
		return 2;
	}
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (unshare(CLONE_NEWNS | CLONE_NEWNET) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("wire", "/run", "tmpfs", 0, NULL) < 0)
		die("namespaces of its own (as root?)", NULL);
	make_network();
	start_server();
	if (wire_client_add(&client, 1, 1500, shapes, taps, &e) < 0)
		die("add", &e);
	throughput("no shape", &shapes[0]);
	throughput("delay 1ms", &late);
	delays(1, 0);
	for (size_t i = 0; i < ARRAY_LEN(delays_ms); i++)
		delays(2, delays_ms[i] * MS);
	for (size_t i = 0; i < ARRAY_LEN(rates_mbit); i++)
		rates(rates_mbit[i] * MBIT);
	shape(&shapes[0]);
	idle();
	if (wire_client_quit(&client, &e) < 0)
		die("quit", &e);
	waitpid(server, NULL, 0);
	return 0;
}
