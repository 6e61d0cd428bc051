/*
 * port.h — the packet sockets of one end, made inside its node's namespace.
 */
#ifndef MEASURE_PORT_H
#define MEASURE_PORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "measure/measure.h"

struct port {
	int tx;	      /* sends; does not block */
	int rx;	      /* receives frames of the measurement; -1, as tx: not open */
	int counters; /* the namespace's /proc/net/dev; -1: cannot be read */
	char ifname[16];
	uint64_t bytes; /* for port_look() */
	size_t room;	/* bytes, by the kernel's count, that tx may have under way */
};

enum { PORT_LOOKED_AT = 64 }; /* bytes of a frame that are received */

/*
 * Runs fn(arg) on a thread of its own inside the namespace and returns what it
 * returned (0 or -errno), or why it could not. Signals stay with the other threads.
 */
int port_inside(int netns, int (*fn)(void *arg), void *arg);

/*
 * Opens both sockets. run: what the frames that this end receives carry. room: bytes
 * that tx should have under way; it may get less. -ENETDOWN: the interface is down.
 */
int port_open(struct port *p, const struct measure_end *end, uint64_t run, size_t room,
	      struct err *e);
void port_close(struct port *p);

/* Why the interface can no longer be used: -ENETDOWN, …; 0: it can. */
int port_error(int fd);
/* Since the last call, or since it was opened. */
struct port_seen {
	uint64_t frames; /* of the measurement came */
	uint64_t missed; /* of these rx had no room for */
	uint64_t bytes;	 /* of all frames that came in at the interface */
};
struct port_seen port_look(struct port *p);

#endif
