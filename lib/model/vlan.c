/*
 * vlan.c — see vlan.h.
 */
#include "model/vlan.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "base/str.h"
#include "model/model.h"

void vlans_copy(struct vlans *to, const struct vlans *from)
{
	*to = *from;
	vec_copy(&to->tagged, &from->tagged);
}

void vlans_free(struct vlans *v)
{
	vec_free(&v->tagged);
	*v = (struct vlans){ 0 };
}

bool vlans_same(const struct vlans *a, const struct vlans *b)
{
	if (a->trunk != b->trunk || a->unknown != b->unknown || a->native != b->native ||
	    a->tagged.n != b->tagged.n)
		return false;
	for (size_t i = 0; i < a->tagged.n; i++)
		if (a->tagged.v[i].first != b->tagged.v[i].first ||
		    a->tagged.v[i].last != b->tagged.v[i].last)
			return false;
	return true;
}

bool vlans_are_default(const struct vlans *v)
{
	return !v->trunk && !v->unknown && !v->native;
}

uint16_t vlans_native(const struct vlans *v)
{
	return v->trunk || v->native ? v->native : VLAN_DEFAULT;
}

/* ---- ranges ---- */

void vlan_ranges_add(vlan_ranges *v, uint16_t first, uint16_t last)
{
	size_t at = 0;

	while (at < v->n && v->v[at].last + 1 < first)
		at++;
	while (at < v->n && v->v[at].first <= last + 1) {
		first = first < v->v[at].first ? first : v->v[at].first;
		last = last > v->v[at].last ? last : v->v[at].last;
		vec_remove(v, at);
	}
	vec_insert(v, at, ((struct vlan_range){ first, last }));
}

void vlan_ranges_remove(vlan_ranges *v, uint16_t id)
{
	for (size_t i = 0; i < v->n; i++) {
		struct vlan_range r = v->v[i];

		if (id < r.first || id > r.last)
			continue;
		vec_remove(v, i);
		if (id < r.last)
			vec_insert(v, i, ((struct vlan_range){ id + 1, r.last }));
		if (id > r.first)
			vec_insert(v, i, ((struct vlan_range){ r.first, id - 1 }));
		return;
	}
}

static bool ranges_have(const vlan_ranges *v, int id)
{
	vec_each (v, r)
		if (id >= r->first && id <= r->last)
			return true;
	return false;
}

static int parse_id(const char *text, char **end, uint16_t *ret, struct err *e)
{
	unsigned long id;

	if (!isdigit((unsigned char)*text))
		return err_set(e, EINVAL, "'%s' is no VLAN", text);
	id = strtoul(text, end, 10);
	if (id < VLAN_MIN || id > VLAN_MAX)
		return err_set(e, ERANGE, "VLAN %.*s: they are %d to %d",
			       (int)(*end - text), text, VLAN_MIN, VLAN_MAX);
	*ret = (uint16_t)id;
	return 0;
}

int vlans_parse(const char *text, vlan_ranges *ret, struct err *e)
{
	vlan_ranges v = { 0 };
	const char *at = text;
	char *end = NULL;
	int r = 0;

	while (r == 0) {
		uint16_t first = 0, last = 0;

		r = parse_id(at, &end, &first, e);
		last = first;
		if (r == 0 && *end == '-')
			r = parse_id(end + 1, &end, &last, e);
		if (r == 0 && last < first)
			r = err_set(e, EINVAL, "'%s' goes down, from %u to %u", text,
				    first, last);
		if (r == 0)
			vlan_ranges_add(&v, first, last);
		if (r == 0 && *end && *end != ',')
			r = err_set(e, EINVAL, "'%s' is no list of VLANs", text);
		if (r < 0 || !*end)
			break;
		at = end + 1;
	}
	if (r < 0) {
		err_hint(e, "it is VLANs and ranges with commas between, as in 10,20-30");
		vec_free(&v);
		return r;
	}
	*ret = v;
	return 0;
}

char *vlans_text(const struct vlans *v)
{
	struct str s = { 0 };

	if (v->unknown)
		return mem_strdup("others");
	if (!v->trunk)
		return mem_printf("%u", vlans_native(v));
	str_add(&s, "trunk ");
	vec_each (&v->tagged, r) {
		str_addf(&s, "%s%u", r == v->tagged.v ? "" : ",", r->first);
		if (r->last > r->first)
			str_addf(&s, "-%u", r->last);
	}
	if (v->native)
		str_addf(&s, " native %u", v->native);
	return str_take(&s);
}

/* ---- frames ---- */

static const struct vlans *vlans_of(const struct model *m, const struct link *l, int end)
{
	const struct node *n = model_node(m, l->end[end].node);

	return n->vlan ? &l->end[end].vlans : NULL;
}

int vlan_inside(const struct model *m, const struct link *l, int end, uint16_t tag)
{
	const struct vlans *v = vlans_of(m, l, end);

	if (!v)
		return tag;
	if (!tag)
		return vlans_native(v) ? vlans_native(v) : -1;
	return ranges_have(&v->tagged, tag) ? tag : -1;
}

int vlan_outside(const struct model *m, const struct link *l, int end, int inside)
{
	const struct vlans *v = vlans_of(m, l, end);

	if (!v)
		return inside;
	if (inside && inside == vlans_native(v))
		return 0;
	return ranges_have(&v->tagged, inside) ? inside : -1;
}

void crossing_enter(struct crossing *c, const struct model *m, const struct link *l,
		    int end, int tag)
{
	const struct node *n = model_node(m, l->end[end].node);
	int vlan;

	if (n->kind != NODE_SWITCH)
		return;
	vlan = vlan_inside(m, l, end, (uint16_t)tag);
	if (vlan < 0)
		return;
	vec_each (&c->v, i)
		if (i->node == n->id && i->vlan == vlan)
			return;
	vec_push(&c->v, ((struct inside){ n->id, vlan }));
}
