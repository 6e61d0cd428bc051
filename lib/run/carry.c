/*
 * carry.c — see carry.h.
 */
#include "run/carry.h"

#include <errno.h>
#include <stdlib.h>

#include "kern/kern.h"
#include "kern/observe.h"
#include "run/journal.h"
#include "run/keep.h"
#include "run/nics.h"
#include "run/uplinks.h"

enum {
	PIECE_STEPS = 64, /* between two looks at whether the user wants to stop */
	REPORT_LINES = 50,
};

/* Where the piece that begins at `at` ends. Nodes all end at once: their programs have
 * one second together. */
static size_t piece_end(const struct plan *p, size_t at)
{
	size_t end = at;

	if (p->steps.v[at].op == STEP_NODE_DEL) {
		while (end < p->steps.n && p->steps.v[end].op == STEP_NODE_DEL)
			end++;
		return end;
	}
	if (p->steps.v[at].op == STEP_KEEP)
		return at + 1;
	while (end < p->steps.n && end - at < PIECE_STEPS &&
	       p->steps.v[end].op != STEP_NODE_DEL && p->steps.v[end].op != STEP_KEEP)
		end++;
	return end;
}

static bool is_interrupted(const struct hooks *hooks)
{
	return hooks && hooks->interrupted && hooks->interrupted(hooks->cookie);
}

static void tell_progress(const struct hooks *hooks, const struct plan *p, size_t done)
{
	if (hooks && hooks->progress)
		hooks->progress(hooks->cookie,
				p->steps.v[done ? done - 1 : 0].op == STEP_NODE_DEL
					? "taking down"
					: "building",
				done, p->steps.n);
}

/*
 * A command that fails is taken to have done nothing; so is what would have come behind
 * it. (What was done of the change is undone then, by making the node anew, if other
 * commands of it were.)
 */
static void forget_kept(struct network *n, const struct step *s)
{
	struct model *after = n->unfinished->after;
	kept_vec *kept = &model_edit_node(after, s->node->id)->kept;

	while (kept->n > s->kept)
		free(kept->v[--kept->n]);
}

static int keep(struct network *n, const struct step *s, bool journal,
		const struct hooks *hooks, struct err *e)
{
	int r;

	kern_rest(n->kern); /* the thread forks from its own namespace */
	r = keep_run(n, s->node->name, s->node->kept.v[s->kept], hooks, e);
	if (r < 0 && journal)
		forget_kept(n, s);
	if (r < 0 && r != -EINTR)
		r = -ECHILD;
	if (r < 0 && e)
		e->code = r;
	return r;
}

/* What the model needs of the machine; but for a change, only what the change needs. */
static int reach(struct network *n, const struct plan *p, bool journal,
		 struct str *report, struct err *e)
{
	const struct model *from = p->between ? p->between : p->from;

	int r;

	kern_rest(n->kern);
	r = uplinks_reach(n, p->to, journal ? from : NULL, report, e);
	return r < 0 ? r : nics_reach(n, p->to, journal ? from : NULL, report, e);
}

int carry_out(struct network *n, const struct plan *p, bool journal,
	      const struct hooks *hooks, struct str *report, bool *ret_ending,
	      struct err *e)
{
	bool ends, reached = false, lacking = false;
	int r = nics_release(n, p, report ? report : &n->notices, e);

	*ret_ending = false;
	for (size_t at = 0, end; at < p->steps.n && r == 0; at = end) {
		end = piece_end(p, at);
		if (!*ret_ending && is_interrupted(hooks)) {
			r = err_set(e, EINTR, "interrupted: the network is as it was");
			break;
		}
		/* links that come again are not among what a way back would look at */
		ends = p->between || p->steps.v[at].op == STEP_NODE_DEL;
		if (journal && !*ret_ending && ends)
			r = journal_mark_ending(n->journal, e);
		/* what is kept may build on it */
		if (r == 0 && !reached && p->steps.v[at].op == STEP_KEEP) {
			reached = true;
			r = reach(n, p, journal, report, e);
		}
		if (r == 0) {
			*ret_ending |= ends;
			r = p->steps.v[at].op == STEP_KEEP
				    ? keep(n, &p->steps.v[at], journal && !*ret_ending,
					   hooks, e)
				    : kern_apply(n->kern, p, at, end - at, e);
		}
		/* where there is no way back, no command must be in the way of the rest
		 */
		if (r == -ECHILD && (!journal || *ret_ending)) {
			lacking = true;
			r = 0;
		}
		if (r == 0)
			tell_progress(hooks, p, end);
	}
	if (r == 0 && !reached)
		r = reach(n, p, journal, report, e);
	if (r == 0)
		kern_finish(n->kern, p);
	kern_rest(n->kern);
	return r == 0 && lacking ? -ECHILD : r;
}

/* ---- what had to be mended ---- */

struct mended {
	const struct plan *p;
	struct str *report;
	size_t lines, hidden;
};

static void tell(struct mended *x, const struct step *s, const char *what)
{
	cleanup_free char *text = step_text(x->p, s);

	if (x->lines++ >= REPORT_LINES)
		x->hidden++;
	else
		str_addf(x->report, "%s %s\n", text, what);
}

static const struct link *link_before(const struct plan *p, const struct step *s)
{
	return s->link ? model_link(p->from, s->link->id) : NULL;
}

/* Whether the step only restores what went along with something that is told of. */
static bool follows(const struct plan *p, const struct step *s)
{
	const struct link *was = link_before(p, s);

	if (!model_node(p->from, s->node->id))
		return true;
	if (!s->link || s->op == STEP_LINK_ADD)
		return s->op == STEP_LINK_ADD &&
		       (!model_node(p->from, s->link->end[0].node) ||
			!model_node(p->from, s->link->end[1].node));
	if (!was)
		return true;
	return s->op != STEP_IFACE_SET && s->op != STEP_VLAN_SET &&
	       s->op != STEP_SHAPE_SET && !was->end[s->end].up;
}

static void tell_step(struct mended *x, const struct step *s)
{
	const struct link *was = link_before(x->p, s);

	switch (s->op) {
	case STEP_NODE_ADD:
		tell(x, s, "was gone");
		break;
	case STEP_NODE_DEL:
	case STEP_LINK_DEL:
	case STEP_ADDRESS_DEL:
	case STEP_ROUTE_DEL:
		tell(x, s, "should not have been there");
		break;
	case STEP_NODE_SET:
		if (!follows(x->p, s))
			tell(x, s, "was not as it should be");
		break;
	case STEP_IFACE_SET:
		if (!follows(x->p, s))
			tell(x, s,
			     was->end[s->end].up != s->iface.up
				     ? s->iface.up ? "was down" : "was up"
				     : "had other settings");
		break;
	case STEP_VLAN_SET:
		if (!follows(x->p, s))
			tell(x, s, "were others");
		break;
	case STEP_SHAPE_SET:
		if (!follows(x->p, s))
			tell(x, s, "was another");
		break;
	case STEP_KEEP:
		tell(x, s, "was run again");
		break;
	case STEP_LINK_ADD:
	case STEP_ADDRESS_ADD:
	case STEP_ROUTE_ADD:
		if (!follows(x->p, s))
			tell(x, s, "was gone");
		break;
	}
}

static void tell_all(const struct plan *p, const struct observed *o, struct str *report)
{
	struct mended x = { .p = p, .report = report };

	vec_each (&o->strays, stray) {
		const struct node *n = model_node(o->model, stray->node);

		/* of what is outside of nodes the link is told */
		if (!n || layout_owner(stray->ifindex))
			continue;
		if (x.lines++ >= REPORT_LINES)
			x.hidden++;
		else
			str_addf(report, "%s:eth%d led nowhere\n", n->name,
				 stray->ifindex - IFINDEX_BASE);
	}
	vec_each (&p->steps, s)
		tell_step(&x, s);
	if (x.hidden)
		str_addf(report, "… and %zu more\n", x.hidden);
}

int carry_to(struct network *n, const struct model *target, const struct model *other,
	     bool all, const struct hooks *hooks, struct str *report, struct err *e)
{
	struct observed o;
	struct plan p;
	bool ending;
	int r = observe(n->kern, target, other, all, &o, e);

	if (r < 0)
		return r;
	r = observed_tidy(n->kern, &o, e);
	plan_make(&p, o.model, target);
	vec_each (&o.lowered, id)
		if (model_node(target, *id))
			plan_add_node_up(&p, model_node(p.to, *id));
	if (r == 0)
		r = carry_out(n, &p, false, hooks, report, &ending, e);
	if (r == 0 && report)
		tell_all(&p, &o, report);
	plan_free(&p);
	observed_free(&o);
	return r;
}
