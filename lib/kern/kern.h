/*
 * kern.h — a network's objects in the kernel: carries out the steps of plans.
 *
 * A node's namespace is entered only to open a socket in it. Descriptors are
 * kept while a plan is carried out, as far as there are some, and closed with
 * kern_rest(); between commands a network holds two.
 */
#ifndef KERN_KERN_H
#define KERN_KERN_H

#include "base/err.h"
#include "kern/netlink.h"
#include "plan/plan.h"
#include "wire/control.h"

struct kern;

/*
 * Takes up the network whose folder is dir, and makes what all its nodes need,
 * where it is not there: a tmpfs for their namespaces (ns/) and the fabric.
 */
int kern_open(const char *dir, const char *name, struct kern **ret, struct err *e);
void kern_close(struct kern *k); /* NULL is fine */

/* Connects to the process that carries the wire links of the network in dir; without
 * start, -ENOENT where it does not run. */
typedef int kern_wires_fn(const char *dir, bool start, struct wire_client *ret,
			  struct err *e);
/* To be set before a plan with wire links. */
void kern_set_wires(struct kern *k, kern_wires_fn *open);
/* Whether that process runs. */
bool kern_wires_run(struct kern *k);

/* What a wire link has counted. */
int kern_wire_counts(struct kern *k, uint32_t link, struct wire_link_stats *ret,
		     struct err *e);

/* Whether this kernel can do it by itself; it is tried, once for each kind of queueing
 * discipline. For model_choose_engines(), with the struct kern. */
bool kern_can_shape(void *kern, const struct shape *s);

/* Whether this kernel has that kind of device, or gets it from a module when it is asked
 * for; it is, when first after kern_rest() modules are others than before. For
 * model_choose_connectors(), with the struct kern. */
bool kern_has_kind(void *kern, const char *kind);

/*
 * Carries out the steps [first, first + n) of the plan. On failure some of them
 * may have been done; e says which failed and why.
 */
int kern_apply(struct kern *k, const struct plan *p, size_t first, size_t n,
	       struct err *e);

/*
 * After a whole plan: waits until the links that came up pass packets (the kernel
 * notices a carrier a moment later), a fifth of a second at the most; and tells the LANs
 * of addresses that it gave to an interface, and another had before (announce.h). What
 * cannot be told is forgotten by itself after a while.
 */
void kern_finish(struct kern *k, const struct plan *p);

/* Whether the devices of the link's tunnel are there, with its key and addresses. */
bool kern_has_tunnel(struct kern *k, const struct model *m, const struct link *l);
/*
 * Deletes the devices of tunnels over other networks, all at once. They go with the
 * network's namespaces anyway, but the kernel takes its time for that, and till then
 * nobody else can have their keys there. What fails is left to the kernel.
 */
void kern_drop_tunnels(struct kern *k, const struct model *m);

/* Closes the nodes' descriptors and takes the thread back to its own namespace. */
void kern_rest(struct kern *k);

/* Takes the thread back to its own namespace, and says whether it is there. */
int kern_go_home(struct kern *k, struct err *e);

/* Where a node's namespace is pinned; free() it. */
char *kern_path(const struct kern *k, const char *node);

/* A socket in the node's namespace, and that namespace's descriptor, both good until the
 * next call but one; -ENOENT: it is gone. */
int kern_enter(struct kern *k, const struct node *node, struct netlink **ret_nl,
	       int *ret_ns, struct err *e);

#endif
