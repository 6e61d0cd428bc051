/*
 * batch.c — the requests of a plan's steps, collected for one socket and run at once;
 * what the kernel says of them, as an error of the step.
 *
 * A batch is run when the next step goes elsewhere, when it is large, or when a
 * descriptor it needs would have to be closed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kern/kern_parts.h"
#include "kern/modules.h"

enum { BATCH_STEPS = 128 };

/* ---- what the kernel says ---- */

/* That it is there, or gone, already is what the step wants. */
static bool is_fine(const struct step *s, int code)
{
	switch (s->op) {
	case STEP_LINK_DEL:
		return code == -ENODEV;
	case STEP_ADDRESS_DEL:
		return code == -EADDRNOTAVAIL || code == -ENODEV;
	case STEP_ROUTE_DEL:
		return code == -ESRCH || code == -ENODEV;
	case STEP_ADDRESS_ADD:
		return code == -EEXIST;
	default:
		return false;
	}
}

static void say_what_to_try(struct err *e, const struct step *s)
{
	switch (e->code) {
	case -ENODEV:
	case -ENXIO:
	case -ENETUNREACH:
	case -EHOSTUNREACH:
	case -ENETDOWN:
		err_hint(e, "something else may have changed the network: 'repair' puts "
			    "back what is missing");
		break;
	case -ENOENT:
		if (s->op == STEP_SHAPE_SET)
			err_hint(e,
				 "it needs %s of the kernel; 'doctor' tells what this "
				 "one has",
				 shape_is_more_than_rate(&s->shape.is) ? "netem" : "tbf");
		break;
	case -EEXIST:
		if (s->op == STEP_LINK_ADD && s->link->tunnel.kind)
			err_hint(e,
				 "another tunnel there has the key %u: say another one, "
				 "as in 'key %u'",
				 s->link->tunnel.key, s->link->tunnel.key + 100);
		else if (s->op == STEP_LINK_ADD)
			err_hint(e, "something else made an interface of that name or "
				    "number there");
		break;
	case -EINVAL: /* "Unknown network namespace id" */
		if (s->op == STEP_LINK_ADD && s->link->tunnel.substrate)
			err_hint(e, "its underlay may just have gone");
		break;
	case -ENOMEM:
	case -ENOBUFS:
		err_hint(e, "the kernel is out of memory");
		break;
	}
}

/* NULL: it is Espalier's own. */
static const char *mainline_module(const char *kind)
{
	static const struct {
		const char *kind, *module;
	} modules[] = { { "gretap", "ip_gre" },	  { "ip6gretap", "ip6_gre" },
			{ "vxlan", "vxlan" },	  { "geneve", "geneve" },
			{ "macvlan", "macvlan" }, { "bridge", "bridge" },
			{ "veth", "veth" } };

	for (size_t i = 0; i < ARRAY_LEN(modules); i++)
		if (strcmp(modules[i].kind, kind) == 0)
			return modules[i].module;
	return NULL;
}

/* Where a kind of device comes from that the kernel has not. */
static void say_where_it_is(struct err *e, const char *kind)
{
	const char *module = mainline_module(kind);

	if (!module)
		err_hint(
			e,
			"it is in Espalier's own module, which 'make kmod' builds in its "
			"sources and 'insmod' loads; via bridge needs none");
	else if (!modules_can_be_loaded())
		err_hint(e, "another kernel has it, this one loads no modules; 'doctor' "
			    "tells what it has");
	else
		err_hint(e,
			 "it is in the kernel's module %s: 'modprobe %s'; 'doctor' tells "
			 "what this kernel has",
			 module, module);
}

static int step_failed(const struct kern *k, const struct step *s, const char *kind,
		       const struct netlink_result *why, struct err *e)
{
	cleanup_free char *what = step_text(k->plan, s);

	if (kind && why->code == -EOPNOTSUPP) {
		err_set(e, why->code, "%s: this kernel has no devices of kind %s (%s)",
			what, kind, why->message ? why->message : strerror(EOPNOTSUPP));
		say_where_it_is(e, kind);
		return why->code;
	}
	if (why->message)
		err_set(e, why->code, "%s: %s (%s)", what, why->message,
			strerror(-why->code));
	else
		err_sys(e, why->code, "%s", what);
	if (e)
		say_what_to_try(e, s);
	return why->code;
}

/* ---- collecting and running ---- */

void kern_empty_batch(struct kern *k)
{
	vec_each (&k->needed, h)
		(*h)->queued = false;
	k->needed.n = 0;
	k->asked.n = 0;
	k->batch.ends.n = 0;
	k->batch.bytes.n = 0;
	k->to = NULL;
}

int kern_run_batch(void *kern, struct err *e)
{
	struct kern *k = kern;
	struct netlink_result *results;
	size_t n = k->asked.n;
	int r = 0, failed;

	if (!n)
		return 0;
	results = mem_alloc(n * sizeof(*results));
	failed = netlink_batch_run(k->to, &k->batch, results, e);
	if (failed < 0)
		r = failed;
	for (size_t i = 0; i < n; i++) {
		const struct asked *a = &k->asked.v[i];
		const struct step *s = &k->plan->steps.v[a->step];

		if (failed > 0 && r == 0 && results[i].code &&
		    !is_fine(s, results[i].code))
			r = step_failed(k, s, a->kind, &results[i], e);
		free(results[i].message);
	}
	free(results);
	kern_empty_batch(k);
	return r;
}

void kern_need(struct kern *k, struct handle *h)
{
	if (h->queued)
		return;
	h->queued = true;
	vec_push(&k->needed, h);
}

int kern_queue(struct kern *k, struct netlink *to, struct nl_msg *m, struct asked what,
	       struct err *e)
{
	int r = 0;

	if (k->to != to || k->asked.n >= BATCH_STEPS)
		r = kern_run_batch(k, e);
	k->to = to;
	netlink_batch_add(&k->batch, m);
	vec_push(&k->asked, what);
	return r;
}
