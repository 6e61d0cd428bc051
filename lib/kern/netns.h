/*
 * netns.h — network namespaces: made, pinned to a path, entered, let go.
 */
#ifndef KERN_NETNS_H
#define KERN_NETNS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "kern/netlink.h"

/*
 * Makes a namespace and pins it at path (a new file there, with the namespace
 * bind-mounted on it). The calling thread is inside it when this returns;
 * netns_enter(home) takes it back. -EEXIST where path exists. On failure the
 * thread is where it was, and path too.
 */
int netns_create(const char *path, struct err *e);

/* Lets go of a pinned namespace: it ends when its last process does. Fine where it is
 * gone. */
int netns_unpin(const char *path, struct err *e);

/*
 * A descriptor for the calling thread's own namespace, or one pinned at path;
 * -errno. -ENOENT also where there is a file, but no namespace on it: someone
 * unmounted it.
 */
int netns_open_self(void);
int netns_open(const char *path);

/* Moves the calling thread into the namespace; 0 or -errno. */
int netns_enter(int fd);

/* Identity of the namespace behind the descriptor; 0 or -errno. */
struct netns_id {
	dev_t dev;
	ino_t ino;
};
int netns_identify(int fd, struct netns_id *ret);

/*
 * Ends every process whose network namespace is one of the n: SIGTERM, up to
 * grace_ms milliseconds for them to go, then SIGKILL, until none is left. The
 * caller itself is spared. Returns how many there were, or -errno; -ETIMEDOUT
 * when some are still there seconds after they were killed.
 */
int netns_end_processes(const struct netns_id *ids, size_t n, unsigned grace_ms);

#endif
