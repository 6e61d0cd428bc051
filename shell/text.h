/*
 * text.h — text of unknown origin made fit to show: on a terminal, in JSON.
 *
 * Programs, file names and the kernel may hand us any bytes; a terminal must
 * not obey them and a JSON document must stay valid UTF-8.
 */
#ifndef SHELL_TEXT_H
#define SHELL_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Bytes of the UTF-8 character at s (n bytes are there); 0: it is not one. */
size_t text_utf8(const char *s, size_t n);

/*
 * A copy of the same length in bytes that is safe to print: a tab or newline
 * becomes a blank, other control characters and bytes that are not UTF-8
 * become '?'. free() it.
 */
char *text_clean(const char *s, size_t n);

/* The longest part of s, from its start, that takes at most columns; in bytes. */
size_t text_fit(const char *s, size_t n, size_t columns);

/* A JSON string; what is not UTF-8 becomes U+FFFD. */
json_t *text_json(const char *s, size_t n);

/* Whether the user's locale has UTF-8: then more than ASCII can be drawn. (The process's
 * own always has: see main.c.) */
bool text_locale_is_utf8(void);

#endif
