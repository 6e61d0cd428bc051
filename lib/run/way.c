/*
 * way.c — see way.h.
 *
 * A way is followed link by link in the models of the networks that it leads through. At
 * a link that is a tunnel it goes down to what that stands on; a tunnel that is met again
 * further down closes a circle, in which no packet ever comes to an end.
 */
#include "run/way.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "model/trace.h"
#include "run/others.h"

/* A tunnel on the way. Models may be read anew further down, so it is a copy. */
struct strand {
	char *network; /* owned, as are those behind it */
	char *text;
	uint32_t link, mtu;
	bool mtu_follows;
	struct tunnel tunnel;
};
typedef VEC(struct strand) strand_vec;

struct walk {
	struct network *n;
	const struct model *own;
	strand_vec down; /* from the tunnel itself to where it is now */
	struct way *ret;
};

static int follow(struct walk *w, const char *network, struct tunnel *t,
		  uint32_t *ret_mtu, struct err *e);

static void strand_free(struct strand *s)
{
	free(s->network);
	free(s->text);
	free(s->tunnel.substrate);
}

static struct strand strand_of(const char *network, const struct model *m,
			       const struct link *l)
{
	struct strand s = { .network = mem_strdup(network),
			    .text = link_text(m, l),
			    .link = l->id,
			    .mtu = l->mtu,
			    .mtu_follows = l->mtu_follows,
			    .tunnel = l->tunnel };

	s.tunnel.substrate = substrate_copy(l->tunnel.substrate);
	return s;
}

/* ---- circles ---- */

static void add_strand(struct str *text, const struct strand *s)
{
	str_addf(text, "%slink %s of network %s", text->n ? " over " : "", s->text,
		 s->network);
}

/* from: the place of the first in w->down. */
static int say_circle(struct walk *w, size_t from, struct err *e)
{
	struct str text = { 0 };

	w->ret->circle = true;
	for (size_t i = from; i < w->down.n; i++)
		add_strand(&text, &w->down.v[i]);
	add_strand(&text, &w->down.v[from]);
	err_set(e, ELOOP, "a circle, in which no packet arrives: %s", text.s);
	str_free(&text);
	return err_hint(e, "end one of them in nodes with a way that needs none of "
			   "the others");
}

/* Along the tunnel, which is on the way of the last in w->down. *mtu becomes its link's,
 * if that is less. */
static int go_down(struct walk *w, const struct strand *s, uint32_t *mtu, struct err *e)
{
	struct tunnel t = s->tunnel;
	uint32_t below, own = 0;
	int r;

	for (size_t i = 0; i < w->down.n; i++)
		if (w->down.v[i].link == s->link &&
		    strcmp(w->down.v[i].network, s->network) == 0)
			return say_circle(w, i, e);
	vec_push(&w->down, *s);
	r = follow(w, s->network, &t, &below, e);
	w->down.n--;
	/* its network may not have seen yet what it is now */
	if (r == 0 && s->mtu_follows)
		own = tunnel_mtu(&t, below);
	if (!own)
		own = s->mtu;
	if (r == 0 && own < *mtu)
		*mtu = own;
	if (r == 0 || w->ret->circle)
		return r;
	err_context(e, "network '%s': the underlay of %s is broken", s->network, s->text);
	if (e)
		e->code = -ENETUNREACH; /* whatever it is down there */
	return -ENETUNREACH;
}

/* ---- one network ---- */

/* The same tunnel, as one of its substrate's network. */
static int translate(const struct tunnel *t, const struct model *m, struct tunnel *ret,
		     size_t *ret_bad, struct err *e)
{
	const struct substrate *s = t->substrate;

	*ret = (struct tunnel){ .kind = t->kind, .key = t->key };
	for (size_t i = 0; i < 2; i++) {
		const struct node *n = model_node_named(m, s->node[i]);

		*ret_bad = i;
		if (!n)
			return err_set(e, ENOENT, "network '%s' has no node '%s'",
				       s->network, s->node[i]);
		ret->underlay[i] = n->id;
	}
	*ret_bad = model_node(m, ret->underlay[0])->kind != NODE_SWITCH;
	if (tunnel_check_underlay(m, ret, e) < 0)
		return err_context(e, "network '%s'", s->network);
	return 0;
}

/* The tunnels that the path between the ends of t goes by. *mtu becomes the smallest of
 * the other links. */
static void find_tunnels(const char *network, const struct model *m,
			 const struct tunnel *t, strand_vec *ret, uint32_t *mtu)
{
	link_ids links = { 0 };

	tunnel_path_links(m, t, &links);
	if (links.n)
		*mtu = UINT32_MAX;
	vec_each (&links, id) {
		const struct link *l = model_link(m, *id);
		bool known = !l->tunnel.substrate && !l->tunnel.underlay[0];

		if (known && l->mtu < *mtu)
			*mtu = l->mtu;
		vec_each (ret, s)
			known |= s->link == *id;
		if (!known)
			vec_push(ret, strand_of(network, m, l));
	}
	vec_free(&links);
}

static int follow(struct walk *w, const char *network, struct tunnel *t,
		  uint32_t *ret_mtu, struct err *e)
{
	const struct substrate *s = t->substrate;
	const char *in = s ? s->network : network;
	const struct model *m = w->own;
	strand_vec tunnels = { 0 };
	struct tunnel there = *t;
	uint32_t mtu = 0;
	int r = 0;

	if (strcmp(in, w->n->name) != 0)
		r = others_read(w->n, in, &m, e);
	if (r == 0 && s)
		r = translate(t, m, &there, &w->ret->bad, e);
	if (r < 0)
		return r;
	r = s ? tunnel_find_path(m, &there, &mtu, e) : tunnel_path(m, &there, &mtu, e);
	memcpy(t->outer, there.outer, sizeof(t->outer));
	if (r < 0)
		return s ? err_context(e, "network '%s'", in) : r;
	find_tunnels(in, m, &there, &tunnels, &mtu);
	vec_each (&tunnels, below) {
		r = r < 0 ? r : go_down(w, below, &mtu, e);
		strand_free(below);
	}
	vec_free(&tunnels);
	if (r == 0)
		*ret_mtu = mtu;
	return r;
}

int way_find(struct network *n, const struct model *own, const struct link *of,
	     struct tunnel *t, struct way *ret, struct err *e)
{
	struct walk w = { .n = n, .own = own, .ret = ret };
	int r;

	*ret = (struct way){ 0 };
	if (of)
		vec_push(&w.down, strand_of(n->name, own, of));
	r = follow(&w, n->name, t, &ret->mtu, e);
	vec_each (&w.down, s)
		strand_free(s);
	vec_free(&w.down);
	return r;
}
