/*
 * ip.c — IPv4 and IPv6 addresses: text, comparison, arithmetic.
 *
 * Both families are byte strings in network order, so that masks, order and
 * containment are the same few loops for 4 bytes as for 16.
 */
#include "model/ip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

unsigned ip_bits(const struct ip *ip)
{
	return ip->family == AF_INET6 ? 128 : 32;
}

static size_t bytes(const struct ip *ip)
{
	return ip_bits(ip) / 8;
}

/* ---- text ---- */

static int not_an_address(const char *text, struct err *e)
{
	err_set(e, EINVAL, "'%s' is not an address", text);
	err_hint(e, "addresses look like 10.0.0.1 or fd00::1");
	return -EINVAL;
}

/* n bytes of text, without a prefix length. */
static bool parse_address(const char *text, size_t n, struct ip *ret)
{
	char copy[INET6_ADDRSTRLEN];
	struct ip ip = { 0 };

	if (n == 0 || n >= sizeof(copy))
		return false;
	memcpy(copy, text, n);
	copy[n] = '\0';
	ip.family = memchr(copy, ':', n) ? AF_INET6 : AF_INET;
	if (inet_pton(ip.family, copy, ip.b) != 1)
		return false;
	ip.len = (uint8_t)ip_bits(&ip);
	*ret = ip;
	return true;
}

/* What stands after the slash; false: no number, or more than the family has bits. */
static bool parse_length(const char *text, unsigned max, uint8_t *ret)
{
	size_t n = strspn(text, "0123456789");
	unsigned value = 0;

	if (n == 0 || n > 3 || text[n] != '\0' || (text[0] == '0' && n > 1))
		return false;
	for (const char *p = text; *p; p++)
		value = value * 10 + (unsigned)(*p - '0');
	if (value > max)
		return false;
	*ret = (uint8_t)value;
	return true;
}

/* An address and, where there is a slash, its length; *ret_slash says whether. */
static int parse(const char *text, struct ip *ret, bool *ret_slash, struct err *e)
{
	const char *slash = strchr(text, '/');
	struct ip ip;

	if (!parse_address(text, slash ? (size_t)(slash - text) : strlen(text), &ip))
		return not_an_address(text, e);
	if (slash && !parse_length(slash + 1, ip_bits(&ip), &ip.len)) {
		err_set(e, EINVAL, "'%s' has a bad prefix length", text);
		err_hint(e, "for %s it is a number from 0 to %u",
			 ip.family == AF_INET ? "IPv4" : "IPv6", ip_bits(&ip));
		return -EINVAL;
	}
	*ret_slash = slash;
	*ret = ip;
	return 0;
}

int ip_parse(const char *text, struct ip *ret, struct err *e)
{
	char buf[IP_TEXT_MAX];
	struct ip ip;
	bool slash;
	int r = parse(text, &ip, &slash, e);

	if (r < 0)
		return r;
	if (slash) {
		err_set(e, EINVAL,
			"'%s' has a prefix length; here it is an address alone", text);
		err_hint(e, "write %s", ip_text(&ip, buf));
		return -EINVAL;
	}
	*ret = ip;
	return 0;
}

int ip_parse_with_length(const char *text, struct ip *ret, struct err *e)
{
	struct ip ip;
	bool slash;
	int r = parse(text, &ip, &slash, e);

	if (r < 0)
		return r;
	if (!slash) {
		err_set(e, EINVAL, "'%s' lacks its prefix length", text);
		err_hint(e, "as in %s/%d", text, ip.family == AF_INET ? 24 : 64);
		return -EINVAL;
	}
	*ret = ip;
	return 0;
}

int ip_parse_prefix(const char *text, struct ip *ret, struct err *e)
{
	char buf[IP_TEXT_MAX];
	struct ip ip, network;
	bool slash;
	int r = parse(text, &ip, &slash, e);

	if (r < 0)
		return r;
	network = ip_network(&ip);
	if (!ip_equal(&ip, &network)) {
		err_set(e, EINVAL, "'%s' is no prefix: it has bits beyond its length",
			text);
		err_hint(e, "its subnet is %s", ip_text_length(&network, buf));
		return -EINVAL;
	}
	*ret = ip;
	return 0;
}

const char *ip_text(const struct ip *ip, char *buf)
{
	if (!ip->family || !inet_ntop(ip->family, ip->b, buf, IP_TEXT_MAX))
		snprintf(buf, IP_TEXT_MAX, "none");
	return buf;
}

const char *ip_text_length(const struct ip *ip, char *buf)
{
	size_t n = strlen(ip_text(ip, buf));

	if (ip->family)
		snprintf(buf + n, IP_TEXT_MAX - n, "/%u", ip->len);
	return buf;
}

/* ---- comparison ---- */

bool ip_same_address(const struct ip *a, const struct ip *b)
{
	return a->family == b->family && memcmp(a->b, b->b, bytes(a)) == 0;
}

bool ip_equal(const struct ip *a, const struct ip *b)
{
	return a->len == b->len && ip_same_address(a, b);
}

int ip_compare(const struct ip *a, const struct ip *b)
{
	int r;

	if (a->family != b->family) /* IPv4 first */
		return a->family == AF_INET6 ? 1 : b->family == AF_INET6 ? -1 : 0;
	r = memcmp(a->b, b->b, bytes(a));
	return r ? r : (int)a->len - (int)b->len;
}

/* Whether the first len bits are the same. */
static bool same_bits(const struct ip *a, const struct ip *b, unsigned len)
{
	unsigned whole = len / 8, rest = len % 8;

	if (a->family != b->family || memcmp(a->b, b->b, whole) != 0)
		return false;
	return rest == 0 || ((a->b[whole] ^ b->b[whole]) >> (8 - rest)) == 0;
}

bool ip_within(const struct ip *address, const struct ip *prefix)
{
	return same_bits(address, prefix, prefix->len);
}

bool ip_overlap(const struct ip *a, const struct ip *b)
{
	return same_bits(a, b, a->len < b->len ? a->len : b->len);
}

bool ip_same_subnet(const struct ip *a, const struct ip *b)
{
	return a->len == b->len && same_bits(a, b, a->len);
}

/* ---- arithmetic ---- */

struct ip ip_network(const struct ip *ip)
{
	struct ip network = *ip;
	unsigned whole = ip->len / 8;

	if (ip->len % 8) {
		network.b[whole] &= (uint8_t)(0xff00 >> (ip->len % 8));
		whole++;
	}
	memset(network.b + whole, 0, sizeof(network.b) - whole);
	return network;
}

struct ip ip_nth(const struct ip *prefix, uint32_t n)
{
	struct ip ip = ip_network(prefix);
	uint64_t carry = n;

	for (size_t i = bytes(prefix); i-- > 0 && carry; carry >>= 8) {
		carry += ip.b[i];
		ip.b[i] = (uint8_t)carry;
	}
	return ip;
}

uint32_t ip_host_number(const struct ip *address, const struct ip *prefix)
{
	size_t n = bytes(address), whole = prefix->len / 8u;
	uint32_t number = 0;

	if (!ip_within(address, prefix))
		return UINT32_MAX;
	for (size_t i = whole; i < n; i++) {
		unsigned host = address->b[i];

		if (i == whole)
			host &= 0xffu >> prefix->len % 8;
		if (i + 4 < n && host)
			return UINT32_MAX;
		number = number << 8 | host;
	}
	return number;
}

/* ---- what an interface may have ---- */

static bool all_ones_beyond(const struct ip *ip)
{
	for (unsigned bit = ip->len; bit < ip_bits(ip); bit++)
		if (!(ip->b[bit / 8] & 0x80 >> bit % 8))
			return false;
	return true;
}

/* Addresses that no subnet makes right; NULL: none of these. */
static const char *special(const struct ip *ip)
{
	static const struct ip loopback6 = { .family = AF_INET6, .b = { [15] = 1 } };
	static const struct ip unspecified6 = { .family = AF_INET6 };

	if (ip->family == AF_INET6) {
		if (ip_same_address(ip, &unspecified6))
			return "the unspecified address";
		if (ip_same_address(ip, &loopback6))
			return "the loopback address";
		return ip->b[0] == 0xff ? "a multicast address" : NULL;
	}
	if (ip->b[0] == 0)
		return "an unspecified address (0.0.0.0/8)";
	if (ip->b[0] == 127)
		return "a loopback address (127.0.0.0/8)";
	if (ip->b[0] >= 224 && ip->b[0] < 240)
		return "a multicast address";
	return memcmp(ip->b, "\xff\xff\xff\xff", 4) == 0 ? "the broadcast address" : NULL;
}

int ip_check_interface(const struct ip *ip, struct err *e)
{
	char text[IP_TEXT_MAX], other[IP_TEXT_MAX];
	struct ip network = ip_network(ip), first;
	const char *is;

	if (ip->family != AF_INET && ip->family != AF_INET6)
		return err_set(e, EINVAL, "no address is given");
	ip_text_length(ip, text);
	is = special(ip);
	if (is)
		return err_set(e, EINVAL, "%s is %s, which no interface may have", text,
			       is);
	if (ip->len == 0) {
		err_set(e, EINVAL, "%s: a subnet cannot be everything there is", text);
		err_hint(e, "as in %s/%d", ip_text(ip, other),
			 ip->family == AF_INET ? 24 : 64);
		return -EINVAL;
	}
	if (ip_bits(ip) - ip->len < 2) /* RFC 3021, RFC 6164 */
		return 0;
	if (ip_same_address(ip, &network))
		err_set(e, EINVAL, "%s is the %s of its subnet", text,
			ip->family == AF_INET ? "network address"
					      : "routers' anycast address");
	else if (ip->family == AF_INET && all_ones_beyond(ip))
		err_set(e, EINVAL, "%s is the broadcast address of its subnet", text);
	else
		return 0;
	first = ip_nth(&network, 1);
	err_hint(e, "the first host of the subnet is %s", ip_text_length(&first, other));
	return -EINVAL;
}
