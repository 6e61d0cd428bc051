/*
 * nic.c — see nic.h; and the checked changes of a model that are about them.
 */
#include "model/nic.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

#include "model/model.h"

int nic_check_name(const char *name, struct err *e)
{
	size_t n = strlen(name);
	bool fine = n && n <= NIC_NAME_MAX && strcmp(name, ".") != 0 &&
		    strcmp(name, "..") != 0;

	for (const char *c = name; *c; c++)
		fine &= isascii(*c) && isgraph(*c) && !strchr("/:%", *c);
	if (fine)
		return 0;
	err_set(e, EINVAL, "no interface can be named '%s'", name);
	return err_hint(e,
			"it is at most %d characters, without blanks, '/' and ':'; "
			"`ip link` lists the machine's",
			NIC_NAME_MAX);
}

const struct nic *nic_named(const nic_vec *v, const char *name)
{
	vec_each (v, nic)
		if (strcmp(nic->name, name) == 0)
			return nic;
	return NULL;
}

bool nics_same(const nic_vec *a, const nic_vec *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i].name, b->v[i].name) != 0 ||
		    a->v[i].anyway != b->v[i].anyway)
			return false;
	return true;
}

/* Whether the node has an interface of its own that is named so. */
static bool has_own(const struct node *n, const char *name)
{
	char own[32];

	if (strcmp(name, "lo") == 0 || (n->nat && strcmp(name, "uplink") == 0))
		return true;
	for (size_t i = 0; i < n->ports.n; i++) {
		snprintf(own, sizeof(own), "eth%zu", i);
		if (n->ports.v[i].link && strcmp(name, own) == 0)
			return true;
	}
	return false;
}

int model_attach_nic(struct model *m, uint32_t node, const char *name, bool anyway,
		     struct err *e)
{
	const struct node *n = model_node(m, node);
	struct nic nic = { .anyway = anyway };
	int r = nic_check_name(name, e);

	if (r < 0)
		return r;
	if (!n)
		return err_set(e, ENOENT, "the node is gone");
	if (strcmp(name, "lo") == 0) {
		err_set(e, EINVAL, "lo is the machine's loopback, and stays there");
		return err_hint(e, "every node has a lo of its own");
	}
	vec_each (&m->nodes, other)
		if (nic_named(&(*other)->nics, name)) {
			err_set(e, EEXIST, "%s is attached to %s already", name,
				(*other)->name);
			return err_hint(e, "`attach %s nic %s off` gives it back",
					(*other)->name, name);
		}
	if (has_own(n, name)) {
		err_set(e, EEXIST, "%s has an interface %s of its own", n->name, name);
		return err_hint(e,
				"give the machine's another name first: ip link set "
				"%s name NAME",
				name);
	}
	snprintf(nic.name, sizeof(nic.name), "%s", name);
	vec_push(&model_edit_node(m, node)->nics, nic);
	return 0;
}

int model_release_nic(struct model *m, uint32_t node, const char *name, struct err *e)
{
	const struct node *n = model_node(m, node);
	const struct nic *nic = n ? nic_named(&n->nics, name) : NULL;
	size_t at;

	if (!n)
		return err_set(e, ENOENT, "the node is gone");
	if (!nic) {
		err_set(e, ENOENT, "no interface %s of the machine is attached to %s",
			name, n->name);
		return err_hint(e, "`show %s` lists them", n->name);
	}
	at = (size_t)(nic - n->nics.v);
	vec_remove(&model_edit_node(m, node)->nics, at);
	return 0;
}
