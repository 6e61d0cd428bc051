/*
 * topo.c — whole topologies at once.
 *
 * A shape is measured, drawn as a graph of numbers (topo_shapes.c) and built
 * into a copy of the model, which takes the model's place when all went well:
 * own nodes, hosts, links of the shape, links of the hosts, each in the
 * graph's order. So names and addresses follow from the options alone.
 */
#include "model/topo.h"

#include <errno.h>
#include <stdlib.h>

#include "model/topo_shapes.h"

/* What is built so far. */
struct build {
	struct model *m;
	const char *prefix;
	unsigned named[NODE_SWITCH + 1]; /* by kind: the last number in a name */
};

static int add_node(struct build *b, enum node_kind kind, uint32_t *ret_id, struct err *e)
{
	static const char letter[] = {
		[NODE_HOST] = 'h',
		[NODE_ROUTER] = 'r',
		[NODE_SWITCH] = 's',
	};
	cleanup_free char *name =
		mem_printf("%s%c%u", b->prefix, letter[kind], ++b->named[kind]);
	int r = model_add_node(b->m, kind, name, ret_id, e);

	if (r == -EEXIST)
		err_hint(e, "`prefix a-` would make it a-%s", name + strlen(b->prefix));
	return r;
}

static int add_nodes(struct build *b, enum node_kind kind, size_t n, uint32_t *ret_ids,
		     struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		int r = add_node(b, kind, &ret_ids[i], e);

		if (r < 0)
			return r;
	}
	return 0;
}

static int add_link(struct build *b, uint32_t from, uint32_t to, struct err *e)
{
	static const struct link_options plain;
	uint32_t id;

	return model_add_link(b->m, from, to, &plain, &id, e);
}

static int add_graph(struct build *b, const struct topo_graph *g, enum node_kind kind,
		     size_t n_hosts, struct err *e)
{
	cleanup_free uint32_t *own = mem_alloc(g->n * sizeof(*own));
	cleanup_free uint32_t *hosts = mem_alloc(n_hosts * sizeof(*hosts));
	size_t host = 0;
	int r = add_nodes(b, kind, g->n, own, e);

	if (r == 0)
		r = add_nodes(b, NODE_HOST, n_hosts, hosts, e);
	for (size_t i = 0; i < g->links.n && r == 0; i++)
		r = add_link(b, own[g->links.v[i].a], own[g->links.v[i].b], e);
	for (uint32_t i = 0; i < g->n && r == 0; i++)
		for (uint32_t j = 0; j < g->hosts[i] && r == 0; j++)
			r = add_link(b, own[i], hosts[host++], e);
	/* the shape is connected: with a link more than a tree it has a loop */
	if (kind == NODE_SWITCH && g->links.n >= g->n)
		for (uint32_t i = 0; i < g->n && r == 0; i++)
			r = model_set_stp(b->m, own[i], true, e);
	return r;
}

static uint32_t hosts_each(const struct topo_options *o, enum node_kind kind)
{
	if (o->has_hosts)
		return o->hosts;
	if (kind == NODE_HOST)
		return 0;
	return o->shape == TOPO_FATTREE ? o->k / 2 : 1;
}

/* Checks the options and says what they would give. */
static int measure(const struct topo_options *o, uint32_t each, struct topo_size *ret,
		   struct err *e)
{
	const struct topo_row *row = &topo_rows[o->shape];
	unsigned long long nodes, links, hosts;
	int r;

	if (o->count < row->count_min) {
		err_set(e, EINVAL, "topo %s takes at least %u %s%s, not %u", row->name,
			row->count_min, o->shape == TOPO_STAR ? "host" : "node",
			row->count_min == 1 ? "" : "s", o->count);
		err_hint(e, "as in `topo %s 5`", row->name);
		return -EINVAL;
	}
	r = row->measure(o, ret, e);
	if (r < 0)
		return r;
	if (o->has_hosts && !ret->carriers)
		return err_set(e, EINVAL,
			       "topo %s has its hosts by its shape and takes no `hosts`",
			       row->name);
	hosts = ret->carriers * each + ret->leaves;
	nodes = ret->nodes + hosts;
	links = ret->links + hosts;
	/* the first two also keep the sums from going round */
	if (ret->nodes <= TOPO_NODES_MAX && ret->leaves <= TOPO_NODES_MAX &&
	    nodes <= TOPO_NODES_MAX && links <= TOPO_LINKS_MAX)
		return 0;
	return err_set(e, E2BIG,
		       "topo %s would have more than the %d nodes and %d links that fit",
		       row->name, TOPO_NODES_MAX, TOPO_LINKS_MAX);
}

const char *topo_shape_name(enum topo_shape s)
{
	return topo_rows[s].name;
}

int topo_add(struct model *m, const struct topo_options *o, struct err *e)
{
	const struct topo_row *row = &topo_rows[o->shape];
	enum node_kind kind = o->has_kind ? o->kind : row->kind;
	uint32_t each = hosts_each(o, kind);
	struct build b = { .prefix = o->prefix ? o->prefix : "" };
	struct topo_size size = { 0 };
	struct topo_graph g = { 0 };
	int r = measure(o, each, &size, e);

	if (r < 0)
		return r;
	g.n = (uint32_t)size.nodes;
	g.hosts = mem_alloc(g.n * sizeof(*g.hosts));
	row->draw(o, each, &g);
	b.m = model_copy(m);
	r = add_graph(&b, &g, kind, size.carriers * each + size.leaves, e);
	if (r == 0) {
		struct model before = *m;

		*m = *b.m;
		*b.m = before;
	}
	model_free(b.m);
	free(g.hosts);
	vec_free(&g.links);
	return r;
}
