/*
 * cmd_time.c — at, every, log: what happens when, and what did.
 */
#include <errno.h>

#include "base/units.h"
#include "shell/handlers.h"

/* A plan takes some time to be typed: what is just past is now. */
#define MS 1000000ULL
static const uint64_t SLACK_NS = 100 * MS;

static int add(struct session *s, const struct args *a, uint64_t due, uint64_t period,
	       struct err *e)
{
	int r = timeline_add(s, due, period, a->v.v[a->v.n - 1].value.text,
			     a->statement->background, e);

	if (r < 0)
		e->place = a->v.v[a->v.n - 1].word->place;
	return r;
}

int cmd_at(struct session *s, const struct args *a, struct err *e)
{
	const struct value *moment = args_get(a, "MOMENT", 0);
	uint64_t clock;

	if (!moment) {
		timeline_clear(s);
		return 0;
	}
	clock = timeline_clock(s) / MS * MS;
	if (!moment->end && moment->number + SLACK_NS < clock) {
		cleanup_free char *now = units_print_time(clock);

		err_set(e, EINVAL, "%s is past: the clock stands at %s", moment->text,
			now);
		err_hint(e, "+%s is so long from now; `at none` stops the clock",
			 moment->text);
		return args_blame(a, "MOMENT", 0, e);
	}
	return add(s, a, moment->end ? clock + moment->number : moment->number, 0, e);
}

int cmd_every(struct session *s, const struct args *a, struct err *e)
{
	uint64_t period = args_number(a, "TIME", 0);

	if (period < 10000000) {
		err_set(e, ERANGE, "%s is too short", args_text(a, "TIME", ""));
		err_hint(e, "10ms is the shortest");
		return args_blame(a, "TIME", 0, e);
	}
	return add(s, a, timeline_clock(s) / MS * MS + period, period, e);
}

int cmd_log(struct session *s, const struct args *a, struct err *e)
{
	cleanup_free char *path = args_has(a, "none") ? NULL : handlers_file_path(a);
	int r = timeline_log_to(s, path, e);

	return r < 0 ? args_blame(a, "FILE", 0, e) : 0;
}
