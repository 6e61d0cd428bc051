/*
 * ping.h — ICMP and ICMPv6 echo from inside nodes, many at once, by one
 * process: a raw socket per source node, opened in its namespace.
 */
#ifndef RUN_PING_H
#define RUN_PING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/ip.h"
#include "run/hooks.h"
#include "run/network.h"

enum ping_outcome { PING_LOST, PING_ANSWERED, PING_UNREACHABLE, PING_NOT_SENT };

struct ping {
	uint32_t from; /* node id */
	struct ip to;
	/* filled in */
	enum ping_outcome outcome;
	uint64_t rtt_ns; /* ANSWERED */
	char why[96];	 /* UNREACHABLE: "Destination Host Unreachable from 10.0.0.1";
			    NOT_SENT: the kernel's word */
};

/*
 * Sends every one of the n echo requests once, at most `parallel` under way,
 * and waits up to timeout_ns for each answer. done(), if not NULL, is called
 * as each is decided. Failing pings are outcomes, not errors; an error is a
 * socket or namespace that could not be had, or -EINTR.
 */
int ping_run(struct network *net, struct ping *pings, size_t n, unsigned parallel,
	     uint64_t timeout_ns, void (*done)(const struct ping *p, void *cookie),
	     void *cookie, const struct hooks *hooks, struct err *e);

#endif
