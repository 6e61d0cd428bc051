/*
 * settle_numbers.c — which LAN has which number, and so which subnets.
 *
 * The rules are at the head of settle.c. A map of the /24s in 10.0.0.0/8, by
 * the number that each belongs to, says which LAN has it; typed prefixes are
 * looked up in the claims of ipset.h.
 */
#include <arpa/inet.h>
#include <errno.h>

#include "model/settle.h"

/* ---- numbers and subnets ---- */

static unsigned reverse_byte(unsigned byte)
{
	unsigned reversed = 0;

	for (int bit = 0; bit < 8; bit++)
		reversed |= (byte >> bit & 1) << (7 - bit);
	return reversed;
}

static struct ip subnet4(int number, unsigned len)
{
	struct ip ip = {
		.family = AF_INET,
		.len = (uint8_t)len,
		.b = { 10, (uint8_t)number,
		       (uint8_t)reverse_byte((unsigned)number >> 8) },
	};

	return ip_network(&ip);
}

/* Who has the i-th /24 of a subnet that is one or wider. */
static uint32_t *holder(const struct settle *s, const struct ip *subnet, unsigned i)
{
	return &s->holders[reverse_byte(subnet->b[2] + i) << 8 | subnet->b[1]];
}

static unsigned count_24s(const struct ip *subnet)
{
	return 1u << (24 - subnet->len);
}

static struct ip subnet6(int number)
{
	return (struct ip){
		.family = AF_INET6,
		.len = 64,
		.b = { 0xfd, [6] = (uint8_t)(number >> 8), (uint8_t)number },
	};
}

/* Whether an IPv4 subnet meets no other LAN's, nor what was typed elsewhere. */
static bool is_free4(const struct settle *s, uint32_t lan, const struct ip *subnet)
{
	for (unsigned i = 0; i < count_24s(subnet); i++) {
		uint32_t has = *holder(s, subnet, i);

		if (has && has != lan + 1)
			return false;
	}
	return s->lan[lan].typed[V4] || !ip_claims_overlap(&s->typed, subnet, (int)lan);
}

static bool is_free6(const struct settle *s, uint32_t lan, int number)
{
	struct ip subnet = subnet6(number);

	return s->lan[lan].typed[V6] || !ip_claims_overlap(&s->typed, &subnet, (int)lan);
}

static void occupy(struct settle *s, uint32_t lan, const struct ip *subnet)
{
	for (unsigned i = 0; i < count_24s(subnet); i++)
		*holder(s, subnet, i) = lan + 1;
}

/* Takes the number with IPv4 of this length, if nobody is in the way. */
static bool take_number(struct settle *s, uint32_t lan, int number, unsigned len)
{
	struct ip subnet = subnet4(number, len);
	struct lan *l = &s->lan[lan];

	if (!is_free4(s, lan, &subnet) || !is_free6(s, lan, number))
		return false;
	occupy(s, lan, &subnet);
	l->number = number;
	if (!l->typed[V4])
		l->subnet[V4] = subnet;
	if (!l->typed[V6])
		l->subnet[V6] = subnet6(number);
	return true;
}

/* ---- which LAN has which number ---- */

/* The lowest number that each LAN has from before, or LAN_NONE. */
static void find_old_numbers(struct settle *s)
{
	bool *seen = mem_alloc(SETTLE_NUMBERS * sizeof(*seen));

	for (uint32_t i = 0; i < s->lans->n; i++)
		s->lan[i].number = LAN_NONE;
	for (size_t i = 0; i < s->m->links.n; i++) {
		int number = s->m->links.v[i]->lan;
		struct lan *l = &s->lan[s->lans->lan_of[i]];

		if (number < 0 || number >= SETTLE_NUMBERS || seen[number])
			continue;
		seen[number] = true;
		if (l->number == LAN_NONE || number < l->number)
			l->number = number;
	}
	free(seen);
}

/* How wide the LAN's addresses say it is at its number: 24, 20 or 16. */
static unsigned old_length(const struct settle *s, uint32_t lan)
{
	const struct lans *lans = s->lans;
	struct ip base = subnet4(s->lan[lan].number, 24);
	unsigned len = 24;

	for (uint32_t i = lans->first[lan]; i < lans->first[lan + 1]; i++)
		for (unsigned end = 0; end < 2; end++) {
			const struct ip *ip =
				settle_old_address(s, 2 * lans->links[i] + end, V4);

			if (ip && (ip->len == 20 || ip->len == 16) && ip->len < len &&
			    ip_overlap(ip, &base))
				len = ip->len;
		}
	return len;
}

int settle_number(struct settle *s, struct err *e)
{
	uint32_t n = s->lans->n;
	int next = 0; /* only ever upwards, so that all LANs together take one pass */

	find_old_numbers(s);
	for (uint32_t i = 0; i < n; i++) {
		int old = s->lan[i].number;

		if (old == LAN_NONE)
			continue;
		if (!take_number(s, i, old, old_length(s, i)))
			s->lan[i].number = LAN_NONE;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (s->lan[i].number != LAN_NONE)
			continue;
		while (next < SETTLE_NUMBERS && !take_number(s, i, next, 24))
			next++;
		if (next == SETTLE_NUMBERS) {
			cleanup_free char *text = lans_text(s->lans, i);

			err_set(e, ENOSPC, "LAN of %s: no subnet of 10.0.0.0/8 is left",
				text);
			err_hint(e, "`set auto off` leaves addresses to you");
			return -ENOSPC;
		}
	}
	return 0;
}

struct ip settle_wider(const struct lan *l)
{
	return subnet4(l->number, l->subnet[V4].len - 4u);
}

bool settle_widen(struct settle *s, uint32_t lan)
{
	struct lan *l = &s->lan[lan];
	struct ip wider;

	if (l->typed[V4] || l->subnet[V4].len <= 16)
		return false;
	wider = settle_wider(l);
	if (!is_free4(s, lan, &wider))
		return false;
	occupy(s, lan, &wider);
	l->subnet[V4] = wider;
	return true;
}
