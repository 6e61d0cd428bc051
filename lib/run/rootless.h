/*
 * rootless.h — Espalier without root: the whole shell runs in a user, mount
 * and network namespace of its own, in which it is root.
 *
 * These namespaces are held by one small keeper process per network, so that
 * the network outlives the shell (kill -9, detach), and ends when the keeper is killed.
 * The keeper is found through $XDG_RUNTIME_DIR/espalier/NETWORK.keeper (pid and start
 * time); inside, /run is a tmpfs of its own, so everything else is as for root.
 */
#ifndef RUN_ROOTLESS_H
#define RUN_ROOTLESS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/vec.h"

/* Whether this process needs it: its effective user is not root of the machine's
 * namespaces. */
bool rootless_needed(void);

/*
 * Starts a keeper for a new network of this name and moves the calling
 * process (which must have one thread) into its namespaces. The working
 * folder stays. -EEXIST: there is a network of that name already.
 */
int rootless_create(const char *network, struct err *e);

/* Moves the calling process into the namespaces of a running network; -ENOENT: there is
 * none. */
int rootless_join(const char *network, struct err *e);

/* Ends the keeper (once the network is destroyed) and removes its record. Called from
 * inside. */
int rootless_end(const char *network, struct err *e);

/* Whether this process was moved by one of these two. */
bool rootless_is_inside(void);

/* Names of this user's rootless networks whose keeper lives (each owned). */
typedef VEC(char *) rootless_names;
int rootless_list(rootless_names *ret, struct err *e);

/*
 * Moves the calling process (one thread; a forked child) into fresh mount and
 * network namespaces with a /run of its own, and where root's rights are
 * missing into a user namespace first. Nobody else sees what it does there, and
 * nothing is left when it ends: for trials and tests.
 */
int rootless_unshare(struct err *e);

/* Why it would not work here; 0, or -errno with e filled. For doctor and first errors. */
int rootless_check(struct err *e);

#endif
