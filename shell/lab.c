/*
 * lab.c — see lab.h.
 */
#include "shell/lab.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/file.h"
#include "shell/handlers.h"
#include "shell/script.h"

/* What a statement's verb makes of it; a block is what the most telling one in it is. */
static enum part_kind kind_of(const struct session *s, const struct statement *st)
{
	static const struct {
		verb_fn *run;
		enum part_kind kind;
	} rows[] = {
		{ cmd_step, PART_STEP },	 { cmd_expect, PART_EXPECT },
		{ cmd_solution, PART_SOLUTION }, { cmd_hint, PART_HINT },
		{ cmd_let, PART_LET },		 { cmd_say, PART_SAY },
	};
	const struct verb *v = lang_row(s->lang, s->net->model, st);
	enum part_kind kind = PART_COMMAND;

	for (size_t i = 0; v && i < ARRAY_LEN(rows); i++)
		if (v->run == rows[i].run)
			return rows[i].kind;
	vec_each (&st->words, w) {
		struct statement inner;
		struct lexer x;

		if (!w->block)
			continue;
		lex_begin(&x, w->text, strlen(w->text));
		while (lex_next(&x, &inner, NULL) > 0) {
			enum part_kind of_inner = kind_of(s, &inner);

			if (of_inner == PART_EXPECT)
				kind = PART_EXPECT;
			if (of_inner == PART_SOLUTION && kind == PART_COMMAND)
				kind = PART_SOLUTION;
			statement_free(&inner);
		}
	}
	return kind;
}

int lab_read(const struct session *s, const char *path, struct lab *ret, struct err *e)
{
	enum { FILE_MAX = 16 << 20 };
	struct lab l = { .path = mem_strdup(path) };
	char real[PATH_MAX];
	struct statement st;
	struct lexer x;
	int r = file_read(path, FILE_MAX, &l.source, &l.n, e);

	if (r == 0)
		l.real = mem_strdup(realpath(path, real) ? real : path);
	lex_begin(&x, l.source, l.n);
	while (r == 0 && (r = lex_next(&x, &st, e)) > 0) {
		struct part p = { .kind = kind_of(s, &st),
				  .at = st.at,
				  .end = x.at,
				  .line = st.words.v[0].place.line };

		p.line_start = p.at + 1 - st.words.v[0].place.column;
		if (p.kind == PART_HINT && st.words.n > 1)
			p.text = mem_strdup(st.words.v[1].text);
		l.steps += p.kind == PART_STEP;
		vec_push(&l.parts, p);
		statement_free(&st);
		r = 0;
	}
	if (r < 0) {
		lab_free(&l);
		return r;
	}
	*ret = l;
	return 0;
}

void lab_free(struct lab *l)
{
	vec_each (&l->parts, p)
		free(p->text);
	vec_free(&l->parts);
	free(l->path);
	free(l->real);
	free(l->source);
	*l = (struct lab){ 0 };
}

int lab_run_part(struct session *s, const struct lab *l, const struct part *p)
{
	int r;

	vec_push(&s->sources, mem_strdup(l->real));
	r = script_run_part(s, l->path, l->source, l->n, p);
	free(s->sources.v[--s->sources.n]);
	return r;
}
