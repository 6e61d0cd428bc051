/*
 * mem.c — allocation that does not return without memory.
 */
#include "base/mem.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void *have(void *p)
{
	if (!p)
		abort(); /* the state on disk is whole; see mem.h */
	return p;
}

void *mem_alloc(size_t size)
{
	return have(calloc(1, size ? size : 1));
}

void *mem_resize(void *p, size_t n, size_t size)
{
	return have(reallocarray(p, n ? n : 1, size));
}

char *mem_strdup(const char *s)
{
	return s ? have(strdup(s)) : NULL;
}

char *mem_strndup(const char *s, size_t n)
{
	return have(strndup(s, n));
}

char *mem_vprintf(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		abort();
	return s;
}

char *mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = mem_vprintf(fmt, ap);
	va_end(ap);
	return s;
}
