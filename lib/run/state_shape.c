/*
 * state_shape.c — shapes in a model on disk: an object with the members that are
 * not 0, so that most of them take little.
 */
#include "run/state_shape.h"

#include <stddef.h>

#include "base/mem.h"

/* What a shape has, as it is written: a name for each member that is not 0. */
struct shape_member {
	const char *name;
	size_t offset, size;
};

#define MEMBER(m)                                                                        \
	{                                                                                \
#m, offsetof(struct shape, m), sizeof(((struct shape *)0)->m)            \
	}

static const struct shape_member shape_members[] = {
	MEMBER(rate),	      MEMBER(delay),	      MEMBER(jitter),
	MEMBER(distribution), MEMBER(loss),	      MEMBER(loss_correlation),
	MEMBER(burst_begin),  MEMBER(burst_end),      MEMBER(duplicate),
	MEMBER(reorder),      MEMBER(corrupt),	      MEMBER(aqm),
	MEMBER(queue),	      MEMBER(slot_min),	      MEMBER(slot_max),
	MEMBER(seed),	      MEMBER(queue_in_bytes), MEMBER(ecn),
	MEMBER(has_seed),     MEMBER(seed_derived),
};

static uint64_t get_member(const struct shape *s, const struct shape_member *m)
{
	const char *at = (const char *)s + m->offset;

	return m->size == sizeof(uint64_t)   ? *(const uint64_t *)at
	       : m->size == sizeof(uint32_t) ? *(const uint32_t *)at
					     : *(const uint8_t *)at;
}

static void set_member(struct shape *s, const struct shape_member *m, uint64_t value)
{
	char *at = (char *)s + m->offset;

	if (m->size == sizeof(uint64_t))
		*(uint64_t *)at = value;
	else if (m->size == sizeof(uint32_t))
		*(uint32_t *)at = (uint32_t)value;
	else
		*(uint8_t *)at = (uint8_t)value;
}

json_t *state_write_shape(const struct shape *s)
{
	json_t *o = json_object();

	for (size_t i = 0; i < ARRAY_LEN(shape_members); i++) {
		uint64_t value = get_member(s, &shape_members[i]);

		if (value)
			json_object_set_new_nocheck(o, shape_members[i].name,
						    json_integer((json_int_t)value));
	}
	return o;
}

bool state_read_shape(const json_t *o, struct shape *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(shape_members); i++) {
		const json_t *v = json_object_get(o, shape_members[i].name);

		if (json_is_integer(v))
			set_member(ret, &shape_members[i],
				   (uint64_t)json_integer_value(v));
	}
	return shape_check(ret, NULL) == 0;
}
