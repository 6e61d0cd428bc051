/*
 * keys.c — what a key does: one row for each, with its help. Keys are those of htop and
 * bmon where these have one for it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "monitor/state.h"

/* ns: what "faster" and "slower" step through */
static const uint64_t paces[] = { 100000000,  200000000,  500000000,   1000000000,
				  2000000000, 5000000000, 10000000000, 60000000000 };

void state_begin(struct state *s, uint64_t every)
{
	*s = (struct state){ .list = { { .column = -1 }, { .column = -1 } },
			     .every = every };
}

void shown_free(struct shown *s)
{
	free(s->rows);
	*s = (struct shown){ 0 };
}

/* ---- moving ---- */

/* The list that the view shows; NULL: it scrolls instead. */
static struct list *list_of(struct state *s)
{
	if (s->help || s->view == VIEW_LINK || s->view == VIEW_NODE)
		return NULL;
	return &s->list[s->view == VIEW_LINKS ? 0 : 1];
}

static size_t selected_row(const struct choice_id *selected, const struct shown *shown)
{
	for (size_t i = 0; i < shown->n; i++)
		if (shown->rows[i].id == selected->id &&
		    shown->rows[i].end == selected->end)
			return i;
	return 0;
}

static size_t moved(size_t at, long by, size_t n)
{
	if (n == 0 || (by < 0 && at < (size_t)-by))
		return 0;
	at = (size_t)((long)at + by);
	return at < n ? at : n - 1;
}

static bool move(struct state *s, const struct shown *shown, long by)
{
	struct list *list = list_of(s);
	size_t last = shown->lines > (size_t)shown->page
			      ? shown->lines - (size_t)shown->page
			      : 0;

	if (!list) {
		s->scroll = moved(shown->scroll, by, last + 1);
		return true;
	}
	if (shown->n == 0)
		return false;
	list->selected =
		shown->rows[moved(selected_row(&list->selected, shown), by, shown->n)];
	list->top = shown->top;
	return true;
}

static bool move_up(struct state *s, const struct shown *shown)
{
	return move(s, shown, -1);
}
static bool move_down(struct state *s, const struct shown *shown)
{
	return move(s, shown, 1);
}
static bool page_up(struct state *s, const struct shown *shown)
{
	return move(s, shown, shown->page > 1 ? 1 - shown->page : -1);
}
static bool page_down(struct state *s, const struct shown *shown)
{
	return move(s, shown, shown->page > 1 ? shown->page - 1 : 1);
}
static bool to_start(struct state *s, const struct shown *shown)
{
	return move(s, shown, -(long)(shown->n + shown->lines));
}
static bool to_end(struct state *s, const struct shown *shown)
{
	return move(s, shown, (long)(shown->n + shown->lines));
}

/* ---- views ---- */

static bool show_view(struct state *s, enum view view)
{
	s->help = false;
	s->view = s->from = view;
	s->scroll = 0;
	return true;
}
static bool view_links(struct state *s, const struct shown *shown)
{
	(void)shown;
	return show_view(s, VIEW_LINKS);
}
static bool view_nodes(struct state *s, const struct shown *shown)
{
	(void)shown;
	return show_view(s, VIEW_NODES);
}
static bool view_topology(struct state *s, const struct shown *shown)
{
	(void)shown;
	return show_view(s, VIEW_TOPOLOGY);
}
static bool view_next(struct state *s, const struct shown *shown)
{
	(void)shown;
	return show_view(s, (s->from + 1) % 3);
}
static bool view_last(struct state *s, const struct shown *shown)
{
	(void)shown;
	return show_view(s, (s->from + 2) % 3);
}

static bool open_detail(struct state *s, const struct shown *shown)
{
	struct list *list = list_of(s);

	if (!list || shown->n == 0)
		return false;
	list->selected = shown->rows[selected_row(&list->selected, shown)];
	s->from = s->view;
	s->view = s->view == VIEW_LINKS ? VIEW_LINK : VIEW_NODE;
	s->scroll = 0;
	return true;
}

/* One step: the help, the detail, the moment that was frozen, the filter. */
static bool go_back(struct state *s, const struct shown *shown)
{
	(void)shown;
	if (s->help) {
		s->help = false;
		s->scroll = 0;
	} else if (s->view != s->from) {
		show_view(s, s->from);
	} else if (s->frozen) {
		s->frozen = false;
		s->past = 0;
	} else if (*s->filter) {
		*s->filter = '\0';
	} else {
		return false;
	}
	return true;
}

static bool show_help(struct state *s, const struct shown *shown)
{
	(void)shown;
	s->help = !s->help;
	s->scroll = 0;
	return true;
}

/* ---- what is listed, and in which order ---- */

static bool type_filter(struct state *s, const struct shown *shown)
{
	(void)shown;
	if (!list_of(s))
		return false;
	s->typing = true;
	return true;
}

static bool sort_by(struct state *s, const struct shown *shown, int step)
{
	struct list *list = list_of(s);

	if (!list || shown->columns == 0)
		return false;
	/* -1 is the order in which they were added */
	list->column =
		(list->column + 1 + step + shown->columns + 1) % (shown->columns + 1) - 1;
	list->top = 0;
	return true;
}
static bool sort_next(struct state *s, const struct shown *shown)
{
	return sort_by(s, shown, 1);
}
static bool sort_last(struct state *s, const struct shown *shown)
{
	return sort_by(s, shown, -1);
}
static bool reverse(struct state *s, const struct shown *shown)
{
	struct list *list = list_of(s);

	(void)shown;
	if (!list)
		return false;
	list->reversed = !list->reversed;
	return true;
}
static bool problems(struct state *s, const struct shown *shown)
{
	(void)shown;
	s->problems_first = !s->problems_first;
	s->list[0].top = s->list[1].top = 0;
	return true;
}

/* ---- time ---- */

static bool freeze(struct state *s, const struct shown *shown)
{
	(void)shown;
	s->frozen = !s->frozen;
	s->past = 0;
	return true;
}

static bool look_back(struct state *s, const struct shown *shown, long seconds)
{
	if (!s->frozen) {
		if (seconds < 0)
			return false;
		s->frozen = true;
		s->past = 0;
	}
	s->past = (unsigned)moved(s->past, seconds, (size_t)shown->past_max + 1);
	return true;
}
static bool back_one(struct state *s, const struct shown *shown)
{
	return look_back(s, shown, 1);
}
static bool on_one(struct state *s, const struct shown *shown)
{
	return look_back(s, shown, -1);
}
static bool back_ten(struct state *s, const struct shown *shown)
{
	return look_back(s, shown, 10);
}
static bool on_ten(struct state *s, const struct shown *shown)
{
	return look_back(s, shown, -10);
}

static bool faster(struct state *s, const struct shown *shown)
{
	(void)shown;
	for (size_t i = ARRAY_LEN(paces); i-- > 0;) {
		if (paces[i] < s->every) {
			s->every = paces[i];
			return true;
		}
	}
	return false;
}
static bool slower(struct state *s, const struct shown *shown)
{
	(void)shown;
	for (size_t i = 0; i < ARRAY_LEN(paces); i++) {
		if (paces[i] > s->every) {
			s->every = paces[i];
			return true;
		}
	}
	return false;
}

/* ---- the rest ---- */

static bool next_theme(struct state *s, const struct shown *shown)
{
	(void)shown;
	s->theme++;
	return true;
}
static bool redraw(struct state *s, const struct shown *shown)
{
	(void)shown;
	s->redraw = true;
	return true;
}
static bool quit(struct state *s, const struct shown *shown)
{
	(void)shown;
	s->quit = true;
	return true;
}

/* ---- the table ---- */

enum { SAME_MAX = 6 };

static const struct {
	const char *keys, *help;
	struct {
		uint32_t key;
		bool (*act)(struct state *s, const struct shown *shown);
	} does[SAME_MAX + 1];
} rows[] = {
	{ "1 2 3, Tab",
	  "links, nodes, topology; the next of them",
	  { { '1', view_links },
	    { '2', view_nodes },
	    { '3', view_topology },
	    { KEY_TAB, view_next },
	    { KEY_TAB_BACK, view_last } } },
	{ "Up Down, j k",
	  "select a row, or scroll",
	  { { KEY_CURSOR_UP, move_up },
	    { KEY_CURSOR_DOWN, move_down },
	    { 'k', move_up },
	    { 'j', move_down } } },
	{ "PgUp PgDn Home End",
	  "the same, farther",
	  { { KEY_PAGE_UP, page_up },
	    { KEY_PAGE_DOWN, page_down },
	    { KEY_TO_START, to_start },
	    { KEY_TO_END, to_end } } },
	{ "Enter",
	  "all about the selected link or node",
	  { { KEY_RETURN, open_detail } } },
	{ "Esc",
	  "back from there, from the past, from a filter",
	  { { KEY_ESCAPE, go_back }, { KEY_ERASE, go_back } } },
	{ "/, F4",
	  "show only names with what is typed in them",
	  { { '/', type_filter }, { KEY_FUNCTION + 4, type_filter } } },
	{ "< >, F6",
	  "sort by another column, or as they were added",
	  { { '<', sort_last }, { '>', sort_next }, { KEY_FUNCTION + 6, sort_next } } },
	{ "r, I", "sort the other way round", { { 'r', reverse }, { 'I', reverse } } },
	{ "p", "problems first: down, drops, 90% full or more", { { 'p', problems } } },
	{ "Space",
	  "freeze the picture; counting goes on behind it",
	  { { ' ', freeze } } },
	{ "Left Right, [ ]",
	  "a second, or ten, back and on",
	  { { KEY_CURSOR_LEFT, back_one },
	    { KEY_CURSOR_RIGHT, on_one },
	    { '[', back_ten },
	    { ']', on_ten } } },
	{ "+ -", "count more, or less, often", { { '+', faster }, { '-', slower } } },
	{ "c", "other colours: safe for all eyes, none", { { 'c', next_theme } } },
	{ "Ctrl-L", "draw everything again", { { KEY_CTRL_L, redraw } } },
	{ "?, h, F1",
	  "this help",
	  { { '?', show_help }, { 'h', show_help }, { KEY_FUNCTION + 1, show_help } } },
	{ "q, F10, Ctrl-C",
	  "leave",
	  { { 'q', quit }, { KEY_FUNCTION + 10, quit }, { KEY_CTRL_C, quit } } },
};

const char *key_help(size_t i, const char **ret_help)
{
	if (i >= ARRAY_LEN(rows))
		return NULL;
	*ret_help = rows[i].help;
	return rows[i].keys;
}

static void type(struct state *s, uint32_t key)
{
	size_t n = strlen(s->filter);

	if (key == KEY_RETURN) {
		s->typing = false;
	} else if (key == KEY_ESCAPE) {
		s->typing = false;
		*s->filter = '\0';
	} else if (key == KEY_ERASE) {
		if (n > 0)
			s->filter[n - 1] = '\0';
		else
			s->typing = false;
	} else if (key >= ' ' && key < KEY_ERASE && n < FILTER_MAX) {
		s->filter[n] = (char)key;
		s->filter[n + 1] = '\0';
	}
}

bool state_key(struct state *s, const struct shown *shown, uint32_t key)
{
	/* moving about does not end the typing */
	if (s->typing && key < KEY_CURSOR_UP && key != KEY_CTRL_C && key != KEY_CTRL_L) {
		type(s, key);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t k = 0; k < SAME_MAX && rows[i].does[k].act; k++)
			if (rows[i].does[k].key == key)
				return rows[i].does[k].act(s, shown);
	return false;
}

void state_click(struct state *s, const struct shown *shown, int y)
{
	struct list *list = list_of(s);
	size_t row = shown->top + (size_t)(y - shown->y);

	if (!list || y < shown->y || y >= shown->y + shown->page || row >= shown->n)
		return;
	list->top = shown->top;
	if (list->selected.id == shown->rows[row].id &&
	    list->selected.end == shown->rows[row].end)
		open_detail(s, shown);
	else
		list->selected = shown->rows[row];
}

void state_wheel(struct state *s, const struct shown *shown, int steps)
{
	move(s, shown, steps);
}
