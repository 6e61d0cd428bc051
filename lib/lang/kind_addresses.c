/*
 * kind_addresses.c — addresses of IPv4, IPv6 and Ethernet.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lang/kinds.h"

/* Made of what addresses are made of, with a point or colon. */
static enum likeness like_address(const char *text)
{
	return strpbrk(text, ".:") && !text[strspn(text, "0123456789abcdefABCDEF.:/")]
		       ? LIKE_SURE
		       : LIKE_NOT;
}

int kind_parse_addr(struct kind_context *c, const struct word *w, size_t n,
		    struct value *ret, struct err *e)
{
	int r = ip_parse(w->text, &ret->ip, e);

	(void)n;
	return r < 0 ? kind_refuse(c, 0, like_address(w->text), r) : 1;
}

int kind_parse_addr_len(struct kind_context *c, const struct word *w, size_t n,
			struct value *ret, struct err *e)
{
	int r = ip_parse_with_length(w->text, &ret->ip, e);

	(void)n;
	return r < 0 ? kind_refuse(c, 0, like_address(w->text), r) : 1;
}

int kind_parse_endaddr(struct kind_context *c, const struct word *w, size_t n,
		       struct value *ret, struct err *e)
{
	ret->number = strchr(w->text, '/') != NULL;
	if (ret->number)
		return kind_parse_addr_len(c, w, n, ret, e);
	return kind_parse_addr(c, w, n, ret, e);
}

int kind_parse_prefix(struct kind_context *c, const struct word *w, size_t n,
		      struct value *ret, struct err *e)
{
	int r;

	(void)n;
	if (strcmp(w->text, "default") == 0) {
		ret->ip = (struct ip){ 0 };
		return 1;
	}
	r = ip_parse_prefix(w->text, &ret->ip, e);
	return r < 0 ? kind_refuse(c, 0, like_address(w->text), r) : 1;
}

void kind_complete_prefix(struct kind_context *c, const struct word *before, size_t n,
			  const char *begun, choice_vec *ret)
{
	(void)c;
	(void)before;
	(void)n;
	kind_offer(ret, begun, "default", mem_strdup("all that no other route has"),
		   false);
}

int kind_parse_mac(struct kind_context *c, const struct word *w, size_t n,
		   struct value *ret, struct err *e)
{
	static const uint8_t zero[6];
	unsigned b[6];
	int used = 0;

	(void)n;
	if (strlen(w->text) != 17 ||
	    w->text[strspn(w->text, "0123456789abcdefABCDEF:")] ||
	    sscanf(w->text, "%2x:%2x:%2x:%2x:%2x:%2x%n", b, b + 1, b + 2, b + 3, b + 4,
		   b + 5, &used) != 6 ||
	    used != 17) {
		err_set(e, EINVAL, "'%s' is not a MAC address", w->text);
		err_hint(e, "it is six bytes in hexadecimal, as in 02:00:00:00:00:01");
		return kind_refuse(c, 0, strchr(w->text, ':') ? LIKE_SURE : LIKE_NOT,
				   EINVAL);
	}
	for (int i = 0; i < 6; i++)
		ret->mac[i] = (uint8_t)b[i];
	if (ret->mac[0] & 1) {
		err_set(e, EINVAL, "'%s' is a multicast MAC address", w->text);
		err_hint(e, "an interface's has an even first byte, as in "
			    "02:00:00:00:00:01");
		return kind_refuse(c, 0, LIKE_SURE, EINVAL);
	}
	if (memcmp(ret->mac, zero, sizeof(zero)) == 0) {
		err_set(e, EINVAL, "an interface's MAC address cannot be all zero");
		return kind_refuse(c, 0, LIKE_SURE, EINVAL);
	}
	return 1;
}
