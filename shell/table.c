/*
 * table.c — rows and columns, for a window or as an array of JSON objects.
 *
 * Where a window is too narrow, whole columns go first, those of the highest
 * rank before others; then the widest that are left are cut. Both are seen: the
 * columns are named below the table, a cut text ends in '…'.
 */
#include "shell/output.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shell/progress.h"
#include "shell/text.h"

enum { GAP = 2, NARROWEST = 4 };

void table_begin(struct table *t, const struct column *columns, size_t n)
{
	*t = (struct table){ .columns = columns, .n_columns = n };
}

void table_add(struct table *t, char *text, json_t *json, enum style style)
{
	struct cell c = { .json = json, .style = style };

	if (!c.json)
		c.json = text ? text_json(text, strlen(text)) : json_null();
	c.text = text ? text_clean(text, strlen(text)) : mem_strdup("-");
	free(text);
	vec_push(&t->cells, c);
}

void table_add_text(struct table *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	table_add(t, mem_vprintf(fmt, ap), NULL, STYLE_PLAIN);
	va_end(ap);
}

void table_add_number(struct table *t, uint64_t n)
{
	table_add(t, mem_printf("%ju", (uintmax_t)n), json_integer((json_int_t)n),
		  STYLE_PLAIN);
}

void table_free(struct table *t)
{
	vec_each (&t->cells, c) {
		free(c->text);
		json_decref(c->json);
	}
	vec_free(&t->cells);
}

/* ---- as text ---- */

struct layout {
	const struct table *t;
	size_t *widths; /* of each column; 0: left out */
	bool colour;
};

static size_t text_width(const char *s)
{
	return str_width(s, strlen(s));
}

static size_t total_width(const struct layout *l)
{
	size_t sum = 0;

	for (size_t i = 0; i < l->t->n_columns; i++)
		if (l->widths[i])
			sum += l->widths[i] + (sum ? GAP : 0);
	return sum;
}

static void measure(struct layout *l)
{
	const struct table *t = l->t;

	for (size_t i = 0; i < t->n_columns; i++) {
		l->widths[i] = text_width(t->columns[i].title);
		if (l->widths[i] == 0)
			l->widths[i] = 1;
	}
	for (size_t i = 0; i < t->cells.n; i++) {
		size_t w = text_width(t->cells.v[i].text);

		if (w > l->widths[i % t->n_columns])
			l->widths[i % t->n_columns] = w;
	}
}

/* Leaves out the column of the highest rank, the rightmost of equals; false: none may go.
 */
static bool drop_column(struct layout *l)
{
	size_t worst = 0;
	unsigned rank = 0;

	for (size_t i = 0; i < l->t->n_columns; i++) {
		if (l->widths[i] && l->t->columns[i].rank > 0 &&
		    l->t->columns[i].rank >= rank) {
			rank = l->t->columns[i].rank;
			worst = i;
		}
	}
	if (rank == 0)
		return false;
	l->widths[worst] = 0;
	return true;
}

/* Makes the widest column narrower by one; false: they are as narrow as is of use. */
static bool narrow_column(struct layout *l)
{
	size_t widest = 0;

	for (size_t i = 1; i < l->t->n_columns; i++)
		if (l->widths[i] > l->widths[widest])
			widest = i;
	if (l->widths[widest] <= NARROWEST)
		return false;
	l->widths[widest]--;
	return true;
}

static void add_cell(struct str *b, const struct layout *l, size_t column, bool last,
		     const char *text, enum style style)
{
	size_t n = strlen(text), width = l->widths[column], used = str_width(text, n);
	bool right = l->t->columns[column].right, cut = used > width;
	int pad;

	if (cut) {
		n = text_fit(text, n, width - 1);
		used = str_width(text, n) + 1;
	}
	pad = (int)(width - used);
	str_addf(b, "%*s%s%.*s%s%s%*s", right ? pad : 0, "", style_on(style, l->colour),
		 (int)n, text, cut ? "…" : "", style_off(style, l->colour),
		 right || last ? 0 : pad, "");
}

/* The row whose cells begin at first; the titles where that is NULL. */
static void add_row(struct str *b, const struct layout *l, const struct cell *first)
{
	size_t last = 0;
	bool begun = false;

	for (size_t i = 0; i < l->t->n_columns; i++)
		if (l->widths[i])
			last = i;
	for (size_t i = 0; i < l->t->n_columns; i++) {
		if (!l->widths[i])
			continue;
		if (begun)
			str_addf(b, "%*s", GAP, "");
		begun = true;
		add_cell(b, l, i, i == last,
			 first ? first[i].text : l->t->columns[i].title,
			 first ? first[i].style : STYLE_STRONG);
	}
	str_add(b, "\n");
}

static void add_left_out(struct str *b, const struct layout *l)
{
	bool any = false;

	for (size_t i = 0; i < l->t->n_columns; i++) {
		if (l->widths[i])
			continue;
		if (!any)
			str_addf(b, "%snot shown: ", style_on(STYLE_DIM, l->colour));
		str_addf(b, "%s%s", any ? ", " : "", l->t->columns[i].title);
		any = true;
	}
	if (any)
		str_addf(b, "%s\n", style_off(STYLE_DIM, l->colour));
}

char *table_text(const struct table *t, unsigned width, bool colour)
{
	cleanup_free size_t *widths = mem_alloc((t->n_columns + 1) * sizeof(*widths));
	struct layout l = { .t = t, .widths = widths, .colour = colour };
	struct str b = { 0 };

	measure(&l);
	while (width > 0 && total_width(&l) > width)
		if (!drop_column(&l) && !narrow_column(&l))
			break;
	add_row(&b, &l, NULL);
	for (size_t i = 0; i + t->n_columns <= t->cells.n; i += t->n_columns)
		add_row(&b, &l, t->cells.v + i);
	add_left_out(&b, &l);
	return str_take(&b);
}

/* ---- as JSON ---- */

static json_t *table_json(const struct table *t)
{
	json_t *rows = json_array();

	for (size_t i = 0; i + t->n_columns <= t->cells.n; i += t->n_columns) {
		json_t *row = json_object();

		for (size_t c = 0; c < t->n_columns; c++)
			json_object_set(row, t->columns[c].key, t->cells.v[i + c].json);
		json_array_append_new(rows, row);
	}
	return rows;
}

void table_end(struct table *t, struct output *o)
{
	if (o->json) {
		output_result(o, table_json(t));
	} else if (t->cells.n > 0) {
		cleanup_free char *text = table_text(t, output_width(o), o->colour);

		progress_erase();
		fputs(text, stdout);
	}
	table_free(t);
}
