/*
 * nic_record.h — what is recorded of an interface of the machine before it is moved into
 * a node: the file NODE.INTERFACE.nic in the network's folder `uplinks`, JSON. Private to
 * lib/run.
 */
#ifndef RUN_NIC_RECORD_H
#define RUN_NIC_RECORD_H

#include "kern/netns.h"
#include "kern/nic.h"
#include "model/model.h"

struct nic_record {
	char node[NODE_NAME_MAX + 1];
	uint32_t node_id;
	struct netns_id machine; /* its network namespace */
	struct nic_state was;	 /* what it was there; was.name is the file's */
	int inside;		 /* its number in the node */
};

typedef VEC(struct nic_record) nic_records;

/* All of the network in dir. One that cannot be read is -EBADMSG: it would be lost. */
int nic_records_read(const char *dir, nic_records *ret, struct err *e);
void nic_records_free(nic_records *v);

int nic_record_write(const char *dir, const struct nic_record *r, struct err *e);
void nic_record_remove(const char *dir, const struct nic_record *r);

#endif
