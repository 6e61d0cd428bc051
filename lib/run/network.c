/*
 * network.c — networks begin, are taken up, let go and end; the list of them.
 *
 * A folder without a journal is a network that was not quite made or is
 * almost gone: its name may be taken, and destroying it finishes that.
 */
#include "run/network.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"
#include "kern/kern.h"
#include "kern/netns.h"
#include "kern/node.h"
#include "run/journal.h"
#include "run/lock.h"
#include "run/nics.h"
#include "run/others.h"
#include "run/services.h"
#include "run/underlay.h"
#include "run/unfinished.h"
#include "run/uplinks.h"
#include "run/wire_process.h"

static const char root[] = "/run/espalier";

const char *network_root(void)
{
	return root;
}

static char *network_dir(const char *name)
{
	return mem_printf("%s/%s", root, name);
}

char *network_netns_path(const struct network *n, const char *node)
{
	return mem_printf("%s/ns/%s", n->dir, node);
}

static struct network *network_new(const char *name)
{
	struct network *n = mem_alloc(sizeof(*n));

	n->name = mem_strdup(name);
	n->dir = network_dir(name);
	n->lock_fd = n->keys_fd = -1;
	n->services = mem_alloc(sizeof(*n->services));
	return n;
}

void network_detach(struct network *n)
{
	if (!n)
		return;
	kern_close(n->kern);
	journal_close(n->journal);
	history_free(n->history);
	network_drop_unfinished(n);
	services_free(n->services);
	str_free(&n->notices);
	if (n->lock_fd >= 0)
		close(n->lock_fd);
	others_unlock(n);
	others_forget(n);
	free(n->underlays);
	free(n->name);
	free(n->dir);
	free(n);
}

/* ---- who holds it ---- */

static int none_such(const char *name, struct err *e)
{
	err_set(e, ENOENT, "there is no network '%s'", name);
	err_hint(e, "'espalier ls' lists those that run");
	return -ENOENT;
}

static int is_held(const char *name, const struct proc *holder, struct err *e)
{
	if (holder->pid)
		err_set(e, EBUSY, "network '%s' is held by the shell with pid %d", name,
			(int)holder->pid);
	else
		err_set(e, EBUSY, "network '%s' is held by another shell", name);
	err_hint(e, "'espalier --read-only attach %s' looks at it", name);
	return -EBUSY;
}

static bool has_journal(const char *dir)
{
	cleanup_free char *path = mem_printf("%s/journal", dir);

	return access(path, F_OK) == 0;
}

static int open_kern(struct network *n, struct err *e)
{
	int r = kern_open(n->dir, n->name, &n->kern, e);

	if (r == 0)
		kern_set_wires(n->kern, wire_process_open);
	return r;
}

/* Whether the end can succeed from here; before anything is done for it. */
static int check_end(const char *dir, struct err *e)
{
	int r = uplinks_check_end(dir, e);

	return r == 0 ? nics_check_end(dir, e) : r;
}

/* The end of a network whose lock is held: its programs, namespaces, folder. */
static int end(const char *name, const char *dir, struct err *e)
{
	struct str told = { 0 };
	int r = wire_process_end(dir, e); /* its taps hold the namespaces */

	if (r == 0)
		r = uplinks_end(dir, name, e);
	if (r == 0)
		r = nics_end(dir, &told, e);
	if (r == 0)
		r = nodes_end_all(dir, name, e);
	if (r == 0)
		r = file_remove_tree(dir, e);
	if (r == 0 && told.n) {
		told.s[told.n - 1] = '\0';
		r = err_set(e, ENODEV,
			    "network '%s' has ended, but not all is as it was: %s", name,
			    told.s);
	}
	str_free(&told);
	return r;
}

/* ---- beginning ---- */

/* Makes the folder and locks it; or takes that of a network that was not quite made. */
static int make_folder(struct network *n, struct err *e)
{
	struct proc holder;
	int r;

	do {
		if (mkdir(n->dir, 0755) < 0 && errno != EEXIST)
			return err_sys(e, errno, "make %s", n->dir);
		r = lock_take(n->dir, &n->lock_fd, &holder, e);
	} while (r == -ENOENT); /* it was being destroyed */
	if (r == -EBUSY) {
		is_held(n->name, &holder, e);
		if (e)
			e->code = -EEXIST;
		return -EEXIST;
	}
	if (r < 0 || !has_journal(n->dir))
		return r;
	err_set(e, EEXIST, "there is a network '%s' already", n->name);
	err_hint(e, "'espalier attach %s' takes it up, 'espalier destroy %s' removes it",
		 n->name, n->name);
	return -EEXIST;
}

int network_create(const char *name, struct network **ret, struct err *e)
{
	struct network *n;
	int r = model_check_name(name, e);

	if (r == 0)
		r = file_make_dirs(root, 0755, e);
	if (r < 0)
		return r;
	n = network_new(name);
	r = make_folder(n, e);
	if (r < 0) {
		network_detach(n);
		return r;
	}
	n->history = history_new(model_new());
	n->model = history_model(n->history, 0);
	/* what a shell left that was killed while it made this network */
	r = nodes_end_all(n->dir, name, e);
	if (r == 0)
		r = open_kern(n, e);
	if (r == 0)
		r = network_write_hosts(n, e);
	if (r == 0)
		r = journal_begin(n->dir, n->history, &n->journal, e);
	if (r < 0) {
		err_context(e, "network '%s' cannot be made", name);
		end(name, n->dir, NULL);
		network_detach(n);
		return r;
	}
	*ret = n;
	return 0;
}

/* ---- taking up ---- */

static void remember_seen(struct network *n)
{
	cleanup_free char *path = mem_printf("%s/journal", n->dir);
	struct stat st;

	if (stat(path, &st) < 0)
		return;
	n->seen.file = st.st_ino;
	n->seen.size = st.st_size;
}

/* The model without what is not done. story: of an earlier reading, or nothing. */
static int read_journal(struct network *n, struct journal_story *story, struct err *e)
{
	int r;

	story->history = steal_ptr(n->history);
	r = journal_read_on(n->dir, story, e);
	if (r == -EBADMSG)
		err_hint(e, "'espalier destroy %s' removes the network", n->name);
	n->history = steal_ptr(story->history);
	n->model = n->history ? history_model(n->history, n->history->at) : NULL;
	return r;
}

static int read_again(struct network *n, struct err *e)
{
	struct journal_story story = { .place = n->read };
	int r;

	remember_seen(n); /* first: what comes later is seen next time */
	r = read_journal(n, &story, e);
	n->read = story.place;
	network_drop_unfinished(n);
	if (r == 0 && story.pending.there && story.pending.after) {
		n->unfinished = mem_alloc(sizeof(*n->unfinished));
		*n->unfinished = story.pending;
		story.pending = (struct journal_pending){ 0 };
	}
	if (r == -ENOENT || (r == 0 && story.destroyed))
		r = none_such(n->name, e);
	journal_story_free(&story);
	return r;
}

int network_refresh(struct network *n, struct err *e)
{
	ino_t file = n->seen.file;
	off_t size = n->seen.size;

	if (!n->read_only)
		return 0;
	n->seen.file = 0;
	remember_seen(n);
	if (n->seen.file == file && n->seen.size == size)
		return 0;
	return read_again(n, e);
}

/* Undoes, or finishes, what a killed shell was doing. */
static int take_up_pending(struct network *n, struct journal_pending *p,
			   struct str *report, struct err *e)
{
	static const char *const words[] = {
		[JOURNAL_UNDO] = "undo", [JOURNAL_REDO] = "redo"
	};
	cleanup_free char *command =
		mem_strdup(p->kind == JOURNAL_CHANGE ? p->command : words[p->kind]);
	bool ending = p->ending;
	int r;

	if (!p->there)
		return 0;
	n->unfinished = mem_alloc(sizeof(*p));
	*n->unfinished = *p;
	*p = (struct journal_pending){ 0 };
	r = network_finish(n, e);
	if (r < 0 && r != -ECHILD)
		return err_context(e,
				   ending ? "finish '%s', which was under way"
					  : "undo '%s', which was under way",
				   command);
	str_addf(report, "'%s' was under way when its shell ended: it was %s\n", command,
		 ending ? "finished" : "undone");
	if (r < 0)
		str_addf(report, "what is kept could not be done again: %s\n", e->msg);
	err_clear(e);
	return 0;
}

static void report_missing(struct network *n, struct str *report)
{
	vec_each (&n->model->nodes, node) {
		cleanup_free char *path = network_netns_path(n, (*node)->name);
		cleanup_close int ns = netns_open(path);

		if (ns == -ENOENT)
			str_addf(report,
				 "%s: its network namespace is gone: 'repair' puts it "
				 "back\n",
				 (*node)->name);
	}
}

static int take_up(struct network *n, struct str *report, struct err *e)
{
	struct journal_story story = { 0 };
	int r = read_journal(n, &story, e);

	if (r == -ENOENT || (r == 0 && story.destroyed)) {
		r = end(n->name, n->dir, e);
		if (r == 0)
			r = err_set(e, ENOENT,
				    "network '%s' was being destroyed: that is finished "
				    "now",
				    n->name);
	}
	if (r == 0)
		r = open_kern(n, e);
	if (r == 0)
		services_load(n);
	if (r == 0)
		r = journal_open(n->dir, story.place.settled, &n->journal, e);
	if (r == 0)
		r = take_up_pending(n, &story.pending, report, e);
	if (r == 0) {
		report_missing(n, report);
		network_follow(n);
	}
	if (r == 0 && n->notices.n) {
		str_add(report, n->notices.s);
		str_free(&n->notices);
	}
	journal_story_free(&story);
	return r;
}

int network_attach(const char *name, bool read_only, struct network **ret,
		   char **ret_report, struct err *e)
{
	struct network *n;
	struct str report = { 0 };
	struct proc holder;
	int r = model_check_name(name, e);

	if (r < 0)
		return r;
	n = network_new(name);
	n->read_only = read_only;
	if (access(n->dir, F_OK) < 0)
		r = none_such(name, e);
	else if (read_only)
		r = read_again(n, e);
	else
		r = lock_take(n->dir, &n->lock_fd, &holder, e);
	if (r == -EBUSY)
		is_held(name, &holder, e);
	else if (r == -ENOENT)
		none_such(name, e);
	else if (r == 0 && !read_only)
		r = take_up(n, &report, e);
	if (r < 0) {
		network_detach(n);
		str_free(&report);
		return r;
	}
	*ret = n;
	*ret_report = str_take(&report);
	return 0;
}

/* ---- the end ---- */

int network_destroy(struct network *n, const struct hooks *hooks, struct err *e)
{
	int r = kern_go_home(n->kern, e);

	if (hooks && hooks->progress)
		hooks->progress(hooks->cookie, "taking down", 0, 1);
	if (r == 0)
		r = check_end(n->dir, e);
	if (r < 0) {
		err_context(e, "network '%s' goes on", n->name);
	} else {
		journal_mark_destroyed(n->journal, NULL);
		kern_drop_tunnels(n->kern, n->model);
		kern_close(steal_ptr(n->kern));
		r = end(n->name, n->dir, e);
	}
	network_detach(n);
	return r;
}

/* The same for a network that is not taken up, as far as its journal can be read. */
static void leave_substrates(struct network *n)
{
	struct journal_story story = { 0 };

	if (read_journal(n, &story, NULL) == 0 && underlays_any(n->model) &&
	    open_kern(n, NULL) == 0) {
		kern_drop_tunnels(n->kern, n->model);
		kern_close(steal_ptr(n->kern));
	}
	journal_story_free(&story);
}

int network_remove(const char *name, struct err *e)
{
	struct network *n;
	struct proc holder;
	int r = model_check_name(name, e);

	if (r < 0)
		return r;
	n = network_new(name);
	r = lock_take(n->dir, &n->lock_fd, &holder, e);
	if (r == -EBUSY)
		is_held(name, &holder, e);
	else if (r == -ENOENT)
		none_such(name, e);
	if (r == 0)
		r = check_end(n->dir, e);
	if (r == 0 && journal_open(n->dir, SIZE_MAX, &n->journal, NULL) == 0)
		journal_mark_destroyed(n->journal, NULL);
	if (r == 0)
		leave_substrates(n);
	if (r == 0)
		r = end(name, n->dir, e);
	network_detach(n);
	return r;
}

/* ---- the list ---- */

static void add_info(network_list *ret, const char *name)
{
	cleanup_free char *dir = network_dir(name);
	struct network_info i = { .name = mem_strdup(name) };
	struct journal_story story = { 0 };

	lock_look(dir, &i.holder);
	if (journal_read(dir, &story, NULL) == 0) {
		const struct model *m = history_model(story.history, story.history->at);

		i.nodes = m->nodes.n;
		i.links = m->links.n;
	}
	journal_story_free(&story);
	vec_push(ret, i);
}

static int by_name(const void *a, const void *b)
{
	const struct network_info *x = a, *y = b;

	return strcmp(x->name, y->name);
}

int network_list_all(network_list *ret, struct err *e)
{
	DIR *networks = opendir(root);
	struct dirent *d;

	*ret = (network_list){ 0 };
	if (!networks)
		return errno == ENOENT ? 0 : err_sys(e, errno, "read %s", root);
	while ((d = readdir(networks)))
		if (model_check_name(d->d_name, NULL) == 0)
			add_info(ret, d->d_name);
	closedir(networks);
	if (ret->n)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_name);
	return 0;
}

void network_list_free(network_list *l)
{
	vec_each (l, i)
		free(i->name);
	vec_free(l);
}
