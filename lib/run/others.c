/*
 * others.c — see others.h.
 */
#include "run/others.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "run/rootless.h"

/* A change that takes a key takes a few ms, on a slow machine 500. */
enum { PATIENCE_MS = 15000 };

/* What was last seen of one. */
struct other {
	char *name;	     /* owned */
	struct network *net; /* owned, read-only; NULL: it was not needed yet */
	ino_t file;	     /* its journal, as far as it was searched for substrates */
	off_t size;
	bool has_substrates;
};

struct others {
	VEC(struct other) v;
};

void others_forget(struct network *n)
{
	if (!n->others)
		return;
	vec_each (&n->others->v, o) {
		network_detach(o->net);
		free(o->name);
	}
	vec_free(&n->others->v);
	free(n->others);
	n->others = NULL;
}

static struct other *find(struct network *n, const char *name)
{
	if (!n->others)
		n->others = mem_alloc(sizeof(*n->others));
	vec_each (&n->others->v, o)
		if (strcmp(o->name, name) == 0)
			return o;
	vec_push(&n->others->v, ((struct other){ .name = mem_strdup(name) }));
	return &n->others->v.v[n->others->v.n - 1];
}

static int none_such(const char *name, struct err *e)
{
	err_set(e, ENOENT, "there is no network '%s'", name);
	return rootless_is_inside()
		       ? err_hint(e, "without root each network is alone, and cannot be "
				     "the underlay of another")
		       : err_hint(e, "'espalier ls' lists those that run");
}

static int look(struct other *o, struct err *e)
{
	cleanup_free char *report = NULL;
	int r;

	r = o->net ? network_refresh(o->net, e)
		   : network_attach(o->name, true, &o->net, &report, e);
	if (r == 0)
		return 0;
	network_detach(o->net);
	o->net = NULL;
	if (r != -ENOENT)
		return r;
	err_clear(e);
	return none_such(o->name, e);
}

int others_read(struct network *n, const char *name, const struct model **ret,
		struct err *e)
{
	struct other *o = find(n, name);
	int r = look(o, e);

	*ret = r == 0 ? o->net->model : NULL;
	return r;
}

/* ---- keys ---- */

/* Whether its journal tells of any: most do not, and reading all of one takes a while. */
static bool has_substrates(struct other *o)
{
	cleanup_free char *path = mem_printf("%s/%s/journal", network_root(), o->name);
	char *text = NULL;
	struct stat st;
	size_t length;

	if (stat(path, &st) < 0)
		return false;
	if (st.st_ino == o->file && st.st_size == o->size)
		return o->has_substrates;
	o->file = st.st_ino;
	o->size = st.st_size;
	o->has_substrates = file_read(path, SIZE_MAX, &text, &length, NULL) == 0 &&
			    strstr(text, "\"substrate\"");
	free(text);
	return o->has_substrates;
}

static void add_keys(const struct model *m, const char *name, const char *substrate,
		     struct substrate_facts *ret)
{
	bool inside = strcmp(name, substrate) == 0;

	vec_each (&m->links, l) {
		const struct tunnel *t = &(*l)->tunnel;
		cleanup_free char *text = NULL;

		if (!t->kind ||
		    !(t->substrate ? strcmp(t->substrate->network, substrate) == 0
				   : inside && t->underlay[0]))
			continue;
		text = link_text(m, *l);
		vec_push(&ret->keys,
			 ((struct tunnel_key){ t->key,
					       mem_printf("the tunnel %s of network %s",
							  text, name) }));
	}
}

void others_keys(struct network *n, const char *substrate, struct substrate_facts *ret)
{
	DIR *networks = opendir(network_root());
	struct dirent *d;

	while (networks && (d = readdir(networks))) {
		struct other *o;

		if (strcmp(d->d_name, n->name) == 0 ||
		    model_check_name(d->d_name, NULL) < 0)
			continue;
		o = find(n, d->d_name);
		if ((strcmp(d->d_name, substrate) != 0 && !has_substrates(o)) ||
		    look(o, NULL) < 0)
			continue;
		add_keys(o->net->model, o->name, substrate, ret);
		if (o->net->unfinished)
			add_keys(o->net->unfinished->after, o->name, substrate, ret);
	}
	if (networks)
		closedir(networks);
}

/* ---- choosing one ---- */

void others_lock(struct network *n, const char *substrate, const struct hooks *hooks)
{
	const struct timespec breath = { .tv_nsec = 1000000 };
	cleanup_free char *path = mem_printf("%s/%s/keys", network_root(), substrate);

	others_unlock(n); /* never two: others may take them in another order */
	n->keys_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	for (int ms = 0; n->keys_fd >= 0 && ms < PATIENCE_MS; ms++) {
		if (flock(n->keys_fd, LOCK_EX | LOCK_NB) == 0 ||
		    (hooks && hooks->interrupted && hooks->interrupted(hooks->cookie)))
			return;
		if (hooks && hooks->progress)
			hooks->progress(hooks->cookie,
					"waiting for another shell, seconds",
					(size_t)ms / 1000, PATIENCE_MS / 1000);
		nanosleep(&breath, NULL);
	}
}

void others_unlock(struct network *n)
{
	if (n->keys_fd >= 0)
		close(n->keys_fd);
	n->keys_fd = -1;
}
