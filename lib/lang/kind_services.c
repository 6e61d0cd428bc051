/*
 * kind_services.c — kinds of words in what is said of services.
 */
#include <errno.h>
#include <string.h>

#include "lang/kinds.h"

/* Whether it looks like an interface; the model knows if the node has it. */
static bool is_port(const char *text)
{
	size_t digits;

	if (strcmp(text, "lo") == 0)
		return true;
	if (strncmp(text, "eth", 3) != 0)
		return false;
	digits = strspn(text + 3, "0123456789");
	return digits > 0 && !text[3 + digits];
}

int kind_parse_port(struct kind_context *c, const struct word *w, size_t n,
		    struct value *ret, struct err *e)
{
	(void)n;
	(void)ret;
	if (is_port(w->text))
		return 1;
	err_set(e, EINVAL, "'%s' is no interface", w->text);
	err_hint(e, "a node's interfaces are eth0, eth1 … and lo");
	return kind_refuse(c, 0, strncmp(w->text, "eth", 3) ? LIKE_NOT : LIKE_SURE,
			   EINVAL);
}

void kind_complete_port(struct kind_context *c, const struct word *before, size_t n,
			const char *begun, choice_vec *ret)
{
	const struct node *node = NULL;

	(void)before;
	(void)n;
	for (size_t i = 0; i < c->n_args && !node; i++)
		if (c->args[i].kind && strcmp(c->args[i].kind->name, "NODE") == 0)
			node = model_node(c->m, c->args[i].value.node);
	for (size_t i = 0; node && i < node->ports.n; i++) {
		const struct port *p = &node->ports.v[i];
		const struct link *l = p->link ? model_link(c->m, p->link) : NULL;
		cleanup_free char *name = mem_printf("eth%zu", i);
		char far[IFACE_TEXT_MAX];

		if (l)
			kind_offer(ret, begun, name,
				   mem_printf("to %s", iface_text(c->m, l, !p->end, far)),
				   false);
	}
	kind_offer(ret, begun, "lo", mem_strdup("loopback"), false);
}

int kind_parse_service(struct kind_context *c, const struct word *w, size_t n,
		       struct value *ret, struct err *e)
{
	enum service_kind kind;

	(void)n;
	(void)ret;
	if (service_kind_named(w->text, &kind))
		return 1;
	err_set(e, EINVAL, "'%s' is no service", w->text);
	err_hint(e, "`show services` lists those there are");
	return kind_refuse(c, 0, LIKE_MAYBE, EINVAL);
}

void kind_complete_service(struct kind_context *c, const struct word *before, size_t n,
			   const char *begun, choice_vec *ret)
{
	const struct arg *last = c->n_args ? &c->args[c->n_args - 1] : NULL;
	const struct node *node = last ? model_node(c->m, last->value.node) : NULL;

	(void)before;
	(void)n;
	for (size_t i = 0; node && i < node->services.n; i++)
		kind_offer(ret, begun, service_name(node->services.v[i]->kind), NULL,
			   false);
}
