/*
 * service.h — what a node runs for others: routing daemons, servers, captures.
 *
 * A service is its kind and the words that were typed behind it, brought to one
 * form; so it is printed, journalled and compared without knowing the kind.
 * What follows from them, programs and their configuration, is plan/daemons.h.
 * A service is never written once it is made; models share it.
 */
#ifndef MODEL_SERVICE_H
#define MODEL_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"

struct model;
struct node;

enum service_kind {
	SERVICE_OSPF,
	SERVICE_OSPF6,
	SERVICE_RIP,
	SERVICE_ISIS,
	SERVICE_BGP,
	SERVICE_PIM,
	SERVICE_BFD,
	SERVICE_FRR,
	SERVICE_BIRD,
	SERVICE_DHCP,
	SERVICE_DHCP_CLIENT,
	SERVICE_DNS,
	SERVICE_HTTP,
	SERVICE_IPERF3,
	SERVICE_TCPDUMP,
	SERVICE_KINDS,
};

enum {
	SERVICE_TEXT_MAX = 60000, /* bytes of a configuration: it is a word of a saved
				     network, whose statements are shorter than 64 KiB */
	PORT_HTTP = 80,		  /* RFC 9110 4.2.1 */
	PORT_IPERF3 = 5201,	  /* iperf3(1) */
	PORT_DNS = 53,		  /* RFC 1035 4.2 */
	PORT_BGP = 179,		  /* RFC 4271 8.2.1 */
};

struct service {
	unsigned refs;
	enum service_kind kind;
	VEC(char *) words; /* "area", "0", "on", "eth0", "eth1" */
};

typedef VEC(struct service *) service_vec; /* by kind; each holds a reference */

const char *service_name(enum service_kind kind); /* "ospf", … */
bool service_kind_named(const char *name, enum service_kind *ret);
/* A program of the FRR suite. */
bool service_is_frr(enum service_kind kind);

/* Copies the words; one reference, which is the caller's. */
struct service *service_new(enum service_kind kind, char *const *words, size_t n);
void service_release(struct service *s); /* NULL is fine */
bool service_same(const struct service *a, const struct service *b);

void services_share(service_vec *dst, const service_vec *src); /* dst: holds nothing */
void services_release(service_vec *v);
bool services_same(const service_vec *a, const service_vec *b);

/* Whether the word is one that others follow, in a service of that kind. */
bool service_is_key(const struct service *s, const char *word);
/* The i-th word behind a key, up to the next key; NULL: there are fewer. */
const char *service_word(const struct service *s, const char *key, size_t i);
bool service_has(const struct service *s, const char *key);
/* A time behind a key, in seconds. */
unsigned service_seconds(const struct service *s, const char *key, unsigned otherwise);
/* The TCP port it listens on; 0: none that is known here. */
unsigned service_port(const struct service *s);
/* Whether it is to use the interface: `on`, without which it uses all. */
bool service_is_on(const struct service *s, const char *iface);

/* The node's service of that kind; NULL: it has none. */
const struct service *node_service(const struct node *n, enum service_kind kind);
/* Whether a service computes the node's routes of that family; then `route auto` does
 * not. */
bool node_computes_routes(const struct node *n, int family);

/*
 * Checks it, and gives it to the node, in place of one of the same kind. s is the
 * caller's still. -errno: *ret_key is the key of the word that is wrong, or NULL.
 */
int model_set_service(struct model *m, uint32_t node, struct service *s,
		      const char **ret_key, struct err *e);
int model_del_service(struct model *m, uint32_t node, enum service_kind kind,
		      struct err *e); /* -ENOENT */

#endif
