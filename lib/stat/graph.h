/*
 * graph.h — one quantity over time, a series for each direction of a link or each TCP
 * connection; from samples or from a recording, and drawn as text.
 */
#ifndef STAT_GRAPH_H
#define STAT_GRAPH_H

#include "base/err.h"
#include "stat/rates.h"

enum graph_quantity {
	GRAPH_RATE,  /* bit/s */
	GRAPH_PPS,   /* packets/s */
	GRAPH_DROPS, /* packets/s */
	GRAPH_QUEUE, /* packets */
	GRAPH_RTT,   /* s */
	GRAPH_CWND,  /* segments */
	GRAPH_QUANTITIES,
};
const char *graph_quantity_name(enum graph_quantity q);	 /* "rate", … */
const char *graph_quantity_title(enum graph_quantity q); /* "bit rate", … */
bool graph_quantity_is_tcp(enum graph_quantity q);	 /* of connections */

/* The unit that suits values up to that, and what to divide them by: "mbit/s", 1e6. */
const char *graph_unit(enum graph_quantity q, double max, double *ret_factor);

struct graph_series {
	char *name;	   /* "h1:eth0 -> s1:eth0" */
	VEC(double) time;  /* s since the first sample */
	VEC(double) value; /* NAN: not known then */
	double weight;	   /* how much went through it */
};

struct graph {
	enum graph_quantity quantity;
	double begin;	/* s of CLOCK_MONOTONIC: the first sample; negative: none yet */
	double seconds; /* from it to the last */
	VEC(struct graph_series) series;
	size_t hint; /* the series that is likely to come next */
};

struct graph *graph_new(enum graph_quantity q);
void graph_free(struct graph *g); /* NULL is fine */

/* A value of the series of that name, at that time (s of CLOCK_MONOTONIC). */
void graph_add(struct graph *g, const char *series, double time, double value,
	       double weight);
/* All that a sample has of it. */
void graph_add_sample(struct graph *g, const struct snapshot *s, const struct rates *r);
/* The series of most weight first; those in which nothing is known go. */
void graph_sort(struct graph *g);

/* How many of the first, max at most, are worth to be drawn: of more than two, those that
 * have a hundredth of the first one's weight. */
size_t graph_main_series(const struct graph *g, size_t max);

/* A recording (run/recorder.h) as a graph. A last line that was cut short is left out.
 * -EBADMSG: it is none, e has the place; -ENODATA: it has nothing of that quantity. */
int graph_read(const char *path, enum graph_quantity q, struct graph **ret,
	       struct err *e);

struct graph_style {
	unsigned width, height; /* columns, lines that there are */
	bool ascii;		/* else braille and lines */
};

/*
 * The main series (graph_sort() was called) one below the other, as many as fit, up to
 * four, each with its own scale; *ret_left_out is how many are not there. free() it.
 */
char *graph_text(const struct graph *g, const struct graph_style *style,
		 size_t *ret_left_out);

/* A script for gnuplot that draws the main series, up to max, to its standard output, as
 * "svg" or "pngcairo". title may be NULL. free() it. */
char *graph_gnuplot(const struct graph *g, const char *terminal, const char *title,
		    size_t max);

#endif
