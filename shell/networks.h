/*
 * networks.h — all networks of this user: named, created, taken up, listed,
 * destroyed. What differs without root is hidden here: then each network is in
 * namespaces of its own, which the shell joins for good, and a child process
 * for just a look.
 */
#ifndef SHELL_NETWORKS_H
#define SHELL_NETWORKS_H

#include "base/err.h"
#include "run/network.h"

enum naming {
	NAME_GIVEN,  /* this name or none */
	NAME_SERIAL, /* lab, lab-2, lab-3 …: the first that is free */
	NAME_COUNTED /* net1, net2 … */
};

/* A network name made from a lab's path: "labs/two.lab" is "two"; free() it. */
char *networks_clean_name(const char *path);

/* The i-th name (from 1) to try; free() it. */
char *networks_name(enum naming how, const char *name, unsigned i);

/* The calling process must have one thread, and have created or attached nothing yet. */
int networks_create(enum naming how, const char *name, struct network **ret,
		    struct err *e);
int networks_attach(const char *name, bool read_only, struct network **ret,
		    char **ret_report, struct err *e);

/* The network that was created or attached by this process; n is freed in any case. */
int networks_finish(struct network *n, const struct hooks *hooks, struct err *e);

int networks_list(network_list *ret, struct err *e);

/* Destroys a network that no shell holds. */
int networks_destroy(const char *name, struct err *e);

#endif
