/*
 * cmd_file.c — save and source, undo and redo, reset and repair: the network
 * as a whole, kept and brought back.
 */
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "shell/describe.h"
#include "shell/handlers.h"
#include "shell/script.h"
#include "shell/tell.h"
#include "shell/whole.h"

char *handlers_file_path(const struct args *a)
{
	const char *home = getenv("HOME");

	for (size_t i = 0; i < a->v.n; i++) {
		const struct arg *arg = &a->v.v[i];

		if (arg->kind && !arg->word->quoted && home &&
		    str_starts(arg->value.text, "~/"))
			return mem_printf("%s%s", home, arg->value.text + 1);
	}
	return mem_strdup(args_text(a, "FILE", ""));
}

int cmd_save(struct session *s, const struct args *a, struct err *e)
{
	const struct model *m = s->net->model;
	cleanup_free char *path = handlers_file_path(a);
	cleanup_free char *text = lang_print_network(m);
	cleanup_free char *nodes = describe_count(m->nodes.n, "node");
	cleanup_free char *links = describe_count(m->links.n, "link");

	if (file_replace(path, text, strlen(text), e) < 0)
		return args_blame(a, "FILE", 0, e);
	output_result(&s->out, json_pack("{s:s}", "file", path));
	if (handlers_at_prompt(s))
		output_say(&s->out, STYLE_PLAIN, "saved %s and %s to %s", nodes, links,
			   path);
	return 0;
}

/* ---- source ---- */

int cmd_source(struct session *s, const struct args *a, struct err *e)
{
	cleanup_free char *path = handlers_file_path(a);
	cleanup_free char *command = mem_printf("source %s", path);
	struct whole whole;
	int r;

	whole_begin(&whole, s);
	r = whole_end(&whole, s, script_run_file(s, path, e), "file", command, e);
	if (r == 0)
		output_result(&s->out, json_pack("{s:s}", "file", path));
	else
		args_blame(a, "FILE", 0, e);
	return r;
}

/* ---- undo, redo ---- */

typedef int walk_fn(struct network *n, char **ret_command, const struct hooks *hooks,
		    struct err *e);

static int walk(struct session *s, walk_fn *fn, const char *done, struct err *e)
{
	struct model *before = model_copy(s->net->model);
	cleanup_free char *command = NULL;
	int r = fn(s->net, &command, &s->hooks, e);

	if (r == 0) {
		if (handlers_at_prompt(s))
			output_say(&s->out, STYLE_PLAIN, "%s: %s", done, command);
		tell_change(&s->out, handlers_at_prompt(s), before, s->net->model);
		if (s->out.result)
			json_object_set_new(s->out.result, done, json_string(command));
	}
	model_free(before);
	return r;
}

int cmd_undo(struct session *s, const struct args *a, struct err *e)
{
	(void)a;
	return walk(s, network_undo, "undone", e);
}

int cmd_redo(struct session *s, const struct args *a, struct err *e)
{
	(void)a;
	return walk(s, network_redo, "redone", e);
}

/* ---- reset, repair ---- */

int cmd_reset(struct session *s, const struct args *a, struct err *e)
{
	struct model *empty = model_new();

	(void)a;
	(void)e;
	/* ids are never given twice, but the network is like a new one */
	empty->first_id = empty->next_id = s->draft->next_id;
	model_free(s->draft);
	s->draft = empty;
	return 0;
}

int cmd_repair(struct session *s, const struct args *a, struct err *e)
{
	cleanup_free char *report = NULL;
	json_t *lines = NULL;
	char *rest = NULL;
	int r = network_repair(s->net, &report, &s->hooks, e);

	(void)a;
	if (r < 0)
		return r;
	lines = json_array();
	for (char *line = strtok_r(report, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (!s->out.json)
			output_say(&s->out, STYLE_PLAIN, "%s", line);
		json_array_append_new(lines, json_string(line));
	}
	if (json_array_size(lines) == 0 && handlers_at_prompt(s))
		output_say(&s->out, STYLE_GOOD, "all is as it should be");
	output_result(&s->out, json_pack("{s:o}", "repaired", lines));
	return 0;
}
