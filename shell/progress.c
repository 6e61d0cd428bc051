/*
 * progress.c — the line of a long command, drawn at most ten times a second.
 */
#include "shell/progress.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shell/text.h"

enum { SHOW_AFTER_MS = 500, REDRAW_MS = 100, WHAT_WIDTH = 40 };

static struct {
	unsigned depth;
	int64_t began, drawn; /* ms of the monotonic clock */
	bool visible;
} line;

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void progress_begin(void)
{
	if (line.depth++ == 0)
		line.began = now_ms();
}

void progress_end(void)
{
	if (line.depth > 0 && --line.depth == 0)
		progress_erase();
}

void progress_show(void *cookie, const char *what, size_t done, size_t total)
{
	int64_t now = now_ms();

	if (line.depth == 0 || now - line.began < SHOW_AFTER_MS ||
	    now - line.drawn < REDRAW_MS || !isatty(STDERR_FILENO))
		return;
	line.drawn = now;
	line.visible = true;
	fflush(stdout);
	fprintf(stderr, "\r%.*s", (int)text_fit(what, strlen(what), WHAT_WIDTH), what);
	if (total > 0)
		fprintf(stderr, " %zu/%zu", done, total);
	if (cookie)
		fprintf(stderr, " … %s", (const char *)cookie);
	fprintf(stderr, "\033[K");
	fflush(stderr);
}

void progress_erase(void)
{
	if (!line.visible)
		return;
	line.visible = false;
	fprintf(stderr, "\r\033[K");
	fflush(stderr);
}
