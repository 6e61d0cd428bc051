/*
 * judge.h — from what was seen of the frames of one direction to figures, and from
 * these and the shape that was set to a verdict. Pure.
 */
#ifndef MEASURE_JUDGE_H
#define MEASURE_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "model/shape.h"

/* ---- what was seen ---- */

/* A probe that came out of the link. */
struct measure_arrival {
	uint64_t seq;	/* numbered from 0 in the order of sending */
	uint64_t delay; /* ns */
	bool damaged;	/* its content was changed; the delay means nothing then */
	bool nameless;	/* … so much that seq means nothing either */
};

struct measure_samples {
	/* probes: few and small, so that they never wait for each other */
	VEC(struct measure_arrival) arrivals; /* in the order they came */
	uint64_t sent;
	uint64_t refused;	/* the queue had no room for them; not in sent */
	uint64_t missed;	/* came, but the receiver had no room for them */
	uint64_t others;	/* bytes of other frames that came meanwhile */
	uint32_t probe;		/* bytes of each frame */
	bool takes_time;	/* each takes its time at the rate, before the delay */
	uint64_t interval;	/* ns between two, on average */
	uint64_t late;		/* ns that timers were late, the median */
	uint64_t clock_changed; /* ns that the time of day was set by meanwhile */
	double cpu;		/* of all processors' time, how much was in use: 0…1 */

	/* full frames, more than the rate lets through */
	uint32_t frame;	  /* bytes of each */
	uint64_t watched; /* ns that were looked at */
	uint64_t frames;  /* that came in that time, but for the first */
	uint64_t span;	  /* ns from the first of them to the last */
	uint64_t offered; /* bit/s that the sender sent, or tried to */
	uint64_t stalled; /* ns of the time looked at in which the sender did not run */
	bool pressed;	  /* the queue was full, or held all that a socket may send */
	uint64_t frames_missed; /* came, but the receiver had no room; in frames */
	uint64_t others_full;	/* bytes, as others */
	double cpu_full;

	uint64_t goodput; /* bit/s; 0: not measured */
	uint32_t mtu;	  /* the smaller of the two ends', bytes */
};

void measure_samples_free(struct measure_samples *s);

/* ---- what it means ---- */

enum measure_quantity {
	MEASURE_RATE,	      /* bit/s of Ethernet frames, as shape.h counts them */
	MEASURE_DELAY,	      /* ns; the median, or with jitter the mean; without the time
				 that a probe takes at the rate */
	MEASURE_JITTER,	      /* ns; the standard deviation */
	MEASURE_DISTRIBUTION, /* Kolmogorov and Smirnov's D; set: the most that passes */
	MEASURE_LOSS,	      /* 0…1, as all that follow, but: */
	MEASURE_BURST,	      /* packets lost in a row, on average */
	MEASURE_DUPLICATE,
	MEASURE_REORDER, /* that overtook others */
	MEASURE_CORRUPT,
	MEASURE_QUANTITIES
};

enum measure_verdict {
	MEASURE_UNSET,	 /* nothing was asked for, so nothing can be wrong */
	MEASURE_OK,	 /* as set */
	MEASURE_OFF,	 /* not as set */
	MEASURE_UNKNOWN, /* could not tell; the line's flags say why */
};

/* What falsifies a result. */
enum measure_flag {
	MEASURE_CPU = 1 << 0,	   /* the processors were saturated */
	MEASURE_SENDER = 1 << 1,   /* could not send fast enough */
	MEASURE_RECEIVER = 1 << 2, /* frames came that nobody took in time */
	MEASURE_QUEUE = 1 << 3,	   /* queue below the bandwidth-delay product: bursty
				      traffic will not get the rate */
	MEASURE_TIMER = 1 << 4,	   /* timers are too coarse for the delay or jitter */
	MEASURE_FEW = 1 << 5,	   /* too few packets */
	MEASURE_CLOCK = 1 << 6,	   /* the time of day was set during the run */
	MEASURE_MIXED = 1 << 7,	   /* another part of the shape hides this one */
	MEASURE_TRAFFIC = 1 << 8,  /* others used the link */
};

struct measure_line {
	enum measure_verdict verdict;
	uint32_t flags;	  /* of enum measure_flag; UNKNOWN: why */
	double set;	  /* in the quantity's unit */
	double achieved;  /* NAN: there is no figure */
	double error;	  /* achieved against set, relative; absolute where set is 0 */
	double low, high; /* 99 % confidence interval of probabilities; else 0 */
};

struct measured {
	struct measure_line lines[MEASURE_QUANTITIES];
	uint32_t flags; /* all that was seen, whether it matters to a line or not */

	uint64_t rate;	  /* bit/s, with that of other traffic; 0: nothing came */
	uint64_t offered; /* bit/s that were sent for it */
	uint64_t goodput; /* bit/s of TCP; 0: not measured */

	/* one-way delay, ns; all 0 where no probe came */
	uint64_t delay_min, delay_mean, delay_median, delay_p99, delay_max;
	double jitter; /* ns, standard deviation */
	double ks; /* D against the set distribution, aligned at the median; NAN: none set
		    */

	uint64_t refused; /* probes that the queue had no room for; not in sent */
	uint64_t sent, lost;
	double loss, loss_low, loss_high; /* 99 % confidence (Wilson, 1927) */
	uint64_t bursts;		  /* runs of lost probes */
	uint64_t duplicates;
	uint64_t late;	     /* probes behind one sent after them (RFC 4737) */
	uint64_t overtaking; /* probes before one sent before them */
	uint64_t corrupted;

	double cpu;	     /* the most of all processors' time that was in use: 0…1 */
	uint64_t timer_late; /* ns, median of how late a timer woke the sender */
};

/*
 * Fills in all of ret. A quantity is off only if neither chance (99.9 %), nor what the
 * flags tell about the run, explains the difference.
 */
void measure_judge(const struct shape *set, const struct measure_samples *s,
		   struct measured *ret);

const char *measure_quantity_name(enum measure_quantity q); /* "rate", …; or NULL */
const char *measure_verdict_text(enum measure_verdict v);   /* "ok", …; or NULL */
const char *measure_flag_text(enum measure_flag f);	    /* one flag; or NULL */

#endif
