/*
 * dot.h — a network in the language of Graphviz, which lays it out and draws it.
 *
 * A node's shape tells its kind; at the ends of a link stand its interfaces with their
 * addresses, on it what it does to packets. What is down, or gone, is dashed.
 */
#ifndef DRAW_DOT_H
#define DRAW_DOT_H

#include "base/str.h"
#include "model/model.h"

/* The text of a .dot file, the same for the same network; free() it. */
char *dot_text(const struct model *m, const char *title);

/* Appends a string of that language that shows as just this text. */
void dot_quote(struct str *out, const char *text);

#endif
