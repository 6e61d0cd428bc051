/*
 * ping_net.h — a routed network and a LAN of many hosts, built by bare netlink, to be
 * pinged in.
 */
#ifndef TESTS_UNIT_PING_NET_H
#define TESTS_UNIT_PING_NET_H

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/file.h"
#include "kern/netlink.h"
#include "kern/netns.h"
#include "run/ping.h"
#include "run/rootless.h"

enum { LAN_HOSTS = 48 }; /* 48 * 47 entries; the table has 1024 */

static char top[] = "/tmp/espalier-test-XXXXXX";
static struct network net;
static int home = -1;
static uint32_t h1, r1, h2, alone, lan[LAN_HOSTS];

#define MS 1000000ULL

/* ---- building ---- */

static inline void must(int r, const struct err *e)
{
	if (r < 0)
		fail_msg("%s", e->msg ? e->msg : strerror(-r));
}

static inline uint32_t add_node(enum node_kind kind, const char *name)
{
	cleanup_free char *path = mem_printf("%s/ns/%s", net.dir, name);
	struct err e = ERR_INIT;
	uint32_t id = 0;

	must(model_add_node(net.model, kind, name, &id, &e), &e);
	must(netns_create(path, &e), &e);
	assert_int_equal(netns_enter(home), 0);
	return id;
}

static inline int node_fd(uint32_t id)
{
	cleanup_free char *path =
		mem_printf("%s/ns/%s", net.dir, model_node(net.model, id)->name);
	int fd = netns_open(path);

	assert_true(fd >= 0);
	return fd;
}

/* Sends one request inside a node. */
static inline void request(uint32_t node, struct nl_msg *msg)
{
	cleanup_close int ns = node_fd(node);
	struct netlink_batch b = { .bytes = { 0 } };
	struct netlink_result result = { 0 };
	struct err e = ERR_INIT;
	struct netlink nl;

	assert_int_equal(netns_enter(ns), 0);
	must(netlink_open(&nl, &e), &e);
	netlink_batch_add(&b, msg);
	must(netlink_batch_run(&nl, &b, &result, &e), &e);
	if (result.code)
		fail_msg("%s (%s)", strerror(-result.code),
			 result.message ? result.message : "");
	netlink_batch_free(&b);
	netlink_close(&nl);
	assert_int_equal(netns_enter(home), 0);
}

static inline struct nl_msg *new_message(int type, const void *header, size_t n)
{
	struct nl_msg *msg =
		nlmsg_alloc_simple(type, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE);

	assert_int_equal(nlmsg_append(msg, (void *)(uintptr_t)header, n, NLMSG_ALIGNTO),
			 0);
	return msg;
}

static inline void loopback_up(uint32_t node)
{
	struct ifinfomsg lo = { .ifi_index = 1,
				.ifi_flags = IFF_UP,
				.ifi_change = IFF_UP };

	request(node, new_message(RTM_NEWLINK, &lo, sizeof(lo)));
}

/* eth<i> is interface 100 + i, so nothing has to be asked. */
static inline void end_attributes(struct nl_msg *msg, unsigned index, int master)
{
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "eth%u", index);
	nla_put_string(msg, IFLA_IFNAME, name);
	if (master)
		nla_put_u32(msg, IFLA_MASTER, (uint32_t)master);
}

static inline void add_address(uint32_t node, unsigned index, const struct ip *ip)
{
	struct ifaddrmsg ifa = { .ifa_family = ip->family,
				 .ifa_prefixlen = ip->len,
				 .ifa_flags = IFA_F_NODAD,
				 .ifa_index = 100 + index };
	struct nl_msg *msg = new_message(RTM_NEWADDR, &ifa, sizeof(ifa));

	nla_put(msg, IFA_LOCAL, ip->family == AF_INET ? 4 : 16, ip->b);
	request(node, msg);
}

static inline struct ip address(const char *text)
{
	struct err e = ERR_INIT;
	struct ip ip;

	must(strchr(text, '/') ? ip_parse_with_length(text, &ip, &e)
			       : ip_parse(text, &ip, &e),
	     &e);
	return ip;
}

/* A veth pair; at a switch it goes into the bridge, number 99. */
static inline void add_link(uint32_t a, const char *ip_a, uint32_t b, const char *ip_b)
{
	cleanup_close int fd = node_fd(b);
	struct link_options o = { .name = NULL };
	struct ifinfomsg end[2] = { { .ifi_flags = IFF_UP, .ifi_change = IFF_UP } };
	struct nlattr *info, *data, *peer;
	struct err e = ERR_INIT;
	struct nl_msg *msg;
	struct link *l;
	uint32_t id;

	if (ip_a)
		o.end[0].ip = address(ip_a);
	if (ip_b)
		o.end[1].ip = address(ip_b);
	must(model_add_link(net.model, a, b, &o, &id, &e), &e);
	l = model_link(net.model, id);
	end[1] = end[0];
	for (int i = 0; i < 2; i++)
		end[i].ifi_index = (int)(100 + l->end[i].index);
	msg = new_message(RTM_NEWLINK, &end[0], sizeof(end[0]));
	end_attributes(msg, l->end[0].index, 0);
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	peer = nla_nest_start(msg, VETH_INFO_PEER);
	/* a veth end cannot be up before it has its peer */
	nlmsg_append(msg, &(struct ifinfomsg){ .ifi_index = end[1].ifi_index },
		     sizeof(end[1]), NLMSG_ALIGNTO);
	end_attributes(msg, l->end[1].index, 0);
	nla_put_u32(msg, IFLA_NET_NS_FD, (uint32_t)fd);
	nla_nest_end(msg, peer);
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	request(a, msg);
	msg = new_message(RTM_NEWLINK, &end[1], sizeof(end[1]));
	end_attributes(msg, l->end[1].index, ip_b ? 0 : 99);
	request(b, msg);
	for (int i = 0; i < 2; i++)
		if (o.end[i].ip.family)
			add_address(l->end[i].node, l->end[i].index, &o.end[i].ip);
}

static inline void add_bridge(uint32_t node)
{
	struct ifinfomsg i = { .ifi_index = 99,
			       .ifi_flags = IFF_UP,
			       .ifi_change = IFF_UP };
	struct nl_msg *msg = new_message(RTM_NEWLINK, &i, sizeof(i));
	struct nlattr *info;

	nla_put_string(msg, IFLA_IFNAME, "bridge");
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, "bridge");
	nla_nest_end(msg, info);
	request(node, msg);
}

static inline void add_route(uint32_t node, const char *prefix, const char *via, int type)
{
	struct ip p = address(prefix), v;
	struct rtmsg rt = { .rtm_family = p.family,
			    .rtm_dst_len = p.len,
			    .rtm_table = RT_TABLE_MAIN,
			    .rtm_protocol = RTPROT_STATIC,
			    .rtm_type = (uint8_t)type };
	struct nl_msg *msg = new_message(RTM_NEWROUTE, &rt, sizeof(rt));
	int n = p.family == AF_INET ? 4 : 16;

	if (p.len)
		nla_put(msg, RTA_DST, n, p.b);
	if (via) {
		v = address(via);
		nla_put(msg, RTA_GATEWAY, n, v.b);
	}
	request(node, msg);
}

static inline void write_in(uint32_t node, const char *path, const char *text)
{
	cleanup_close int ns = node_fd(node), fd = -1;

	assert_int_equal(netns_enter(ns), 0);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, text, strlen(text)), 0);
	assert_int_equal(netns_enter(home), 0);
}

static inline void build_routed(void)
{
	h1 = add_node(NODE_HOST, "h1");
	r1 = add_node(NODE_ROUTER, "r1");
	h2 = add_node(NODE_HOST, "h2");
	alone = add_node(NODE_HOST, "alone");
	add_link(h1, "10.0.0.2/24", r1, "10.0.0.1/24");
	add_link(h2, "10.1.0.2/24", r1, "10.1.0.1/24");
	add_address(h1, 0, &(struct ip){ AF_INET6, 64, { 0xfd, [15] = 2 } });
	add_address(r1, 0, &(struct ip){ AF_INET6, 64, { 0xfd, [15] = 1 } });
	write_in(r1, "/proc/sys/net/ipv4/ip_forward", "1");
	write_in(r1, "/proc/sys/net/ipv6/conf/all/forwarding", "1");
	add_route(h1, "0.0.0.0/0", "10.0.0.1", RTN_UNICAST);
	add_route(h1, "::/0", "fd00::1", RTN_UNICAST);
	add_route(h2, "0.0.0.0/0", "10.1.0.1", RTN_UNICAST);
	add_route(r1, "10.8.0.0/16", "10.1.0.2", RTN_UNICAST); /* and h2 sends it back */
	add_route(r1, "10.7.0.0/16", NULL, RTN_PROHIBIT);
	write_in(h2, "/proc/sys/net/ipv4/ip_forward", "1");
	write_in(h2, "/proc/sys/net/ipv4/conf/all/send_redirects", "0");
	write_in(h2, "/proc/sys/net/ipv4/conf/eth0/send_redirects", "0");
	/* "time exceeded" without limit; others have one of the whole machine */
	write_in(r1, "/proc/sys/net/ipv4/icmp_ratemask", "0");
	write_in(h2, "/proc/sys/net/ipv4/icmp_ratemask", "0");
	/* an ARP request without an answer fails in 0.1 s, not in 3 */
	write_in(h1, "/proc/sys/net/ipv4/neigh/eth0/retrans_time_ms", "30");
	loopback_up(h1);
}

static inline void build_lan(void)
{
	uint32_t s1 = add_node(NODE_SWITCH, "s1");

	add_bridge(s1);
	for (unsigned i = 0; i < LAN_HOSTS; i++) {
		cleanup_free char *name = mem_printf("lan%u", i),
				  *ip = mem_printf("10.5.0.%u/24", i + 1);

		lan[i] = add_node(NODE_HOST, name);
		add_link(lan[i], ip, s1, NULL);
	}
}

static inline int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(top))
		return -1;
	if (mount("espalier", top, "tmpfs", 0, "mode=0700") < 0)
		return -1;
	net.name = (char *)(uintptr_t) "test";
	net.dir = top;
	net.model = model_new();
	net.model->automatic = false;
	cleanup_free char *ns = mem_printf("%s/ns", top);
	if (mkdir(ns, 0700) < 0)
		return -1;
	home = netns_open_self();
	build_routed();
	build_lan();
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	model_free(net.model);
	close(home);
	umount2(top, MNT_DETACH);
	return rmdir(top);
}

#endif
