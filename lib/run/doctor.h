/*
 * doctor.h — what this kernel and this user can do, found by trying.
 */
#ifndef RUN_DOCTOR_H
#define RUN_DOCTOR_H

#include <stdbool.h>

#include "base/err.h"
#include "base/vec.h"

struct finding {
	const char *name; /* "network namespaces", "netem", … */
	bool works;
	bool needed; /* without it Espalier cannot run at all */
	char *why; /* owned; the kernel's words, or what was found ("": nothing to say) */
	char *then; /* owned; what to do, or what follows; NULL when it works */
};
typedef VEC(struct finding) findings;

/* Tries everything, in a namespace of its own that is gone afterwards. */
int doctor_examine(findings *ret, struct err *e);
void findings_free(findings *f);

#endif
