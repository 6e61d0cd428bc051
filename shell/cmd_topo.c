/*
 * cmd_topo.c — topo: generators of whole topologies, addressed and routed so
 * that everything reaches everything at once.
 */
#include <errno.h>
#include <limits.h>

#include "model/topo.h"
#include "shell/handlers.h"

enum { TREE_DEPTH = 2, TREE_FANOUT = 2 };

/* What does not fit is still too large: topo_add() says the limits. */
static unsigned number(const struct args *a, const char *key, size_t i,
		       unsigned otherwise)
{
	const struct value *v = args_get(a, key, i);

	if (!v)
		return otherwise;
	return v->number > UINT_MAX ? UINT_MAX : (unsigned)v->number;
}

static void read_shape(const struct args *a, struct topo_options *o)
{
	for (enum topo_shape shape = TOPO_LINE; shape <= TOPO_RANDOM; shape++)
		if (args_has(a, topo_shape_name(shape)))
			o->shape = shape;
	switch (o->shape) {
	case TOPO_TREE:
		o->depth = number(a, "depth", 0, TREE_DEPTH);
		o->fanout = number(a, "fanout", 0, TREE_FANOUT);
		break;
	case TOPO_GRID:
		o->rows = number(a, "grid", 0, 0);
		o->columns = number(a, "grid", 1, 0);
		break;
	case TOPO_FATTREE:
		o->k = number(a, "fattree", 0, 0);
		break;
	default:
		o->count = number(a, topo_shape_name(o->shape), 0, 0);
	}
}

static void read_kind(const struct args *a, struct topo_options *o)
{
	for (enum node_kind kind = NODE_HOST; kind <= NODE_SWITCH; kind++)
		if (args_has(a, node_kind_name(kind))) {
			o->kind = kind;
			o->has_kind = true;
		}
}

static size_t count_routers(const struct model *m)
{
	size_t n = 0;

	vec_each (&m->nodes, node)
		n += (*node)->kind == NODE_ROUTER;
	return n;
}

/* Which size a refusal is about. */
static int blame_size(const struct args *a, const struct topo_options *o, struct err *e)
{
	bool by_shape = o->shape == TOPO_STAR || o->shape == TOPO_TREE;

	if (o->shape == TOPO_RANDOM && o->degree >= o->count)
		return args_blame(a, "degree", 0, e);
	if (o->has_hosts && by_shape)
		return args_blame(a, "hosts", 0, e);
	return args_blame(a, topo_shape_name(o->shape), 0, e);
}

int cmd_topo(struct session *s, const struct args *a, struct err *e)
{
	struct topo_options o = {
		.degree = number(a, "degree", 0, 0),
		.seed = args_number(a, "seed", s->draft->seed),
		.hosts = number(a, "hosts", 0, 0),
		.has_hosts = args_count(a, "hosts") > 0,
		.prefix = args_text(a, "prefix", NULL),
	};
	size_t routers = count_routers(s->draft);
	int r;

	if (args_count(a, "degree") && !o.degree) {
		err_set(e, EINVAL, "a degree is at least 1");
		return args_blame(a, "degree", 0, e);
	}
	read_shape(a, &o);
	read_kind(a, &o);
	r = topo_add(s->draft, &o, e);
	if (r == -EINVAL || r == -E2BIG)
		return blame_size(a, &o, e);
	if (r < 0 || !s->draft->automatic || count_routers(s->draft) == routers)
		return r;
	r = model_settle(s->draft, &(struct settled){ 0 }, e);
	if (r == 0)
		r = model_route_auto(s->draft, e);
	if (r == -E2BIG)
		err_hint(
			e,
			"it fits as hosts (`kind host`), or without addresses and routes "
			"(`set auto off`)");
	return r;
}
