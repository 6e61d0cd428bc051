/*
 * changes.h — which links and nodes changed lately: are new, went up or down, got
 * another shape. For some seconds, so that an eye finds them.
 */
#ifndef MONITOR_CHANGES_H
#define MONITOR_CHANGES_H

#include "stat/snapshot.h"

struct changes {
	VEC(struct {
		uint32_t id;
		uint64_t time;
	})
	v;
};

/* before NULL: nothing is new yet. */
void changes_add(struct changes *c, const struct snapshot *before,
		 const struct snapshot *now);
/* Whether the link or node changed in the seconds before `now`. */
bool changes_has(const struct changes *c, uint32_t id, const struct snapshot *now);
void changes_free(struct changes *c);

#endif
