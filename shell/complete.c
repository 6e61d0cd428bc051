/*
 * complete.c — Tab and '?', over what the language says may come next.
 *
 * The language knows where the word at the cursor begins and what it could be;
 * so Tab replaces that word itself instead of leaving it to readline, whose idea
 * of words and quotes differs. The first Tab adds what all choices share; where
 * nothing can be added the choices are listed.
 */
#include "shell/complete.h"

#include <stdio.h>
#include <string.h>

#include <readline/readline.h>

#include "shell/text.h"

/* Who asks by '?' gets so many lines, even if they scroll. */
enum { LIST_INDENT = 2, LIST_GAP = 2, ASKED_ROWS = 64 };

static struct session *session;
static const struct str *earlier; /* lines that the present one continues */

/* The text up to the cursor, earlier lines included; free() it. */
static char *text_so_far(size_t *ret_n)
{
	struct str b = { 0 };

	if (earlier->n)
		str_addn(&b, earlier->s, earlier->n);
	str_addn(&b, rl_line_buffer, (size_t)rl_point);
	*ret_n = b.n;
	return str_take(&b);
}

/* ---- listing ---- */

/* "text  what" a line, while there is room for one each. */
static void list_described(struct str *b, const choice_vec *choices, unsigned columns)
{
	size_t widest = 0;

	vec_each (choices, c) {
		size_t w = str_width(c->text, strlen(c->text));

		if (w > widest && w < columns / 2)
			widest = w;
	}
	vec_each (choices, c) {
		const char *what = c->what ? c->what : "";
		size_t w = str_width(c->text, strlen(c->text));
		size_t used = LIST_INDENT, pad = 0;

		/* what can only be described begins where the words do */
		if (*c->text) {
			pad = *what ? (w < widest ? widest - w : 0) + LIST_GAP : 0;
			used += w + pad;
		}
		str_addf(b, "%*s%s%*s", LIST_INDENT, "", c->text, (int)pad, "");
		if (used < columns)
			str_addn(b, what,
				 text_fit(what, strlen(what), columns - used - 1));
		str_add(b, "\n");
	}
}

/* The words alone, in columns read downwards. */
static void list_words(struct str *b, const choice_vec *choices, unsigned columns,
		       unsigned rows)
{
	size_t widest = 1, across, down, shown;

	vec_each (choices, c) {
		size_t w = str_width(c->text, strlen(c->text));

		if (w > widest)
			widest = w;
	}
	across = (columns - LIST_INDENT) / (widest + LIST_GAP);
	across = across ? across : 1;
	down = (choices->n + across - 1) / across;
	if (down > rows)
		down = rows;
	shown = down * across < choices->n ? down * across : choices->n;
	for (size_t y = 0; y < down; y++) {
		str_addf(b, "%*s", LIST_INDENT, "");
		for (size_t x = 0; x < across && x * down + y < shown; x++) {
			const char *word = choices->v[x * down + y].text;
			bool last = x + 1 == across || (x + 1) * down + y >= shown;
			size_t w = str_width(word, strlen(word));

			str_addf(b, "%s%*s", word,
				 last ? 0 : (int)(widest - w + LIST_GAP), "");
		}
		str_add(b, "\n");
	}
	if (shown < choices->n)
		str_addf(b, "%*s… and %zu more\n", LIST_INDENT, "", choices->n - shown);
}

char *complete_list(const choice_vec *choices, unsigned columns, unsigned rows)
{
	struct str b = { 0 };

	/* the prompt and a line of what was there before stay in sight */
	rows = rows > 6 ? rows - 3 : 3;
	if (choices->n <= rows)
		list_described(&b, choices, columns);
	else
		list_words(&b, choices, columns, rows - 1);
	return str_take(&b);
}

/* Prints below the line being typed, which then stands again under it. */
static void show_choices(const choice_vec *choices, int least_rows)
{
	cleanup_free char *text = NULL;
	int rows, columns, point = rl_point;

	rl_get_screen_size(&rows, &columns);
	rows = rows > least_rows ? rows : least_rows;
	text = complete_list(choices, columns > 0 ? (unsigned)columns : 80,
			     rows > 0 ? (unsigned)rows : 24);
	rl_point = rl_end;
	rl_redisplay();
	rl_crlf();
	fputs(choices->n ? text : "  nothing more can be typed here\n", rl_outstream);
	fflush(rl_outstream);
	rl_point = point;
	rl_on_new_line();
	rl_redisplay();
}

/* ---- Tab ---- */

/* Bytes that all words share from their start, whole characters. */
static size_t common_prefix(const choice_vec *choices, const char **ret)
{
	const char *first = NULL;
	size_t n = 0;

	vec_each (choices, c) {
		size_t same = 0;

		if (!*c->text)
			continue;
		if (!first) {
			first = c->text;
			n = strlen(first);
			continue;
		}
		while (same < n && first[same] == c->text[same])
			same++;
		n = same;
	}
	while (n > 0 && ((unsigned char)first[n] & 0xc0) == 0x80)
		n--;
	*ret = first;
	return n;
}

/* The only word that fits; NULL: several, or what else fits can only be described. */
static const struct choice *only_choice(const choice_vec *choices, bool typed)
{
	const struct choice *only = NULL;

	vec_each (choices, c) {
		if (!*c->text && !typed)
			return NULL;
		if (!*c->text)
			continue;
		if (only)
			return NULL;
		only = c;
	}
	return only;
}

static void replace_word(int at, const char *text, size_t n, bool blank)
{
	cleanup_free char *word = mem_strndup(text, n);

	rl_begin_undo_group();
	rl_delete_text(at, rl_point);
	rl_point = at;
	rl_insert_text(word);
	if (blank && rl_line_buffer[rl_point] == ' ')
		rl_point++;
	else if (blank)
		rl_insert_text(" ");
	rl_end_undo_group();
}

static int on_tab(int count, int key)
{
	choice_vec choices = { 0 };
	cleanup_free char *text = NULL;
	const struct choice *only;
	const char *word;
	size_t n, at, same;
	int from;

	(void)count;
	(void)key;
	text = text_so_far(&n);
	lang_complete(session->lang, session->net->model, text, n, &at, &choices);
	only = only_choice(&choices, at < n);
	same = common_prefix(&choices, &word);
	/* a word that began on an earlier line is not replaced */
	from = at >= earlier->n ? (int)(at - earlier->n) : rl_point;
	if (choices.n == 0 || at < earlier->n) {
		rl_ding();
	} else if (only) {
		replace_word(from, only->text, strlen(only->text), !only->partial);
	} else if (at < n && same > n - at && strncmp(word, text + at, n - at) == 0) {
		replace_word(from, word, same, false);
	} else {
		show_choices(&choices, 0);
	}
	choices_free(&choices);
	return 0;
}

/* ---- '?' ---- */

/* Whether a word after the first n words of a statement is a node's command. */
static bool in_command(const struct session *s, const struct statement *st, size_t n)
{
	const struct word *first = st->words.v;
	const struct verb *v;

	if (n == 0)
		return false;
	v = first->quoted ? NULL : lang_verb(s->lang, first->text);
	/* a node's name goes before what is only the beginning of a verb's */
	if ((!v || strcmp(v->name, first->text) != 0) &&
	    model_node_named(s->net->model, first->text))
		return true;
	return v && n > 1 && strstr(v->pattern, "COMMAND");
}

bool complete_asks(const struct session *s, const char *text, size_t n)
{
	/* where the lexer takes it for a word of its own, it stands at a word's beginning
	 */
	cleanup_free char *probe = mem_printf("%.*s?", (int)n, text);
	struct lexer x;
	bool asks = false;
	int r;

	lex_begin(&x, probe, n + 1);
	do {
		struct statement st = { 0 };

		r = lex_next(&x, &st, NULL);
		if (r > 0 && st.words.v[st.words.n - 1].at == n)
			asks = !in_command(s, &st, st.words.n - 1);
		statement_free(&st);
	} while (r != 0);
	return asks;
}

static int on_question(int count, int key)
{
	cleanup_free char *text = NULL;
	choice_vec choices = { 0 };
	size_t n, at;

	text = text_so_far(&n);
	if (!complete_asks(session, text, n))
		return rl_insert(count, key);
	lang_complete(session->lang, session->net->model, text, n, &at, &choices);
	show_choices(&choices, ASKED_ROWS);
	choices_free(&choices);
	return 0;
}

void complete_begin(struct session *s, const struct str *pending)
{
	session = s;
	earlier = pending;
	rl_bind_key('\t', on_tab);
	rl_bind_key('?', on_question);
}
