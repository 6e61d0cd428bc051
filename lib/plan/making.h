/*
 * making.h — the parts of plan_make(); private to lib/plan.
 */
#ifndef PLAN_MAKING_H
#define PLAN_MAKING_H

#include "plan/plan.h"

/* An interface that has to be looked at, in the models that have it. */
struct item {
	uint32_t node; /* id */
	unsigned index;
	int end;
	const struct link *old, *new;
	bool readdressed; /* an IPv4 address went: the kernel may have dropped routes */
};

/* What plan_make() works with. */
struct making {
	struct plan *p;
	VEC(struct item) items;		      /* by node and index, once sorted */
	VEC(const struct node *) added, gone; /* nodes */
	VEC(const struct link *) links_added, links_gone;
	VEC(uint32_t) touched; /* ids of nodes in both models; sorted, each once */
};

/* Appends a step, to be completed. */
struct step *plan_push(struct making *k, enum step_op op, const struct node *node);
struct step *plan_push_iface(struct making *k, enum step_op op, const struct node *node,
			     const struct link *l, int end);

/* The node's items: v[*ret_first] and what follows; returns how many. */
size_t plan_items_of(const struct making *k, uint32_t node, size_t *ret_first);

/* addresses.c. add: the steps that add, else those that delete. */

/* Where addresses are: an interface, or lo. */
struct holder {
	const struct node *node;
	const struct link *link; /* NULL: lo */
	int end;
};

extern const address_vec plan_no_addresses;

/* From old to new addresses. Returns whether an IPv4 address went. */
bool plan_step_addresses(struct making *k, const struct holder *h, const address_vec *old,
			 bool old_up, const address_vec *new, bool new_up, bool add);
/* Those of an interface that stays or comes. */
void plan_step_iface_addresses(struct making *k, const struct node *node, struct item *i,
			       bool add);

/* routes.c; after the addresses, which say whether routes went along with one. */
void plan_step_routes(struct making *k, const struct node *old, const struct node *new,
		      bool add);

#endif
