/*
 * node.h — a node's namespace: made, prepared, shown to other tools, ended.
 */
#ifndef KERN_NODE_H
#define KERN_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "kern/netlink.h"
#include "model/model.h"

/* What a new namespace has from the machine's own; found in the first one. */
struct node_defaults {
	bool known;
	bool forwards; /* net.ipv4.ip_forward */
	bool filters;  /* net.ipv4.conf.*.rp_filter is 1, strict */
};

/*
 * Makes and pins the namespace, in which the calling thread is afterwards. A
 * file without a namespace that is left at path is replaced.
 */
int node_create(const char *path, struct err *e);

/* Within the new namespace: lo up, forwarding as the kind has it, a switch's bridge. */
int node_prepare(struct netlink *nl, const struct node *n, struct node_defaults *defaults,
		 struct err *e);

/* Makes /run/netns ready; once, before node_show(). */
int node_show_begin(struct err *e);
/* Shows the namespace at path to other tools, as /run/netns/NETWORK.NODE. */
int node_show(const char *path, const char *network, const char *node, struct err *e);

/*
 * Ends all programs in the named nodes of a network, then lets go of their
 * namespaces. On failure of the former (-ETIMEDOUT) none is let go of.
 */
int nodes_end(const char *dir, const char *network, char *const *names, size_t n,
	      struct err *e);

/* The same for all there are, the fabric too: needs no model, what is in ns/ counts. */
int nodes_end_all(const char *dir, const char *network, struct err *e);

#endif
