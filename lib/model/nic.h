/*
 * nic.h — interfaces of the machine that are moved into a node, under their own names.
 * They are no ends of links: the model knows neither their addresses nor what is behind.
 */
#ifndef MODEL_NIC_H
#define MODEL_NIC_H

#include <stdbool.h>

#include "base/err.h"
#include "base/vec.h"

enum { NIC_NAME_MAX = 15 }; /* IFNAMSIZ - 1, kernel include/uapi/linux/if.h */

struct nic {
	char name[NIC_NAME_MAX + 1];
	bool anyway; /* even if the machine's default route leads over it */
};

typedef VEC(struct nic) nic_vec; /* in the order in which they were attached */

/* Whether the kernel lets an interface have that name (dev_valid_name()). */
int nic_check_name(const char *name, struct err *e);

/* NULL: none of that name. */
const struct nic *nic_named(const nic_vec *v, const char *name);
bool nics_same(const nic_vec *a, const nic_vec *b);

#endif
