/*
 * addresses.c — the steps from an interface's addresses to other ones.
 */
#include <arpa/inet.h>

#include "plan/making.h"

/* Whether the kernel has it: an interface that goes down loses its IPv6 addresses. */
static bool has_address(const struct ip *ip, bool up)
{
	return up || ip->family == AF_INET;
}

static bool has_equal(const address_vec *v, const struct ip *ip)
{
	vec_each (v, a)
		if (ip_equal(&a->ip, ip))
			return true;
	return false;
}

/*
 * Marks the old addresses that stay. The first IPv4 address of a subnet is its
 * primary one, which takes the others along when it goes (net/ipv4/devinet.c):
 * those of a subnet stay as far as both lists begin alike.
 */
static void mark_kept(const address_vec *old, const address_vec *new, bool *kept)
{
	for (size_t i = 0; i < old->n; i++) {
		const struct ip *ip = &old->v[i].ip;
		size_t rank = 0, at = 0, before = 0;
		bool first_ones_kept = true;

		if (ip->family != AF_INET) {
			kept[i] = has_equal(new, ip);
			continue;
		}
		for (size_t j = 0; j < i; j++)
			if (ip_same_subnet(&old->v[j].ip, ip)) {
				rank++;
				first_ones_kept &= kept[j];
			}
		for (; at < new->n; at++)
			if (ip_same_subnet(&new->v[at].ip, ip) && before++ == rank)
				break;
		kept[i] = first_ones_kept && at < new->n &&ip_equal(&new->v[at].ip, ip);
	}
}

const address_vec plan_no_addresses;

bool plan_step_addresses(struct making *k, const struct holder *h, const address_vec *old,
			 bool old_up, const address_vec *new, bool new_up, bool add)
{
	cleanup_free bool *kept = mem_alloc(old->n + 1);
	bool gone = false;

	mark_kept(old, new, kept);
	for (size_t i = 0; i < old->n; i++) {
		const struct ip *ip = &old->v[i].ip;

		if (kept[i])
			continue;
		gone |= ip->family == AF_INET;
		/* what it loses by going down needs no step */
		if (!add && has_address(ip, old_up && new_up))
			plan_push_iface(k, STEP_ADDRESS_DEL, h->node, h->link, h->end)
				->address = *ip;
	}
	for (size_t i = 0; add && i < new->n; i++) {
		const struct ip *ip = &new->v[i].ip;
		bool there = false;

		for (size_t j = 0; j < old->n && !there; j++)
			there = kept[j] && ip_equal(&old->v[j].ip, ip) &&
				has_address(ip, old_up);
		if (!there && has_address(ip, new_up))
			plan_push_iface(k, STEP_ADDRESS_ADD, h->node, h->link, h->end)
				->address = *ip;
	}
	return gone;
}

void plan_step_iface_addresses(struct making *k, const struct node *node, struct item *i,
			       bool add)
{
	struct holder h = { node, i->new, i->end };
	bool old_up = i->old && model_iface_up(k->p->from, i->old, i->end);
	bool new_up = model_iface_up(k->p->to, i->new, i->end);

	i->readdressed = plan_step_addresses(
		k, &h, i->old ? &i->old->end[i->end].addresses : &plan_no_addresses,
		old_up, &i->new->end[i->end].addresses, new_up, add);
}
