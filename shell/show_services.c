/*
 * show_services.c — the services of nodes: what runs, and what has been written.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run/services.h"
#include "shell/handlers.h"
#include "shell/text.h"

enum {
	OPTIONS_MAX = 60,  /* bytes of a service's words that a table shows */
	LOG_MAX = 1 << 20, /* bytes shown of a log: the last ones */
};

/* The words as they were typed; of a configuration just that there is one. */
static char *options_text(const struct service *s, bool whole)
{
	struct str text = { 0 };

	vec_each (&s->words, w) {
		cleanup_free char *word = lex_quote(*w);

		str_addf(&text, "%s%s", text.n ? " " : "",
			 !whole && strchr(*w, '\n') ? "…" : word);
	}
	if (!whole && text.n > OPTIONS_MAX) {
		text.n = OPTIONS_MAX;
		while (text.n > 0 && ((unsigned char)text.s[text.n] & 0xc0) == 0x80)
			text.n--;
		text.s[text.n] = '\0';
		str_add(&text, "…");
	}
	return str_take(&text);
}

/* Routes of all FRR's programs go through zebra. */
static bool is_of(const struct service_run *r, enum service_kind kind)
{
	return r->services & 1U << kind ||
	       (service_is_frr(kind) && strcmp(r->name, "zebra") == 0);
}

/* "running", or which of its programs has ended and how. */
static char *state_text(const struct session *s, const struct node *n,
			const struct service *service)
{
	bool any = false;

	vec_each (&s->net->services->v, r) {
		if (strcmp(r->node, n->name) != 0 || !is_of(r, service->kind))
			continue;
		any = true;
		if (r->ended)
			return handlers_service_end(r);
	}
	return mem_strdup(any ? "running" : "not running");
}

char *handlers_service_end(const struct service_run *r)
{
	if (!r->status_known)
		return mem_printf("%s ended", r->name);
	if (r->status > 128)
		return mem_printf("%s ended by signal %d", r->name, r->status - 128);
	return mem_printf("%s ended, exit status %d", r->name, r->status);
}

bool handlers_has_services(const struct model *m)
{
	vec_each (&m->nodes, n)
		if ((*n)->services.n)
			return true;
	return false;
}

void handlers_table_services(struct session *s, const struct node *only)
{
	static const struct column columns[] = {
		{ "node", "NODE", false, 0 },
		{ "service", "SERVICE", false, 0 },
		{ "state", "STATE", false, 0 },
		{ "options", "OPTIONS", false, 1 },
	};
	struct table t;

	services_poll(s->net);
	table_begin(&t, columns, ARRAY_LEN(columns));
	vec_each (&s->net->model->nodes, n) {
		if (only && *n != only)
			continue;
		vec_each (&(*n)->services, service) {
			char *state = state_text(s, *n, *service);
			cleanup_free char *whole = options_text(*service, true);
			bool fine = strcmp(state, "running") == 0;

			table_add_text(&t, "%s", (*n)->name);
			table_add_text(&t, "%s", service_name((*service)->kind));
			table_add(&t, state, json_string(state),
				  fine ? STYLE_GOOD : STYLE_BAD);
			table_add(&t, options_text(*service, false), json_string(whole),
				  STYLE_PLAIN);
		}
	}
	table_end(&t, &s->out);
}

void handlers_tell_ended_services(struct session *s)
{
	services_poll(s->net);
	vec_each (&s->net->services->v, r) {
		cleanup_free char *how = NULL;

		if (!r->ended || r->told)
			continue;
		r->told = true;
		how = handlers_service_end(r);
		output_say(&s->out, STYLE_BAD,
			   "%s: %s; `output %s` shows its log, `repair` starts it again",
			   r->node, how, r->node);
	}
}

int handlers_service_log(struct session *s, const struct args *a, struct err *e)
{
	const struct node *n = model_node(s->net->model, args_get(a, "NODE", 0)->node);
	const char *name = args_text(a, "SERVICE", NULL);
	cleanup_free char *text = NULL;
	enum service_kind kind = 0;
	size_t length;
	int r;

	if (name)
		service_kind_named(name, &kind);
	services_poll(s->net);
	r = services_log(s->net, n->name, name ? (int)kind : -1, LOG_MAX, &text, e);
	if (r < 0) {
		err_hint(e, "`show services` lists those there are");
		return args_blame(a, name ? "SERVICE" : "NODE", 0, e);
	}
	length = strlen(text);
	if (s->out.json) {
		output_result(&s->out, json_pack("{s:s, s:o}", "node", n->name, "output",
						 text_json(text, length)));
		return 0;
	}
	if (length == 0 && handlers_at_prompt(s))
		output_say(&s->out, STYLE_DIM, "nothing has been written yet");
	fwrite(text, 1, length, stdout);
	return 0;
}
