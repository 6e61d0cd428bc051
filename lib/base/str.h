/*
 * str.h — a string that grows, and the suggestions behind "did you mean".
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

/* A zeroed str is an empty one; s is NUL-terminated once something was added. */
struct str {
	char *s;
	size_t n;
	size_t cap;
};

void str_add(struct str *b, const char *text);
void str_addn(struct str *b, const char *text, size_t n);
void str_addf(struct str *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void str_free(struct str *b);

/* Takes the text out (never NULL; free() it) and leaves b empty. */
char *str_take(struct str *b);

bool str_starts(const char *s, const char *prefix);

/* Terminal columns that n bytes of UTF-8 take; a byte that is not UTF-8 takes 1. */
size_t str_width(const char *s, size_t n);

/*
 * The best of a stream of candidates for a misspelt word: by Damerau's edit
 * distance (optimal string alignment), accepted up to a third of its length.
 */
struct suggest {
	const char *word;
	const char *best; /* borrowed from the candidates; NULL: none is near */
	unsigned distance;
};

void suggest_begin(struct suggest *g, const char *word);
void suggest_offer(struct suggest *g, const char *candidate);

#endif
