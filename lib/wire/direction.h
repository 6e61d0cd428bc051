/*
 * direction.h — what happens to the packets of one direction of a link.
 *
 *     put ─► queue ─► sender, at the rate ─► loss, … ─► on the way ─► deliver
 *
 * Time is a parameter and never goes back: ns, as of CLOCK_MONOTONIC. The caller
 * calls direction_run() when direction_due() has come; late calls make packets
 * late, but lose no rate, since every step counts from the time it was due.
 */
#ifndef WIRE_DIRECTION_H
#define WIRE_DIRECTION_H

#include "model/shape.h"
#include "wire/queue.h"

struct direction {
	struct shape shape;
	uint32_t mtu;
	struct wire_stats stats;
	struct pool *pool;
	/* Takes the packet over; false: the other side did not want it. */
	bool (*deliver)(void *cookie, struct packet *p);
	void *cookie;
	uint32_t number; /* parts the chance of directions that have the same seed */

	struct queue queue; /* with a rate only */
	struct packet *sending;
	uint64_t sent_at;      /* ns: when the last bit has left */
	uint64_t sent_at_part; /* of a ns, in units of 1/rate */

	struct chance_loss loss;
	struct chance duplicate, corrupt, reorder, jitter, slot;
	uint64_t slot_at; /* ns: when the next bunch leaves */

	/* On the way: those in order of their time in a list, the others in a heap. */
	struct packet *first, *last;
	struct timers others;
	size_t line_memory, line_memory_max; /* bytes */
};

/*
 * What user space can do of the shape, and of what it can, within what bounds:
 * -EOPNOTSUPP, -ERANGE, -EINVAL (shape_check() too).
 */
int direction_check(const struct shape *s, uint32_t mtu, struct err *e);

void direction_init(struct direction *d, uint32_t number, struct pool *pool,
		    bool (*deliver)(void *cookie, struct packet *p), void *cookie);

/*
 * Sets a shape that was checked. Packets in the queue move to the new one, those on
 * the way keep their time; chance begins anew with its seed (random: that seed, where
 * the shape has none).
 */
void direction_set(struct direction *d, const struct shape *s, uint32_t mtu,
		   uint64_t random, uint64_t now);

/* A packet that was measured; it is taken over. */
void direction_put(struct direction *d, struct packet *p, uint64_t now);
/* Does all that is due. */
void direction_run(struct direction *d, uint64_t now);
/* When that is so again; TIMER_NEVER. */
uint64_t direction_due(const struct direction *d);

/* Whether packets pass at once and unchanged, so that they need not be put. */
bool direction_is_plain(const struct direction *d);
/* Whether packets of 64 KiB may come, which stand for many frames, … */
bool direction_takes_super(const struct shape *s, uint32_t mtu);
/* … and packets without a checksum, which the other side trusts. */
bool direction_takes_unsummed(const struct shape *s);

/* Bytes of memory that what is on the way may take. */
uint64_t direction_line_max(const struct shape *s);

/* The counters, with the backlog as it is. */
struct wire_stats direction_stats(const struct direction *d);

/* Drops all packets. */
void direction_free(struct direction *d);

#endif
