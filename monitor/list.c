/*
 * list.c — ordering rows, and fitting columns into a window.
 */
#include "monitor/list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { COLUMNS_MAX = 24, NAME_MIN = 9, NAME_WIDEST = 40, NARROW = 72 };

/* ---- which rows, in which order ---- */

bool list_matches(const char *name, const char *filter)
{
	while (*filter) {
		size_t n = strcspn(filter, " "), at = 0, length = strlen(name);

		while (at + n <= length && strncasecmp(name + at, filter, n) != 0)
			at++;
		if (at + n > length)
			return false;
		filter += n + strspn(filter + n, " ");
	}
	return true;
}

struct order {
	const struct scene *s;
	const struct state *st;
	const struct list *how;
	const struct list_column *column; /* NULL: as they are */
};

/* What is not known comes last, whichever way round. */
static int by_value(double a, double b, bool reversed)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return reversed ? (a > b) - (a < b) : (a < b) - (a > b);
}

static int compare(const void *pa, const void *pb, void *cookie)
{
	const struct list_row *a = pa, *b = pb;
	const struct order *o = cookie;
	int r = 0;

	if (o->st->problems_first)
		r = (int)a->problem - (int)b->problem;
	if (r == 0 && o->column && o->column->value)
		r = by_value(o->column->value(o->s, o->st, a),
			     o->column->value(o->s, o->st, b), o->how->reversed);
	else if (r == 0 && o->column)
		r = o->how->reversed ? strverscmp(b->name, a->name)
				     : strverscmp(a->name, b->name);
	/* rows of one rank keep the order in which they were added */
	if (r == 0)
		r = a->index != b->index ? (a->index > b->index) - (a->index < b->index)
					 : a->id.end - b->id.end;
	return r == 0 || o->column || !o->how->reversed || o->st->problems_first ? r : -r;
}

static void arrange(list_rows *rows, const struct order *o)
{
	size_t kept = 0;

	vec_each (rows, r) {
		if (list_matches(r->name, o->st->filter))
			rows->v[kept++] = *r;
		else
			free((char *)r->name);
	}
	rows->n = kept;
	if (kept)
		qsort_r(rows->v, kept, sizeof(*rows->v), compare, (void *)o);
}

/* ---- which columns ---- */

struct fit {
	int width[COLUMNS_MAX]; /* -1: left out */
	int gap;
};

static int used(const struct fit *f, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++)
		if (f->width[i] >= 0)
			sum += f->width[i] + f->gap;
	return sum - f->gap;
}

static void leave_out(struct fit *f, const struct list_column *columns, size_t n,
		      int width)
{
	while (used(f, n) > width) {
		size_t worst = n;

		for (size_t i = 0; i < n; i++)
			if (f->width[i] >= 0 && columns[i].rank > 0 &&
			    (worst == n || columns[i].rank > columns[worst].rank))
				worst = i;
		if (worst == n)
			return;
		f->width[worst] = -1;
	}
}

/* What room is left goes to the columns that can use it, evenly. */
static void grow(struct fit *f, const struct list_column *columns, size_t n, int width)
{
	int spare = width - used(f, n);
	bool grew = true;

	while (spare > 0 && grew) {
		grew = false;
		for (size_t i = 0; i < n && spare > 0; i++) {
			if (f->width[i] < 0 || f->width[i] >= columns[i].widest)
				continue;
			f->width[i]++;
			spare--;
			grew = true;
		}
	}
}

static void fit(struct fit *f, const struct list_column *columns, size_t n, int longest,
		int width)
{
	f->gap = width < NARROW ? 1 : 2;
	longest = longest < NAME_MIN ? NAME_MIN : longest;
	longest = longest > NAME_WIDEST ? NAME_WIDEST : longest;
	for (size_t i = 0; i < n; i++)
		f->width[i] = !columns[i].width			    ? longest
			      : width < NARROW && columns[i].narrow ? columns[i].narrow
								    : columns[i].width;
	/* a long name takes no more than a third of a small window */
	for (size_t i = 0; i < n; i++)
		if (!columns[i].width && f->width[i] > width / 3 && width / 3 >= NAME_MIN)
			f->width[i] = width / 3;
	leave_out(f, columns, n, width);
	grow(f, columns, n, width);
	for (size_t i = 0; i < n; i++)
		if (!columns[i].width && f->width[i] < longest &&
		    used(f, n) + longest - f->width[i] <= width)
			f->width[i] = longest;
}

/* ---- drawing ---- */

static void draw_titles(struct grid *g, int y, const struct list_column *columns,
			size_t n, const struct fit *f, const struct list *how)
{
	int x = 0;

	for (size_t i = 0; i < n; i++) {
		bool sorted = how->column == (int)i;
		enum ink ink = sorted ? INK_SORTED : INK_HEADING;
		char title[32];

		if (f->width[i] < 0)
			continue;
		/* as numbers fall, names rise */
		snprintf(title, sizeof(title), "%s%s", columns[i].title,
			 !sorted				       ? ""
			 : how->reversed == (columns[i].value != NULL) ? "▲"
								       : "▼");
		/* the arrow may stand in the gap */
		if (!columns[i].left)
			grid_right(g, x, y, f->width[i] + (sorted && f->gap > 1), ink,
				   title);
		else
			grid_text(g, x, y, f->width[i] + (sorted && f->gap > 1), ink,
				  title);
		x += f->width[i] + f->gap;
	}
}

void list_draw_name(const struct list_cell *c)
{
	bool wrong = c->r->problem != PROBLEM_NONE;
	enum ink mark = c->r->changed			 ? INK_CHANGED
			: c->r->problem == PROBLEM_STALE ? INK_WARN
							 : INK_FULL;

	/* for who sees no colours, too */
	grid_put(c->g, c->x, c->y, mark, wrong ? '!' : c->r->changed ? 0x25cf : ' ');
	grid_text(c->g, c->x + 1, c->y, c->width - 1,
		  c->r->changed ? INK_CHANGED : INK_STRONG, c->r->name);
}

void list_draw_state(const struct list_cell *c, const char *state)
{
	grid_text(c->g, c->x, c->y, c->width,
		  strcmp(state, "up") == 0	? INK_GOOD
		  : strcmp(state, "stale") == 0 ? INK_WARN
						: INK_FULL,
		  state);
}

static void draw_cell(const struct list_column *column, const struct list_cell *c)
{
	char buf[FIGURE_MAX];
	double value;

	if (column->draw) {
		column->draw(c);
		return;
	}
	value = column->value(c->s, c->st, c->r);
	/* nothing is dim, so that something is seen */
	grid_right(c->g, c->x, c->y, c->width, value > 0 ? column->ink : INK_DIM,
		   column->figure(buf, value));
}

static void draw_row(struct grid *g, int y, const struct list_column *columns, size_t n,
		     const struct fit *f, const struct scene *s, const struct state *st,
		     const struct list_row *r)
{
	struct list_cell c = { .g = g, .y = y, .s = s, .st = st, .r = r };

	for (size_t i = 0; i < n; i++) {
		if (f->width[i] < 0)
			continue;
		c.width = f->width[i];
		draw_cell(columns + i, &c);
		c.x += f->width[i] + f->gap;
	}
}

static size_t find_selected(const list_rows *rows, const struct list *how)
{
	for (size_t i = 0; i < rows->n; i++)
		if (rows->v[i].id.id == how->selected.id &&
		    rows->v[i].id.end == how->selected.end)
			return i;
	return 0;
}

/* The window moves no farther than needed for the selected row to be in it. */
static size_t find_top(size_t n, size_t selected, size_t top, size_t page)
{
	if (page == 0 || n <= page)
		return 0;
	if (selected < top)
		top = selected;
	else if (selected >= top + page)
		top = selected - page + 1;
	return top > n - page ? n - page : top;
}

static void tell_left_out(const struct list_column *columns, size_t n,
			  const struct fit *f, char *note, size_t size)
{
	size_t at = 0;

	for (size_t i = 0; i < n && at < size; i++)
		if (f->width[i] < 0)
			at += (size_t)snprintf(note + at, size - at, "%s%s",
					       at ? " " : "no room: ", columns[i].title);
}

void list_draw(struct grid *g, int y, int height, const struct list_column *columns,
	       size_t n, list_rows *rows, const struct scene *s, const struct state *st,
	       const struct list *how, struct shown *ret, char *note, size_t note_size)
{
	struct order o = { s, st, how, how->column >= 0 ? columns + how->column : NULL };
	size_t selected, page = height > 1 ? (size_t)height - 1 : 0;
	struct fit f;
	int longest = 0;

	vec_each (rows, r)
		if (grid_columns(r->name) > longest)
			longest = grid_columns(r->name);
	fit(&f, columns, n, longest + 1, g->width);
	arrange(rows, &o);
	selected = find_selected(rows, how);
	ret->top = find_top(rows->n, selected, how->top, page);
	ret->y = y + 1;
	ret->page = (int)page;
	ret->columns = (int)n;
	ret->n = rows->n;
	ret->rows = mem_alloc((rows->n + 1) * sizeof(*ret->rows));
	for (size_t i = 0; i < rows->n; i++)
		ret->rows[i] = rows->v[i].id;
	draw_titles(g, y, columns, n, &f, how);
	for (size_t i = 0; i < page && ret->top + i < rows->n; i++) {
		draw_row(g, ret->y + (int)i, columns, n, &f, s, st,
			 rows->v + ret->top + i);
		if (ret->top + i == selected)
			grid_mark(g, 0, ret->y + (int)i, g->width);
	}
	if (rows->n == 0)
		grid_text(g, 0, ret->y, g->width, INK_DIM,
			  *st->filter
				  ? "nothing has this in its name; Esc ends the filter"
				  : "nothing is there yet");
	tell_left_out(columns, n, &f, note, note_size);
}

void list_rows_free(list_rows *rows)
{
	vec_each (rows, r)
		free((char *)r->name);
	vec_free(rows);
}
