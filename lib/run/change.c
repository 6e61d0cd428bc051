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
#include "run/services.h"
#include "run/underlay.h"
#include "run/unfinished.h"

static int refuse_read_only(const struct network *n, struct err *e)
{
	if (!n->read_only)
		return 0;
	return err_set(e, EROFS, "network '%s' is open read-only", n->name);
}

void network_drop_unfinished(struct network *n)
{
	if (n->unfinished)
		journal_forget(n->unfinished);
	free(n->unfinished);
	n->unfinished = NULL;
}

/* It is done, in the kernel and in the journal. */
static void settle(struct network *n)
{
	journal_settle(n->unfinished, n->history);
	network_drop_unfinished(n);
	n->model = history_model(n->history, n->history->at);
}

/* Between the two models; or, where others have changed more than these differ in, by
 * looking at everything. revive: nodes may have been made anew, without their services.
 */
static int mend(struct network *n, const struct model *to, const struct model *from,
		bool revive, struct err *e)
{
	int r = carry_to(n, to, from, false, NULL, NULL, e);

	if (r < 0 && r != -ECHILD) {
		err_clear(e);
		r = carry_to(n, to, from, true, NULL, NULL, e);
	}
	/* a service that does not start is told of as one that has ended */
	if (r == 0 || r == -ECHILD)
		services_carry(n, to, revive, NULL, NULL, NULL);
	return r;
}

int network_finish(struct network *n, struct err *e)
{
	struct journal_pending *p = n->unfinished;
	int mended, r;

	if (!p)
		return 0;
	if (!p->ending)
		mended = mend(n, n->model, p->after, false, e);
	else
		mended = mend(n, p->after, n->model, true, e);
	if (mended < 0 && mended != -ECHILD)
		return mended;
	if (!p->ending) {
		journal_cancel(n->journal);
		network_drop_unfinished(n);
		return mended;
	}
	r = journal_mark_done(n->journal, e);
	if (r < 0)
		return r;
	settle(n);
	return mended;
}

/* Undoes, or finishes, the change that failed with e. 0: it was finished. */
static int recover(struct network *n, struct err *e)
{
	struct err why = ERR_INIT;
	bool ending = n->unfinished->ending;
	int r = network_finish(n, &why), code = e->code;

	if (r < 0 && r != -ECHILD) {
		err_hint(e,
			 "and what was done of it cannot be undone (%s): 'repair' "
			 "tries again",
			 why.msg);
		err_clear(&why);
		return code;
	}
	if (r == -ECHILD && !ending)
		err_hint(e, "and what had been kept could not be done again: %s",
			 why.msg);
	if (r == -ECHILD && ending) {
		err_clear(e);
		*e = why;
		why = (struct err)ERR_INIT;
		code = r;
	}
	err_clear(&why);
	if (!ending)
		return code;
	/* the node is there, but not all that was kept for it */
	if (code == -ECHILD) {
		err_hint(e, "all else is done; what is kept for it, `show` and `keep` "
			    "tell and change");
		return code;
	}
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

/* To the model that p (taken over) leads to; then the history has gone along. */
static int go(struct network *n, struct journal_pending p, const struct hooks *hooks,
	      struct err *e)
{
	struct err own = ERR_INIT;
	struct grounded g;
	struct plan plan;
	int r;

	if (!e)
		e = &own;
	if (p.kind == JOURNAL_CHANGE)
		r = journal_intend_change(n->journal, p.command, n->model, p.after, e);
	else
		r = journal_intend_move(n->journal, p.kind, p.at, e);
	if (r < 0) {
		journal_forget(&p);
		err_clear(&own);
		return r;
	}
	p.there = true;
	n->unfinished = mem_alloc(sizeof(*n->unfinished));
	*n->unfinished = p;
	underlays_ground(n, n->model, p.after, &g);
	plan_make(&plan, g.from, g.to);
	r = carry_out(n, &plan, true, hooks, NULL, &n->unfinished->ending, e);
	/* those of nodes that were made anew went with them */
	if (r == 0 && plan.between)
		r = services_carry(n, plan.between, false, NULL, hooks, e);
	if (r == 0)
		r = services_carry(n, p.after, false, NULL, hooks, e);
	plan_free(&plan);
	if (r == 0)
		r = journal_mark_done(n->journal, e);
	if (r < 0) {
		grounded_free(&g);
		r = recover(n, e);
		err_clear(&own);
		return r;
	}
	underlays_tell_lost(n, p.after, n->model, &n->notices);
	settle(n);
	grounded_mark(&g, n->model);
	grounded_free(&g);
	shorten(n);
	return 0;
}

static int go_to(struct network *n, enum journal_kind kind, size_t at,
		 const struct hooks *hooks, struct err *e)
{
	struct journal_pending p = { .kind = kind, .at = at };

	p.after = model_copy(history_model(n->history, at));
	return go(n, p, hooks, e);
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
	if (r == 0) {
		kern_rest(n->kern); /* modules are looked at anew */
		model_choose_engines(next, kern_can_shape, n->kern);
		model_choose_connectors(next, kern_has_kind, n->kern);
	}
	if (r < 0 || model_same(n->model, next)) {
		model_free(next);
		return r;
	}
	return go(n,
		  (struct journal_pending){ .kind = JOURNAL_CHANGE,
					    .command = mem_strdup(command),
					    .after = next },
		  hooks, e);
}

/* One step through the history: back to before a change, or over it again. */
static int step(struct network *n, bool back, char **ret_command,
		const struct hooks *hooks, struct err *e)
{
	struct history *h = n->history;
	int r = refuse_read_only(n, e);
	size_t change;

	if (r == 0)
		r = network_finish(n, e);
	if (r < 0)
		return r;
	if (h->at == (back ? 0 : h->changes.n))
		return err_set(e, ENOENT, "there is nothing to %s",
			       back ? "undo" : "redo");
	change = back ? h->at - 1 : h->at;
	*ret_command = mem_strdup(h->changes.v[change].command);
	r = back ? go_to(n, JOURNAL_UNDO, change, hooks, e)
		 : go_to(n, JOURNAL_REDO, change + 1, hooks, e);
	if (r < 0) {
		free(*ret_command);
		*ret_command = NULL;
	}
	return r;
}

int network_undo(struct network *n, char **ret_command, const struct hooks *hooks,
		 struct err *e)
{
	return step(n, true, ret_command, hooks, e);
}

int network_redo(struct network *n, char **ret_command, const struct hooks *hooks,
		 struct err *e)
{
	return step(n, false, ret_command, hooks, e);
}

size_t network_position(const struct network *n)
{
	return n->history->dropped + n->history->at;
}

int network_back(struct network *n, size_t position, const struct model *before,
		 const char *command, const struct hooks *hooks, struct err *e)
{
	struct history *h = n->history;
	size_t at = position - h->dropped;
	struct model *next;
	int r = refuse_read_only(n, e);

	if (r == 0)
		r = network_finish(n, e);
	if (r < 0)
		return r;
	if (position >= h->dropped && at <= h->changes.n &&
	    model_same(history_model(h, at), before))
		return go_to(n, JOURNAL_BACK, at, hooks, e);
	next = model_copy(before);
	next->next_id = n->model->next_id; /* ids are never given twice */
	return network_change(n, next, command, hooks, e);
}

int network_tend(struct network *n, bool *ret_restarted, struct err *e)
{
	bool any = false;
	int r;

	*ret_restarted = false;
	if (n->read_only)
		return 0;
	vec_each (&n->model->links, l)
		any |= (*l)->wire;
	if (!any || kern_wires_run(n->kern))
		return 0;
	r = network_finish(n, e);
	if (r == 0)
		r = carry_to(n, n->model, n->model, true, NULL, NULL, e);
	if (r < 0)
		return err_context(e, "the process that carries links had ended, and "
				      "cannot be started again");
	*ret_restarted = true;
	return 0;
}

/* The MTUs of tunnels, which are no step of their own: a link is made anew for that. */
static int follow_mtus(struct network *n, struct err *e)
{
	struct model *before = model_copy(n->model);
	struct str resized = { 0 }, done = { 0 };
	int r = 0;

	underlays_resize(n, &resized);
	if (resized.n)
		r = carry_to(n, n->model, before, false, NULL, &done, e);
	/* not where a shell before this one has done it */
	if (done.n)
		str_add(&n->notices, resized.s);
	model_free(before);
	str_free(&resized);
	str_free(&done);
	return r;
}

void network_follow(struct network *n)
{
	struct err e = ERR_INIT;
	struct str report = { 0 };

	if (n->read_only) {
		underlays_see(n);
		return;
	}
	if (!underlays_moved(n))
		return;
	if (network_finish(n, &e) < 0 || follow_mtus(n, &e) < 0 ||
	    carry_to(n, n->model, n->model, true, NULL, &report, &e) < 0)
		str_addf(&n->notices, "what other networks changed is not followed: %s\n",
			 e.msg);
	else if (report.n)
		str_add(&n->notices, report.s);
	underlays_note(n); /* it is not tried again before something else changes */
	str_free(&report);
	err_clear(&e);
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
		r = services_carry(n, n->model, true, &report, hooks, e);
	if (r == 0)
		*ret_report = str_take(&report);
	str_free(&report);
	return r;
}
