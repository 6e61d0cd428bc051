/*
 * capture.h — a program in a node whose output is kept rather than shown.
 */
#ifndef SHELL_CAPTURE_H
#define SHELL_CAPTURE_H

#include "run/exec.h"
#include "shell/session.h"

/* Zeroed before; str_free(&text). */
struct capture {
	struct str text;
	bool cut;  /* there was more than is kept */
	bool late; /* it was killed, when its time was over or by Ctrl-C */
};

/*
 * Runs it to its end. spec->out is set here, and spec->err too where both is true.
 * until: CLOCK_MONOTONIC ns; UINT64_MAX: it has all the time, and only its own wish
 * ends it; otherwise spec->own_group must be set.
 */
int capture_run(struct session *s, struct exec_spec *spec, bool both, uint64_t until,
		struct capture *ret, struct exec_end *end, struct err *e);

#endif
