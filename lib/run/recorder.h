/*
 * recorder.h — a process that records a network's counters to a file, while its shell
 * does other things.
 *
 * It is this program again, looks at the network read-only, and writes CSV (see
 * stat/report.h), whole samples at a time. It ends with the shell, however that ends,
 * and with the network.
 */
#ifndef RUN_RECORDER_H
#define RUN_RECORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/vec.h"
#include "run/network.h"

enum { RECORDER_EVERY_MIN = 10000000 }; /* ns between samples */

/* A zeroed one records nothing. */
struct recorder {
	pid_t pid;	     /* 0: none is under way */
	int control;	     /* of the process */
	char *file;	     /* as typed */
	VEC(uint32_t) links; /* ids; empty: all */
	uint64_t every;	     /* ns */
};

struct recorded {
	uint64_t samples, bytes;
};

/* A file of that name is replaced. -EBUSY: something is being recorded already. */
int recorder_start(struct recorder *r, const struct network *n, const char *file,
		   const uint32_t *links, size_t n_links, uint64_t every, struct err *e);

/*
 * What it has written so far. Where it ended by itself (a full disk, say), e tells why,
 * and nothing is under way any more.
 */
int recorder_ask(struct recorder *r, struct recorded *ret, struct err *e);

/* Whether it has ended by itself since it was asked last; then as above. Cheap. */
bool recorder_has_ended(struct recorder *r, struct err *e);

/* As recorder_ask(), and then ends it. Fine where nothing is being recorded. */
int recorder_stop(struct recorder *r, struct recorded *ret, struct err *e);

/* Whether the arguments of main() are those of such a process; then recorder_main() is
 * all that it does. */
bool recorder_is_meant(int argc, char **argv);
int recorder_main(int argc, char **argv);

#endif
