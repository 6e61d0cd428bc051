/*
 * judge.c — see judge.h.
 *
 * Every quantity has a range that the shape allows and a tolerance; what is outside is
 * off, unless something seen during the run explains it: then it could not be told.
 * Chances are compared with the interval that contains the true one in 99.9 % of all
 * runs, so that eight of them in two directions seldom raise a false alarm.
 */
#include "measure/judge.h"

#include <math.h>
#include <stddef.h>

#include "base/mem.h"
#include "measure/count.h"
#include "measure/statistics.h"

enum {
	NS_PER_S = 1000000000,
	BITS_PER_BYTE = 8,
	NOISE_NS = 100000,  /* what a kernel's timers and queues cost a frame, at most */
	SPREAD_NS = 200000, /* … and how much that varies */
	SLOW_TIMERS = 4,    /* an error of so many times the timers' is the timers' */
	FRAMES_MIN = 20,    /* for a rate */
	DELAYS_MIN = 50,    /* for a jitter */
	EVENTS_MIN = 10,    /* for a probability: so many should have happened */
};

#define BUSY 0.95	    /* processors used more than that are saturated */
#define RATE_TOLERANCE 0.02 /* relative */
#define OTHERS 0.05	    /* a share of the rate that others may use unnoticed */
#define DELAY_TOLERANCE 0.02
#define JITTER_TOLERANCE 0.05
#define TAIL_TOLERANCE 0.15 /* the same for pareto, where a few packets decide */
#define KS_TOLERANCE 0.03   /* what the timers do to a distribution */
#define STRAY_REORDER 0.001 /* two processors may swap two packets, now and then */

static const char *const quantities[] = { "rate",	  "delay",   "jitter",
					  "distribution", "loss",    "burst",
					  "duplicate",	  "reorder", "corrupt" };
static const char *const verdicts[] = { "not set", "ok", "not as set", "could not tell" };
static const char *const flags[] = {
	"the processors were saturated",
	"the sender could not keep up",
	"the receiver could not keep up",
	"the queue is below the bandwidth-delay product",
	"timers are too coarse here",
	"too few packets",
	"the clock was set during the run",
	"another part of the shape hides it",
	"there was other traffic on the link",
};

const char *measure_quantity_name(enum measure_quantity q)
{
	return (size_t)q < ARRAY_LEN(quantities) ? quantities[q] : NULL;
}

const char *measure_verdict_text(enum measure_verdict v)
{
	return (size_t)v < ARRAY_LEN(verdicts) ? verdicts[v] : NULL;
}

const char *measure_flag_text(enum measure_flag f)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if ((unsigned)f == 1U << i)
			return flags[i];
	return NULL;
}

void measure_samples_free(struct measure_samples *s)
{
	vec_free(&s->arrivals);
}

static double part(uint32_t chance)
{
	return (double)chance / SHAPE_CERTAIN;
}

static double frame_ns(const struct shape *set, double bytes)
{
	return set->rate ? bytes * BITS_PER_BYTE * NS_PER_S / (double)set->rate : 0;
}

/* Outside: how far achieved is from the range. */
static double beyond(double achieved, double low, double high)
{
	return achieved < low ? achieved - low : achieved > high ? achieved - high : 0;
}

/* excuses: the flags that explain a difference. */
static void decide(struct measure_line *l, bool within, uint32_t excuses)
{
	l->error = l->set != 0 ? (l->achieved - l->set) / l->set : l->achieved;
	l->verdict = within ? MEASURE_OK : excuses ? MEASURE_UNKNOWN : MEASURE_OFF;
	l->flags = l->verdict == MEASURE_UNKNOWN ? excuses : 0;
}

static void cannot_tell(struct measure_line *l, uint32_t why)
{
	l->error = NAN;
	if (!isnan(l->achieved) && l->set != 0)
		l->error = (l->achieved - l->set) / l->set;
	l->verdict = MEASURE_UNKNOWN;
	l->flags = why;
}

/* ---- rate ---- */

static void judge_rate(const struct shape *set, const struct measure_samples *s,
		       struct measured *m)
{
	struct measure_line *l = &m->lines[MEASURE_RATE];
	uint32_t excuses = 0;
	double tolerance, expected, own;

	own = (double)(s->frames + s->frames_missed) * s->frame;
	if (s->frames && s->span)
		m->rate = (uint64_t)((own + (double)s->others_full) * BITS_PER_BYTE *
				     NS_PER_S / (double)s->span);
	m->offered = s->offered;
	l->set = (double)set->rate;
	l->achieved = m->rate || set->rate ? (double)m->rate : NAN;
	if (s->cpu_full > BUSY)
		excuses |= MEASURE_CPU;
	/* a queue that pressed back was full: then the sender was fast enough */
	if (set->rate && !s->pressed && (double)s->offered < 1.05 * (double)set->rate)
		excuses |= MEASURE_SENDER;
	/* a short queue runs dry meanwhile */
	if ((double)s->stalled > RATE_TOLERANCE / 2 * (double)s->watched)
		excuses |= MEASURE_SENDER;
	if (s->frames_missed)
		excuses |= MEASURE_RECEIVER;
	if ((double)s->others_full > OTHERS * own)
		excuses |= MEASURE_TRAFFIC;
	m->flags |= excuses;
	if (!set->rate)
		return; /* as fast as it goes: whatever that is */
	/* a link that lets through nothing has nothing to count, and is seen even so */
	expected = fmin((double)s->offered, (double)set->rate) / BITS_PER_BYTE /
		   s->frame * (double)s->watched / NS_PER_S;
	if (s->frames < FRAMES_MIN && expected < FRAMES_MIN)
		excuses |= MEASURE_FEW;
	if (!s->offered) {
		cannot_tell(l, excuses | MEASURE_FEW);
		return;
	}
	tolerance = RATE_TOLERANCE + (s->frames ? 1.0 / (double)s->frames : 0);
	/* loss may come behind the queue, and so may duplicates */
	decide(l,
	       beyond(l->achieved,
		      l->set * (1 - m->lines[MEASURE_LOSS].set) * (1 - tolerance),
		      l->set * (1 + part(set->duplicate)) * (1 + tolerance)) == 0,
	       excuses);
	m->flags |= l->flags;
}

/* ---- delay ---- */

static uint32_t delay_excuses(const struct measure_samples *s, double error)
{
	uint32_t excuses = 0;

	if (s->cpu > BUSY)
		excuses |= MEASURE_CPU;
	if (s->clock_changed > NOISE_NS)
		excuses |= MEASURE_CLOCK;
	if (s->others > s->sent * s->probe)
		excuses |= MEASURE_TRAFFIC;
	if (fabs(error) <= SLOW_TIMERS * (double)s->late)
		excuses |= MEASURE_TIMER;
	return excuses;
}

static void judge_delay(const struct shape *set, const struct measure_samples *s,
			const struct measure_count *c, struct measured *m)
{
	struct measure_line *l = &m->lines[MEASURE_DELAY];
	double low, high, tolerance, off;

	l->set = statistics_delay_mean(set);
	if (!c->n_delays) {
		l->achieved = NAN;
		cannot_tell(l, MEASURE_FEW);
		return;
	}
	l->achieved = (double)(set->jitter ? m->delay_mean : m->delay_median);
	if (s->takes_time)
		l->achieved -= frame_ns(set, s->probe);
	tolerance = fmax(DELAY_TOLERANCE * l->set, NOISE_NS);
	tolerance += STATISTICS_Z999 * statistics_delay_deviation(set) /
		     sqrt((double)c->n_delays);
	/* in slots it waits for the next; for the kernel's rate only if another frame has
	 * just gone, ours or not */
	low = l->set - tolerance;
	high = l->set + tolerance + (double)set->slot_max;
	if (!s->takes_time)
		high += frame_ns(set, s->probe);
	off = beyond(l->achieved, low, high);
	decide(l, off == 0, delay_excuses(s, off));
	m->flags |= l->flags;
}

static void judge_jitter(const struct shape *set, const struct measure_samples *s,
			 const struct measure_count *c, struct measured *m)
{
	struct measure_line *l = &m->lines[MEASURE_JITTER];
	double n = (double)c->n_delays, tolerance, spread, off;

	l->set = statistics_delay_deviation(set);
	l->achieved = m->jitter;
	if (c->n_delays < (set->jitter ? DELAYS_MIN : 2)) {
		l->achieved = c->n_delays ? m->jitter : NAN;
		cannot_tell(l, MEASURE_FEW);
		return;
	}
	if (set->jitter) {
		tolerance = set->distribution == SHAPE_PARETO ? TAIL_TOLERANCE
							      : JITTER_TOLERANCE;
		tolerance = fmax((tolerance + STATISTICS_Z999 / sqrt(2 * n)) * l->set,
				 SPREAD_NS);
		off = beyond(m->jitter, l->set - tolerance,
			     l->set + tolerance + (double)set->slot_max);
	} else {
		/* a single packet that met a busy processor must not decide */
		spread = (double)(statistics_quantile(c->delays, c->n_delays, 0.84) -
				  statistics_quantile(c->delays, c->n_delays, 0.16)) /
			 2;
		off = beyond(spread, 0,
			     fmax(DELAY_TOLERANCE * (double)set->delay, SPREAD_NS) +
				     (double)set->slot_max);
	}
	decide(l, off == 0, delay_excuses(s, off));
	m->flags |= l->flags;
}

static void judge_distribution(const struct shape *set, const struct measure_samples *s,
			       const struct measure_count *c, struct measured *m)
{
	struct measure_line *l = &m->lines[MEASURE_DISTRIBUTION];
	double n = (double)c->n_delays;

	l->achieved = m->ks = NAN;
	if (!set->jitter)
		return;
	/* 1.95: the 99.9 % point of D times the root of n */
	l->set = KS_TOLERANCE + (n > 0 ? 1.95 / sqrt(n) : 1);
	if (c->n_delays < DELAYS_MIN || set->slot_max) {
		cannot_tell(l, set->slot_max ? MEASURE_MIXED : MEASURE_FEW);
		return;
	}
	m->ks = statistics_ks(set, c->delays, c->n_delays,
			      statistics_delay_median(set) - (double)m->delay_median);
	l->achieved = m->ks;
	decide(l, m->ks <= l->set, delay_excuses(s, (double)set->jitter));
	m->flags |= l->flags;
}

/* ---- chances ---- */

/*
 * Of n probes k had it happen to them. slack: what may be added or missing without
 * being wrong. weight: how many independent trials a probe is worth.
 */
static void judge_chance(struct measure_line *l, double set, uint64_t k, uint64_t n,
			 double weight, double slack, uint32_t excuses)
{
	double trials = (double)n * weight, low, high;

	l->set = set;
	l->achieved = n ? (double)k / (double)n : NAN;
	statistics_wilson(l->achieved * trials, n ? trials : 0, STATISTICS_Z99, &l->low,
			  &l->high);
	if (!n) {
		cannot_tell(l, excuses | MEASURE_FEW);
		return;
	}
	statistics_wilson(l->achieved * trials, trials, STATISTICS_Z999, &low, &high);
	if (set >= low - slack && set <= high + slack && set > 0 && set < 1 &&
	    set * trials < EVENTS_MIN)
		cannot_tell(l, excuses | MEASURE_FEW);
	else
		decide(l, set >= low - slack && set <= high + slack, excuses);
}

static void judge_loss(const struct shape *set, const struct measure_samples *s,
		       const struct measure_count *c, struct measured *m)
{
	struct measure_line *l = &m->lines[MEASURE_LOSS];
	double begin = part(set->burst_begin), end = part(set->burst_end);
	double chance = part(set->loss), memory = part(set->loss_correlation);
	uint32_t excuses = s->missed ? MEASURE_RECEIVER : 0;

	if (begin > 0) {
		chance = begin / (begin + end);
		memory = 1 - begin - end;
	}
	/* trials that depend on each other tell less; a memory of -1 to 0 tells no less
	 */
	if (memory < 0)
		memory = 0;
	judge_chance(l, chance, c->lost, s->sent, fmax((1 - memory) / (1 + memory), 1e-6),
		     chance * part(set->duplicate), excuses);
	m->loss = isnan(l->achieved) ? 0 : l->achieved;
	m->loss_low = l->low;
	m->loss_high = l->high;
	m->flags |= l->flags | excuses;
}

static void judge_burst(const struct shape *set, const struct measure_samples *s,
			const struct measure_count *c, struct measured *m)
{
	struct measure_line *l = &m->lines[MEASURE_BURST];
	double end = part(set->burst_end), n = (double)c->bursts, tolerance;
	uint32_t excuses = s->missed ? MEASURE_RECEIVER : 0;

	l->achieved = c->bursts ? (double)c->lost / n : NAN;
	if (!set->burst_begin || end <= 0)
		return;
	l->set = 1 / end;
	if (c->bursts < EVENTS_MIN) {
		cannot_tell(l, excuses | MEASURE_FEW);
		return;
	}
	/* their lengths are geometric; a duplicate may part a burst in two */
	tolerance = STATISTICS_Z999 * sqrt(1 - end) / end / sqrt(n) + 0.01 * l->set +
		    part(set->duplicate) * l->set;
	decide(l, fabs(l->achieved - l->set) <= tolerance, excuses);
	m->flags |= l->flags;
}

static void judge_others(const struct shape *set, const struct measure_samples *s,
			 const struct measure_count *c, struct measured *m)
{
	struct measure_line *reorder = &m->lines[MEASURE_REORDER];
	double duplicate = part(set->duplicate), corrupt = part(set->corrupt);
	double lost = m->lines[MEASURE_LOSS].set;
	/* engines differ in whether a copy may be lost, or changed, by itself */
	double slack = duplicate * (lost + corrupt) + STRAY_REORDER * 0.01;
	bool hidden = set->jitter || set->slot_max;

	judge_chance(&m->lines[MEASURE_DUPLICATE], duplicate, c->duplicates, c->arrived,
		     1, duplicate > 0 ? slack : 0, 0);
	judge_chance(&m->lines[MEASURE_CORRUPT], corrupt, c->corrupted,
		     c->arrived + c->duplicates, 1, corrupt > 0 ? corrupt * duplicate : 0,
		     0);
	/* a probe overtakes only what is still under way */
	hidden |= set->reorder && (double)s->interval * 2 > (double)set->delay;
	judge_chance(reorder, part(set->reorder), c->overtaking, c->arrived, 1,
		     STRAY_REORDER + part(set->reorder) * (lost + part(set->reorder)) / 4,
		     0);
	if (hidden)
		cannot_tell(reorder, MEASURE_MIXED);
	if (hidden && !set->reorder)
		*reorder = (struct measure_line){ .achieved = reorder->achieved };
	for (int q = MEASURE_DUPLICATE; q < MEASURE_QUANTITIES; q++)
		m->flags |= m->lines[q].flags;
}

void measure_judge(const struct shape *set, const struct measure_samples *s,
		   struct measured *ret)
{
	struct measured m = { .sent = s->sent, .timer_late = s->late };
	struct measure_count c;

	measure_count(s, set->reorder > 0, &c);
	m.cpu = fmax(s->cpu, s->cpu_full);
	m.goodput = s->goodput;
	m.refused = s->refused;
	m.lost = c.lost;
	m.bursts = c.bursts;
	m.duplicates = c.duplicates;
	m.late = c.late;
	m.overtaking = c.overtaking;
	m.corrupted = c.corrupted;
	if (c.n_delays) {
		double mean = statistics_mean(c.delays, c.n_delays);

		m.delay_min = c.delays[0];
		m.delay_max = c.delays[c.n_delays - 1];
		m.delay_mean = (uint64_t)llround(mean);
		m.delay_median = statistics_quantile(c.delays, c.n_delays, 0.5);
		m.delay_p99 = statistics_quantile(c.delays, c.n_delays, 0.99);
		m.jitter = statistics_deviation(c.delays, c.n_delays, mean);
	}
	m.flags |= delay_excuses(s, INFINITY);
	if (set->rate && set->queue &&
	    (double)shape_queue_limit(set, s->mtu) * BITS_PER_BYTE * NS_PER_S <
		    2 * (double)set->delay * (double)set->rate)
		m.flags |= MEASURE_QUEUE;
	judge_loss(set, s, &c, &m); /* first: the others ask what it sets */
	judge_burst(set, s, &c, &m);
	judge_rate(set, s, &m);
	judge_delay(set, s, &c, &m);
	judge_jitter(set, s, &c, &m);
	judge_distribution(set, s, &c, &m);
	judge_others(set, s, &c, &m);
	measure_count_free(&c);
	*ret = m;
}
