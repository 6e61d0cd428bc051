/*
 * state_service.c — see state_service.h: an array of words each, its name first.
 */
#include "run/state_service.h"

json_t *state_write_services(const service_vec *v)
{
	json_t *array = json_array();

	vec_each (v, s) {
		json_t *words = json_pack("[s]", service_name((*s)->kind));

		vec_each (&(*s)->words, w)
			json_array_append_new(words, json_string(*w));
		json_array_append_new(array, words);
	}
	return array;
}

static struct service *read_one(const json_t *words)
{
	const char *name = json_string_value(json_array_get(words, 0));
	enum service_kind kind;
	struct service *s;

	if (!name || !service_kind_named(name, &kind))
		return NULL;
	s = service_new(kind, NULL, 0);
	for (size_t i = 1; i < json_array_size(words); i++) {
		const char *word = json_string_value(json_array_get(words, i));

		if (!word) {
			service_release(s);
			return NULL;
		}
		vec_push(&s->words, mem_strdup(word));
	}
	return s;
}

bool state_read_services(const json_t *array, service_vec *ret)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		struct service *s = read_one(item);

		if (!s)
			return false;
		vec_push(ret, s);
	}
	return true;
}
