/*
 * tunnel.h — links whose Ethernet frames cross an IP network.
 *
 * A tunnel's two ends are in an underlay: two nodes of the network, whose path is made of
 * ordinary links and routers; or two of another network, the substrate; or, where none
 * are named, two namespaces of the network that no node can touch, the fabric, with a
 * path of their own.
 *
 * Of a substrate this network's model knows no more than what the tunnel says: names,
 * and the addresses that were found there (run/underlay.h).
 */
#ifndef MODEL_TUNNEL_H
#define MODEL_TUNNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "model/ip.h"

struct model;
struct link;
struct node;
struct link_options;

typedef VEC(uint32_t) link_ids;

enum tunnel_kind {
	TUNNEL_NONE,
	TUNNEL_GRE,    /* Ethernet over GRE with a key: RFC 2784, RFC 2890 */
	TUNNEL_VXLAN,  /* RFC 7348 */
	TUNNEL_GENEVE, /* RFC 8926 */
};

/* What joins a node's interface to what is in the fabric, or in the underlay. */
enum link_via {
	VIA_AUTO,	 /* nothing is needed, or it is not chosen yet */
	VIA_BRIDGE,	 /* a veth pair and a bridge */
	VIA_SHORTBRIDGE, /* the same with a device that has just two ports: kmod/ */
	VIA_ZTUN,	 /* a device in the node on top of the tunnel: kmod/ */
	VIA_MACVLAN,	 /* the mainline kernel's, in passthru mode */
	VIA_DIRECT,	 /* the tunnel device itself is in the node */
};

enum { SUBSTRATE_NAME_MAX = 63 }; /* of a network, and of a node: NODE_NAME_MAX */

/* Two nodes of another network. */
struct substrate {
	char network[SUBSTRATE_NAME_MAX + 1];
	char node[2][SUBSTRATE_NAME_MAX + 1];
};

struct tunnel {
	uint8_t kind; /* enum tunnel_kind */
	uint32_t key; /* unlike that of any other tunnel of the network, or over the
			 same substrate */
	uint32_t underlay[2];	     /* ids of nodes; 0: the fabric, or the substrate */
	struct substrate *substrate; /* NULL: there is none; the link owns it */
	struct ip outer[2];	     /* between which its packets go; family 0: unknown */
};

struct substrate *substrate_copy(const struct substrate *s); /* NULL of NULL */

/* A key that another network has over the same substrate. */
struct tunnel_key {
	uint32_t key;
	char *holder; /* owned: "the tunnel a of network red" */
};

/* What a substrate's network tells of it, for a new tunnel. */
struct substrate_facts {
	uint32_t mtu; /* of the path, bytes; 0: there is none now */
	VEC(struct tunnel_key) keys;
};
void substrate_facts_free(struct substrate_facts *f);

enum {
	TUNNEL_KEY_GRE_MAX = UINT32_MAX,
	TUNNEL_KEY_MAX = 0xffffff, /* 24 bits in VXLAN and Geneve */
	TUNNEL_FABRIC_MTU = 65535, /* bytes, of the path in the fabric */
};

const char *tunnel_kind_name(uint32_t kind); /* "none", "gre", …; NULL: no such number */
const char *link_via_name(uint32_t via);     /* "auto", "bridge", … */

bool tunnel_same(const struct tunnel *a, const struct tunnel *b);
/* By the addresses at its ends. */
bool tunnel_is_ipv6(const struct tunnel *t);
/* Bytes that the path needs for a frame beyond the MTU of the link. */
unsigned tunnel_overhead(const struct tunnel *t);
/* The MTU that a path with that one leaves for the link, MTU_DEFAULT at the most; 0: too
 * little is left for a link. Bytes. */
uint32_t tunnel_mtu(const struct tunnel *t, uint32_t path);

/* "m1", or "sub.m1" of another network; NULL: the fabric; free() it. */
char *tunnel_underlay_text(const struct model *m, const struct tunnel *t, int end);

/*
 * Checks what `link` may say of tunnels and connectors, and completes it: the key, and
 * the MTU, which follows from the path if none was asked for. ends: ids.
 */
int tunnel_complete(const struct model *m, const uint32_t ends[2], struct link_options *o,
		    struct err *e);

/* The addresses at the ends of all tunnels, as routes and addresses are now; not of those
 * over a substrate, which follow from that network's model. */
void tunnels_settle(struct model *m);

/* Whether a tunnel may end in the two nodes: not in a switch, and not twice in one. */
int tunnel_check_underlay(const struct model *m, const struct tunnel *t, struct err *e);

/* Finds the addresses at the ends of the tunnel, and then as tunnel_path(). */
int tunnel_find_path(const struct model *m, struct tunnel *t, uint32_t *ret_mtu,
		     struct err *e);

/* Whether packets find their way between the ends of the tunnel, and the smallest MTU on
 * it, bytes: 0, or -errno with why not. The underlay is in the model. */
int tunnel_path(const struct model *m, const struct tunnel *t, uint32_t *ret_mtu,
		struct err *e);

/* Appends the links that its packets go by, either way, to ret; many are there twice. */
void tunnel_path_links(const struct model *m, const struct tunnel *t, link_ids *ret);

/* Whether some devices of the link are neither in its one node nor in the other. */
bool link_has_parts(const struct link *l);
/*
 * Chooses what joins the links for which that was left open and is not decided yet: the
 * fastest that has(), which says whether the kernel has a kind of device, among those
 * that pass every frame, in order, and that no program in a node can lift.
 */
void model_choose_connectors(struct model *m, bool (*has)(void *cookie, const char *kind),
			     void *cookie);

#endif
