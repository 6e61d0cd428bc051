/*
 * cmd_block.c — let, for, if, solution: variables, and blocks of commands.
 */
#include <errno.h>
#include <string.h>

#include "shell/handlers.h"
#include "shell/script.h"
#include "shell/whole.h"

enum { TURNS_MAX = 100000 };

int cmd_let(struct session *s, const struct args *a, struct err *e)
{
	(void)e;
	variables_set(&s->variables, args_text(a, "VARIABLE", ""),
		      args_text(a, "WORD", ""));
	return 0;
}

/* The block behind a keyword (else), or the first; NULL: none was typed. */
static const struct word *block_of(const struct args *a, const char *key)
{
	vec_each (&a->v, arg)
		if (arg->kind && arg->word->block && strcmp(arg->key, key) == 0)
			return arg->word;
	return NULL;
}

/* ---- for ---- */

struct turns {
	struct session *s;
	const struct word *block;
	const char *variable;
	size_t done;
};

static int turn(struct turns *t, const char *value, struct err *e)
{
	int r;

	variables_set(&t->s->variables, t->variable, value);
	r = script_run_block(t->s, t->block, e);
	t->done++;
	if (r < 0)
		err_context(e, "$%s = %s", t->variable, value);
	return r;
}

/* "1..10": 1 and the numbers; 0: it is no range. */
static int read_range(const char *text, uint64_t ret[2])
{
	const char *dots = strstr(text, "..");
	size_t first = strspn(text, "0123456789");

	if (!dots || first == 0 || text + first != dots || first > 9)
		return 0;
	if (!dots[2] || strlen(dots + 2) > 9 || dots[2 + strspn(dots + 2, "0123456789")])
		return 0;
	ret[0] = strtoull(text, NULL, 10);
	ret[1] = strtoull(dots + 2, NULL, 10);
	return 1;
}

static int check_range(const char *text, const uint64_t range[2], struct err *e)
{
	if (range[0] > range[1]) {
		err_set(e, EINVAL, "%s is empty", text);
		return err_hint(e, "a range counts upwards, as in 1..10");
	}
	if (range[1] - range[0] < TURNS_MAX)
		return 0;
	return err_set(e, ERANGE, "%s are more than %d turns", text, TURNS_MAX);
}

static int take_turns(struct turns *t, const struct args *a, struct err *e)
{
	uint64_t range[2];
	int r = 0;

	for (size_t i = 0; r == 0 && i < args_count(a, "in"); i++) {
		const char *text = args_get(a, "in", i)->text;

		if (read_range(text, range) && (r = check_range(text, range, e)) < 0)
			return args_blame(a, "in", i, e);
	}
	for (size_t i = 0; r == 0 && i < args_count(a, "in"); i++) {
		const char *text = args_get(a, "in", i)->text;

		if (!read_range(text, range)) {
			r = turn(t, text, e);
			continue;
		}
		for (uint64_t n = range[0]; r == 0 && n <= range[1]; n++) {
			cleanup_free char *number = mem_printf("%ju", (uintmax_t)n);

			r = turn(t, number, e);
		}
	}
	return r;
}

int cmd_for(struct session *s, const struct args *a, struct err *e)
{
	struct turns t = { .s = s,
			   .block = block_of(a, "BLOCK"),
			   .variable = args_text(a, "VARIABLE", "") };
	/* it is the block's own: what had its name before has it again afterwards */
	cleanup_free char *before = mem_strdup(variables_get(&s->variables, t.variable));
	struct whole whole;
	int r;

	whole_begin(&whole, s);
	r = whole_end(&whole, s, take_turns(&t, a, e), "block", "for", e);
	variables_set(&s->variables, t.variable, before);
	if (r == 0)
		output_result(&s->out, json_pack("{s:I}", "turns", (json_int_t)t.done));
	return r;
}

/* ---- if ---- */

static bool link_is_there(const struct model *m, const char *first, const char *second)
{
	const char *colon = strchr(first, ':');
	const struct node *a, *b;
	const struct link *l;
	int end;

	if (second) {
		a = model_node_named(m, first);
		b = model_node_named(m, second);
		return a && b && model_links_between(m, a->id, b->id, &l, 1) > 0;
	}
	if (colon) {
		cleanup_free char *node = mem_strndup(first, (size_t)(colon - first));

		a = model_node_named(m, node);
		return a && model_iface_named(m, a, colon + 1, &l, &end) == 0;
	}
	return model_link_named(m, first) != NULL;
}

int cmd_if(struct session *s, const struct args *a, struct err *e)
{
	const struct model *m = s->net->model;
	const char *node = args_text(a, "node", NULL);
	const struct value *second = args_get(a, "link", 1);
	bool is = node ? model_node_named(m, node) != NULL
		       : link_is_there(m, args_text(a, "link", ""),
				       second ? second->text : NULL);
	const struct word *block =
		block_of(a, is != args_has(a, "no") ? "BLOCK" : "else");
	struct whole whole;

	if (!block)
		return 0;
	whole_begin(&whole, s);
	return whole_end(&whole, s, script_run_block(s, block, e), "block", "if", e);
}

/* ---- solution ---- */

int cmd_solution(struct session *s, const struct args *a, struct err *e)
{
	struct whole whole;

	if (s->unsolved)
		return 0;
	whole_begin(&whole, s);
	return whole_end(&whole, s, script_run_block(s, block_of(a, "BLOCK"), e), "block",
			 "solution", e);
}
