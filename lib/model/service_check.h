/*
 * service_check.h — what a service may be on a node; private to lib/model.
 */
#ifndef MODEL_SERVICE_CHECK_H
#define MODEL_SERVICE_CHECK_H

#include "model/model.h"

/* -errno: *ret_key is the key of the word that is wrong, or stays. */
int service_check(const struct model *m, const struct node *n, const struct service *s,
		  const char **ret_key, struct err *e);

/*
 * After other changes: an interface that is gone is taken out of `on`, and a service that
 * cannot be any more (its last interface, or the subnet of its range, is gone) ends.
 */
void services_settle(struct model *m);

#endif
