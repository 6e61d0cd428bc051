/*
 * nics.h — interfaces of the machine in nodes: moved there, and back before the node's
 * namespace ends, with what they had (see nic_record.h, written before the move).
 *
 * Where an interface cannot be had any more, or does not take all that it had, this is
 * told, a line each, and all else goes on.
 */
#ifndef RUN_NICS_H
#define RUN_NICS_H

#include "plan/plan.h"
#include "run/network.h"

/* Before the plan's steps: the machine has back what its models do not have, or what is
 * in a node that is made anew. */
int nics_release(struct network *n, const struct plan *p, struct str *told,
		 struct err *e);

/*
 * Makes the nodes have the interfaces that they have in m. from: nodes that it has are
 * taken to have theirs; NULL: everything is looked at, and what was missing is told in
 * report, if that is not NULL; what cannot be mended, too, or else in the notices.
 */
int nics_reach(struct network *n, const struct model *m, const struct model *from,
	       struct str *report, struct err *e);

/* Whether the machine can have all back of the network in dir: -EXDEV where some is of
 * another one. */
int nics_check_end(const char *dir, struct err *e);
/* The machine has all back of the network in dir. */
int nics_end(const char *dir, struct str *told, struct err *e);

#endif
