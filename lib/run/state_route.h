/*
 * state_route.h — a node's routes as JSON; a part of state.h.
 */
#ifndef RUN_STATE_ROUTE_H
#define RUN_STATE_ROUTE_H

#include <jansson.h>
#include <stdbool.h>

#include "model/model.h"

json_t *state_write_routes(const struct node *n);
bool state_same_routes(const struct node *a, const struct node *b);
/* To a node without any; array NULL: none. False: it is not as it was written. */
bool state_read_routes(const json_t *array, struct node *n);

#endif
