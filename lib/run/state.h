/*
 * state.h — models as JSON: whole ones, and what a change made of one.
 *
 * Written as compactly as they can be read back: what is as by default is left
 * out, and so are the ports of nodes, which follow from the links.
 */
#ifndef RUN_STATE_H
#define RUN_STATE_H

#include <jansson.h>

#include "base/err.h"
#include "model/model.h"

/* To be decref'ed. */
json_t *state_write(const struct model *m);
/* What leads from one model to the other. */
json_t *state_write_delta(const struct model *from, const struct model *to);

/* -EBADMSG: it is not what was written. *ret is the caller's. */
int state_read(const json_t *o, struct model **ret, struct err *e);
/* The model that the delta leads to from another one. */
int state_read_delta(const json_t *o, const struct model *from, struct model **ret,
		     struct err *e);

#endif
