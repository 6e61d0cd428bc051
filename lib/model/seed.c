/*
 * seed.c — see seed.h.
 */
#include "model/seed.h"

#include "model/model.h"

/* FNV-1a, 64 bits */
static uint64_t hash(uint64_t h, const char *text)
{
	do /* the 0 too: "ab" "c" is not "a" "bc" */
		h = (h ^ (unsigned char)*text) * 1099511628211u;
	while (*text++);
	return h;
}

static uint64_t link_seed(const struct model *m, const struct link *l)
{
	uint64_t h = 14695981039346656037u ^ m->seed;
	char text[IFACE_TEXT_MAX];

	for (int end = 0; end < 2; end++)
		h = hash(h, iface_text(m, l, end, text));
	/* the last steps of SplitMix64, which lets no bit of the seed be without effect
	 */
	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9u;
	h = (h ^ h >> 27) * 0x94d049bb133111ebu;
	return h ^ h >> 31;
}

void seeds_settle(struct model *m)
{
	for (size_t i = 0; i < m->links.n; i++) {
		const struct link *l = m->links.v[i];
		bool can = m->has_seed && l->engine != SHAPE_ENGINE_NETEM &&
			   !l->tunnel.kind;

		for (int end = 0; end < 2; end++) {
			struct shape s = l->shape[end];

			if (s.has_seed && !s.seed_derived)
				continue;
			s.has_seed = s.seed_derived = can && shape_has_chance(&s);
			s.seed = s.has_seed ? link_seed(m, l) : 0;
			if (shape_same(&s, &l->shape[end]))
				continue;
			model_edit_link(m, l->id)->shape[end] = s;
			l = m->links.v[i];
		}
	}
}

size_t seeds_missing(const struct model *m)
{
	size_t n = 0;

	if (!m->has_seed)
		return 0;
	vec_each (&m->links, l) {
		const struct shape *s = (*l)->shape;

		n += (shape_has_chance(&s[0]) && !s[0].has_seed) ||
		     (shape_has_chance(&s[1]) && !s[1].has_seed);
	}
	return n;
}
