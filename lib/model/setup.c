/*
 * setup.c — checked changes of what is set up inside of nodes: VLANs of switches, and the
 * commands that are kept.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"

int model_set_vlan(struct model *m, uint32_t id, bool on, struct err *e)
{
	const struct node *n = model_node(m, id);

	if (!n)
		return err_set(e, ENOENT, "the node is gone");
	if (n->kind != NODE_SWITCH)
		return err_set(e, EINVAL, "%s is a %s; VLANs are of switches", n->name,
			       node_kind_text(n));
	if (n->vlan == on)
		return 0;
	model_edit_node(m, id)->vlan = on;
	if (on)
		return 0;
	n = model_node(m, id);
	vec_each (&n->ports, p) {
		const struct link *l = p->link ? model_link(m, p->link) : NULL;

		if (l && !vlans_are_default(&l->end[p->end].vlans))
			vlans_free(&model_edit_link(m, l->id)->end[p->end].vlans);
	}
	return 0;
}

int model_set_vlans(struct model *m, uint32_t link, int end, const struct vlans *v,
		    struct err *e)
{
	const struct link *l = model_link(m, link);
	const struct node *n = l ? model_node(m, l->end[end].node) : NULL;
	struct vlans *own;

	if (!l)
		return err_set(e, ENOENT, "the link is gone");
	if (n->kind != NODE_SWITCH) {
		err_set(e, EINVAL, "%s is a %s; VLANs are of a switch's ports", n->name,
			node_kind_text(n));
		return err_hint(e,
				"a sub-interface: keep %s ip link add link eth%u name "
				"eth%u.10 type vlan id 10",
				n->name, l->end[end].index, l->end[end].index);
	}
	if (!n->vlan) {
		err_set(e, EINVAL, "%s knows no VLANs", n->name);
		return err_hint(e, "`vlan %s on` lets it know them", n->name);
	}
	if (vlans_same(&l->end[end].vlans, v))
		return 0;
	own = &model_edit_link(m, link)->end[end].vlans;
	vlans_free(own);
	vlans_copy(own, v);
	return 0;
}

int model_set_nat(struct model *m, uint32_t id, struct err *e)
{
	const struct node *n = model_node(m, id);

	if (!n)
		return err_set(e, ENOENT, "the node is gone");
	if (n->kind != NODE_ROUTER)
		return err_set(e, EINVAL, "%s is a %s; a nat is a router", n->name,
			       node_kind_text(n));
	model_edit_node(m, id)->nat = true;
	return 0;
}

int model_keep(struct model *m, uint32_t node, const char *command, struct err *e)
{
	const struct node *n = model_node(m, node);

	if (!n)
		return err_set(e, ENOENT, "the node is gone");
	if (n->kept.n >= KEPT_MAX) {
		err_set(e, E2BIG, "%s keeps %d commands already, which is the most",
			n->name, KEPT_MAX);
		return err_hint(e, "a script or a file for nft may hold many");
	}
	vec_push(&model_edit_node(m, node)->kept, mem_strdup(command));
	return 0;
}

int model_forget(struct model *m, uint32_t node, size_t number, struct err *e)
{
	const struct node *n = model_node(m, node);
	kept_vec *own;

	if (!n)
		return err_set(e, ENOENT, "the node is gone");
	if (!n->kept.n)
		return err_set(e, ENOENT, "%s keeps no commands", n->name);
	if (number > n->kept.n) {
		err_set(e, ENOENT, "%s keeps no command %zu", n->name, number);
		return err_hint(e, "`show %s` numbers them", n->name);
	}
	own = &model_edit_node(m, node)->kept;
	if (!number) {
		kept_free(own);
		return 0;
	}
	free(own->v[number - 1]);
	vec_remove(own, number - 1);
	return 0;
}
