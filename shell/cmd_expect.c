/*
 * cmd_expect.c — expect and wait.
 */
#include <errno.h>
#include <string.h>

#include "base/units.h"
#include "shell/check.h"
#include "shell/expect.h"
#include "shell/handlers.h"
#include "shell/lesson.h"
#include "shell/text.h"

#define SECOND 1000000000ULL
static const uint64_t WAIT_NS = 60 * SECOND;

/* What was typed from a word on, in one line; free() it. */
static char *typed(const struct args *a, const struct word *from)
{
	const char *text = a->statement->text + (from->at - a->statement->at);

	return text_clean(text, strlen(text));
}

/* The expectation behind `first` arguments; what it came to is told here, or counted. */
static int expect(struct session *s, const struct args *a, size_t first, uint64_t time,
		  struct check *check, struct err *e)
{
	cleanup_free char *text = typed(a, a->v.v[first].word), *seen = NULL;
	int r;

	r = expect_try(s, a, first, time, &seen, e);
	if (r < 0)
		return r;
	output_result(&s->out, json_pack("{s:s, s:b, s:s}", "expectation", text, "held",
					 r, "seen", seen));
	if (check) {
		check_count(s, text, r, seen);
	} else if (r && !s->out.json) {
		cleanup_free char *line = mem_printf("%s — %s", text, seen);

		lesson_say(&s->out, STYLE_GOOD, "✓ ", line);
	}
	if (r || check)
		return 0;
	err_set(e, ETIMEDOUT, "this does not hold: %s", seen);
	e->place = a->v.v[first].word->place;
	return e->code;
}

int cmd_expect(struct session *s, const struct args *a, struct err *e)
{
	return expect(s, a, 0, check_patience(s->check, args_number(a, "within", 0)),
		      s->check, e);
}

int cmd_wait(struct session *s, const struct args *a, struct err *e)
{
	if (args_has(a, "until"))
		return expect(s, a, 1, args_number(a, "within", WAIT_NS), NULL, e);
	if (!timeline_wait(s, args_number(a, "TIME", 0)))
		return err_set(e, EINTR, "interrupted");
	return 0;
}
