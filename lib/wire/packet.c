/*
 * packet.c — see packet.h. The headers that are looked at stand in the packet's
 * first bytes; one whose headers reach beyond is treated as not IP.
 */
#include "wire/packet.h"

#include <endian.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

enum {
	VLAN_TAGS_MAX = 2,
	VLAN_TAG = 4,
	IPV4_MIN = 20,
	IPV6_HEADER = 40,
	TCP_MIN = 20,
	UDP_HEADER = 8,
	ECN_MASK = 3,
	ECN_CE = 3,
	GSO_UDP_L4 = 5, /* VIRTIO_NET_HDR_GSO_UDP_L4; not in older headers */
};

static struct virtio_net_hdr vnet(const struct packet *p)
{
	struct virtio_net_hdr h;

	memcpy(&h, p->first, sizeof(h));
	return h;
}

static uint16_t be16(const uint8_t *b)
{
	return (uint16_t)(b[0] << 8 | b[1]);
}

static size_t bytes_in_first(const struct packet *p)
{
	return p->length < POOL_FIRST ? p->length : POOL_FIRST;
}

bool frame_measure(const uint8_t *bytes, size_t have, size_t length,
		   uint16_t *ret_segments, uint32_t *ret_wire_length)
{
	struct virtio_net_hdr h;
	size_t frame, headers, pieces = 1;
	unsigned kind;

	if (length < POOL_VNET + ETH_HLEN || length > POOL_PACKET_MAX)
		return false;
	memcpy(&h, bytes, sizeof(h));
	frame = length - POOL_VNET;
	kind = h.gso_type & (uint8_t)~VIRTIO_NET_HDR_GSO_ECN;
	if (kind != VIRTIO_NET_HDR_GSO_NONE) {
		if (!h.gso_size)
			return false;
		headers = h.csum_start;
		if (kind == GSO_UDP_L4)
			headers += UDP_HEADER;
		else if (POOL_VNET + headers + TCP_MIN <= have)
			headers += (size_t)(bytes[POOL_VNET + headers + 12] >> 4) * 4;
		else
			return false;
		if (headers < frame)
			pieces = (frame - headers + h.gso_size - 1) / h.gso_size;
		if (pieces > UINT16_MAX)
			return false;
		frame += (pieces - 1) * headers;
	}
	*ret_segments = (uint16_t)pieces;
	*ret_wire_length = (uint32_t)frame;
	return true;
}

bool packet_measure(struct packet *p)
{
	return frame_measure(p->first, bytes_in_first(p), p->length, &p->segments,
			     &p->wire_length);
}

/* Where the IP header begins, its version in *ret_version; 0: there is none. */
static size_t ip_offset(const struct packet *p, int *ret_version)
{
	size_t at = POOL_VNET + 2 * ETH_ALEN, have = bytes_in_first(p);
	unsigned type;

	for (int tags = 0;; tags++) {
		if (at + 2 > have)
			return 0;
		type = be16(p->first + at);
		if (tags == VLAN_TAGS_MAX ||
		    (type != ETH_P_8021Q && type != ETH_P_8021AD))
			break;
		at += VLAN_TAG;
	}
	at += 2;
	if (type == ETH_P_IP && at + IPV4_MIN <= have && p->first[at] >> 4 == 4)
		*ret_version = 4;
	else if (type == ETH_P_IPV6 && at + IPV6_HEADER <= have && p->first[at] >> 4 == 6)
		*ret_version = 6;
	else
		return 0;
	return at;
}

static uint64_t mix(uint64_t h, const uint8_t *bytes, size_t n)
{
	for (; n >= 4; bytes += 4, n -= 4) {
		uint32_t word;

		memcpy(&word, bytes, sizeof(word));
		h = (h ^ word) * 0x9fb21c651e98df25ULL;
		h ^= h >> 32;
	}
	for (; n > 0; bytes++, n--)
		h = (h ^ *bytes) * 0x9fb21c651e98df25ULL;
	return h ^ h >> 29;
}

uint32_t packet_flow(const struct packet *p, uint64_t key)
{
	int version = 0;
	size_t at = ip_offset(p, &version), ports;
	const uint8_t *ip = p->first + at;
	unsigned protocol;
	bool fragment = false;

	if (!at)
		return (uint32_t)mix(key, p->first + POOL_VNET, 2 * ETH_ALEN);
	if (version == 4) {
		protocol = ip[9];
		fragment = be16(ip + 6) & 0x3fff; /* more to come, or not the first */
		ports = at + (size_t)(ip[0] & 15) * 4;
		key = mix(key, ip + 12, 8);
	} else {
		protocol = ip[6];
		ports = at + IPV6_HEADER;
		key = mix(key, ip + 8, 32);
	}
	if (!fragment && ports + 4 <= bytes_in_first(p) &&
	    (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
	     protocol == IPPROTO_SCTP || protocol == IPPROTO_DCCP))
		key = mix(key, p->first + ports, 4);
	return (uint32_t)mix(key ^ protocol, NULL, 0);
}

bool packet_mark(struct packet *p)
{
	int version = 0;
	size_t at = ip_offset(p, &version);
	uint8_t *ip = p->first + at;
	uint32_t sum;

	if (!at)
		return false;
	if (version == 6) {
		/* the traffic class stands across two bytes */
		if (!(ip[1] >> 4 & ECN_MASK))
			return false;
		ip[1] |= ECN_CE << 4;
		return true;
	}
	if (!(ip[1] & ECN_MASK))
		return false;
	if ((ip[1] & ECN_MASK) == ECN_CE)
		return true;
	/* RFC 1624: the new sum is ~(~old + ~m + m'), m being the changed word */
	sum = (uint16_t)~be16(ip + 10) + (uint32_t)(uint16_t)~be16(ip);
	ip[1] |= ECN_CE;
	sum += be16(ip);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~sum & 0xffff;
	ip[10] = (uint8_t)(sum >> 8);
	ip[11] = (uint8_t)sum;
	return true;
}

void packet_checksum(struct packet *p)
{
	struct virtio_net_hdr h = vnet(p);
	size_t start = POOL_VNET + (size_t)h.csum_start, at = start + h.csum_offset;
	uint64_t sum = 0;

	if (!(h.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return;
	/* a super-packet's are made when it is cut */
	if (h.gso_type != VIRTIO_NET_HDR_GSO_NONE || at + 2 > p->length)
		return;
	/* the field holds the sum of the pseudo-header, which is thus counted in */
	for (size_t i = start; i < p->length; i++)
		sum += (i - start) & 1 ? *packet_byte(p, i)
				       : (uint64_t)*packet_byte(p, i) << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	sum = ~sum & 0xffff;
	if (!sum)
		sum = 0xffff; /* UDP's zero means: no checksum */
	*packet_byte(p, at) = (uint8_t)(sum >> 8);
	*packet_byte(p, at + 1) = (uint8_t)sum;
	h.flags = 0;
	memcpy(p->first, &h, sizeof(h));
}

void packet_turn_bit(struct packet *p, uint64_t bit)
{
	*packet_byte(p, POOL_VNET + (size_t)(bit / 8)) ^= (uint8_t)(1 << bit % 8);
}
