/*
 * tunnel.h — links whose Ethernet frames cross an IP network.
 *
 * A tunnel's two ends are in an underlay: two nodes of the network, whose path is made of
 * ordinary links and routers; or, where none are named, two namespaces of the network
 * that no node can touch, the fabric, with a path of their own.
 */
#ifndef MODEL_TUNNEL_H
#define MODEL_TUNNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/ip.h"

struct model;
struct link;
struct node;
struct link_options;

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

struct tunnel {
	uint8_t kind;	      /* enum tunnel_kind */
	uint32_t key;	      /* unlike that of any other tunnel of the network */
	uint32_t underlay[2]; /* ids of nodes; 0: the fabric */
	struct ip outer[2];   /* between which its packets go; family 0: unknown */
};

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

/*
 * Checks what `link` may say of tunnels and connectors, and completes it: the key, and
 * the MTU, which follows from the path if none was asked for. ends: ids.
 */
int tunnel_complete(const struct model *m, const uint32_t ends[2], struct link_options *o,
		    struct err *e);

/* The addresses at the ends of all tunnels, as routes and addresses are now. */
void tunnels_settle(struct model *m);

/* Whether packets find their way between the ends of the tunnel, and the smallest MTU on
 * it, bytes: 0, or -errno with why not. */
int tunnel_path(const struct model *m, const struct tunnel *t, uint32_t *ret_mtu,
		struct err *e);

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
