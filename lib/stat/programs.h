/*
 * programs.h — CPU time of the programs in each node, found by their network namespace:
 * jobs, what they started, and what other tools put there. Private to lib/stat.
 */
#ifndef STAT_PROGRAMS_H
#define STAT_PROGRAMS_H

#include <stdint.h>

#include "base/err.h"
#include "base/proc.h"
#include "base/vec.h"
#include "kern/netns.h"

struct program {
	struct proc proc;
	uint64_t cpu; /* ns, as it was seen last */
};

/* What is known of one namespace. */
struct programs_home {
	struct netns_id id;
	uint64_t cpu;	/* ns; it only grows: what has ended still counts */
	unsigned count; /* that run now */
};

struct programs {
	VEC(struct program) v; /* by pid */
};

/* Adds to the n homes what their programs have used since the last time, and counts
 * them. The homes are sorted by id. */
int programs_read(struct programs *p, struct programs_home *homes, size_t n,
		  struct err *e);
void programs_free(struct programs *p);

int programs_by_id(const void *a, const void *b); /* of homes, for qsort() */

#endif
