/*
 * lesson.h — a lab's words, wrapped to the window and at most to what reads well.
 */
#ifndef SHELL_LESSON_H
#define SHELL_LESSON_H

#include "shell/output.h"

void lesson_title(struct output *o, const char *title, const char *summary);
/* of 0: how many steps there are is not known. */
void lesson_step(struct output *o, unsigned number, unsigned of, const char *text);
void lesson_say(struct output *o, enum style style, const char *lead, const char *text);

/*
 * Lines of at most so many columns, each but the first behind as many blanks as lead
 * has columns. A newline in the text is a blank, an empty line begins a paragraph; a
 * text that begins with blanks is kept as it is. free() it.
 */
char *lesson_wrap(const char *lead, const char *text, unsigned width);

#endif
