/*
 * cmd_record.c — record: counters over time into a file, by a process of its own.
 */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "base/units.h"
#include "run/recorder.h"
#include "shell/describe.h"
#include "shell/handlers.h"

static const uint64_t EVERY = 1000000000; /* ns, unless it is said */

/* "h1 s1, h2 s1"; those that were deleted are told by their number. free() it. */
static char *links_text(const struct session *s)
{
	const struct recorder *r = &s->recorder;
	struct str b = { 0 };

	vec_each (&r->links, id) {
		const struct link *l = model_link(s->net->model, *id);
		cleanup_free char *name = l ? link_text(s->net->model, l)
					    : mem_strdup("one that was deleted");

		str_addf(&b, "%s%s", b.n ? ", " : "", name);
	}
	return b.n ? str_take(&b) : mem_strdup("all links");
}

static json_t *links_json(const struct session *s)
{
	json_t *array = json_array();

	vec_each (&s->recorder.links, id) {
		const struct link *l = model_link(s->net->model, *id);
		cleanup_free char *name = l ? link_text(s->net->model, l) : NULL;

		json_array_append_new(array, name ? json_string(name) : json_null());
	}
	return array;
}

static void show(struct session *s, const struct recorded *done)
{
	const struct recorder *r = &s->recorder;
	cleanup_free char *links = links_text(s), *every = units_print_time(r->every);

	output_result(&s->out,
		      json_pack("{s:s, s:o, s:I, s:I, s:I}", "file", r->file, "links",
				links_json(s), "every", (json_int_t)r->every, "samples",
				(json_int_t)done->samples, "bytes",
				(json_int_t)done->bytes));
	if (!s->out.json)
		output_say(&s->out, STYLE_PLAIN, "%s: %s, every %s; %ju sample%s so far",
			   r->file, links, every, (uintmax_t)done->samples,
			   describe_plural((size_t)done->samples, "sample"));
}

static int look(struct session *s, struct err *e)
{
	struct recorded done;
	int r;

	if (!s->recorder.pid) {
		output_result(&s->out, json_null());
		if (!s->out.json)
			output_say(&s->out, STYLE_DIM,
				   "nothing is being recorded; 'record FILE.csv' begins");
		return 0;
	}
	r = recorder_ask(&s->recorder, &done, e);
	if (r == 0)
		show(s, &done);
	return r;
}

/* With a result, for the command; without one at the shell's end. */
static int end(struct session *s, bool result, struct err *e)
{
	cleanup_free char *file = mem_strdup(s->recorder.file);
	struct recorded done;
	int r = recorder_stop(&s->recorder, &done, e);

	if (r < 0)
		return r;
	if (result)
		output_result(&s->out, json_pack("{s:s, s:I, s:I}", "file", file,
						 "samples", (json_int_t)done.samples,
						 "bytes", (json_int_t)done.bytes));
	if (!s->out.json && (result || s->interactive))
		output_say(&s->out, STYLE_PLAIN, "%s: %ju sample%s", file,
			   (uintmax_t)done.samples,
			   describe_plural((size_t)done.samples, "sample"));
	return 0;
}

int handlers_end_recording(struct session *s, struct err *e)
{
	return s->recorder.pid ? end(s, false, e) : 0;
}

static int begin(struct session *s, const struct args *a, struct err *e)
{
	cleanup_free uint32_t *links = mem_resize(NULL, a->v.n + 1, sizeof(*links));
	const char *file = args_text(a, "FILE", NULL);
	uint64_t every = args_number(a, "every", EVERY);
	size_t n = 0;
	int r;

	if (every < RECORDER_EVERY_MIN) {
		err_set(e, ERANGE, "that is too often");
		err_hint(e, "at least 10ms are between samples");
		return args_blame(a, "every", 0, e);
	}
	vec_each (&a->v, arg)
		if (strcmp(arg->key, "LINK") == 0)
			links[n++] = arg->value.link;
	r = recorder_start(&s->recorder, s->net, file, links, n, every, e);
	if (r == -ENOENT || r == -EACCES || r == -EISDIR)
		args_blame(a, "FILE", 0, e);
	return r < 0 ? r : look(s, e);
}

int cmd_record(struct session *s, const struct args *a, struct err *e)
{
	if (args_has(a, "stop") && !s->recorder.pid)
		return err_set(e, ESRCH, "nothing is being recorded");
	if (args_has(a, "stop"))
		return end(s, true, e);
	return args_text(a, "FILE", NULL) ? begin(s, a, e) : look(s, e);
}
