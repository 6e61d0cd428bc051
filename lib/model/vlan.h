/*
 * vlan.h — VLANs (IEEE 802.1Q) of a switch's ports.
 */
#ifndef MODEL_VLAN_H
#define MODEL_VLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/vec.h"

struct model;
struct link;

enum {
	VLAN_MIN = 1, /* 0 is for priorities alone, 4095 reserved: IEEE 802.1Q 9.6 */
	VLAN_MAX = 4094,
	VLAN_DEFAULT = 1, /* of a new port: the kernel's own (net/bridge/br_vlan.c) */
};

struct vlan_range {
	uint16_t first, last;
};
typedef VEC(struct vlan_range) vlan_ranges; /* rising, apart by more than one */

/* Of a port; zeroed: untagged frames are of VLAN_DEFAULT, others are dropped. */
struct vlans {
	bool trunk;
	bool unknown;	    /* found in the kernel, and none that was asked for */
	uint16_t native;    /* of untagged frames; 0: trunk: none, else VLAN_DEFAULT */
	vlan_ranges tagged; /* trunk alone; without the native one */
};

/* to must hold nothing of its own. */
void vlans_copy(struct vlans *to, const struct vlans *from);
void vlans_free(struct vlans *v);
bool vlans_same(const struct vlans *a, const struct vlans *b);
/* Whether it is as a new port has it. */
bool vlans_are_default(const struct vlans *v);
/* Of untagged frames; 0: none. */
uint16_t vlans_native(const struct vlans *v);

/* "10,20-30"; -EINVAL, -ERANGE. */
int vlans_parse(const char *text, vlan_ranges *ret, struct err *e);
/* The range is added where it belongs. */
void vlan_ranges_add(vlan_ranges *v, uint16_t first, uint16_t last);
void vlan_ranges_remove(vlan_ranges *v, uint16_t id);
/* "10", "trunk 10,20-30 native 1": as typed behind the port; free() it. */
char *vlans_text(const struct vlans *v);

/*
 * What a frame is inside of the switch at a link's end that comes in with a tag (0:
 * none): its VLAN; of a switch that knows none, the tag. -1: it is dropped. The same
 * number goes out with that tag, and no other one does.
 */
int vlan_inside(const struct model *m, const struct link *l, int end, uint16_t tag);
/* With which tag what is so inside goes out; -1: it does not. */
int vlan_outside(const struct model *m, const struct link *l, int end, int inside);

/* What frames are inside of the switches that they come through. */
struct inside {
	uint32_t node; /* id */
	int vlan;      /* as vlan_inside() has it */
};
struct crossing {
	VEC(struct inside) v; /* each once, in the order in which they are come to */
};

/* Frames with that tag come in at a link's end: appended, unless that is no switch, drops
 * them, or was come to before. */
void crossing_enter(struct crossing *c, const struct model *m, const struct link *l,
		    int end, int tag);

#endif
