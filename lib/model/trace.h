/*
 * trace.h — the way of IP packets through a network, as its model has it: subnets and
 * routes, links and nodes that are up.
 */
#ifndef MODEL_TRACE_H
#define MODEL_TRACE_H

#include "model/model.h"

/*
 * Follows a packet for the address hop by hop. The smallest MTU on the way, bytes (that
 * of a packet to itself is UINT32_MAX). The links that it goes by are appended to links
 * in that order, unless that is NULL; where it gets stuck, those until then.
 * -EHOSTUNREACH, -ENETUNREACH, -ELOOP: e says where it ends, and why.
 */
int trace_path(const struct model *m, uint32_t from, const struct ip *to,
	       uint32_t *ret_mtu, link_ids *links, struct err *e);

/* The address that the node would send from to that one: of the interface that it leaves
 * by; NULL: there is no way. */
const struct ip *trace_source(const struct model *m, uint32_t from, const struct ip *to);

#endif
