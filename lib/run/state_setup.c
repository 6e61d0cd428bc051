/*
 * state_setup.c — see state_setup.h.
 */
#include "run/state_setup.h"

#include <stdio.h>

static void put(json_t *o, const char *key, json_t *value)
{
	json_object_set_new_nocheck(o, key, value);
}

static json_t *write_nics(const nic_vec *v)
{
	json_t *array = json_array();

	vec_each (v, nic)
		json_array_append_new(array, json_pack("{s:s, s:b}", "name", nic->name,
						       "anyway", nic->anyway));
	return array;
}

static bool read_nics(const json_t *array, nic_vec *ret)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		const char *name = json_string_value(json_object_get(item, "name"));
		struct nic nic = {
			.anyway = json_is_true(json_object_get(item, "anyway")),
		};

		if (!name || nic_check_name(name, NULL) < 0)
			return false;
		snprintf(nic.name, sizeof(nic.name), "%s", name);
		vec_push(ret, nic);
	}
	return true;
}

void state_write_setup(json_t *o, const struct node *n)
{
	json_t *kept = json_array();

	if (n->stp)
		put(o, "stp", json_true());
	if (n->vlan)
		put(o, "vlan", json_true());
	if (n->nat)
		put(o, "nat", json_true());
	/* what is not UTF-8 came from no prompt or file: the language refuses it */
	vec_each (&n->kept, text)
		json_array_append_new(kept, json_string_nocheck(*text));
	if (n->kept.n)
		put(o, "kept", kept);
	else
		json_decref(kept);
	if (n->nics.n)
		put(o, "nics", write_nics(&n->nics));
}

bool state_same_setup(const struct node *a, const struct node *b)
{
	return a->stp == b->stp && a->vlan == b->vlan && a->nat == b->nat &&
	       kept_same(&a->kept, &b->kept) && nics_same(&a->nics, &b->nics);
}

bool state_read_setup(const json_t *o, struct node *n)
{
	const json_t *item;
	size_t i;

	n->stp = json_is_true(json_object_get(o, "stp"));
	n->nat = json_is_true(json_object_get(o, "nat"));
	n->vlan = json_is_true(json_object_get(o, "vlan"));
	json_array_foreach(json_object_get(o, "kept"), i, item)
	{
		if (!json_is_string(item))
			return false;
		vec_push(&n->kept, mem_strdup(json_string_value(item)));
	}
	return read_nics(json_object_get(o, "nics"), &n->nics);
}

void state_write_vlans(json_t *o, const struct vlans *v)
{
	json_t *tagged;

	if (v->native)
		put(o, "vlan", json_integer(v->native));
	if (!v->trunk)
		return;
	tagged = json_array();
	vec_each (&v->tagged, r)
		json_array_append_new(tagged, json_pack("[i, i]", r->first, r->last));
	put(o, "trunk", tagged);
}

static bool is_id(const json_t *v)
{
	json_int_t id = json_integer_value(v);

	return json_is_integer(v) && id >= VLAN_MIN && id <= VLAN_MAX;
}

bool state_read_vlans(const json_t *o, struct vlans *ret)
{
	const json_t *native = json_object_get(o, "vlan"), *item;
	const json_t *tagged = json_object_get(o, "trunk");
	size_t i;

	if (native && !is_id(native))
		return false;
	ret->native = native ? (uint16_t)json_integer_value(native) : 0;
	ret->trunk = tagged != NULL;
	json_array_foreach(tagged, i, item)
	{
		const json_t *first = json_array_get(item, 0);
		const json_t *last = json_array_get(item, 1);

		if (!is_id(first) || !is_id(last) ||
		    json_integer_value(first) > json_integer_value(last))
			return false;
		vlan_ranges_add(&ret->tagged, (uint16_t)json_integer_value(first),
				(uint16_t)json_integer_value(last));
	}
	return true;
}
