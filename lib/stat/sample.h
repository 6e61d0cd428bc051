/*
 * sample.h — reads the counters of a whole network out of the kernel.
 *
 * A netlink socket per namespace is opened once and kept, as far as the process may have
 * descriptors. Per sample each gets one dump of its interfaces' counters and, where
 * packets passed or waited, one of its queueing disciplines; what else there is, and
 * changes seldom, is read when the model changes, and once a second: whether interfaces
 * are up, queues of others, whether the namespace is there. Nothing is changed, so that a
 * network can be watched while its shell works on it.
 *
 * SAMPLE_TCP and SAMPLE_NODES cost far more, for the kernel looks through all sockets of
 * the machine, and IPv4 has its counters in files alone: once a second is enough.
 * Counters of nodes that were not asked for are as in the sample before.
 */
#ifndef STAT_SAMPLE_H
#define STAT_SAMPLE_H

#include "base/err.h"
#include "stat/snapshot.h"

enum sample_what {
	SAMPLE_LINKS = 0,
	SAMPLE_TCP = 1 << 0,   /* connections: a sock_diag dump per node */
	SAMPLE_NODES = 1 << 1, /* CPU, sockets, IP counters */
};

struct sampler;

/* Of the network whose folder is dir (/run/espalier/NET). */
int sampler_new(const char *dir, struct sampler **ret, struct err *e);
void sampler_free(struct sampler *s); /* NULL is fine */

/*
 * A snapshot of the network as that model has it. What cannot be read is marked in the
 * snapshot, and never an error; -errno only where nothing at all can be (e).
 */
int sampler_read(struct sampler *s, const struct model *m, unsigned what,
		 struct snapshot **ret, struct err *e);

#endif
