/*
 * rootless_unshare.h — the namespaces in which an ordinary user is root.
 */
#ifndef RUN_ROOTLESS_UNSHARE_H
#define RUN_ROOTLESS_UNSHARE_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Fresh mount and network namespaces for the calling process, with a tmpfs on
 * /run that still shows what was there; within a fresh user namespace if user
 * is set. e says which stage failed, and which setting of the system forbids it.
 */
int rootless_unshare_all(bool user, struct err *e);

#endif
