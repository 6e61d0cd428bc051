/*
 * model.h — a network as plain data: nodes, links, addresses, routes.
 *
 * No system call is made here. A model is changed by copying it, editing the
 * copy, and making that the present one; so the old one stays for undo. The
 * copies are cheap, since nodes and links are shared between models: they are
 * counted references, never written while anybody else holds them.
 * model_edit_node() and model_edit_link() give a private one to write to.
 *
 *     struct model *next = model_copy(now);
 *     model_add_node(next, NODE_HOST, "h3", &node, e);
 *     model_settle(next, &settled, e);     what follows from it: addresses, routes
 *
 * Every model_add_, model_del_ and model_set_ function checks what it is given
 * and leaves the model as it was when it fails. A pointer to a node or link is
 * good until the next edit of that model; ids are good for ever and are never
 * given twice in one network.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"
#include "model/ip.h"
#include "model/kept.h"
#include "model/nic.h"
#include "model/service.h"
#include "model/shape.h"
#include "model/tunnel.h"
#include "model/vlan.h"

enum {
	NODE_NAME_MAX = 63,	 /* a DNS label, RFC 1035 2.3.4; also a hostname */
	MTU_DEFAULT = 1500,	 /* bytes; veth's own default */
	MTU_MIN = 68,		 /* RFC 791 */
	MTU_MIN_IPV6 = 1280,	 /* RFC 8200 5; the kernel takes IPv6 away below that */
	MTU_MAX = 65535,	 /* ETH_MAX_MTU, kernel include/uapi/linux/if_ether.h */
	SWITCH_PORTS_MAX = 1023, /* BR_MAX_PORTS - 1, kernel net/bridge/br_private.h */
	ROUTE_WAYS_MAX = 64,	 /* next hops of equal cost: our limit */
	NODE_PORTS_MAX = 16384,	 /* interfaces of a host or router: our limit */
	LAN_NONE = -1,
};

enum node_kind { NODE_HOST, NODE_ROUTER, NODE_SWITCH };

/* An address and whether auto addressing gave it (then it may take it back). */
struct address {
	struct ip ip;
	bool automatic;
};

typedef VEC(struct address) address_vec;

enum route_origin {
	ROUTE_MANUAL,  /* typed */
	ROUTE_DEFAULT, /* auto: a host's way through its LAN's only router */
	ROUTE_PATH,    /* `route auto`: a shortest path */
};

struct route {
	struct ip prefix; /* len 0: default */
	struct ip via;	  /* a lone address on one of the node's subnets */
	uint32_t metric;  /* 0: the kernel's default */
	enum route_origin origin;
	bool equal; /* others to the prefix, of the same metric, share the packets */
};

/* Whether a node has one of the two, unless they are equal ways. */
static inline bool route_same_key(const struct route *a, const struct route *b)
{
	return ip_equal(&a->prefix, &b->prefix) && a->metric == b->metric;
}

/* One end of a link, inside a node: eth<index>. */
struct iface {
	uint32_t node;	/* id */
	unsigned index; /* lowest that was free in the node */
	bool up;	/* wanted by the link; see model_iface_up() */
	bool manual;	/* auto addressing keeps off (`ip X none` or addresses typed) */
	uint8_t mac[6];
	address_vec addresses; /* none on a switch */
	struct vlans vlans;    /* a switch that has vlan set; else as a new port's */
};

struct link {
	unsigned refs; /* models that hold it */
	uint32_t id;
	char *name;	  /* owned; NULL: named by its ends */
	uint32_t mtu;	  /* bytes, both ends */
	bool mtu_follows; /* from the way of its tunnel, in another network, as last seen;
			     else it was given */
	int lan;	  /* number of its broadcast domain's subnet, or LAN_NONE */
	struct iface end[2];
	struct shape shape[2]; /* of what that end sends */
	uint8_t engine;	       /* enum shape_engine: the one asked for */
	bool wire; /* carried by lib/wire: its ends are taps; see model_choose_engines()
		    */
	bool enforced; /* shaped where no program in a node can lift it */
	bool gone; /* is not there for now, as what its tunnel stands on is not: as last
		      seen, see run/underlay.h */
	uint8_t via, connector; /* enum link_via: asked for, and chosen */
	struct tunnel tunnel;
};

/* Where a node's interface number i is: ports.v[i]; link 0: the number is free. */
struct port {
	uint32_t link; /* id */
	int end;       /* 0 or 1 */
};

struct node {
	unsigned refs;
	uint32_t id;
	char name[NODE_NAME_MAX + 1];
	enum node_kind kind;
	bool up;
	bool stp;		/* switch: spanning tree protocol, IEEE 802.1D */
	bool vlan;		/* switch: knows VLANs, IEEE 802.1Q */
	bool nat;		/* router: leads to the machine's own network, masked */
	VEC(struct port) ports; /* by interface number */
	address_vec loopback;	/* further addresses of lo */
	VEC(struct route) routes;
	service_vec services;
	kept_vec kept;
	nic_vec nics;
};

struct model {
	bool automatic;	   /* `set auto`: addresses and default routes */
	bool has_seed;	   /* `seed`: */
	uint64_t seed;	   /* what all chance in the network follows from; see seed.h */
	uint32_t first_id; /* that there was when it was empty: default MACs count from
			      here */
	uint32_t next_id;  /* for the next node or link */
	VEC(struct node *)
	nodes; /* by rising id, which is the order they were added in */
	VEC(struct node *) names; /* the same, by name */
	VEC(struct link *) links; /* by rising id */
};

/* An empty network; auto addressing is on. */
struct model *model_new(void);
/* Shares all nodes and links. */
struct model *model_copy(const struct model *m);
void model_free(struct model *m); /* NULL is fine */
/* Whether nothing was changed between the two: objects are shared until they are. */
bool model_same(const struct model *a, const struct model *b);

/* ---- looking ---- */

/* The same addresses with the same lengths, in the same order. */
bool addresses_same(const address_vec *a, const address_vec *b);

const char *node_kind_name(enum node_kind kind);  /* "host", … */
const char *node_kind_text(const struct node *n); /* the same, or "nat" */

struct node *model_node(const struct model *m, uint32_t id); /* NULL: none */
struct node *model_node_named(const struct model *m, const char *name);
struct link *model_link(const struct model *m, uint32_t id);
struct link *model_link_named(const struct model *m, const char *name);

/* Links that join the two nodes (in either order), at most max into ret; returns how many
 * there are. */
size_t model_links_between(const struct model *m, uint32_t a, uint32_t b,
			   const struct link **ret, size_t max);

/* The link and end behind NODE's interface "eth3"; -ENOENT. */
int model_iface_named(const struct model *m, const struct node *node, const char *iface,
		      const struct link **ret_link, int *ret_end);

/* Both ends' names: "h1:eth0"; the text is written to buf and returned. */
enum { IFACE_TEXT_MAX = NODE_NAME_MAX + 16 };
const char *iface_text(const struct model *m, const struct link *l, int end, char *buf);
/* What a user calls the link: its name, else "h1 s1", with interfaces ("h1:eth1 s1:eth2")
 * where that is not one link. */
char *link_text(const struct model *m, const struct link *l); /* free() it */

/*
 * The MAC of a link's end unless another is typed: locally administered and
 * unicast (IEEE 802). number: the link's id, where the network's ids count from
 * 1, so the same commands give the same.
 */
void link_default_mac(uint32_t number, int end, uint8_t mac[6]);

/* Whether the interface is administratively up: wanted so, on a node that is up. */
bool model_iface_up(const struct model *m, const struct link *l, int end);

/*
 * Where packets for via leave the node: the link and end with a subnet that
 * has it (longest prefix; lowest interface number). False: on no subnet.
 */
bool model_next_hop(const struct model *m, const struct node *node, const struct ip *via,
		    const struct link **ret_link, int *ret_end);

/* The node's address of that family that others should call it by; NULL: has none. */
const struct ip *model_node_address(const struct model *m, const struct node *node,
				    int family);

/* Who has this address (loopback too): node id, 0 for nobody. */
uint32_t model_address_owner(const struct model *m, const struct ip *address);
/* The same; of several, one that links connect to the node comes first. */
uint32_t model_owner_near(const struct model *m, const struct ip *address, uint32_t node);
/* Whether links join the two nodes, over others perhaps, be they up or down. */
bool model_connected(const struct model *m, uint32_t a, uint32_t b);

/* ---- changing: 0, or -errno with e filled and the model as it was ---- */

/* Letters, digits, '-' and '_', a letter first, at most NODE_NAME_MAX. */
int model_check_name(const char *name, struct err *e);

/* A private copy to write to; the id must exist. */
struct node *model_edit_node(struct model *m, uint32_t id);
struct link *model_edit_link(struct model *m, uint32_t id);

int model_add_node(struct model *m, enum node_kind kind, const char *name,
		   uint32_t *ret_id, struct err *e);
/* Takes its links along, and those whose tunnels end in it. */
int model_del_node(struct model *m, uint32_t id, struct err *e);

/* What `link` may say; zeroed: all defaults. */
struct link_options {
	const char *name;   /* NULL: none */
	uint32_t mtu;	    /* 0: MTU_DEFAULT */
	struct shape shape; /* of both directions */
	enum shape_engine engine;
	struct tunnel tunnel; /* key 0: a free one; the addresses follow, but over a
				 substrate. The substrate is copied */
	const struct substrate_facts *facts; /* over a substrate */
	enum link_via via;
	bool enforced;
	struct {
		unsigned number; /* interface number + 1; 0: the lowest free one */
		struct ip ip;	 /* family 0: none given */
		bool no_address; /* "none": stays without */
		bool has_mac;
		uint8_t mac[6];
	} end[2];
};
int model_add_link(struct model *m, uint32_t a, uint32_t b, const struct link_options *o,
		   uint32_t *ret_id, struct err *e);
int model_del_link(struct model *m, uint32_t id, struct err *e);

int model_set_node_up(struct model *m, uint32_t id, bool up, struct err *e);
int model_set_link_up(struct model *m, uint32_t id, bool up, struct err *e);
/* Of what that end sends. */
int model_set_shape(struct model *m, uint32_t link, int end, const struct shape *shape,
		    struct err *e);
int model_set_engine(struct model *m, uint32_t link, enum shape_engine engine,
		     struct err *e);
int model_set_stp(struct model *m, uint32_t id, bool on, struct err *e);
/* Off: its ports are as new ones. */
int model_set_vlan(struct model *m, uint32_t id, bool on, struct err *e);
/* Of a switch's port, whose switch has to know VLANs; v is copied. */
int model_set_vlans(struct model *m, uint32_t link, int end, const struct vlans *v,
		    struct err *e);
/* Of a router. */
int model_set_nat(struct model *m, uint32_t id, struct err *e);
/* An interface of the machine, and giving it back. -EEXIST: the node has one of that
 * name, or another node has it. */
int model_attach_nic(struct model *m, uint32_t node, const char *name, bool anyway,
		     struct err *e);
int model_release_nic(struct model *m, uint32_t node, const char *name, struct err *e);
/* A command, behind those that the node has. */
int model_keep(struct model *m, uint32_t node, const char *command, struct err *e);
/* Forgets the number'th, from 1; 0: all. -ENOENT. */
int model_forget(struct model *m, uint32_t node, size_t number, struct err *e);

/* Decides for each link with AUTO who carries it: wire where the kernel cannot do its
 * shapes, as can() says. */
void model_choose_engines(struct model *m,
			  bool (*can)(void *cookie, const struct shape *s), void *cookie);

/*
 * Replaces all addresses of an interface by the n given ones (0: none, and auto
 * addressing keeps off). Refused: a switch, an address that is malformed for an
 * interface, that another interface of the network has, or that is outside the
 * subnets which were typed for other interfaces of the same LAN.
 */
int model_set_addresses(struct model *m, uint32_t link, int end, const struct ip *ips,
			size_t n, struct err *e);
/* The same for lo; without LAN, any /32, /128 or wider. */
int model_set_loopback(struct model *m, uint32_t node, const struct ip *ips, size_t n,
		       struct err *e);

/* Replaces those to the same prefix with the same metric. -EINVAL: via is on no subnet
 * of the node. */
int model_set_route(struct model *m, uint32_t node, const struct route *r, struct err *e);
/* The same by n next hops, which share the packets; *ret_bad: the one that is refused. */
int model_set_routes(struct model *m, uint32_t node, const struct route *r,
		     const struct ip *vias, size_t n, size_t *ret_bad, struct err *e);
/* All routes to the prefix; family 0 means both defaults; -ENOENT. */
int model_del_route(struct model *m, uint32_t node, const struct ip *prefix,
		    struct err *e);

/*
 * Raw insertion and removal, unchecked: for reading a model back from disk and
 * for the functions above. Inserted objects are taken over, and carry their id.
 */
void model_insert_node(struct model *m, struct node *n);
void model_insert_link(struct model *m, struct link *l);
void link_free(struct link *l); /* one that was inserted nowhere */
void model_remove_node(struct model *m, uint32_t id);
void model_remove_link(struct model *m, uint32_t id);
/* The same with the link's place among its nodes' ports, which must be free. */
void model_plug_link(struct model *m, struct link *l);
void model_unplug_link(struct model *m, uint32_t id);
/* Copies of what another model has: of a node without its ports, of a link with them. */
void model_insert_copy(struct model *m, const struct node *n);
void model_plug_copy(struct model *m, const struct link *l);

/* ---- what follows from the rest (settle.c) ---- */

struct settled {
	unsigned addressed;   /* interfaces whose automatic addresses changed */
	unsigned lost_routes; /* manual routes dropped, their next hop being gone */
};

/*
 * Brings everything that is derived up to date after edits: LAN numbers,
 * automatic addresses, hosts' default routes, routes whose next hop is gone.
 * A pure function of the model: the same commands give the same addresses.
 * -ENOSPC: a subnet is full. See settle.c for the rules.
 */
int model_settle(struct model *m, struct settled *ret, struct err *e);

/* ---- shortest paths (paths.c) ---- */

/*
 * `route auto`: replaces all ROUTE_PATH routes by shortest paths (fewest
 * routers, over links that are up; ties go to the node added first) from every
 * router and host with several LANs to every subnet, both families. Hosts in
 * one LAN get a default route through the router on it that was added first,
 * if they have none. -E2BIG: more routes than fit; nothing is changed.
 */
int model_route_auto(struct model *m, struct err *e);

#endif
