/*
 * scene.h — everything that is shown, at one moment: what the layouts draw from.
 *
 * Plain data, borrowed from whoever samples; nothing here is changed by drawing.
 */
#ifndef MONITOR_SCENE_H
#define MONITOR_SCENE_H

#include "draw/places.h"
#include "monitor/changes.h"
#include "stat/history.h"
#include "stat/rates.h"

struct scene {
	const char *network;
	const struct snapshot *now; /* never NULL; may be empty */
	const struct rates *rates;  /* of `now`; parallel to its links and nodes */
	const struct stat_history *history;
	const struct changes *changes;
	const struct places *places; /* NULL: the topology is not asked for */
	const char *trouble;	     /* why nothing newer is there; NULL: all is well */
	unsigned back;	/* s from `now` to the newest of the history: 0 unless frozen */
	uint64_t every; /* ns between samples */
	const uint32_t *only; /* ids of the links and nodes to show */
	size_t n_only;	      /* 0: all */
};

/* What is told of a direction, at the moment that is looked at. */
struct scene_direction {
	bool known;
	double bits, packets, drops; /* /s; NAN: not known */
	double load;		     /* 1 is full; NAN: no rate is set */
	double backlog_bytes, backlog_packets, backlog_time;
	double dropped; /* total */
};

/* What is wrong with it, from worst to nothing. */
enum problem {
	PROBLEM_GONE,
	PROBLEM_DOWN,
	PROBLEM_DROPS,
	PROBLEM_FULL, /* 90 % of its rate or more */
	PROBLEM_STALE,
	PROBLEM_NONE,
};

/* past: s before `now` that are looked at; more than 0 comes from the history. */
struct scene_direction scene_direction(const struct scene *s, size_t link, int end,
				       unsigned past);
enum problem scene_problem(const struct stat_link *l, const struct scene_direction *d);
/* "up", "down", "stale", "gone" */
const char *scene_link_state(const struct stat_link *l);
const char *scene_node_state(const struct stat_node *n);
const char *scene_engine(const struct stat_link *l); /* "netem", "wire"; "-": no shape */

enum { SCENE_NAME_MAX = 2 * NODE_NAME_MAX + 48 };
/* "h1→s1", "uplink h1→s1": from that end. A nic's: "h1→nic enp3s0", "h1←nic enp3s0". */
const char *scene_direction_name(const struct scene *s, const struct stat_link *l,
				 int end, char buf[SCENE_NAME_MAX]);
/* The node's name, "?" where it is not there. */
const char *scene_node_name(const struct scene *s, uint32_t id);

/* Whether it is among those that were asked for; a link is if one of its nodes is. */
bool scene_has_link(const struct scene *s, const struct stat_link *l);
bool scene_has_node(const struct scene *s, uint32_t node);

/* Where the nodes of a snapshot stand in a drawing. */
void scene_place(struct places *p, const struct snapshot *s);

#endif
