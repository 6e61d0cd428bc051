/*
 * announce.c — see announce.h.
 */
#include "kern/announce.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "kern/request.h"

static void read_running(const struct nlmsghdr *h, void *cookie)
{
	const struct ifinfomsg *i = NLMSG_DATA(h);
	bool *ret = cookie;

	if (h->nlmsg_type == RTM_NEWLINK)
		*ret = (i->ifi_flags & IFF_UP) && (i->ifi_flags & IFF_RUNNING);
}

bool announce_ready(struct netlink *nl, int ifindex)
{
	bool running = false;

	return netlink_ask(nl, request_link(ifindex), read_running, &running, NULL) ==
		       0 &&
	       running;
}

static void write_arp(struct ether_arp *a, const uint8_t mac[6], const struct ip *ip)
{
	a->ea_hdr = (struct arphdr){
		.ar_hrd = htons(ARPHRD_ETHER),
		.ar_pro = htons(ETH_P_IP),
		.ar_hln = 6,
		.ar_pln = 4,
		.ar_op = htons(ARPOP_REQUEST),
	};
	memcpy(a->arp_sha, mac, 6);
	memcpy(a->arp_spa, ip->b, 4);
	memcpy(a->arp_tpa, ip->b, 4);
}

/* An IPv6 packet with an advertisement that carries the hardware address. */
struct advertisement {
	struct ip6_hdr ip;
	struct nd_neighbor_advert na;
	struct nd_opt_hdr option;
	uint8_t mac[6];
} __attribute__((packed));

/* RFC 1071, of n bytes (n is even). */
static uint32_t add_words(uint32_t sum, const void *data, size_t n)
{
	const uint8_t *b = data;

	for (size_t i = 0; i < n; i += 2)
		sum += (uint32_t)(b[i] << 8 | b[i + 1]);
	return sum;
}

static void write_advertisement(struct advertisement *a, const uint8_t mac[6],
				const struct ip *ip, bool router)
{
	uint16_t length = sizeof(*a) - sizeof(a->ip);
	uint32_t sum;

	*a = (struct advertisement){ 0 };
	a->ip.ip6_vfc = 6 << 4;
	a->ip.ip6_plen = htons(length);
	a->ip.ip6_nxt = IPPROTO_ICMPV6;
	a->ip.ip6_hlim = 255;
	memcpy(&a->ip.ip6_src, ip->b, 16);
	inet_pton(AF_INET6, "ff02::1", &a->ip.ip6_dst);
	a->na.nd_na_type = ND_NEIGHBOR_ADVERT;
	a->na.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE |
				     (router ? ND_NA_FLAG_ROUTER : 0);
	memcpy(&a->na.nd_na_target, ip->b, 16);
	a->option.nd_opt_type = ND_OPT_TARGET_LINKADDR;
	a->option.nd_opt_len = 1; /* of 8 bytes */
	memcpy(a->mac, mac, 6);
	sum = add_words(length + IPPROTO_ICMPV6, &a->ip.ip6_src, 32);
	sum = add_words(sum, &a->na, length);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	a->na.nd_na_cksum = htons((uint16_t)~sum);
}

int announce_send(int ifindex, const uint8_t mac[6], const struct ip *ip, bool router)
{
	cleanup_close int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool v4 = ip->family == AF_INET;
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(v4 ? ETH_P_ARP : ETH_P_IPV6),
		.sll_ifindex = ifindex,
		.sll_halen = 6,
	};
	union {
		struct ether_arp arp;
		struct advertisement na;
	} packet = { 0 };
	static const uint8_t everybody[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const uint8_t all_nodes[] = { 0x33, 0x33, 0, 0, 0, 1 }; /* RFC 2464 7 */
	size_t n = v4 ? sizeof(packet.arp) : sizeof(packet.na);

	if (fd < 0)
		return -errno;
	memcpy(to.sll_addr, v4 ? everybody : all_nodes, 6);
	if (v4)
		write_arp(&packet.arp, mac, ip);
	else
		write_advertisement(&packet.na, mac, ip, router);
	return sendto(fd, &packet, n, 0, (struct sockaddr *)&to, sizeof(to)) < 0 ? -errno
										 : 0;
}
