/*
 * space.h — one node's namespace as a sampler sees it: the sockets in it, and what was
 * read there last. Private to lib/stat.
 *
 * A socket keeps its namespace, so that a node which was deleted would live on: whether
 * the namespace is still the one that is pinned at the node's path is looked at once a
 * second, and a socket in one that is not is closed.
 */
#ifndef STAT_SPACE_H
#define STAT_SPACE_H

#include "kern/netlink.h"
#include "kern/netns.h"
#include "kern/queues.h"
#include "stat/snapshot.h"

/* An interface's counters: without what is not of the namespace itself. */
struct space_iface {
	int ifindex;
	struct stat_iface counted;
};

/* What changes seldom. */
struct space_state {
	int ifindex;
	char name[NIC_NAME_MAX + 1];
	bool up, carrier;
	uint32_t mtu;
};

typedef VEC(struct space_iface) space_ifaces;
typedef VEC(struct space_state) space_states;
typedef VEC(struct stat_tcp) space_tcp;

struct space {
	uint32_t node; /* id */
	char name[NODE_NAME_MAX + 1];
	bool there;
	struct netns_id id;
	struct netlink route, diag; /* fd -1: not open */
	/* by ifindex; what an interrupted dump left is never here */
	space_ifaces ifaces;
	space_states states;
	queue_vec queues;
	/* when they, and the namespace, were looked at: ns of CLOCK_MONOTONIC */
	uint64_t states_at, queues_at, looked_at;
	bool stale; /* they are of an earlier reading */
	space_tcp tcp;
	struct stat_node node_counted; /* its counters; uncounted: not in this sample */
};

void space_init(struct space *p, const struct node *n);
void space_clear(struct space *p);
/* Closes its sockets. */
void space_close(struct space *p);

/*
 * Whether the namespace is there, the names being in the folder ns; a socket in another
 * is closed, and what was read in another is forgotten. Not again within a second, unless
 * `all` says so.
 */
void space_look(struct space *p, int ns, uint64_t now, bool all);
/* Moves the thread into it. -ENOENT: it is gone. */
int space_enter(const struct space *p, int ns, struct err *e);
/* A socket in it of that protocol, NETLINK_ROUTE or NETLINK_SOCK_DIAG; the thread may be
 * in the namespace then. */
int space_open(struct space *p, int ns, int protocol, struct err *e);

/*
 * Interfaces and queues, through its socket. What changes seldom is read only where `all`
 * says so, or it was a second ago, or an interface came or went: states, and queues where
 * no packet passed meanwhile. -errno: it is marked as stale, and as before.
 */
int space_read(struct space *p, uint64_t now, bool all, struct err *e);

/* Its TCP connections, through its other socket; they are as before on -errno. */
int space_read_tcp(struct space *p, struct err *e);

/* IP counters and numbers of sockets, for the thread being in the namespace. They are not
 * to be had by netlink, but for some of IPv6. */
int space_read_node(struct space *p, bool only_sockets, struct err *e);

const struct space_iface *space_iface(const struct space *p, int ifindex); /* NULL */
const struct space_state *space_state(const struct space *p, int ifindex);
const struct space_state *space_state_named(const struct space *p, const char *name);

#endif
