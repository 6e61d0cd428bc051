/*
 * shapes.h — the shapes that are in force, read back from whoever has them.
 */
#ifndef KERN_SHAPES_H
#define KERN_SHAPES_H

#include "kern/kern.h"

/*
 * A copy of the model in which every shaped link (only that one, if a number is given:
 * else 0) has the shapes that are in force. Of a queueing discipline that others put in
 * the place of ours nothing is told: such a direction has no shape.
 */
int kern_read_shapes(struct kern *k, const struct model *m, uint32_t only,
		     struct model **ret, struct err *e);

#endif
