/*
 * frr_text.c — FRR's configuration from the options of services.
 *
 * Timers are quick unless options say otherwise, since an emulation is watched:
 * hellos each second, a neighbour is dead after four. A block of an interface
 * says all that may differ between interfaces, so that it can be fed again when
 * another link has taken the interface's number.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "plan/daemons.h"

enum {
	HELLO = 1,	 /* seconds */
	DEAD_HELLOS = 4, /* as RFC 2328's 40 s to 10 s */
	RIP_UPDATE = 5,	 /* seconds; the least that ripd takes */
	RIP_TIMEOUTS = 6,
	RIP_GARBAGES = 4, /* updates; RFC 2453 3.8: 180 s, 120 s to 30 s */
	BGP_KEEPALIVE = 3,
	BGP_HOLD = 9,
	BGP_RETRY = 1,
};

/* What a block of an interface is made from. */
struct port_view {
	const struct node *n;
	char name[16];
	bool point_to_point; /* nobody but another router is there */
	bool loopback;
};

typedef void port_fn(struct str *out, const struct service *s, const struct port_view *p);

/* A block for each interface that the service is on. */
static void add_ports(struct str *out, const struct model *m, const struct node *n,
		      const struct service *s, port_fn *fn)
{
	struct port_view view = { .n = n, .name = "lo", .loopback = true };

	if (n->loopback.n && service_is_on(s, "lo"))
		fn(out, s, &view);
	view.loopback = false;
	for (size_t i = 0; i < n->ports.n; i++) {
		const struct port *p = &n->ports.v[i];
		const struct link *l = p->link ? model_link(m, p->link) : NULL;

		snprintf(view.name, sizeof(view.name), "eth%u", (unsigned)i);
		if (!l || !service_is_on(s, view.name))
			continue;
		view.point_to_point = model_node(m, l->end[!p->end].node)->kind ==
				      NODE_ROUTER;
		fn(out, s, &view);
	}
}

/* A number that is the node's alone, for ids: the first node's is 1. */
static uint32_t number_of(const struct model *m, const struct node *n)
{
	return n->id - m->first_id + 1;
}

static void add_id_from_number(struct str *out, const struct model *m,
			       const struct node *n, const char *command)
{
	uint32_t number = number_of(m, n);

	str_addf(out, " %s %u.%u.%u.%u\n", command, number >> 24, number >> 16 & 255,
		 number >> 8 & 255, number & 255);
}

/* The words of the service as a comment: with other ones the daemon starts anew. */
static void add_words(struct str *out, const struct node *n, const struct service *s)
{
	str_addf(out, "! %s", service_name(s->kind));
	vec_each (&s->words, w)
		str_addf(out, " %s", *w);
	if (node_service(n, SERVICE_BFD))
		str_add(out, ", with bfd");
	str_add(out, "\n");
}

/* ---- OSPF, OSPFv3 ---- */

/* Along with quick hellos: ms before a route follows from a change. MinLSInterval and
 * MinLSArrival of RFC 2328 are 5 s and 1 s. */
#define OSPF_QUICK " timers throttle spf 10 100 1000\n timers lsa min-arrival 50\n"

static void ospf_port(struct str *out, const struct service *s, const struct port_view *p)
{
	const char *ip = s->kind == SERVICE_OSPF ? "ip ospf" : "ipv6 ospf6";
	const char *area = service_word(s, "area", 0);
	const char *network = service_word(s, "network", 0);
	unsigned hello = service_seconds(s, "hello", HELLO);

	str_addf(out, "interface %s\n %s area %s\n", p->name, ip, area ? area : "0");
	if (!p->loopback) {
		str_addf(out, " %s hello-interval %u\n %s dead-interval %u\n", ip, hello,
			 ip, service_seconds(s, "dead", DEAD_HELLOS * hello));
		if (!service_has(s, "hello"))
			str_addf(out, " %s retransmit-interval 1\n", ip);
		str_addf(out, " %s network %s\n", ip,
			 network	     ? network
			 : p->point_to_point ? "point-to-point"
					     : "broadcast");
		if (node_service(p->n, SERVICE_BFD))
			str_addf(out, " %s bfd\n", ip);
	}
	str_add(out, "exit\n");
}

static void ospfd_text(const struct model *m, const struct node *n, struct str *key,
		       struct str *more)
{
	const struct service *s = node_service(n, SERVICE_OSPF);

	if (!s)
		return;
	add_words(key, n, s);
	str_add(key, "router ospf\n");
	if (!service_has(s, "hello"))
		str_add(key, " timers throttle lsa all 100\n" OSPF_QUICK);
	if (!model_node_address(m, n, AF_INET))
		add_id_from_number(key, m, n, "ospf router-id");
	str_add(key, "exit\n");
	add_ports(more, m, n, s, ospf_port);
}

static void ospf6d_text(const struct model *m, const struct node *n, struct str *key,
			struct str *more)
{
	const struct service *s = node_service(n, SERVICE_OSPF6);

	if (!s)
		return;
	add_words(key, n, s);
	str_add(key, "router ospf6\n");
	if (!service_has(s, "hello"))
		str_add(key, OSPF_QUICK);
	add_id_from_number(key, m, n, "ospf6 router-id");
	str_add(key, "exit\n");
	add_ports(more, m, n, s, ospf_port);
}

/* ---- RIP ---- */

static void rip_network(struct str *out, const struct service *s,
			const struct port_view *p)
{
	(void)s;
	str_addf(out, " network %s\n", p->name);
}

static void rip_port(struct str *out, const struct service *s, const struct port_view *p)
{
	const char *split = service_word(s, "split-horizon", 0);

	if (!p->loopback)
		str_addf(out, "interface %s\n %sip rip split-horizon\nexit\n", p->name,
			 split && strcmp(split, "off") == 0 ? "no " : "");
}

static void ripd_text(const struct model *m, const struct node *n, struct str *key,
		      struct str *more)
{
	const struct service *s = node_service(n, SERVICE_RIP);
	unsigned update;

	if (!s)
		return;
	update = service_seconds(s, "update", RIP_UPDATE);
	add_words(key, n, s);
	str_addf(key, "router rip\n version 2\n timers basic %u %u %u\nexit\n", update,
		 RIP_TIMEOUTS * update, RIP_GARBAGES * update);
	str_add(more, "router rip\n");
	add_ports(more, m, n, s, rip_network);
	str_add(more, "exit\n");
	add_ports(more, m, n, s, rip_port);
}

/* ---- IS-IS ---- */

static void isis_port(struct str *out, const struct service *s, const struct port_view *p)
{
	unsigned hello = service_seconds(s, "hello", HELLO);

	str_addf(out,
		 "interface %s\n ip router isis espalier\n ipv6 router isis espalier\n",
		 p->name);
	if (p->loopback) {
		str_add(out, " isis passive\n");
	} else {
		str_addf(out, " %sisis network point-to-point\n",
			 p->point_to_point ? "" : "no ");
		str_addf(out, " isis hello-interval %u\n isis hello-multiplier %d\n",
			 hello, DEAD_HELLOS);
		if (node_service(p->n, SERVICE_BFD))
			str_add(out, " isis bfd\n");
	}
	str_add(out, "exit\n");
}

static void isisd_text(const struct model *m, const struct node *n, struct str *key,
		       struct str *more)
{
	const struct service *s = node_service(n, SERVICE_ISIS);
	const char *area;
	uint32_t number = number_of(m, n);

	if (!s)
		return;
	area = service_word(s, "area", 0);
	add_words(key, n, s);
	/* AFI 49 is private; then area, system id of 6 bytes, and selector 0 */
	str_addf(key, "router isis espalier\n net 49.%04u.0000.%04x.%04x.00\n",
		 area ? (unsigned)strtoul(area, NULL, 10) : 1, number >> 16,
		 number & 0xffff);
	str_add(key, " lsp-gen-interval 1\nexit\n");
	add_ports(more, m, n, s, isis_port);
}

/* ---- PIM ---- */

static void pim_port(struct str *out, const struct service *s, const struct port_view *p)
{
	(void)s;
	str_addf(out, "interface %s\n ip pim\n%sexit\n", p->name,
		 p->loopback ? "" : " ip igmp\n");
}

static void pimd_text(const struct model *m, const struct node *n, struct str *key,
		      struct str *more)
{
	const struct service *s = node_service(n, SERVICE_PIM);
	const char *rp;

	if (!s)
		return;
	rp = service_word(s, "rp", 0);
	add_words(key, n, s);
	if (rp)
		str_addf(key, "ip pim rp %s 224.0.0.0/4\n", rp);
	add_ports(more, m, n, s, pim_port);
}

/* ---- BGP ---- */

static bool is_ipv6(const char *address)
{
	return strchr(address, ':') != NULL;
}

/* Neighbours and networks of one family. */
static void bgp_family(struct str *out, const struct service *s, bool six)
{
	bool neighbours = false, networks = false;

	str_addf(out, " address-family %s unicast\n", six ? "ipv6" : "ipv4");
	for (size_t i = 0; i < s->words.n; i++) {
		const char *word = s->words.v[i];

		if (strcmp(word, "neighbor") == 0 || strcmp(word, "network") == 0) {
			neighbours = *word == 'n' && word[2] == 'i';
			networks = !neighbours;
		} else if (strcmp(word, "id") == 0) {
			neighbours = networks = false;
		} else if (strcmp(word, "as") == 0) {
			i++;
		} else if (networks && strcmp(word, "connected") == 0) {
			str_add(out, "  redistribute connected\n");
		} else if (networks && is_ipv6(word) == six) {
			str_addf(out, "  network %s\n", word);
		} else if (neighbours && is_ipv6(word) == six) {
			str_addf(out, "  neighbor %s activate\n", word);
		}
	}
	str_add(out, " exit-address-family\n");
}

static void bgpd_text(const struct model *m, const struct node *n, struct str *key)
{
	const struct service *s = node_service(n, SERVICE_BGP);
	const char *id;
	bool neighbours = false;

	if (!s)
		return;
	id = service_word(s, "id", 0);
	add_words(key, n, s);
	str_addf(key, "router bgp %s\n", service_word(s, "as", 0));
	if (id)
		str_addf(key, " bgp router-id %s\n", id);
	else if (!model_node_address(m, n, AF_INET))
		add_id_from_number(key, m, n, "bgp router-id");
	str_addf(key,
		 " no bgp ebgp-requires-policy\n no bgp network import-check\n"
		 " timers bgp %d %d\n",
		 BGP_KEEPALIVE, BGP_HOLD);
	for (size_t i = 0; i + 2 < s->words.n; i++) {
		const char *word = s->words.v[i];

		if (strcmp(word, "neighbor") == 0) {
			neighbours = true;
		} else if (strcmp(word, "network") == 0 || strcmp(word, "id") == 0) {
			neighbours = false;
		} else if (neighbours && strcmp(s->words.v[i + 1], "as") == 0) {
			str_addf(key,
				 " neighbor %s remote-as %s\n"
				 " neighbor %s timers connect %d\n",
				 word, s->words.v[i + 2], word, BGP_RETRY);
			if (node_service(n, SERVICE_BFD))
				str_addf(key, " neighbor %s bfd\n", word);
		}
	}
	bgp_family(key, s, false);
	bgp_family(key, s, true);
	str_add(key, "exit\n");
}

void frr_text(const struct model *m, const struct node *n, const char *daemon,
	      struct str *key, struct str *more)
{
	str_addf(key, "hostname %s\n", n->name);
	if (strcmp(daemon, "ospfd") == 0)
		ospfd_text(m, n, key, more);
	else if (strcmp(daemon, "ospf6d") == 0)
		ospf6d_text(m, n, key, more);
	else if (strcmp(daemon, "ripd") == 0)
		ripd_text(m, n, key, more);
	else if (strcmp(daemon, "isisd") == 0)
		isisd_text(m, n, key, more);
	else if (strcmp(daemon, "pimd") == 0)
		pimd_text(m, n, key, more);
	else if (strcmp(daemon, "bgpd") == 0)
		bgpd_text(m, n, key);
}
