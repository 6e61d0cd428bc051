/*
 * tell.h — what a change did, told from the models before and after it: the
 * interfaces and addresses a new link got, what went, what was renumbered.
 */
#ifndef SHELL_TELL_H
#define SHELL_TELL_H

#include "model/model.h"
#include "shell/output.h"

/*
 * At most some lines for a person (only when interactive), and always the JSON
 * result: {"added": [...], "removed": [...], "changed": [...]}.
 */
void tell_change(struct output *o, bool interactive, const struct model *before,
		 const struct model *after);

#endif
