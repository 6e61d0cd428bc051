/*
 * state_shape.h — shapes as JSON; a part of state.h.
 */
#ifndef RUN_STATE_SHAPE_H
#define RUN_STATE_SHAPE_H

#include <jansson.h>
#include <stdbool.h>

#include "model/shape.h"

json_t *state_write_shape(const struct shape *s);
/* Into a zeroed shape; o NULL: none. False: its parts do not go together. */
bool state_read_shape(const json_t *o, struct shape *ret);

#endif
