/*
 * state_service.h — services as JSON; a part of state.h.
 */
#ifndef RUN_STATE_SERVICE_H
#define RUN_STATE_SERVICE_H

#include <jansson.h>
#include <stdbool.h>

#include "model/service.h"

json_t *state_write_services(const service_vec *v);
/* Into an empty one; array NULL: none. False: it is not as it was written. */
bool state_read_services(const json_t *array, service_vec *ret);

#endif
