/*
 * cmd_plot.c — plot: a link for a while, or a recording, as a picture.
 */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/units.h"
#include "model/way.h"
#include "shell/figure.h"
#include "shell/handlers.h"
#include "shell/interrupt.h"
#include "shell/progress.h"
#include "shell/text.h"
#include "stat/graph.h"
#include "stat/sample.h"

enum {
	SAMPLES = 100,	 /* of a link, or as many as these allow: */
	LINES_ELSE = 24, /* of what is no terminal */
	COLUMNS_ELSE = 80,
	SERIES_MAX = 12, /* in a file */
	NS_PER_MS = 1000000,
};

static const uint64_t TIME_ELSE = 10000000000, TIME_MIN = 200000000; /* ns */
static const uint64_t EVERY_MIN = 20000000, EVERY_MAX = 1000000000;

/* ---- a link, for a while ---- */

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Waits for the time, or Ctrl-C. */
static void wait_for(uint64_t then)
{
	for (uint64_t now; !interrupt_pending() && (now = now_ns()) < then;)
		poll(NULL, 0, (int)((then - now + NS_PER_MS - 1) / NS_PER_MS));
}

/* Leaves just the link, and the connections that take it. */
static void choose(const struct model *m, uint32_t link, struct snapshot *s)
{
	size_t kept = 0;

	vec_each (&s->links, l) {
		if (l->id == link)
			s->links.v[kept++] = *l;
		else
			free(l->name);
	}
	s->links.n = kept;
	kept = 0;
	vec_each (&s->tcp, t)
		if (model_way_takes(m, t->node, &t->remote, &link, 1))
			s->tcp.v[kept++] = *t;
	s->tcp.n = kept;
}

static int add_sample(struct session *s, struct sampler *sampler, uint32_t link,
		      struct graph *g, struct snapshot **last, struct err *e)
{
	unsigned what = graph_quantity_is_tcp(g->quantity) ? SAMPLE_TCP : SAMPLE_LINKS;
	struct snapshot *now;
	struct rates *rates;
	int r = sampler_read(sampler, s->net->model, what, &now, e);

	if (r < 0)
		return r;
	choose(s->net->model, link, now);
	rates = rates_between(*last, now);
	graph_add_sample(g, now, rates);
	rates_free(rates);
	snapshot_free(*last);
	*last = now;
	return 0;
}

static uint64_t interval(uint64_t time)
{
	uint64_t every = time / SAMPLES;

	return every < EVERY_MIN ? EVERY_MIN : every > EVERY_MAX ? EVERY_MAX : every;
}

static int watch(struct session *s, uint32_t link, uint64_t time, struct graph *g,
		 struct err *e)
{
	uint64_t begin = now_ns(), every = interval(time);
	struct sampler *sampler;
	struct snapshot *last = NULL;
	int r = sampler_new(s->net->dir, &sampler, e);

	if (r < 0)
		return r;
	r = add_sample(s, sampler, link, g, &last, e);
	for (uint64_t at = every; r == 0 && at <= time; at += every) {
		if (s->hooks.progress)
			s->hooks.progress((void *)(uintptr_t) "Ctrl-C draws it",
					  "looking", (size_t)(at / every),
					  (size_t)(time / every));
		wait_for(begin + at);
		if (interrupt_pending())
			break; /* a part of an interval tells little */
		r = add_sample(s, sampler, link, g, &last, e);
	}
	interrupt_taken(); /* it was an answer, not a complaint */
	snapshot_free(last);
	sampler_free(sampler);
	return r;
}

static int look_at_link(struct session *s, uint32_t link, uint64_t time,
			enum graph_quantity q, struct graph **ret, struct err *e)
{
	const struct link *l = model_link(s->net->model, link);
	cleanup_free char *name = link_text(s->net->model, l);
	struct graph *g = graph_new(q);
	int r = watch(s, link, time, g, e);

	graph_sort(g);
	if (r == 0 && !g->series.n)
		r = err_set(e, ENODATA,
			    graph_quantity_is_tcp(q)
				    ? "%s: no TCP connection went over it meanwhile"
				    : "%s: it was not looked at long enough",
			    name);
	if (r < 0)
		graph_free(g);
	else
		*ret = g;
	return r;
}

/* ---- a picture ---- */

static json_t *series_json(const struct graph_series *s)
{
	json_t *times = json_array(), *values = json_array();

	vec_each (&s->time, t)
		json_array_append_new(times, json_real(*t));
	vec_each (&s->value, v)
		json_array_append_new(values, isnan(*v) ? json_null() : json_real(*v));
	return json_pack("{s:s, s:o, s:o}", "name", s->name, "time_s", times, "value",
			 values);
}

static json_t *graph_json(const struct graph *g)
{
	json_t *series = json_array();
	double factor;

	vec_each (&g->series, p)
		json_array_append_new(series, series_json(p));
	return json_pack(
		"{s:s, s:s, s:o}", "quantity", graph_quantity_name(g->quantity), "unit",
		g->quantity == GRAPH_RTT ? "s" : graph_unit(g->quantity, 0, &factor),
		"series", series);
}

static void tell_left_out(struct session *s, const struct graph *g, size_t n)
{
	if (n && !s->out.json)
		output_say(&s->out, STYLE_DIM, "not shown: %zu of %zu, with less in them",
			   n, g->series.n);
}

static void show(struct session *s, const struct graph *g)
{
	unsigned width = output_width(&s->out);
	struct graph_style style = { .width = width ? width : COLUMNS_ELSE,
				     .height = LINES_ELSE,
				     .ascii = !text_locale_is_utf8() };
	cleanup_free char *text = NULL;
	struct winsize w;
	size_t left_out;

	if (s->out.json)
		return;
	if (s->out.terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row)
		style.height = w.ws_row - 1u; /* the prompt has one */
	text = graph_text(g, &style, &left_out);
	progress_erase();
	fputs(text, stdout);
	tell_left_out(s, g, left_out);
}

static int draw(struct session *s, const struct graph *g, const char *path,
		const char *title, struct err *e)
{
	cleanup_free char *script =
		graph_gnuplot(g, figure_format(FIGURE_GNUPLOT, path), title, SERIES_MAX);
	int r = figure_draw(path, FIGURE_GNUPLOT, script, e);

	if (r < 0)
		return r;
	tell_left_out(s, g, g->series.n - graph_main_series(g, SERIES_MAX));
	if (handlers_at_prompt(s))
		output_say(&s->out, STYLE_PLAIN, "%s", path);
	return 0;
}

/* ---- the command ---- */

static enum graph_quantity wanted(const struct args *a)
{
	for (int q = 0; q < GRAPH_QUANTITIES; q++)
		if (args_has(a, graph_quantity_name((enum graph_quantity)q)))
			return (enum graph_quantity)q;
	return GRAPH_RATE;
}

static int check(const struct args *a, struct err *e)
{
	const char *to = args_text(a, "to", NULL);

	if (to && !figure_format(FIGURE_GNUPLOT, to)) {
		err_set(e, EINVAL, "'%s' is no kind of picture that can be made", to);
		err_hint(e, "a name that ends in .svg or .png");
		return args_blame(a, "to", 0, e);
	}
	if (args_has(a, "for") && args_text(a, "FILE", NULL)) {
		err_set(e, EINVAL, "a recording has its own time");
		return args_blame(a, "for", 0, e);
	}
	if (args_has(a, "for") && args_number(a, "for", 0) < TIME_MIN) {
		err_set(e, ERANGE, "that is too short to see anything in");
		err_hint(e, "at least 200ms, better some seconds");
		return args_blame(a, "for", 0, e);
	}
	return 0;
}

static int read_file(const struct args *a, enum graph_quantity q, struct graph **ret,
		     struct err *e)
{
	const char *file = args_text(a, "FILE", NULL);
	int r = graph_read(file, q, ret, e);

	if (r == -ENOENT && !strpbrk(file, "./"))
		err_set(e, ENOENT, "there is no link, and no file, '%s'", file);
	return r < 0 ? args_blame(a, "FILE", 0, e) : 0;
}

int cmd_plot(struct session *s, const struct args *a, struct err *e)
{
	const struct value *link = args_get(a, "LINK", 0);
	const char *to = args_text(a, "to", NULL);
	enum graph_quantity q = wanted(a);
	cleanup_free char *title = NULL;
	struct graph *g = NULL;
	int r = check(a, e);

	if (r == 0 && link) {
		title = link_text(s->net->model, model_link(s->net->model, link->link));
		r = look_at_link(s, link->link, args_number(a, "for", TIME_ELSE), q, &g,
				 e);
	} else if (r == 0) {
		title = mem_strdup(args_text(a, "FILE", ""));
		r = read_file(a, q, &g, e);
	}
	if (r == 0 && to)
		r = draw(s, g, to, title, e);
	else if (r == 0)
		show(s, g);
	if (r == 0)
		output_result(&s->out, graph_json(g));
	graph_free(g);
	return r;
}
