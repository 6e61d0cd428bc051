/*
 * doctor_trial.c — the table of what is tried inside a namespace, and how.
 *
 * A kind of link or queue is tried by making one. The namespace ends with the
 * process, so nothing is taken away again but what would be in the way.
 */
#include "run/doctor_trial.h"

/* before the kernel's headers, which then leave out what these have */
#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/if_tunnel.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "kern/netns.h"

enum {
	LOWER = 50, /* interface number of the veth that others stand on */
	UPPER = 60, /* of what is deleted again */
	TABLE = 4242,
	TIMEOUT_S = 10,
};

/* ---- links and queues ---- */

static int ask(struct trial_room *room, struct nl_msg *msg, const char *what,
	       struct err *e)
{
	struct netlink_batch batch = { .ends = { NULL, 0, 0 } };
	struct netlink_result result = { 0 };
	int r;

	netlink_batch_add(&batch, msg);
	r = netlink_batch_run(&room->nl, &batch, &result, e);
	netlink_batch_free(&batch);
	if (r > 0 && result.message)
		r = err_set(e, result.code, "%s (%s)", result.message,
			    strerror(-result.code));
	else if (r > 0)
		r = err_sys(e, result.code, "%s", what);
	free(result.message);
	return r;
}

static struct nl_msg *request(int type, int flags, const void *header, size_t n)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

	nlmsg_append(msg, (void *)(uintptr_t)header, n, NLMSG_ALIGNTO);
	return msg;
}

static int make_link(struct trial_room *room, const char *name, int index,
		     const struct trial *t, struct err *e)
{
	struct ifinfomsg header = { .ifi_index = index };
	struct nl_msg *msg =
		request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof(header));
	struct nlattr *info, *data;

	nla_put_string(msg, IFLA_IFNAME, name);
	if (index != LOWER && room->no_veth.code == 0)
		nla_put_u32(msg, IFLA_LINK, LOWER);
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, t->kind);
	if (t->attributes) {
		data = nla_nest_start(msg, IFLA_INFO_DATA);
		t->attributes(msg);
		nla_nest_end(msg, data);
	}
	nla_nest_end(msg, info);
	return ask(room, msg, "make one", e);
}

static int try_link(struct trial_room *room, const struct trial *t, struct err *e)
{
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "try-%s", t->kind);
	return make_link(room, name, 0, t, e);
}

/* What takes all frames of the veth, and goes again: only one can. */
static int try_upper(struct trial_room *room, const struct trial *t, struct err *e)
{
	struct ifinfomsg header = { .ifi_index = UPPER };
	int r = make_link(room, "try-upper", UPPER, t, e);

	return r < 0 ? r
		     : ask(room, request(RTM_DELLINK, 0, &header, sizeof(header)),
			   "delete it again", e);
}

/* Devices of kmod/: no distribution has the module. */
static int try_own(struct trial_room *room, const struct trial *t, struct err *e)
{
	int r = try_upper(room, t, e);

	if (r == -EOPNOTSUPP && access("/proc/modules", F_OK) == 0)
		err_hint(e, "'make kmod' in Espalier's sources, and 'insmod' of what it "
			    "builds as root");
	else if (r == -EOPNOTSUPP)
		err_hint(e, "a kernel that loads modules (this one does not) and 'make "
			    "kmod' in Espalier's sources");
	return r;
}

static int try_veth(struct trial_room *room, const struct trial *t, struct err *e)
{
	(void)t;
	if (room->no_veth.code < 0)
		return err_set(e, room->no_veth.code, "%s", room->no_veth.msg);
	return 0;
}

static int try_bridge(struct trial_room *room, const struct trial *t, struct err *e)
{
	struct ifinfomsg header = { .ifi_index = LOWER };
	struct nl_msg *msg;
	int r = make_link(room, "try-bridge", LOWER + 2, t, e);

	if (r < 0 || room->no_veth.code < 0)
		return r;
	/* a port, and out again: others need the veth */
	for (int pass = 0; pass < 2 && r == 0; pass++) {
		msg = request(RTM_NEWLINK, 0, &header, sizeof(header));
		nla_put_u32(msg, IFLA_MASTER, pass ? 0 : LOWER + 2);
		r = ask(room, msg, "add a port", e);
	}
	return r;
}

static void bridge_vlans(struct nl_msg *msg)
{
	nla_put_u8(msg, IFLA_BR_VLAN_FILTERING, 1);
}

static int try_bridge_vlans(struct trial_room *room, const struct trial *t, struct err *e)
{
	return make_link(room, "try-vlans", 0, t, e);
}

static int try_qdisc(struct trial_room *room, const struct trial *t, struct err *e)
{
	struct tcmsg header = { .tcm_ifindex = LOWER,
				.tcm_handle = 1U << 16,
				.tcm_parent = TC_H_ROOT };
	struct nl_msg *msg;
	int r;

	if (room->no_veth.code < 0)
		return err_set(e, room->no_veth.code,
			       "not tried, for want of an interface");
	msg = request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof(header));
	nla_put_string(msg, TCA_KIND, t->kind);
	if (t->attributes)
		t->attributes(msg);
	r = ask(room, msg, "put it on an interface", e);
	if (r == 0)
		r = ask(room, request(RTM_DELQDISC, 0, &header, sizeof(header)),
			"take it off again", e);
	return r;
}

static void macvlan_mode(struct nl_msg *msg)
{
	nla_put_u32(msg, IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
}

static void vlan_id(struct nl_msg *msg)
{
	nla_put_u16(msg, IFLA_VLAN_ID, TABLE & 4095);
}

static void vrf_table(struct nl_msg *msg)
{
	nla_put_u32(msg, IFLA_VRF_TABLE, TABLE);
}

static void vxlan_id(struct nl_msg *msg)
{
	nla_put_u32(msg, IFLA_VXLAN_ID, TABLE);
}

/* 192.0.2.1, RFC 5737: nobody's */
static void geneve_remote(struct nl_msg *msg)
{
	nla_put_u32(msg, IFLA_GENEVE_ID, TABLE);
	nla_put_u32(msg, IFLA_GENEVE_REMOTE, htonl(0xc0000201));
}

/* without a remote end it would be the one the kernel makes by itself */
static void gre_remote(struct nl_msg *msg)
{
	nla_put_u32(msg, IFLA_GRE_REMOTE, htonl(0xc0000201));
}

/* 2001:db8::1, RFC 3849: likewise */
static void gre6_remote(struct nl_msg *msg)
{
	static const uint8_t nobody[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };

	nla_put(msg, IFLA_GRE_REMOTE, sizeof(nobody), nobody);
}

static void netem_options(struct nl_msg *msg)
{
	struct tc_netem_qopt options = { .limit = 1000 };

	nla_put(msg, TCA_OPTIONS, sizeof(options), &options);
}

static void htb_options(struct nl_msg *msg)
{
	struct tc_htb_glob options = { .version = 3, .rate2quantum = 10 };
	struct nlattr *nest = nla_nest_start(msg, TCA_OPTIONS);

	nla_put(msg, TCA_HTB_INIT, sizeof(options), &options);
	nla_nest_end(msg, nest);
}

static void tbf_options(struct nl_msg *msg)
{
	struct tc_tbf_qopt options = {
		.rate = { .linklayer = TC_LINKLAYER_ETHERNET, .rate = 125000 },
		.limit = 10000,
	};
	struct nlattr *nest = nla_nest_start(msg, TCA_OPTIONS);

	nla_put(msg, TCA_TBF_PARMS, sizeof(options), &options);
	nla_put_u32(msg, TCA_TBF_BURST, 5000);
	nla_nest_end(msg, nest);
}

/* ---- the rest ---- */

static int try_netns(struct trial_room *room, const struct trial *t, struct err *e)
{
	int r;

	(void)t;
	if (unshare(CLONE_NEWNET) < 0)
		return err_sys(e, errno, "make one");
	r = netns_enter(room->home);
	return r < 0 ? err_sys(e, r, "return from one") : 0;
}

static int try_pin(struct trial_room *room, const struct trial *t, struct err *e)
{
	static const char path[] = "/run/try-pin";
	int r = netns_create(path, e);

	(void)t;
	if (r < 0)
		return r;
	r = netns_enter(room->home);
	return r < 0 ? err_sys(e, r, "return from it") : netns_unpin(path, e);
}

static int try_uts(struct trial_room *room, const struct trial *t, struct err *e)
{
	(void)room;
	(void)t;
	if (unshare(CLONE_NEWUTS) < 0 || sethostname("try", 3) < 0)
		return err_sys(e, errno, "name a host");
	return 0;
}

static int try_pidfd(struct trial_room *room, const struct trial *t, struct err *e)
{
	cleanup_close int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);

	(void)room;
	(void)t;
	if (fd < 0 || syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0) < 0)
		return err_sys(e, errno, "open and signal a process");
	return 0;
}

static int try_sysfs(struct trial_room *room, const struct trial *t, struct err *e)
{
	(void)room;
	(void)t;
	if (mkdir("/run/try-sys", 0700) < 0 ||
	    mount("sysfs", "/run/try-sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) < 0)
		return err_sys(e, errno, "mount it");
	return 0;
}

/* kind: a setting, and what is written there. */
static int try_setting(struct trial_room *room, const struct trial *t, struct err *e)
{
	cleanup_free char *path = mem_printf("/proc/sys/net/%s", t->kind);
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);
	int r;

	(void)room;
	if (fd < 0)
		return err_sys(e, errno, "open net/%s", t->kind);
	r = file_write_all(fd, "1", 1);
	return r < 0 ? err_sys(e, r, "set net/%s", t->kind) : 0;
}

static int try_icmp(struct trial_room *room, const struct trial *t, struct err *e)
{
	cleanup_close int v4 = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	cleanup_close int v6 = -1;

	(void)room;
	(void)t;
	if (v4 < 0)
		return err_sys(e, errno, "open one");
	v6 = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);
	return v6 < 0 ? err_sys(e, errno, "open one for IPv6") : 0;
}

static int try_tap(struct trial_room *room, const struct trial *t, struct err *e)
{
	cleanup_close int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	struct ifreq req = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	(void)room;
	(void)t;
	if (fd < 0) {
		err_sys(e, errno, "open /dev/net/tun");
		/* the kernel has it; the device file is closed to this user */
		if (e->code == -EACCES || e->code == -EPERM)
			err_hint(e, "'chmod 666 /dev/net/tun' as root, as distributions "
				    "have it");
		return e->code;
	}
	strcpy(req.ifr_name, "try-tap");
	return ioctl(fd, TUNSETIFF, &req) < 0 ? err_sys(e, errno, "make one") : 0;
}

static int try_nftables(struct trial_room *room, const struct trial *t, struct err *e)
{
	struct {
		struct nlmsghdr h;
		struct nfgenmsg g;
	} ask_generation = {
		.h = { .nlmsg_len = sizeof(ask_generation),
		       .nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN,
		       .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.g = { .version = NFNETLINK_V0 },
	};
	_Alignas(struct nlmsghdr) char reply[4096];
	struct timeval timeout = { .tv_sec = TIMEOUT_S };
	const struct nlmsghdr *h = (const struct nlmsghdr *)reply;
	const struct nlmsgerr *answer;
	cleanup_close int fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	ssize_t n;

	(void)room;
	(void)t;
	if (fd < 0)
		return err_sys(e, errno, "open a netfilter socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (send(fd, &ask_generation, sizeof(ask_generation), 0) < 0)
		return err_sys(e, errno, "ask it");
	n = recv(fd, reply, sizeof(reply), 0);
	if (n < 0)
		return err_sys(e, errno, "ask it");
	answer = NLMSG_DATA(h);
	if (NLMSG_OK(h, (size_t)n) && h->nlmsg_type == NLMSG_ERROR && answer->error)
		return err_sys(e, answer->error, "ask it");
	return 0;
}

static const char cannot_run[] = "Espalier cannot run";

const struct trial trials[] = {
	{ "network namespaces", true, try_netns, NULL, NULL, NULL, cannot_run },
	{ "pinned namespaces", true, try_pin, NULL, NULL, NULL, cannot_run },
	{ "host names", true, try_uts, NULL, NULL, NULL, cannot_run },
	{ "process descriptors", true, try_pidfd, NULL, NULL, NULL,
	  "Espalier cannot run: it needs Linux 5.8 or newer" },
	{ "veth", true, try_veth, "veth", NULL, "veth", "no link can be made" },
	{ "bridge", true, try_bridge, "bridge", NULL, "bridge", "no switch can be made" },
	{ "IPv4 forwarding", true, try_setting, "ipv4/ip_forward", NULL, NULL,
	  "no router can be made" },
	{ "IPv6 forwarding", false, try_setting, "ipv6/conf/all/forwarding", NULL, "ipv6",
	  "networks have no IPv6" },
	{ "raw ICMP sockets", false, try_icmp, NULL, NULL, NULL,
	  "'ping' and 'pingall' fail" },
	{ "sysfs in nodes", false, try_sysfs, NULL, NULL, NULL,
	  "programs in nodes see the machine's /sys" },
	{ "tap devices", false, try_tap, NULL, NULL, "tun",
	  "links cannot be shaped in user space (wire)" },
	{ "netem", false, try_qdisc, "netem", netem_options, "sch_netem",
	  "delay, jitter and loss are done by wire, which needs tap devices" },
	{ "htb", false, try_qdisc, "htb", htb_options, "sch_htb",
	  "a link's rate has no classes" },
	{ "tbf", false, try_qdisc, "tbf", tbf_options, "sch_tbf",
	  "rates are done by wire, which needs tap devices" },
	{ "fq_codel", false, try_qdisc, "fq_codel", NULL, "sch_fq_codel",
	  "it is done by wire, which needs tap devices" },
	{ "ifb", false, try_link, "ifb", NULL, "ifb",
	  "arriving traffic cannot be shaped" },
	{ "vlan", false, try_link, "vlan", vlan_id, "8021q",
	  "there are no VLAN interfaces" },
	{ "bridge VLANs", false, try_bridge_vlans, "bridge", bridge_vlans, NULL,
	  "switches know no VLANs" },
	{ "macvlan", false, try_upper, "macvlan", macvlan_mode, "macvlan",
	  "tunnels cannot be joined to nodes 'via macvlan'" },
	{ "vrf", false, try_link, "vrf", vrf_table, "vrf", "routers have no VRFs" },
	{ "vxlan", false, try_link, "vxlan", vxlan_id, "vxlan",
	  "there are no such tunnels" },
	{ "geneve", false, try_link, "geneve", geneve_remote, "geneve",
	  "there are no such tunnels" },
	{ "gretap", false, try_link, "gretap", gre_remote, "ip_gre",
	  "there are no such tunnels" },
	{ "ip6gretap", false, try_link, "ip6gretap", gre6_remote, "ip6_gre",
	  "there is no such tunnel over IPv6" },
	{ "ztun", false, try_own, "ztun", NULL, NULL,
	  "tunnels are joined to nodes by what is slower: a shortbridge, or a bridge" },
	{ "shortbridge", false, try_own, "shortbridge", NULL, NULL,
	  "tunnels and enforced links go via a bridge, which is slower" },
	{ "nftables", false, try_nftables, NULL, NULL, "nf_tables",
	  "'nft' does not work in nodes" },
	{ "MPLS", false, try_setting, "mpls/platform_labels", NULL, "mpls_router",
	  "routers cannot switch labels" },
};
const size_t n_trials = ARRAY_LEN(trials);

void trial_room_open(struct trial_room *room)
{
	static const struct trial veth = { .name = "veth", .kind = "veth" };

	*room = (struct trial_room){ .home = netns_open_self(), .nl = { .fd = -1 } };
	if (netlink_open(&room->nl, &room->no_veth) == 0)
		make_link(room, "try-veth", LOWER, &veth, &room->no_veth);
}

void trial_room_close(struct trial_room *room)
{
	netlink_close(&room->nl);
	err_clear(&room->no_veth);
	if (room->home >= 0)
		close(room->home);
}
