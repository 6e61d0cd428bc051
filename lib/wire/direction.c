/*
 * direction.c — see direction.h.
 *
 * One packet is being sent at a time; when its last bit has left, chance decides
 * about it, and it is on the way until its time comes. Both are events, done in
 * the order of their times however late direction_run() is called, so a link is as
 * fast as it is said to be also on a machine that is busy with other things.
 */
#include "wire/direction.h"

#include "wire/packet.h"

#define NS_PER_S UINT64_C(1000000000)
#define BITS_NS (8 * NS_PER_S) /* of a byte, times ns of a second */

/* Parts the uses of chance; with the direction's number above it. */
enum stream {
	STREAM_QUEUE,
	STREAM_LOSS,
	STREAM_DUPLICATE,
	STREAM_CORRUPT,
	STREAM_REORDER,
	STREAM_JITTER,
	STREAM_SLOT,
	STREAMS = 16,
};

/* ---- on the way ---- */

static struct packet *of_timer(struct timer *t)
{
	return (struct packet *)((char *)t - offsetof(struct packet, timer));
}

static struct packet *line_first(const struct direction *d)
{
	struct timer *other = timers_first(&d->others);

	if (!other || (d->first && timer_before(&d->first->timer, other)))
		return d->first;
	return of_timer(other);
}

static void line_put(struct direction *d, struct packet *p, uint64_t due)
{
	const size_t memory = packet_memory(p);

	if (d->line_memory + memory > d->line_memory_max) {
		queue_drop(&d->queue, p);
		return;
	}
	d->line_memory += memory;
	d->stats.flying_packets += p->segments;
	d->stats.flying_bytes += p->wire_length;
	if (d->first && due < d->last->timer.due) {
		timers_set(&d->others, &p->timer, due);
		return;
	}
	p->timer = (struct timer){ .due = due, .order = d->others.next_order++ };
	p->next = NULL;
	*(d->first ? &d->last->next : &d->first) = p;
	d->last = p;
}

static struct packet *line_take(struct direction *d)
{
	struct packet *p = line_first(d);

	if (!p)
		return NULL;
	if (p == d->first)
		d->first = p->next;
	else
		timers_remove(&d->others, &p->timer);
	p->next = NULL;
	d->line_memory -= packet_memory(p);
	d->stats.flying_packets -= p->segments;
	d->stats.flying_bytes -= p->wire_length;
	return p;
}

static void deliver(struct direction *d, struct packet *p)
{
	const uint64_t packets = p->segments, bytes = p->wire_length;

	if (d->deliver(d->cookie, p)) {
		d->stats.packets += packets;
		d->stats.bytes += bytes;
	} else {
		d->stats.refused += packets;
	}
}

/* ---- chance ---- */

static uint64_t delay_of_one(struct direction *d)
{
	const struct shape *s = &d->shape;
	double ns;

	if (!s->jitter)
		return s->delay;
	ns = (double)s->delay +
	     (double)s->jitter * chance_deviation(&d->jitter, s->distribution);
	return ns > 0 ? (uint64_t)ns : 0;
}

/* The first bunch that leaves at that time or later. */
static uint64_t bunch_after(struct direction *d, uint64_t due)
{
	const struct shape *s = &d->shape;
	uint64_t apart;

	while (d->slot_at < due) {
		apart = s->slot_min +
			chance_below(&d->slot, s->slot_max - s->slot_min + 1);
		/* bunches that nobody was in are not counted one by one */
		if (due - d->slot_at > s->slot_max)
			d->slot_at = due + chance_below(&d->slot, apart + 1);
		else
			d->slot_at += apart ? apart : 1;
	}
	return d->slot_at;
}

static void fly(struct direction *d, struct packet *p, uint64_t sent)
{
	uint64_t due;

	if (d->shape.reorder && chance_happens(&d->reorder, d->shape.reorder)) {
		d->stats.reordered += p->segments;
		due = sent;
	} else {
		due = sent + delay_of_one(d);
		if (d->shape.slot_max)
			due = bunch_after(d, due);
	}
	if (due <= sent && !d->first && !d->others.n)
		deliver(d, p);
	else
		line_put(d, p, due);
}

static void corrupt(struct direction *d, struct packet *p)
{
	/* else the other side would fill in a checksum that fits */
	packet_checksum(p);
	packet_turn_bit(p, chance_below(&d->corrupt, 8ULL * (p->length - POOL_VNET)));
	d->stats.corrupted += p->segments;
}

/* The packet's last bit has left. */
static void sent(struct direction *d, struct packet *p, uint64_t at)
{
	const struct shape *s = &d->shape;
	struct packet *copy = NULL;

	if (chance_loses(&d->loss, s)) {
		d->stats.lost += p->segments;
		pool_give(d->pool, p);
		return;
	}
	if (s->duplicate && chance_happens(&d->duplicate, s->duplicate)) {
		d->stats.duplicated += p->segments;
		copy = pool_copy(d->pool, p);
	}
	if (s->corrupt && chance_happens(&d->corrupt, s->corrupt))
		corrupt(d, p);
	fly(d, p, at);
	if (copy)
		fly(d, copy, at);
}

/* ---- sending ---- */

static void send_next(struct direction *d, uint64_t now)
{
	uint64_t ns_parts;

	d->sending = queue_take(&d->queue, now);
	if (!d->sending)
		return;
	if (now > d->sent_at) {
		/* it was idle in between */
		d->sent_at = now;
		d->sent_at_part = 0;
	}
	ns_parts = d->sending->wire_length * BITS_NS + d->sent_at_part;
	d->sent_at += ns_parts / d->shape.rate;
	d->sent_at_part = ns_parts % d->shape.rate;
}

void direction_run(struct direction *d, uint64_t now)
{
	for (;;) {
		struct packet *first = line_first(d), *p;

		if (first && first->timer.due <= now &&
		    (!d->sending || first->timer.due <= d->sent_at)) {
			deliver(d, line_take(d));
		} else if (d->sending && d->sent_at <= now) {
			p = d->sending;
			sent(d, p, d->sent_at);
			send_next(d, d->sent_at);
		} else {
			break;
		}
	}
}

uint64_t direction_due(const struct direction *d)
{
	const struct packet *first = line_first(d);
	uint64_t due = first ? first->timer.due : TIMER_NEVER;

	return d->sending && d->sent_at < due ? d->sent_at : due;
}

void direction_put(struct direction *d, struct packet *p, uint64_t now)
{
	if (direction_due(d) <= now)
		direction_run(d, now);
	p->arrived = now;
	if (!d->shape.rate) {
		sent(d, p, now);
		return;
	}
	queue_put(&d->queue, p, now);
	if (!d->sending)
		send_next(d, now);
}

/* ---- setting ---- */

bool direction_is_plain(const struct direction *d)
{
	return !d->shape.rate && !shape_is_more_than_rate(&d->shape);
}

void direction_init(struct direction *d, uint32_t number, struct pool *pool,
		    bool (*deliver_fn)(void *cookie, struct packet *p), void *cookie)
{
	*d = (struct direction){
		.pool = pool, .deliver = deliver_fn, .cookie = cookie, .number = number
	};
	/* line_put() drops by it, whether there is a queue or not */
	d->queue.pool = pool;
	d->queue.stats = &d->stats;
}

static void set_chance(struct direction *d, uint64_t seed)
{
	const uint32_t base = d->number * STREAMS;

	chance_seed(&d->loss.chance, seed, base + STREAM_LOSS);
	d->loss.lost = false;
	chance_seed(&d->duplicate, seed, base + STREAM_DUPLICATE);
	chance_seed(&d->corrupt, seed, base + STREAM_CORRUPT);
	chance_seed(&d->reorder, seed, base + STREAM_REORDER);
	chance_seed(&d->jitter, seed, base + STREAM_JITTER);
	chance_seed(&d->slot, seed, base + STREAM_SLOT);
	d->slot_at = 0;
}

void direction_set(struct direction *d, const struct shape *s, uint32_t mtu,
		   uint64_t random, uint64_t now)
{
	const uint64_t seed = s->has_seed ? s->seed : random;
	struct queue old;
	struct packet *p;
	uint64_t again;

	direction_run(d, now);
	old = d->queue;
	d->shape = *s;
	d->mtu = mtu;
	d->line_memory_max = direction_line_max(s);
	set_chance(d, seed);
	d->queue = (struct queue){ .pool = d->pool, .stats = &d->stats };
	d->sent_at_part = 0;
	if (s->rate)
		queue_init(&d->queue, s, mtu, seed, d->number * STREAMS + STREAM_QUEUE,
			   d->pool, &d->stats);
	/* what was being sent is, at the new rate, if that ends sooner */
	if (!s->rate) {
		p = d->sending;
		d->sending = NULL;
		d->sent_at = now;
		if (p)
			sent(d, p, now);
	} else if (d->sending) {
		again = now + queue_time(&d->queue, d->sending->wire_length);
		if (d->sent_at > again)
			d->sent_at = again;
	}
	while ((p = queue_take_any(&old))) {
		if (!s->rate)
			sent(d, p, now);
		else
			queue_put(&d->queue, p, now);
	}
	queue_free(&old);
	if (s->rate && !d->sending)
		send_next(d, now);
}

struct wire_stats direction_stats(const struct direction *d)
{
	struct wire_stats stats = d->stats;

	stats.backlog_packets = d->queue.packets;
	stats.backlog_bytes = d->queue.bytes;
	if (d->sending) {
		stats.backlog_packets += d->sending->segments;
		stats.backlog_bytes += d->sending->wire_length;
	}
	return stats;
}

void direction_free(struct direction *d)
{
	struct packet *p;

	while ((p = line_take(d)))
		pool_give(d->pool, p);
	pool_give(d->pool, d->sending);
	d->sending = NULL;
	queue_free(&d->queue);
	timers_free(&d->others);
}
