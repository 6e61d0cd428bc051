/*
 * output.h — what commands say: text that fits the window, or JSON.
 *
 * A handler builds one result (a table or fields or lines); whether a person
 * or a program reads it is decided here, once. With --json one object a
 * command goes to stdout: {"command": "...", "ok": true, "result": ...} or
 * {"command": "...", "ok": false, "error": {"message", "hint", "file", "line",
 * "column"}}; messages for people go to stderr. A command of the timeline, which may come
 * in between, has "planned": true.
 */
#ifndef SHELL_OUTPUT_H
#define SHELL_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

enum style { STYLE_PLAIN, STYLE_GOOD, STYLE_BAD, STYLE_DIM, STYLE_STRONG };

struct output {
	bool json;
	bool colour;	 /* on stdout: a terminal, and NO_COLOR is not set */
	bool err_colour; /* the same for stderr */
	bool terminal;	 /* stdout is one */
	bool planned;	 /* the command under way is the timeline's */
	json_t *result;	 /* JSON: of the command under way */
};

/* Finds out what stdout and stderr are. */
void output_begin(struct output *o, bool json);
void output_end(struct output *o);

/* Columns of the window; 0: unlimited (not a terminal). */
unsigned output_width(const struct output *o);

/* A line for the person: printed to stdout as text, to stderr under --json. */
void output_say(struct output *o, enum style style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* ---- tables ---- */

struct column {
	const char *key;   /* JSON member, lower_case */
	const char *title; /* for people */
	bool right;	   /* aligned to the right */
	unsigned rank; /* 0: always shown; the highest ranks are dropped first where the
			  window is narrow */
};

struct cell {
	char *text;   /* owned */
	json_t *json; /* owned; NULL: text as a JSON string */
	enum style style;
};

struct table {
	const struct column *columns; /* borrowed */
	size_t n_columns;
	VEC(struct cell) cells; /* row by row */
};

void table_begin(struct table *t, const struct column *columns, size_t n);
/* The next cell; text is taken over (NULL: "-" and JSON null). */
void table_add(struct table *t, char *text, json_t *json, enum style style);
void table_add_text(struct table *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void table_add_number(struct table *t, uint64_t n);
/* Prints it (or stores it as the command's JSON result: an array of objects) and frees
 * it. */
void table_end(struct table *t, struct output *o);

/*
 * The text of a table, for a window of so many columns (0: unlimited): the
 * columns of highest rank are left out and named below, then the widest are
 * cut with '…'. free() it.
 */
char *table_text(const struct table *t, unsigned width, bool colour);

/* Frees a table that is not shown after all. */
void table_free(struct table *t);

/* The JSON result of a command without a table; taken over; ignored as text. */
void output_result(struct output *o, json_t *result);

/* ---- errors ---- */

/*
 * Prints an error to stderr: "FILE:LINE:COLUMN: message", the source line, a
 * caret, the hint. file NULL: typed at the prompt ("error: message"). line is the
 * line of the source that e->place is in (NULL: not known); there is no caret
 * where the column is 0.
 */
void output_error(struct output *o, const struct err *e, const char *file,
		  const char *line, size_t line_n);

/* What it prints, for a window of so many columns (0: not known); free() it. */
char *error_text(const struct err *e, const char *file, const char *line, size_t line_n,
		 unsigned width, bool colour);

/*
 * The command that just ended: with --json writes its object, and in any case
 * brings stdout up to date. e NULL: it went well. -errno: stdout cannot be
 * written (a full disk, a closed pipe).
 */
int output_command_done(struct output *o, const char *command, const struct err *e,
			const char *file);

/* Escape sequences that begin a style, and "\033[0m"; "" without colour. */
const char *style_on(enum style style, bool colour);
const char *style_off(enum style style, bool colour);

#endif
