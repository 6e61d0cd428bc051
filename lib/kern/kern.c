/*
 * kern.c — what a network has in the kernel besides its nodes: a tmpfs for
 * their namespaces, and the fabric.
 */
#include "kern/kern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "kern/fabric.h"

char *kern_path(const struct kern *k, const char *node)
{
	return mem_printf("%s/ns/%s", k->dir, node);
}

char *kern_other_path(const struct kern *k, const struct link *l, const struct part *p,
		      const struct node *n)
{
	const struct substrate *s = l->tunnel.substrate;
	const char *name = strrchr(k->dir, '/') + 1;

	if (p->other_place != PLACE_ELSEWHERE)
		return kern_path(k, n->name);
	return mem_printf("%.*s%s/ns/%s", (int)(name - k->dir), k->dir, s->network,
			  s->node[p->end]);
}

int kern_enter(struct kern *k, const struct node *node, struct netlink **ret_nl,
	       int *ret_ns, struct err *e)
{
	struct handle *h;
	int r = handles_get(&k->handles, node, &h, e);

	if (r == 0)
		r = handles_socket(&k->handles, h, e);
	if (r < 0)
		return r;
	*ret_nl = &h->nl;
	*ret_ns = h->ns;
	return 0;
}

void kern_rest(struct kern *k)
{
	handles_rest(&k->handles);
	k->has_path = false;
	k->has_modules = false;
}

int kern_go_home(struct kern *k, struct err *e)
{
	handles_go_home(&k->handles);
	return k->handles.away ? err_set(e, EAGAIN,
					 "the way back to the machine's own network "
					 "namespace is barred")
			       : 0;
}

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

int kern_open(const char *dir, const char *name, struct kern **ret, struct err *e)
{
	struct kern *k = mem_alloc(sizeof(*k));
	int r;

	k->dir = mem_strdup(dir);
	k->name = mem_strdup(name);
	k->fabric.fd = -1;
	k->wires.fd = -1;
	k->handles.flush = kern_run_batch;
	k->handles.cookie = k;
	r = handles_begin(&k->handles, k->dir, e);
	if (r == 0)
		r = mount_pins(dir, e);
	if (r == 0)
		r = node_show_begin(e);
	if (r == 0)
		r = fabric_open(k, e);
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
	handles_end(&k->handles);
	netlink_close(&k->fabric);
	if (k->wires.fd >= 0)
		wire_client_close(&k->wires);
	vec_free(&k->abilities);
	vec_free(&k->kinds);
	free(k->modules);
	netlink_batch_free(&k->batch);
	ip_set_free(&k->released);
	vec_free(&k->asked);
	vec_free(&k->needed);
	free(k->dir);
	free(k->name);
	free(k);
}
