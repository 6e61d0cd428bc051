/*
 * vec.h — a typed array that grows: VEC(struct route) routes;
 *
 * .v the items, .n how many, .cap room for. A zeroed vec is an empty one.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include <string.h>

#include "base/mem.h"

#define VEC(type)                                                                        \
	struct {                                                                         \
		type *v;                                                                 \
		size_t n;                                                                \
		size_t cap;                                                              \
	}

/* Room for at least want items. */
#define vec_reserve(vec, want)                                                           \
	do {                                                                             \
		size_t want_ = (want);                                                   \
		if ((vec)->cap < want_) {                                                \
			(vec)->cap = want_ > 2 * (vec)->cap ? want_ : 2 * (vec)->cap;    \
			(vec)->v = mem_resize((vec)->v, (vec)->cap, sizeof(*(vec)->v));  \
		}                                                                        \
	} while (0)

#define vec_push(vec, item)                                                              \
	do {                                                                             \
		vec_reserve((vec), (vec)->n + 1);                                        \
		(vec)->v[(vec)->n++] = (item);                                           \
	} while (0)

#define vec_insert(vec, at, item)                                                        \
	do {                                                                             \
		size_t at_ = (at);                                                       \
		vec_reserve((vec), (vec)->n + 1);                                        \
		memmove((vec)->v + at_ + 1, (vec)->v + at_,                              \
			((vec)->n - at_) * sizeof(*(vec)->v));                           \
		(vec)->v[at_] = (item);                                                  \
		(vec)->n++;                                                              \
	} while (0)

#define vec_remove(vec, at)                                                              \
	do {                                                                             \
		size_t at_ = (at);                                                       \
		memmove((vec)->v + at_, (vec)->v + at_ + 1,                              \
			((vec)->n - at_ - 1) * sizeof(*(vec)->v));                       \
		(vec)->n--;                                                              \
	} while (0)

/* dst becomes a copy of src; dst must hold nothing of its own. */
#define vec_copy(dst, src)                                                               \
	do {                                                                             \
		(dst)->n = (dst)->cap = (src)->n;                                        \
		(dst)->v = NULL;                                                         \
		if ((src)->n) {                                                          \
			(dst)->v = mem_resize(NULL, (src)->n, sizeof(*(src)->v));        \
			memcpy((dst)->v, (src)->v, (src)->n * sizeof(*(src)->v));        \
		}                                                                        \
	} while (0)

#define vec_free(vec)                                                                    \
	do {                                                                             \
		free((vec)->v);                                                          \
		(vec)->v = NULL;                                                         \
		(vec)->n = (vec)->cap = 0;                                               \
	} while (0)

/* p walks over the items. (C does not allow NULL + 0, which an empty one would be.) */
#define vec_each(vec, p)                                                                 \
	for (__typeof__(&*(vec)->v) p = (vec)->v; p && p < (vec)->v + (vec)->n; p++)

#endif
