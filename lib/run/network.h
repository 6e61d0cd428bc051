/*
 * network.h — one running network: its model, its state on disk, its lock,
 * and the kernel objects that stand for it.
 *
 * Everything of a network is under /run/espalier/NETWORK/:
 *
 *     lock      locked by the shell that holds it, and tells which one
 *     journal   a model; then for each change the intent, and that it is done
 *     ns/       a tmpfs with a pinned namespace per node, and the fabric's
 *     hosts     /etc/hosts of every node
 *     jobs/     background jobs and their output
 *     services/ folders of nodes' services, see services.h
 *     keys      locked while a shell chooses a key for a tunnel here, see others.h
 *
 * A shell killed at any instant leaves a whole journal; network_attach() puts
 * the kernel back to the last change that was done (or finishes one that had
 * begun to end a node's programs).
 */
#ifndef RUN_NETWORK_H
#define RUN_NETWORK_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/proc.h"
#include "base/str.h"
#include "base/vec.h"
#include "model/model.h"
#include "run/hooks.h"
#include "run/journal.h"

enum { NETWORK_NAME_MAX = 63 };

struct network {
	char *name;
	char *dir; /* /run/espalier/NAME */
	bool read_only;
	struct model *model; /* as last done, of history; replace it only with
				network_change() */
	struct kern *kern;
	struct history *history; /* for undo and redo */
	struct journal *journal;
	struct services *services; /* what runs for the nodes' services */
	int lock_fd;
	int keys_fd;	       /* others_lock()'s; -1: none */
	struct others *others; /* networks that it was told of; NULL: none */
	char *underlays;       /* as underlays_note() saw them; owned, NULL: not yet */
	/* What a change could not do for the machine's interfaces (nics.h), a line each,
	 * until somebody reads and empties it. */
	struct str notices;
	/* A change that failed and could not be undone yet; or, on attaching, one whose
	 * shell was killed; read_only: one that is under way. See unfinished.h. */
	struct journal_pending *unfinished; /* owned; NULL: none */
	/* read_only: the journal as it was last read */
	struct {
		ino_t file;
		off_t size;
	} seen;
	struct journal_place read; /* and how far that is in history */
};

/* The folder that holds the networks: /run/espalier. */
const char *network_root(void);

/*
 * Starts a new, empty network. -EEXIST: there is one of that name (e says
 * whether a shell holds it, and what to do); -EPERM, -ENOSYS …: the system cannot do it.
 */
int network_create(const char *name, struct network **ret, struct err *e);

/*
 * Takes up a network that has no shell. What had to be finished, undone or
 * repaired is told in *ret_report (one line per thing, owned; "" if nothing).
 * read_only: no lock is taken, nothing repaired, and every change is -EROFS.
 * -EBUSY: another shell holds it (e names its pid); -ENOENT.
 */
int network_attach(const char *name, bool read_only, struct network **ret,
		   char **ret_report, struct err *e);

/*
 * Sees to it that the process that carries the wire links runs: if it had ended, it is
 * started again, and its links are made again; then *ret_restarted is true.
 */
int network_tend(struct network *n, bool *ret_restarted, struct err *e);
/* Puts right the tunnels over other networks that have changed, gone or come back, as
 * repair does; n->notices tell of it, and of what fails. Links that are not there now are
 * marked as gone. */
void network_follow(struct network *n);

/* read_only: takes the newest state from disk, if it changed. */
int network_refresh(struct network *n, struct err *e);

/*
 * Makes next (taken over, also on failure) the present model: settles it,
 * plans, journals, applies. Whole or not at all; on failure the kernel, the
 * journal and n->model are as before. command names it in undo and the journal.
 */
int network_change(struct network *n, struct model *next, const char *command,
		   const struct hooks *hooks, struct err *e);

/* Back and forth; *ret_command is the command undone or redone (owned). -ENOENT: nothing
 * to. */
int network_undo(struct network *n, char **ret_command, const struct hooks *hooks,
		 struct err *e);
int network_redo(struct network *n, char **ret_command, const struct hooks *hooks,
		 struct err *e);

/*
 * Back to how it was at an earlier position, as if what came since had never
 * been: it can neither be undone nor redone. before is that model. Where the
 * history does not reach so far back, or was changed there, this is a change
 * of its own, named command.
 */
size_t network_position(const struct network *n);
int network_back(struct network *n, size_t position, const struct model *before,
		 const char *command, const struct hooks *hooks, struct err *e);

/*
 * Compares the kernel with the model and puts back what the outside changed.
 * *ret_report: one line per thing mended (owned; "" if all was well).
 */
int network_repair(struct network *n, char **ret_report, const struct hooks *hooks,
		   struct err *e);

/* Closes the handle; the network goes on without a shell. NULL is fine. */
void network_detach(struct network *n);

/* Ends every program in it, takes everything down and removes its folder; n is freed in
 * any case. */
int network_destroy(struct network *n, const struct hooks *hooks, struct err *e);

/* The same for one by its name, which may be too damaged to attach to. -EBUSY: a shell
 * holds it; -ENOENT. */
int network_remove(const char *name, struct err *e);

/* A network seen from outside, as `espalier ls` lists them. */
struct network_info {
	char *name;	    /* owned */
	struct proc holder; /* pid 0: no shell holds it */
	size_t nodes, links;
};
typedef VEC(struct network_info) network_list;
int network_list_all(network_list *ret, struct err *e);
void network_list_free(network_list *l);

/*
 * Where a node's namespace is pinned, /run/espalier/NET/ns/NODE; free() it.
 * Other tools see it as /run/netns/NET.NODE.
 */
char *network_netns_path(const struct network *n, const char *node);

/* Makes <dir>/hosts tell every node of the present model. */
int network_write_hosts(struct network *n, struct err *e);

#endif
