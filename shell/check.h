/*
 * check.h — expectations that are counted and told one by one, rather than each ending
 * what it stands in: those of a step, of a lab, of a student's network.
 */
#ifndef SHELL_CHECK_H
#define SHELL_CHECK_H

#include <stdio.h>

#include "shell/session.h"

struct check {
	FILE *tap; /* a line of TAP for each goes there; NULL: to a person */
	unsigned held, failed;
	bool hasty; /* a person waits: none gets long, but who says so and may still hold
		     */
	bool once;  /* each is tried just once, and what came of it told to nobody */
	unsigned broken; /* other commands that failed */
};

/* How many ns an expectation gets; asked: what it says itself, 0: nothing. */
uint64_t check_patience(const struct check *c, uint64_t asked);

/* An expectation held or did not; what was seen may be "". */
void check_count(struct session *s, const char *expectation, bool held, const char *seen);

/*
 * A statement failed: one of expectations is counted and its error taken (true); of
 * another it is counted too, but the error is to be told. st NULL: it was unreadable.
 */
bool check_takes(struct session *s, const struct statement *st, const struct err *e);

/*
 * `espalier check FILE`: runs it all, then says how it went. Whether all held. strict:
 * and whether, before the solution of each step that has one, some of it did not.
 */
bool check_file(struct session *s, const char *path, bool strict);

#endif
