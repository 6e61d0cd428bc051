/*
 * whole.c — see whole.h.
 */
#include "shell/whole.h"

void whole_begin(struct whole *w, const struct session *s)
{
	w->before = model_copy(s->net->model);
	w->position = s->net->read_only ? 0 : network_position(s->net);
}

static void put_back(const struct whole *w, struct session *s, const char *what,
		     const char *command, struct err *e)
{
	cleanup_free char *failed = mem_printf("%s (failed)", command);
	struct hooks hooks = { .progress = s->hooks.progress, .cookie = s->hooks.cookie };
	struct err failure = ERR_INIT;

	if (network_back(s->net, w->position, w->before, failed, &hooks, &failure) == 0) {
		err_hint(e, "the network is as it was before the %s", what);
		return;
	}
	err_hint(e, "the network could not be put back as it was: %s", failure.msg);
	err_clear(&failure);
}

int whole_end(struct whole *w, struct session *s, int r, const char *what,
	      const char *command, struct err *e)
{
	if (r < 0 && !s->keep_going && !s->net->read_only &&
	    !model_same(w->before, s->net->model))
		put_back(w, s, what, command, e);
	model_free(w->before);
	return r;
}
