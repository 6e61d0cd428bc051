/*
 * ping_source.h — the sockets that echo requests leave from: one raw socket
 * per node and family, opened when it is first needed, inside the node.
 *
 * At most half of the descriptors this process may have are used; beyond that,
 * and when the system has no more, the socket that was used longest ago and
 * waits for nothing is closed.
 */
#ifndef RUN_PING_SOURCE_H
#define RUN_PING_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/ip.h"
#include "run/network.h"
#include "run/ping_packet.h"

struct ping_source {
	uint32_t node; /* id */
	int family;
	int fd;		    /* -1: not open */
	unsigned under_way; /* requests that wait for an answer; 0: may be closed */
	struct ping_source *newer, *older; /* among the open ones, by use */
};

struct ping_inbox; /* buffers to receive into */

struct ping_sources {
	struct network *net;
	struct ping_source **v[2]; /* IPv4, IPv6: by node id; NULL: not asked for yet */
	uint32_t n;		   /* node ids are below this */
	int home, epoll;
	struct ping_source *newest, *oldest;
	size_t open, max_open;
	struct ping_mark mark;
	struct ping_inbox *inbox;
	void (*heard)(struct ping_source *src, const struct ping_heard *h, void *cookie);
	void *cookie;
};

/* Set heard and cookie afterwards. On failure nothing is held. */
int ping_sources_begin(struct ping_sources *s, struct network *net, struct err *e);
void ping_sources_end(struct ping_sources *s);

/* The source of that node and family, open or not; NULL: no such node. */
struct ping_source *ping_source_get(struct ping_sources *s, uint32_t node, int family);

/* Opens it if it is not. -EMFILE: there is no descriptor before an answer came. */
int ping_source_open(struct ping_sources *s, struct ping_source *src, struct err *e);

/*
 * Sends one echo request now; 0 or -errno. -ENOBUFS: not now, but later it
 * may go (no room in a queue or in the neighbour table). May call heard().
 */
int ping_source_send(struct ping_sources *s, struct ping_source *src, const struct ip *to,
		     uint16_t seq, uint32_t index);

/* Waits up to timeout_ms for something and calls heard() for all there is. */
int ping_sources_hear(struct ping_sources *s, int timeout_ms, struct err *e);

#endif
