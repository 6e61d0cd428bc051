/*
 * graph_gnuplot.c — a graph as a script for gnuplot, with its data in it.
 */
#include <math.h>

#include "base/str.h"
#include "stat/graph.h"

/* In gnuplot's single quotes, where only they mean something, and are doubled. */
static void add_quoted(struct str *b, const char *text)
{
	str_add(b, "'");
	for (; *text; text++)
		str_addf(b, *text == '\'' ? "''" : "%c", *text);
	str_add(b, "'");
}

static double greatest(const struct graph *g, size_t n)
{
	double max = 0;

	for (size_t i = 0; i < n; i++)
		vec_each (&g->series.v[i].value, v)
			if (*v > max) /* NAN is not */
				max = *v;
	return max;
}

static void add_data(struct str *b, const struct graph_series *s, size_t number,
		     double factor)
{
	str_addf(b, "$data%zu << END\n", number);
	for (size_t i = 0; i < s->time.n; i++) {
		if (isnan(s->value.v[i]))
			str_add(b, "\n"); /* the line breaks */
		else
			str_addf(b, "%.6f %.9g\n", s->time.v[i], s->value.v[i] / factor);
	}
	str_add(b, "END\n");
}

char *graph_gnuplot(const struct graph *g, const char *terminal, const char *title,
		    size_t max)
{
	size_t n = graph_main_series(g, max);
	double factor;
	const char *unit = graph_unit(g->quantity, greatest(g, n), &factor);
	struct str b = { 0 };

	str_addf(&b,
		 "set terminal %s size 900,500 noenhanced font 'sans,12' background "
		 "rgb 'white'\n"
		 "set xlabel 'time (s)'\nset ylabel '%s (%s)'\n"
		 "set grid\nset yrange [0:*]\nset xrange [0:%.6f]\n"
		 "set key below maxcols 2\n",
		 terminal, graph_quantity_title(g->quantity), unit,
		 g->seconds > 0 ? g->seconds : 1);
	if (title) {
		str_add(&b, "set title ");
		add_quoted(&b, title);
		str_add(&b, "\n");
	}
	for (size_t i = 0; i < n; i++)
		add_data(&b, &g->series.v[i], i, factor);
	for (size_t i = 0; i < n; i++) {
		str_addf(&b, "%s$data%zu using 1:2 with lines linewidth 1.5 title ",
			 i ? ", " : "plot ", i);
		add_quoted(&b, g->series.v[i].name);
	}
	str_add(&b, "\n");
	return str_take(&b);
}
