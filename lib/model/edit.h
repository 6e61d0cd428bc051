/*
 * edit.h — what edit.c and addressing.c share; private to lib/model.
 */
#ifndef MODEL_EDIT_H
#define MODEL_EDIT_H

#include "model/model.h"

/*
 * Whether node n may have these addresses on an interface: not a switch, fit
 * for an interface, each once, nobody else's (but that of link's own end,
 * which they replace; link 0: none).
 */
int addresses_check(const struct model *m, const struct node *n, uint32_t link, int end,
		    const struct ip *ips, size_t count, struct err *e);

/* Whether they fit the subnets that were typed for others on the link's LAN. */
int addresses_check_lan(const struct model *m, uint32_t link, int end,
			const struct ip *ips, size_t count, struct err *e);

/* -EADDRINUSE: the node, or one that links connect to it, has it. */
int addresses_check_near(const struct model *m, uint32_t node, const struct ip *ip,
			 struct err *e);

/* -EADDRINUSE: two nodes that links connect have the same typed address. */
int islands_check(const struct model *m, struct err *e);

/* Replaces the interface's addresses; auto addressing keeps off from then on. */
void addresses_put(struct iface *i, const struct ip *ips, size_t n);

#endif
