/*
 * state_tunnel.h — what a link on disk has of tunnels and enforcement; private to
 * lib/run.
 */
#ifndef RUN_STATE_TUNNEL_H
#define RUN_STATE_TUNNEL_H

#include <jansson.h>

#include "model/model.h"

/* Into the link's object, as far as there is anything to say. */
void state_write_tunnel(json_t *o, const struct link *l);
/* False: it is not as it was written. */
bool state_read_tunnel(const json_t *o, const struct model *m, struct link *l);

#endif
