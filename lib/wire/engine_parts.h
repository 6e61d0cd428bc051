/*
 * engine_parts.h — what engine.c (the loop) and links.c (what links there are) share.
 */
#ifndef WIRE_ENGINE_PARTS_H
#define WIRE_ENGINE_PARTS_H

#include <sys/epoll.h>

#include "base/vec.h"
#include "wire/direction.h"
#include "wire/engine.h"

enum { ENGINE_EVENTS = 64 };

struct way {
	struct direction direction;
	struct timer timer;
};

struct link_end {
	struct watch watch; /* of the tap, while it is there */
	int fd;		    /* the tap, also then when it is not watched */
	bool gone;
	struct wire_link *link;
	int index;
};

struct wire_link {
	struct engine *engine;
	uint32_t id, mtu;
	struct link_end end[2];
	struct way way[2]; /* way[i] is of what end[i] sends */
};

struct engine {
	int epoll, timer_fd;
	struct watch timer_watch;
	uint64_t armed; /* ns; what the timerfd is set to; TIMER_NEVER */
	uint64_t ran;	/* ns; when timers ran last */
	struct timers timers;
	struct pool pool;
	VEC(struct wire_link *) links; /* by id */
	struct epoll_event events[ENGINE_EVENTS];
	int event, n_events; /* the one that is handled, of how many */
	uint8_t *scratch;    /* POOL_PACKET_MAX bytes */
};

/* CLOCK_MONOTONIC */
uint64_t engine_clock(void);
/* After anything that may have changed when the way's direction is due. */
void engine_schedule(struct engine *g, struct way *w);
/* The watch.ready of a link's tap, … */
void engine_end_ready(struct watch *w, uint32_t events);
/* … and the deliver of what goes to it: cookie is the struct link_end. */
bool engine_end_write(void *cookie, struct packet *p);

#endif
