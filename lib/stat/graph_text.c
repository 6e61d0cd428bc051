/*
 * graph_text.c — a graph as text: a panel for each series.
 *
 *     h1:eth0 -> s1:eth0: bit rate, mbit/s; mean 9.2, max 9.98
 *     10 ┤ ⢀⡠⠔⠒⠉⠉
 *        │⡠⠊
 *      0 ┼──────────────
 *        0              10 s
 *
 * A braille character (U+2800 and on) has 2 by 4 dots, each a bit of its number; in ASCII
 * a character is one dot.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "stat/graph.h"

enum {
	PANELS_MAX = 4,
	AROUND = 3,    /* lines of a panel that hold no values: title, axis, times */
	LINES_MIN = 3, /* that do */
	LINES_MAX = 12,
	LABEL = 7, /* columns before the axis */
	AREA_MIN = 10,
	BRAILLE = 0x2800,
};

/* What is drawn on. */
struct canvas {
	unsigned columns, lines, across, down; /* dots of a character */
	unsigned char *dots;		       /* [line * columns + column] */
};

static void dot(struct canvas *c, long x, long y)
{
	static const unsigned char bits[4][2] = {
		{ 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 }
	};
	long height = (long)(c->lines * c->down), row;

	if (x < 0 || y < 0 || x >= (long)(c->columns * c->across) || y >= height)
		return;
	row = height - 1 - y; /* y counts from below */
	c->dots[row / c->down * c->columns + x / c->across] |=
		bits[row % c->down][x % c->across];
}

/* Bresenham's. */
static void line(struct canvas *c, long x, long y, long to_x, long to_y)
{
	long dx = labs(to_x - x), dy = -labs(to_y - y), err = dx + dy;

	for (;;) {
		long twice = 2 * err;

		dot(c, x, y);
		if (x == to_x && y == to_y)
			return;
		if (twice >= dy) {
			err += dy;
			x += x < to_x ? 1 : -1;
		}
		if (twice <= dx) {
			err += dx;
			y += y < to_y ? 1 : -1;
		}
	}
}

static void draw(struct canvas *c, const struct graph_series *s, double seconds,
		 double top)
{
	double width = c->columns * c->across - 1, height = c->lines * c->down - 1;
	bool joined = false;
	long x = 0, y = 0;

	for (size_t i = 0; i < s->time.n; i++) {
		long was_x = x, was_y = y;

		if (isnan(s->value.v[i])) {
			joined = false;
			continue;
		}
		x = seconds > 0 ? lround(s->time.v[i] / seconds * width) : 0;
		y = lround(s->value.v[i] / top * height);
		if (joined)
			line(c, was_x, was_y, x, y);
		else
			dot(c, x, y);
		joined = true;
	}
}

/* The next of 1, 1.5, 2, 3, 5, 8, 10, 15 …, so that a scale is easily read. */
static double round_up(double v)
{
	static const double steps[] = { 1, 1.5, 2, 3, 5, 8, 10 };
	double unit;

	if (v <= 0)
		return 1;
	unit = pow(10, floor(log10(v)));
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (v <= steps[i] * unit * 1.0000001)
			return steps[i] * unit;
	return v;
}

static void add_dots(struct str *b, const struct canvas *c, unsigned row, bool ascii)
{
	const unsigned char *dots = c->dots + row * c->columns;
	unsigned n = c->columns;

	while (n > 0 && !dots[n - 1])
		n--;
	for (unsigned i = 0; i < n; i++) {
		unsigned code = BRAILLE + dots[i];

		if (ascii || !dots[i])
			str_add(b, dots[i] ? "*" : " ");
		else
			str_addf(b, "%c%c%c", 0xe0 | code >> 12,
				 0x80 | (code >> 6 & 0x3f), 0x80 | (code & 0x3f));
	}
	str_add(b, "\n");
}

/* What is to be said of a series beside its picture. */
struct summary {
	double mean, max;
};

static struct summary summarize(const struct graph_series *s)
{
	struct summary r = { 0 };
	double sum = 0;
	size_t n = 0;

	vec_each (&s->value, v) {
		if (isnan(*v))
			continue;
		sum += *v;
		n++;
		if (*v > r.max)
			r.max = *v;
	}
	r.mean = n ? sum / (double)n : 0;
	return r;
}

static void add_axis(struct str *b, const struct graph *g, unsigned columns, bool ascii)
{
	cleanup_free char *end = mem_printf("%.3g s", g->seconds);

	str_addf(b, "%*s %s", LABEL - 2, "0", ascii ? "+" : "┼");
	for (unsigned i = 0; i < columns; i++)
		str_add(b, ascii ? "-" : "─");
	str_addf(b, "\n%*s0%*s\n", LABEL, "", (int)columns - 1, end);
}

static void add_panel(struct str *b, const struct graph *g, const struct graph_series *s,
		      unsigned columns, unsigned lines, bool ascii)
{
	struct canvas c = { columns, lines, ascii ? 1 : 2, ascii ? 1 : 4, NULL };
	struct summary sum = summarize(s);
	double factor, top = round_up(sum.max);
	const char *unit = graph_unit(g->quantity, top, &factor);

	c.dots = mem_alloc((size_t)columns * lines);
	draw(&c, s, g->seconds, top);
	str_addf(b, "%s: %s, %s; mean %.4g, max %.4g\n", s->name,
		 graph_quantity_title(g->quantity), unit, sum.mean / factor,
		 sum.max / factor);
	for (unsigned row = 0; row < lines; row++) {
		if (row == 0)
			str_addf(b, "%*.4g %s", LABEL - 2, top / factor,
				 ascii ? "+" : "┤");
		else
			str_addf(b, "%*s %s", LABEL - 2, "", ascii ? "|" : "│");
		add_dots(b, &c, row, ascii);
	}
	add_axis(b, g, columns, ascii);
	free(c.dots);
}

char *graph_text(const struct graph *g, const struct graph_style *style,
		 size_t *ret_left_out)
{
	size_t n = graph_main_series(g, PANELS_MAX);
	unsigned columns = style->width > LABEL + AREA_MIN ? style->width - LABEL
							   : AREA_MIN;
	unsigned lines;
	struct str b = { 0 };

	while (n > 1 && style->height < n * (AROUND + LINES_MIN))
		n--;
	lines = n ? style->height / (unsigned)n : 0;
	lines = lines > AROUND + LINES_MIN ? lines - AROUND : LINES_MIN;
	if (lines > LINES_MAX)
		lines = LINES_MAX;
	for (size_t i = 0; i < n; i++)
		add_panel(&b, g, &g->series.v[i], columns, lines, style->ascii);
	*ret_left_out = g->series.n - n;
	return str_take(&b);
}
