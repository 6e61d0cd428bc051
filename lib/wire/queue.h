/*
 * queue.h — the queue before a link: packets wait in it until the link is free.
 *
 * Time is a parameter. A packet that is put in is the queue's, which may give it
 * back to the pool (drop it) then or later; one that is taken is the caller's.
 * Lengths are those of the frames that a packet stands for.
 */
#ifndef WIRE_QUEUE_H
#define WIRE_QUEUE_H

#include "model/shape.h"
#include "wire/chance.h"
#include "wire/pool.h"

/* What one direction of a link did since it was added. */
struct wire_stats {
	uint64_t packets, bytes; /* given to the other side; frames, as on a wire */
	uint64_t dropped;	 /* by the queue, or for want of room on the way */
	uint64_t lost;		 /* on purpose */
	uint64_t refused;	 /* by the other interface: down, or gone */
	uint64_t marked, duplicated, corrupted, reordered;
	uint64_t backlog_packets, backlog_bytes; /* now in the queue */
	uint64_t flying_packets, flying_bytes;	 /* now on the way */
};

/* First in, first out. */
struct fifo {
	struct packet *head, *tail;
	uint64_t bytes;
};

void fifo_put(struct fifo *f, struct packet *p);
struct packet *fifo_take(struct fifo *f); /* NULL: empty */

struct queue;

/* How one AQM works; state is what new() returned. */
struct queue_kind {
	/* its state, a malloc()ed block; NULL as a member: it needs none */
	void *(*new)(const struct queue *q);
	/* p was measured and has its time of arrival; may drop it by queue_drop() */
	void (*put)(struct queue *q, struct packet *p, uint64_t now);
	/* the next to leave; NULL: nothing is in it (any more) */
	struct packet *(*take)(struct queue *q, uint64_t now);
	/* one of those that are left, in any order but a flow's; NULL: none is */
	struct packet *(*take_any)(struct queue *q);
};

struct queue {
	const struct queue_kind *kind; /* NULL: a zeroed queue, which holds nothing */
	void *state;
	struct fifo fifo; /* of the kinds with one */
	struct pool *pool;
	struct wire_stats *stats; /* dropped and marked are counted here */
	struct chance chance;
	uint64_t rate;	/* bits a second */
	uint64_t limit; /* bytes */
	uint64_t packets_max;
	uint64_t frame_max; /* bytes of the longest frame */
	uint64_t bytes, packets;
	bool ecn;
};

/* -EOPNOTSUPP for an AQM that is not there. */
int queue_check(const struct shape *s, struct err *e);
/* For a shape that was checked, with a rate. */
void queue_init(struct queue *q, const struct shape *s, uint32_t mtu, uint64_t seed,
		uint32_t stream, struct pool *pool, struct wire_stats *stats);
void queue_put(struct queue *q, struct packet *p, uint64_t now);
struct packet *queue_take(struct queue *q, uint64_t now);
struct packet *queue_take_any(struct queue *q);
/* Drops what is in it. */
void queue_free(struct queue *q);

/* ---- for the kinds ---- */

/* Whether p has no room; drops it then. */
bool queue_is_full(struct queue *q, struct packet *p);
/* Counts a packet in and out. */
void queue_count(struct queue *q, const struct packet *p, int direction);
void queue_drop(struct queue *q, struct packet *p);
/* Marks the packet instead of dropping it; false: it, or the shape, does not allow that.
 */
bool queue_mark(struct queue *q, struct packet *p);
/* ns that those bytes take at the queue's rate. */
uint64_t queue_time(const struct queue *q, uint64_t bytes);

struct packet *queue_fifo_take(struct queue *q, uint64_t now);
struct packet *queue_fifo_take_any(struct queue *q);

extern const struct queue_kind queue_codel, queue_fq_codel, queue_red, queue_pie;

#endif
