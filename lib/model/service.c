/*
 * service.c — services as data: their words, and keeping them with a node.
 */
#include "model/service.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "model/model.h"
#include "model/service_check.h"

static const char *const names[SERVICE_KINDS] = {
	[SERVICE_OSPF] = "ospf",
	[SERVICE_OSPF6] = "ospf6",
	[SERVICE_RIP] = "rip",
	[SERVICE_ISIS] = "isis",
	[SERVICE_BGP] = "bgp",
	[SERVICE_PIM] = "pim",
	[SERVICE_BFD] = "bfd",
	[SERVICE_FRR] = "frr",
	[SERVICE_BIRD] = "bird",
	[SERVICE_DHCP] = "dhcp",
	[SERVICE_DHCP_CLIENT] = "dhcp-client",
	[SERVICE_DNS] = "dns",
	[SERVICE_HTTP] = "http",
	[SERVICE_IPERF3] = "iperf3",
	[SERVICE_TCPDUMP] = "tcpdump",
};

/* Words that others follow. No value looks like one. */
static const char *const keys[] = {
	"area",		 "on",	"hello", "dead", "network", "update",
	"split-horizon", "rp",	"as",	 "id",	 "range",   "router",
	"neighbor",	 "dns", "name",	 "port", "lease",   "folder",
	"forward",	 "to",	"text",	 "ttl",
};

/* Those of dns alone: what else is a key may be a name that it knows. */
static const char *const dns_keys[] = { "name", "ttl", "forward" };

const char *service_name(enum service_kind kind)
{
	return names[kind];
}

bool service_kind_named(const char *name, enum service_kind *ret)
{
	for (enum service_kind k = 0; k < SERVICE_KINDS; k++)
		if (strcmp(names[k], name) == 0) {
			*ret = k;
			return true;
		}
	return false;
}

bool service_is_frr(enum service_kind kind)
{
	return kind <= SERVICE_FRR;
}

/* ---- one, and several ---- */

struct service *service_new(enum service_kind kind, char *const *words, size_t n)
{
	struct service *s = mem_alloc(sizeof(*s));

	s->refs = 1;
	s->kind = kind;
	for (size_t i = 0; i < n; i++)
		vec_push(&s->words, mem_strdup(words[i]));
	return s;
}

void service_release(struct service *s)
{
	if (!s || --s->refs > 0)
		return;
	vec_each (&s->words, w)
		free(*w);
	vec_free(&s->words);
	free(s);
}

bool service_same(const struct service *a, const struct service *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind || a->words.n != b->words.n)
		return false;
	for (size_t i = 0; i < a->words.n; i++)
		if (strcmp(a->words.v[i], b->words.v[i]) != 0)
			return false;
	return true;
}

void services_share(service_vec *dst, const service_vec *src)
{
	vec_copy(dst, src);
	vec_each (dst, s)
		(*s)->refs++;
}

void services_release(service_vec *v)
{
	vec_each (v, s)
		service_release(*s);
	vec_free(v);
}

bool services_same(const service_vec *a, const service_vec *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!service_same(a->v[i], b->v[i]))
			return false;
	return true;
}

/* ---- words ---- */

bool service_is_key(const struct service *s, const char *word)
{
	bool dns = s->kind == SERVICE_DNS;
	size_t n = dns ? ARRAY_LEN(dns_keys) : ARRAY_LEN(keys);

	for (size_t i = 0; i < n; i++)
		if (strcmp(dns ? dns_keys[i] : keys[i], word) == 0)
			return true;
	return false;
}

const char *service_word(const struct service *s, const char *key, size_t i)
{
	size_t at = 0;

	if (!service_is_key(s, key))
		return NULL;
	while (at < s->words.n && strcmp(s->words.v[at], key) != 0)
		at++;
	for (at++; at < s->words.n; at++, i--) {
		/* what stands behind text and folder is never a key */
		if (service_is_key(s, s->words.v[at]) && at > 1)
			return NULL;
		if (i == 0)
			return s->words.v[at];
	}
	return NULL;
}

bool service_has(const struct service *s, const char *key)
{
	vec_each (&s->words, w)
		if (strcmp(*w, key) == 0)
			return true;
	return false;
}

unsigned service_seconds(const struct service *s, const char *key, unsigned otherwise)
{
	const char *word = service_word(s, key, 0);
	uint64_t ns;

	if (!word || units_parse_time(word, &ns, NULL) < 0)
		return otherwise;
	return (unsigned)(ns / 1000000000);
}

unsigned service_port(const struct service *s)
{
	const char *word = service_word(s, "port", 0);

	switch (s->kind) {
	case SERVICE_HTTP:
		return word ? (unsigned)strtoul(word, NULL, 10) : PORT_HTTP;
	case SERVICE_IPERF3:
		return word ? (unsigned)strtoul(word, NULL, 10) : PORT_IPERF3;
	case SERVICE_DNS:
		return PORT_DNS;
	case SERVICE_BGP:
		return PORT_BGP;
	default:
		return 0;
	}
}

bool service_is_on(const struct service *s, const char *iface)
{
	const char *word = service_word(s, "on", 0);

	if (!word || strcmp(word, "all") == 0)
		return true;
	for (size_t i = 0; (word = service_word(s, "on", i)); i++)
		if (strcmp(word, iface) == 0)
			return true;
	return false;
}

/* ---- in a model ---- */

const struct service *node_service(const struct node *n, enum service_kind kind)
{
	vec_each (&n->services, s)
		if ((*s)->kind == kind)
			return *s;
	return NULL;
}

static bool computes_routes(const struct service *s, int family)
{
	switch (s->kind) {
	case SERVICE_OSPF:
	case SERVICE_RIP:
		return family == AF_INET;
	case SERVICE_OSPF6:
		return family == AF_INET6;
	case SERVICE_ISIS:
	case SERVICE_FRR:
	case SERVICE_BIRD:
		return true;
	case SERVICE_BGP:
		vec_each (&s->words, w)
			if (strchr(*w, ':'))
				return true;
		return family == AF_INET;
	default:
		return false;
	}
}

bool node_computes_routes(const struct node *n, int family)
{
	vec_each (&n->services, s)
		if (computes_routes(*s, family))
			return true;
	return false;
}

static size_t place_of(const struct node *n, enum service_kind kind)
{
	size_t i = 0;

	while (i < n->services.n && n->services.v[i]->kind < kind)
		i++;
	return i;
}

int model_set_service(struct model *m, uint32_t id, struct service *s,
		      const char **ret_key, struct err *e)
{
	const struct service *old;
	struct node *n = model_node(m, id);
	int r;

	*ret_key = NULL;
	if (!n)
		return err_set(e, ENOENT, "the node is gone");
	r = service_check(m, n, s, ret_key, e);
	if (r < 0)
		return r;
	old = node_service(n, s->kind);
	if (old && service_same(old, s))
		return 0;
	if (old)
		model_del_service(m, id, s->kind, NULL);
	n = model_edit_node(m, id);
	s->refs++;
	vec_insert(&n->services, place_of(n, s->kind), s);
	return 0;
}

int model_del_service(struct model *m, uint32_t id, enum service_kind kind, struct err *e)
{
	struct node *n = model_node(m, id);
	size_t at;

	if (!n)
		return err_set(e, ENOENT, "the node is gone");
	if (!node_service(n, kind)) {
		err_set(e, ENOENT, "%s has no service %s", n->name, names[kind]);
		err_hint(e, "`show services` lists those there are");
		return -ENOENT;
	}
	n = model_edit_node(m, id);
	at = place_of(n, kind);
	service_release(n->services.v[at]);
	vec_remove(&n->services, at);
	return 0;
}
