/*
 * rows.h — the compiled verbs, as the files of this folder share them.
 */
#ifndef LANG_ROWS_H
#define LANG_ROWS_H

#include "lang/lang.h"
#include "lang/pattern.h"

struct lang {
	const struct verb *verbs; /* borrowed */
	size_t n;
	struct pattern **patterns; /* one per verb */
	size_t (*jobs)(void *cookie, unsigned *ret, size_t max);
	void *cookie;
};

/*
 * The row that a statement's first word chooses: an exact verb, else the
 * nameless row for a node's exact name, else the only verb that begins so.
 * -1 with e filled, its place too.
 */
long rows_find(const struct lang *l, const struct model *m, const struct word *first,
	       struct err *e);

#endif
