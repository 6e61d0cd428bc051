/*
 * service_check.c — what can be known to be wrong with a service before it is started.
 */
#include "model/service_check.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

enum {
	SECONDS_MAX = 65535,  /* of a hello or dead interval: 16 bits, RFC 2328 A.3.2 */
	RIP_UPDATE_MIN = 5,   /* FRR's `timers basic` */
	LEASE_MIN = 120,      /* dnsmasq(8), --dhcp-range */
	ISIS_HELLO_MAX = 600, /* FRR's `isis hello-interval` */
	ISIS_AREA_MAX = 9999, /* it is two bytes of an address, in decimal digits */
	PORT_MAX = 65535,
};

/* Keys that a time stands behind, and its least seconds. */
static const struct {
	const char *key;
	unsigned least, most;
} times[] = {
	{ "hello", 1, SECONDS_MAX },
	{ "dead", 1, SECONDS_MAX },
	{ "update", RIP_UPDATE_MIN, SECONDS_MAX },
	{ "lease", LEASE_MIN, 365 * 86400 },
	{ "ttl", 0, 365 * 86400 },
};

static int check_times(const struct service *s, const char **ret_key, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		const char *word = service_word(s, times[i].key, 0);
		uint64_t ns;
		int r;

		if (!word)
			continue;
		*ret_key = times[i].key;
		r = units_parse_time(word, &ns, e);
		if (r < 0)
			return r;
		if (ns % 1000000000 || ns / 1000000000 < times[i].least ||
		    ns / 1000000000 > times[i].most) {
			err_set(e, ERANGE, "%s %s: it is whole seconds, at least %us",
				times[i].key, word, times[i].least);
			return -ERANGE;
		}
	}
	if (service_word(s, "hello", 0) || service_word(s, "dead", 0)) {
		unsigned hello = service_seconds(s, "hello", 1);

		*ret_key = service_word(s, "dead", 0) ? "dead" : "hello";
		if (s->kind == SERVICE_ISIS && hello > ISIS_HELLO_MAX)
			return err_set(e, ERANGE, "hello of isis is at most %ds",
				       ISIS_HELLO_MAX);
		if (service_seconds(s, "dead", 4 * hello) > SECONDS_MAX)
			return err_set(e, ERANGE,
				       "without dead it is four times hello, which would "
				       "be more than %ds",
				       SECONDS_MAX);
		if (service_seconds(s, "dead", 4 * hello) <= hello)
			return err_set(e, EINVAL,
				       "a neighbour would be dead before its next hello");
	}
	*ret_key = NULL;
	return 0;
}

static bool has_iface(const struct model *m, const struct node *n, const char *iface)
{
	const struct link *l;
	int end;

	return strcmp(iface, "lo") == 0 || strcmp(iface, "all") == 0 ||
	       model_iface_named(m, n, iface, &l, &end) == 0;
}

static int check_ifaces(const struct model *m, const struct node *n,
			const struct service *s, const char **ret_key, struct err *e)
{
	const char *iface;

	for (size_t i = 0; (iface = service_word(s, "on", i)); i++) {
		*ret_key = "on";
		if (!has_iface(m, n, iface))
			return err_set(e, ENOENT, "%s has no interface '%s'", n->name,
				       iface);
		if (strcmp(iface, "lo") == 0 &&
		    (s->kind == SERVICE_DHCP || s->kind == SERVICE_DHCP_CLIENT)) {
			err_set(e, EINVAL,
				"lo leads to no other node, so DHCP has nobody "
				"there");
			return err_hint(e, "`show %s` lists its interfaces", n->name);
		}
	}
	*ret_key = NULL;
	if (s->kind == SERVICE_TCPDUMP && !has_iface(m, n, s->words.v[0]))
		return err_set(e, ENOENT, "%s has no interface '%s'", n->name,
			       s->words.v[0]);
	if (s->kind == SERVICE_DHCP_CLIENT && !service_has(s, "on") &&
	    !has_iface(m, n, "eth0"))
		return err_set(e, ENOENT, "%s has no interface eth0 yet", n->name);
	return 0;
}

/* Two cannot listen on one TCP port. */
static int check_port(const struct node *n, const struct service *s, const char **ret_key,
		      struct err *e)
{
	unsigned port = service_port(s);

	if (service_word(s, "port", 0)) {
		*ret_key = "port";
		if (port == 0 || port > PORT_MAX)
			return err_set(e, ERANGE, "a port is from 1 to %d", PORT_MAX);
	}
	vec_each (&n->services, other) {
		if ((*other)->kind == s->kind || port == 0 ||
		    service_port(*other) != port)
			continue;
		err_set(e, EADDRINUSE, "port %u of %s is that of its service %s", port,
			n->name, service_name((*other)->kind));
		return err_hint(e,
				"give one of them another by `port`, or end the other: "
				"`service %s %s off`",
				n->name, service_name((*other)->kind));
	}
	*ret_key = NULL;
	return 0;
}

/* FRR and BIRD would both set the node's routes. */
static int check_suite(const struct node *n, const struct service *s, struct err *e)
{
	vec_each (&n->services, other) {
		if ((s->kind != SERVICE_BIRD || !service_is_frr((*other)->kind)) &&
		    (!service_is_frr(s->kind) || (*other)->kind != SERVICE_BIRD))
			continue;
		err_set(e, EBUSY,
			"%s runs %s for its service %s; FRR and BIRD on one node would "
			"fight over its routes",
			n->name, (*other)->kind == SERVICE_BIRD ? "BIRD" : "FRR",
			service_name((*other)->kind));
		return err_hint(e, "`service %s %s off` ends that", n->name,
				service_name((*other)->kind));
	}
	return 0;
}

/* An option that only an address of IPv4 fits. */
static int check_ipv4(const struct service *s, const char *key, const char **ret_key,
		      struct err *e)
{
	const char *word = service_word(s, key, 0);

	if (!word || !strchr(word, ':'))
		return 0;
	*ret_key = key;
	return err_set(e, EINVAL, "%s of %s is an IPv4 address, which %s is not", key,
		       service_name(s->kind), word);
}

static int check_range(const struct model *m, const struct node *n,
		       const struct service *s, const char **ret_key, struct err *e)
{
	struct ip from, to;

	*ret_key = "range";
	if (ip_parse(service_word(s, "range", 0), &from, e) < 0 ||
	    ip_parse(service_word(s, "range", 1), &to, e) < 0)
		return -EINVAL;
	if (from.family != AF_INET || to.family != AF_INET)
		return err_set(e, EINVAL, "addresses are given out by DHCP for IPv4");
	if (ip_compare(&from, &to) > 0)
		return err_set(e, EINVAL, "the range ends before it begins");
	vec_each (&n->ports, p) {
		const struct link *l = p->link ? model_link(m, p->link) : NULL;

		if (!l)
			continue;
		vec_each (&l->end[p->end].addresses, a) {
			struct ip subnet = ip_network(&a->ip);

			if (ip_within(&from, &subnet) && ip_within(&to, &subnet)) {
				*ret_key = NULL;
				return 0;
			}
		}
	}
	err_set(e, EINVAL, "no interface of %s is on a subnet with that range", n->name);
	return err_hint(e, "`show %s` lists its addresses, `ip` gives it others",
			n->name);
}

static int check_names(const struct service *s, const char **ret_key, struct err *e)
{
	const char *name;

	*ret_key = "name";
	for (size_t i = 0; (name = service_word(s, "name", i)); i += 2) {
		if (service_is_key(s, name))
			return err_set(e, EINVAL,
				       "'%s' is an option of dns, and no name it could "
				       "know",
				       name);
		for (const char *c = name; *c; c++)
			if (!isascii(*c) || (!isalnum(*c) && !strchr("-_.", *c)))
				return err_set(e, EINVAL, "'%s' is no name of DNS", name);
	}
	*ret_key = NULL;
	return 0;
}

static int check_isis(const struct service *s, const char **ret_key, struct err *e)
{
	const char *area = service_word(s, "area", 0);

	if (!area || strtoul(area, NULL, 10) <= ISIS_AREA_MAX)
		return 0;
	*ret_key = "area";
	return err_set(e, ERANGE, "an area of isis is at most %d", ISIS_AREA_MAX);
}

static int check_bgp(const struct service *s, const char **ret_key, struct err *e)
{
	const char *id = service_word(s, "id", 0);
	struct ip ip;

	vec_each (&s->words, w) {
		if (strcmp(*w, "as") != 0)
			continue;
		*ret_key = "as";
		if (strcmp(w[1], "0") == 0)
			return err_set(e, ERANGE, "an AS number is at least 1");
	}
	*ret_key = "id";
	if (id && (ip_parse(id, &ip, e) < 0 || ip.family != AF_INET))
		return err_set(e, EINVAL, "a router's id is written as an IPv4 address");
	*ret_key = NULL;
	return 0;
}

/* Two that write to one file would leave neither's packets. */
static int check_capture(const struct model *m, const struct node *n,
			 const struct service *s, const char **ret_key, struct err *e)
{
	const char *file = service_word(s, "to", 0);

	vec_each (&m->nodes, other) {
		const struct service *theirs = node_service(*other, SERVICE_TCPDUMP);

		if ((*other)->id == n->id || !theirs ||
		    strcmp(service_word(theirs, "to", 0), file) != 0)
			continue;
		*ret_key = "to";
		err_set(e, EBUSY, "the capture of %s is written to %s", (*other)->name,
			file);
		return err_hint(e, "each node's needs a file of its own");
	}
	return 0;
}

int service_check(const struct model *m, const struct node *n, const struct service *s,
		  const char **ret_key, struct err *e)
{
	int r = check_times(s, ret_key, e);

	if (n->kind == NODE_SWITCH && s->kind != SERVICE_TCPDUMP) {
		err_set(e, EINVAL, "%s is a switch, which has no addresses", n->name);
		return err_hint(e, "services run on hosts and routers; tcpdump on all");
	}
	if (r == 0)
		r = check_ifaces(m, n, s, ret_key, e);
	if (r == 0)
		r = check_port(n, s, ret_key, e);
	if (r == 0)
		r = check_suite(n, s, e);
	if (r == 0 && s->kind == SERVICE_DHCP)
		r = check_ipv4(s, "router", ret_key, e);
	if (r == 0 && s->kind == SERVICE_DHCP)
		r = check_ipv4(s, "dns", ret_key, e);
	if (r == 0 && s->kind == SERVICE_DHCP)
		r = check_range(m, n, s, ret_key, e);
	if (r == 0 && s->kind == SERVICE_PIM)
		r = check_ipv4(s, "rp", ret_key, e);
	if (r == 0 && s->kind == SERVICE_ISIS)
		r = check_isis(s, ret_key, e);
	if (r == 0 && s->kind == SERVICE_DNS)
		r = check_names(s, ret_key, e);
	if (r == 0 && s->kind == SERVICE_TCPDUMP)
		r = check_capture(m, n, s, ret_key, e);
	if (r == 0 && s->kind == SERVICE_BGP)
		r = check_bgp(s, ret_key, e);
	return r;
}

/* ---- what other changes leave of it ---- */

/* Without interfaces that are gone; NULL: none is left. */
static struct service *prune(const struct model *m, const struct node *n,
			     const struct service *s)
{
	struct service *kept = service_new(s->kind, NULL, 0);
	bool on = false, any = false;

	vec_each (&s->words, w) {
		bool iface = on && strncmp(*w, "eth", 3) == 0;

		on = strcmp(*w, "on") == 0 || iface;
		if (iface && !has_iface(m, n, *w))
			continue;
		any |= iface;
		vec_push(&kept->words, mem_strdup(*w));
	}
	if (any)
		return kept;
	service_release(kept);
	return NULL;
}

static void settle_one(struct model *m, uint32_t node, struct service *s)
{
	struct service *kept;
	const char *key;

	if (service_check(m, model_node(m, node), s, &key, NULL) == 0)
		return;
	kept = service_has(s, "on") ? prune(m, model_node(m, node), s) : NULL;
	if (!kept || model_set_service(m, node, kept, &key, NULL) < 0)
		model_del_service(m, node, s->kind, NULL);
	service_release(kept);
}

void services_settle(struct model *m)
{
	for (size_t i = 0; i < m->nodes.n; i++) {
		uint32_t id = m->nodes.v[i]->id;
		service_vec had = { 0 };

		if (!m->nodes.v[i]->services.n)
			continue;
		services_share(&had, &m->nodes.v[i]->services);
		vec_each (&had, s)
			settle_one(m, id, *s);
		services_release(&had);
	}
}
