/*
 * service_check.h — what a service may be on a node; private to lib/model.
 */
#ifndef MODEL_SERVICE_CHECK_H
#define MODEL_SERVICE_CHECK_H

#include "model/model.h"

/* -errno: *ret_key is the key of the word that is wrong, or stays. */
int service_check(const struct model *m, const struct node *n, const struct service *s,
		  const char **ret_key, struct err *e);

#endif
