/*
 * options.h — the command line of the program, from one table that --help and
 * the manual page show too.
 */
#ifndef SHELL_OPTIONS_H
#define SHELL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum action {
	ACTION_START, /* a new network: a lab, commands, the prompt */
	ACTION_ATTACH,
	ACTION_CHECK, /* a lab: grade it */
	ACTION_LIST,
	ACTION_DESTROY,
	ACTION_DOCTOR,
	ACTION_MONITOR,
	ACTION_HELP,
	ACTION_MANUAL,
	ACTION_VERSION,
};

struct options {
	enum action action;
	const char *network; /* -n, or what attach or monitor names; NULL: find one */
	const char *lab;     /* FILE to load before the prompt, or of -b; NULL: none */
	char *commands;	     /* -c, owned; NULL: none */
	char **names;	     /* what destroy names; what stands behind monitor NETWORK */
	size_t n_names;
	bool batch; /* -b */
	bool json, keep, keep_going, read_only, strict;
	bool once, text, csv; /* monitor */
};

/* -EINVAL: bad usage, with e filled. argv is reordered and borrowed. */
int options_parse(int argc, char **argv, struct options *ret, struct err *e);
void options_free(struct options *o);

/* ---- for --help and the manual ---- */

/* A way to call the program. */
struct usage_row {
	const char *usage; /* what follows "espalier" */
	const char *help;
};
extern const struct usage_row usage_rows[];
extern const size_t n_usage_rows;

struct option_row {
	char letter;	   /* '\0': none */
	const char *name;  /* long, without dashes */
	const char *value; /* what it takes, NULL: nothing */
	const char *help;
};
extern const struct option_row option_rows[];
extern const size_t n_option_rows;

/* What the exit statuses mean, from 0. */
extern const char *const exit_rows[];
extern const size_t n_exit_rows;

#endif
