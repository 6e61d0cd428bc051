/*
 * way.h — the way of a tunnel's packets: through the network that it stands on, and,
 * where that way goes by tunnels, too, through what those stand on.
 */
#ifndef RUN_WAY_H
#define RUN_WAY_H

#include "run/network.h"

struct way {
	uint32_t mtu; /* the smallest on it, bytes; 0: there is no way */
	size_t bad;   /* -ENOENT, -EINVAL: which end of the underlay that is */
	bool circle;  /* the tunnel, or one below it, stands on itself: -ELOOP */
};

/*
 * Follows the tunnel t; whatever comes of it, it has the addresses that are at its ends
 * now, if they could be looked up. own: n's model; of: the link of it that t is of; NULL:
 * none yet. -ENOENT: no such network, or node in it; else as tunnel_find_path().
 */
int way_find(struct network *n, const struct model *own, const struct link *of,
	     struct tunnel *t, struct way *ret, struct err *e);

#endif
