/*
 * uplinks.c — see uplinks.h.
 */
#include "run/uplinks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "kern/kern.h"
#include "kern/netns.h"
#include "kern/nftables.h"
#include "kern/uplink.h"
#include "run/keep.h"
#include "run/machine.h"
#include "run/services_parts.h"

static const char forward[] = "/proc/sys/net/ipv4/ip_forward";

enum { RECORD_MAX = 256, SAID_MAX = 512 };

/* What is recorded of a node. */
struct record {
	char name[16];		 /* of the interface on the machine */
	struct netns_id machine; /* its network namespace */
};

static char *record_path(const char *dir, const char *node)
{
	return mem_printf("%s/uplinks/%s", dir, node);
}

static char *table_of(const char *network, const char *node)
{
	return mem_printf("espalier/%s/%s", network, node);
}

static bool read_record(const char *path, struct record *ret)
{
	unsigned long long dev, ino;
	char *text;
	size_t n;
	bool fine;

	if (file_read(path, RECORD_MAX, &text, &n, NULL) < 0)
		return false;
	fine = sscanf(text, "%15s %llu %llu", ret->name, &dev, &ino) == 3;
	ret->machine = (struct netns_id){ .dev = dev, .ino = ino };
	free(text);
	return fine;
}

static int write_record(const char *dir, const char *node, const struct record *r,
			struct err *e)
{
	cleanup_free char *folder = mem_printf("%s/uplinks", dir);
	cleanup_free char *path = record_path(dir, node);
	cleanup_free char *text = mem_printf("%s %llu %llu\n", r->name,
					     (unsigned long long)r->machine.dev,
					     (unsigned long long)r->machine.ino);
	int code = file_make_dirs(folder, 0755, e);

	return code < 0 ? code : file_replace(path, text, strlen(text), e);
}

typedef VEC(char *) name_vec;

/* The nodes that have a record. */
static void list_records(const char *dir, name_vec *ret)
{
	cleanup_free char *folder = mem_printf("%s/uplinks", dir);
	DIR *d = opendir(folder);
	struct dirent *i;

	while (d && (i = readdir(d)))
		if (model_check_name(i->d_name, NULL) == 0)
			vec_push(ret, mem_strdup(i->d_name));
	if (d)
		closedir(d);
}

static void free_names(name_vec *v)
{
	vec_each (v, name)
		free(*name);
	vec_free(v);
}

/* ---- forwarding ---- */

/* Held while records and forwarding change; close() it. */
static int lock_machine(struct err *e)
{
	int fd = open(network_root(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX) == 0)
		return fd;
	err_sys(e, errno, "lock %s", network_root());
	if (fd >= 0)
		close(fd);
	return -1;
}

static char *switched_path(const struct netns_id *machine)
{
	return mem_printf("%s/.forwarding-%llu", network_root(),
			  (unsigned long long)machine->ino);
}

static bool is_forwarding(void)
{
	char *text = NULL;
	size_t n;
	bool on = file_read(forward, 16, &text, &n, NULL) == 0 && *text == '1';

	free(text);
	return on;
}

static int set_forwarding(const char *value, struct err *e)
{
	cleanup_close int fd = open(forward, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, 1) < 0)
		return err_sys(e, errno, "write %s to %s", value, forward);
	return 0;
}

static int forward_on(const struct netns_id *machine, struct err *e)
{
	cleanup_free char *path = switched_path(machine);
	cleanup_close int fd = -1;

	if (is_forwarding())
		return 0;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_sys(e, errno, "make %s", path);
	return set_forwarding("1", e);
}

/* Whether any network has a record of this machine, but for the one at path. */
static bool is_needed(const struct netns_id *machine, const char *path)
{
	DIR *networks = opendir(network_root());
	bool needed = false;
	struct dirent *d;

	while (networks && (d = readdir(networks))) {
		cleanup_free char *dir = mem_printf("%s/%s", network_root(), d->d_name);
		name_vec nodes = { 0 };

		if (d->d_name[0] == '.')
			continue;
		list_records(dir, &nodes);
		vec_each (&nodes, node) {
			cleanup_free char *other = record_path(dir, *node);
			struct record r;

			needed |= strcmp(other, path) != 0 && read_record(other, &r) &&
				  machine_same(&r.machine, machine);
		}
		free_names(&nodes);
	}
	if (networks)
		closedir(networks);
	return needed;
}

static int forward_off(const struct netns_id *machine, const char *path, struct err *e)
{
	cleanup_free char *switched = switched_path(machine);
	int r;

	if (access(switched, F_OK) < 0 || is_needed(machine, path))
		return 0;
	r = set_forwarding("0", e);
	if (r == 0)
		unlink(switched);
	return r;
}

/* Of a machine that is gone, with all that was switched there. */
static void forget_forwarding(const struct netns_id *machine)
{
	cleanup_free char *switched = switched_path(machine);

	unlink(switched);
}

/* ---- nftables ---- */

/* In the machine's namespace, where the thread is. Ctrl-C, which a terminal sends to all
 * in the foreground, is the shell's to heed: the program might be mending what it
 * interrupted. */
static int nft(const char *script, struct err *e)
{
	cleanup_free char *program = service_find_program("nft");
	cleanup_free char *line = mem_printf("trap '' INT; '%s' '%s' 2>&1 </dev/null",
					     program ? program : "nft", script);
	char said[SAID_MAX] = "", rest[SAID_MAX];
	FILE *f = popen(line, "re");
	size_t n;
	int status;

	if (!f)
		return err_sys(e, errno, "run nft");
	n = fread(said, 1, sizeof(said) - 1, f);
	while (fread(rest, 1, sizeof(rest), f) > 0)
		;
	status = pclose(f);
	if (status == 0)
		return 0;
	while (n && said[n - 1] == '\n')
		said[--n] = '\0';
	err_set(e, EIO, "nft %s: %s", script, said);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		err_hint(e, "it is in Debian's package nftables");
	return -EIO;
}

static int machine_table(const char *table, const struct uplink *u, struct err *e)
{
	char subnet[IP_TEXT_MAX];
	cleanup_free char *script = mem_printf(
		"add table ip %s; delete table ip %s; add table ip %s; "
		"add chain ip %s post { type nat hook postrouting priority 100; }; "
		"add rule ip %s post ip saddr %s oifname != \"%s\" masquerade",
		table, table, table, table, table, ip_text_length(&u->subnet, subnet),
		u->name);

	return nft(script, e);
}

static int node_table(struct network *n, const char *node, struct err *e)
{
	cleanup_free char *program = service_find_program("nft");
	cleanup_free char *command = mem_printf(
		"%s "
		"'add table ip espalier; delete table ip espalier; "
		"add table ip espalier; "
		"add chain ip espalier post { type nat hook postrouting priority 100; }; "
		"add rule ip espalier post oifname \"uplink\" masquerade'",
		program ? program : "nft");
	int r = keep_run(n, node, command, NULL, e);

	if (r < 0 && e)
		e->code = -EIO; /* it is no command of the user's that failed */
	return r < 0 ? -EIO : 0;
}

/* ---- one node ---- */

/* Of a record of another machine: what that has must not be forgotten. One that nobody is
 * in has nothing to be taken back from it. */
static int check_elsewhere(const struct record *r, struct err *e)
{
	if (!machine_is_alive(&r->machine))
		return 0;
	err_set(e, EXDEV,
		"its uplink is in another network namespace, that of the "
		"shell that made it");
	return err_hint(e, "do it from there; 'nsenter' leads to it");
}

static int take_back_here(const char *path, const char *network, const char *node,
			  const struct record *r, struct err *e)
{
	cleanup_free char *table = table_of(network, node);
	struct uplink u = { .mark = table };
	int code;

	memcpy(u.name, r->name, sizeof(u.name));
	code = uplink_delete(&u, e);
	if (code == 0)
		code = nftables_delete(table, e);
	if (code == 0)
		code = forward_off(&r->machine, path, e);
	return code;
}

static int take_back(const char *dir, const char *network, const char *node,
		     struct err *e)
{
	cleanup_free char *path = record_path(dir, node);
	cleanup_close int lock = lock_machine(e);
	struct netns_id here;
	struct record r;
	int code = lock < 0 ? -EIO : machine_identify(&here, e);

	if (code == 0 && read_record(path, &r)) {
		bool is_here = machine_same(&here, &r.machine);

		code = is_here ? take_back_here(path, network, node, &r, e)
			       : check_elsewhere(&r, e);
		if (code == 0 && !is_here)
			forget_forwarding(&r.machine);
	}
	if (code == 0)
		unlink(path);
	return code < 0 ? err_context(e, "%s", node) : 0;
}

/* The name on the machine: one that nobody has. */
static void choose_name(const char *table, char ret[16])
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (const char *c = table; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	do
		snprintf(ret, 16, "esp%08x", hash++);
	while (uplink_is_taken(ret));
}

/* The node's record, which is written if there is none; and forwarding is on. */
static int begin(struct network *n, const char *node, const char *table,
		 struct record *ret, struct err *e)
{
	cleanup_free char *path = record_path(n->dir, node);
	cleanup_close int lock = lock_machine(e);
	struct netns_id here;
	bool recorded, fits;
	int r = lock < 0 ? -EIO : machine_identify(&here, e);

	if (r < 0)
		return r;
	recorded = read_record(path, ret);
	fits = recorded && machine_same(&ret->machine, &here);
	if (recorded && !fits) {
		r = check_elsewhere(ret, e);
		if (r < 0)
			return err_context(e, "%s", node);
		forget_forwarding(&ret->machine);
	}
	if (!fits) {
		choose_name(table, ret->name);
		ret->machine = here;
		r = write_record(n->dir, node, ret, e);
	}
	return r == 0 ? forward_on(&here, e) : r;
}

static int make(struct network *n, const struct node *node, struct str *report,
		struct err *e)
{
	cleanup_free char *table = table_of(n->name, node->name);
	cleanup_free char *look = mem_printf("list table ip %s", table);
	struct uplink u = { .mark = table };
	bool forwarded = is_forwarding(), tabled, made;
	struct record record = { 0 };
	int r;

	tabled = !report || nft(look, NULL) == 0;
	r = begin(n, node->name, table, &record, e);
	memcpy(u.name, record.name, sizeof(u.name));
	if (r == 0)
		r = uplink_make(n->kern, node, &u, node->up, &made, e);
	if (r == 0)
		r = kern_go_home(n->kern, e);
	if (r == 0)
		r = machine_table(table, &u, e);
	if (r == 0)
		r = node_table(n, node->name, e);
	if (r < 0 || !report)
		return r;
	if (made)
		str_addf(report, "%s:uplink was gone\n", node->name);
	if (!tabled)
		str_addf(report, "the machine's nftables table %s was gone\n", table);
	if (!forwarded)
		str_add(report, "the machine did not forward IPv4 any more\n");
	return 0;
}

/* ---- all ---- */

int uplinks_reach(struct network *n, const struct model *m, const struct model *from,
		  struct str *report, struct err *e)
{
	name_vec recorded = { 0 };
	int r = kern_go_home(n->kern, e);

	list_records(n->dir, &recorded);
	vec_each (&recorded, name) {
		const struct node *node = model_node_named(m, *name);

		if (r == 0 && (!node || !node->nat))
			r = take_back(n->dir, n->name, *name, e);
	}
	free_names(&recorded);
	for (size_t i = 0; i < m->nodes.n && r == 0; i++) {
		const struct node *node = m->nodes.v[i];
		const struct node *old = from ? model_node(from, node->id) : NULL;

		if (node->nat && (!old || old->up != node->up))
			r = make(n, node, report, e);
	}
	return r;
}

int uplinks_check_end(const char *dir, struct err *e)
{
	name_vec recorded = { 0 };
	struct netns_id here;
	int r = machine_identify(&here, e);

	list_records(dir, &recorded);
	vec_each (&recorded, name) {
		cleanup_free char *path = record_path(dir, *name);
		struct record record;

		if (r == 0 && read_record(path, &record) &&
		    !machine_same(&record.machine, &here) &&
		    check_elsewhere(&record, e) < 0)
			r = err_context(e, "%s", *name);
	}
	free_names(&recorded);
	return r;
}

int uplinks_end(const char *dir, const char *network, struct err *e)
{
	name_vec recorded = { 0 };
	int r = 0;

	list_records(dir, &recorded);
	vec_each (&recorded, name)
		if (r == 0)
			r = take_back(dir, network, *name, e);
	free_names(&recorded);
	return r;
}
