/*
 * cmd_pingall.c — pingall: from every host to every other, at once.
 *
 * Pings are made and sent in slices, so that a million of them need no more
 * memory than a few thousand. Up to MATRIX_MAX nodes are shown as a matrix if
 * the window has room for it, more as the first pings that failed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run/ping.h"
#include "shell/handlers.h"
#include "shell/progress.h"

enum {
	MATRIX_MAX = 20,
	SLICE = 16384,	  /* pings made at a time */
	PARALLEL = 4096,  /* of them under way */
	TOLD_MAX = 20,	  /* failures, or reasons, a person reads */
	LISTED_MAX = 1000 /* failures in JSON */
};
static const uint64_t TIMEOUT_NS = 2000000000;

struct sweep {
	struct session *s;
	VEC(const struct node *) nodes;
	size_t total, decided, lost;
	bool *failed; /* nodes x nodes, for the matrix; NULL: too many */
	json_t *failures;
};

static void choose_nodes(struct sweep *w)
{
	static const enum node_kind kinds[] = { NODE_HOST, NODE_ROUTER };
	const struct model *m = w->s->net->model;

	for (size_t k = 0; k < ARRAY_LEN(kinds) && !w->nodes.n; k++)
		vec_each (&m->nodes, n)
			if ((*n)->kind == kinds[k])
				vec_push(&w->nodes, *n);
}

static void note_failure(struct sweep *w, size_t from, size_t to, const char *why)
{
	const struct node *a = w->nodes.v[from], *b = w->nodes.v[to];

	w->lost++;
	if (w->failed)
		w->failed[from * w->nodes.n + to] = true;
	if (json_array_size(w->failures) < LISTED_MAX)
		json_array_append_new(w->failures,
				      json_pack("{s:s, s:s, s:s}", "from", a->name, "to",
						b->name, "why", why));
}

static void note_no_address(struct sweep *w, size_t from, size_t to)
{
	cleanup_free char *why = handlers_why_no_address(
		w->s->net->model, w->nodes.v[from], w->nodes.v[to]);

	w->decided++;
	note_failure(w, from, to, why);
}

static void decided(const struct ping *p, void *cookie)
{
	struct sweep *w = cookie;
	static char ends[] = "Ctrl-C ends it";

	(void)p;
	progress_show(ends, "pinging", ++w->decided, w->total);
}

/* A slice of pings: who sends each is known by its place, whom to by this. */
struct slice {
	VEC(struct ping) pings;
	VEC(size_t) from, to; /* places in nodes */
};

static int run_slice(struct sweep *w, struct slice *sl, struct err *e)
{
	struct session *s = w->s;
	/* progress is told of the whole, not of the slice */
	struct hooks hooks = { .interrupted = s->hooks.interrupted,
			       .cookie = s->hooks.cookie };
	int r;

	if (!sl->pings.n)
		return 0;
	r = ping_run(s->net, sl->pings.v, sl->pings.n, PARALLEL, TIMEOUT_NS, decided, w,
		     &hooks, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < sl->pings.n; i++) {
		const struct ping *p = &sl->pings.v[i];
		cleanup_free char *known = NULL;

		if (p->outcome == PING_ANSWERED)
			continue;
		if (json_array_size(w->failures) < LISTED_MAX)
			known = handlers_why_not(s->net, w->nodes.v[sl->from.v[i]],
						 &p->to);
		note_failure(w, sl->from.v[i], sl->to.v[i],
			     known		       ? known
			     : p->outcome == PING_LOST ? "no answer"
						       : p->why);
	}
	sl->pings.n = sl->from.n = sl->to.n = 0;
	return 0;
}

static int run_sweep(struct sweep *w, struct err *e)
{
	const struct model *m = w->s->net->model;
	struct slice sl = { 0 };
	int r = 0;

	for (size_t i = 0; i < w->nodes.n && r == 0; i++)
		for (size_t j = 0; j < w->nodes.n && r == 0; j++) {
			struct ping p = { .from = w->nodes.v[i]->id };

			if (i == j)
				continue;
			if (!handlers_common_address(m, w->nodes.v[i], w->nodes.v[j],
						     &p.to)) {
				note_no_address(w, i, j);
				continue;
			}
			vec_push(&sl.pings, p);
			vec_push(&sl.from, i);
			vec_push(&sl.to, j);
			if (sl.pings.n == SLICE)
				r = run_slice(w, &sl, e);
		}
	if (r == 0)
		r = run_slice(w, &sl, e);
	vec_free(&sl.pings);
	vec_free(&sl.from);
	vec_free(&sl.to);
	return r;
}

/* ---- telling ---- */

static bool matrix_fits(const struct sweep *w)
{
	unsigned width = output_width(&w->s->out);
	size_t need = 0, widest = 0;

	vec_each (&w->nodes, n) {
		size_t len = strlen((*n)->name);

		need += 2 + (len > 2 ? len : 2);
		if (len > widest)
			widest = len;
	}
	return !width || need + widest <= width;
}

static void show_matrix(struct sweep *w)
{
	size_t n = w->nodes.n;
	cleanup_free struct column *columns = mem_alloc((n + 1) * sizeof(*columns));
	struct table t;

	columns[0] = (struct column){ .key = "from", .title = "" };
	for (size_t i = 0; i < n; i++)
		columns[i + 1] = (struct column){ .key = w->nodes.v[i]->name,
						  .title = w->nodes.v[i]->name,
						  .right = true };
	table_begin(&t, columns, n + 1);
	for (size_t i = 0; i < n; i++) {
		table_add(&t, mem_strdup(w->nodes.v[i]->name), NULL, STYLE_STRONG);
		for (size_t j = 0; j < n; j++) {
			bool failed = w->failed[i * n + j];

			if (i == j)
				table_add(&t, NULL, NULL, STYLE_DIM);
			else
				table_add(&t, mem_strdup(failed ? "X" : "ok"), NULL,
					  failed ? STYLE_BAD : STYLE_GOOD);
		}
	}
	table_end(&t, &w->s->out);
}

static const char *member(const json_t *failure, const char *key)
{
	return json_string_value(json_object_get(failure, key));
}

/* Failures with the same reason are told together. */
struct reason {
	const json_t *first;
	size_t n;
};
typedef VEC(struct reason) reason_vec;

static reason_vec group_failures(const struct sweep *w)
{
	reason_vec reasons = { 0 };

	for (size_t i = 0; i < json_array_size(w->failures); i++) {
		const json_t *f = json_array_get(w->failures, i);
		struct reason *same = NULL;

		vec_each (&reasons, r)
			if (strcmp(member(r->first, "why"), member(f, "why")) == 0)
				same = r;
		if (same)
			same->n++;
		else
			vec_push(&reasons, ((struct reason){ .first = f, .n = 1 }));
	}
	return reasons;
}

static void say_reason(struct output *o, const struct reason *r)
{
	const char *from = member(r->first, "from"), *to = member(r->first, "to");
	const char *why = member(r->first, "why");

	if (r->n == 1)
		output_say(o, STYLE_BAD, "%s -> %s: %s", from, to, why);
	else
		output_say(o, STYLE_BAD, "%zu pings, as %s -> %s: %s", r->n, from, to,
			   why);
}

static void show_failures(const struct sweep *w)
{
	struct output *o = &w->s->out;
	size_t listed = json_array_size(w->failures), told = 0;
	reason_vec reasons = { 0 };

	if (w->lost > TOLD_MAX) {
		reasons = group_failures(w);
	} else {
		for (size_t i = 0; i < listed; i++)
			vec_push(&reasons,
				 ((struct reason){ json_array_get(w->failures, i), 1 }));
	}
	for (size_t i = 0; i < reasons.n && i < TOLD_MAX; i++) {
		say_reason(o, &reasons.v[i]);
		told += reasons.v[i].n;
	}
	if (w->lost > told)
		output_say(o, STYLE_DIM, "… and %zu more", w->lost - told);
	vec_free(&reasons);
}

static int tell(struct sweep *w, struct err *e)
{
	struct session *s = w->s;

	if (w->failed && !s->out.json && matrix_fits(w))
		show_matrix(w);
	if (!s->out.json)
		show_failures(w);
	output_result(&s->out,
		      json_pack("{s:I, s:I, s:I, s:O}", "sent", (json_int_t)w->total,
				"answered", (json_int_t)(w->total - w->lost), "lost",
				(json_int_t)w->lost, "failures", w->failures));
	if (w->lost)
		return err_set(e, EHOSTUNREACH, "%zu of %zu pings were not answered",
			       w->lost, w->total);
	output_say(&s->out, STYLE_GOOD, "%zu pings, all answered", w->total);
	return 0;
}

int cmd_pingall(struct session *s, const struct args *a, struct err *e)
{
	struct sweep w = { .s = s };
	int r;

	(void)a;
	choose_nodes(&w);
	if (w.nodes.n < 2) {
		vec_free(&w.nodes);
		return err_set(e, EINVAL, "pingall needs two hosts, or two routers");
	}
	w.total = w.nodes.n * (w.nodes.n - 1);
	w.failures = json_array();
	if (w.nodes.n <= MATRIX_MAX)
		w.failed = mem_alloc(w.nodes.n * w.nodes.n * sizeof(*w.failed));
	r = run_sweep(&w, e);
	if (r == -EINTR)
		err_set(e, EINTR, "interrupted after %zu of %zu pings", w.decided,
			w.total);
	if (r == 0)
		r = tell(&w, e);
	free(w.failed);
	json_decref(w.failures);
	vec_free(&w.nodes);
	return r;
}
