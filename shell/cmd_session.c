/*
 * cmd_session.c — detach, quit, help, doctor: the shell itself.
 */
#include <string.h>

#include "shell/handlers.h"
#include "shell/manual.h"

int cmd_detach(struct session *s, const struct args *a, struct err *e)
{
	(void)a;
	(void)e;
	s->leave = s->keep = true;
	output_result(&s->out, json_pack("{s:s}", "network", s->net->name));
	output_say(&s->out, STYLE_PLAIN,
		   "network %s goes on; `espalier attach %s` takes it up again",
		   s->net->name, s->net->name);
	return 0;
}

int cmd_quit(struct session *s, const struct args *a, struct err *e)
{
	(void)a;
	(void)e;
	s->leave = true;
	return 0;
}

int cmd_help(struct session *s, const struct args *a, struct err *e)
{
	const char *name = args_text(a, "VERB", NULL);

	(void)e;
	if (name)
		help_verb(&s->out, lang_verb(s->lang, name));
	else
		help_all(&s->out);
	return 0;
}

static void findings_json(struct output *o, const findings *f)
{
	json_t *array = json_array();

	vec_each (f, p)
		json_array_append_new(array, json_pack("{s:s, s:b, s:b, s:s?, s:s?}",
						       "name", p->name, "works", p->works,
						       "needed", p->needed, "why", p->why,
						       "then", p->then));
	output_result(o, array);
}

/* Lines, not a table: the reasons are long, and none may be cut. */
void handlers_show_findings(struct output *o, const findings *f)
{
	size_t width = 0;

	if (o->json) {
		findings_json(o, f);
		return;
	}
	vec_each (f, p)
		if (strlen(p->name) > width)
			width = strlen(p->name);
	vec_each (f, p) {
		enum style style = p->works ? STYLE_GOOD : STYLE_BAD;

		output_say(o, STYLE_PLAIN, "%-*s  %s%-3s%s  %s", (int)width, p->name,
			   style_on(style, o->colour), p->works ? "yes" : "no",
			   style_off(style, o->colour), p->why ? p->why : "");
		if (!p->works && p->then)
			output_say(o, p->needed ? STYLE_STRONG : STYLE_DIM, "%*s%s%s",
				   (int)width + 7, "", p->needed ? "needed: " : "",
				   p->then);
	}
}

int cmd_doctor(struct session *s, const struct args *a, struct err *e)
{
	findings f = { 0 };
	int r = doctor_examine(&f, e);

	(void)a;
	if (r < 0)
		return r;
	handlers_show_findings(&s->out, &f);
	findings_free(&f);
	return 0;
}
