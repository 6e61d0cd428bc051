/*
 * kern.c — carrying out plans.
 *
 * Consecutive steps that go to the same socket are one batch: all links are
 * made through the fabric's, and what happens within a node goes through a
 * socket of its own. A batch is run when the next step goes elsewhere, when it
 * is large, or when a descriptor it needs would have to be closed.
 */
#include "kern/kern.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "kern/announce.h"
#include "kern/netns.h"
#include "kern/node.h"
#include "kern/request.h"
#include "model/ipset.h"

enum {
	BATCH_STEPS = 128,
	DESCRIPTORS_APART = 24, /* that the shell needs for other things */
	OPEN_MIN = 2,		/* a link has two ends */
};

/* A node's open descriptors. */
struct handle {
	uint32_t node; /* id */
	int ns;
	struct netlink nl;	      /* fd -1: not opened yet */
	struct handle *newer, *older; /* by use */
	bool queued;		      /* the batch needs it */
};

struct kern {
	char *dir, *name;
	int home; /* the shell's own namespace */
	bool away;
	struct netlink fabric;
	struct node_defaults defaults;
	struct ip_set released;	      /* addresses that an interface had and lost */
	VEC(struct handle *) handles; /* by node id */
	struct handle *newest, *oldest;
	size_t open_max;
	/* the batch */
	const struct plan *plan;
	struct netlink *to;
	struct netlink_batch batch;
	VEC(size_t) steps; /* per request: its step's place in the plan */
	VEC(struct handle *) needed;
};

/* ---- descriptors ---- */

static size_t handle_place(const struct kern *k, uint32_t node)
{
	size_t low = 0, high = k->handles.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (k->handles.v[mid]->node < node)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void unlink_handle(struct kern *k, struct handle *h)
{
	*(h->newer ? &h->newer->older : &k->newest) = h->older;
	*(h->older ? &h->older->newer : &k->oldest) = h->newer;
}

static void make_newest(struct kern *k, struct handle *h)
{
	h->newer = NULL;
	h->older = k->newest;
	*(k->newest ? &k->newest->newer : &k->oldest) = h;
	k->newest = h;
}

static void forget(struct kern *k, struct handle *h)
{
	vec_remove(&k->handles, handle_place(k, h->node));
	unlink_handle(k, h);
	netlink_close(&h->nl);
	close(h->ns);
	free(h);
}

static int run_batch(struct kern *k, struct err *e);

/* Closes the descriptors that were used longest ago; false: there are none to close. */
static int make_room(struct kern *k, struct err *e)
{
	int r = 0;

	if (k->oldest && k->oldest->queued)
		r = run_batch(k, e);
	if (r == 0 && k->oldest)
		forget(k, k->oldest);
	return r;
}

/* Takes ns over, also on failure. */
static struct handle *add_handle(struct kern *k, const struct node *node, int ns)
{
	struct handle *h = mem_alloc(sizeof(*h));

	h->node = node->id;
	h->ns = ns;
	h->nl.fd = -1;
	vec_insert(&k->handles, handle_place(k, node->id), h);
	make_newest(k, h);
	return h;
}

static struct handle *find_handle(struct kern *k, uint32_t node)
{
	size_t at = handle_place(k, node);

	if (at == k->handles.n || k->handles.v[at]->node != node)
		return NULL;
	unlink_handle(k, k->handles.v[at]);
	make_newest(k, k->handles.v[at]);
	return k->handles.v[at];
}

static bool out_of_descriptors(int r)
{
	return r == -EMFILE || r == -ENFILE;
}

static int gone(struct err *e)
{
	err_set(e, ENOENT, "its network namespace is gone");
	err_hint(e, "'repair' puts back what someone else removed");
	return -ENOENT;
}

/* The node's namespace; the message of an error does not name it. */
static int get_handle(struct kern *k, const struct node *node, struct handle **ret,
		      struct err *e)
{
	cleanup_free char *path = NULL;
	int ns, r = 0;

	*ret = find_handle(k, node->id);
	if (*ret)
		return 0;
	path = kern_path(k, node->name);
	while (r == 0 && k->handles.n >= k->open_max)
		r = make_room(k, e);
	if (r < 0)
		return r;
	ns = netns_open(path);
	while (out_of_descriptors(ns) && k->handles.n >= OPEN_MIN) {
		r = make_room(k, e);
		if (r < 0)
			return r;
		ns = netns_open(path);
	}
	if (ns == -ENOENT)
		return gone(e);
	if (ns < 0)
		return err_sys(e, ns, "open %s", path);
	*ret = add_handle(k, node, ns);
	return 0;
}

static int enter(struct kern *k, int ns, struct err *e)
{
	int r = netns_enter(ns);

	if (r < 0)
		return err_sys(e, r, "enter its network namespace");
	k->away = true;
	return 0;
}

static int open_socket(struct kern *k, struct handle *h, struct err *e)
{
	int r;

	if (h->nl.fd >= 0)
		return 0;
	r = enter(k, h->ns, e);
	if (r == 0)
		r = netlink_open(&h->nl, e);
	while (out_of_descriptors(r) && k->oldest != h) {
		r = make_room(k, e);
		if (r == 0)
			r = netlink_open(&h->nl, e);
	}
	return r;
}

int kern_enter(struct kern *k, const struct node *node, struct netlink **ret_nl,
	       int *ret_ns, struct err *e)
{
	struct handle *h;
	int r = get_handle(k, node, &h, e);

	if (r == 0)
		r = open_socket(k, h, e);
	if (r < 0)
		return r;
	*ret_nl = &h->nl;
	*ret_ns = h->ns;
	return 0;
}

static void go_home(struct kern *k)
{
	if (k->away && netns_enter(k->home) == 0)
		k->away = false;
}

void kern_rest(struct kern *k)
{
	go_home(k);
	while (k->oldest)
		forget(k, k->oldest);
	vec_free(&k->handles);
}

char *kern_path(const struct kern *k, const char *node)
{
	return mem_printf("%s/ns/%s", k->dir, node);
}

/* ---- batches ---- */

/* That it is there, or gone, already is what the step wants. */
static bool is_fine(const struct step *s, int code)
{
	switch (s->op) {
	case STEP_LINK_DEL:
		return code == -ENODEV;
	case STEP_ADDRESS_DEL:
		return code == -EADDRNOTAVAIL || code == -ENODEV;
	case STEP_ROUTE_DEL:
		return code == -ESRCH || code == -ENODEV;
	case STEP_ADDRESS_ADD:
		return code == -EEXIST;
	default:
		return false;
	}
}

static void say_what_to_try(struct err *e, const struct step *s)
{
	switch (e->code) {
	case -ENODEV:
	case -ENXIO:
	case -ENETUNREACH:
	case -EHOSTUNREACH:
	case -ENETDOWN:
		err_hint(e, "something else may have changed the network: 'repair' puts "
			    "back what is missing");
		break;
	case -EEXIST:
		if (s->op == STEP_LINK_ADD)
			err_hint(e, "something else made an interface of that name or "
				    "number there");
		break;
	case -ENOMEM:
	case -ENOBUFS:
		err_hint(e, "the kernel is out of memory");
		break;
	}
}

static int step_failed(const struct kern *k, const struct step *s,
		       const struct netlink_result *why, struct err *e)
{
	cleanup_free char *what = step_text(k->plan, s);

	if (why->message)
		err_set(e, why->code, "%s: %s (%s)", what, why->message,
			strerror(-why->code));
	else
		err_sys(e, why->code, "%s", what);
	if (e)
		say_what_to_try(e, s);
	return why->code;
}

static void empty_batch(struct kern *k)
{
	vec_each (&k->needed, h)
		(*h)->queued = false;
	k->needed.n = 0;
	k->steps.n = 0;
	k->batch.ends.n = 0;
	k->batch.bytes.n = 0;
	k->to = NULL;
}

static int run_batch(struct kern *k, struct err *e)
{
	struct netlink_result *results;
	size_t n = k->steps.n;
	int r = 0, failed;

	if (!n)
		return 0;
	results = mem_alloc(n * sizeof(*results));
	failed = netlink_batch_run(k->to, &k->batch, results, e);
	if (failed < 0)
		r = failed;
	for (size_t i = 0; i < n; i++) {
		const struct step *s = &k->plan->steps.v[k->steps.v[i]];

		if (failed > 0 && r == 0 && results[i].code &&
		    !is_fine(s, results[i].code))
			r = step_failed(k, s, &results[i], e);
		free(results[i].message);
	}
	free(results);
	empty_batch(k);
	return r;
}

static void need(struct kern *k, struct handle *h)
{
	if (h->queued)
		return;
	h->queued = true;
	vec_push(&k->needed, h);
}

/* Appends a request that step number at is about. */
static int queue(struct kern *k, struct netlink *to, struct nl_msg *m, size_t at,
		 struct err *e)
{
	int r = 0;

	if (k->to != to || k->steps.n >= BATCH_STEPS)
		r = run_batch(k, e);
	k->to = to;
	netlink_batch_add(&k->batch, m);
	vec_push(&k->steps, at);
	return r;
}

/* ---- steps ---- */

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
	int ns, r = 0;

	while (r == 0 && k->handles.n >= k->open_max)
		r = make_room(k, e);
	while (r == 0 && (r = node_create(path, e)) < 0 && out_of_descriptors(r) &&
	       k->oldest)
		r = make_room(k, e);
	if (r < 0)
		return in_context(k, s, r, e);
	k->away = true;
	ns = netns_open_self();
	if (ns < 0) {
		r = err_sys(e, ns, "open its network namespace");
	} else {
		h = add_handle(k, s->node, ns);
		r = netlink_open(&h->nl, e); /* the thread is in it */
		if (r == 0)
			r = node_prepare(&h->nl, s->node, &k->defaults, e);
		if (r == 0)
			r = node_show(path, k->name, s->node->name, e);
		if (r < 0)
			forget(k, h);
	}
	if (r < 0) {
		go_home(k);
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

	go_home(k);
	for (; at < last; at++) {
		const struct node *n = k->plan->steps.v[at].node;
		struct handle *h = find_handle(k, n->id);

		if (h)
			forget(k, h);
		vec_push(&names, (char *)n->name);
	}
	r = nodes_end(k->dir, k->name, names.v, names.n, e);
	vec_free(&names);
	return r;
}

static int do_link_add(struct kern *k, const struct step *s, size_t at, struct err *e)
{
	struct handle *h[2];
	int ns[2];

	for (int end = 0; end < 2; end++) {
		const struct node *n = model_node(k->plan->to, s->link->end[end].node);
		int r = get_handle(k, n, &h[end], e);

		if (r < 0) {
			err_context(e, "%s", n->name);
			return r;
		}
		ns[end] = h[end]->ns;
	}
	need(k, h[0]);
	need(k, h[1]);
	return queue(k, &k->fabric, request_link_add(s, ns), at, e);
}

/* Deleting several links of a node one by one would mean waiting for all CPUs each time
 * (synchronize_net()); a group goes at once. */
static int do_links_del(struct kern *k, size_t at, size_t last, struct err *e)
{
	const struct step *s = &k->plan->steps.v[at];
	struct handle *h;
	int r = get_handle(k, s->node, &h, e);

	if (r == -ENOENT) { /* with the namespace its links are gone */
		err_clear(e);
		return 0;
	}
	if (r == 0)
		r = open_socket(k, h, e);
	if (r < 0)
		return in_context(k, s, r, e);
	need(k, h);
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

static struct nl_msg *inside_request(const struct step *s)
{
	switch (s->op) {
	case STEP_NODE_SET:
		return s->node->kind == NODE_SWITCH ? request_bridge(&s->settings)
						    : request_link_up(IFINDEX_LOOPBACK);
	case STEP_IFACE_SET:
		return request_iface_set(s);
	case STEP_ADDRESS_ADD:
	case STEP_ADDRESS_DEL:
		return request_address(s);
	default:
		return request_route(s);
	}
}

static int do_inside(struct kern *k, const struct step *s, size_t at, struct err *e)
{
	struct handle *h;
	int r = get_handle(k, s->node, &h, e);

	if (r == 0)
		r = open_socket(k, h, e);
	if (r < 0) {
		err_context(e, "%s", s->node->name);
		return r;
	}
	need(k, h);
	return queue(k, &h->nl, inside_request(s), at, e);
}

/* How many steps from here on are done together. */
static size_t run_of(const struct plan *p, size_t at, size_t last)
{
	const struct step *s = &p->steps.v[at];
	size_t end = at + 1;

	if (s->op != STEP_NODE_DEL && s->op != STEP_LINK_DEL)
		return 1;
	while (end < last && p->steps.v[end].op == s->op &&
	       (s->op == STEP_NODE_DEL || p->steps.v[end].node == s->node))
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
			r = run_batch(k, e);
			if (r == 0)
				r = do_node_add(k, s, e);
			break;
		case STEP_NODE_DEL:
			r = run_batch(k, e);
			if (r == 0)
				r = do_nodes_del(k, at, at + together, e);
			break;
		case STEP_LINK_ADD:
			r = do_link_add(k, s, at, e);
			break;
		case STEP_LINK_DEL:
			r = do_links_del(k, at, at + together, e);
			break;
		default:
			r = do_inside(k, s, at, e);
		}
	}
	if (r == 0)
		r = run_batch(k, e);
	empty_batch(k);
	k->plan = NULL;
	return r;
}

/* ---- addresses that move ---- */

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

	for (int end = 0; end < 2; end++) {
		const struct node *n = model_node(p->to, s->link->end[end].node);
		int ifindex = IFINDEX_BASE + (int)s->link->end[end].index, ns;
		struct netlink *nl;

		if (kern_enter(k, n, &nl, &ns, NULL) < 0)
			continue;
		while (!announce_ready(nl, ifindex) && (*patience_ms)-- > 0)
			nanosleep(&breath, NULL);
	}
}

void kern_announce(struct kern *k, const struct plan *p)
{
	int patience_ms = 100;

	release_links(k, p);
	vec_each (&p->steps, s)
		if (s->op == STEP_ADDRESS_DEL && s->link && !keeps(p, s))
			ip_set_add(&k->released, &s->address);
	vec_each (&p->steps, s) {
		struct handle *h;

		if (!is_moved(k, p, s))
			continue;
		wait_ready(k, p, s, &patience_ms);
		if (get_handle(k, s->node, &h, NULL) == 0 && enter(k, h->ns, NULL) == 0)
			announce_send(request_ifindex(s), s->link->end[s->end].mac,
				      &s->address, s->node->kind == NODE_ROUTER);
	}
}

/* ---- the network's own ---- */

static int mount_pins(const char *dir, struct err *e)
{
	cleanup_free char *ns = mem_printf("%s/ns", dir);
	struct stat here, above;

	if (mkdir(ns, 0755) < 0 && errno != EEXIST)
		return err_sys(e, errno, "make %s", ns);
	if (stat(ns, &here) < 0 || stat(dir, &above) < 0)
		return err_sys(e, errno, "look at %s", ns);
	if (here.st_dev != above.st_dev)
		return 0;
	if (mount("espalier", ns, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  "mode=0755") < 0)
		return err_sys(e, errno, "mount a tmpfs on %s", ns);
	return 0;
}

/* A socket in the fabric, which is made if it is not there. */
static int open_fabric(struct kern *k, struct err *e)
{
	cleanup_free char *path = mem_printf("%s/fabric", k->dir);
	int ns = netns_open(path), r;

	if (ns >= 0) {
		r = enter(k, ns, e);
		close(ns);
	} else {
		netns_unpin(path, NULL);
		r = netns_create(path, e);
		k->away |= r == 0;
	}
	if (r == 0)
		r = netlink_open(&k->fabric, e);
	go_home(k);
	return r;
}

static size_t descriptors_to_use(void)
{
	struct rlimit l;
	size_t room;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur < DESCRIPTORS_APART)
		return OPEN_MIN;
	room = (size_t)((l.rlim_cur - DESCRIPTORS_APART) / 2);
	return room > OPEN_MIN ? room : OPEN_MIN;
}

int kern_open(const char *dir, const char *name, struct kern **ret, struct err *e)
{
	struct kern *k = mem_alloc(sizeof(*k));
	int r = 0;

	k->dir = mem_strdup(dir);
	k->name = mem_strdup(name);
	k->fabric.fd = -1;
	k->open_max = descriptors_to_use();
	k->home = netns_open_self();
	if (k->home < 0)
		r = err_sys(e, k->home, "open the shell's own network namespace");
	if (r == 0)
		r = mount_pins(dir, e);
	if (r == 0)
		r = node_show_begin(e);
	if (r == 0)
		r = open_fabric(k, e);
	if (r < 0) {
		kern_close(k);
		return r;
	}
	*ret = k;
	return 0;
}

void kern_close(struct kern *k)
{
	if (!k)
		return;
	kern_rest(k);
	netlink_close(&k->fabric);
	netlink_batch_free(&k->batch);
	ip_set_free(&k->released);
	vec_free(&k->steps);
	vec_free(&k->needed);
	if (k->home >= 0)
		close(k->home);
	free(k->dir);
	free(k->name);
	free(k);
}
