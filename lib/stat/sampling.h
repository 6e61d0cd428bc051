/*
 * sampling.h — what a sampler keeps, and one sample under way. Private to lib/stat.
 */
#ifndef STAT_SAMPLING_H
#define STAT_SAMPLING_H

#include "stat/programs.h"
#include "stat/sample.h"
#include "stat/space.h"
#include "wire/control.h"

/* An interface of the machine in a node, as long as it is attached. */
struct sampled_nic {
	uint32_t id, node;
	char name[NIC_NAME_MAX + 1];
};

struct sampler {
	char *dir;
	int home;		      /* the namespace that the process is in */
	VEC(struct space *) spaces;   /* by node id */
	struct space fabric;	      /* read where shapes are enforced there */
	size_t open, open_max;	      /* sockets that are kept */
	struct model *seen;	      /* as of the last sample; NULL: there was none */
	VEC(char *) names;	      /* of its links, in its order */
	VEC(struct sampled_nic) nics; /* by rising id */
	uint32_t nics_counted;	      /* ids that were given so far */
	struct programs programs;
	VEC(struct programs_home) homes; /* by id, of the last time */
	struct wire_client wires;
};

/* One sample under way. */
struct sampling {
	struct sampler *s;
	const struct model *m;
	struct snapshot *to;
	int ns;			       /* the folder of namespaces */
	bool changed;		       /* the model, since the last sample */
	struct wire_link_stats *wires; /* of the links, in the model's order */
	bool *has_wires;	       /* whether they could be read */
	struct str trouble;
	size_t troubles;
};

void sampler_forget_names(struct sampler *s);

/* Notes what could not be read, for the snapshot's trouble, and clears e. */
void sampling_tell(struct sampling *x, const char *what, struct err *e);

/* The counters of all links that lib/wire carries, and what else a snapshot is made of
 * (sampling_fill.c). */
void sampling_read_wires(struct sampling *x);

/* From what was read into the snapshot: links by their names and shapes; their ends;
 * nics; nodes. */
void sampling_add_links(struct sampling *x);
void sampling_add_ifaces(struct sampling *x);
void sampling_add_nics(struct sampling *x);
void sampling_add_nodes(struct sampling *x);

#endif
