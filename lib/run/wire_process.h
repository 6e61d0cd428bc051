/*
 * wire_process.h — the process that carries a network's wire links.
 *
 * It belongs to the network, not to a shell: it goes on when the shell leaves or is
 * killed, and ends with the network. It is found by its socket, "wire" in the
 * network's folder.
 */
#ifndef RUN_WIRE_PROCESS_H
#define RUN_WIRE_PROCESS_H

#include "wire/control.h"

/* A connection to the process, which is started if it does not run; or, without start,
 * -ENOENT. For kern_set_wires(). */
int wire_process_open(const char *dir, bool start, struct wire_client *ret,
		      struct err *e);
/* Ends it, and waits until it is gone; fine where it does not run. */
int wire_process_end(const char *dir, struct err *e);

/* Whether the arguments of main() are those that wire_process_open() starts this very
 * program with; then wire_process_main() is all that it does. */
bool wire_process_is_meant(int argc, char **argv);
int wire_process_main(char **argv);

#endif
