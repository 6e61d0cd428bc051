/*
 * handles.h — descriptors of nodes' namespaces, and sockets in them; private to
 * lib/kern.
 *
 * As many are kept open as the process may have; then those that were used
 * longest ago are closed. What a batch under way needs is not closed before it
 * has been run: flush() does so.
 */
#ifndef KERN_HANDLES_H
#define KERN_HANDLES_H

#include "base/vec.h"
#include "kern/netlink.h"
#include "model/model.h"

/* A node's open descriptors. */
struct handle {
	uint32_t node; /* id */
	int ns;
	struct netlink nl;	      /* fd -1: not opened yet */
	struct handle *newer, *older; /* by use */
	bool queued;		      /* the batch needs it */
};

struct handles {
	const char *dir;	/* the network's; borrowed */
	int home;		/* the shell's own namespace */
	bool away;		/* the thread is in another one */
	VEC(struct handle *) v; /* by node id */
	struct handle *newest, *oldest;
	size_t max;
	int (*flush)(void *cookie, struct err *e);
	void *cookie;
};

/* Set flush and cookie, too. */
int handles_begin(struct handles *h, const char *dir, struct err *e);
void handles_end(struct handles *h);

/* The node's namespace. -ENOENT: it is gone; no error names the node. */
int handles_get(struct handles *h, const struct node *node, struct handle **ret,
		struct err *e);
/* Sees to it that the handle has a socket. */
int handles_socket(struct handles *h, struct handle *i, struct err *e);

/* Makes room for one more. */
int handles_make_room(struct handles *h, struct err *e);
/* Whether what failed with code, for want of descriptors, is to be tried again: one was
 * closed. *ret is an error of doing so. */
bool handles_retry(struct handles *h, int code, int *ret, struct err *e);
/* A namespace that is open already; takes it over. */
struct handle *handles_add(struct handles *h, const struct node *node, int ns);
struct handle *handles_find(struct handles *h, uint32_t node); /* NULL: none is open */
void handles_forget(struct handles *h, struct handle *i);

/* Moves the thread into the namespace, and back. */
int handles_enter(struct handles *h, int ns, struct err *e);
void handles_go_home(struct handles *h);
/* Closes all, and goes home. */
void handles_rest(struct handles *h);

#endif
