/*
 * finish.c — the end of a plan: links that came up pass packets, and addresses
 * that were another interface's before are announced.
 */
#include <time.h>

#include "kern/announce.h"
#include "kern/kern_parts.h"
#include "kern/request.h"

static void release(struct kern *k, const address_vec *v)
{
	vec_each (v, a)
		ip_set_add(&k->released, &a->ip);
}

/* Not every link that goes has a step: most go with a namespace. */
static void release_links(struct kern *k, const struct plan *p)
{
	size_t at = 0;

	vec_each (&p->from->links, l) {
		while (at < p->to->links.n && p->to->links.v[at]->id < (*l)->id)
			at++;
		if (at < p->to->links.n && p->to->links.v[at]->id == (*l)->id)
			continue;
		release(k, &(*l)->end[0].addresses);
		release(k, &(*l)->end[1].addresses);
	}
}

/* Whether the interface has the address again, perhaps with another length. */
static bool keeps(const struct plan *p, const struct step *s)
{
	const struct link *l = model_link(p->to, s->link->id);

	if (l)
		vec_each (&l->end[s->end].addresses, a)
			if (ip_same_address(&a->ip, &s->address))
				return true;
	return false;
}

static bool is_moved(const struct kern *k, const struct plan *p, const struct step *s)
{
	return s->op == STEP_ADDRESS_ADD && s->link &&
	       ip_set_has(&k->released, &s->address) &&
	       model_iface_up(p->to, s->link, 0) && model_iface_up(p->to, s->link, 1);
}

static void wait_ready(struct kern *k, const struct plan *p, const struct step *s,
		       int *patience_ms)
{
	const struct timespec breath = { .tv_nsec = 1000000 };
	struct layout x;

	for (int end = 0; end < 2; end++) {
		const struct node *n = model_node(p->to, s->link->end[end].node);
		int ifindex = IFINDEX_BASE + (int)s->link->end[end].index, ns;
		struct netlink *nl;

		if (kern_enter(k, n, &nl, &ns, NULL) < 0)
			continue;
		while (!announce_ready(nl, ifindex) && (*patience_ms)-- > 0)
			nanosleep(&breath, NULL);
	}
	/* a bridge passes nothing to a port before it knows of its carrier */
	layout_make(s->link, &x);
	for (size_t i = 0; i < x.n; i++)
		while (x.v[i].kind == PART_VETH &&
		       !announce_ready(&k->fabric, x.v[i].ifindex) &&
		       (*patience_ms)-- > 0)
			nanosleep(&breath, NULL);
}

/* The kernel takes carriers about in the order in which they came: once the last link is
 * ready, little is left to wait for. */
static void await_links(struct kern *k, const struct plan *p, int *patience_ms)
{
	for (size_t i = p->steps.n; i-- > 0 && *patience_ms > 0;) {
		const struct step *s = &p->steps.v[i];

		if (((s->op == STEP_IFACE_SET && s->iface.up) ||
		     s->op == STEP_LINK_ADD) &&
		    model_iface_up(p->to, s->link, 0) &&
		    model_iface_up(p->to, s->link, 1))
			wait_ready(k, p, s, patience_ms);
	}
}

void kern_finish(struct kern *k, const struct plan *p)
{
	int patience_ms = 200;

	await_links(k, p, &patience_ms);
	release_links(k, p);
	vec_each (&p->steps, s)
		if (s->op == STEP_ADDRESS_DEL && s->link && !keeps(p, s))
			ip_set_add(&k->released, &s->address);
	vec_each (&p->steps, s) {
		struct handle *h;

		if (!is_moved(k, p, s))
			continue;
		wait_ready(k, p, s, &patience_ms);
		if (handles_get(&k->handles, s->node, &h, NULL) == 0 &&
		    handles_enter(&k->handles, h->ns, NULL) == 0)
			announce_send(request_ifindex(s), s->link->end[s->end].mac,
				      &s->address, s->node->kind == NODE_ROUTER);
	}
}
