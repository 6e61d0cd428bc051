/*
 * figure.h — the programs that draw to files: gnuplot and Graphviz. Both are optional.
 */
#ifndef SHELL_FIGURE_H
#define SHELL_FIGURE_H

#include "base/err.h"

enum figure_maker { FIGURE_GNUPLOT, FIGURE_GRAPHVIZ };

/* What the maker calls the kind of picture that a file's name ends in; NULL: none of
 * those that it makes. */
const char *figure_format(enum figure_maker maker, const char *path);

/* Has the maker draw the text, and path holds the picture, or what it held before.
 * -ENOENT: it is not installed. */
int figure_draw(const char *path, enum figure_maker maker, const char *text,
		struct err *e);

#endif
