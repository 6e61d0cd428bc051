/*
 * cmd_graph.c — graph: the network as a picture, in the terminal or by Graphviz.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/units.h"
#include "draw/diagram.h"
#include "draw/dot.h"
#include "lang/shape_text.h"
#include "shell/figure.h"
#include "shell/handlers.h"
#include "shell/text.h"

enum {
	COLUMNS_ELSE = 80, /* of what is no terminal */
	LINES_ELSE = 24,
	LINES_MIN = 8,
	LINES_PER_NODE = 3, /* a small network does not need the whole window */
	LINES_MAX = 400,    /* a picture may be higher than the window */
};

/* ---- in the terminal ---- */

/* What a label has room for: the rate, the delay, the loss. */
static void add_shape(struct str *text, const struct shape *s)
{
	cleanup_free char *rate = s->rate ? units_print_rate(s->rate) : NULL;
	cleanup_free char *delay = s->delay ? units_print_time(s->delay) : NULL;
	cleanup_free char *loss = s->loss ? units_print_percent(s->loss) : NULL;
	const char *parts[] = { rate, delay, loss };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (parts[i])
			str_addf(text, "%s%s", text->n ? " " : "", parts[i]);
	if (!text->n && !shape_is_none(s))
		str_add(text, "shaped");
}

static void add_label(const struct model *m, const struct link *l,
		      struct diagram_link *drawn)
{
	const struct shape *shape = &l->shape[shape_is_none(&l->shape[0])];
	struct str text = { 0 };

	drawn->ink = INK_DIM;
	if (l->gone)
		str_add(&text, "gone");
	else if (!model_iface_up(m, l, 0) || !model_iface_up(m, l, 1))
		str_add(&text, "down");
	else if (!shape_is_none(shape))
		add_shape(&text, shape);
	else if (l->tunnel.kind)
		str_addf(&text, "%s %u", tunnel_kind_name(l->tunnel.kind), l->tunnel.key);
	snprintf(drawn->label, sizeof(drawn->label), "%s", text.n ? text.s : "");
	str_free(&text);
}

static void fill(const struct model *m, struct diagram *d, struct place_graph *g)
{
	vec_each (&m->nodes, each) {
		const struct node *n = *each;

		vec_push(&d->nodes, ((struct diagram_node){ .id = n->id,
							    .kind = n->kind,
							    .nat = n->nat,
							    .name = n->name,
							    .ink = INK_STRONG }));
		vec_each (&n->nics, nic)
			diagram_add_nic(&d->nodes.v[d->nodes.n - 1], nic->name);
		vec_push(&g->nodes, n->id);
	}
	vec_each (&m->links, each) {
		const struct link *l = *each;
		struct diagram_link drawn = { .node = { l->end[0].node,
							l->end[1].node } };

		add_label(m, l, &drawn);
		vec_push(&d->links, drawn);
		vec_push(&g->links,
			 ((struct place_link){ { drawn.node[0], drawn.node[1] } }));
	}
}

/* Without the lines above and below that nothing is in. */
static void print(const struct grid *g)
{
	cleanup_free char *text = grid_print(g);
	const char *begin = text + strspn(text, "\n");
	size_t n = strlen(begin);

	while (n > 1 && begin[n - 1] == '\n' && begin[n - 2] == '\n')
		n--;
	printf("%.*s", (int)n, begin);
}

static enum diagram_form draw_in(int width, int height, const struct diagram *d,
				 const struct places *places)
{
	enum diagram_form form;
	struct grid g;

	grid_begin(&g, width, height, !text_locale_is_utf8());
	form = diagram_draw(&g, 0, height, d, places);
	if (form != DIAGRAM_NO_ROOM)
		print(&g);
	grid_end(&g);
	return form;
}

static int first_height(const struct session *s)
{
	int room = LINES_ELSE, wanted = (int)s->net->model->nodes.n * LINES_PER_NODE;
	struct winsize w;

	if (s->out.terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row)
		room = w.ws_row - 2; /* the prompt has one, and the legend */
	if (wanted < LINES_MIN)
		wanted = LINES_MIN;
	return wanted < room ? wanted : room > LINES_MIN ? room : LINES_MIN;
}

static int show(struct session *s, struct err *e)
{
	unsigned width = output_width(&s->out);
	bool nat = false;
	enum diagram_form form = DIAGRAM_NO_ROOM;
	struct place_graph graph = { 0 };
	struct places places = { 0 };
	struct diagram d = { 0 };

	if (!s->net->model->nodes.n) {
		output_say(&s->out, STYLE_PLAIN, "no nodes");
		return 0;
	}
	fill(s->net->model, &d, &graph);
	vec_each (&d.nodes, n)
		nat |= n->nat;
	places_update(&places, &graph);
	for (int height = first_height(s);
	     form == DIAGRAM_NO_ROOM && d.nodes.n <= PLACES_MAX && height < LINES_MAX;
	     height += height / 2)
		form = draw_in(width ? (int)width : COLUMNS_ELSE, height, &d, &places);
	places_free(&places);
	place_graph_free(&graph);
	if (form == DIAGRAM_FRAMED && handlers_at_prompt(s))
		output_say(&s->out, STYLE_DIM,
			   "round: host, double: router, square: switch%s",
			   nat ? ", heavy: nat" : "");
	else if (form == DIAGRAM_NO_ROOM) {
		err_set(e, E2BIG, "%zu nodes are too many to draw in a terminal",
			d.nodes.n);
		err_hint(e, "'graph FILE.svg' draws them to a file");
	}
	diagram_free(&d);
	return form == DIAGRAM_NO_ROOM ? -E2BIG : 0;
}

/* ---- to a file ---- */

static bool is_dot(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && strcmp(path + n - 4, ".dot") == 0;
}

static int draw(const char *path, const char *dot, const struct args *a, struct err *e)
{
	int r;

	if (is_dot(path)) {
		r = file_replace(path, dot, strlen(dot), e);
	} else if (figure_format(FIGURE_GRAPHVIZ, path)) {
		r = figure_draw(path, FIGURE_GRAPHVIZ, dot, e);
	} else {
		r = err_set(e, EINVAL, "'%s' is no kind of picture that can be made",
			    path);
		err_hint(e, "a name that ends in .svg, .png or .dot");
	}
	return r < 0 ? args_blame(a, "FILE", 0, e) : 0;
}

int cmd_graph(struct session *s, const struct args *a, struct err *e)
{
	cleanup_free char *path = args_count(a, "FILE") ? handlers_file_path(a) : NULL;
	cleanup_free char *dot = dot_text(s->net->model, s->net->name);
	int r = 0;

	if (path)
		r = draw(path, dot, a, e);
	else if (!s->out.json)
		r = show(s, e);
	if (r < 0)
		return r;
	if (path && handlers_at_prompt(s))
		output_say(&s->out, STYLE_PLAIN, "%s", path);
	output_result(&s->out, path ? json_pack("{s:s}", "file", path)
				    : json_pack("{s:s}", "dot", dot));
	return 0;
}
