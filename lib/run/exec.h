/*
 * exec.h — programs in nodes: in the node's network, UTS and mount namespace,
 * with its hostname, its own /sys, and an /etc/hosts that knows every node.
 * Their environment says where they are: ESPALIER_NETWORK, ESPALIER_NODE.
 */
#ifndef RUN_EXEC_H
#define RUN_EXEC_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "run/network.h"

/* A program to start. */
struct exec_spec {
	const char *node;  /* name */
	char *const *argv; /* found in PATH */
	int in, out, err;  /* descriptors for its standard ones; -1: the shell's own */
	/* A file that it writes "PID START" to before it becomes the program; NULL: none.
	 * So it is known even if the shell ends before it knows. */
	const char *born;
	const char *folder; /* to start it in; NULL: the shell's */
	/* What it finds in place of other files and folders: pairs, up to a NULL. */
	const char *const (*mounts)[2];
	bool own_group;	 /* its own process group (a terminal's Ctrl-C reaches just it) */
	bool foreground; /* with own_group: that group gets the terminal on descriptor 0
			  */
};

/*
 * Starts it. That it could not be started (no such program, the namespace is
 * gone) is told here, not by an exit status: -ENOENT, -EACCES … with e filled.
 */
int exec_start(struct network *n, const struct exec_spec *s, pid_t *ret_pid,
	       struct err *e);

/* How a program ended, or that it was stopped (Ctrl-Z). */
struct exec_end {
	bool stopped;
	int status; /* exit status; 128 + signal when one killed it, as in sh */
};

/*
 * Waits until the program ends or, in the foreground, stops, and gives the
 * terminal back to the shell (its group, and its modes where the program left
 * them by a signal). One without a group of its own stops along with the shell.
 */
int exec_wait(pid_t pid, bool foreground, struct exec_end *ret, struct err *e);

/* What waitpid() said, as a program's end. */
struct exec_end exec_end_of(int wait_status);

/*
 * Remembers the terminal's modes and makes group its foreground group; nothing
 * where descriptor 0 is no terminal. exec_wait() takes it back.
 */
void exec_give_terminal(pid_t group);

#endif
