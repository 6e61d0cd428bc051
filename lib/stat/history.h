/*
 * history.h — the last minutes of every direction of every link, a value a second,
 * in a ring; small: 1000 links and 10 minutes take 19 MB.
 */
#ifndef STAT_HISTORY_H
#define STAT_HISTORY_H

#include "stat/rates.h"

enum { HISTORY_SECONDS = 600 };

enum history_series {
	HISTORY_BITS,	 /* bit/s */
	HISTORY_PACKETS, /* packets/s */
	HISTORY_DROPS,	 /* packets/s */
	HISTORY_BACKLOG, /* bytes */
	HISTORY_SERIES,
};

struct stat_history;

struct stat_history *stat_history_new(void);
void stat_history_free(struct stat_history *h);

/* Samples of one second are averaged; seconds without any have the rates of the interval
 * that they are in, or are unknown. Links that are not among the rates any more are
 * forgotten. */
void stat_history_add(struct stat_history *h, const struct snapshot *s,
		      const struct rates *r);

/*
 * The n seconds up to the one that is `back` seconds before the newest, oldest first,
 * into ret; unknown ones are NAN. False: no such link.
 */
bool stat_history_get(const struct stat_history *h, uint32_t link, int end,
		      enum history_series series, unsigned back, size_t n, float *ret);

#endif
