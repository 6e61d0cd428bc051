/*
 * cmd_show_one.c — show NODE, show LINK: all there is to know of one.
 */
#include <string.h>

#include "lang/shape_text.h"
#include "run/underlay.h"
#include "shell/describe.h"
#include "shell/handlers.h"

/* ---- a node ---- */

static void add_interface(struct table *t, const struct model *m, const struct link *l,
			  int end)
{
	const struct iface *i = &l->end[end];
	const char *state = describe_iface_state(m, l, end);
	char iface[IFACE_TEXT_MAX], peer[IFACE_TEXT_MAX], mac[MAC_TEXT_MAX];

	iface_text(m, l, end, iface);
	table_add(t, mem_strdup(strchr(iface, ':') + 1), NULL, STYLE_STRONG);
	table_add_text(t, "%s", iface_text(m, l, !end, peer));
	table_add(t, mem_strdup(state), NULL,
		  strcmp(state, "up") == 0 ? STYLE_GOOD : STYLE_BAD);
	table_add(t, describe_addresses(&i->addresses),
		  describe_addresses_json(&i->addresses), STYLE_PLAIN);
	table_add_text(t, "%s", describe_mac(i->mac, mac));
	table_add(t, mem_printf("%uB", l->mtu), json_integer(l->mtu), STYLE_PLAIN);
	if (model_node(m, i->node)->vlan)
		table_add(t, describe_vlans(m, l, end), NULL, STYLE_PLAIN);
}

/* An interface of the machine; what it is like now is for programs in the node to tell.
 */
static void add_nic(struct table *t, const struct node *n, const struct nic *nic)
{
	table_add(t, mem_strdup(nic->name), NULL, STYLE_STRONG);
	table_add(t, mem_strdup("the machine's"), json_null(), STYLE_PLAIN);
	table_add(t, mem_strdup(n->up ? "up" : "down"), NULL,
		  n->up ? STYLE_GOOD : STYLE_BAD);
	for (int i = n->vlan ? 0 : 1; i < 4; i++)
		table_add(t, NULL, NULL, STYLE_PLAIN);
}

static void show_interfaces(struct session *s, const struct node *n)
{
	static const struct column columns[] = {
		{ "interface", "INTERFACE", false, 0 },
		{ "peer", "TO", false, 0 },
		{ "state", "STATE", false, 0 },
		{ "addresses", "ADDRESSES", false, 0 },
		{ "mac", "MAC", false, 3 },
		{ "mtu", "MTU", true, 2 },
		{ "vlan", "VLAN", false, 0 },
	};
	const struct model *m = s->net->model;
	struct table t;

	table_begin(&t, columns, ARRAY_LEN(columns) - !n->vlan);
	if (n->loopback.n) {
		table_add(&t, mem_strdup("lo"), NULL, STYLE_STRONG);
		table_add(&t, NULL, NULL, STYLE_PLAIN);
		table_add(&t, mem_strdup("up"), NULL, STYLE_GOOD);
		table_add(&t, describe_addresses(&n->loopback),
			  describe_addresses_json(&n->loopback), STYLE_PLAIN);
		table_add(&t, NULL, NULL, STYLE_PLAIN);
		table_add(&t, NULL, NULL, STYLE_PLAIN);
	}
	vec_each (&n->ports, p) {
		const struct link *l = p->link ? model_link(m, p->link) : NULL;

		if (l)
			add_interface(&t, m, l, p->end);
	}
	vec_each (&n->nics, nic)
		add_nic(&t, n, nic);
	table_end(&t, &s->out);
}

static void show_kept(struct session *s, const struct node *n)
{
	static const struct column columns[] = {
		{ "number", "KEPT", true, 0 },
		{ "command", "COMMAND", false, 0 },
	};
	struct table t;

	table_begin(&t, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < n->kept.n; i++) {
		table_add_number(&t, i + 1);
		table_add_text(&t, "%s", n->kept.v[i]);
	}
	table_end(&t, &s->out);
}

static bool has_jobs(const struct session *s, const char *node)
{
	vec_each (&s->jobs.v, j)
		if (strcmp(j->node, node) == 0)
			return true;
	return false;
}

static void say_blank(struct session *s)
{
	output_say(&s->out, STYLE_PLAIN, "%s", "");
}

static json_t *node_json(struct session *s, const struct node *n)
{
	json_t *o = json_pack("{s:s, s:s, s:s}", "node", n->name, "kind",
			      node_kind_text(n), "state", n->up ? "up" : "down");

	if (n->kind == NODE_SWITCH) {
		json_object_set_new(o, "stp", json_boolean(n->stp));
		json_object_set_new(o, "vlan", json_boolean(n->vlan));
	}
	show_interfaces(s, n);
	json_object_set_new(o, "interfaces", handlers_take_result(s));
	handlers_table_routes(s, n);
	json_object_set_new(o, "routes", handlers_take_result(s));
	handlers_table_services(s, n);
	json_object_set_new(o, "services", handlers_take_result(s));
	if (n->nics.n)
		json_object_set_new(o, "nics", describe_nics_json(n));
	if (n->kept.n)
		json_object_set_new(o, "kept", describe_kept_json(n));
	handlers_show_jobs(s, n->name);
	json_object_set_new(o, "jobs", handlers_take_result(s));
	return o;
}

int handlers_show_node(struct session *s, const struct node *n, struct err *e)
{
	const char *stp = n->stp ? ", spanning tree on" : ", spanning tree off";

	(void)e;
	if (s->out.json) {
		output_result(&s->out, node_json(s, n));
		return 0;
	}
	output_say(&s->out, STYLE_PLAIN, "%s: %s, %s%s%s", n->name, node_kind_text(n),
		   n->up ? "up" : "down", n->kind == NODE_SWITCH ? stp : "",
		   n->vlan ? ", VLANs on" : "");
	if (n->ports.n || n->loopback.n || n->nics.n) {
		say_blank(s);
		show_interfaces(s, n);
	}
	if (n->routes.n) {
		say_blank(s);
		handlers_table_routes(s, n);
	}
	if (n->services.n) {
		say_blank(s);
		handlers_table_services(s, n);
	}
	if (n->kept.n) {
		say_blank(s);
		show_kept(s, n);
	}
	if (has_jobs(s, n->name)) {
		say_blank(s);
		handlers_show_jobs(s, n->name);
	}
	return 0;
}

/* ---- a link ---- */

static void add_end(struct table *t, const struct model *m, const struct link *l,
		    const struct link *in_force, int end)
{
	const struct iface *i = &l->end[end];
	const char *state = describe_iface_state(m, l, end);
	char iface[IFACE_TEXT_MAX], mac[MAC_TEXT_MAX];

	table_add(t, mem_strdup(iface_text(m, l, end, iface)), NULL, STYLE_STRONG);
	table_add(t, mem_strdup(state), NULL,
		  strcmp(state, "up") == 0 ? STYLE_GOOD : STYLE_BAD);
	table_add(t, describe_addresses(&i->addresses),
		  describe_addresses_json(&i->addresses), STYLE_PLAIN);
	table_add_text(t, "%s", describe_mac(i->mac, mac));
	if (describe_is_shaped(l))
		table_add(t, shape_text(&in_force->shape[end]), NULL,
			  shape_same(&in_force->shape[end], &l->shape[end]) ? STYLE_PLAIN
									    : STYLE_BAD);
	if (in_force != l)
		table_add(t, shape_text(&l->shape[end]), NULL, STYLE_PLAIN);
}

/* A line each; whether the underlay still connects the ends. */
static void say_tunnel(struct session *s, const struct link *l)
{
	struct tunnel now = { 0 }; /* what its underlay is like now */
	cleanup_free char *tunnel = NULL, *via = describe_via(l);
	struct err why = ERR_INIT;
	uint32_t mtu = 0;
	int r = l->tunnel.kind ? underlay_path(s->net, l, &now, &mtu, &why) : 0;

	tunnel = describe_tunnel(s->net->model, &now);
	if (tunnel)
		output_say(&s->out, STYLE_PLAIN, "%s", tunnel);
	if (via)
		output_say(&s->out, STYLE_PLAIN, "%s", via);
	if (describe_enforced(l))
		output_say(&s->out, STYLE_PLAIN, "enforced: %s", describe_enforced(l));
	if (r < 0)
		output_say(&s->out, STYLE_BAD, "the underlay does not connect them: %s",
			   why.msg);
	else if (tunnel && mtu < l->mtu + tunnel_overhead(&now))
		output_say(
			&s->out, STYLE_BAD,
			"the path has an MTU of %uB now: packets of more than %uB do not "
			"fit",
			mtu, mtu - tunnel_overhead(&now));
	err_clear(&why);
}

static void add_trouble(struct session *s, const struct link *l, json_t *result)
{
	struct tunnel now;
	struct err why = ERR_INIT;
	uint32_t mtu;

	if (l->tunnel.kind && underlay_path(s->net, l, &now, &mtu, &why) < 0)
		json_object_set_new(result, "broken", json_string(why.msg));
	err_clear(&why);
}

int handlers_show_link(struct session *s, const struct link *l, struct err *e)
{
	static const struct column columns[] = {
		{ "interface", "END", false, 0 },
		{ "state", "STATE", false, 0 },
		{ "addresses", "ADDRESSES", false, 0 },
		{ "mac", "MAC", false, 1 },
		{ "shape", "SENDS WITH", false, 0 },
		{ "asked", "ASKED FOR", false, 0 },
	};
	const struct model *m = s->net->model;
	struct model *in_force = handlers_in_force(s, l);
	const struct link *is = model_link(in_force, l->id);
	cleanup_free char *text = link_text(m, l);
	cleanup_free char *state = describe_link_state(m, l);
	json_t *result = NULL;
	struct table t;
	int r = 0;

	if (!s->out.json)
		output_say(&s->out, STYLE_PLAIN, "link %s: %s, MTU %uB%s", text, state,
			   l->mtu,
			   !l->wire ? ""
			   : l->engine == SHAPE_ENGINE_WIRE
				   ? ", carried by wire as was asked for"
				   : ", carried by wire for what this kernel lacks");
	if (!s->out.json) {
		say_tunnel(s, l);
		say_blank(s);
	}
	table_begin(&t, columns,
		    ARRAY_LEN(columns) - (!describe_is_shaped(l) ? 2
					  : is == l		 ? 1
								 : 0));
	add_end(&t, m, l, is, 0);
	add_end(&t, m, l, is, 1);
	table_end(&t, &s->out);
	model_free(in_force);
	if (s->out.json)
		result = json_pack("{s:s, s:s, s:I, s:o}", "link", text, "state", state,
				   "mtu", (json_int_t)l->mtu, "ends",
				   handlers_take_result(s));
	if (result) {
		describe_tunnel_json(l, m, result);
		add_trouble(s, l, result);
	}
	if (describe_engine(l) && s->net->kern) {
		if (!result)
			say_blank(s);
		r = handlers_show_queues(s, l, e);
		if (r == 0 && result)
			json_object_set_new(result, "queues", handlers_take_result(s));
	}
	if (r == 0 && result)
		output_result(&s->out, result);
	else
		json_decref(result);
	return r;
}
