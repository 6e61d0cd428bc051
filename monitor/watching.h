/*
 * watching.h — a network that is being watched: samples, what follows from them, and
 * what is kept of them.
 */
#ifndef MONITOR_WATCHING_H
#define MONITOR_WATCHING_H

#include "monitor/scene.h"
#include "run/watch.h"
#include "stat/sample.h"

struct watching {
	const struct watch_request *w;
	struct sampler *sampler;
	struct snapshot *last; /* the newest */
	struct rates *rates;   /* of it */
	struct snapshot *held; /* frozen: the one that is looked at; NULL: the newest */
	struct rates *held_rates;
	struct stat_history *history;
	struct changes changes;
	struct places places;
	char *trouble; /* why the newest is not newer; NULL: all is well */
};

int watching_begin(struct watching *x, const struct watch_request *w, struct err *e);
void watching_end(struct watching *x);

/*
 * Reads a sample. What cannot be read is kept as trouble, and is no error; -ENOENT: the
 * network was destroyed.
 */
int watching_sample(struct watching *x, unsigned what, struct err *e);

/* Holds the present sample, or goes on with the newest. */
void watching_freeze(struct watching *x, bool frozen);

/* What there is to show now; good until the next sample. */
struct scene watching_scene(struct watching *x, uint64_t every, bool drawn);

/* The newest sample with only what was asked for; its arrays are its own, all else is
 * borrowed until the next sample. */
struct watching_part {
	struct snapshot snapshot;
	struct rates rates;
};
void watching_part(struct watching *x, struct watching_part *ret);
void watching_part_end(struct watching_part *p);

#endif
