/*
 * others.h — the other networks of the machine, as one of them sees them: their models,
 * and the keys that their tunnels have; private to lib/run.
 *
 * A journal is read without its lock, as a read-only shell does, once, and then what has
 * come since.
 */
#ifndef RUN_OTHERS_H
#define RUN_OTHERS_H

#include "run/hooks.h"
#include "run/network.h"

/* Its model as last done, good until the next call for it. -ENOENT: there is none of that
 * name. */
int others_read(struct network *n, const char *name, const struct model **ret,
		struct err *e);

/* The keys of other networks' tunnels over `substrate`, or in it, those of changes under
 * way included. */
void others_keys(struct network *n, const char *substrate, struct substrate_facts *ret);

/*
 * Until others_unlock(), no other shell chooses a key over that network. Waits for one
 * that does, for a while; without the lock the kernel refuses the second of two.
 */
void others_lock(struct network *n, const char *substrate, const struct hooks *hooks);
void others_unlock(struct network *n);

/* What was read is freed. */
void others_forget(struct network *n);

#endif
