/*
 * services_parts.h — what the files of services.h share; private to lib/run.
 */
#ifndef RUN_SERVICES_PARTS_H
#define RUN_SERVICES_PARTS_H

#include "plan/daemons.h"
#include "run/services.h"

/* The path of a node's folder, or of a file in it; free() it. */
char *services_path(const struct network *n, const char *node, const char *file);
/* The same for NAME.SUFFIX. */
char *services_file(const struct network *n, const char *node, const char *name,
		    const char *suffix);

/* ---- service_start.c ---- */

/* A program that is being started. */
struct service_start {
	const struct node *node;
	const struct daemon *daemon;
	size_t log_from; /* bytes that were in its log before */
};

/* Starts it and lists it in n->services, unless it fails. */
int service_start(struct network *n, struct service_start *s, struct err *e);
/* Waits until all are ready. What ended is told with the last it wrote. */
int services_await(struct network *n, const struct service_start *v, size_t count,
		   const struct hooks *hooks, struct err *e);

/* ---- service_place.c ---- */

/* Makes vtysh read text (FRR's configuration) for the node's daemons. */
int services_feed(struct network *n, const char *node, const char *text, struct err *e);

/* Whether FRR would take it; for any of its programs, which need not run. */
int services_check_text(struct network *n, const char *node, const char *text,
			struct err *e);
/* Without this file, vtysh complains. */
int service_prepare_vtysh(const char *folder, struct err *e);

/* What FRR's programs need, that is not the node's alone. */
int services_prepare_frr(const struct network *n, struct err *e);

/* ---- service_log.c ---- */

/* Gives back the beginning of a long log. */
void service_log_shorten(const struct network *n, const struct service_run *r);
/* The bytes of a log from there on, the last max of them at the most, with a NUL behind
 * them; how many there are. */
size_t service_log_read(const struct network *n, const char *node, const char *name,
			size_t from, size_t max, char **ret);

/* ---- services.c ---- */

struct service_run *services_find(const struct network *n, const char *node,
				  const char *name);
/* Notices whether it has ended. */
void service_look(struct service_run *r);
/* Writes its record. */
int service_record(const struct network *n, const struct service_run *r, struct err *e);

#endif
