/*
 * islands.c — which nodes links connect, in however many steps. Networks that nothing
 * connects may have the same addresses.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/edit.h"
#include "model/ipset.h"

bool model_connected(const struct model *m, uint32_t a, uint32_t b)
{
	VEC(uint32_t) queue = { 0 };
	bool *seen = mem_alloc(m->next_id), found = a == b;

	vec_push(&queue, a);
	seen[a] = true;
	for (size_t at = 0; at < queue.n && !found; at++)
		vec_each (&model_node(m, queue.v[at])->ports, p) {
			const struct link *l = p->link ? model_link(m, p->link) : NULL;
			uint32_t far = l ? l->end[!p->end].node : 0;

			if (!l || seen[far])
				continue;
			seen[far] = true;
			found |= far == b;
			vec_push(&queue, far);
		}
	vec_free(&queue);
	free(seen);
	return found;
}

/* A typed address, and who has it. */
struct holding {
	const struct ip *ip;
	uint32_t node;
};

static int by_address(const void *a, const void *b)
{
	const struct holding *x = a, *y = b;

	if (x->ip->family != y->ip->family)
		return x->ip->family < y->ip->family ? -1 : 1;
	return memcmp(x->ip->b, y->ip->b, sizeof(x->ip->b));
}

int islands_check(const struct model *m, struct err *e)
{
	VEC(struct holding) all = { 0 };
	int r = 0;

	vec_each (&m->nodes, n)
		vec_each (&(*n)->loopback, a)
			vec_push(&all, ((struct holding){ &a->ip, (*n)->id }));
	vec_each (&m->links, l)
		for (int end = 0; end < 2; end++)
			vec_each (&(*l)->end[end].addresses, a)
				if (!a->automatic)
					vec_push(&all,
						 ((struct holding){
							 &a->ip, (*l)->end[end].node }));
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), by_address);
	for (size_t i = 0; i + 1 < all.n && r == 0; i++)
		for (size_t k = i + 1; k < all.n && r == 0; k++) {
			char text[IP_TEXT_MAX];

			if (by_address(&all.v[i], &all.v[k]) != 0)
				break;
			if (model_connected(m, all.v[i].node, all.v[k].node))
				r = err_set(
					e, EADDRINUSE,
					"%s and %s would be connected, and both have the "
					"address %s",
					model_node(m, all.v[i].node)->name,
					model_node(m, all.v[k].node)->name,
					ip_text(all.v[i].ip, text));
		}
	vec_free(&all);
	return r;
}
