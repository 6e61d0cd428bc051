/*
 * seed.h — the network's seed: what all chance in it follows from, if it has one.
 *
 * A direction of a link whose shape has chance, and no seed of its own, gets one that
 * follows from the network's and from the names of the link's two interfaces: these stay
 * the same in a network that is saved and built again. What cannot take a seed stays
 * without: the kernel's netem, which tunnels and links of `engine netem` have.
 */
#ifndef MODEL_SEED_H
#define MODEL_SEED_H

#include <stddef.h>

struct model;

/* Brings all seeds that are derived up to date. */
void seeds_settle(struct model *m);
/* How many links have chance in them that no seed decides; 0 for a network without one.
 */
size_t seeds_missing(const struct model *m);

#endif
