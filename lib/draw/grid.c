/*
 * grid.c — cells, and what stands for a character where only ASCII may be used.
 */
#include "draw/grid.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* ---- UTF-8; the locale has no say in what a picture is made of ---- */

static uint32_t next_point(const char **s)
{
	unsigned char first = (unsigned char)**s;
	int more = first < 0xc0 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
	uint32_t c = more ? first & (0x3fu >> more) : first;

	(*s)++;
	if (first < 0x20 || first == 0x7f || (first >= 0x80 && first < 0xc0))
		return '?';
	for (; more && ((unsigned char)**s & 0xc0) == 0x80; more--)
		c = c << 6 | ((unsigned char)*(*s)++ & 0x3f);
	/* control characters, and beyond what we draw ourselves: maybe two columns wide
	 */
	return more || (c >= 0x80 && c < 0xa0) || c >= 0x2900 ||
			       (c >= 0x300 && c < 0x2000)
		       ? '?'
		       : c;
}

static void add_point(struct str *b, uint32_t c)
{
	char text[4] = { (char)c };
	size_t n = 1;

	if (c >= 0x800) {
		text[0] = (char)(0xe0 | c >> 12);
		text[1] = (char)(0x80 | (c >> 6 & 0x3f));
		text[2] = (char)(0x80 | (c & 0x3f));
		n = 3;
	} else if (c >= 0x80) {
		text[0] = (char)(0xc0 | c >> 6);
		text[1] = (char)(0x80 | (c & 0x3f));
		n = 2;
	}
	str_addn(b, text, n);
}

/* ---- ASCII ---- */

static uint32_t ascii_of(uint32_t c)
{
	static const struct {
		uint32_t c;
		char ascii;
	} alike[] = {
		{ 0x2026, '~' }, /* … */
		{ 0x2190, '<' }, /* ← */
		{ 0x2192, '>' }, /* → */
		{ 0x2013, '-' }, /* – */
		{ 0x2014, '-' }, /* — */
		{ 0x2500, '-' }, /* ─ */
		{ 0x2501, '#' }, /* ━ */
		{ 0x2502, '|' }, /* │ */
		{ 0x2503, '#' }, /* ┃ */
		{ 0x2550, '=' }, /* ═ */
		{ 0x2551, '|' }, /* ║ */
		{ 0x25cf, '*' }, /* ● */
		{ 0x25b2, '^' }, /* ▲ */
		{ 0x25bc, 'v' }, /* ▼ */
		{ 0xb5, 'u' },	 /* µ */
		{ 0xb7, '.' },	 /* · */
	};

	if (c < 0x80)
		return c;
	for (size_t i = 0; i < ARRAY_LEN(alike); i++)
		if (alike[i].c == c)
			return (unsigned char)alike[i].ascii;
	if (c >= 0x2500 && c < 0x2580)
		return '+';
	/* a full block is 0x2588; the narrower its eighths, the higher */
	if (c >= 0x2588 && c < 0x2590)
		return c < 0x258c ? '#' : '-';
	/* braille: by how many dots */
	if (c >= 0x2800 && c < 0x2900)
		return (unsigned char)" ..:-=+*#"[__builtin_popcount(c & 0xff)];
	return '?';
}

/* ---- cells ---- */

void grid_begin(struct grid *g, int width, int height, bool ascii)
{
	*g = (struct grid){ .width = width > 0 ? width : 0,
			    .height = height > 0 ? height : 0,
			    .ascii = ascii };
	g->cells =
		mem_alloc(((size_t)g->width * (size_t)g->height + 1) * sizeof(*g->cells));
}

void grid_end(struct grid *g)
{
	free(g->cells);
	*g = (struct grid){ 0 };
}

void grid_clear(struct grid *g)
{
	memset(g->cells, 0, (size_t)g->width * (size_t)g->height * sizeof(*g->cells));
}

static struct grid_cell *cell(const struct grid *g, int x, int y)
{
	if (x < 0 || y < 0 || x >= g->width || y >= g->height)
		return NULL;
	return g->cells + (size_t)y * (size_t)g->width + (size_t)x;
}

const struct grid_cell *grid_at(const struct grid *g, int x, int y)
{
	return cell(g, x, y);
}

void grid_put(struct grid *g, int x, int y, enum ink ink, uint32_t c)
{
	struct grid_cell *at = cell(g, x, y);

	if (!at)
		return;
	at->c = g->ascii ? ascii_of(c) : c;
	at->ink = (uint8_t)ink;
}

void grid_fill(struct grid *g, int x, int y, int width, enum ink ink, uint32_t c)
{
	for (int i = 0; i < width; i++)
		grid_put(g, x + i, y, ink, c);
}

int grid_columns(const char *text)
{
	int n = 0;

	for (; *text; n++)
		next_point(&text);
	return n;
}

int grid_text(struct grid *g, int x, int y, int width, enum ink ink, const char *text)
{
	int used = 0;

	while (*text && used < width) {
		uint32_t c = next_point(&text);

		if (used == width - 1 && *text)
			c = 0x2026;
		grid_put(g, x + used++, y, ink, c);
	}
	return used;
}

void grid_right(struct grid *g, int x, int y, int width, enum ink ink, const char *text)
{
	int n = grid_columns(text);

	if (n < width) {
		x += width - n;
		width = n;
	}
	grid_text(g, x, y, width, ink, text);
}

void grid_mark(struct grid *g, int x, int y, int width)
{
	for (int i = x; i < x + width; i++) {
		struct grid_cell *at = cell(g, i, y);

		if (at)
			at->marked = true;
	}
}

char *grid_print(const struct grid *g)
{
	struct str b = { 0 };

	for (int y = 0; y < g->height; y++) {
		int end = g->width;

		while (end > 0 && (grid_at(g, end - 1, y)->c == 0 ||
				   grid_at(g, end - 1, y)->c == ' '))
			end--;
		for (int x = 0; x < end; x++) {
			uint32_t c = grid_at(g, x, y)->c;

			add_point(&b, c ? c : ' ');
		}
		str_add(&b, "\n");
	}
	return str_take(&b);
}
