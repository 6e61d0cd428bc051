/*
 * ability.c — which queueing disciplines and kinds of device the kernel has. Of
 * the former each is tried on the fabric's loopback interface, which carries
 * nothing, and taken off again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kern/kern_parts.h"
#include "kern/modules.h"
#include "kern/qdisc.h"
#include "kern/request.h"
#include "kern/request_part.h"
#include "plan/plan.h"

#include <linux/pkt_sched.h>

static int ask(struct kern *k, struct nl_msg *m)
{
	struct netlink_batch b = { .ends = { NULL, 0, 0 } };
	struct netlink_result result = { 0 };
	int r;

	netlink_batch_add(&b, m);
	r = netlink_batch_run(&k->fabric, &b, &result, NULL);
	netlink_batch_free(&b);
	free(result.message);
	return r > 0 ? result.code : r;
}

/* 1: it has it; 0: it says that it has not; -1: there was another trouble. */
static int try(struct kern *k, const struct qdisc *q)
{
	struct qdisc alone = *q;
	int r;

	alone.parent = TC_H_ROOT;
	r = ask(k, request_qdisc(IFINDEX_LOOPBACK, &alone));
	if (r == -ENOENT || r == -EOPNOTSUPP)
		return 0;
	if (r != 0)
		return -1;
	ask(k, request_qdiscs_del(IFINDEX_LOOPBACK));
	return 1;
}

/* What is not known is tried when it is used, and then says why. */
static bool has(struct kern *k, const struct qdisc *q)
{
	struct ability a = { .has = false };
	int r;

	vec_each (&k->abilities, known)
		if (strcmp(known->kind, q->kind) == 0)
			return known->has;
	r = try(k, q);
	if (r < 0)
		return true;
	snprintf(a.kind, sizeof(a.kind), "%s", q->kind);
	a.has = r > 0;
	vec_push(&k->abilities, a);
	return a.has;
}

bool kern_can_shape(void *kern, const struct shape *s)
{
	struct kern *k = kern;
	struct qdisc_tree t;

	/* netem had no seed before Linux 6.6, and tells nobody; and with a correlation it
	 * loses far less than it is told (get_crandom) */
	if (s->has_seed || s->loss_correlation)
		return false;
	qdisc_tree_make(s, MTU_DEFAULT, &t);
	for (size_t i = 0; i < t.n; i++)
		if (!has(k, &t.v[i]))
			return false;
	return true;
}

/* What is remembered holds as long as no module comes or goes: without it, the kernel
 * starts modprobe each time that it is asked for what it has not. */
static void forget_kinds(struct kern *k)
{
	cleanup_free char *now = NULL;

	if (k->has_modules)
		return;
	k->has_modules = true;
	now = modules_state();
	if (now && k->modules && strcmp(now, k->modules) == 0)
		return;
	k->kinds.n = 0;
	free(k->modules);
	k->modules = steal_ptr(now);
}

bool kern_has_kind(void *kern, const char *kind)
{
	enum { TRIAL = 50 };
	struct kern *k = kern;
	struct ability a = { .has = true };
	int r;

	forget_kinds(k); /* first: what comes later is seen next time */
	vec_each (&k->kinds, known)
		if (strcmp(known->kind, kind) == 0)
			return known->has;
	r = ask(k, request_kind_add(TRIAL, kind));
	if (r == 0)
		ask(k, request_link_del(TRIAL));
	a.has = r != -EOPNOTSUPP;
	snprintf(a.kind, sizeof(a.kind), "%s", kind);
	vec_push(&k->kinds, a);
	return a.has;
}
