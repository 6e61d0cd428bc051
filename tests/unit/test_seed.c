/*
 * test_seed.c — which seeds follow from the network's, and from what.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "lang/shape_text.h"
#include "model/model.h"
#include "model/seed.h"

static const struct shape lossy = { .loss = SHAPE_CERTAIN / 10 };

static uint32_t node(struct model *m, const char *name)
{
	uint32_t id;

	assert_int_equal(model_add_node(m, NODE_HOST, name, &id, NULL), 0);
	return id;
}

static uint32_t join(struct model *m, uint32_t a, uint32_t b, struct link_options o)
{
	uint32_t id;

	assert_int_equal(model_add_link(m, a, b, &o, &id, NULL), 0);
	return id;
}

static void settle(struct model *m, bool has, uint64_t seed)
{
	struct settled settled;

	m->has_seed = has;
	m->seed = seed;
	assert_int_equal(model_settle(m, &settled, NULL), 0);
}

static const struct shape *shape(const struct model *m, uint32_t link, int end)
{
	return &model_link(m, link)->shape[end];
}

static void only_where_there_is_chance(void **state)
{
	struct model *m = model_new();
	uint32_t a = node(m, "a"), b = node(m, "b");
	uint32_t plain =
		join(m, a, b, (struct link_options){ .shape = { .rate = 1000000 } });
	uint32_t chance = join(m, a, b, (struct link_options){ .shape = lossy });
	uint32_t own = join(
		m, a, b,
		(struct link_options){
			.shape = { .loss = lossy.loss, .has_seed = true, .seed = 5 } });
	uint32_t netem = join(
		m, a, b,
		(struct link_options){ .shape = lossy, .engine = SHAPE_ENGINE_NETEM });
	cleanup_free char *text = NULL;

	(void)state;
	settle(m, true, 7);
	assert_false(shape(m, plain, 0)->has_seed);
	assert_true(shape(m, chance, 0)->has_seed && shape(m, chance, 0)->seed_derived);
	assert_true(shape_same(shape(m, chance, 0), shape(m, chance, 1)));
	assert_int_equal(shape(m, own, 0)->seed, 5);
	assert_false(shape(m, netem, 0)->has_seed);
	assert_int_equal(seeds_missing(m), 1);
	/* what is derived is not written down */
	text = shape_text(shape(m, chance, 0));
	assert_string_equal(text, "loss 10%");

	/* the chance goes, and the seed with it */
	struct shape none = *shape(m, chance, 0);
	none.loss = 0;
	assert_int_equal(model_set_shape(m, chance, 0, &none, NULL), 0);
	settle(m, true, 7);
	assert_true(shape_is_none(shape(m, chance, 0)));
	assert_true(shape(m, chance, 1)->has_seed);
	/* without the network's, only that of its own is left */
	settle(m, false, 0);
	assert_false(shape(m, chance, 1)->has_seed);
	assert_int_equal(shape(m, own, 1)->seed, 5);
	assert_int_equal(seeds_missing(m), 0);
	model_free(m);
}

/* Ids differ in a network that is built again; names do not. */
static void from_names(void **state)
{
	uint64_t seeds[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct model *m = model_new();
		uint32_t a = node(m, "a"), b, link;

		if (i == 1)
			node(m, "between");
		b = node(m, i == 3 ? "c" : "b");
		link = join(m, a, b, (struct link_options){ .shape = lossy });
		settle(m, true, i == 2 ? 8 : 7);
		seeds[i] = shape(m, link, 0)->seed;
		model_free(m);
	}
	assert_true(seeds[0] == seeds[1]);
	assert_true(seeds[0] != seeds[2]);
	assert_true(seeds[0] != seeds[3]);
}

static void nothing_changes_twice(void **state)
{
	struct model *m = model_new(), *again;
	uint32_t a = node(m, "a"), b = node(m, "b"), link;
	struct shape own;

	(void)state;
	link = join(m, a, b, (struct link_options){ .shape = lossy });
	settle(m, true, 7);
	again = model_copy(m);
	settle(again, true, 7);
	assert_true(model_same(m, again));
	/* the same number, but typed */
	own = *shape(again, link, 0);
	own.seed_derived = false;
	assert_int_equal(model_set_shape(again, link, 0, &own, NULL), 0);
	settle(again, true, 9);
	assert_true(shape(again, link, 0)->seed == own.seed);
	assert_true(shape(again, link, 1)->seed != own.seed);
	model_free(m);
	model_free(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_where_there_is_chance),
		cmocka_unit_test(from_names),
		cmocka_unit_test(nothing_changes_twice),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
