/*
 * services.h — the programs of a network's services, as they run.
 *
 * They belong to the network, not to a shell. Each node that has some has the folder
 * services/NODE in the network's: there they run, and there are their configurations,
 * sockets, logs (NAME.log) and records (NAME.run: pid and start time, and what they
 * were started with). So a later shell knows what runs, and starts nothing twice.
 */
#ifndef RUN_SERVICES_H
#define RUN_SERVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/vec.h"
#include "run/exec.h"
#include "run/network.h"

/* One program of a node's. */
struct service_run {
	char *node, *name;
	uint32_t services; /* bits by enum service_kind */
	struct proc proc;
	char *key, *config; /* struct daemon's, that it was started with or fed */
	bool child;	    /* of this shell, not yet waited for */
	bool ended;
	bool told; /* the user was told that it ended */
	bool status_known;
	int status; /* as exec_end.status */
};

struct services {
	VEC(struct service_run) v; /* by node and start */
};

/* Reads the records, in place of what it held; whoever may change the network also ends
 * what a killed shell had started and not recorded. */
void services_load(struct network *n);
void services_free(struct services *s);

/*
 * Makes what runs be what the model says: programs are ended, started, or fed what is
 * new in their configuration. What has ended by itself is started again only if revive.
 * Whole or not: on failure call it again with the model from before.
 * report (may be NULL) gets a line for each that is started again.
 */
int services_carry(struct network *n, const struct model *m, bool revive,
		   struct str *report, const struct hooks *hooks, struct err *e);

/* Notices those that ended, and shortens logs that have grown long. Cheap; call before a
 * prompt. */
void services_poll(struct network *n);

/* The last max bytes, or a little less, of what the node's programs have written, or of
 * those that the service needs (kind < 0: all). Owned. -ENODATA: none. */
int services_log(struct network *n, const char *node, int kind, size_t max, char **ret,
		 struct err *e);

/*
 * For a program that is to talk to a node's: its folder, and the mounts for exec_spec.
 * service_place_free() it.
 */
struct service_place {
	char *folder;
	char *sources[3];
	const char *mounts[4][2];
};
void service_place(const struct network *n, const char *node, struct service_place *ret);
void service_place_free(struct service_place *p);

/* The program's path: as it is if it has a '/', else from PATH or where root's are.
 * NULL: it is not there. free() it. */
char *service_find_program(const char *name);

#endif
