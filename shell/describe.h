/*
 * describe.h — nodes, links, addresses and routes as people and programs read
 * them; what `show` and the account of a change have in common.
 */
#ifndef SHELL_DESCRIBE_H
#define SHELL_DESCRIBE_H

#include <jansson.h>

#include "model/model.h"

/* "10.0.0.1/24 fd00::1/64"; NULL: none. free() it. */
char *describe_addresses(const address_vec *v);
json_t *describe_addresses_json(const address_vec *v);

/* "h1:eth0 10.0.0.1/24 — s1:eth0", with one address an end; free() it. */
char *describe_link(const struct model *m, const struct link *l);

/* The members `show links` has. */
json_t *describe_link_json(const struct model *m, const struct link *l);

/* Of those, what concerns tunnels and enforcement: none for most links. */
void describe_tunnel_json(const struct link *l, const struct model *m, json_t *o);

/* "default" or "10.0.0.0/24"; buf has IP_TEXT_MAX bytes and is returned. */
const char *describe_prefix(const struct ip *prefix, char *buf);

/* "10.9.0.0/16 via 10.0.0.1 metric 5"; free() it. */
char *describe_route(const struct route *r);

/* "typed", "default" or "path": where a route comes from. */
const char *describe_origin(enum route_origin origin);

bool describe_is_shaped(const struct link *l); /* in any direction */
/* Who carries its packets, "netem" or "wire"; NULL: nobody does anything to them. */
const char *describe_engine(const struct link *l);
/* "vxlan tunnel with key 7 between x 10.0.0.1 and y 10.0.1.1"; NULL: it is none. free()
 * it. */
char *describe_tunnel(const struct model *m, const struct tunnel *t);
/* "vxlan 7 via bridge", "enforced via bridge"; NULL: it is a link as most are. free() it.
 */
char *describe_crossing(const struct link *l);
/* What joins its ends to that, and why: "via bridge, as the kernel has nothing faster";
 * NULL: nothing does. free() it. */
char *describe_via(const struct link *l);
/* Where its shapes are if no program in a node can lift them; NULL: it is not enforced.
 */
const char *describe_enforced(const struct link *l);
/* What the link does to packets: "rate 10mbit", "from h1: delay 5ms"; NULL: nothing. */
char *describe_shape(const struct model *m, const struct link *l);
/* "up", "down", or "gone" where the link is not there for now. */
const char *describe_iface_state(const struct model *m, const struct link *l, int end);
/* The same, or "h1 down" where it is the node that is; free() it. */
char *describe_link_state(const struct model *m, const struct link *l);

/* What n of a noun have behind it: "" for 1, "s" or "es". */
const char *describe_plural(size_t n, const char *noun);

/* "1 host", "3 switches": n of a noun. free() it. */
char *describe_count(size_t n, const char *noun);

/* "2 hosts, 1 switch" by the number of each kind; "no nodes". free() it. */
char *describe_kinds(const size_t by_kind[NODE_SWITCH + 1]);

/* A node's kept commands. */
json_t *describe_kept_json(const struct node *n);
/* The names of the machine's interfaces that it has. */
json_t *describe_nics_json(const struct node *n);

/* Of a link's end: the VLANs of its switch's port, as they are typed; NULL: it is none of
 * a switch that knows VLANs. free() it. */
char *describe_vlans(const struct model *m, const struct link *l, int end);

/* "02:00:00:00:01:01"; buf has MAC_TEXT_MAX bytes and is returned. */
enum { MAC_TEXT_MAX = 18 };
const char *describe_mac(const uint8_t mac[6], char *buf);

#endif
