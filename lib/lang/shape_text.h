/*
 * shape_text.h — a shape in the words that `shape` takes.
 */
#ifndef LANG_SHAPE_TEXT_H
#define LANG_SHAPE_TEXT_H

#include "base/str.h"
#include "model/shape.h"

/* "rate 10mbit delay 20ms", free() it; NULL for no shape. A seed that follows from the
 * network's is not in it. */
char *shape_text(const struct shape *s);
/* Appends " rate 10mbit delay 20ms …", each key behind a blank; nothing for no shape. */
void shape_text_add(struct str *out, const struct shape *s);

#endif
