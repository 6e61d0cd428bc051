/*
 * carry.h — getting the kernel from one model to another: a plan carried out
 * in pieces, or whatever mends what is found.
 */
#ifndef RUN_CARRY_H
#define RUN_CARRY_H

#include "base/str.h"
#include "plan/plan.h"
#include "run/network.h"

/*
 * Carries out the plan. Before the first node ends the journal is told, if
 * journal is set, and *ret_ending says so; until then hooks may interrupt (-EINTR).
 * What the machine lacked of uplinks, and nodes of its interfaces, is told in report, if
 * it is not NULL.
 * On failure a part was done; -ECHILD: a kept command failed, and nothing else where
 * there is no way back.
 */
int carry_out(struct network *n, const struct plan *p, bool journal,
	      const struct hooks *hooks, struct str *report, bool *ret_ending,
	      struct err *e);

/*
 * Looks at what is there and makes it the target. other: the model that the kernel may
 * be on the way from or to; all: everything is looked at, not just what differs between
 * the two. What had to be mended is told in report, a line each. -ECHILD: all but a kept
 * command that failed.
 */
int carry_to(struct network *n, const struct model *target, const struct model *other,
	     bool all, const struct hooks *hooks, struct str *report, struct err *e);

#endif
