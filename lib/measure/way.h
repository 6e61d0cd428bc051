/*
 * way.h — one direction of the link while it is measured: what the threads that send
 * and receive on it share.
 *
 * The receiver runs throughout, so that frames may still be under way when the next
 * phase begins; each phase has a sender of its own. Each field says who writes it; what
 * is not atomic is read by others only once that thread has ended.
 */
#ifndef MEASURE_WAY_H
#define MEASURE_WAY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "measure/judge.h"
#include "measure/measure.h"
#include "measure/port.h"

struct way {
	/* from the beginning */
	const struct measure_end *from, *to;
	int tx;
	struct port *in; /* the receiver's; of the other end */
	size_t room;	 /* bytes that tx may have under way */
	uint64_t run;
	const atomic_bool *stop; /* everybody ends */
	atomic_bool *failed;	 /* set by who ends for an error */

	/* set before the sender of the phase starts */
	uint64_t begin, end; /* when to send; ns, CLOCK_MONOTONIC */
	uint64_t interval;   /* between probes */
	uint64_t offer;	     /* bit/s of full frames; 0: as fast as it goes */
	uint64_t tick;	     /* ns between bunches of these */
	_Atomic uint64_t window_begin, window_end; /* for the receiver */

	/* the senders */
	_Atomic uint64_t sent;	    /* probes */
	_Atomic uint64_t last_sent; /* when */
	_Atomic bool sending;
	uint64_t refused, offered, stalled;
	bool pressed;
	VEC(uint64_t) lates;
	_Atomic int send_error;

	/* the receiver; samples holds what it has seen: arrivals, frames, span, … */
	_Atomic uint64_t came;	    /* probes, not counting copies, about */
	_Atomic uint64_t full_came; /* when the last full frame did */
	_Atomic int receive_error;
	struct measure_samples samples;
};

/* Thread functions; the argument is a struct way. */
void *way_send_probes(void *way);
void *way_send_full(void *way);
void *way_receive(void *way);

#endif
