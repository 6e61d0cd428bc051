/*
 * topo_shapes.c — the shapes: how large each would be, and its links.
 *
 * Own nodes are numbers from 0, in the order their names will be numbered.
 */
#include "model/topo_shapes.h"

#include <errno.h>
#include <stdlib.h>

static void join(struct topo_graph *g, uint32_t a, uint32_t b)
{
	vec_push(&g->links, ((struct topo_pair){ a, b }));
}

static void hosts_on_all(struct topo_graph *g, uint32_t each)
{
	for (uint32_t i = 0; i < g->n; i++)
		g->hosts[i] = each;
}

/* ---- line, ring, mesh ---- */

static int measure_line(const struct topo_options *o, struct topo_size *ret,
			struct err *e)
{
	(void)e;
	ret->nodes = ret->carriers = o->count;
	ret->links = o->count - (o->shape == TOPO_LINE);
	return 0;
}

static void draw_line(const struct topo_options *o, uint32_t each, struct topo_graph *g)
{
	for (uint32_t i = 0; i + 1 < g->n; i++)
		join(g, i, i + 1);
	if (o->shape == TOPO_RING)
		join(g, g->n - 1, 0);
	hosts_on_all(g, each);
}

static int measure_mesh(const struct topo_options *o, struct topo_size *ret,
			struct err *e)
{
	(void)e;
	ret->nodes = ret->carriers = o->count;
	ret->links = (uint64_t)o->count * (o->count - 1) / 2;
	return 0;
}

static void draw_mesh(const struct topo_options *o, uint32_t each, struct topo_graph *g)
{
	(void)o;
	for (uint32_t a = 0; a < g->n; a++)
		for (uint32_t b = a + 1; b < g->n; b++)
			join(g, a, b);
	hosts_on_all(g, each);
}

/* ---- star, tree ---- */

static int measure_star(const struct topo_options *o, struct topo_size *ret,
			struct err *e)
{
	(void)e;
	ret->nodes = 1;
	ret->leaves = o->count;
	return 0;
}

static void draw_star(const struct topo_options *o, uint32_t each, struct topo_graph *g)
{
	(void)each;
	g->hosts[0] = o->count;
}

static int measure_tree(const struct topo_options *o, struct topo_size *ret,
			struct err *e)
{
	if (!o->depth)
		return err_set(e, EINVAL, "a tree has a depth of at least 1");
	if (!o->fanout)
		return err_set(e, EINVAL, "a tree has a fanout of at least 1");
	ret->leaves = 1;
	for (unsigned i = 0; i < o->depth && ret->nodes <= TOPO_NODES_MAX; i++) {
		ret->nodes += ret->leaves;
		ret->leaves *= o->fanout;
	}
	ret->links = ret->nodes - 1;
	return 0;
}

static void draw_tree(const struct topo_options *o, uint32_t each, struct topo_graph *g)
{
	(void)each;
	/* level by level: the children of i are i * fanout + 1 and on */
	for (uint32_t i = 1; i < g->n; i++)
		join(g, (i - 1) / o->fanout, i);
	for (uint32_t i = 0; i < g->n; i++)
		if ((uint64_t)i * o->fanout + 1 >= g->n)
			g->hosts[i] = o->fanout;
}

/* ---- grid ---- */

static int measure_grid(const struct topo_options *o, struct topo_size *ret,
			struct err *e)
{
	uint64_t rows = o->rows, columns = o->columns;

	if (!rows || !columns) {
		err_set(e, EINVAL, "a grid has at least 1 row and 1 column");
		err_hint(e, "as in `topo grid 3 4`");
		return -EINVAL;
	}
	ret->nodes = ret->carriers = rows * columns;
	ret->links = rows * (columns - 1) + columns * (rows - 1);
	return 0;
}

/* Row by row; each node is joined to the next in its row, then in its column. */
static void draw_grid(const struct topo_options *o, uint32_t each, struct topo_graph *g)
{
	for (uint32_t i = 0; i < g->n; i++) {
		if ((i + 1) % o->columns)
			join(g, i, i + 1);
		if (i + o->columns < g->n)
			join(g, i, i + o->columns);
	}
	hosts_on_all(g, each);
}

/* ---- fat tree ---- */

enum { FATTREE_MAX = 126 }; /* the largest even k with 5/4 k² <= TOPO_NODES_MAX */

static int measure_fattree(const struct topo_options *o, struct topo_size *ret,
			   struct err *e)
{
	uint64_t k = o->k;

	if (!k || k % 2) {
		err_set(e, EINVAL, "a fat tree has an even k of at least 2, not %u",
			o->k);
		err_hint(e, "as in `topo fattree 4`");
		return -EINVAL;
	}
	if (k > FATTREE_MAX)
		return err_set(e, E2BIG, "a fat tree has a k of at most %d, not %u",
			       FATTREE_MAX, o->k);
	ret->nodes = k * k / 4 + k * k;
	ret->links = k * k * k / 2;
	ret->carriers = k * k / 2;
	return 0;
}

/*
 * Al-Fares, Loukissas and Vahdat, SIGCOMM 2008. With h = k / 2 there are h * h
 * core nodes, then pod by pod h of aggregation and h of edge. Aggregation node
 * i of every pod is joined to the core nodes i * h … i * h + h - 1, and to
 * every edge node of its pod.
 */
static void draw_fattree(const struct topo_options *o, uint32_t each,
			 struct topo_graph *g)
{
	uint32_t half = o->k / 2, core = half * half;

	for (uint32_t pod = 0; pod < o->k; pod++) {
		uint32_t aggregation = core + pod * o->k, edge = aggregation + half;

		for (uint32_t i = 0; i < half; i++) {
			for (uint32_t j = 0; j < half; j++)
				join(g, i * half + j, aggregation + i);
			for (uint32_t j = 0; j < half; j++)
				join(g, aggregation + i, edge + j);
			g->hosts[edge + i] = each;
		}
	}
}

/* ---- random ---- */

enum { DEGREE_DEFAULT = 3 };

/* As many links as the degree asks for, but a tree at least and a mesh at most. */
static uint64_t random_links(const struct topo_options *o)
{
	uint64_t n = o->count, degree = o->degree ? o->degree : DEGREE_DEFAULT;
	uint64_t links = (degree * n + 1) / 2, mesh = n * (n - 1) / 2;

	if (links < n - 1)
		return n - 1;
	return links > mesh ? mesh : links;
}

static int measure_random(const struct topo_options *o, struct topo_size *ret,
			  struct err *e)
{
	if (o->degree >= o->count && o->count > 1)
		return err_set(e, EINVAL,
			       "the degree of %u random nodes is at most %u, not %u",
			       o->count, o->count - 1, o->degree);
	ret->nodes = ret->carriers = o->count;
	ret->links = random_links(o);
	return 0;
}

/*
 * splitmix64: Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014; with the multipliers of D. Stafford's variant 13.
 */
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* Below n; n is so far below 2^64 that the bias does not show. */
static uint32_t random_below(uint64_t *state, uint32_t n)
{
	return (uint32_t)(random_next(state) % n);
}

static int compare_pairs(const void *a, const void *b)
{
	const struct topo_pair *x = a, *y = b;

	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return (x->b > y->b) - (x->b < y->b);
}

/*
 * First a tree: in a shuffled order, each node is joined to one before it.
 * Then random pairs that are not joined yet; joined[] has a bit per pair.
 */
static void draw_random(const struct topo_options *o, uint32_t each, struct topo_graph *g)
{
	uint32_t n = g->n, *order = mem_alloc(n * sizeof(*order));
	uint8_t *joined = mem_alloc((uint64_t)n * n / 8 + 1);
	uint64_t state = o->seed, want = random_links(o);

	for (uint32_t i = 0; i < n; i++) { /* Fisher and Yates, inside out */
		uint32_t j = random_below(&state, i + 1);

		order[i] = order[j];
		order[j] = i;
	}
	while (g->links.n < want) {
		uint32_t i = (uint32_t)g->links.n + 1, a, b;
		uint64_t bit;

		if (i < n) {
			a = order[i];
			b = order[random_below(&state, i)];
		} else {
			a = random_below(&state, n);
			b = random_below(&state, n);
		}
		bit = a < b ? (uint64_t)a * n + b : (uint64_t)b * n + a;
		if (a == b || (joined[bit / 8] & 1 << bit % 8))
			continue;
		joined[bit / 8] |= (uint8_t)(1 << bit % 8);
		join(g, a < b ? a : b, a < b ? b : a);
	}
	if (g->links.n)
		qsort(g->links.v, g->links.n, sizeof(*g->links.v), compare_pairs);
	free(joined);
	free(order);
	hosts_on_all(g, each);
}

const struct topo_row topo_rows[TOPO_RANDOM + 1] = {
	[TOPO_LINE] = { "line", NODE_ROUTER, 1, measure_line, draw_line },
	[TOPO_RING] = { "ring", NODE_ROUTER, 3, measure_line, draw_line },
	[TOPO_STAR] = { "star", NODE_SWITCH, 1, measure_star, draw_star },
	[TOPO_MESH] = { "mesh", NODE_ROUTER, 1, measure_mesh, draw_mesh },
	[TOPO_TREE] = { "tree", NODE_SWITCH, 0, measure_tree, draw_tree },
	[TOPO_GRID] = { "grid", NODE_ROUTER, 0, measure_grid, draw_grid },
	[TOPO_FATTREE] = { "fattree", NODE_ROUTER, 0, measure_fattree, draw_fattree },
	[TOPO_RANDOM] = { "random", NODE_ROUTER, 1, measure_random, draw_random },
};
