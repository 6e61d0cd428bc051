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
#include "run/underlay.h"
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

/* Whether it is a step back to a node that was deleted: its kept commands had succeeded
 * once, and one that does not any more must not keep it from coming back. */
static bool is_return(const struct network *n, const struct plan *p, const struct step *s)
{
	return n->unfinished->kind != JOURNAL_CHANGE && !model_node(p->from, s->node->id);
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
		const struct step *s = &p->steps.v[at];
		bool returns = journal && s->op == STEP_KEEP && is_return(n, p, s);

		end = piece_end(p, at);
		if (!*ret_ending && is_interrupted(hooks)) {
			r = err_set(e, EINTR, "interrupted: the network is as it was");
			break;
		}
		/* links that come again are not among what a way back would look at */
		ends = p->between || s->op == STEP_NODE_DEL;
		if (journal && !*ret_ending && ends)
			r = journal_mark_ending(n->journal, e);
		/* what is kept may build on it */
		if (r == 0 && !reached && s->op == STEP_KEEP) {
			reached = true;
			r = reach(n, p, journal, report, e);
		}
		if (r == 0) {
			*ret_ending |= ends;
			r = s->op == STEP_KEEP
				    ? keep(n, s, journal && !*ret_ending && !returns,
					   hooks, e)
				    : kern_apply(n->kern, p, at, end - at, e);
		}
		if (r == -ECHILD && returns && !*ret_ending)
			*ret_ending = journal_mark_ending(n->journal, NULL) == 0;
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
	const struct observed *o;
	struct str *report;
	size_t lines, hidden;
	VEC(uint32_t) anew; /* links that were there, and are made of other devices */
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
static bool follows(const struct mended *x, const struct step *s)
{
	const struct plan *p = x->p;
	const struct link *was = link_before(p, s);

	if (!model_node(p->from, s->node->id))
		return true;
	vec_each (&x->anew, id)
		if (s->link && s->link->id == *id)
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

/* Whether the address is there, but the route that comes with it was not. */
static bool was_hollow(const struct mended *x, const struct step *s)
{
	if (s->op != STEP_ADDRESS_ADD || !s->link)
		return false;
	vec_each (&x->o->hollows, h)
		if (h->node == s->node->id && ip_equal(&h->ip, &s->address) &&
		    h->ifindex == IFINDEX_BASE + (int)s->link->end[s->end].index)
			return true;
	return false;
}

static void tell_step(struct mended *x, const struct step *s)
{
	const struct link *was = link_before(x->p, s);

	switch (s->op) {
	case STEP_NODE_ADD:
		tell(x, s, "was gone");
		break;
	case STEP_LINK_DEL:
		if (!model_link(x->p->to, s->link->id))
			tell(x, s, "should not have been there");
		break;
	case STEP_NODE_DEL:
	case STEP_ADDRESS_DEL:
	case STEP_ROUTE_DEL:
		tell(x, s, "should not have been there");
		break;
	case STEP_NODE_SET:
		if (!follows(x, s))
			tell(x, s, "was not as it should be");
		break;
	case STEP_IFACE_SET:
		if (!follows(x, s))
			tell(x, s,
			     was->end[s->end].up != s->iface.up
				     ? s->iface.up ? "was down" : "was up"
				     : "had other settings");
		break;
	case STEP_VLAN_SET:
		if (!follows(x, s))
			tell(x, s, "were others");
		break;
	case STEP_SHAPE_SET:
		if (!follows(x, s))
			tell(x, s, "was another");
		break;
	case STEP_KEEP:
		tell(x, s, "was run again");
		break;
	case STEP_LINK_ADD:
		if (follows(x, s))
			break;
		tell(x, s, was ? "had other settings: it was made anew" : "was gone");
		if (was)
			vec_push(&x->anew, s->link->id);
		break;
	case STEP_ADDRESS_ADD:
	case STEP_ROUTE_ADD:
		if (!follows(x, s))
			tell(x, s,
			     was_hollow(x, s) ? "had no route to its subnet"
					      : "was gone");
		break;
	}
}

/* Whether a link is to be there, of which is told anyway. */
static bool has_link(const struct model *m, const struct stray *stray)
{
	const struct node *n = model_node(m, stray->node);
	size_t index = (size_t)(stray->ifindex - IFINDEX_BASE);

	return n && index < n->ports.n && n->ports.v[index].link;
}

static void tell_all(const struct plan *p, const struct observed *o,
		     const struct model *target, struct str *report)
{
	struct mended x = { .p = p, .o = o, .report = report };

	vec_each (&o->strays, stray) {
		const struct node *n = model_node(o->model, stray->node);

		/* of what is outside of nodes the link is told */
		if (!n || layout_owner(stray->ifindex) || has_link(target, stray))
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
	vec_free(&x.anew);
}

int carry_to(struct network *n, const struct model *target, const struct model *other,
	     bool all, const struct hooks *hooks, struct str *report, struct err *e)
{
	struct grounded g;
	struct observed o;
	struct plan p;
	bool ending;
	int r;

	underlays_ground(n, other, target, &g);
	r = observe(n->kern, g.to, g.from, all, &o, e);
	if (r < 0) {
		grounded_free(&g);
		return r;
	}
	r = observed_tidy(n->kern, &o, e);
	plan_make(&p, o.model, g.to);
	grounded_free(&g);
	vec_each (&o.lowered, id)
		if (model_node(p.to, *id))
			plan_add_node_up(&p, model_node(p.to, *id));
	if (r == 0)
		r = carry_out(n, &p, false, hooks, report, &ending, e);
	if (r == 0 && report)
		tell_all(&p, &o, target, report);
	if (r == 0 && report)
		underlays_tell_lost(n, target, NULL, report);
	plan_free(&p);
	observed_free(&o);
	return r;
}
