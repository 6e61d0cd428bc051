/*
 * way.h — which links packets take through a network, as its model says.
 */
#ifndef MODEL_WAY_H
#define MODEL_WAY_H

#include "model/model.h"

/*
 * Whether what that node sends to the address takes one of the n links (ids, rising): by
 * the nodes' subnets and routes, and over switches the way of the fewest links. False
 * where the way does not get there.
 */
bool model_way_takes(const struct model *m, uint32_t node, const struct ip *to,
		     const uint32_t *links, size_t n);

#endif
