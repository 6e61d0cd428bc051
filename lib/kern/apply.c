/*
 * apply.c — carrying out plans.
 *
 * Consecutive steps that go to the same socket are one batch: all links are
 * made through the fabric's, and what happens within a node goes through a
 * socket of its own (batch.c).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kern/dump.h"
#include "kern/fabric.h"
#include "kern/netns.h"
#include "kern/parts.h"
#include "kern/qdisc.h"
#include "kern/request.h"
#include "kern/wires.h"

/* One that step number at is about. */
static int queue(struct kern *k, struct netlink *to, struct nl_msg *m, size_t at,
		 struct err *e)
{
	return kern_queue(k, to, m, (struct asked){ .step = at }, e);
}

static int in_context(const struct kern *k, const struct step *s, int code, struct err *e)
{
	cleanup_free char *what = step_text(k->plan, s);

	err_context(e, "%s", what);
	return code;
}

static int do_node_add(struct kern *k, const struct step *s, struct err *e)
{
	cleanup_free char *path = kern_path(k, s->node->name);
	struct handle *h;
	int ns, r;

	r = handles_make_room(&k->handles, e);
	if (r == 0)
		do
			r = node_create(path, e);
		while (r < 0 && handles_retry(&k->handles, r, &r, e));
	if (r < 0)
		return in_context(k, s, r, e);
	k->handles.away = true;
	ns = netns_open_self();
	if (ns < 0) {
		r = err_sys(e, ns, "open its network namespace");
	} else {
		h = handles_add(&k->handles, s->node, ns);
		r = netlink_open(&h->nl, e); /* the thread is in it */
		if (r == 0)
			r = node_prepare(&h->nl, s->node, &k->defaults, e);
		if (r == 0)
			r = node_show(path, k->name, s->node->name, e);
		if (r < 0)
			handles_forget(&k->handles, h);
	}
	if (r < 0) {
		handles_go_home(&k->handles);
		netns_unpin(path, NULL);
		return in_context(k, s, r, e);
	}
	return 0;
}

/* Ends the nodes of the steps [at, last); all at once, for it means reading all of /proc.
 */
static int do_nodes_del(struct kern *k, size_t at, size_t last, struct err *e)
{
	VEC(char *) names = { 0 };
	int r;

	handles_go_home(&k->handles);
	for (; at < last; at++) {
		const struct node *n = k->plan->steps.v[at].node;
		struct handle *h = handles_find(&k->handles, n->id);

		if (h)
			handles_forget(&k->handles, h);
		vec_push(&names, (char *)n->name);
	}
	r = nodes_end(k->dir, k->name, names.v, names.n, e);
	vec_free(&names);
	return r;
}

/* A step of a link that another process carries: after all that was before it. */
static int do_wire(struct kern *k, const struct step *s, struct err *e)
{
	int r = kern_run_batch(k, e);

	if (r == 0)
		r = s->op == STEP_LINK_ADD    ? wires_add(k, s->link, e)
		    : s->op == STEP_LINK_DEL  ? wires_del(k, s->link, e)
		    : s->op == STEP_SHAPE_SET ? wires_shape(k, s, e)
					      : wires_mtu(k, s, e);
	return r < 0 ? in_context(k, s, r, e) : 0;
}

static int do_link_add(struct kern *k, const struct step *s, size_t at, struct err *e)
{
	struct handle *h[2];
	int ns[2];

	if (s->link->wire)
		return do_wire(k, s, e);
	if (link_has_parts(s->link))
		return parts_add(k, s->link, at, e);
	for (int end = 0; end < 2; end++) {
		const struct node *n = model_node(k->plan->to, s->link->end[end].node);
		int r = handles_get(&k->handles, n, &h[end], e);

		if (r < 0) {
			err_context(e, "%s", n->name);
			return r;
		}
		ns[end] = h[end]->ns;
	}
	kern_need(k, h[0]);
	kern_need(k, h[1]);
	return queue(k, &k->fabric, request_link_add(s, ns), at, e);
}

/* Deleting several links of a node one by one would mean waiting for all CPUs each time
 * (synchronize_net()); a group goes at once. */
static int do_links_del(struct kern *k, size_t at, size_t last, struct err *e)
{
	const struct step *s = &k->plan->steps.v[at];
	struct handle *h;
	int r = handles_get(&k->handles, s->node, &h, e);

	if (r == -ENOENT) { /* with the namespace its links are gone */
		err_clear(e);
		return 0;
	}
	if (r == 0)
		r = handles_socket(&k->handles, h, e);
	if (r < 0)
		return in_context(k, s, r, e);
	kern_need(k, h);
	if (last - at == 1)
		return queue(k, &h->nl, request_link_del(request_ifindex(s)), at, e);
	for (size_t i = at; i < last && r == 0; i++) {
		int ifindex = request_ifindex(&k->plan->steps.v[i]);

		r = queue(k, &h->nl, request_link_group(ifindex, DYING_GROUP), i, e);
	}
	if (r == 0)
		r = queue(k, &h->nl, request_group_del(DYING_GROUP), at, e);
	return r;
}

static struct nl_msg *inside_request(const struct model *m, const struct step *s)
{
	switch (s->op) {
	case STEP_NODE_SET:
		return s->node->kind == NODE_SWITCH ? request_bridge_set(&s->settings)
						    : request_link_up(IFINDEX_LOOPBACK);
	case STEP_IFACE_SET:
		return request_iface_set(s);
	case STEP_ADDRESS_ADD:
	case STEP_ADDRESS_DEL:
		return request_address(s);
	default:
		return request_route(m, s);
	}
}

int kern_reach(struct kern *k, const struct node *n, struct handle **ret, struct err *e)
{
	int r = handles_get(&k->handles, n, ret, e);

	if (r == 0)
		r = handles_socket(&k->handles, *ret, e);
	if (r == 0)
		kern_need(k, *ret);
	else
		err_context(e, "%s", n->name);
	return r;
}

/* Parameters are changed in place where the disciplines stay the same, so that the
 * packets in them stay too. */
static int do_shape(struct kern *k, const struct step *s, size_t at, struct err *e)
{
	struct shape_place place = layout_shape(s->link, s->end);
	int ifindex = place.ifindex, r;
	struct qdisc_tree was, is;
	struct handle *h;

	r = kern_reach(k, fabric_place(k->plan->to, place.place), &h, e);
	if (r < 0)
		return r;
	qdisc_tree_make(&s->shape.was, s->shape.mtu_was, &was);
	qdisc_tree_make(&s->shape.is, s->shape.mtu, &is);
	if (s->shape.was.unknown || (was.n && !qdisc_tree_alike(&was, &is)))
		r = queue(k, &h->nl, request_qdiscs_del(ifindex), at, e);
	for (size_t i = 0; i < is.n && r == 0; i++)
		r = queue(k, &h->nl, request_qdisc(ifindex, &is.v[i]), at, e);
	return r;
}

static int do_inside(struct kern *k, const struct step *s, size_t at, struct err *e)
{
	struct handle *h;
	int r = kern_reach(k, s->node, &h, e);

	return r < 0 ? r : queue(k, &h->nl, inside_request(k->plan->to, s), at, e);
}

/* Kernels without VLANs in their bridges refuse that, or take it and do nothing. */
static int check_vlan(struct kern *k, const struct step *s, struct netlink *nl,
		      struct err *e)
{
	struct dump_iface bridge;
	int r = kern_run_batch(k, e);

	if (r == 0)
		r = dump_iface(nl, IFINDEX_BRIDGE, &bridge, e);
	if (r != -EOPNOTSUPP && (r < 0 || bridge.vlan))
		return r;
	err_clear(e);
	err_set(e, EOPNOTSUPP, "%s: this kernel's bridges know no VLANs", s->node->name);
	return err_hint(e, "it was built without CONFIG_BRIDGE_VLAN_FILTERING");
}

static int do_node_set(struct kern *k, const struct step *s, size_t at, struct err *e)
{
	struct handle *h;
	int r = kern_reach(k, s->node, &h, e);

	if (r == 0)
		r = queue(k, &h->nl, inside_request(k->plan->to, s), at, e);
	return r == 0 && s->settings.vlan ? check_vlan(k, s, &h->nl, e) : r;
}

static int do_vlans(struct kern *k, const struct step *s, size_t at, struct err *e)
{
	struct handle *h;
	int r = kern_reach(k, s->node, &h, e);

	if (r == 0)
		r = queue(k, &h->nl, request_vlans_del(s), at, e);
	return r == 0 ? queue(k, &h->nl, request_vlans_add(s), at, e) : r;
}

/* Whether the links of both steps go at once: veth pairs told of in one node, or parts.
 */
static bool go_together(const struct step *a, const struct step *b)
{
	if (a->link->wire || b->link->wire ||
	    link_has_parts(a->link) != link_has_parts(b->link))
		return false;
	return link_has_parts(a->link) || a->node == b->node;
}

/* How many steps from here on are done together. */
static size_t run_of(const struct plan *p, size_t at, size_t last)
{
	const struct step *s = &p->steps.v[at];
	size_t end = at + 1;

	if (s->op != STEP_NODE_DEL && s->op != STEP_LINK_DEL)
		return 1;
	while (end < last && p->steps.v[end].op == s->op &&
	       (s->op == STEP_NODE_DEL || go_together(s, &p->steps.v[end])))
		end++;
	return end - at;
}

int kern_apply(struct kern *k, const struct plan *p, size_t first, size_t n,
	       struct err *e)
{
	size_t last = first + n, together;
	int r = 0;

	k->plan = p;
	for (size_t at = first; at < last && r == 0; at += together) {
		const struct step *s = &p->steps.v[at];

		together = run_of(p, at, last);
		switch (s->op) {
		case STEP_NODE_ADD:
			r = kern_run_batch(k, e);
			if (r == 0)
				r = do_node_add(k, s, e);
			break;
		case STEP_NODE_DEL:
			r = kern_run_batch(k, e);
			if (r == 0)
				r = do_nodes_del(k, at, at + together, e);
			break;
		case STEP_LINK_ADD:
			r = do_link_add(k, s, at, e);
			break;
		case STEP_LINK_DEL:
			if (s->link->wire) {
				r = do_wire(k, s, e);
				break;
			}
			if (link_has_parts(s->link)) {
				r = parts_del(k, at, at + together, e);
				break;
			}
			r = do_links_del(k, at, at + together, e);
			break;
		case STEP_SHAPE_SET:
			r = s->link->wire ? do_wire(k, s, e) : do_shape(k, s, at, e);
			break;
		case STEP_IFACE_SET:
			r = do_inside(k, s, at, e);
			if (r == 0 && s->link->wire)
				r = do_wire(k, s, e);
			break;
		case STEP_NODE_SET:
			r = do_node_set(k, s, at, e);
			break;
		case STEP_VLAN_SET:
			r = do_vlans(k, s, at, e);
			break;
		default:
			r = do_inside(k, s, at, e);
		}
	}
	if (r == 0)
		r = kern_run_batch(k, e);
	kern_empty_batch(k);
	k->plan = NULL;
	return r;
}
