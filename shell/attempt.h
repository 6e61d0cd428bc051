/*
 * attempt.h — one try at each kind of expectation; see expect.h.
 */
#ifndef SHELL_ATTEMPT_H
#define SHELL_ATTEMPT_H

#include "run/services.h"
#include "shell/session.h"

struct attempt {
	struct session *s;
	const struct args *a;
	const struct arg *first; /* what the expectation begins with */
	uint64_t until;		 /* CLOCK_MONOTONIC ns: when the tries end */
	struct str seen;
};

/* 1: it holds, 0: not; what was seen is in seen. -errno with e filled: not to be tried.
 */
typedef int attempt_fn(struct attempt *x, struct err *e);

/* attempt.c: by packets */
attempt_fn attempt_ping, attempt_no_ping, attempt_rtt, attempt_rate, attempt_path;
/* attempt_look.c: by looking at what is there, or running a program */
attempt_fn attempt_route, attempt_address, attempt_drops, attempt_program;

/* The i-th argument of a kind; NULL: there is none. */
const struct arg *attempt_arg(const struct attempt *x, const char *kind, size_t i);
const struct node *attempt_node(const struct attempt *x, size_t i);
/* Whether "< LIMIT" or "> LIMIT" was typed, and seen keeps to it. */
bool attempt_keeps(const struct attempt *x, uint64_t seen, uint64_t limit);

/* Runs a program in a node, both its outputs kept; *ret_status: 128 + SIGKILL where it
 * took too long. place: of a program that talks to the node's services; NULL. */
int attempt_run(struct attempt *x, const struct node *n, char *const *argv,
		const struct service_place *place, struct str *ret_text, int *ret_status,
		struct err *e);

#endif
