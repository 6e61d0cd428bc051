/*
 * expect.h — what a network is expected to do, tried again and again until it does or
 * the time is over.
 */
#ifndef SHELL_EXPECT_H
#define SHELL_EXPECT_H

#include "shell/session.h"

/* The pattern, for the rows of `expect` and `wait`. */
#define EXPECTATION                                                                      \
	"{ping NODE {NODE | ADDR} | no ping NODE {NODE | ADDR} | "                       \
	"rate NODE NODE {< | >} RATE | rtt NODE {NODE | ADDR} {< | >} TIME | "           \
	"route NODE PREFIX via ADDR | path NODE NODE... | drops LINK {< | >} COUNT | "   \
	"address NODE ENDADDR | [vtysh | birdc] NODE PROGRAM "                           \
	"{prints TEXT | fails | succeeds}} "                                             \
	"[loss {< | >} PERCENT] [within TIME]"

/*
 * Tries what stands in a from its first argument behind `first` words on, for so many
 * ns (and once at least). 1: it holds; 0: it does not; *ret_seen (owned) tells what was
 * seen last. -errno: it cannot be tried, or -EINTR.
 */
int expect_try(struct session *s, const struct args *a, size_t first, uint64_t time,
	       char **ret_seen, struct err *e);

#endif
