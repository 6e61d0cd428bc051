/*
 * lab.h — a lab file in its parts: its statements, and what each is for.
 */
#ifndef SHELL_LAB_H
#define SHELL_LAB_H

#include "shell/session.h"

enum part_kind {
	PART_COMMAND,
	PART_STEP,
	PART_EXPECT,   /* expect, or a block that has one */
	PART_SOLUTION, /* solution, or a block that has one and no expect */
	PART_SAY,
	PART_HINT,
	PART_LET,
};

/* A statement at the top of the file, blocks included. */
struct part {
	enum part_kind kind;
	size_t at, end; /* in the source */
	unsigned line;
	size_t line_start; /* as a lexer's */
	char *text;	   /* HINT: what it says; owned */
};

struct lab {
	char *path, *real, *source;
	size_t n;
	VEC(struct part) parts;
	unsigned steps;
};

/* -EINVAL with e filled, its place too, where the file cannot be read as statements. */
int lab_read(const struct session *s, const char *path, struct lab *ret, struct err *e);
void lab_free(struct lab *l);

/* Runs one part; 0, or -errno of what failed in it, which has been told. */
int lab_run_part(struct session *s, const struct lab *l, const struct part *p);

#endif
