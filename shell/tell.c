/*
 * tell.c — what a change did, told from the models before and after it.
 *
 * Both models' arrays are sorted by id and share what did not change, so one
 * walk over each pair of arrays finds everything: an id only before was
 * removed, only after was added, in both with another pointer was changed.
 * A person reads at most ROOM lines and how many more there would be; JSON
 * has everything.
 */
#include "shell/tell.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "model/seed.h"
#include "shell/describe.h"

enum { ROOM = 8 }; /* lines for a person */

struct teller {
	struct output *o;
	bool talk;
	unsigned room;
	const struct model *before, *after;
	json_t *added, *removed, *changed; /* NULL: nobody reads JSON */
	size_t nodes_added[NODE_SWITCH + 1];
	size_t links_added;
	size_t routes_added, routes_removed, routes_nodes;
};

/* A line while there is room; else one more in *hidden. */
static void say(struct teller *t, size_t *hidden, enum style style, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void say(struct teller *t, size_t *hidden, enum style style, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	if (!t->talk)
		return;
	if (!t->room) {
		++*hidden;
		return;
	}
	t->room--;
	va_start(ap, fmt);
	text = mem_vprintf(fmt, ap);
	va_end(ap);
	output_say(t->o, style, "%s", text);
}

static void say_rest(struct teller *t, size_t hidden, const char *what)
{
	if (hidden)
		output_say(t->o, STYLE_DIM, "… and %zu more %s%s", hidden, what,
			   describe_plural(hidden, what));
}

static json_t *node_json(const struct node *n)
{
	return json_pack("{s:s, s:s, s:s}", "node", n->name, "kind", node_kind_text(n),
			 "state", n->up ? "up" : "down");
}

/* ---- routes ---- */

typedef VEC(const struct route *) route_refs;

static int compare_routes(const struct route *a, const struct route *b)
{
	int r = ip_compare(&a->prefix, &b->prefix);

	if (!r)
		r = (a->prefix.len > b->prefix.len) - (a->prefix.len < b->prefix.len);
	if (!r)
		r = ip_compare(&a->via, &b->via);
	if (!r)
		r = (a->metric > b->metric) - (a->metric < b->metric);
	return r;
}

static int compare_refs(const void *a, const void *b)
{
	return compare_routes(*(const struct route *const *)a,
			      *(const struct route *const *)b);
}

static route_refs sorted_routes(const struct node *n)
{
	route_refs refs = { 0 };

	if (!n || !n->routes.n)
		return refs;
	vec_reserve(&refs, n->routes.n);
	vec_each (&n->routes, r)
		vec_push(&refs, r);
	qsort(refs.v, refs.n, sizeof(*refs.v), compare_refs);
	return refs;
}

static json_t *routes_json(const struct node *n)
{
	json_t *array = json_array();

	vec_each (&n->routes, r) {
		cleanup_free char *text = describe_route(r);

		json_array_append_new(array, json_string(text));
	}
	return array;
}

/* Counts what differs; typed routes that went are told one by one. True: any differs. */
static bool tell_routes(struct teller *t, size_t *hidden, const struct node *old,
			const struct node *new)
{
	route_refs was = sorted_routes(old), is = sorted_routes(new);
	size_t a = 0, b = 0, added = 0, removed = 0;

	while (a < was.n || b < is.n) {
		int r = a == was.n  ? 1
			: b == is.n ? -1
				    : compare_routes(was.v[a], is.v[b]);

		if (r < 0) {
			cleanup_free char *text = describe_route(was.v[a]);

			removed++;
			if (was.v[a]->origin == ROUTE_MANUAL)
				say(t, hidden, STYLE_PLAIN, "%s: no route %s any more",
				    old->name, text);
		}
		added += r > 0;
		a += r <= 0;
		b += r >= 0;
	}
	vec_free(&was);
	vec_free(&is);
	t->routes_added += added;
	t->routes_removed += removed;
	t->routes_nodes += added || removed;
	return added || removed;
}

/* ---- nodes ---- */

static void tell_renumbered(struct teller *t, size_t *hidden, const char *iface,
			    const address_vec *old, const address_vec *new)
{
	cleanup_free char *was = describe_addresses(old);
	cleanup_free char *is = describe_addresses(new);

	if (was)
		say(t, hidden, STYLE_PLAIN, "%s %s → %s", iface, was, is ? is : "none");
	else
		say(t, hidden, STYLE_PLAIN, "%s %s", iface, is);
}

static void node_removed(struct teller *t, size_t *hidden, const struct node *n)
{
	say(t, hidden, STYLE_PLAIN, "deleted %s %s", node_kind_text(n), n->name);
	if (t->removed)
		json_array_append_new(t->removed, node_json(n));
}

static void node_added(struct teller *t, size_t *hidden, const struct node *n)
{
	t->nodes_added[n->kind]++;
	tell_routes(t, hidden, NULL, n);
	if (t->added)
		json_array_append_new(t->added, node_json(n));
}

static void tell_services(struct teller *t, size_t *hidden, const struct node *old,
			  const struct node *new)
{
	vec_each (&old->services, s)
		if (!node_service(new, (*s)->kind))
			say(t, hidden, STYLE_PLAIN, "%s: %s ended", new->name,
			    service_name((*s)->kind));
	vec_each (&new->services, s) {
		const struct service *was = node_service(old, (*s)->kind);

		if (!was || !service_same(was, *s))
			say(t, hidden, STYLE_PLAIN, "%s: %s runs%s", new->name,
			    service_name((*s)->kind), was ? " with other options" : "");
	}
}

static json_t *services_json(const struct node *n)
{
	json_t *array = json_array();

	vec_each (&n->services, s)
		json_array_append_new(array, json_string(service_name((*s)->kind)));
	return array;
}

static void node_changed(struct teller *t, size_t *hidden, const struct node *old,
			 const struct node *new)
{
	bool routes = tell_routes(t, hidden, old, new);
	bool loopback = !addresses_same(&old->loopback, &new->loopback);
	bool services = !services_same(&old->services, &new->services);

	if (old->up != new->up)
		say(t, hidden, STYLE_PLAIN, "%s %s", new->name, new->up ? "up" : "down");
	if (old->stp != new->stp)
		say(t, hidden, STYLE_PLAIN, "%s spanning tree %s", new->name,
		    new->stp ? "on" : "off");
	if (old->vlan != new->vlan)
		say(t, hidden, STYLE_PLAIN, "%s VLANs %s", new->name,
		    new->vlan ? "on" : "off");
	vec_each (&old->nics, nic)
		if (!nic_named(&new->nics, nic->name))
			say(t, hidden, STYLE_PLAIN, "%s has %s no more", new->name,
			    nic->name);
	vec_each (&new->nics, nic)
		if (!nic_named(&old->nics, nic->name))
			say(t, hidden, STYLE_PLAIN, "%s:%s is the machine's %s",
			    new->name, nic->name, nic->name);
	if (!kept_begins(&new->kept, &old->kept))
		say(t, hidden, STYLE_PLAIN,
		    "%s was made anew without what is not kept any more", new->name);
	if (loopback) {
		cleanup_free char *iface = mem_printf("%s:lo", new->name);

		tell_renumbered(t, hidden, iface, &old->loopback, &new->loopback);
	}
	if (services)
		tell_services(t, hidden, old, new);
	/* a port more or less is told with its link */
	if (t->changed &&
	    (routes || loopback || services || old->up != new->up ||
	     old->stp != new->stp || old->vlan != new->vlan ||
	     !kept_same(&old->kept, &new->kept) || !nics_same(&old->nics, &new->nics))) {
		json_t *o = json_pack("{s:s}", "node", new->name);

		if (old->up != new->up)
			json_object_set_new(o, "state",
					    json_string(new->up ? "up" : "down"));
		if (old->stp != new->stp)
			json_object_set_new(o, "stp", json_boolean(new->stp));
		if (old->vlan != new->vlan)
			json_object_set_new(o, "vlan", json_boolean(new->vlan));
		if (!kept_same(&old->kept, &new->kept))
			json_object_set_new(o, "kept", describe_kept_json(new));
		if (!nics_same(&old->nics, &new->nics))
			json_object_set_new(o, "nics", describe_nics_json(new));
		if (loopback)
			json_object_set_new(o, "loopback",
					    describe_addresses_json(&new->loopback));
		if (services)
			json_object_set_new(o, "services", services_json(new));
		if (routes)
			json_object_set_new(o, "routes", routes_json(new));
		json_array_append_new(t->changed, o);
	}
}

static void tell_nodes(struct teller *t)
{
	const struct model *before = t->before, *after = t->after;
	size_t a = 0, b = 0, hidden = 0;

	while (a < before->nodes.n || b < after->nodes.n) {
		const struct node *old = a < before->nodes.n ? before->nodes.v[a] : NULL;
		const struct node *new = b < after->nodes.n ? after->nodes.v[b] : NULL;

		if (!new || (old && old->id < new->id)) {
			node_removed(t, &hidden, old);
			a++;
		} else if (!old || new->id < old->id) {
			node_added(t, &hidden, new);
			b++;
		} else {
			if (old != new)
				node_changed(t, &hidden, old, new);
			a++;
			b++;
		}
	}
	say_rest(t, hidden, "node");
}

/* ---- links ---- */

static void link_removed(struct teller *t, size_t *hidden, const struct link *l)
{
	cleanup_free char *text = describe_link(t->before, l);

	say(t, hidden, STYLE_PLAIN, "deleted %s", text);
	if (t->removed)
		json_array_append_new(t->removed, describe_link_json(t->before, l));
}

static void link_added(struct teller *t, size_t *hidden, const struct link *l)
{
	cleanup_free char *text = describe_link(t->after, l);
	cleanup_free char *shape = describe_shape(t->after, l);

	cleanup_free char *crossing = describe_crossing(l);
	cleanup_free char *mtu = l->tunnel.kind ? mem_printf(", MTU %uB", l->mtu) : NULL;

	say(t, hidden, STYLE_PLAIN, "%s%s%s%s%s%s%s", text, shape ? ", " : "",
	    shape ? shape : "", l->wire ? ", by wire" : "", crossing ? ", " : "",
	    crossing ? crossing : "", mtu ? mtu : "");
	if (t->added)
		json_array_append_new(t->added, describe_link_json(t->after, l));
}

static void link_changed(struct teller *t, size_t *hidden, const struct link *old,
			 const struct link *new)
{
	bool state = old->end[0].up != new->end[0].up || old->end[1].up != new->end[1].up;
	bool other = state;
	char iface[IFACE_TEXT_MAX];

	if (state) {
		cleanup_free char *text = describe_link(t->after, new);

		say(t, hidden, STYLE_PLAIN, "%s %s", text,
		    new->end[0].up &&new->end[1].up ? "up" : "down");
	}
	for (int end = 0; end < 2; end++) {
		const address_vec *was = &old->end[end].addresses;
		const address_vec *is = &new->end[end].addresses;

		if (addresses_same(was, is))
			continue;
		other = true;
		tell_renumbered(t, hidden, iface_text(t->after, new, end, iface), was,
				is);
	}
	for (int end = 0; end < 2; end++) {
		const struct vlans *is = &new->end[end].vlans;
		cleanup_free char *text = vlans_text(is);

		if (vlans_same(&old->end[end].vlans, is))
			continue;
		other = true;
		say(t, hidden, STYLE_PLAIN, "%s VLAN %s",
		    iface_text(t->after, new, end, iface), text);
	}
	if (!shape_same(&old->shape[0], &new->shape[0]) ||
	    !shape_same(&old->shape[1], &new->shape[1]) || old->wire != new->wire) {
		cleanup_free char *text = link_text(t->after, new);
		cleanup_free char *shape = describe_shape(t->after, new);

		other = true;
		say(t, hidden, STYLE_PLAIN, "%s: %s%s", text, shape ? shape : "no shape",
		    new->wire ? ", by wire" : "");
	}
	if (!tunnel_same(&old->tunnel, &new->tunnel)) {
		cleanup_free char *text = link_text(t->after, new);
		cleanup_free char *tunnel = describe_tunnel(t->after, &new->tunnel);

		other = true;
		say(t, hidden, STYLE_PLAIN, "%s: %s", text, tunnel);
	}
	/* a LAN's number alone is nothing to tell */
	if (other && t->changed)
		json_array_append_new(t->changed, describe_link_json(t->after, new));
}

static void tell_links(struct teller *t)
{
	const struct model *before = t->before, *after = t->after;
	size_t a = 0, b = 0, hidden = 0;

	while (a < before->links.n || b < after->links.n) {
		const struct link *old = a < before->links.n ? before->links.v[a] : NULL;
		const struct link *new = b < after->links.n ? after->links.v[b] : NULL;

		if (!new || (old && old->id < new->id)) {
			link_removed(t, &hidden, old);
			a++;
		} else if (!old || new->id < old->id) {
			t->links_added++;
			link_added(t, &hidden, new);
			b++;
		} else {
			if (old != new)
				link_changed(t, &hidden, old, new);
			a++;
			b++;
		}
	}
	say_rest(t, hidden, "link");
}

/* ---- all ---- */

/* What came as a whole (a topology, an undo) ends with its size. */
static void tell_size(struct teller *t)
{
	cleanup_free char *kinds = describe_kinds(t->nodes_added);
	cleanup_free char *links = describe_count(t->links_added, "link");
	size_t nodes = 0;

	for (size_t k = 0; k < ARRAY_LEN(t->nodes_added); k++)
		nodes += t->nodes_added[k];
	if (t->talk && nodes && t->links_added)
		output_say(t->o, STYLE_PLAIN, "added %s, %s", kinds, links);
}

static void tell_route_counts(struct teller *t)
{
	cleanup_free char *nodes = describe_count(t->routes_nodes, "node");

	if (!t->talk || !t->routes_nodes)
		return;
	if (t->routes_removed)
		output_say(t->o, STYLE_DIM, "routes: %zu new, %zu gone, on %s",
			   t->routes_added, t->routes_removed, nodes);
	else
		output_say(t->o, STYLE_DIM, "routes: %zu new, on %s", t->routes_added,
			   nodes);
}

static void tell_seed(struct teller *t)
{
	const struct model *was = t->before, *is = t->after;
	size_t missing = seeds_missing(is);

	if (t->talk && missing > seeds_missing(was))
		output_say(t->o, STYLE_BAD,
			   "%zu link%s not repeat: the kernel's netem takes no seed",
			   missing, missing == 1 ? " does" : "s do");
	if (was->has_seed == is->has_seed && was->seed == is->seed)
		return;
	if (t->talk && is->has_seed)
		output_say(t->o, STYLE_PLAIN, "seed %" PRIu64, is->seed);
	else if (t->talk)
		output_say(t->o, STYLE_PLAIN, "no seed");
	if (t->changed)
		json_array_append_new(
			t->changed,
			json_pack("{s:o}", "seed",
				  is->has_seed ? json_integer((json_int_t)is->seed)
					       : json_null()));
}

void tell_change(struct output *o, bool interactive, const struct model *before,
		 const struct model *after)
{
	struct teller t = {
		.o = o,
		.talk = interactive,
		.room = ROOM,
		.before = before,
		.after = after,
	};

	if (o->json) {
		t.added = json_array();
		t.removed = json_array();
		t.changed = json_array();
	}
	tell_nodes(&t);
	tell_links(&t);
	tell_size(&t);
	tell_route_counts(&t);
	tell_seed(&t);
	if (before->automatic != after->automatic) {
		if (t.talk)
			output_say(o, STYLE_PLAIN, "automatic addresses %s",
				   after->automatic ? "on" : "off");
		if (t.changed)
			json_array_append_new(t.changed, json_pack("{s:b}", "automatic",
								   after->automatic));
	}
	if (o->json)
		output_result(o, json_pack("{s:o, s:o, s:o}", "added", t.added, "removed",
					   t.removed, "changed", t.changed));
}
