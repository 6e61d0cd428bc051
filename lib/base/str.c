/*
 * str.c — growing strings, and edit distance for suggestions.
 */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/mem.h"

static void reserve(struct str *b, size_t more)
{
	size_t want = b->n + more + 1;

	if (b->cap >= want)
		return;
	b->cap = want > 2 * b->cap ? want : 2 * b->cap;
	b->s = mem_resize(b->s, b->cap, 1);
}

void str_addn(struct str *b, const char *text, size_t n)
{
	reserve(b, n);
	memcpy(b->s + b->n, text, n);
	b->n += n;
	b->s[b->n] = '\0';
}

void str_add(struct str *b, const char *text)
{
	str_addn(b, text, strlen(text));
}

void str_addf(struct str *b, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = mem_vprintf(fmt, ap);
	va_end(ap);
	str_add(b, text);
}

void str_free(struct str *b)
{
	free(b->s);
	*b = (struct str){ 0 };
}

char *str_take(struct str *b)
{
	char *s = b->s ? b->s : mem_strdup("");

	*b = (struct str){ 0 };
	return s;
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

size_t str_width(const char *s, size_t n)
{
	size_t columns = 0;
	mbstate_t state = { 0 };

	while (n > 0) {
		wchar_t c;
		size_t used = mbrtowc(&c, s, n, &state);
		int w;

		if (used == 0 || used > n) { /* NUL, invalid or cut short */
			memset(&state, 0, sizeof(state));
			used = 1;
			w = 1;
		} else {
			w = wcwidth(c);
		}
		columns += w > 0 ? (size_t)w : 0;
		s += used;
		n -= used;
	}
	return columns;
}

enum { SUGGEST_MAX = 63 }; /* longer words are not worth a guess */

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

static unsigned distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned row[3][SUGGEST_MAX + 1]; /* the last two rows and this one */

	for (size_t j = 0; j <= nb; j++)
		row[0][j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned *now = row[i % 3], *last = row[(i + 2) % 3];
		unsigned *before = row[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned differ = a[i - 1] != b[j - 1];

			now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + differ);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
	}
	return row[na % 3][nb];
}

void suggest_begin(struct suggest *g, const char *word)
{
	size_t n = strlen(word);

	g->word = word;
	g->best = NULL;
	g->distance = (unsigned)(n + 2) / 3 + 1; /* one more than is accepted */
}

void suggest_offer(struct suggest *g, const char *candidate)
{
	size_t na = strlen(g->word), nb = strlen(candidate);
	unsigned d;

	if (na == 0 || na > SUGGEST_MAX || nb > SUGGEST_MAX)
		return;
	d = distance(g->word, na, candidate, nb);
	if (d < g->distance && d < nb) {
		g->distance = d;
		g->best = candidate;
	}
}
