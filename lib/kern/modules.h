/*
 * modules.h — which modules the kernel has, and could get: for what is remembered of its
 * abilities.
 */
#ifndef KERN_MODULES_H
#define KERN_MODULES_H

#include <stdbool.h>

/*
 * A text that is another one as soon as a module was loaded, unloaded or installed;
 * free() it. NULL: it cannot be told. A kernel without modules has the same all the time.
 */
char *modules_state(void);

bool modules_can_be_loaded(void);

#endif
