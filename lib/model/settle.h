/*
 * settle.h — the parts of model_settle(); private to lib/model.
 */
#ifndef MODEL_SETTLE_H
#define MODEL_SETTLE_H

#include "model/ipset.h"
#include "model/lan.h"

enum { V4, V6, FAMILIES };
extern const uint8_t settle_family[FAMILIES]; /* AF_INET, AF_INET6 */

enum { SETTLE_NUMBERS = 65536 }; /* LAN numbers: the /24s in 10.0.0.0/8 */

struct lan {
	int number;		    /* or LAN_NONE */
	bool typed[FAMILIES];	    /* the subnet follows from a typed address */
	struct ip subnet[FAMILIES]; /* host bits zero */
	uint32_t lowest[FAMILIES];  /* host numbers below are taken */
	uint32_t lowest_both;	    /* those below are taken in a family */
};

/* The automatic addresses that an interface is to have; family 0: none. */
struct wanted {
	struct ip ip[FAMILIES];
};

/* All that is worked out beside the model. */
struct settle {
	struct model *m;
	const struct lans *lans;
	struct lan *lan;	/* [LAN] */
	struct wanted *wanted;	/* [lan_end] */
	uint32_t *holders;	/* [number]: the LAN that has its /24 + 1; 0: free */
	struct ip_claims typed; /* owned by LANs */
	struct ip_set taken;	/* addresses */
};

/* The automatic address that the interface has now, or NULL. */
const struct ip *settle_old_address(const struct settle *s, lan_end at, int f);

/* settle_numbers.c: gives each LAN its number and subnets. -ENOSPC */
int settle_number(struct settle *s, struct err *e);
/* Makes the LAN's IPv4 subnet a step wider in place; false: there is no room. */
bool settle_widen(struct settle *s, uint32_t lan);
/* What the next step would be. */
struct ip settle_wider(const struct lan *l);

/* settle_routes.c: hosts' default routes, and routes that lost their next hop. */
void settle_routes(struct model *m, const struct lans *lans, struct settled *ret);

#endif
