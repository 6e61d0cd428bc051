/*
 * sample.c — see sample.h.
 *
 * Namespaces are known by their node's id and kept in its order, which is the model's:
 * each sample goes through both and lets go of those whose node is no more. What has no
 * room for its socket among the process's descriptors gets one for each sample.
 */
#include "stat/sample.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "plan/plan.h"
#include "stat/programs.h"
#include "stat/space.h"
#include "wire/control.h"

enum {
	DESCRIPTORS_APART = 64, /* that the process needs for other things */
	ROOM_MADE = 16,		/* sockets that are closed where descriptors run out */
	TROUBLES_TOLD = 3,
};

struct sampler {
	char *dir;
	int home;		    /* the namespace that the process is in */
	VEC(struct space *) spaces; /* by node id */
	size_t open, open_max;	    /* sockets that are kept */
	struct model *seen;	    /* as of the last sample; NULL: there was none */
	VEC(char *) names;	    /* of its links, in its order */
	struct programs programs;
	VEC(struct programs_home) homes; /* by id, of the last time */
	struct wire_client wires;
};

/* One sample under way. */
struct sampling {
	struct sampler *s;
	const struct model *m;
	struct snapshot *to;
	int ns;			       /* the folder of namespaces */
	bool changed;		       /* the model, since the last sample */
	struct wire_link_stats *wires; /* of the links, in the model's order */
	bool *has_wires;	       /* whether they could be read */
	struct str trouble;
	size_t troubles;
};

static uint64_t now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* ---- beginning and end ---- */

static size_t sockets_to_keep(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur <= DESCRIPTORS_APART)
		return 0;
	return (size_t)l.rlim_cur - DESCRIPTORS_APART;
}

int sampler_new(const char *dir, struct sampler **ret, struct err *e)
{
	int home = netns_open_self();
	struct sampler *s;

	if (home < 0)
		return err_sys(e, home, "open the present network namespace");
	s = mem_alloc(sizeof(*s));
	s->dir = mem_strdup(dir);
	s->home = home;
	s->open_max = sockets_to_keep();
	s->wires.fd = -1;
	*ret = s;
	return 0;
}

static void close_sockets(struct sampler *s, struct space *p)
{
	s->open -= (p->route.fd >= 0) + (p->diag.fd >= 0);
	space_close(p);
}

static void remove_space(struct sampler *s, size_t at)
{
	close_sockets(s, s->spaces.v[at]);
	space_clear(s->spaces.v[at]);
	free(s->spaces.v[at]);
	vec_remove(&s->spaces, at);
}

static void forget_names(struct sampler *s)
{
	vec_each (&s->names, name)
		free(*name);
	s->names.n = 0;
}

void sampler_free(struct sampler *s)
{
	if (!s)
		return;
	while (s->spaces.n)
		remove_space(s, s->spaces.n - 1);
	vec_free(&s->spaces);
	forget_names(s);
	vec_free(&s->names);
	programs_free(&s->programs);
	vec_free(&s->homes);
	wire_client_close(&s->wires);
	model_free(s->seen);
	close(s->home);
	free(s->dir);
	free(s);
}

/* ---- what could not be read ---- */

/* Clears e. */
static void tell(struct sampling *x, const char *what, struct err *e)
{
	if (x->troubles++ < TROUBLES_TOLD)
		str_addf(&x->trouble, "%s%s: %s", x->trouble.n ? "; " : "", what, e->msg);
	err_clear(e);
}

static void conclude_trouble(struct sampling *x)
{
	if (x->troubles > TROUBLES_TOLD)
		str_addf(&x->trouble, "; and %zu more", x->troubles - TROUBLES_TOLD);
	if (x->trouble.n)
		x->to->trouble = str_take(&x->trouble);
}

/* ---- the namespaces ---- */

/* As many as the model has nodes, and the same. */
static void match_spaces(struct sampling *x)
{
	struct sampler *s = x->s;
	size_t at = 0;

	vec_each (&x->m->nodes, n) {
		while (at < s->spaces.n && s->spaces.v[at]->node < (*n)->id)
			remove_space(s, at);
		if (at == s->spaces.n || s->spaces.v[at]->node != (*n)->id) {
			struct space *p = mem_alloc(sizeof(*p));

			space_init(p, *n);
			vec_insert(&s->spaces, at, p);
		}
		at++;
	}
	while (s->spaces.n > at)
		remove_space(s, s->spaces.n - 1);
}

static void look(struct sampling *x, struct space *p)
{
	size_t before = (size_t)((p->route.fd >= 0) + (p->diag.fd >= 0));

	space_look(p, x->ns);
	if (p->route.fd < 0 && p->diag.fd < 0)
		x->s->open -= before;
}

/* Closes what others have open, a few at a time, and remembers that there is no more
 * room. */
static bool make_room(struct sampler *s, const struct space *but)
{
	size_t closed = 0;

	for (size_t i = s->spaces.n; i-- > 0 && closed < ROOM_MADE;) {
		struct space *p = s->spaces.v[i];

		if (p == but || (p->route.fd < 0 && p->diag.fd < 0))
			continue;
		close_sockets(s, p);
		closed++;
	}
	s->open_max = s->open;
	return closed > 0;
}

static int open_socket(struct sampling *x, struct space *p, int protocol, struct err *e)
{
	struct netlink *nl = protocol == NETLINK_ROUTE ? &p->route : &p->diag;
	int r;

	if (nl->fd >= 0)
		return 0;
	do
		r = space_open(p, x->ns, protocol, e);
	while ((r == -EMFILE || r == -ENFILE) && make_room(x->s, p));
	x->s->open += r == 0;
	return r;
}

/* A socket for which there is no room is not kept. */
static void spare(struct sampling *x, struct space *p)
{
	if (x->s->open > x->s->open_max)
		close_sockets(x->s, p);
}

static void read_links(struct sampling *x, struct space *p)
{
	struct err e = ERR_INIT;
	int r;

	look(x, p);
	if (!p->there)
		return;
	r = open_socket(x, p, NETLINK_ROUTE, &e);
	if (r == 0)
		r = space_read(p, now_ns(CLOCK_MONOTONIC), x->changed, &e);
	else
		p->stale = true;
	if (r < 0 && p->there)
		tell(x, p->name, &e);
	err_clear(&e);
	spare(x, p);
}

/* The connections of nodes without a TCP socket are spared: see space_tcp.c. */
static void read_node(struct sampling *x, struct space *p, unsigned what)
{
	struct err e = ERR_INIT;
	int r;

	if (!p->there)
		return;
	r = space_enter(p, x->ns, &e);
	if (r == 0)
		r = space_read_node(p, !(what & SAMPLE_NODES), &e);
	if (r == 0 && !p->node_counted.tcp_sockets)
		p->tcp.n = 0;
	else if (r == 0 && what & SAMPLE_TCP)
		r = open_socket(x, p, NETLINK_SOCK_DIAG, &e);
	if (r == 0 && what & SAMPLE_TCP && p->node_counted.tcp_sockets)
		r = space_read_tcp(p, &e);
	if (r < 0) {
		p->stale = true;
		tell(x, p->name, &e);
	}
	if (what & SAMPLE_TCP)
		vec_each (&p->tcp, t)
			vec_push(&x->to->tcp, *t);
	spare(x, p);
}

static void go_home(struct sampling *x)
{
	struct err e = ERR_INIT;
	int r = netns_enter(x->s->home);

	if (r < 0) {
		err_sys(&e, r, "go back to it");
		tell(x, "the own network namespace", &e);
	}
}

/* ---- programs ---- */

static struct programs_home *home_of(struct sampler *s, const struct space *p)
{
	struct programs_home key = { .id = p->id };

	return s->homes.n ? bsearch(&key, s->homes.v, s->homes.n, sizeof(key),
				    programs_by_id)
			  : NULL;
}

static void read_programs(struct sampling *x)
{
	struct sampler *s = x->s;
	__typeof__(s->homes) homes = { 0 };
	struct err e = ERR_INIT;

	vec_each (&s->spaces, p) {
		struct programs_home h = { .id = (*p)->id }, *was = home_of(s, *p);

		if (!(*p)->there)
			continue;
		if (was)
			h.cpu = was->cpu;
		vec_push(&homes, h);
	}
	if (homes.n)
		qsort(homes.v, homes.n, sizeof(*homes.v), programs_by_id);
	vec_free(&s->homes);
	memcpy(&s->homes, &homes, sizeof(homes));
	if (programs_read(&s->programs, s->homes.v, s->homes.n, &e) < 0)
		tell(x, "programs", &e);
	vec_each (&s->spaces, p) {
		const struct programs_home *h = (*p)->there ? home_of(s, *p) : NULL;

		(*p)->node_counted.cpu = h ? h->cpu : 0;
		(*p)->node_counted.programs = h ? h->count : 0;
	}
}

/* ---- links that lib/wire carries ---- */

static int open_wires(struct sampler *s, struct err *e)
{
	cleanup_free char *path = mem_printf("%s/wire", s->dir);

	return s->wires.fd >= 0 ? 0 : wire_client_open(&s->wires, path, e);
}

static void read_wires(struct sampling *x)
{
	bool answers = true;

	for (size_t i = 0; i < x->m->links.n && answers; i++) {
		const struct link *l = x->m->links.v[i];
		struct err e = ERR_INIT;
		int r;

		if (!l->wire)
			continue;
		r = open_wires(x->s, &e);
		if (r == 0)
			r = wire_client_stats(&x->s->wires, l->id, &x->wires[i], &e);
		x->has_wires[i] = r == 0;
		answers = x->s->wires.fd >= 0;
		if (r < 0)
			tell(x, x->s->names.v[i], &e);
	}
}

static struct stat_queue wire_queue(const struct wire_stats *w)
{
	return (struct stat_queue){
		.kind = "wire",
		.parent = TC_H_ROOT,
		.packets = w->packets,
		.bytes = w->bytes,
		.dropped = w->dropped,
		.marked = w->marked,
		.backlog_packets = w->backlog_packets,
		.backlog_bytes = w->backlog_bytes,
	};
}

static struct stat_wire wire_counted(const struct wire_stats *w)
{
	return (struct stat_wire){
		.lost = w->lost,
		.duplicated = w->duplicated,
		.corrupted = w->corrupted,
		.dropped = w->dropped,
		.marked = w->marked,
		.refused = w->refused,
	};
}

/* ---- into the snapshot ---- */

static void add_nodes(struct sampling *x)
{
	vec_reserve(&x->to->nodes, x->m->nodes.n);
	for (size_t i = 0; i < x->m->nodes.n; i++) {
		const struct node *n = x->m->nodes.v[i];
		const struct space *p = x->s->spaces.v[i];
		const struct space_iface *bridge = NULL;
		struct stat_node to = p->node_counted;

		to.id = n->id;
		memcpy(to.name, n->name, sizeof(to.name));
		to.kind = n->kind;
		to.up = n->up;
		to.presence = !p->there ? STAT_GONE : p->stale ? STAT_STALE : STAT_FRESH;
		vec_each (&n->ports, port)
			to.n_ports += port->link != 0;
		if (n->kind == NODE_SWITCH)
			bridge = space_iface(p, IFINDEX_BRIDGE);
		if (bridge)
			to.bridge_dropped = bridge->counted.errors[STAT_RX_DROPPED] +
					    bridge->counted.errors[STAT_TX_DROPPED];
		vec_push(&x->to->nodes, to);
	}
}

static void name_links(struct sampling *x)
{
	struct sampler *s = x->s;

	if (!x->changed)
		return;
	forget_names(s);
	vec_each (&x->m->links, l)
		vec_push(&s->names, link_text(x->m, *l));
}

static void add_links(struct sampling *x)
{
	name_links(x);
	vec_reserve(&x->to->links, x->m->links.n);
	for (size_t i = 0; i < x->m->links.n; i++) {
		const struct link *l = x->m->links.v[i];
		struct stat_link to = { .id = l->id, .wire = l->wire };

		to.name = mem_strdup(x->s->names.v[i]);
		for (int end = 0; end < 2; end++) {
			to.shape[end] = l->shape[end];
			to.node[end] = l->end[end].node;
			to.number[end] = l->end[end].index;
			to.end[end].presence = STAT_GONE;
		}
		vec_push(&x->to->links, to);
	}
}

static struct stat_queue kernel_queue(const struct queue_state *q)
{
	struct stat_queue t = {
		.handle = q->handle,
		.parent = q->parent,
		.is_class = q->is_class,
		.packets = q->packets,
		.bytes = q->bytes,
		.dropped = q->dropped,
		.overlimits = q->overlimits,
		.requeues = q->requeued,
		.marked = q->marked,
		.backlog_packets = q->backlog_packets,
		.backlog_bytes = q->backlog_bytes,
	};

	memcpy(t.kind, q->kind, sizeof(t.kind));
	return t;
}

/* *q: where the queues of ifindex begin, if it has some. */
static void add_iface(struct sampling *x, const struct space *p, size_t *q, int ifindex,
		      const struct port *port)
{
	const struct space_iface *f = space_iface(p, ifindex);
	const struct space_state *s = space_state(p, ifindex);
	struct stat_link *l = (void *)(uintptr_t)snapshot_link(x->to, port->link);
	size_t i = (size_t)(l - x->to->links.v);
	struct stat_iface *to = &l->end[port->end];

	if (!f || !s || (l->wire && !x->has_wires[i]))
		return;
	*to = f->counted;
	to->presence = p->stale ? STAT_STALE : STAT_FRESH;
	to->up = s->up;
	to->carrier = s->carrier;
	to->mtu = s->mtu;
	to->queue = x->to->queues.n;
	for (; *q < p->queues.n && p->queues.v[*q].ifindex == ifindex; ++*q)
		vec_push(&x->to->queues, kernel_queue(&p->queues.v[*q]));
	if (l->wire) {
		const struct wire_stats *w = &x->wires[i].direction[port->end];

		l->by_wire[port->end] = wire_counted(w);
		vec_push(&x->to->queues, wire_queue(w));
	}
	to->n_queues = x->to->queues.n - to->queue;
}

/* Both the ports and the queues are in the order of ifindex. */
static void add_ifaces(struct sampling *x, const struct node *n, const struct space *p)
{
	size_t q = 0;

	for (unsigned i = 0; i < n->ports.n && p->there; i++) {
		int ifindex = IFINDEX_BASE + (int)i;

		while (q < p->queues.n && p->queues.v[q].ifindex < ifindex)
			q++;
		if (n->ports.v[i].link)
			add_iface(x, p, &q, ifindex, &n->ports.v[i]);
	}
}

/* ---- a sample ---- */

static void read_all(struct sampling *x, unsigned what)
{
	struct sampler *s = x->s;
	uint64_t begin = now_ns(CLOCK_MONOTONIC), end;

	add_links(x);
	vec_each (&s->spaces, p)
		read_links(x, *p);
	read_wires(x);
	end = now_ns(CLOCK_MONOTONIC);
	x->to->time = begin + (end - begin) / 2;
	x->to->wall = now_ns(CLOCK_REALTIME) - (end - begin) / 2;
	for (size_t i = 0; i < x->m->nodes.n; i++)
		add_ifaces(x, x->m->nodes.v[i], s->spaces.v[i]);
	if (what)
		vec_each (&s->spaces, p)
			read_node(x, *p, what);
	go_home(x);
	if (what & SAMPLE_NODES)
		read_programs(x);
	add_nodes(x);
	conclude_trouble(x);
	x->to->took = now_ns(CLOCK_MONOTONIC) - begin;
}

int sampler_read(struct sampler *s, const struct model *m, unsigned what,
		 struct snapshot **ret, struct err *e)
{
	cleanup_free char *path = mem_printf("%s/ns", s->dir);
	cleanup_close int ns = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_free struct wire_link_stats *wires = NULL;
	cleanup_free bool *has_wires = NULL;
	struct sampling x = { .s = s, .m = m, .ns = ns };

	if (ns < 0) {
		int r = errno;

		return r == ENOENT ? err_set(e, r, "the network is gone")
				   : err_sys(e, r, "%s", path);
	}
	x.to = snapshot_new();
	x.changed = !s->seen || !model_same(s->seen, m);
	x.wires = wires = mem_resize(NULL, m->links.n + 1, sizeof(*wires));
	x.has_wires = has_wires = mem_alloc(m->links.n + 1);
	match_spaces(&x);
	read_all(&x, what);
	if (x.changed) {
		model_free(s->seen);
		s->seen = model_copy(m);
	}
	*ret = x.to;
	return 0;
}
