/*
 * kept.c — see kept.h.
 */
#include "model/kept.h"

#include <string.h>

#include "base/mem.h"

void kept_copy(kept_vec *to, const kept_vec *from)
{
	vec_copy(to, from);
	vec_each (to, text)
		*text = mem_strdup(*text);
}

void kept_free(kept_vec *v)
{
	vec_each (v, text)
		free(*text);
	vec_free(v);
}

bool kept_begins(const kept_vec *all, const kept_vec *some)
{
	if (some->n > all->n)
		return false;
	for (size_t i = 0; i < some->n; i++)
		if (strcmp(all->v[i], some->v[i]) != 0)
			return false;
	return true;
}

bool kept_same(const kept_vec *a, const kept_vec *b)
{
	return a->n == b->n && kept_begins(a, b);
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += n)
		if ((at == text || strchr(" '", at[-1])) &&
		    (!at[n] || strchr(" '", at[n])))
			return true;
	return false;
}

bool kept_sets(const kept_vec *v, const char *device)
{
	vec_each (v, text)
		if (has_word(*text, "set") && has_word(*text, device))
			return true;
	return false;
}
