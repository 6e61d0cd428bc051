/*
 * lock.h — which shell holds a network: a lock on the file `lock` in its
 * folder, which ends with the process, whose text tells the process.
 */
#ifndef RUN_LOCK_H
#define RUN_LOCK_H

#include "base/err.h"
#include "base/proc.h"

/*
 * Takes the lock; the file is made where it is not. *ret_fd is closed to let
 * go. -EBUSY: *ret_holder (pid 0: cannot tell) has it; -ENOENT: there is no
 * such folder (any more). e is not set for these two.
 */
int lock_take(const char *dir, int *ret_fd, struct proc *ret_holder, struct err *e);

/* Who has it now; pid 0: nobody. Does not disturb. */
void lock_look(const char *dir, struct proc *ret_holder);

#endif
