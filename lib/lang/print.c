/*
 * print.c — a network as the statements that rebuild it.
 *
 * Nodes and links come in the order of their ids, so that they get the same
 * order, and ids, again. What a plain `link` would not give by itself is
 * written out: an interface that is not the lowest free one, a MAC address
 * that does not follow from the new id. Addresses are typed with automatic
 * addressing off and stand right behind their link: what was joined later
 * must not be in their way. The rest (loopbacks, routes, the machine's interfaces, kept
 * commands, what is down) follows.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "base/units.h"
#include "lang/lang.h"
#include "lang/shape_text.h"

enum { LINE_MAX_COLUMNS = 78 };

/* A node as the file's reader has it so far. */
struct built {
	VEC(bool) used; /* interface numbers */
	size_t lowest;	/* free one */
};

struct printer {
	const struct model *m;
	struct str out;
	struct built *nodes; /* by place in m->nodes */
	uint32_t next_id;    /* that the reader will give */
};

static size_t node_place(const struct model *m, uint32_t id)
{
	size_t low = 0, high = m->nodes.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (m->nodes.v[mid]->id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Nodes of one kind that follow each other share lines; returns the place behind them. */
static size_t print_nodes(struct printer *p, size_t from, uint32_t until_id)
{
	const char *kind = node_kind_text(p->m->nodes.v[from]);
	size_t column = 0, i = from;

	for (; i < p->m->nodes.n; i++) {
		const struct node *n = p->m->nodes.v[i];

		if (strcmp(node_kind_text(n), kind) != 0 || n->id > until_id)
			break;
		if (column && column + 1 + strlen(n->name) > LINE_MAX_COLUMNS) {
			str_add(&p->out, "\n");
			column = 0;
		}
		if (!column) {
			str_addf(&p->out, "add %s", kind);
			column = 4 + strlen(kind);
		}
		str_addf(&p->out, " %s", n->name);
		column += 1 + strlen(n->name);
		p->next_id++;
	}
	str_add(&p->out, "\n");
	for (size_t k = from; k < i; k++) {
		if (p->m->nodes.v[k]->stp)
			str_addf(&p->out, "stp %s on\n", p->m->nodes.v[k]->name);
		if (p->m->nodes.v[k]->vlan)
			str_addf(&p->out, "vlan %s on\n", p->m->nodes.v[k]->name);
	}
	return i;
}

/* " h1", or " h1:eth5" where the reader would choose another number. */
static void print_end(struct printer *p, const struct iface *i)
{
	struct built *b = &p->nodes[node_place(p->m, i->node)];

	str_addf(&p->out, " %s", model_node(p->m, i->node)->name);
	if (i->index != b->lowest)
		str_addf(&p->out, ":eth%u", i->index);
	while (b->used.n <= i->index)
		vec_push(&b->used, false);
	b->used.v[i->index] = true;
	while (b->lowest < b->used.n && b->used.v[b->lowest])
		b->lowest++;
}

static void print_addresses(struct str *out, const address_vec *addresses)
{
	char text[IP_TEXT_MAX];

	vec_each (addresses, a)
		str_addf(out, " %s", ip_text_length(&a->ip, text));
	str_add(out, addresses->n ? "\n" : " none\n");
}

/* Whether there is anything to say of an end's addresses; a switch never has any. */
static bool is_typed(const struct printer *p, const struct iface *i)
{
	return model_node(p->m, i->node)->kind != NODE_SWITCH &&
	       (i->addresses.n || i->manual);
}

/* Whether `link … ip` can say all of the addresses of an end: one of IPv4, or none. */
static bool suits_link(const struct printer *p, const struct iface *i)
{
	if (model_node(p->m, i->node)->kind == NODE_SWITCH)
		return true;
	if (i->addresses.n == 0)
		return i->manual;
	return i->addresses.n == 1 && i->addresses.v[0].ip.family == AF_INET;
}

static void print_link_addresses(struct printer *p, const struct link *l)
{
	str_add(&p->out, " ip");
	for (int end = 0; end < 2; end++) {
		const address_vec *a = &l->end[end].addresses;
		char text[IP_TEXT_MAX];

		str_addf(&p->out, " %s",
			 a->n ? ip_text_length(&a->v[0].ip, text) : "none");
	}
}

static void print_macs(struct printer *p, const struct link *l)
{
	bool differ = false;

	for (int end = 0; end < 2; end++) {
		uint8_t mac[6];

		link_default_mac(p->next_id, end, mac);
		differ |= memcmp(mac, l->end[end].mac, sizeof(mac)) != 0;
	}
	if (!differ)
		return;
	str_add(&p->out, " mac");
	for (int end = 0; end < 2; end++) {
		const uint8_t *b = l->end[end].mac;

		str_addf(&p->out, " %02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2],
			 b[3], b[4], b[5]);
	}
}

/* Directions that differ. */
static void print_shapes(struct printer *p, const struct link *l)
{
	char text[IFACE_TEXT_MAX];

	if (shape_same(&l->shape[0], &l->shape[1]))
		return;
	for (int end = 0; end < 2; end++) {
		if (shape_is_none(&l->shape[end]))
			continue;
		str_addf(&p->out, "shape %s from %s", iface_text(p->m, l, end, text),
			 model_node(p->m, l->end[end].node)->name);
		shape_text_add(&p->out, &l->shape[end]);
		str_add(&p->out, "\n");
	}
}

static void print_vlans(struct printer *p, const struct link *l)
{
	for (int end = 0; end < 2; end++) {
		const struct vlans *v = &l->end[end].vlans;
		cleanup_free char *vlans = vlans_text(v);
		char text[IFACE_TEXT_MAX];

		if (!vlans_are_default(v))
			str_addf(&p->out, "vlan %s %s\n", iface_text(p->m, l, end, text),
				 vlans);
	}
}

static void print_kept(struct printer *p)
{
	vec_each (&p->m->nodes, n)
		vec_each (&(*n)->kept, command)
			str_addf(&p->out, "keep %s %s\n", (*n)->name, *command);
}

static void print_nics(struct printer *p)
{
	vec_each (&p->m->nodes, n)
		vec_each (&(*n)->nics, nic) {
			cleanup_free char *name = lex_quote(nic->name);

			str_addf(&p->out, "attach %s nic %s%s\n", (*n)->name, name,
				 nic->anyway ? " anyway" : "");
		}
}

static void print_tunnel(struct printer *p, const struct link *l)
{
	const struct tunnel *t = &l->tunnel;
	cleanup_free char *a = tunnel_underlay_text(p->m, t, 0);
	cleanup_free char *b = tunnel_underlay_text(p->m, t, 1);

	if (t->kind)
		str_addf(&p->out, " tunnel %s key %u", tunnel_kind_name(t->kind), t->key);
	if (t->kind && a)
		str_addf(&p->out, " underlay %s %s", a, b);
	if (l->via != VIA_AUTO)
		str_addf(&p->out, " via %s", link_via_name(l->via));
	if (l->enforced)
		str_add(&p->out, " enforced");
}

/* A tunnel's MTU is written even where it is the usual one: then nothing has to follow
 * from a path that the reader does not have yet. */
static void print_link(struct printer *p, const struct link *l)
{
	const struct iface *a = &l->end[0], *b = &l->end[1];
	bool together = suits_link(p, a) && suits_link(p, b);

	if (together && a->addresses.n && b->addresses.n &&
	    !ip_same_subnet(&a->addresses.v[0].ip, &b->addresses.v[0].ip))
		together = false;
	str_add(&p->out, "link");
	print_end(p, a);
	print_end(p, b);
	if (l->name)
		str_addf(&p->out, " name %s", l->name);
	if (together && (is_typed(p, a) || is_typed(p, b)))
		print_link_addresses(p, l);
	if (!l->mtu_follows && (l->mtu != MTU_DEFAULT || l->tunnel.kind)) {
		cleanup_free char *mtu = units_print_bytes(l->mtu);

		str_addf(&p->out, " mtu %s", mtu);
	}
	print_macs(p, l);
	if (shape_same(&l->shape[0], &l->shape[1]))
		shape_text_add(&p->out, &l->shape[0]);
	print_tunnel(p, l);
	if (l->engine != SHAPE_ENGINE_AUTO)
		str_addf(&p->out, " engine %s", shape_engine_name(l->engine));
	str_add(&p->out, "\n");
	p->next_id++;
	print_shapes(p, l);
	print_vlans(p, l);
	for (int end = 0; end < 2 && !together; end++) {
		char text[IFACE_TEXT_MAX];

		if (!is_typed(p, &l->end[end]))
			continue;
		str_addf(&p->out, "ip %s", iface_text(p->m, l, end, text));
		print_addresses(&p->out, &l->end[end].addresses);
	}
}

/* Equal ways stand behind each other, and are one command. */
static void print_routes(struct printer *p, const struct node *n)
{
	vec_each (&n->routes, r) {
		const struct route *last = n->routes.v + n->routes.n - 1;
		char prefix[IP_TEXT_MAX], via[IP_TEXT_MAX];

		str_addf(&p->out, "route %s %s via %s", n->name,
			 r->prefix.len ? ip_text_length(&r->prefix, prefix) : "default",
			 ip_text(&r->via, via));
		while (r->equal && r < last && route_same_key(r, r + 1)) {
			r++;
			str_addf(&p->out, " via %s", ip_text(&r->via, via));
		}
		if (r->metric)
			str_addf(&p->out, " metric %u", r->metric);
		str_add(&p->out, "\n");
	}
}

static bool is_first_with(const struct model *m, size_t place, const struct service *s)
{
	for (size_t i = 0; i < place; i++) {
		const struct service *other = node_service(m->nodes.v[i], s->kind);

		if (other && service_same(other, s))
			return false;
	}
	return true;
}

/* Nodes with the same service share a line: then they are started together. */
static void print_services(struct printer *p)
{
	for (size_t i = 0; i < p->m->nodes.n; i++)
		vec_each (&p->m->nodes.v[i]->services, each) {
			const struct service *s = *each;

			if (!is_first_with(p->m, i, s))
				continue;
			str_add(&p->out, "service");
			for (size_t k = i; k < p->m->nodes.n; k++) {
				const struct node *n = p->m->nodes.v[k];
				const struct service *o = node_service(n, s->kind);

				if (o && service_same(o, s))
					str_addf(&p->out, " %s", n->name);
			}
			str_addf(&p->out, " %s", service_name(s->kind));
			vec_each (&s->words, w) {
				cleanup_free char *word = lex_quote(*w);

				str_addf(&p->out, " %s", word);
			}
			str_add(&p->out, "\n");
		}
}

static void print_down(struct printer *p)
{
	vec_each (&p->m->nodes, n)
		if (!(*n)->up)
			str_addf(&p->out, "down %s\n", (*n)->name);
	vec_each (&p->m->links, each) {
		const struct link *l = *each;
		char text[IFACE_TEXT_MAX];

		if (l->end[0].up && l->end[1].up)
			continue;
		str_addf(&p->out, "down %s\n",
			 l->name ? l->name : iface_text(p->m, l, 0, text));
	}
}

char *lang_print_network(const struct model *m)
{
	struct printer p = { .m = m, .next_id = 1 };
	size_t node = 0;

	p.nodes = mem_alloc(m->nodes.n * sizeof(*p.nodes));
	str_add(&p.out, "# A network of Espalier; `espalier FILE` builds it again.\n"
			"set auto off\n");
	if (m->has_seed)
		str_addf(&p.out, "seed %" PRIu64 "\n", m->seed);
	vec_each (&m->links, l) {
		while (node < m->nodes.n && m->nodes.v[node]->id < (*l)->id)
			node = print_nodes(&p, node, (*l)->id);
		print_link(&p, *l);
	}
	while (node < m->nodes.n)
		node = print_nodes(&p, node, UINT32_MAX);
	vec_each (&m->nodes, n)
		if ((*n)->loopback.n) {
			str_addf(&p.out, "ip %s:lo", (*n)->name);
			print_addresses(&p.out, &(*n)->loopback);
		}
	vec_each (&m->nodes, n)
		print_routes(&p, *n);
	print_nics(&p);
	print_kept(&p);
	print_services(&p);
	print_down(&p);
	if (m->automatic)
		str_add(&p.out, "set auto on\n");
	for (size_t i = 0; i < m->nodes.n; i++)
		vec_free(&p.nodes[i].used);
	free(p.nodes);
	return str_take(&p.out);
}
