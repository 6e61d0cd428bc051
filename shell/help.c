/*
 * help.c — `help` and `help VERB`, from the command table.
 *
 * The list shows each verb with its one line; what takes more than that, the
 * usage and the meaning of its words, is shown for one verb.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lang/lang.h"
#include "shell/manual.h"
#include "shell/text.h"
#include "shell/verbs.h"

/* Columns for names; a nameless row shows its pattern. */
enum { NAME_WIDTH = 14 };

static json_t *verb_json(const struct verb *v)
{
	cleanup_free char *usage = lang_usage(v);
	json_t *j = json_object();

	json_object_set_new(j, "name", v->name ? json_string(v->name) : json_null());
	json_object_set_new(j, "usage", json_string(usage));
	json_object_set_new(j, "help", json_string(v->help));
	return j;
}

void help_all(struct output *o)
{
	json_t *all = json_array();

	for (size_t i = 0; i < n_verbs; i++) {
		const struct verb *v = verbs + i;

		json_array_append_new(all, verb_json(v));
		if (!o->json)
			output_say(o, STYLE_PLAIN, "  %s%-*s%s %s",
				   style_on(STYLE_STRONG, o->colour), NAME_WIDTH,
				   v->name ? v->name : v->pattern,
				   style_off(STYLE_STRONG, o->colour), v->help);
	}
	if (!o->json)
		output_say(o, STYLE_DIM,
			   "'help link' explains one; names may be shortened, as in 'sh "
			   "links'");
	output_result(o, all);
}

/* Whether a kind is a word of the usage: "ADDR" is not in "ADDR/LEN". */
static bool mentions(const char *usage, const char *kind)
{
	size_t n = strlen(kind);

	for (const char *p = usage; (p = strstr(p, kind)); p += n) {
		bool begins = p == usage || strchr(" [{|", p[-1]);

		if (begins && (p[n] == '\0' || strchr(" ]}|.", p[n])))
			return true;
	}
	return false;
}

/* Breaks what is too long for the window between words, and indents it. */
static void say_wrapped(struct output *o, const char *first, const char *text)
{
	unsigned width = output_width(o) ? output_width(o) : 80;
	size_t indent = strlen(first),
	       room = width > indent + 20 ? width - indent - 1 : 20;
	const char *lead = first;

	do {
		size_t n = text_fit(text, strlen(text), room);

		if (text[n])
			for (size_t i = n; i > 0; i--)
				if (text[i] == ' ') {
					n = i;
					break;
				}
		output_say(o, STYLE_PLAIN, "%*s%.*s", (int)indent, lead, (int)n, text);
		lead = "";
		text += n;
		text += strspn(text, " ");
	} while (*text);
}

/* Columns of the longest kind that the usage mentions. */
static int kinds_width(const char *usage)
{
	const char *kind, *what;
	size_t width = 0;

	for (size_t i = 0; (kind = lang_kind(i, &what)); i++)
		if (mentions(usage, kind) && strlen(kind) > width)
			width = strlen(kind);
	return (int)width;
}

void help_verb(struct output *o, const struct verb *v)
{
	cleanup_free char *usage = lang_usage(v);
	const char *kind, *what = NULL;
	json_t *j = verb_json(v);
	json_t *kinds = json_object();
	int width = kinds_width(usage);

	for (size_t i = 0; (kind = lang_kind(i, &what)); i++)
		if (mentions(usage, kind))
			json_object_set_new(kinds, kind, json_string(what));
	json_object_set_new(j, "details",
			    v->details ? json_string(v->details) : json_null());
	json_object_set_new(j, "words", kinds);
	output_result(o, j);
	if (o->json)
		return;
	say_wrapped(o, "usage: ", usage);
	say_wrapped(o, "  ", v->help);
	if (v->details)
		output_say(o, STYLE_PLAIN, "\n%s", v->details);
	if (json_object_size(kinds) == 0)
		return;
	output_say(o, STYLE_PLAIN, " ");
	for (size_t i = 0; (kind = lang_kind(i, &what)); i++) {
		cleanup_free char *first = mem_printf("  %-*s  ", width, kind);

		if (mentions(usage, kind))
			say_wrapped(o, first, what);
	}
}
