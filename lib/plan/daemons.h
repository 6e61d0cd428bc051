/*
 * daemons.h — the programs that a node's services come to, and their configuration;
 * pure.
 *
 * Each has a folder to itself together with the node's others, in which it is
 * started; so its files and sockets are named without one, and a socket's path
 * is never too long.
 */
#ifndef PLAN_DAEMONS_H
#define PLAN_DAEMONS_H

#include "base/str.h"
#include "base/vec.h"
#include "model/model.h"

/* When a daemon that was started can be said to run. */
enum daemon_ready {
	READY_FILE,   /* ready_word is a file or socket of its folder */
	READY_LISTEN, /* it listens on TCP port ready_port */
	READY_LOG,    /* its log has ready_word in it */
};

struct daemon_file {
	char *name, *text;
};

struct daemon {
	const char *name;    /* static; one of its name in a node: "ospfd", "http" */
	uint32_t services;   /* bits by enum service_kind: what it does */
	bool frr;	     /* takes further configuration by vtysh */
	bool first;	     /* others connect to it when they start */
	VEC(char *) argv;    /* the first is a path, or a name to be found in PATH */
	const char *package; /* Debian's, that has the program */
	VEC(struct daemon_file) files;
	/*
	 * What must stay as it is for it to go on. What is in config besides can be
	 * fed to the running daemon: one of FRR then takes up new interfaces.
	 */
	char *key;
	char *config; /* also a file, NAME.conf; "": there is none */
	enum daemon_ready ready;
	const char *ready_word; /* static */
	unsigned ready_port;
};

struct daemons {
	VEC(struct daemon) v; /* first ones first */
	const char *frr_text; /* the user's, for all of FRR's; of the model; NULL: none */
};

/* folder: the path of the node's, for programs that do not stay in it. */
void daemons_of(const struct model *m, const struct node *n, const char *folder,
		struct daemons *ret);
void daemons_free(struct daemons *d);

/* ---- FRR (frr_daemons.c, frr_text.c) ---- */

/* Adds those of the FRR suite that the node needs. */
void frr_daemons(const struct model *m, const struct node *n, struct daemons *ret);

/*
 * The configuration of one of them by the options of the node's services: what
 * must not change while it runs goes to key, what may be fed to it to more. Both
 * together are its file.
 */
void frr_text(const struct model *m, const struct node *n, const char *daemon,
	      struct str *key, struct str *more);

#endif
