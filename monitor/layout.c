/*
 * layout.c — the frame about a view: a bar with the network, the views and the time; the
 * totals; a line for what is to be told; the keys.
 */
#include "monitor/layout.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "base/units.h"
#include "monitor/figure.h"

enum {
	TABS_WIDTH = 60, /* from here on all views are named */
	TOTALS_HEIGHT = 12,
	KEYS_HEIGHT = 8,
};

static const char *const tabs[] = { "Links", "Nodes", "Topology" };

/* ---- the selection ---- */

long layout_selected_link(const struct scene *s, const struct state *st)
{
	vec_each (&s->now->links, l)
		if (l->id == st->list[0].selected.id)
			return l - s->now->links.v;
	return -1;
}

long layout_selected_node(const struct scene *s, const struct state *st)
{
	vec_each (&s->now->nodes, n)
		if (n->id == st->list[1].selected.id)
			return n - s->now->nodes.v;
	return -1;
}

/* ---- the bar ---- */

static void time_text(const struct scene *s, const struct state *st, char *buf,
		      size_t size)
{
	time_t when = (time_t)(s->now->wall / 1000000000) - st->past;
	struct tm tm;

	localtime_r(&when, &tm);
	strftime(buf, size, "%H:%M:%S", &tm);
}

static void draw_bar(struct grid *g, const struct scene *s, const struct state *st)
{
	cleanup_free char *every = units_print_time(st->every);
	char clock[16], right[48];
	int x, end, width;
	bool all = g->width >= TABS_WIDTH;

	grid_fill(g, 0, 0, g->width, INK_TITLE, ' ');
	time_text(s, st, clock, sizeof(clock));
	if (st->frozen && s->back + st->past > 0)
		snprintf(right, sizeof(right), "frozen, %us back %s ", s->back + st->past,
			 clock);
	else if (st->frozen)
		snprintf(right, sizeof(right), "frozen %s ", clock);
	else
		snprintf(right, sizeof(right), "every %s %s ", every, clock);
	width = grid_columns(right);
	end = g->width - width;
	grid_text(g, end, 0, width, st->frozen ? INK_TAB : INK_TITLE, right);
	x = 1 + grid_text(g, 1, 0, end - (all ? 32 : 11), INK_TITLE, s->network) + 2;
	for (size_t i = 0; !st->written && i < ARRAY_LEN(tabs); i++) {
		bool shown = st->from == (enum view)i;
		char text[24];

		if (!all && !shown)
			continue;
		snprintf(text, sizeof(text), " %zu %s ", i + 1, tabs[i]);
		x += grid_text(g, x, 0, end - x, shown ? INK_TAB : INK_TITLE, text);
	}
}

/* ---- totals ---- */

static void draw_totals(struct grid *g, const struct scene *s, const struct state *st)
{
	double bits = 0, packets = 0, drops = 0;
	size_t links = 0, nics = 0, nodes = 0, problems = 0;
	char a[FIGURE_MAX], b[FIGURE_MAX], c[FIGURE_MAX], nic[32] = "", text[160];
	int x;

	for (size_t i = 0; i < s->now->links.n; i++) {
		const struct stat_link *l = s->now->links.v + i;

		if (!scene_has_link(s, l))
			continue;
		links += !*l->nic;
		nics += *l->nic != '\0';
		for (int end = 0; end < 2; end++) {
			struct scene_direction d = scene_direction(s, i, end, st->past);

			bits += isnan(d.bits) ? 0 : d.bits;
			packets += isnan(d.packets) ? 0 : d.packets;
			drops += isnan(d.drops) ? 0 : d.drops;
			problems += scene_problem(l, &d) != PROBLEM_NONE;
		}
	}
	vec_each (&s->now->nodes, n)
		nodes += scene_has_node(s, n->id);
	if (nics)
		snprintf(nic, sizeof(nic), ", %zu nic%s", nics, nics == 1 ? "" : "s");
	snprintf(text, sizeof(text), "%zu node%s, %zu link%s%s   %s/s   %s pkt/s", nodes,
		 nodes == 1 ? "" : "s", links, links == 1 ? "" : "s", nic,
		 figure_rate(a, bits), figure_count(b, packets));
	x = 1 + grid_text(g, 1, 1, g->width - 1, INK_DIM, text);
	snprintf(text, sizeof(text), "   %s drops/s", figure_count(c, drops));
	x += grid_text(g, x, 1, g->width - x, drops > 0 ? INK_FULL : INK_DIM, text);
	snprintf(text, sizeof(text), "   %zu problem%s", problems,
		 problems == 1 ? "" : "s");
	if (problems)
		grid_text(g, x, 1, g->width - x, INK_FULL, text);
}

/* ---- the lines at the bottom ---- */

static void draw_note(struct grid *g, int y, const struct scene *s,
		      const struct state *st, const char *note)
{
	const char *trouble = s->trouble ? s->trouble : s->now->trouble;
	int x = 1;

	if (st->typing ||
	    (*st->filter && st->view != VIEW_LINK && st->view != VIEW_NODE)) {
		x += grid_text(g, x, y, g->width, INK_KEY, "/");
		x += grid_text(g, x, y, g->width - x, INK_STRONG, st->filter);
		if (st->typing)
			grid_put(g, x, y, INK_KEY, '_');
		x += 3;
	}
	if (st->problems_first && st->view == st->from && st->view != VIEW_TOPOLOGY)
		x += grid_text(g, x, y, g->width - x, INK_KEY, "problems first") + 2;
	if (trouble)
		x += grid_text(g, x, y, g->width - x, INK_FULL, trouble) + 2;
	grid_text(g, x, y, g->width - x, INK_DIM, note);
}

static void draw_keys(struct grid *g, int y, const struct state *st)
{
	static const struct {
		const char *key, *what;
		bool in_list, in_detail;
	} rows[] = {
		{ "?", "help", true, true },	  { "q", "leave", true, true },
		{ "Esc", "back", false, true },	  { "Enter", "open", true, false },
		{ "/", "filter", true, false },	  { "< >", "sort", true, false },
		{ "p", "problems", true, false }, { "Space", "freeze", true, true },
		{ "Tab", "views", true, true },	  { "+ -", "pace", true, true },
	};
	bool detail = st->help || st->view == VIEW_LINK || st->view == VIEW_NODE;
	int x = 1;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int width = grid_columns(rows[i].key) + 1 + grid_columns(rows[i].what);

		if (!(detail ? rows[i].in_detail : rows[i].in_list) ||
		    x + width >= g->width)
			continue;
		x += grid_text(g, x, y, g->width - x, INK_KEY, rows[i].key) + 1;
		x += grid_text(g, x, y, g->width - x, INK_DIM, rows[i].what) + 2;
	}
}

/* ---- all of it ---- */

static view_fn *const views[] = {
	[VIEW_LINKS] = view_links_draw,	      [VIEW_NODES] = view_nodes_draw,
	[VIEW_TOPOLOGY] = view_topology_draw, [VIEW_LINK] = view_link_draw,
	[VIEW_NODE] = view_node_draw,
};

void layout(struct grid *g, const struct scene *s, const struct state *st,
	    struct shown *ret)
{
	int top = 1, bottom = g->height - 1;
	char note[NOTE_MAX] = "";

	*ret = (struct shown){ .past_max = HISTORY_SECONDS - 1 };
	grid_clear(g);
	if (g->width < LAYOUT_WIDTH_MIN || g->height < LAYOUT_HEIGHT_MIN) {
		snprintf(note, sizeof(note),
			 "%dx%d is too small: %dx%d at least, q leaves", g->width,
			 g->height, LAYOUT_WIDTH_MIN, LAYOUT_HEIGHT_MIN);
		grid_text(g, 0, 0, g->width, INK_PLAIN, note);
		return;
	}
	draw_bar(g, s, st);
	if (g->height >= TOTALS_HEIGHT || st->written) {
		draw_totals(g, s, st);
		top = 2;
	}
	if (g->height >= KEYS_HEIGHT && !st->written) {
		draw_keys(g, bottom, st);
		bottom--;
	}
	(st->help ? view_help_draw : views[st->view])(g, top, bottom - top, s, st, ret,
						      note);
	draw_note(g, bottom, s, st, note);
}

int layout_height(const struct scene *s, const struct state *st)
{
	size_t rows = 0;

	/* the bar, the totals, titles, and a line for what is to be told */
	if (st->view == VIEW_LINKS)
		vec_each (&s->now->links, l)
			rows += scene_has_link(s, l) ? 2 : 0;
	else
		rows = s->now->nodes.n;
	return rows + 4 > LAYOUT_HEIGHT_MIN ? (int)rows + 4 : LAYOUT_HEIGHT_MIN;
}

void view_help_draw(struct grid *g, int y, int height, const struct scene *s,
		    const struct state *st, struct shown *ret, char note[NOTE_MAX])
{
	const char *keys, *help;
	int longest = 0, row;
	size_t n = 0;

	(void)s;
	for (; (keys = key_help(n, &help)); n++)
		if (grid_columns(keys) > longest)
			longest = grid_columns(keys);
	ret->lines = n + 1;
	ret->page = height;
	ret->y = y;
	ret->scroll = st->scroll < ret->lines ? st->scroll : ret->lines - 1;
	for (row = 0; row < height; row++) {
		size_t i = ret->scroll + (size_t)row;

		if (i >= n)
			break;
		keys = key_help(i, &help);
		grid_text(g, 1, y + row, longest, INK_KEY, keys);
		grid_text(g, longest + 3, y + row, g->width - longest - 3, INK_PLAIN,
			  help);
	}
	if (n > (size_t)height)
		snprintf(note, NOTE_MAX, "%zu lines; Down shows more", n);
}
