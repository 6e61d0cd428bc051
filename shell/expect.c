/*
 * expect.c — see expect.h.
 */
#include "shell/expect.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "shell/attempt.h"
#include "shell/progress.h"

static const uint64_t PAUSE_NS = 100000000; /* between two tries */
/*
 * Between two tries of a path, at last: of ICMP messages that a time to live is over
 * Linux sends one a second to an address, after six at once (icmp_ratelimit in the
 * kernel's ip-sysctl.rst; XRLIM_BURST_FACTOR in net/ipv4/inetpeer.c).
 */
static const uint64_t PATH_PAUSE_NS = 1100000000;

static const struct {
	const char *keyword; /* NULL: a node, and a program in it */
	attempt_fn *fn;
	bool looks; /* all that a shell which only looks may do */
} rows[] = {
	{ "ping", attempt_ping, true },	     { "no", attempt_no_ping, true },
	{ "rate", attempt_rate, false },     { "rtt", attempt_rtt, true },
	{ "route", attempt_route, true },    { "path", attempt_path, true },
	{ "drops", attempt_drops, true },    { "address", attempt_address, true },
	{ "vtysh", attempt_program, false }, { "birdc", attempt_program, false },
	{ NULL, attempt_program, false },
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int check(struct session *s, const struct args *a, const char *keyword, bool looks,
		 struct err *e)
{
	if (args_get(a, "loss", 0) && (!keyword || strcmp(keyword, "ping") != 0)) {
		err_set(e, EINVAL, "only a ping has a loss");
		return args_blame(a, "loss", 0, e);
	}
	if (s->net->read_only && !looks)
		return err_set(e, EROFS,
			       "a network that is attached read-only is only looked at: "
			       "no programs, no traffic but pings");
	return 0;
}

/* A wait that nothing tells of looks like a shell that hangs. */
static void tell_waiting(const struct session *s, uint64_t began, uint64_t time)
{
	if (s->hooks.progress && time)
		s->hooks.progress((void *)(uintptr_t) "Ctrl-C gives up",
				  "waiting, seconds",
				  (size_t)((now() - began) / 1000000000),
				  (size_t)(time / 1000000000));
}

int expect_try(struct session *s, const struct args *a, size_t first, uint64_t time,
	       char **ret_seen, struct err *e)
{
	uint64_t began = now(), pause = PAUSE_NS;
	struct attempt x = {
		.s = s, .a = a, .first = &a->v.v[first], .until = began + time
	};
	const char *keyword = x.first->kind ? NULL : x.first->key;
	size_t i = 0;
	int r;

	while (rows[i].keyword && (!keyword || strcmp(keyword, rows[i].keyword) != 0))
		i++;
	r = check(s, a, keyword, rows[i].looks, e);
	if (r < 0)
		return r;
	do {
		x.seen.n = 0;
		r = rows[i].fn(&x, e);
		if (rows[i].fn == attempt_path)
			pause = 2 * pause < PATH_PAUSE_NS ? 2 * pause : PATH_PAUSE_NS;
		if (r == 0)
			tell_waiting(s, began, time);
	} while (r == 0 && now() < x.until && timeline_wait(s, pause));
	if (r == 0 && s->hooks.interrupted(s->hooks.cookie))
		r = err_set(e, EINTR, "interrupted");
	progress_erase();
	*ret_seen = str_take(&x.seen);
	return r;
}
