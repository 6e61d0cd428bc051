/*
 * state.c — see state.h. A whole model is the delta from an empty one.
 */
#include "run/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/state_route.h"
#include "run/state_service.h"
#include "run/state_setup.h"
#include "run/state_shape.h"
#include "run/state_tunnel.h"

/* ---- writing ---- */

static void put(json_t *o, const char *key, json_t *value)
{
	json_object_set_new_nocheck(o, key, value);
}

static void put_text(json_t *o, const char *key, const char *text)
{
	put(o, key, json_string_nocheck(text));
}

static void put_number(json_t *o, const char *key, uint32_t n)
{
	put(o, key, json_integer(n));
}

/* An automatic address is a text, a typed one is in an array of its own. */
static json_t *write_addresses(const address_vec *v)
{
	json_t *array = json_array();

	vec_each (v, a) {
		char text[IP_TEXT_MAX];
		json_t *ip = json_string_nocheck(ip_text_length(&a->ip, text));

		json_array_append_new(array, a->automatic ? ip : json_pack("[o]", ip));
	}
	return array;
}

static json_t *write_node(const struct node *n)
{
	json_t *o = json_object();

	put_number(o, "id", n->id);
	put_text(o, "name", n->name);
	put_text(o, "kind", node_kind_name(n->kind));
	if (!n->up)
		put(o, "up", json_false());
	state_write_setup(o, n);
	if (n->loopback.n)
		put(o, "loopback", write_addresses(&n->loopback));
	if (n->routes.n)
		put(o, "routes", state_write_routes(n));
	if (n->services.n)
		put(o, "services", state_write_services(&n->services));
	return o;
}

static void mac_text(const uint8_t mac[6], char ret[18])
{
	snprintf(ret, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
}

static json_t *write_end(const struct link *l, int end)
{
	const struct iface *i = &l->end[end];
	json_t *o = json_object();
	uint8_t mac[6];
	char text[18];

	put_number(o, "node", i->node);
	put_number(o, "index", i->index);
	if (!i->up)
		put(o, "up", json_false());
	if (i->manual)
		put(o, "manual", json_true());
	link_default_mac(l->id, end, mac);
	if (memcmp(mac, i->mac, sizeof(mac)) != 0) {
		mac_text(i->mac, text);
		put_text(o, "mac", text);
	}
	if (i->addresses.n)
		put(o, "addresses", write_addresses(&i->addresses));
	state_write_vlans(o, &i->vlans);
	return o;
}

static json_t *write_link(const struct link *l)
{
	json_t *o = json_object(), *ends = json_array();

	put_number(o, "id", l->id);
	if (l->name)
		put_text(o, "name", l->name);
	if (l->mtu != MTU_DEFAULT)
		put_number(o, "mtu", l->mtu);
	if (l->mtu_follows)
		json_object_set_new_nocheck(o, "mtu_follows", json_true());
	if (l->lan != LAN_NONE)
		put_number(o, "lan", (uint32_t)l->lan);
	if (l->engine)
		put_number(o, "engine", l->engine);
	if (l->wire)
		put(o, "wire", json_true());
	state_write_tunnel(o, l);
	json_array_append_new(ends, write_end(l, 0));
	json_array_append_new(ends, write_end(l, 1));
	put(o, "ends", ends);
	if (!shape_is_none(&l->shape[0]) || !shape_is_none(&l->shape[1]))
		put(o, "shapes",
		    json_pack("[o, o]", state_write_shape(&l->shape[0]),
			      state_write_shape(&l->shape[1])));
	return o;
}

/* ---- what differs ---- */

static bool same_addresses(const address_vec *a, const address_vec *b)
{
	if (!addresses_same(a, b))
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].automatic != b->v[i].automatic)
			return false;
	return true;
}

/* But for the ports. */
static bool same_node(const struct node *a, const struct node *b)
{
	return a == b ||
	       (strcmp(a->name, b->name) == 0 && a->kind == b->kind && a->up == b->up &&
		state_same_setup(a, b) && same_addresses(&a->loopback, &b->loopback) &&
		state_same_routes(a, b) && services_same(&a->services, &b->services));
}

static void add_nodes(json_t *o, const struct model *from, const struct model *to)
{
	json_t *gone = json_array(), *put_in = json_array();
	size_t a = 0, b = 0;

	while (a < from->nodes.n || b < to->nodes.n) {
		const struct node *old = a < from->nodes.n ? from->nodes.v[a] : NULL;
		const struct node *new = b < to->nodes.n ? to->nodes.v[b] : NULL;

		if (!new || (old && old->id < new->id)) {
			json_array_append_new(gone, json_integer(old->id));
			a++;
			continue;
		}
		b++;
		if (old && old->id == new->id) {
			a++;
			if (same_node(old, new))
				continue;
		}
		json_array_append_new(put_in, write_node(new));
	}
	put(o, "nodes_gone", gone);
	put(o, "nodes", put_in);
}

static void add_links(json_t *o, const struct model *from, const struct model *to)
{
	json_t *gone = json_array(), *put_in = json_array();
	size_t a = 0, b = 0;

	while (a < from->links.n || b < to->links.n) {
		const struct link *old = a < from->links.n ? from->links.v[a] : NULL;
		const struct link *new = b < to->links.n ? to->links.v[b] : NULL;

		if (!new || (old && old->id < new->id)) {
			json_array_append_new(gone, json_integer(old->id));
			a++;
			continue;
		}
		b++;
		if (old && old->id == new->id) {
			a++;
			if (old == new)
				continue;
		}
		json_array_append_new(put_in, write_link(new));
	}
	put(o, "links_gone", gone);
	put(o, "links", put_in);
}

json_t *state_write_delta(const struct model *from, const struct model *to)
{
	json_t *o = json_object();

	put(o, "automatic", json_boolean(to->automatic));
	if (to->has_seed)
		put(o, "seed", json_integer((json_int_t)to->seed));
	put_number(o, "first_id", to->first_id);
	put_number(o, "next_id", to->next_id);
	add_nodes(o, from, to);
	add_links(o, from, to);
	return o;
}

json_t *state_write(const struct model *m)
{
	struct model *empty = model_new();
	json_t *o = state_write_delta(empty, m);

	model_free(empty);
	return o;
}

/* ---- reading ---- */

struct reading {
	struct model *m;
	struct err *e;
};

static int bad(const struct reading *x, const char *what)
{
	return err_set(x->e, EBADMSG, "%s is not as it was written", what);
}

static uint32_t get_number(const json_t *o, const char *key, uint32_t otherwise)
{
	const json_t *v = json_object_get(o, key);

	return json_is_integer(v) ? (uint32_t)json_integer_value(v) : otherwise;
}

static int read_addresses(const struct reading *x, const json_t *array, address_vec *ret)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		bool automatic = json_is_string(item);
		const char *text =
			json_string_value(automatic ? item : json_array_get(item, 0));
		struct address a = { .automatic = automatic };

		if (!text || ip_parse_with_length(text, &a.ip, NULL) < 0)
			return bad(x, "an address");
		vec_push(ret, a);
	}
	return 0;
}

static bool read_kind(const char *text, enum node_kind *ret)
{
	for (enum node_kind k = NODE_HOST; k <= NODE_SWITCH; k++)
		if (text && strcmp(text, node_kind_name(k)) == 0) {
			*ret = k;
			return true;
		}
	return false;
}

/* A new node, or an existing one emptied, to write to. */
static struct node *node_to_fill(struct model *m, uint32_t id, const char *name)
{
	struct node *n = model_node(m, id);

	if (n && strcmp(n->name, name) == 0) {
		n = model_edit_node(m, id);
		vec_free(&n->loopback);
		vec_free(&n->routes);
		services_release(&n->services);
		kept_free(&n->kept);
		vec_free(&n->nics);
		return n;
	}
	if (n || model_node_named(m, name))
		return NULL;
	n = mem_alloc(sizeof(*n));
	n->id = id;
	snprintf(n->name, sizeof(n->name), "%s", name);
	model_insert_node(m, n);
	return n;
}

static int read_node(const struct reading *x, const json_t *o)
{
	const char *name = json_string_value(json_object_get(o, "name"));
	uint32_t id = get_number(o, "id", 0);
	enum node_kind kind;
	struct node *n;
	int r;

	if (!id || model_check_name(name ? name : "", NULL) < 0 ||
	    !read_kind(json_string_value(json_object_get(o, "kind")), &kind))
		return bad(x, "a node");
	n = node_to_fill(x->m, id, name);
	if (!n)
		return bad(x, "a node");
	n->kind = kind;
	n->up = !json_is_false(json_object_get(o, "up"));
	if (!state_read_setup(o, n))
		return bad(x, "a node");
	r = read_addresses(x, json_object_get(o, "loopback"), &n->loopback);
	if (r == 0 && !state_read_routes(json_object_get(o, "routes"), n))
		r = bad(x, "a route");
	if (r == 0 && !state_read_services(json_object_get(o, "services"), &n->services))
		r = bad(x, "a service");
	return r;
}

static bool read_mac(const char *text, uint8_t mac[6])
{
	return sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &mac[0], &mac[1],
		      &mac[2], &mac[3], &mac[4], &mac[5]) == 6;
}

static int read_end(const struct reading *x, const json_t *o, struct link *l, int end)
{
	const char *mac = json_string_value(json_object_get(o, "mac"));
	struct iface *i = &l->end[end];

	i->node = get_number(o, "node", 0);
	i->index = get_number(o, "index", UINT32_MAX);
	i->up = !json_is_false(json_object_get(o, "up"));
	i->manual = json_is_true(json_object_get(o, "manual"));
	link_default_mac(l->id, end, i->mac);
	if (!model_node(x->m, i->node) || i->index >= NODE_PORTS_MAX ||
	    (mac && !read_mac(mac, i->mac)) || !state_read_vlans(o, &i->vlans))
		return bad(x, "an interface");
	return read_addresses(x, json_object_get(o, "addresses"), &i->addresses);
}

static bool is_free(const struct model *m, const struct iface *i)
{
	const struct node *n = model_node(m, i->node);

	return i->index >= n->ports.n || !n->ports.v[i->index].link;
}

static void take_out_link(struct model *m, uint32_t id)
{
	if (model_link(m, id))
		model_unplug_link(m, id);
}

static int read_link(const struct reading *x, const json_t *o)
{
	const json_t *ends = json_object_get(o, "ends");
	const char *name = json_string_value(json_object_get(o, "name"));
	struct link *l = mem_alloc(sizeof(*l));
	int r = 0;

	l->id = get_number(o, "id", 0);
	l->name = mem_strdup(name);
	l->mtu = get_number(o, "mtu", MTU_DEFAULT);
	l->mtu_follows = json_is_true(json_object_get(o, "mtu_follows"));
	l->engine = (uint8_t)get_number(o, "engine", SHAPE_ENGINE_AUTO);
	l->wire = json_is_true(json_object_get(o, "wire"));
	l->lan = json_object_get(o, "lan") ? (int)get_number(o, "lan", 0) : LAN_NONE;
	if (!l->id || json_array_size(ends) != 2 || !state_read_tunnel(o, x->m, l))
		r = bad(x, "a link");
	for (int end = 0; end < 2 && r == 0; end++)
		r = read_end(x, json_array_get(ends, (size_t)end), l, end);
	for (int end = 0; end < 2 && r == 0; end++)
		if (!state_read_shape(
			    json_array_get(json_object_get(o, "shapes"), (size_t)end),
			    &l->shape[end]))
			r = bad(x, "a shape");
	if (r == 0 && (model_link(x->m, l->id) || !is_free(x->m, &l->end[0]) ||
		       !is_free(x->m, &l->end[1])))
		r = bad(x, "a link");
	if (r < 0) {
		link_free(l);
		return r;
	}
	model_plug_link(x->m, l);
	return 0;
}

static int read_all(const struct reading *x, const json_t *o)
{
	const json_t *item;
	int r = 0;
	size_t i;

	json_array_foreach(json_object_get(o, "links_gone"), i, item)
		take_out_link(x->m, (uint32_t)json_integer_value(item));
	json_array_foreach(json_object_get(o, "nodes_gone"), i, item)
	{
		uint32_t id = (uint32_t)json_integer_value(item);

		if (model_node(x->m, id))
			model_remove_node(x->m, id);
	}
	json_array_foreach(json_object_get(o, "nodes"), i, item)
	{
		r = read_node(x, item);
		if (r < 0)
			return r;
	}
	/* two that change places must not meet */
	json_array_foreach(json_object_get(o, "links"), i, item)
		take_out_link(x->m, get_number(item, "id", 0));
	json_array_foreach(json_object_get(o, "links"), i, item)
	{
		r = read_link(x, item);
		if (r < 0)
			return r;
	}
	return 0;
}

int state_read_delta(const json_t *o, const struct model *from, struct model **ret,
		     struct err *e)
{
	struct reading x = { .m = model_copy(from), .e = e };
	const json_t *seed = json_object_get(o, "seed");
	int r;

	if (!json_is_object(o))
		r = bad(&x, "the model");
	else
		r = read_all(&x, o);
	if (r < 0) {
		model_free(x.m);
		return r;
	}
	x.m->automatic = json_is_true(json_object_get(o, "automatic"));
	x.m->has_seed = json_is_integer(seed);
	x.m->seed = (uint64_t)json_integer_value(seed);
	x.m->first_id = get_number(o, "first_id", x.m->first_id);
	x.m->next_id = get_number(o, "next_id", x.m->next_id);
	*ret = x.m;
	return 0;
}

int state_read(const json_t *o, struct model **ret, struct err *e)
{
	struct model *empty = model_new();
	int r = state_read_delta(o, empty, ret, e);

	model_free(empty);
	return r;
}
