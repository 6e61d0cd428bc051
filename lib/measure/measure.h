/*
 * measure.h — measures one link, in both directions, with traffic of its own, and
 * sets what it does beside what it was told to do.
 *
 * The traffic is Ethernet frames of a type of their own (0x88B5), sent and received by
 * packet sockets on the two interfaces: no address is needed, and the nodes' network
 * stacks have no part in it. They pass the sender's queueing discipline as all other
 * frames do. Other traffic on the link is not disturbed in kind, but shares its rate.
 */
#ifndef MEASURE_MEASURE_H
#define MEASURE_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "measure/judge.h"
#include "model/ip.h"
#include "model/shape.h"

struct measure_end {
	int netns;	  /* descriptor of the node's network namespace; borrowed */
	const char *name; /* for errors: "h1:eth0"; borrowed */
	unsigned ifindex;
	uint8_t mac[6];
	bool bridged; /* there is a bridge on the way to the other end */
	bool wire; /* carried by lib/wire, where even a lone frame takes its time at the
		      rate; the kernel lets it pass at once */
	uint32_t mtu;	    /* bytes */
	struct ip address;  /* family 0: none */
	struct shape shape; /* of what this end sends */
};

struct measure_options {
	uint64_t time; /* ns; at least MEASURE_TIME_MIN */
	/* Not even where both ends have addresses of one family, and the time is enough
	 * for many round trips. */
	bool no_tcp;
	/* Whether the user asked to stop; called some 50 times a second. NULL: never. */
	bool (*interrupted)(void *cookie);
	void *cookie;
};

#define MEASURE_TIME_MIN 200000000ULL
#define MEASURE_TIME_DEFAULT 5000000000ULL

/*
 * The time, in ns, in which enough packets can be sent for each probability that the
 * shapes set: at most an hour, and maybe more than anyone wants to wait. At least
 * MEASURE_TIME_DEFAULT.
 */
uint64_t measure_time_wanted(const struct measure_end ends[2]);

/*
 * Measures; ret[0] is the direction from ends[0] to ends[1], ret[1] the way back. Takes
 * the time given, and up to the longest delay and a second more. Leaves nothing behind
 * but counters of the interfaces (and, after TCP, entries in the neighbour tables).
 *
 * What the link does to the frames is a result, even where it loses them all. Errors:
 * -EINVAL, -EINTR (interrupted), -ENETDOWN, -ENODEV, -ENXIO (an interface is down or was
 * deleted, maybe meanwhile), -EPERM and what else the kernel says about a socket.
 */
int measure_run(const struct measure_end ends[2], const struct measure_options *options,
		struct measured ret[2], struct err *e);

#endif
