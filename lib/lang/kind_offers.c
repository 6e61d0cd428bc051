/*
 * kind_offers.c — completion of what the model names: nodes, links, interfaces.
 *
 * Interfaces are offered in two steps, "h1:" and then "h1:eth0": a network has
 * many of them, a node has few.
 */
#include <string.h>

#include "lang/kinds.h"

void kind_complete_node(struct kind_context *c, const struct word *before, size_t n,
			const char *begun, choice_vec *ret)
{
	(void)before;
	(void)n;
	vec_each (&c->m->names, node)
		kind_offer(ret, begun, (*node)->name, mem_strdup(node_kind_text(*node)),
			   false);
}

void kind_complete_end(struct kind_context *c, const struct word *before, size_t n,
		       const char *begun, choice_vec *ret)
{
	const char *iface;
	const struct node *node = kind_split_iface(c, begun, &iface);
	size_t i = 0;

	if (!node) {
		kind_complete_node(c, before, n, begun, ret);
		return;
	}
	while (i < node->ports.n && node->ports.v[i].link)
		i++;
	cleanup_free char *text = mem_printf("%s:eth%zu", node->name, i);

	kind_offer(ret, begun, text, mem_strdup("the lowest that is free"), false);
}

/* A node's interfaces, once its name and ':' have been typed. */
static void complete_ifaces(struct kind_context *c, const struct node *node, bool lo,
			    const char *begun, choice_vec *ret)
{
	cleanup_free char *loopback = mem_printf("%s:lo", node->name);

	vec_each (&node->ports, p) {
		const struct link *l = p->link ? model_link(c->m, p->link) : NULL;
		char own[IFACE_TEXT_MAX], far[IFACE_TEXT_MAX];

		if (l)
			kind_offer(ret, begun, iface_text(c->m, l, p->end, own),
				   mem_printf("to %s", iface_text(c->m, l, !p->end, far)),
				   false);
	}
	if (lo)
		kind_offer(ret, begun, loopback, mem_strdup("loopback"), false);
}

void kind_complete_iface(struct kind_context *c, const struct word *before, size_t n,
			 const char *begun, choice_vec *ret)
{
	const char *iface;
	const struct node *node = kind_split_iface(c, begun, &iface);

	(void)before;
	(void)n;
	if (node) {
		complete_ifaces(c, node, true, begun, ret);
		return;
	}
	vec_each (&c->m->names, each) {
		cleanup_free char *text = mem_printf("%s:", (*each)->name);

		kind_offer(ret, begun, text, mem_strdup(node_kind_text(*each)), true);
	}
}

/* Links by their own names, or by an interface where ':' was typed. */
static void complete_links_alone(struct kind_context *c, const char *begun,
				 choice_vec *ret)
{
	const char *iface;
	const struct node *node = kind_split_iface(c, begun, &iface);

	if (node)
		complete_ifaces(c, node, false, begun, ret);
	kind_index_named(c);
	vec_each (&c->named, l) {
		char a[IFACE_TEXT_MAX], b[IFACE_TEXT_MAX];

		kind_offer(ret, begun, (*l)->name,
			   mem_printf("%s %s", iface_text(c->m, *l, 0, a),
				      iface_text(c->m, *l, 1, b)),
			   false);
	}
}

void kind_complete_link(struct kind_context *c, const struct word *before, size_t n,
			const char *begun, choice_vec *ret)
{
	const struct node *node = n ? model_node_named(c->m, before->text) : NULL;

	if (n == 0) {
		kind_complete_node(c, before, n, begun, ret);
		complete_links_alone(c, begun, ret);
		return;
	}
	if (!node)
		return;
	vec_each (&node->ports, p) {
		const struct link *l = p->link ? model_link(c->m, p->link) : NULL;
		char far[IFACE_TEXT_MAX];

		if (l)
			kind_offer(ret, begun,
				   model_node(c->m, l->end[!p->end].node)->name,
				   mem_strdup(iface_text(c->m, l, !p->end, far)), false);
	}
}

void kind_complete_target(struct kind_context *c, const struct word *before, size_t n,
			  const char *begun, choice_vec *ret)
{
	bool first;
	const char *keyword = kind_target_keyword(c, &first);

	if (strcmp(keyword, "link") == 0) {
		kind_complete_link(c, before, n, begun, ret);
		return;
	}
	kind_complete_node(c, before, n, begun, ret);
	if (strcmp(keyword, "node") != 0)
		complete_links_alone(c, begun, ret);
}
