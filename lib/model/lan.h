/*
 * lan.h — broadcast domains (LANs) of a model, as arrays; private to lib/model.
 *
 * Nodes and links are known by their places in m->nodes and m->links here, so
 * what is worked out per node or link is an array, too. It stays right as
 * long as nodes and links are edited but none is added or deleted.
 */
#ifndef MODEL_LAN_H
#define MODEL_LAN_H

#include "model/model.h"

enum lan_scope {
	LAN_ALL,
	LAN_UP, /* links with both interfaces up; the others are in no LAN */
};

/* An end of a link as one number: 2 * the link's place + 0 or 1. */
typedef uint32_t lan_end;

struct lans {
	const struct model *m;
	uint32_t *node_of; /* [lan_end]: the node's place */
	uint32_t *lan_of;  /* [link's place]: its LAN, or LAN_NOWHERE */
	uint32_t n;	   /* LANs, numbered from 0 by their oldest link */
	uint32_t
		*first; /* [n + 1]: LAN i has links[first[i]] … links[first[i + 1] - 1] */
	uint32_t *links; /* places, by rising id within each LAN */
	uint32_t *link_ids;
};

#define LAN_NOWHERE UINT32_MAX

void lans_find(struct lans *l, const struct model *m, enum lan_scope scope);
void lans_free(struct lans *l);

static inline struct iface *lan_iface(const struct lans *l, lan_end at)
{
	return &l->m->links.v[at / 2]->end[at & 1];
}
static inline struct node *lan_node(const struct lans *l, lan_end at)
{
	return l->m->nodes.v[l->node_of[at]];
}

/* The end behind a node's port; false: the number is free. */
bool lans_port(const struct lans *l, const struct port *p, lan_end *ret);

/* What to call a LAN: its first switch ("s1"), else its link ("h1 r1"); free() it. */
char *lans_text(const struct lans *l, uint32_t lan);

#endif
