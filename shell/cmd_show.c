/*
 * cmd_show.c — show: the network, its parts, or an overview of all.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "shell/describe.h"
#include "shell/handlers.h"

enum { OVERVIEW_MAX = 20 }; /* nodes, and links, that an overview lists */

static void say_none(struct session *s, bool none, const char *what)
{
	if (none && handlers_at_prompt(s))
		output_say(&s->out, STYLE_DIM, "no %s", what);
}

static bool has_addresses(const struct model *m)
{
	vec_each (&m->links, l)
		if ((*l)->end[0].addresses.n || (*l)->end[1].addresses.n)
			return true;
	vec_each (&m->nodes, n)
		if ((*n)->loopback.n)
			return true;
	return false;
}

static bool has_routes(const struct model *m)
{
	vec_each (&m->nodes, n)
		if ((*n)->routes.n)
			return true;
	return false;
}

/* ---- overview ---- */

static void count_kinds(const struct model *m, size_t ret[NODE_SWITCH + 1])
{
	memset(ret, 0, (NODE_SWITCH + 1) * sizeof(*ret));
	vec_each (&m->nodes, n)
		ret[(*n)->kind]++;
}

static json_t *overview_json(struct session *s, const size_t kinds[NODE_SWITCH + 1])
{
	const struct model *m = s->net->model;
	json_t *o = json_pack("{s:s, s:b, s:b, s:I, s:I, s:I}", "network", s->net->name,
			      "automatic", m->automatic, "read_only", s->net->read_only,
			      "hosts", (json_int_t)kinds[NODE_HOST], "routers",
			      (json_int_t)kinds[NODE_ROUTER], "switches",
			      (json_int_t)kinds[NODE_SWITCH]);

	if (m->has_seed)
		json_object_set_new(o, "seed", json_integer((json_int_t)m->seed));
	handlers_table_nodes(s);
	json_object_set_new(o, "nodes", handlers_take_result(s));
	handlers_table_links(s);
	json_object_set_new(o, "links", handlers_take_result(s));
	handlers_show_jobs(s, NULL);
	json_object_set_new(o, "jobs", handlers_take_result(s));
	return o;
}

static void show_overview(struct session *s)
{
	const struct model *m = s->net->model;
	size_t kinds[NODE_SWITCH + 1];
	cleanup_free char *nodes = NULL;
	cleanup_free char *links = describe_count(m->links.n, "link");
	cleanup_free char *seed = m->has_seed ? mem_printf(", seed %" PRIu64, m->seed)
					      : NULL;

	count_kinds(m, kinds);
	if (s->out.json) {
		output_result(&s->out, overview_json(s, kinds));
		return;
	}
	nodes = describe_kinds(kinds);
	output_say(&s->out, STYLE_PLAIN, "network %s: %s, %s%s%s%s", s->net->name, nodes,
		   links, m->automatic ? "" : ", automatic addresses off",
		   seed ? seed : "", s->net->read_only ? ", read-only" : "");
	if (m->nodes.n && m->nodes.n <= OVERVIEW_MAX) {
		output_say(&s->out, STYLE_PLAIN, "%s", "");
		handlers_table_nodes(s);
	}
	if (m->links.n && m->links.n <= OVERVIEW_MAX) {
		output_say(&s->out, STYLE_PLAIN, "%s", "");
		handlers_table_links(s);
	}
	if (s->jobs.v.n) {
		output_say(&s->out, STYLE_PLAIN, "%s", "");
		handlers_show_jobs(s, NULL);
	}
}

/* Routes of daemons are the kernel's business, not the model's. */
static void say_daemons(struct session *s)
{
	if (!handlers_at_prompt(s))
		return;
	vec_each (&s->net->model->nodes, n)
		if (node_computes_routes(*n, AF_INET) ||
		    node_computes_routes(*n, AF_INET6)) {
			output_say(&s->out, STYLE_DIM,
				   "what services compute is shown by `%s ip route` and "
				   "the like",
				   (*n)->name);
			return;
		}
}

int cmd_show(struct session *s, const struct args *a, struct err *e)
{
	const struct model *m = s->net->model;
	const struct value *v;

	if (args_has(a, "nodes")) {
		say_none(s, m->nodes.n == 0, "nodes");
		handlers_table_nodes(s);
	} else if (args_has(a, "links")) {
		say_none(s, m->links.n == 0, "links");
		handlers_table_links(s);
	} else if (args_has(a, "addresses")) {
		say_none(s, !has_addresses(m), "addresses");
		handlers_table_addresses(s);
	} else if (args_has(a, "routes")) {
		say_none(s, !has_routes(m), "routes");
		handlers_table_routes(s, NULL);
		say_daemons(s);
	} else if (args_has(a, "queues")) {
		return handlers_show_queues(s, NULL, e);
	} else if (args_has(a, "jobs")) {
		say_none(s, s->jobs.v.n == 0, "jobs");
		handlers_show_jobs(s, NULL);
	} else if (args_has(a, "services")) {
		say_none(s, !handlers_has_services(m), "services");
		handlers_table_services(s, NULL);
	} else if (args_has(a, "timeline")) {
		timeline_show(s);
	} else if ((v = args_get(a, "NODE", 0))) {
		return handlers_show_node(s, model_node(m, v->node), e);
	} else if ((v = args_get(a, "LINK", 0))) {
		return handlers_show_link(s, model_link(m, v->link), e);
	} else {
		show_overview(s);
	}
	return 0;
}
