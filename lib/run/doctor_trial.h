/*
 * doctor_trial.h — the doctor's trials inside its own namespaces.
 *
 * A trial returns 0, or -errno with e saying why in the kernel's words. What
 * to do about it is its row's, unless e has a hint that knows better. On
 * success a message in e (of code 0) is what was found.
 */
#ifndef RUN_DOCTOR_TRIAL_H
#define RUN_DOCTOR_TRIAL_H

#include "base/err.h"
#include "kern/netlink.h"

struct trial;

/* Where trials happen: a network namespace with one veth pair. */
struct trial_room {
	int home; /* its namespace */
	struct netlink nl;
	struct err no_veth; /* why there is none; code 0: there is */
};

typedef int (*trial_fn)(struct trial_room *room, const struct trial *t, struct err *e);

/* One thing that is tried. */
struct trial {
	const char *name;
	bool needed;
	trial_fn run;
	const char *kind; /* of a link or queueing discipline, as the kernel calls it */
	/* adds what creating one requires; NULL: nothing */
	void (*attributes)(struct nl_msg *msg);
	const char *module;  /* that has it; NULL: no module does */
	const char *without; /* what follows where it does not work */
};

/* In a namespace of its own already; what cannot be had makes its trials fail. */
void trial_room_open(struct trial_room *room);
void trial_room_close(struct trial_room *room);

extern const struct trial trials[];
extern const size_t n_trials;

#endif
