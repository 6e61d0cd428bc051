/*
 * cmd_monitor.c — monitor: hands the network over to who can show it.
 *
 * In a file or a pipe, where nobody could leave it, it writes one picture; with `for`,
 * one after the other. Under --json the picture is the command's result.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "run/watch.h"
#include "shell/handlers.h"
#include "shell/interrupt.h"

static bool interrupted(void *cookie)
{
	(void)cookie;
	return interrupt_pending();
}

/* The newest that was written, as the result. */
static int watch_as_result(struct session *s, struct watch_request *w, struct err *e)
{
	char *text = NULL;
	size_t n = 0;
	int r;

	w->to = open_memstream(&text, &n);
	if (!w->to)
		return err_sys(e, errno, "monitor");
	w->form = WATCH_JSON;
	w->once = true;
	r = s->watcher->watch(w, e);
	fclose(w->to);
	if (r == 0)
		output_result(&s->out, json_loadb(text, n, 0, NULL));
	free(text);
	return r;
}

int cmd_monitor(struct session *s, const struct args *a, struct err *e)
{
	VEC(uint32_t) only = { 0 };
	struct watch_request w = {
		.net = s->net,
		.every = args_number(a, "every", 0),
		.time = args_number(a, "for", 0),
		.form = s->watch_form,
		.once = s->watch_once ||
			(!s->interactive && !s->watches && !args_has(a, "for")),
		.to = stdout,
		.interrupted = interrupted,
	};
	int r;

	for (size_t i = 0; i < args_count(a, "LINK"); i++)
		vec_push(&only, args_get(a, "LINK", i)->link);
	for (size_t i = 0; i < args_count(a, "NODE"); i++)
		vec_push(&only, args_get(a, "NODE", i)->node);
	w.only = only.v;
	w.n_only = only.n;
	fflush(stdout);
	if (args_has(a, "every") && w.every < WATCH_EVERY_MIN) {
		err_set(e, ERANGE, "that is too often to count");
		err_hint(e, "at least 10ms");
		r = args_blame(a, "every", 0, e);
	} else if (s->out.json && !s->watches) {
		r = watch_as_result(s, &w, e);
	} else {
		r = s->watcher->watch(&w, e);
	}
	vec_free(&only);
	return r;
}
