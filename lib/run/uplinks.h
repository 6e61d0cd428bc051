/*
 * uplinks.h — what nat nodes need of the machine: an interface each, an nftables table
 * that masquerades what comes from it, and IPv4 forwarding.
 *
 * All is recorded before it is done, in a file for each node in the network's folder
 * `uplinks`, and marked: the interface's alias and the table's name tell network and
 * node. Forwarding belongs to all networks of the machine: who switches it on leaves a
 * file, and the last one that needs it switches it off again.
 */
#ifndef RUN_UPLINKS_H
#define RUN_UPLINKS_H

#include "base/str.h"
#include "run/network.h"

/*
 * Makes the machine have what m needs, and no more. from: nodes that it has are taken to
 * have all they need; NULL: everything is looked at, and what was missing is told in
 * report, if that is not NULL.
 */
int uplinks_reach(struct network *n, const struct model *m, const struct model *from,
		  struct str *report, struct err *e);

/* Whether all can be taken back of the network in dir: -EXDEV where some is in another
 * namespace. */
int uplinks_check_end(const char *dir, struct err *e);
/* Takes all back of the network in dir. */
int uplinks_end(const char *dir, const char *network, struct err *e);

#endif
