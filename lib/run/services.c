/*
 * services.c — see services.h. What runs is compared with what the model says, and the
 * difference is made good: in this order, ended, fed, started.
 */
#include "run/services.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "run/services_parts.h"

enum {
	STOP_GRACE_MS = 3000, /* from SIGTERM to SIGKILL */
	KILL_MS = 2000,
	LOOK_AGAIN_MS = 5,
};

/* ---- the list ---- */

static void run_free(struct service_run *r)
{
	free(r->node);
	free(r->name);
	free(r->key);
	free(r->config);
}

void services_free(struct services *s)
{
	if (!s)
		return;
	vec_each (&s->v, r)
		run_free(r);
	vec_free(&s->v);
	free(s);
}

struct service_run *services_find(const struct network *n, const char *node,
				  const char *name)
{
	vec_each (&n->services->v, r)
		if (strcmp(r->node, node) == 0 && strcmp(r->name, name) == 0)
			return r;
	return NULL;
}

void service_look(struct service_run *r)
{
	int status = 0;
	pid_t got;

	if (r->ended)
		return;
	if (!r->child) {
		r->ended = !proc_alive(&r->proc);
		return;
	}
	while ((got = waitpid(r->proc.pid, &status, WNOHANG)) < 0 && errno == EINTR)
		;
	if (got == 0)
		return;
	r->ended = true;
	r->child = false;
	r->status_known = got > 0;
	r->status = exec_end_of(status).status;
}

void services_poll(struct network *n)
{
	if (n->read_only)
		services_load(n);
	vec_each (&n->services->v, r) {
		bool before = r->ended;

		service_look(r);
		if (r->ended && !before && !n->read_only)
			service_record(n, r, NULL);
		if (!n->read_only)
			service_log_shorten(n, r);
	}
}

/* ---- what is wanted ---- */

struct wanted {
	const struct node *node;
	char *folder;
	struct daemons d;
};

typedef VEC(struct wanted) wanted_vec;

static wanted_vec collect(const struct network *n, const struct model *m)
{
	wanted_vec v = { 0 };

	vec_each (&m->nodes, node) {
		struct wanted w = { .node = *node };

		if (!(*node)->services.n)
			continue;
		w.folder = services_path(n, (*node)->name, NULL);
		daemons_of(m, *node, w.folder, &w.d);
		vec_push(&v, w);
	}
	return v;
}

static void wanted_free(wanted_vec *v)
{
	vec_each (v, w) {
		daemons_free(&w->d);
		free(w->folder);
	}
	vec_free(v);
}

static const struct daemon *find_daemon(const wanted_vec *v, const char *node,
					const char *name)
{
	vec_each (v, w) {
		if (strcmp(w->node->name, node) != 0)
			continue;
		vec_each (&w->d.v, d)
			if (strcmp(d->name, name) == 0)
				return d;
	}
	return NULL;
}

/* Whether it is to be started: it does not run, or not with this key. */
static bool is_to_start(const struct network *n, const struct wanted *w,
			const struct daemon *d, bool revive)
{
	const struct service_run *r = services_find(n, w->node->name, d->name);

	return !r || (r->ended && revive) || strcmp(r->key, d->key) != 0;
}

static int check_program(const struct wanted *w, const struct daemon *d, struct err *e)
{
	cleanup_free char *program = service_find_program(d->argv.v[0]);
	cleanup_free char *vtysh = program && d->frr ? service_find_program("vtysh")
						     : NULL;

	if (program && (vtysh || !d->frr))
		return 0;
	err_set(e, ENOENT, "%s: %s is not installed; Debian has it in the package %s",
		w->node->name, program ? "vtysh" : d->argv.v[0], d->package);
	return err_hint(e,
			"`scripts/deps services` installs what services need, as root "
			"`apt-get install %s` just this",
			d->package);
}

/* ---- ending ---- */

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

typedef VEC(struct service_run *) run_refs;

/*
 * What a program leaves behind, as busybox httpd does for an open connection, ends with
 * it. Looking this often, its group's number cannot have become another's unnoticed.
 */
static bool look_at_end(struct service_run *r)
{
	if (r->ended)
		return true;
	service_look(r);
	if (r->ended)
		kill(-r->proc.pid, SIGKILL);
	return r->ended;
}

static bool await_ends(const run_refs *v, long long deadline)
{
	for (;;) {
		bool all = true;

		vec_each (v, r)
			all &= look_at_end(*r);
		if (all || now_ms() >= deadline)
			return all;
		poll(NULL, 0, LOOK_AGAIN_MS);
	}
}

static int end_all(const run_refs *v, struct err *e)
{
	vec_each (v, r)
		if (!(*r)->ended)
			proc_signal(&(*r)->proc, SIGTERM);
	if (await_ends(v, now_ms() + STOP_GRACE_MS))
		return 0;
	vec_each (v, r)
		if (!(*r)->ended)
			proc_signal(&(*r)->proc, SIGKILL);
	if (await_ends(v, now_ms() + KILL_MS))
		return 0;
	return err_set(e, ETIMEDOUT, "a service does not end, though it was killed");
}

static void forget(struct network *n, struct service_run *r)
{
	static const char *const suffixes[] = { "log", "conf", "run" };

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		cleanup_free char *path = services_file(n, r->node, r->name, suffixes[i]);

		unlink(path);
	}
	run_free(r);
	vec_remove(&n->services->v, (size_t)(r - n->services->v.v));
}

static bool node_has_any(const struct network *n, const char *node)
{
	vec_each (&n->services->v, r)
		if (strcmp(r->node, node) == 0)
			return true;
	return false;
}

static bool is_to_end(const wanted_vec *v, const struct service_run *r)
{
	const struct daemon *d = find_daemon(v, r->node, r->name);

	return !d || strcmp(d->key, r->key) != 0;
}

static int end_unwanted(struct network *n, const wanted_vec *v, struct err *e)
{
	run_refs others = { 0 }, firsts = { 0 };
	int r;

	vec_each (&n->services->v, run) {
		if (!is_to_end(v, run))
			continue;
		if (strcmp(run->name, "zebra") == 0)
			vec_push(&firsts, run);
		else
			vec_push(&others, run);
	}
	r = end_all(&others, e);
	if (r == 0)
		r = end_all(&firsts, e);
	vec_free(&others);
	vec_free(&firsts);
	for (size_t i = n->services->v.n; r == 0 && i-- > 0;) {
		struct service_run *run = &n->services->v.v[i];
		cleanup_free char *node = mem_strdup(run->node);

		if (!is_to_end(v, run))
			continue;
		forget(n, run);
		if (!node_has_any(n, node)) {
			cleanup_free char *path = services_path(n, node, NULL);

			file_remove_tree(path, NULL);
		}
	}
	return r;
}

/* ---- feeding and starting ---- */

static int feed_changed(struct network *n, const wanted_vec *v, struct err *e)
{
	int r = 0;

	vec_each (v, w)
		vec_each (&w->d.v, d) {
			struct service_run *run =
				services_find(n, w->node->name, d->name);

			if (r < 0 || !run || run->ended ||
			    strcmp(run->config, d->config) == 0)
				continue;
			r = services_feed(n, run->node, d->config, e);
			if (r < 0)
				continue;
			free(run->config);
			run->config = mem_strdup(d->config);
			r = service_record(n, run, e);
		}
	return r;
}

typedef VEC(struct service_start) start_vec;

static int start_all(struct network *n, start_vec *v, bool first,
		     const struct hooks *hooks, struct err *e)
{
	start_vec now = { 0 };
	int r = 0;

	vec_each (v, s)
		if (s->daemon->first == first && r == 0) {
			r = service_start(n, s, e);
			vec_push(&now, *s);
		}
	if (r == 0)
		r = services_await(n, now.v, now.n, hooks, e);
	vec_free(&now);
	return r;
}

/* The user's own configuration, of each node some of whose FRR programs are started. */
static int each_text(struct network *n, const wanted_vec *v, const start_vec *started,
		     int (*fn)(struct network *n, const char *node, const char *text,
			       struct err *e),
		     struct err *e)
{
	int r = 0;

	vec_each (v, w) {
		bool any = false;

		vec_each (started, s)
			any |= s->node == w->node && s->daemon->frr;
		if (r == 0 && any && w->d.frr_text)
			r = fn(n, w->node->name, w->d.frr_text, e);
	}
	return r;
}

int services_carry(struct network *n, const struct model *m, bool revive,
		   struct str *report, const struct hooks *hooks, struct err *e)
{
	wanted_vec v = collect(n, m);
	start_vec starts = { 0 };
	bool frr = false;
	int r = 0;

	services_poll(n);
	vec_each (&v, w)
		vec_each (&w->d.v, d) {
			if (!is_to_start(n, w, d, revive))
				continue;
			if (r == 0)
				r = check_program(w, d, e);
			frr |= d->frr;
			if (report && services_find(n, w->node->name, d->name))
				str_addf(report, "%s: %s had ended\n", w->node->name,
					 d->name);
			vec_push(&starts,
				 ((struct service_start){ w->node, d, .log_from = 0 }));
		}
	if (r == 0 && frr)
		r = services_prepare_frr(n, e);
	if (r == 0)
		r = each_text(n, &v, &starts, services_check_text, e);
	if (r == 0)
		r = end_unwanted(n, &v, e);
	if (r == 0)
		r = feed_changed(n, &v, e);
	if (r == 0)
		r = start_all(n, &starts, true, hooks, e);
	if (r == 0)
		r = start_all(n, &starts, false, hooks, e);
	if (r == 0)
		r = each_text(n, &v, &starts, services_feed, e);
	vec_free(&starts);
	wanted_free(&v);
	return r;
}
