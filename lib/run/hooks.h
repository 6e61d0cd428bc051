/*
 * hooks.h — how a long operation keeps its user informed and can be stopped.
 */
#ifndef RUN_HOOKS_H
#define RUN_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

struct hooks {
	/* Called now and then, at least every half second or so; what is a verb
	 * ("building"). NULL: nobody looks. */
	void (*progress)(void *cookie, const char *what, size_t done, size_t total);
	/* Whether the user asked to stop (Ctrl-C); the operation then undoes itself and
	 * fails with -EINTR. NULL: never. */
	bool (*interrupted)(void *cookie);
	void *cookie;
};

#endif
