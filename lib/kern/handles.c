/*
 * handles.c — see handles.h.
 */
#include "kern/handles.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "kern/netns.h"

enum {
	DESCRIPTORS_APART = 24, /* that the shell needs for other things */
	OPEN_MIN = 2,		/* a link has two ends */
};

static size_t place(const struct handles *h, uint32_t node)
{
	size_t low = 0, high = h->v.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (h->v.v[mid]->node < node)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* ---- by use ---- */

static void take_out(struct handles *h, struct handle *i)
{
	*(i->newer ? &i->newer->older : &h->newest) = i->older;
	*(i->older ? &i->older->newer : &h->oldest) = i->newer;
}

static void make_newest(struct handles *h, struct handle *i)
{
	i->newer = NULL;
	i->older = h->newest;
	*(h->newest ? &h->newest->newer : &h->oldest) = i;
	h->newest = i;
}

void handles_forget(struct handles *h, struct handle *i)
{
	vec_remove(&h->v, place(h, i->node));
	take_out(h, i);
	netlink_close(&i->nl);
	close(i->ns);
	free(i);
}

/* Closes the one that was used longest ago, if there is one. */
static int close_oldest(struct handles *h, struct err *e)
{
	int r = 0;

	if (h->oldest && h->oldest->queued)
		r = h->flush(h->cookie, e);
	if (r == 0 && h->oldest)
		handles_forget(h, h->oldest);
	return r;
}

int handles_make_room(struct handles *h, struct err *e)
{
	int r = 0;

	while (r == 0 && h->v.n >= h->max)
		r = close_oldest(h, e);
	return r;
}

bool handles_retry(struct handles *h, int code, int *ret, struct err *e)
{
	if ((code != -EMFILE && code != -ENFILE) || !h->oldest)
		return false;
	*ret = close_oldest(h, e);
	return *ret == 0;
}

/* ---- one node's ---- */

struct handle *handles_add(struct handles *h, const struct node *node, int ns)
{
	struct handle *i = mem_alloc(sizeof(*i));

	i->node = node->id;
	i->ns = ns;
	i->nl.fd = -1;
	vec_insert(&h->v, place(h, node->id), i);
	make_newest(h, i);
	return i;
}

struct handle *handles_find(struct handles *h, uint32_t node)
{
	size_t at = place(h, node);

	if (at == h->v.n || h->v.v[at]->node != node)
		return NULL;
	take_out(h, h->v.v[at]);
	make_newest(h, h->v.v[at]);
	return h->v.v[at];
}

int handles_get(struct handles *h, const struct node *node, struct handle **ret,
		struct err *e)
{
	cleanup_free char *path = NULL;
	int ns, r;

	*ret = handles_find(h, node->id);
	if (*ret)
		return 0;
	path = mem_printf("%s/ns/%s", h->dir, node->name);
	r = handles_make_room(h, e);
	if (r < 0)
		return r;
	do
		ns = netns_open(path);
	while (ns < 0 && handles_retry(h, ns, &r, e));
	if (r < 0)
		return r;
	if (ns == -ENOENT) {
		err_set(e, ENOENT, "its network namespace is gone");
		err_hint(e, "'repair' puts back what someone else removed");
		return -ENOENT;
	}
	if (ns < 0)
		return err_sys(e, ns, "open %s", path);
	*ret = handles_add(h, node, ns);
	return 0;
}

int handles_enter(struct handles *h, int ns, struct err *e)
{
	int r = netns_enter(ns);

	if (r < 0)
		return err_sys(e, r, "enter its network namespace");
	h->away = true;
	return 0;
}

int handles_socket(struct handles *h, struct handle *i, struct err *e)
{
	int r;

	if (i->nl.fd >= 0)
		return 0;
	r = handles_enter(h, i->ns, e);
	if (r < 0)
		return r;
	do
		r = netlink_open(&i->nl, e);
	while (r < 0 && h->oldest != i && handles_retry(h, r, &r, e));
	return r;
}

/* ---- all ---- */

void handles_go_home(struct handles *h)
{
	if (h->away && netns_enter(h->home) == 0)
		h->away = false;
}

void handles_rest(struct handles *h)
{
	handles_go_home(h);
	while (h->oldest)
		handles_forget(h, h->oldest);
	vec_free(&h->v);
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

int handles_begin(struct handles *h, const char *dir, struct err *e)
{
	h->dir = dir;
	h->max = descriptors_to_use();
	h->home = netns_open_self();
	if (h->home < 0)
		return err_sys(e, h->home, "open the shell's own network namespace");
	return 0;
}

void handles_end(struct handles *h)
{
	handles_rest(h);
	if (h->home >= 0)
		close(h->home);
	h->home = -1;
}
