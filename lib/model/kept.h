/*
 * kept.h — commands of node set-up that a network records: what was done inside a node by
 * its own programs (ip, nft, sysctl ...) and is to be done again where the node is made
 * anew. Each is a text of words in the shell's language, quoted where that is needed.
 */
#ifndef MODEL_KEPT_H
#define MODEL_KEPT_H

#include <stdbool.h>

#include "base/vec.h"

enum { KEPT_MAX = 1000 }; /* of a node: our limit */

typedef VEC(char *) kept_vec; /* in the order in which they were run; owned */

/* to must hold nothing of its own. */
void kept_copy(kept_vec *to, const kept_vec *from);
void kept_free(kept_vec *v);
/* Whether the first of `all` are those of `some`. */
bool kept_begins(const kept_vec *all, const kept_vec *some);
bool kept_same(const kept_vec *a, const kept_vec *b);
/* Whether a command sets that device by its name, as `ip link set eth0 mtu 1400` does. */
bool kept_sets(const kept_vec *v, const char *device);

#endif
