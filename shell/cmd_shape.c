/*
 * cmd_shape.c — shape: what a link does to packets; and its keys, which link
 * takes too.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "shell/handlers.h"

/* ---- keys ---- */

/* A key whose value is a number, or none. */
struct key {
	const char *name;
	size_t offset;	  /* in struct shape */
	bool wide;	  /* 64 bits */
	const char *zero; /* what to try in place of nothing; NULL: nothing is fine */
};

#define WIDE(member) offsetof(struct shape, member), true
#define NARROW(member) offsetof(struct shape, member), false

static const struct key keys[] = {
	{ "rate", WIDE(rate),
	  "no packet would leave: 'down' stops a link, 'rate none' "
	  "takes the limit away" },
	{ "queue", WIDE(queue),
	  "each packet waits in it at least for itself: queue 1pkt" },
	{ "delay", WIDE(delay), NULL },
	{ "jitter", WIDE(jitter), NULL },
	{ "duplicate", NARROW(duplicate), NULL },
	{ "reorder", NARROW(reorder), NULL },
	{ "corrupt", NARROW(corrupt), NULL },
};

static void set_number(struct shape *s, const struct key *k, uint64_t number)
{
	char *at = (char *)s + k->offset;

	if (k->wide)
		*(uint64_t *)at = number;
	else
		*(uint32_t *)at = (uint32_t)number;
}

static int read_number(const struct args *a, const struct key *k, struct shape *s,
		       struct err *e)
{
	const struct arg *v = args_behind(a, k->name, 0);

	if (!v)
		return 0;
	if (v->kind && !v->value.number && k->zero) {
		err_set(e, EINVAL, "a %s of 0", k->name);
		err_hint(e, "%s", k->zero);
		return args_blame(a, k->name, 0, e);
	}
	set_number(s, k, v->kind ? v->value.number : 0);
	if (strcmp(k->name, "queue") == 0)
		s->queue_in_bytes = v->kind && v->value.end;
	return 0;
}

static void read_loss(const struct args *a, struct shape *s)
{
	const struct arg *v = args_behind(a, "loss", 0);

	if (!v)
		return;
	s->loss = s->loss_correlation = s->burst_begin = s->burst_end = 0;
	if (v->kind) {
		s->loss = (uint32_t)v->value.number;
		s->loss_correlation = (uint32_t)args_number(a, "correlation", 0);
	} else if (args_has(a, "gemodel")) {
		s->burst_begin = (uint32_t)args_get(a, "gemodel", 0)->number;
		s->burst_end = (uint32_t)args_get(a, "gemodel", 1)->number;
	}
}

/* The number of a keyword among names; the key was not typed: otherwise. */
static uint32_t choice(const struct args *a, const char *key,
		       const char *(*name)(uint32_t), uint32_t otherwise)
{
	const struct arg *v = args_behind(a, key, 0);

	if (!v)
		return otherwise;
	for (uint32_t i = 0; name(i); i++)
		if (strcmp(name(i), v->key) == 0)
			return i;
	return otherwise;
}

enum shape_engine handlers_read_engine(const struct args *a, enum shape_engine otherwise)
{
	return (enum shape_engine)choice(a, "engine", shape_engine_name, otherwise);
}

int handlers_read_shape(const struct args *a, struct shape *s, struct err *e)
{
	const struct arg *ecn = args_behind(a, "ecn", 0),
			 *slot = args_behind(a, "slot", 0),
			 *seed = args_behind(a, "seed", 0);

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		int r = read_number(a, &keys[i], s, e);

		if (r < 0)
			return r;
	}
	read_loss(a, s);
	s->aqm = choice(a, "aqm", shape_aqm_name, s->aqm);
	s->distribution =
		choice(a, "distribution", shape_distribution_name, s->distribution);
	if (ecn)
		s->ecn = strcmp(ecn->key, "on") == 0;
	if (seed) {
		s->seed_derived = false;
		s->has_seed = seed->kind != NULL;
		s->seed = seed->kind ? seed->value.number : 0;
	}
	if (slot) {
		s->slot_min = slot->kind ? slot->value.number : 0;
		s->slot_max = slot->kind ? args_behind(a, "slot", 1)->value.number : 0;
	}
	return 0;
}

/* ---- the command ---- */

/* The only link of the two nodes. */
static int link_between(const struct model *m, const struct args *a, uint32_t *ret,
			struct err *e)
{
	uint32_t from = args_get(a, "NODE", 0)->node, to = args_get(a, "NODE", 1)->node;
	const char *x = model_node(m, from)->name, *y = model_node(m, to)->name;
	const struct link *l;
	size_t n = model_links_between(m, from, to, &l, 1);

	if (n == 0) {
		err_set(e, ENOENT, "no link joins %s and %s", x, y);
		err_hint(e, "'link %s %s' would", x, y);
	} else if (n > 1) {
		err_set(e, EINVAL, "%zu links join %s and %s", n, x, y);
		err_hint(e, "say which by its name or interface: shape %s:eth0 from %s …",
			 x, x);
	} else {
		*ret = l->id;
		return 0;
	}
	return args_blame(a, "NODE", 1, e);
}

/* Which link, and which of its ends send what is meant. */
static int directions(const struct model *m, const struct args *a, uint32_t *ret_link,
		      bool ends[2], struct err *e)
{
	const struct value *from = args_has(a, "from") ? args_get(a, "from", 0)
						       : args_get(a, "NODE", 0);
	const struct link *l;

	if (args_has(a, "->")) {
		int r = link_between(m, a, ret_link, e);

		if (r < 0)
			return r;
	} else {
		*ret_link = args_get(a, "LINK", 0)->link;
	}
	l = model_link(m, *ret_link);
	for (int end = 0; end < 2; end++)
		ends[end] = !from || l->end[end].node == from->node;
	if (!ends[0] && !ends[1]) {
		cleanup_free char *text = link_text(m, l);

		err_set(e, EINVAL, "%s is not an end of %s",
			model_node(m, from->node)->name, text);
		return args_blame(a, "from", 0, e);
	}
	return 0;
}

/* What stands behind the link and its direction; NULL: nothing. */
static const struct arg *first_key(const struct args *a)
{
	size_t at = args_has(a, "->") || args_has(a, "from") ? 3 : 1;

	return at < a->v.n ? &a->v.v[at] : NULL;
}

int cmd_shape(struct session *s, const struct args *a, struct err *e)
{
	const struct arg *first = first_key(a);
	uint32_t link = 0;
	bool ends[2];
	int r;

	r = directions(s->draft, a, &link, ends, e);
	if (r < 0)
		return r;
	if (!first) {
		err_set(e, EINVAL, "nothing is said of what the link shall do");
		return err_hint(e, "as in 'rate 10mbit delay 20ms', or none; 'show LINK' "
				   "shows what it does");
	}
	for (int end = 0; end < 2 && r == 0; end++) {
		struct shape shape = model_link(s->draft, link)->shape[end];

		if (!ends[end])
			continue;
		if (strcmp(first->key, "none") == 0)
			shape = (struct shape){ 0 };
		else
			r = handlers_read_shape(a, &shape, e);
		if (r == 0)
			r = model_set_shape(s->draft, link, end, &shape, e);
	}
	if (r == 0 && strcmp(first->key, "none") != 0)
		r = model_set_engine(
			s->draft, link,
			handlers_read_engine(a, model_link(s->draft, link)->engine), e);
	else if (r == 0 && !args_has(a, "from") && !args_has(a, "->"))
		r = model_set_engine(s->draft, link, SHAPE_ENGINE_AUTO, e);
	return r;
}
