/*
 * figure.h — gnuplot, which draws to files; an optional program.
 */
#ifndef SHELL_FIGURE_H
#define SHELL_FIGURE_H

#include "base/err.h"

/* What gnuplot calls the kind of picture that a file's name ends in; NULL: none of those
 * that can be made. */
const char *figure_terminal(const char *path);

/* Runs the script, and path holds what it drew, or what it held before. -ENOENT: there is
 * no gnuplot. */
int figure_draw(const char *path, const char *script, struct err *e);

#endif
