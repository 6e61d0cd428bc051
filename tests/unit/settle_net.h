/*
 * settle_net.h — what the tests of model_settle() look at.
 */
#ifndef TESTS_UNIT_SETTLE_NET_H
#define TESTS_UNIT_SETTLE_NET_H

#include "net.h"

static inline void assert_iface(const struct model *m, const char *iface,
				const char *expect)
{
	assert_string_equal(net_addresses(m, iface), expect);
}

static inline int lan(const struct model *m, const char *a, const char *b)
{
	return net_link(m, a, b)->lan;
}

static inline void cut(struct model *m, const char *a, const char *b)
{
	assert_int_equal(model_del_link(m, net_link(m, a, b)->id, NULL), 0);
}

/* Settling again changes nothing, and copies nothing. */
static inline void assert_settled(struct model *m)
{
	struct model *copy = model_copy(m);
	struct settled s = net_settle(copy);

	assert_int_equal(s.addressed, 0);
	assert_int_equal(s.lost_routes, 0);
	for (size_t i = 0; i < m->links.n; i++)
		assert_ptr_equal(m->links.v[i], copy->links.v[i]);
	for (size_t i = 0; i < m->nodes.n; i++)
		assert_ptr_equal(m->nodes.v[i], copy->nodes.v[i]);
	model_free(copy);
}

#endif
