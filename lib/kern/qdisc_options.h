/*
 * qdisc_options.h — the options of each kind of queueing discipline, written
 * and read; private to lib/kern.
 */
#ifndef KERN_QDISC_OPTIONS_H
#define KERN_QDISC_OPTIONS_H

#include "kern/qdisc.h"

/* TCA_OPTIONS, with all that the kind has: a change leaves nothing of before. */
void qdisc_options_put(struct nl_msg *m, const struct qdisc *q);
/* What of it can be seen; the kind is known. */
void qdisc_options_read(struct nlattr *options, struct qdisc *ret);

#endif
