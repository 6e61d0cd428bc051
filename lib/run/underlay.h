/*
 * underlay.h — underlays of tunnels that are in another network: what that tells of them,
 * and what is to be done while it is not there.
 *
 * A tunnel's device goes with the namespace of its packets, and cannot be made without.
 * So a link whose substrate is gone, or whose key another network has by now, stays in
 * the model, but the kernel is not asked for it. The addresses at a tunnel's ends are the
 * substrate's to tell, too: those in the model are what they once were.
 */
#ifndef RUN_UNDERLAY_H
#define RUN_UNDERLAY_H

#include "base/str.h"
#include "run/hooks.h"
#include "run/network.h"

/*
 * For a new tunnel between nodes: the keys that other networks have over the same ones.
 * Of one with a substrate it finds the addresses at its ends, too, and the path's MTU.
 * Until underlay_answered(), when the change is done or given up, no other shell chooses
 * among them. pathless: where there is no path now, that is no error. -ENOENT: no such
 * network, or node in it, and *ret_bad is which of the ends; -ELOOP: what it would stand
 * on stands on itself; what else tunnel_find_path() has.
 */
int underlay_ask(struct network *n, struct tunnel *t, bool pathless,
		 const struct hooks *hooks, struct substrate_facts *ret, size_t *ret_bad,
		 struct err *e);
void underlay_answered(struct network *n);

/* Whether the new link of m, which need not be settled, would stand on itself: -ELOOP,
 * and e names the circle. What else may be wrong with its underlay, underlay_ask() tells.
 */
int underlay_check(struct network *n, const struct model *m, uint32_t link,
		   struct err *e);

/* The way of the tunnel of a link of the present model, see way.h; *ret is it with the
 * addresses of now, also on failure. */
int underlay_path(struct network *n, const struct link *l, struct tunnel *ret,
		  uint32_t *ret_mtu, struct err *e);

/* Two models as far as the kernel can have them. */
struct grounded {
	const struct model *from, *to; /* the ones given, or: */
	struct model *own[2];	       /* owned; NULL: nothing is otherwise */
};
/*
 * Leaves out of `to` the links that cannot be, with the routes by them, and puts the
 * present addresses to the ends of the other ones, in both; and in `to` the MTUs that
 * follow.
 */
void underlays_ground(struct network *n, const struct model *from, const struct model *to,
		      struct grounded *ret);
/* When the kernel has that: m, the `to` that was given, gets the MTUs, and its links that
 * are left out are marked as gone. */
void grounded_mark(const struct grounded *g, struct model *m);
void grounded_free(struct grounded *g);

/* The same for the present model as others see it, who do not change the kernel. */
void underlays_see(struct network *n);
/* The present model gets the MTUs that follow; report: a line for each that is another
 * one than before; NULL: nobody wants to know. */
void underlays_resize(struct network *n, struct str *report);

/* Whether what was there of tunnels, or what they stand on, is otherwise than when it was
 * last noted, so that there is something to repair; it is noted then. */
bool underlays_moved(struct network *n);
void underlays_note(struct network *n);

/* Whether there are any: a network that ends has to leave them. */
bool underlays_any(const struct model *m);

/* A line for each link of m that cannot be or stands on itself; not for what is the same
 * in `before`, if that is not NULL. Of IPv6 addresses that are not in that, too, where
 * the MTU is too small for them. */
void underlays_tell_lost(struct network *n, const struct model *m,
			 const struct model *before, struct str *report);

#endif
