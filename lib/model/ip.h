/*
 * ip.h — IPv4 and IPv6 addresses with a prefix length.
 */
#ifndef MODEL_IP_H
#define MODEL_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ip {
	uint8_t family; /* AF_INET, AF_INET6; 0: none */
	uint8_t len;	/* prefix length; 32 or 128 for a lone address */
	uint8_t b[16];	/* network byte order; IPv4 in the first 4, the rest 0 */
};

enum { IP_TEXT_MAX = 64 }; /* room for any address with its length */

/* "10.0.0.1", "fd00::1": no length allowed. */
int ip_parse(const char *text, struct ip *ret, struct err *e);
/* "10.0.0.1/24": the length is required. */
int ip_parse_with_length(const char *text, struct ip *ret, struct err *e);
/* A prefix, host bits zero: "10.0.0.0/24"; a lone address is a /32 or /128. */
int ip_parse_prefix(const char *text, struct ip *ret, struct err *e);

/* Both write into buf of IP_TEXT_MAX bytes and return it. */
const char *ip_text(const struct ip *ip, char *buf);	    /* 10.0.0.1 */
const char *ip_text_length(const struct ip *ip, char *buf); /* 10.0.0.1/24 */

unsigned ip_bits(const struct ip *ip);			      /* 32 or 128 */
bool ip_equal(const struct ip *a, const struct ip *b);	      /* address and length */
bool ip_same_address(const struct ip *a, const struct ip *b); /* whatever the lengths */
int ip_compare(const struct ip *a, const struct ip *b);	      /* for sorting */

/* The address with its host bits zero: 10.0.0.7/24 is in 10.0.0.0/24. */
struct ip ip_network(const struct ip *ip);
/* Whether the address is within prefix (its own length does not matter). */
bool ip_within(const struct ip *address, const struct ip *prefix);
/* Whether one of the two prefixes contains the other. */
bool ip_overlap(const struct ip *a, const struct ip *b);
/* Whether both addresses are of one subnet: same length, same network. */
bool ip_same_subnet(const struct ip *a, const struct ip *b);

/* The n-th address of a prefix, with the prefix' length (n counts from 0). */
struct ip ip_nth(const struct ip *prefix, uint32_t n);
/* Its number in the prefix, 0 for the network; UINT32_MAX beyond 32 bits. */
uint32_t ip_host_number(const struct ip *address, const struct ip *prefix);

/*
 * Whether an interface may have this address: -EINVAL with the reason for a
 * network, broadcast, multicast, loopback or unspecified address. (/31, /32,
 * /127 and /128 have neither network nor broadcast address: RFC 3021, 6164.)
 */
int ip_check_interface(const struct ip *ip, struct err *e);

#endif
