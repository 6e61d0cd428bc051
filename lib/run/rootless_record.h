/*
 * rootless_record.h — the records of keepers: NETWORK.keeper, a line "PID START",
 * in $XDG_RUNTIME_DIR/espalier or, without that, in /tmp/espalier-UID.
 */
#ifndef RUN_ROOTLESS_RECORD_H
#define RUN_ROOTLESS_RECORD_H

#include <stdbool.h>

#include "base/err.h"
#include "base/proc.h"
#include "run/rootless.h"

/* A descriptor of the folder, made if asked; -ENOENT: there is none. */
int rootless_folder_open(bool make, int *ret, struct err *e);

/* Records are written and removed under this lock. Held until it is closed. */
int rootless_folder_lock(int folder, int *ret, struct err *e);

/* Takes the descriptor over: from now on this is the folder, whatever paths say. */
void rootless_folder_keep(int folder);

/* 0; -ENOENT: none; -ESRCH: its keeper is gone (or it was never finished). */
int rootless_record_read(int folder, const char *network, struct proc *ret);
int rootless_record_write(int folder, const char *network, const struct proc *p,
			  struct err *e);
int rootless_record_remove(int folder, const char *network, struct err *e); /* or none */

/* Names of networks whose keeper lives, sorted; the records of others are removed. */
int rootless_record_list(int folder, rootless_names *ret, struct err *e);

#endif
