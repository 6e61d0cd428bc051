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
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "kern/fabric.h"
#include "stat/sampling.h"

enum {
	DESCRIPTORS_APART = 64, /* that the process needs for other things */
	ROOM_MADE = 16,		/* sockets that are closed where descriptors run out */
	TROUBLES_TOLD = 3,
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
	space_init(&s->fabric, fabric_place(NULL, PLACE_FABRIC));
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

void sampler_forget_names(struct sampler *s)
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
	space_clear(&s->fabric);
	sampler_forget_names(s);
	vec_free(&s->names);
	vec_free(&s->nics);
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
void sampling_tell(struct sampling *x, const char *what, struct err *e)
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

static void look(struct sampling *x, struct space *p, uint64_t now)
{
	size_t before = (size_t)((p->route.fd >= 0) + (p->diag.fd >= 0));

	space_look(p, x->ns, now, x->changed);
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
	uint64_t now = now_ns(CLOCK_MONOTONIC);
	struct err e = ERR_INIT;
	int r;

	look(x, p, now);
	if (!p->there)
		return;
	r = open_socket(x, p, NETLINK_ROUTE, &e);
	if (r == 0)
		r = space_read(p, now, x->changed, &e);
	else
		p->stale = true;
	if (r < 0 && p->there)
		sampling_tell(x, p->name, &e);
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
	p->node_counted.uncounted = r < 0 || !(what & SAMPLE_NODES);
	if (r == 0 && !p->node_counted.tcp_sockets)
		p->tcp.n = 0;
	else if (r == 0 && what & SAMPLE_TCP)
		r = open_socket(x, p, NETLINK_SOCK_DIAG, &e);
	if (r == 0 && what & SAMPLE_TCP && p->node_counted.tcp_sockets)
		r = space_read_tcp(p, &e);
	if (r < 0) {
		p->stale = true;
		sampling_tell(x, p->name, &e);
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
		sampling_tell(x, "the own network namespace", &e);
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
		sampling_tell(x, "programs", &e);
	vec_each (&s->spaces, p) {
		const struct programs_home *h = (*p)->there ? home_of(s, *p) : NULL;

		(*p)->node_counted.cpu = h ? h->cpu : 0;
		(*p)->node_counted.programs = h ? h->count : 0;
	}
}

/* ---- a sample ---- */

static bool any_enforced(const struct model *m)
{
	vec_each (&m->links, l)
		if ((*l)->enforced)
			return true;
	return false;
}

static void read_all(struct sampling *x, unsigned what)
{
	struct sampler *s = x->s;
	uint64_t begin = now_ns(CLOCK_MONOTONIC), end;

	sampling_add_links(x);
	vec_each (&s->spaces, p)
		read_links(x, *p);
	if (any_enforced(x->m))
		read_links(x, &s->fabric);
	sampling_read_wires(x);
	end = now_ns(CLOCK_MONOTONIC);
	x->to->time = begin + (end - begin) / 2;
	x->to->wall = now_ns(CLOCK_REALTIME) - (end - begin) / 2;
	sampling_add_ifaces(x);
	sampling_add_nics(x);
	vec_each (&s->spaces, p) {
		(*p)->node_counted.uncounted = true;
		if (what)
			read_node(x, *p, what);
	}
	go_home(x);
	if (what & SAMPLE_NODES)
		read_programs(x);
	sampling_add_nodes(x);
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
