/*
 * text.c — steps in words.
 */
#include "plan/plan.h"

static char *route_words(const struct route *r)
{
	char prefix[IP_TEXT_MAX], via[IP_TEXT_MAX];

	return mem_printf("route %s via %s%s",
			  r->prefix.len ? ip_text_length(&r->prefix, prefix) : "default",
			  ip_text(&r->via, via), r->equal ? " and others" : "");
}

char *step_text(const struct plan *p, const struct step *s)
{
	const struct model *m = s->link && !model_link(p->to, s->link->id) ? p->from
									   : p->to;
	char iface[IFACE_TEXT_MAX], other[IFACE_TEXT_MAX], ip[IP_TEXT_MAX];
	cleanup_free char *words = NULL;

	switch (s->op) {
	case STEP_NODE_ADD:
	case STEP_NODE_DEL:
		return mem_printf("%s %s", node_kind_text(s->node), s->node->name);
	case STEP_NODE_SET:
		return mem_printf("%s:%s", s->node->name,
				  s->node->kind == NODE_SWITCH ? "bridge" : "lo");
	case STEP_LINK_ADD:
	case STEP_LINK_DEL:
		return mem_printf("link %s %s", iface_text(m, s->link, 0, iface),
				  iface_text(m, s->link, 1, other));
	case STEP_IFACE_SET:
		return mem_strdup(iface_text(m, s->link, s->end, iface));
	case STEP_VLAN_SET:
		return mem_printf("%s: VLANs", iface_text(m, s->link, s->end, iface));
	case STEP_SHAPE_SET:
		return mem_printf("%s: shape", iface_text(m, s->link, s->end, iface));
	case STEP_ADDRESS_ADD:
	case STEP_ADDRESS_DEL:
		if (!s->link)
			return mem_printf("%s:lo: address %s", s->node->name,
					  ip_text_length(&s->address, ip));
		return mem_printf("%s: address %s", iface_text(m, s->link, s->end, iface),
				  ip_text_length(&s->address, ip));
	case STEP_ROUTE_ADD:
	case STEP_ROUTE_DEL:
		words = route_words(&s->route);
		return mem_printf("%s: %s", s->node->name, words);
	case STEP_KEEP:
		return mem_printf("%s: %s", s->node->name, s->node->kept.v[s->kept]);
	}
	return mem_strdup("");
}
