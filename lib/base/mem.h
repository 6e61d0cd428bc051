/*
 * mem.h — memory that is there, and clean-up that happens by itself.
 *
 * User-space memory that runs out ends the program as a kill -9 would: the
 * network stays, its state on disk is whole, and `espalier attach` takes it up.
 * So these never return NULL and callers stay readable.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

void *mem_alloc(size_t size);			  /* zeroed; free() it */
void *mem_resize(void *p, size_t n, size_t size); /* n * size, checked */
char *mem_strdup(const char *s);		  /* NULL stays NULL */
char *mem_strndup(const char *s, size_t n);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *mem_vprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

/* Variables that free themselves when they go out of scope. */
static inline void cleanup_free_fn(void *p)
{
	free(*(void **)p);
}
static inline void cleanup_close_fn(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define cleanup_free __attribute__((cleanup(cleanup_free_fn)))
#define cleanup_close __attribute__((cleanup(cleanup_close_fn)))

/* Takes the value out of a cleanup variable, which then holds nothing. */
#define steal_ptr(p)                                                                     \
	({                                                                               \
		__typeof__(p) stolen = (p);                                              \
		(p) = NULL;                                                              \
		stolen;                                                                  \
	})
static inline int steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
