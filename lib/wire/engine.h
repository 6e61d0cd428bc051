/*
 * engine.h — all wire links of a network, and the loop that carries their packets.
 *
 * One thread does everything. It sleeps until a packet comes or is due: a link
 * without traffic costs nothing. Links are known by numbers, which are the caller's.
 */
#ifndef WIRE_ENGINE_H
#define WIRE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/shape.h"
#include "wire/queue.h"

struct engine;

/* Something else that the loop looks after. */
struct watch {
	int fd; /* -1: not watched */
	/* It can be read (or is at its end). May unwatch, itself too. */
	void (*ready)(struct watch *w, uint32_t events);
};

struct wire_link_stats {
	struct wire_stats direction[2]; /* of the packets that end 0, and end 1, sends */
	bool gone[2];			/* the interface of that end was deleted */
	struct shape shape[2];		/* in force */
};

/* NULL: e says why. */
struct engine *engine_new(struct err *e);
void engine_free(struct engine *g);

/*
 * A link between two tap devices (see tap.h). shapes[i] is what happens to what the
 * node with taps[i] sends. The descriptors are taken over on success only.
 * -EEXIST, and what direction_check() and tap_check() say.
 */
int engine_add(struct engine *g, uint32_t id, uint32_t mtu, const struct shape shapes[2],
	       const int taps[2], struct err *e);
/* -ENOENT as those below; direction 0 or 1, else -EINVAL. */
int engine_shape(struct engine *g, uint32_t id, unsigned direction, const struct shape *s,
		 struct err *e);
int engine_mtu(struct engine *g, uint32_t id, uint32_t mtu, struct err *e);
/* Packets on the way are lost; the tap devices go with it, unless somebody has them
 * open. */
int engine_remove(struct engine *g, uint32_t id, struct err *e);
int engine_stats(const struct engine *g, uint32_t id, struct wire_link_stats *ret,
		 struct err *e);
/* Up to max numbers of links, from that one on in ascending order; how many. */
size_t engine_list(const struct engine *g, uint32_t from, uint32_t *ret, size_t max);

/* 0 or -errno. The watch and its descriptor stay the caller's. */
int engine_watch(struct engine *g, struct watch *w);
/* Fine where it is not watched. */
void engine_unwatch(struct engine *g, struct watch *w);

/* Waits until something is to be done, and does it. A failure is fatal. */
int engine_turn(struct engine *g, struct err *e);

#endif
