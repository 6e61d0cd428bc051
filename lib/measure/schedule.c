/*
 * schedule.c — see schedule.h.
 *
 * Probes go both ways at once: they are few, and disturb nothing. The rates are measured
 * one after the other, for each may take a processor of its own. A phase sends for a
 * part of its time and leaves the rest for what is under way; where the delay is longer
 * than that, the next phase begins meanwhile, so that the delay counts only once.
 */
#include "measure/schedule.h"

#include <math.h>

#include "base/mem.h"
#include "measure/clock.h"
#include "measure/frame.h"

enum {
	BITS_PER_BYTE = 8,
	PROBES = 1000,	      /* that show a delay */
	PROBES_JITTER = 2000, /* … and how it varies */
	PROBES_MAX = 2000000, /* as many as are kept in memory */
	PROBES_PER_S = 200,   /* where there is more time than needed */
	EVENTS = 400,	      /* show a probability to 13 % of itself, in 99 % of runs */
	PROBE_SHARE = 5,      /* probes take a fifth of the rate at most … */
	UNDER_WAY = 500,      /* … and there are at most so many on the way */
	FRAMES = 100,	      /* that show a rate */
	SETTLE_NS = 50000000, /* for what is still under way, in addition to the delay */
	LAST_NS = 600000000,  /* the same, at the very end */
	SIGMAS = 4,
	TCP_SHARE = 15, /* % of the time, for each direction */
	TCP_TRIPS = 20, /* round trips in that time, at least */
};

static const uint64_t interval_min = 100000, tick_min = 100000, tick_max = 1000000;

static uint64_t longest(const struct shape *s)
{
	return s->delay + SIGMAS * s->jitter + s->slot_max;
}

static double frame_ns(const struct shape *s, double bytes)
{
	return s->rate ? bytes * BITS_PER_BYTE * SECOND / (double)s->rate : 0;
}

struct schedule schedule_make(uint64_t time, const struct shape *there,
			      const struct shape *back, bool tcp)
{
	static const struct {
		struct schedule_phase phase;
		unsigned share, share_tcp; /* % of the time */
	} plan[] = {
		{ { .kind = SCHEDULE_PROBES, .way = -1 }, 50, 40 },
		{ { .kind = SCHEDULE_FULL, .way = 0 }, 25, 15 },
		{ { .kind = SCHEDULE_FULL, .way = 1 }, 25, 15 },
		{ { .kind = SCHEDULE_TCP, .way = 0 }, 0, TCP_SHARE },
		{ { .kind = SCHEDULE_TCP, .way = 1 }, 0, TCP_SHARE },
	};
	struct schedule s = { .delay = longest(there) };
	uint64_t at = 0;

	/* too few round trips show how a connection begins, not how fast it is */
	tcp = tcp && time / 100 * TCP_SHARE > TCP_TRIPS * (there->delay + back->delay);

	if (longest(back) > s.delay)
		s.delay = longest(back);
	for (size_t i = 0; i < ARRAY_LEN(plan); i++) {
		unsigned share = tcp ? plan[i].share_tcp : plan[i].share;
		struct schedule_phase p = plan[i].phase;
		uint64_t slot = time / 100 * share, sending = slot / 2;

		if (!share)
			continue;
		if (p.kind == SCHEDULE_TCP)
			sending = slot * 3 / 4;
		else if (slot > s.delay + SETTLE_NS &&
			 slot - s.delay - SETTLE_NS > sending)
			sending = slot - s.delay - SETTLE_NS;
		/* what was sent above the rate must leave the queue, too */
		if (p.kind == SCHEDULE_FULL && sending > slot * 7 / 10)
			sending = slot * 7 / 10;
		p.begin = at;
		p.quiet = at + sending;
		at += slot;
		p.end = at;
		s.phases[s.n++] = p;
	}
	s.end = at + s.delay + LAST_NS;
	return s;
}

/* ---- probes ---- */

static double wanted(uint32_t chance)
{
	return chance ? (double)EVENTS * SHAPE_CERTAIN / chance : 0;
}

static double probes_wanted(const struct shape *s)
{
	const double all = SHAPE_CERTAIN;
	double memory = s->loss_correlation / all;
	const double counts[] = {
		s->jitter ? PROBES_JITTER : PROBES,
		wanted(s->loss) * (memory < 1 ? (1 + memory) / (1 - memory) : 1),
		/* a burst is one event, and begins only where none is */
		s->burst_begin
			? wanted(s->burst_begin) *
				  (1 + (double)s->burst_begin / (s->burst_end + 1.0))
			: 0,
		wanted(s->duplicate),
		wanted(s->reorder),
		wanted(s->corrupt),
	};
	double n = 0;

	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		if (counts[i] > n)
			n = counts[i];
	return n < PROBES_MAX ? n : PROBES_MAX;
}

/* Probes that are closer may wait for each other. */
static double least_interval(const struct shape *s, uint32_t mtu, uint32_t probe)
{
	double least = interval_min, under_way = UNDER_WAY, room;

	if (s->rate || s->queue) {
		/* the queue may hold those that are being delayed, too */
		room = (double)shape_queue_limit(s, mtu) / (mtu + SHAPE_FRAME_HEADER) / 2;
		if (room < 1)
			room = 1;
		if (room < under_way)
			under_way = room;
	}
	if (least < (double)longest(s) / under_way)
		least = (double)longest(s) / under_way;
	if (least < PROBE_SHARE * frame_ns(s, probe))
		least = PROBE_SHARE * frame_ns(s, probe);
	return least;
}

uint64_t schedule_probe_interval(const struct shape *s, uint32_t mtu, uint32_t probe,
				 uint64_t sending)
{
	double interval = fmin((double)sending / probes_wanted(s), SECOND / PROBES_PER_S);
	double least = least_interval(s, mtu, probe);

	/* one that overtakes must have something to overtake */
	if (s->reorder && interval > (double)s->delay / 4)
		interval = (double)s->delay / 4;
	return (uint64_t)(interval > least ? interval : least);
}

uint64_t schedule_time_wanted(const struct shape *s, uint32_t mtu, uint32_t probe)
{
	double sending = probes_wanted(s) * least_interval(s, mtu, probe);
	double slot = sending + (double)longest(s) + SETTLE_NS;
	/* of which probes have two fifths */
	double ns = slot * 5 / 2, most = 3600.0 * SECOND;

	return (uint64_t)(ns < most ? ns : most);
}

/* ---- full frames ---- */

uint32_t schedule_frame(const struct shape *s, uint32_t mtu, uint64_t sending)
{
	double full = (double)mtu + SHAPE_FRAME_HEADER, frame = full;

	if (s->rate)
		frame = (double)s->rate / BITS_PER_BYTE * (double)sending / SECOND /
			FRAMES;
	if (frame > full)
		frame = full;
	return frame < FRAME_MIN ? FRAME_MIN : (uint32_t)frame;
}

uint64_t schedule_offer(const struct shape *s)
{
	return s->rate + s->rate * 3 / 10;
}

uint64_t schedule_tick(const struct shape *s, uint32_t mtu)
{
	double tick = frame_ns(s, (double)shape_queue_limit(s, mtu)) / 4;

	return tick < (double)tick_min	 ? tick_min
	       : tick > (double)tick_max ? tick_max
					 : (uint64_t)tick;
}

uint64_t schedule_room(const struct shape *s, uint32_t frame)
{
	const uint64_t least = 4 << 20, most = 256 << 20;
	double frames = (double)s->rate / BITS_PER_BYTE / frame *
			(double)(longest(s) + SECOND / 10) / SECOND;
	double room = frames * (frame + SCHEDULE_FRAME_OVERHEAD);

	return room < (double)least ? least : room > (double)most ? most : (uint64_t)room;
}
