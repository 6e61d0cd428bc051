/*
 * wires.c — see wires.h.
 *
 * The process is asked for when it is first needed, and started then. A link's
 * number there is its id.
 */
#include "kern/wires.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kern/request.h"
#include "wire/tap.h"

void kern_set_wires(struct kern *k, kern_wires_fn *open)
{
	k->open_wires = open;
}

static void forget(struct kern *k)
{
	if (k->wires.fd >= 0)
		wire_client_close(&k->wires);
	k->wires.fd = -1;
}

/* Whether the process is still at the other end. */
static bool is_connected(const struct kern *k)
{
	struct pollfd p = { .fd = k->wires.fd, .events = POLLIN };

	return k->wires.fd >= 0 && poll(&p, 1, 0) == 0;
}

/* -ENOENT: it does not run, and is not to be started. */
static int reach(struct kern *k, bool start, struct err *e)
{
	if (is_connected(k))
		return 0;
	forget(k);
	handles_go_home(&k->handles); /* where it starts it stays */
	return k->open_wires(k->dir, start, &k->wires, e);
}

bool kern_wires_run(struct kern *k)
{
	if (k->wires.fd >= 0 && wire_client_answers(&k->wires, NULL) == 0)
		return true;
	return reach(k, false, NULL) == 0;
}

static int open_tap(struct kern *k, const struct link *l, int end, struct err *e)
{
	const struct node *n = model_node(k->plan->to, l->end[end].node);
	char name[16]; /* IFNAMSIZ */
	struct handle *h;
	int r = handles_get(&k->handles, n, &h, e);

	if (r == 0)
		r = handles_enter(&k->handles, h->ns, e);
	if (r < 0) {
		err_context(e, "%s", n->name);
		return r;
	}
	snprintf(name, sizeof(name), "eth%u", l->end[end].index);
	r = tap_open(name, (unsigned)(IFINDEX_BASE + (int)l->end[end].index), e);
	handles_go_home(&k->handles);
	return r;
}

int wires_drop(struct kern *k, uint32_t link, struct err *e)
{
	int r = reach(k, false, e);

	if (r == 0)
		r = wire_client_delete(&k->wires, link, e);
	if (r == -ENOENT) {
		err_clear(e);
		r = 0;
	}
	return r;
}

int wires_add(struct kern *k, const struct link *l, struct err *e)
{
	int taps[2] = { -1, -1 }, r;

	r = wires_drop(k, l->id, e);
	for (int end = 0; end < 2 && r >= 0; end++) {
		taps[end] = open_tap(k, l, end, e);
		r = taps[end] < 0 ? taps[end] : 0;
	}
	if (r == 0)
		r = reach(k, true, e);
	if (r == 0)
		r = wire_client_add(&k->wires, l->id, l->mtu, l->shape, taps, e);
	for (int end = 0; end < 2; end++)
		if (taps[end] >= 0)
			close(taps[end]);
	return r;
}

int wires_del(struct kern *k, const struct link *l, struct err *e)
{
	return wires_drop(k, l->id, e);
}

int wires_shape(struct kern *k, const struct step *s, struct err *e)
{
	int r = reach(k, true, e);

	if (r == 0)
		r = wire_client_shape(&k->wires, s->link->id, (unsigned)s->end,
				      &s->shape.is, e);
	return r;
}

int wires_mtu(struct kern *k, const struct step *s, struct err *e)
{
	int r = reach(k, true, e);

	if (r == 0)
		r = wire_client_mtu(&k->wires, s->link->id, s->iface.mtu, e);
	return r;
}

int wires_list(struct kern *k, uint32_t **ret, size_t *ret_n, struct err *e)
{
	struct wire_link_stats stats;
	size_t kept = 0;
	int r = reach(k, false, e);

	*ret = NULL;
	*ret_n = 0;
	if (r == -ENOENT) {
		err_clear(e);
		return 0;
	}
	if (r == 0)
		r = wire_client_list(&k->wires, ret, ret_n, e);
	for (size_t i = 0; r == 0 && i < *ret_n; i++) {
		r = wire_client_stats(&k->wires, (*ret)[i], &stats, e);
		if (r == 0 && !stats.gone[0] && !stats.gone[1])
			(*ret)[kept++] = (*ret)[i];
	}
	*ret_n = kept;
	if (r < 0) {
		free(*ret);
		*ret = NULL;
		*ret_n = 0;
	}
	return r;
}

int kern_wire_counts(struct kern *k, uint32_t link, struct wire_link_stats *ret,
		     struct err *e)
{
	int r = reach(k, false, e);

	return r < 0 ? r : wire_client_stats(&k->wires, link, ret, e);
}
