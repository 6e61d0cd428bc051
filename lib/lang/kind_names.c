/*
 * kind_names.c — kinds that name something in the model: nodes, links,
 * interfaces, and names that are to be new.
 *
 * Nodes are found by the model's binary search. Links with a name are few, but
 * the model looks through all links for one; so the first look-up of a
 * statement sorts them, and a statement of thousands of words stays quick.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "lang/kinds.h"
#include "lang/rows.h"

enum {
	LIST_MAX = 8, /* names in a hint */
	RECENT = 4,   /* arguments before, that are looked at */
};

/* ---- looking up ---- */

static int compare_names(const void *a, const void *b)
{
	const struct link *const *la = a, *const *lb = b;

	return strcmp((*la)->name, (*lb)->name);
}

static int compare_name(const void *key, const void *item)
{
	const struct link *const *l = item;

	return strcmp(key, (*l)->name);
}

void kind_index_named(struct kind_context *c)
{
	if (c->has_named)
		return;
	c->has_named = true;
	vec_each (&c->m->links, l)
		if ((*l)->name)
			vec_push(&c->named, *l);
	if (c->named.n)
		qsort(c->named.v, c->named.n, sizeof(*c->named.v), compare_names);
}

static const struct link *find_named(struct kind_context *c, const char *name)
{
	const struct link *const *found = NULL;

	kind_index_named(c);
	if (c->named.n)
		found = bsearch(name, c->named.v, c->named.n, sizeof(*c->named.v),
				compare_name);
	return found ? *found : NULL;
}

const struct node *kind_split_iface(struct kind_context *c, const char *text,
				    const char **ret_iface)
{
	const char *colon = strchr(text, ':');
	cleanup_free char *name = NULL;

	if (!colon)
		return NULL;
	name = mem_strndup(text, (size_t)(colon - text));
	*ret_iface = colon + 1;
	return model_node_named(c->m, name);
}

/* The link and end of "h1:eth0". */
static const struct link *find_iface(struct kind_context *c, const char *text,
				     int *ret_end)
{
	const struct link *l = NULL;
	const char *iface;
	const struct node *n = kind_split_iface(c, text, &iface);

	if (!n || model_iface_named(c->m, n, iface, &l, ret_end) < 0)
		return NULL;
	return l;
}

/* ---- refusing ---- */

/* Whether the node was named just before: it is hardly meant again. */
static bool is_recent(const struct kind_context *c, uint32_t node)
{
	for (size_t i = c->n_args; i-- > 0 && i + RECENT >= c->n_args;)
		if (c->args[i].value.node == node)
			return true;
	return false;
}

static void suggest_nodes(struct kind_context *c, struct suggest *g)
{
	vec_each (&c->m->names, n)
		if (!is_recent(c, (*n)->id))
			suggest_offer(g, (*n)->name);
}

static int refuse_unknown(struct kind_context *c, const char *what, const char *name,
			  bool links, size_t bad, struct err *e)
{
	cleanup_free char *shown = NULL;
	struct suggest g;

	if (!c->quiet) {
		shown = kind_show_word(name);
		suggest_begin(&g, name);
		suggest_nodes(c, &g);
		if (links) {
			kind_index_named(c);
			vec_each (&c->named, l)
				suggest_offer(&g, (*l)->name);
		}
		err_set(e, ENOENT, "no %s named '%s'", what, shown);
		if (g.best)
			err_hint(e, "did you mean '%s'?", g.best);
		else if (c->m->nodes.n == 0)
			err_hint(e, "there are no nodes yet; `add` makes some");
	}
	return kind_refuse(c, bad, LIKE_MAYBE, ENOENT);
}

/* "eth0, eth1 and lo" of a node. */
static char *list_ifaces(const struct node *n, const char *last)
{
	struct str s = { 0 };
	size_t listed = 0;

	for (size_t i = 0; i < n->ports.n; i++) {
		if (!n->ports.v[i].link)
			continue;
		if (listed++ >= LIST_MAX)
			break;
		str_addf(&s, "%seth%zu", s.n ? ", " : "", i);
	}
	if (listed > LIST_MAX)
		str_add(&s, " …");
	if (last)
		str_addf(&s, "%s%s", s.n ? " and " : "", last);
	return str_take(&s);
}

/* Of "h1:eth7": the node is unknown, or the interface is. */
static int refuse_iface(struct kind_context *c, const char *text, bool lo, struct err *e)
{
	const char *iface = "";
	const struct node *n = kind_split_iface(c, text, &iface);
	cleanup_free char *list = NULL, *shown = NULL;

	if (!n) {
		cleanup_free char *name =
			mem_strndup(text, (size_t)(strchr(text, ':') - text));

		refuse_unknown(c, "node", name, false, 0, e);
		return kind_refuse(c, 0, LIKE_MAYBE, ENOENT);
	}
	if (nic_named(&n->nics, iface)) {
		err_set(e, ENOENT, "%s is the machine's: no end of a link", text);
		err_hint(e, "`keep %s ip addr add ADDR/LEN dev %s` gives it an address",
			 n->name, iface);
		return kind_refuse(c, 0, LIKE_SURE, ENOENT);
	}
	list = list_ifaces(n, lo ? "lo" : NULL);
	shown = kind_show_word(iface);
	err_set(e, ENOENT, "%s has no interface '%s'", n->name, shown);
	if (*list)
		err_hint(e, "it has %s", list);
	else
		err_hint(e, "it has none yet; `link %s NODE` makes one", n->name);
	return kind_refuse(c, 0, LIKE_SURE, ENOENT);
}

static void blame_both(const struct word *w, struct err *e)
{
	if (w[0].place.line == w[1].place.line) {
		e->place = w[0].place;
		e->place.length = w[1].place.column + w[1].place.length -
				  w[0].place.column;
	}
}

/* Several links, or none, join the two nodes at w. */
static int refuse_pair(struct kind_context *c, const struct word *w, const struct node *a,
		       const struct node *b, struct err *e)
{
	const struct link *between[LIST_MAX];
	size_t n = model_links_between(c->m, a->id, b->id, between, LIST_MAX);
	struct str list = { 0 };

	if (a == b) {
		err_set(e, EINVAL, "a link joins two nodes, not %s to itself", a->name);
		return kind_refuse(c, 1, LIKE_SURE, EINVAL);
	}
	if (n == 0) {
		err_set(e, ENOENT, "no link joins %s and %s", a->name, b->name);
		blame_both(w, e);
		return kind_refuse(c, 1, LIKE_SURE, ENOENT);
	}
	for (size_t i = 0; i < n && i < LIST_MAX; i++) {
		char text[IFACE_TEXT_MAX];
		int end = between[i]->end[0].node != a->id;

		str_addf(&list, "%s%s",
			 i == 0	      ? ""
			 : i + 1 == n ? " or "
				      : ", ",
			 iface_text(c->m, between[i], end, text));
	}
	err_set(e, EINVAL, "%zu links join %s and %s", n, a->name, b->name);
	err_hint(e, "say which: %s%s", list.s, n > LIST_MAX ? " …" : "");
	blame_both(w, e);
	str_free(&list);
	return kind_refuse(c, 1, LIKE_SURE, EINVAL);
}

/* ---- NODE, END, IFACE ---- */

int kind_parse_node(struct kind_context *c, const struct word *w, size_t n,
		    struct value *ret, struct err *e)
{
	const struct node *node = model_node_named(c->m, w->text);

	(void)n;
	if (!node)
		return refuse_unknown(c, "node", w->text, false, 0, e);
	ret->node = node->id;
	return 1;
}

/* The number of "eth12"; false: it is no such name, or a number no node may have. */
static bool parse_eth(const char *iface, uint64_t *ret)
{
	size_t digits;

	if (!str_starts(iface, "eth"))
		return false;
	iface += 3;
	digits = strspn(iface, "0123456789");
	if (digits == 0 || digits > 5 || iface[digits] || (iface[0] == '0' && digits > 1))
		return false;
	*ret = strtoull(iface, NULL, 10);
	return *ret < NODE_PORTS_MAX;
}

int kind_parse_end(struct kind_context *c, const struct word *w, size_t n,
		   struct value *ret, struct err *e)
{
	const char *iface = "";
	const struct node *node;
	uint64_t number;

	if (!strchr(w->text, ':'))
		return kind_parse_node(c, w, n, ret, e);
	node = kind_split_iface(c, w->text, &iface);
	if (!node)
		return refuse_iface(c, w->text, false, e);
	if (!parse_eth(iface, &number)) {
		cleanup_free char *shown = kind_show_word(iface);

		err_set(e, EINVAL, "'%s' cannot be an interface of %s", shown,
			node->name);
		err_hint(e, "the end of a link is eth0, eth1 … up to eth%d",
			 NODE_PORTS_MAX - 1);
		return kind_refuse(c, 0, LIKE_SURE, EINVAL);
	}
	ret->node = node->id;
	ret->number = number + 1;
	return 1;
}

int kind_parse_iface(struct kind_context *c, const struct word *w, size_t n,
		     struct value *ret, struct err *e)
{
	const struct node *node = model_node_named(c->m, w->text);
	const struct link *l;
	const char *iface;

	(void)n;
	if (node) {
		cleanup_free char *list = list_ifaces(node, "lo");

		err_set(e, EINVAL, "'%s' is a node; say which interface of it",
			node->name);
		err_hint(e, "as in %s:eth0; it has %s", node->name, list);
		return kind_refuse(c, 0, LIKE_SURE, EINVAL);
	}
	if (!strchr(w->text, ':'))
		return refuse_unknown(c, "node", w->text, false, 0, e);
	node = kind_split_iface(c, w->text, &iface);
	if (node && strcmp(iface, "lo") == 0) {
		ret->node = node->id;
		return 1;
	}
	l = find_iface(c, w->text, &ret->end);
	if (!l)
		return refuse_iface(c, w->text, true, e);
	ret->node = l->end[ret->end].node;
	ret->link = l->id;
	return 1;
}

/* ---- LINK, TARGET ---- */

/* One word that is a link by itself, or two interfaces that are its ends; 0: none. */
static int parse_link_alone(struct kind_context *c, const struct word *w, size_t n,
			    struct value *ret)
{
	const struct link *l = find_named(c, w->text), *other;
	int end;

	if (l) {
		ret->link = l->id;
		return 1;
	}
	l = find_iface(c, w->text, &end);
	if (!l)
		return 0;
	ret->link = l->id;
	other = n > 1 ? find_iface(c, w[1].text, &end) : NULL;
	return other == l && strcmp(w[0].text, w[1].text) != 0 ? 2 : 1;
}

int kind_parse_link(struct kind_context *c, const struct word *w, size_t n,
		    struct value *ret, struct err *e)
{
	int taken = parse_link_alone(c, w, n, ret);
	const struct node *a, *b;
	const struct link *l;

	if (taken)
		return taken;
	a = model_node_named(c->m, w->text);
	if (!a && strchr(w->text, ':'))
		return refuse_iface(c, w->text, false, e);
	if (!a)
		return refuse_unknown(c, "node or link", w->text, true, 0, e);
	if (n < 2) {
		err_set(e, EINVAL, "'%s' is a node; a link has two", a->name);
		err_hint(e, "name the node at its other end, too");
		return kind_refuse(c, 1, LIKE_SURE, EINVAL);
	}
	b = model_node_named(c->m, w[1].text);
	if (!b)
		return refuse_unknown(c, "node", w[1].text, false, 1, e);
	if (model_links_between(c->m, a->id, b->id, &l, 1) != 1)
		return refuse_pair(c, w, a, b, e);
	ret->link = l->id;
	return 2;
}

const char *kind_target_keyword(const struct kind_context *c, bool *ret_first)
{
	bool keyword = c->n_args && !c->args[0].kind;

	*ret_first = c->n_args == (keyword ? 1 : 0);
	return keyword ? c->args[0].key : "";
}

int kind_parse_target(struct kind_context *c, const struct word *w, size_t n,
		      struct value *ret, struct err *e)
{
	const struct node *a = model_node_named(c->m, w->text), *b;
	const struct link *l;
	bool first;
	const char *keyword = kind_target_keyword(c, &first);
	int taken;

	if (strcmp(keyword, "node") == 0)
		return kind_parse_node(c, w, n, ret, e);
	if (strcmp(keyword, "link") == 0)
		return kind_parse_link(c, w, n, ret, e);
	b = a && first && n == 2 ? model_node_named(c->m, w[1].text) : NULL;
	if (b && b != a) {
		size_t joined = model_links_between(c->m, a->id, b->id, &l, 1);

		if (joined != 1) {
			int r = refuse_pair(c, w, a, b, e);

			/* who meant a link must not lose two nodes */
			if (joined == 0)
				err_hint(e, "say `node %s %s` to mean the two nodes",
					 a->name, b->name);
			return r;
		}
		ret->link = l->id;
		return 2;
	}
	if (a) {
		ret->node = a->id;
		return 1;
	}
	taken = parse_link_alone(c, w, n, ret);
	if (taken)
		return taken;
	if (strchr(w->text, ':'))
		return refuse_iface(c, w->text, false, e);
	return refuse_unknown(c, "node or link", w->text, true, 0, e);
}

/* ---- NAME, LINKNAME ---- */

int kind_parse_name(struct kind_context *c, const struct word *w, size_t n,
		    struct value *ret, struct err *e)
{
	const struct node *node = model_node_named(c->m, w->text);
	int r = model_check_name(w->text, e);

	(void)n;
	(void)ret;
	if (r < 0)
		return kind_refuse(c, 0, LIKE_MAYBE, r);
	for (size_t i = 0; i < c->lang->n; i++) {
		const char *verb = c->lang->verbs[i].name;

		if (!verb || strcmp(verb, w->text) != 0)
			continue;
		err_set(e, EINVAL, "'%s' is a command, so it cannot be a name", verb);
		return kind_refuse(c, 0, LIKE_SURE, EINVAL);
	}
	if (node)
		err_set(e, EEXIST, "there is a %s named '%s' already",
			node_kind_text(node), node->name);
	else if (find_named(c, w->text))
		err_set(e, EEXIST, "there is a link named '%s' already", w->text);
	else
		return 1;
	return kind_refuse(c, 0, LIKE_SURE, EEXIST);
}
