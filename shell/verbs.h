/*
 * verbs.h — the command table: every verb of the language, in the order in
 * which help shows them.
 */
#ifndef SHELL_VERBS_H
#define SHELL_VERBS_H

#include "lang/verb.h"

extern const struct verb verbs[];
extern const size_t n_verbs;

#endif
