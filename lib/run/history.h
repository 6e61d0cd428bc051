/*
 * history.h — the models that a network went through, for undo and redo.
 */
#ifndef RUN_HISTORY_H
#define RUN_HISTORY_H

#include "base/vec.h"
#include "model/model.h"

enum { HISTORY_MAX = 100 }; /* changes that can be undone */

/* A change that led from one model to the next. */
struct change {
	char *command;	     /* owned */
	struct model *after; /* owned */
};

struct history {
	struct model *first; /* owned; before the oldest change */
	VEC(struct change) changes;
	size_t at; /* changes before this one are done; those from here on are undone */
	size_t dropped; /* changes that were too long ago to keep */
};

/* Takes the model over. */
struct history *history_new(struct model *first);
void history_free(struct history *h); /* NULL is fine */

/* The model that changes before number `at` have led to. */
struct model *history_model(const struct history *h, size_t at);

/* A change was done: what was undone is forgotten, as is what is too long ago. Takes
 * after over. */
void history_add(struct history *h, const char *command, struct model *after);

/* Back to where `at` was that, and what came since is forgotten. */
void history_cut(struct history *h, size_t at);

#endif
