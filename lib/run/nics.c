/*
 * nics.c — see nics.h.
 *
 * Whatever instant a shell is killed at, there is a record, and the interface is in the
 * node (by the number that it has there) or on the machine. Giving back ends with what
 * the interface had before, which does no harm where it has it still.
 */
#include "run/nics.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

#include "kern/kern.h"
#include "run/machine.h"
#include "run/nic_record.h"

/* ---- where it is ---- */

/* A socket in the node, and its namespace; -ENOENT: that is gone. */
static int open_node(const char *dir, const char *node, struct netlink *nl, int *ret_ns,
		     struct err *e)
{
	cleanup_free char *path = mem_printf("%s/ns/%s", dir, node);
	cleanup_close int home = netns_open_self();
	cleanup_close int ns = netns_open(path);
	int r;

	if (home < 0 || ns < 0)
		return err_sys(e, home < 0 ? home : ns, "%s: its network namespace",
			       node);
	r = netns_enter(ns);
	if (r < 0)
		return err_sys(e, r, "%s: enter its network namespace", node);
	r = netlink_open(nl, e);
	if (netns_enter(home) < 0)
		abort(); /* nothing may be done in a node that is meant for the machine */
	if (r == 0)
		*ret_ns = steal_fd(&ns);
	return r;
}

static bool same_mac(const struct nic_state *a, const struct nic_state *b)
{
	return a->mac_n && a->mac_n == b->mac_n && memcmp(a->mac, b->mac, a->mac_n) == 0;
}

/* On the machine: by name, or by number where that is another one's now. */
static int look_home(struct netlink *home, const struct nic_record *r,
		     struct nic_state *ret, struct err *e)
{
	int code = nic_look(home, r->was.name, 0, ret, e);

	if (code < 0 || ret->ifindex == r->was.ifindex || same_mac(ret, &r->was))
		return code;
	code = nic_look(home, NULL, r->was.ifindex, ret, e);
	if (code == 0 && !same_mac(ret, &r->was))
		ret->ifindex = 0;
	return code;
}

/* ---- giving back ---- */

/* Back to the machine, under its old name and number if nothing else has them. *ret: what
 * it is there then. */
static int move_back(struct netlink *inside, struct netlink *home,
		     const struct nic_record *r, const char *label, struct str *told,
		     struct nic_state *ret, struct err *e)
{
	cleanup_close int ns = netns_open_self();
	struct nic_state other;
	char name[IF_NAMESIZE];
	int code = ns < 0 ? err_sys(e, ns, "look at the machine's network namespace")
			  : nic_look(home, NULL, r->was.ifindex, &other, e);

	if (code < 0)
		return code;
	snprintf(name, sizeof(name), "%s", r->was.name);
	for (unsigned i = 0; if_nametoindex(name); i++)
		snprintf(name, sizeof(name), "esp%u", i);
	code = nic_move(inside, r->inside, ns, other.ifindex ? 0 : r->was.ifindex, name,
			e);
	if (code == 0 && strcmp(name, r->was.name) != 0)
		str_addf(told,
			 "%s: the machine has another interface of that name now: it is "
			 "%s there\n",
			 label, name);
	return code < 0 ? code : nic_look(home, name, 0, ret, e);
}

static int take_back_here(const char *dir, const struct nic_record *r, struct str *told,
			  struct err *e)
{
	cleanup_free char *label = mem_printf("%s:%s", r->node, r->was.name);
	struct netlink home = { .fd = -1 }, inside = { .fd = -1 };
	struct nic_state is = { 0 };
	struct err why = ERR_INIT;
	cleanup_close int ns = -1;
	int code = netlink_open(&home, e);

	if (code < 0)
		return code;
	code = open_node(dir, r->node, &inside, &ns, &why);
	if (code == 0)
		code = nic_look(&inside, NULL, r->inside, &is, &why);
	if (code == -ENOENT)
		code = 0;
	if (code == 0 && is.ifindex) {
		code = move_back(&inside, &home, r, label, told, &is, &why);
	} else if (code == 0) {
		code = look_home(&home, r, &is, &why);
		if (code == 0 && !is.ifindex)
			str_addf(told,
				 "%s: the interface is gone: it is neither in the node "
				 "nor on the machine\n",
				 label);
	}
	/* which does no harm where it never left */
	if (code == 0 && is.ifindex)
		nic_restore(&home, &is, &r->was, label, told);
	if (code < 0)
		err_set(e, code, "%s: give it back: %s", label, why.msg);
	err_clear(&why);
	if (inside.fd >= 0)
		netlink_close(&inside);
	netlink_close(&home);
	return code;
}

/* -EXDEV: not from this machine. One that is gone has nothing to be given back. */
static int check_machine(const struct nic_record *r, const struct netns_id *here,
			 struct err *e)
{
	if (machine_same(here, &r->machine) || !machine_is_alive(&r->machine))
		return 0;
	err_set(e, EXDEV,
		"%s:%s belongs to another network namespace, that of the shell "
		"that attached it",
		r->node, r->was.name);
	return err_hint(e, "do it from there; 'nsenter' leads to it");
}

static int take_back(const char *dir, const struct nic_record *r, struct str *told,
		     struct err *e)
{
	struct netns_id here;
	int code = machine_identify(&here, e);

	if (code == 0)
		code = check_machine(r, &here, e);
	if (code < 0)
		return code;
	if (machine_same(&here, &r->machine)) {
		code = take_back_here(dir, r, told, e);
	} else {
		str_addf(told, "%s:%s: the network namespace that it came from is gone\n",
			 r->node, r->was.name);
	}
	if (code == 0)
		nic_record_remove(dir, r);
	return code;
}

static bool stays(const struct plan *p, const struct nic_record *r)
{
	const struct node *to = model_node(p->to, r->node_id);

	return to && (!p->between || model_node(p->between, r->node_id)) &&
	       nic_named(&to->nics, r->was.name);
}

/* The thread is in the machine's own namespace then. */
static int read_records(struct network *n, nic_records *ret, struct err *e)
{
	int r = kern_go_home(n->kern, e);

	return r < 0 ? r : nic_records_read(n->dir, ret, e);
}

int nics_release(struct network *n, const struct plan *p, struct str *told, struct err *e)
{
	nic_records all;
	int r = read_records(n, &all, e);

	if (r < 0)
		return r;
	vec_each (&all, record)
		if (r == 0 && !stays(p, record))
			r = take_back(n->dir, record, told, e);
	nic_records_free(&all);
	return r;
}

int nics_check_end(const char *dir, struct err *e)
{
	struct netns_id here;
	nic_records all;
	int r = machine_identify(&here, e);

	if (r == 0)
		r = nic_records_read(dir, &all, e);
	if (r < 0)
		return r;
	vec_each (&all, record)
		if (r == 0)
			r = check_machine(record, &here, e);
	nic_records_free(&all);
	return r;
}

int nics_end(const char *dir, struct str *told, struct err *e)
{
	nic_records all;
	int r = nic_records_read(dir, &all, e);

	if (r < 0)
		return r;
	vec_each (&all, record)
		if (r == 0)
			r = take_back(dir, record, told, e);
	nic_records_free(&all);
	return r;
}

/* ---- attaching ---- */

/* Who has the interface that the machine has not. */
static int none_such(const char *name, struct err *e)
{
	network_list all = { 0 };

	err_set(e, ENODEV, "the machine has no interface named '%s'", name);
	err_hint(e, "`ip link` lists them");
	if (network_list_all(&all, NULL) < 0)
		return -ENODEV;
	vec_each (&all, i) {
		cleanup_free char *dir = mem_printf("%s/%s", network_root(), i->name);
		nic_records records;

		if (nic_records_read(dir, &records, NULL) < 0)
			continue;
		vec_each (&records, r)
			if (strcmp(r->was.name, name) == 0)
				err_hint(e,
					 "node %s of network %s has one from a machine",
					 r->node, i->name);
		nic_records_free(&records);
	}
	network_list_free(&all);
	return -ENODEV;
}

static int check(const struct nic *nic, const struct nic_state *is, struct err *e)
{
	char master[IF_NAMESIZE] = "a bridge";

	if (!is->ifindex)
		return none_such(nic->name, e);
	if (is->ours) {
		err_set(e, EBUSY, "%s is a network's own", nic->name);
		return err_hint(e, "`ip link show %s` tells by its alias whose",
				nic->name);
	}
	if (is->master) {
		if_indextoname((unsigned)is->master, master);
		err_set(e, EBUSY, "%s is a port of %s", nic->name, master);
		return err_hint(e, "ip link set %s nomaster", nic->name);
	}
	if (is->leads_out && !nic->anyway) {
		err_set(e, EBUSY, "the machine's default route leads over %s", nic->name);
		return err_hint(e, "who is connected by it would be cut off; with "
				   "`anyway` at its end the command does it");
	}
	return 0;
}

/* Its record, then the move. A record that there was tells what it had at first. */
static int move_in(const char *dir, struct netlink *home, int ns, const struct nic *nic,
		   struct nic_record *record, bool recorded, struct err *e)
{
	struct nic_state is;
	int r = nic_look(home, nic->name, 0, &is, e), ifindex = is.ifindex;

	if (r == 0 && is.ifindex)
		r = nic_read_settings(home, &is, e);
	if (r == 0)
		r = check(nic, &is, e);
	if (r == 0 && !recorded) {
		record->was = is;
		record->inside = NIC_IFINDEX + ifindex;
		is = (struct nic_state){ 0 };
		r = nic_record_write(dir, record, e);
	}
	if (r == 0) {
		r = nic_move(home, ifindex, ns, record->inside, NULL, e);
		if (r == -EEXIST)
			err_hint(e, "the node has an interface of that name");
		if (r == -EINVAL)
			err_hint(e, "some kinds, as bridges, stay where they were made; "
				    "a wireless one moves by `iw phy PHY set netns`");
		if (r < 0 && !recorded)
			nic_record_remove(dir, record);
	}
	nic_state_free(&is);
	return r;
}

/* Into the node if it is not there, and set as it is to be. */
static int make(struct network *n, const struct node *node, const struct nic *nic,
		struct nic_record *record, bool recorded, struct str *report,
		struct err *e)
{
	int master = node->kind == NODE_SWITCH ? IFINDEX_BRIDGE : 0;
	struct netlink home = { .fd = -1 }, inside = { .fd = -1 };
	cleanup_close int ns = -1;
	struct nic_state is = { 0 };
	int r = open_node(n->dir, node->name, &inside, &ns, e);

	if (r == 0)
		r = netlink_open(&home, e);
	if (r == 0 && recorded)
		r = nic_look(&inside, NULL, record->inside, &is, e);
	if (r == 0 && !is.ifindex) {
		r = move_in(n->dir, &home, ns, nic, record, recorded, e);
		if (r == 0 && report)
			str_addf(report, "%s:%s was not in the node\n", node->name,
				 nic->name);
	} else if (r == 0 && report && (is.up != node->up || is.master != master)) {
		str_addf(report, "%s:%s had other settings\n", node->name, nic->name);
	}
	if (r == 0)
		r = nic_set(&inside, record->inside, node->up, master, e);
	if (inside.fd >= 0)
		netlink_close(&inside);
	if (home.fd >= 0)
		netlink_close(&home);
	return r < 0 ? err_context(e, "%s: %s", node->name, nic->name) : 0;
}

static struct err steal_err(struct err *e)
{
	struct err stolen = *e;

	*e = (struct err)ERR_INIT;
	return stolen;
}

static int reach_one(struct network *n, const struct node *node, const struct nic *nic,
		     nic_records *all, struct str *report, struct err *e)
{
	struct nic_record fresh = { .node_id = node->id };
	struct netns_id here;
	int r = machine_identify(&here, e);

	if (r < 0)
		return r;
	vec_each (all, record) {
		if (record->node_id != node->id ||
		    strcmp(record->was.name, nic->name) != 0)
			continue;
		if (machine_same(&record->machine, &here))
			return make(n, node, nic, record, true, report, e);
		return err_set(e, EXDEV, "%s:%s belongs to another network namespace",
			       node->name, nic->name);
	}
	memcpy(fresh.node, node->name, sizeof(fresh.node));
	fresh.machine = here;
	r = make(n, node, nic, &fresh, false, report, e);
	nic_state_free(&fresh.was);
	return r;
}

int nics_reach(struct network *n, const struct model *m, const struct model *from,
	       struct str *report, struct err *e)
{
	nic_records all;
	int r = read_records(n, &all, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < m->nodes.n && r == 0; i++) {
		const struct node *node = m->nodes.v[i];
		const struct node *old = from ? model_node(from, node->id) : NULL;

		if (old && old->up == node->up && nics_same(&old->nics, &node->nics))
			continue;
		vec_each (&node->nics, nic) {
			struct err why = ERR_INIT;

			if (r == 0)
				r = reach_one(n, node, nic, &all, from ? NULL : report,
					      &why);
			if (r < 0 && !from) {
				str_addf(report ? report : &n->notices, "%s\n", why.msg);
				r = 0;
			} else if (r < 0 && e) {
				*e = steal_err(&why);
			}
			err_clear(&why);
		}
	}
	nic_records_free(&all);
	return r;
}
