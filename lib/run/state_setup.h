/*
 * state_setup.h — kept commands, VLANs, and the machine's interfaces, as JSON; private to
 * lib/run.
 */
#ifndef RUN_STATE_SETUP_H
#define RUN_STATE_SETUP_H

#include <jansson.h>

#include "model/model.h"

/* What there is of these is added to the object of the node, or of the interface. */
void state_write_setup(json_t *o, const struct node *n);
void state_write_vlans(json_t *o, const struct vlans *v);

bool state_same_setup(const struct node *a, const struct node *b);

/* Into what has none; false: it is not as it was written. */
bool state_read_setup(const json_t *o, struct node *n);
bool state_read_vlans(const json_t *o, struct vlans *ret);

#endif
