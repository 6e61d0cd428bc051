/*
 * change.c — a network's changes, whole or not at all: intent, kernel, done.
 *
 * What fails or is interrupted is undone the same way as what a killed shell
 * left: by looking at what is there, and mending it to the model from before.
 * Where programs had begun to be ended there is no way back, so the change is
 * finished instead.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kern/kern.h"
#include "run/carry.h"
#include "run/journal.h"
#include "run/unfinished.h"

static int refuse_read_only(const struct network *n, struct err *e)
{
	if (!n->read_only)
		return 0;
	return err_set(e, EROFS, "network '%s' is open read-only", n->name);
}

static void forget_unfinished(struct network *n)
{
	model_free(n->unfinished.after);
	n->unfinished.after = NULL;
}

int network_finish(struct network *n, struct err *e)
{
	struct model *after = n->unfinished.after;
	int r;

	if (!after)
		return 0;
	if (n->unfinished.ending)
		r = carry_to(n, after, n->model, false, NULL, NULL, e);
	else
		r = carry_to(n, n->model, after, false, NULL, NULL, e);
	if (r == 0 && n->unfinished.ending)
		r = journal_mark_done(n->journal, e);
	if (r < 0)
		return r;
	if (n->unfinished.ending) {
		struct history *h = n->history;

		if (n->unfinished.kind == JOURNAL_CHANGE)
			history_add(h, n->unfinished.command, model_copy(after));
		else
			h->at += n->unfinished.kind == JOURNAL_UNDO ? (size_t)-1 : 1;
		n->model = history_model(h, h->at);
	} else {
		journal_cancel(n->journal);
	}
	free(n->unfinished.command);
	n->unfinished.command = NULL;
	forget_unfinished(n);
	return 0;
}

/* Undoes, or finishes, the change that failed with e. 0: it was finished. */
static int recover(struct network *n, struct err *e)
{
	struct err why = ERR_INIT;
	bool ending = n->unfinished.ending;
	int r = network_finish(n, &why), code = e->code;

	if (r < 0) {
		err_hint(e,
			 "and what was done of it cannot be undone (%s): 'repair' "
			 "tries again",
			 why.msg);
		err_clear(&why);
		return code;
	}
	if (!ending)
		return code;
	err_clear(e);
	return 0;
}

/* A journal that has grown is written anew; if that fails it just goes on growing. */
static void shorten(struct network *n)
{
	struct journal *anew;

	if (!journal_is_long(n->journal) ||
	    journal_begin(n->dir, n->history, &anew, NULL) < 0)
		return;
	journal_close(n->journal);
	n->journal = anew;
}

/*
 * From the present model to `after` (taken over). On success the history has
 * been moved along.
 */
static int go(struct network *n, enum journal_kind kind, const char *command,
	      struct model *after, const struct hooks *hooks, struct err *e)
{
	struct err own = ERR_INIT;
	struct plan p;
	bool ending;
	int r;

	r = journal_intend(n->journal, kind, command, n->model, after, e);
	if (r < 0) {
		model_free(after);
		return r;
	}
	if (!e)
		e = &own;
	plan_make(&p, n->model, after);
	n->unfinished.kind = kind;
	n->unfinished.command = mem_strdup(command);
	n->unfinished.after = after;
	r = carry_out(n, &p, true, hooks, &ending, e);
	plan_free(&p);
	if (r == 0) {
		r = journal_mark_done(n->journal, e);
	}
	n->unfinished.ending = ending;
	if (r < 0) {
		r = recover(n, e);
		err_clear(&own);
		return r;
	}
	n->unfinished.after = NULL;
	free(n->unfinished.command);
	n->unfinished.command = NULL;
	if (kind == JOURNAL_CHANGE) {
		history_add(n->history, command, after);
	} else {
		n->history->at += kind == JOURNAL_UNDO ? (size_t)-1 : 1;
		model_free(after);
	}
	n->model = history_model(n->history, n->history->at);
	shorten(n);
	return 0;
}

int network_change(struct network *n, struct model *next, const char *command,
		   const struct hooks *hooks, struct err *e)
{
	struct settled settled;
	int r = refuse_read_only(n, e);

	if (r == 0)
		r = network_finish(n, e);
	if (r == 0)
		r = model_settle(next, &settled, e);
	if (r < 0 || model_same(n->model, next)) {
		model_free(next);
		return r;
	}
	return go(n, JOURNAL_CHANGE, command, next, hooks, e);
}

int network_undo(struct network *n, char **ret_command, const struct hooks *hooks,
		 struct err *e)
{
	struct history *h = n->history;
	int r = refuse_read_only(n, e);

	if (r == 0)
		r = network_finish(n, e);
	if (r < 0)
		return r;
	if (h->at == 0)
		return err_set(e, ENOENT, "there is nothing to undo");
	*ret_command = mem_strdup(h->changes.v[h->at - 1].command);
	r = go(n, JOURNAL_UNDO, NULL, model_copy(history_model(h, h->at - 1)), hooks, e);
	if (r < 0) {
		free(*ret_command);
		*ret_command = NULL;
	}
	return r;
}

int network_redo(struct network *n, char **ret_command, const struct hooks *hooks,
		 struct err *e)
{
	struct history *h = n->history;
	int r = refuse_read_only(n, e);

	if (r == 0)
		r = network_finish(n, e);
	if (r < 0)
		return r;
	if (h->at == h->changes.n)
		return err_set(e, ENOENT, "there is nothing to redo");
	*ret_command = mem_strdup(h->changes.v[h->at].command);
	r = go(n, JOURNAL_REDO, NULL, model_copy(history_model(h, h->at + 1)), hooks, e);
	if (r < 0) {
		free(*ret_command);
		*ret_command = NULL;
	}
	return r;
}

int network_repair(struct network *n, char **ret_report, const struct hooks *hooks,
		   struct err *e)
{
	struct str report = { 0 };
	int r = refuse_read_only(n, e);

	if (r == 0)
		r = network_finish(n, e);
	if (r == 0)
		r = carry_to(n, n->model, n->model, true, hooks, &report, e);
	if (r == 0)
		*ret_report = str_take(&report);
	str_free(&report);
	return r;
}
