/*
 * journal.h — a network's file `journal`: what it was, and every change since.
 *
 * The first line is a whole model; then come, a line each, changes (with the
 * command and what differs) and undos and redos, each followed by a line that
 * says it is done. A line is written before the kernel is touched, so a last
 * one that is not done tells what was under way when its shell was killed; it
 * is cut off once that is put right. When the file has grown, it is written
 * anew, aside, and renamed: only what can still be undone is kept.
 */
#ifndef RUN_JOURNAL_H
#define RUN_JOURNAL_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "run/history.h"

struct journal;

/* BACK: several changes are taken back at once, and forgotten. */
enum journal_kind { JOURNAL_CHANGE, JOURNAL_UNDO, JOURNAL_REDO, JOURNAL_BACK };

/* A change that is not done. */
struct journal_pending {
	bool there;
	enum journal_kind kind;
	char *command;	     /* CHANGE; owned */
	struct model *after; /* where it was to lead; owned */
	size_t at;	     /* not CHANGE: where in the history that is */
	bool ending;	     /* programs were being ended: there was no way back */
};
/* It was done: the history goes along. */
void journal_settle(struct journal_pending *p, struct history *h);
void journal_forget(struct journal_pending *p);

/* How far a file was read: up to the last change that is done, which stays as it is. */
struct journal_place {
	ino_t file;
	size_t settled; /* bytes */
	unsigned lines; /* in them */
};

/* What a journal tells. */
struct journal_story {
	struct history *history; /* owned */
	struct journal_pending pending;
	bool destroyed; /* the network was being destroyed */
	struct journal_place place;
};
void journal_story_free(struct journal_story *s);

/* Reads <dir>/journal without taking it up. -ENOENT; -EBADMSG: damaged. */
int journal_read(const char *dir, struct journal_story *ret, struct err *e);
/*
 * The same, of what has come since: s has the history and place of an earlier reading,
 * and only what is behind it is read, if the file is still the same one. On failure s has
 * a history still, if it had one.
 */
int journal_read_on(const char *dir, struct journal_story *s, struct err *e);

/* Begins a new journal, in place of one that is there, with what can be undone. */
int journal_begin(const char *dir, const struct history *h, struct journal **ret,
		  struct err *e);
/* Takes up the journal as it was read; a last line that was cut off is removed. What is
 * behind `settled` bytes is to be marked done or cancelled. */
int journal_open(const char *dir, size_t settled, struct journal **ret, struct err *e);
void journal_close(struct journal *j); /* NULL is fine */

/* What is about to be done: a change, or (another kind) going to a place in the history.
 */
int journal_intend_change(struct journal *j, const char *command,
			  const struct model *from, const struct model *to,
			  struct err *e);
int journal_intend_move(struct journal *j, enum journal_kind kind, size_t at,
			struct err *e);
/* Programs are about to be ended: from here on it can only be finished. */
int journal_mark_ending(struct journal *j, struct err *e);
/* It is done. On failure it is not, and has to be undone and cancelled. */
int journal_mark_done(struct journal *j, struct err *e);
/* It was undone: as if it had never been intended. */
void journal_cancel(struct journal *j);
/* The network is about to be destroyed. */
int journal_mark_destroyed(struct journal *j, struct err *e);

/* Whether the file has grown so that it should be written anew. */
bool journal_is_long(const struct journal *j);

#endif
