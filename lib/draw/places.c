/*
 * places.c — distances on the screen that are like those in the network.
 *
 * The distance of two nodes is the number of links between them. Classical scaling (the
 * two greatest eigenvectors of the centred squares of the distances) gives a start that
 * has no tangles; stress majorisation (Gansner, Koren and North, 2004) then spreads what
 * fell together, as the leaves of a star do. No chance is in it but numbers that follow
 * from a node's position, so that a network always looks the same.
 */
#include "draw/places.h"

#include <math.h>

enum { POWER_ROUNDS = 60, STRESS_ROUNDS = 80 };

/* ---- the graph ---- */

/* Its links, with nodes by their places. */
struct edges {
	size_t n;
	long (*end)[2]; /* -1: no such node */
};

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static long index_of(const struct place_graph *g, uint32_t node)
{
	const uint32_t *at =
		bsearch(&node, g->nodes.v, g->nodes.n, sizeof(*g->nodes.v), compare_ids);

	return at ? at - g->nodes.v : -1;
}

static struct edges edges_of(const struct place_graph *g)
{
	struct edges e = { .n = g->links.n };

	e.end = mem_alloc((e.n + 1) * sizeof(*e.end));
	for (size_t i = 0; i < e.n; i++)
		for (int k = 0; k < 2; k++)
			e.end[i][k] = index_of(g, g->links.v[i].node[k]);
	return e;
}

/* Distances from one node to all; what cannot be reached is far away. */
static void walk(const struct edges *e, size_t n, size_t from, double *distance,
		 size_t *queue)
{
	size_t first = 0, last = 0;

	for (size_t i = 0; i < n; i++)
		distance[i] = -1;
	distance[from] = 0;
	queue[last++] = from;
	while (first < last) {
		size_t at = queue[first++];

		for (size_t i = 0; i < e->n; i++) {
			long a = e->end[i][0], b = e->end[i][1];

			if (b == (long)at)
				b = a;
			else if (a != (long)at)
				continue;
			if (b < 0 || distance[b] >= 0)
				continue;
			distance[b] = distance[at] + 1;
			queue[last++] = (size_t)b;
		}
	}
	for (size_t i = 0; i < n; i++)
		if (distance[i] < 0)
			distance[i] = sqrt((double)n) + 1;
}

/* ---- classical scaling ---- */

/* Between -1 and 1, the same for the same i. */
static double scattered(size_t i)
{
	return (double)((i * 2654435761u + 12345u) % 65536u) / 32768.0 - 1;
}

/* The eigenvector of the greatest eigenvalue, but for what lies along `other`. */
static void eigenvector(const double *matrix, size_t n, const double *other, double *v)
{
	double *next = mem_alloc(n * sizeof(*next)), length = 0;

	for (size_t i = 0; i < n; i++)
		v[i] = scattered(i + (other ? n : 0));
	for (int round = 0; round < POWER_ROUNDS; round++) {
		double along = 0;

		for (size_t i = 0; other && i < n; i++)
			along += v[i] * other[i];
		for (size_t i = 0; other && i < n; i++)
			v[i] -= along * other[i];
		length = 0;
		for (size_t i = 0; i < n; i++) {
			next[i] = 0;
			for (size_t k = 0; k < n; k++)
				next[i] += matrix[i * n + k] * v[k];
			length += next[i] * next[i];
		}
		length = sqrt(length);
		for (size_t i = 0; i < n; i++)
			v[i] = length > 1e-9 ? next[i] / length : 0;
	}
	free(next);
}

static void centre(const double *distance, size_t n, double *matrix)
{
	double *mean = mem_alloc(n * sizeof(*mean)), all = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++)
			mean[i] += distance[i * n + k] * distance[i * n + k] / (double)n;
		all += mean[i] / (double)n;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			matrix[i * n + k] = -(distance[i * n + k] * distance[i * n + k] -
					      mean[i] - mean[k] + all) /
					    2;
	free(mean);
}

/* ---- stress ---- */

static void relax(const double *distance, size_t n, double *x, double *y)
{
	for (int round = 0; round < STRESS_ROUNDS; round++) {
		for (size_t i = 0; i < n; i++) {
			double sum_x = 0, sum_y = 0, weights = 0;

			for (size_t k = 0; k < n; k++) {
				double d = distance[i * n + k], w, dx, dy, now;

				if (k == i)
					continue;
				w = 1 / (d * d);
				dx = x[i] - x[k];
				dy = y[i] - y[k];
				now = fmax(sqrt(dx * dx + dy * dy), 1e-6);
				sum_x += w * (x[k] + d * dx / now);
				sum_y += w * (y[k] + d * dy / now);
				weights += w;
			}
			x[i] = weights > 0 ? sum_x / weights : 0;
			y[i] = weights > 0 ? sum_y / weights : 0;
		}
	}
}

static void range(const double *v, size_t n, double *low, double *high)
{
	*low = *high = n ? v[0] : 0;
	for (size_t i = 0; i < n; i++) {
		*low = fmin(*low, v[i]);
		*high = fmax(*high, v[i]);
	}
}

/* Fills the unit square; what is long and thin stays so. The first node is where one
 * begins to read. */
static void scale(struct places *p, const struct place_graph *g, const double *x,
		  const double *y)
{
	double left, right, top, bottom, wide, high, mirror_x, mirror_y;
	size_t n = g->nodes.n;

	range(x, n, &left, &right);
	range(y, n, &top, &bottom);
	wide = fmax(right - left, 1e-6);
	high = fmax(bottom - top, wide / 3);
	wide = fmax(wide, high / 3);
	mirror_x = n && x[0] > (left + right) / 2 ? -1 : 1;
	mirror_y = n && y[0] > (top + bottom) / 2 ? -1 : 1;
	for (size_t i = 0; i < n; i++) {
		struct node_place place = {
			.node = g->nodes.v[i],
			.x = 0.5 + mirror_x * (x[i] - (left + right) / 2) / wide,
			.y = 0.5 + mirror_y * (y[i] - (top + bottom) / 2) / high,
		};

		vec_push(&p->v, place);
	}
}

static void find(struct places *p, const struct place_graph *g)
{
	size_t n = g->nodes.n, *queue = mem_alloc((n + 1) * sizeof(*queue));
	double *distance = mem_alloc((n * n + 1) * sizeof(double));
	double *matrix = mem_alloc((n * n + 1) * sizeof(double));
	double *x = mem_alloc((n + 1) * sizeof(double));
	double *y = mem_alloc((n + 1) * sizeof(double));
	struct edges edges = edges_of(g);

	for (size_t i = 0; i < n; i++)
		walk(&edges, n, i, distance + i * n, queue);
	centre(distance, n, matrix);
	eigenvector(matrix, n, NULL, x);
	eigenvector(matrix, n, x, y);
	relax(distance, n, x, y);
	scale(p, g, x, y);
	free(edges.end);
	free(queue);
	free(distance);
	free(matrix);
	free(x);
	free(y);
}

/* FNV-1a */
static uint64_t mix(uint64_t hash, uint32_t n)
{
	return (hash ^ n) * 1099511628211u;
}

void place_graph_free(struct place_graph *g)
{
	vec_free(&g->nodes);
	vec_free(&g->links);
}

void places_update(struct places *p, const struct place_graph *g)
{
	uint64_t of = 14695981039346656037u;

	vec_each (&g->nodes, n)
		of = mix(of, *n);
	vec_each (&g->links, l)
		of = mix(mix(of, l->node[0]), l->node[1]);
	if (of == p->of)
		return;
	p->of = of;
	p->v.n = 0;
	if (g->nodes.n <= PLACES_MAX)
		find(p, g);
}

void places_free(struct places *p)
{
	vec_free(&p->v);
	p->of = 0;
}
