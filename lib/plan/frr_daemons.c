/*
 * frr_daemons.c — which programs of the FRR suite a node needs: those of its
 * services, and those that its own configuration speaks to.
 */
#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "plan/daemons.h"

/* Debian's place, which is not in PATH. */
#define FRR_FOLDER "/usr/lib/frr/"

enum { LINES = 5 };

static const struct program {
	const char *name;
	int service; /* whose it is; -1: only a configuration can ask for it */
	const char *lines[LINES];      /* how lines of a configuration for it begin */
	const char *socket, *argument; /* READY_FILE; a further option with its value, or
					  NULL */
	const char *value;
} programs[] = {
	{ "zebra", -1, { NULL }, "zserv.api", NULL, NULL },
	{ "staticd", -1, { "ip route ", "ipv6 route " }, "staticd.vty", NULL, NULL },
	{ "bfdd", SERVICE_BFD, { "bfd" }, "bfdd.vty", "--bfdctl", "bfdd.sock" },
	{ "ospfd", SERVICE_OSPF, { "router ospf", "ip ospf " }, "ospfd.vty", NULL, NULL },
	{ "ospf6d",
	  SERVICE_OSPF6,
	  { "router ospf6", "ipv6 ospf6 " },
	  "ospf6d.vty",
	  NULL,
	  NULL },
	{ "ripd", SERVICE_RIP, { "router rip", "ip rip " }, "ripd.vty", NULL, NULL },
	{ "ripngd", -1, { "router ripng", "ipv6 ripng " }, "ripngd.vty", NULL, NULL },
	{ "isisd",
	  SERVICE_ISIS,
	  { "router isis", "ip router isis", "ipv6 router isis" },
	  "isisd.vty",
	  NULL,
	  NULL },
	{ "bgpd", SERVICE_BGP, { "router bgp" }, "bgpd.vty", NULL, NULL },
	{ "pimd",
	  SERVICE_PIM,
	  { "ip pim", "ip igmp", "ip multicast" },
	  "pimd.vty",
	  NULL,
	  NULL },
	{ "eigrpd", -1, { "router eigrp" }, "eigrpd.vty", NULL, NULL },
	{ "babeld", -1, { "router babel", "babel " }, "babeld.vty", NULL, NULL },
	{ "vrrpd", -1, { "vrrp " }, "vrrpd.vty", NULL, NULL },
};

/* "router ospf" is no "router ospf6". */
static bool begins(const char *line, const char *with)
{
	size_t n = strlen(with);

	return strncmp(line, with, n) == 0 &&
	       (with[n - 1] == ' ' || !isalnum((unsigned char)line[n]));
}

static bool asks_for(const char *text, const struct program *p)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += strspn(line, " \t\r\n");
		for (size_t i = 0; i < LINES && p->lines[i]; i++)
			if (begins(line, p->lines[i]))
				return true;
	}
	return false;
}

static bool is_needed(const struct node *n, const char *text, const struct program *p)
{
	if (strcmp(p->name, "zebra") == 0)
		return true;
	return (p->service >= 0 && node_service(n, (enum service_kind)p->service)) ||
	       (text && asks_for(text, p));
}

static void add(const struct model *m, const struct node *n, const struct program *p,
		struct daemons *ret)
{
	struct str key = { 0 }, more = { 0 };
	struct daemon d = {
		.name = p->name,
		.frr = true,
		.first = strcmp(p->name, "zebra") == 0,
		.package = "frr",
		.ready = READY_FILE,
		.ready_word = p->socket,
	};
	const char *const options[] = { "-z", "zserv.api", "--vty_socket", ".",
					"-P", "0",	   "--log",	   "stdout" };

	if (p->service >= 0 && node_service(n, (enum service_kind)p->service))
		d.services = 1U << p->service;
	if (ret->frr_text)
		d.services |= 1U << SERVICE_FRR;
	vec_push(&d.argv, mem_printf(FRR_FOLDER "%s", p->name));
	vec_push(&d.argv, mem_strdup("-f"));
	vec_push(&d.argv, mem_printf("%s.conf", p->name));
	vec_push(&d.argv, mem_strdup("-i"));
	vec_push(&d.argv, mem_printf("%s.pid", p->name));
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		vec_push(&d.argv, mem_strdup(options[i]));
	if (p->argument) {
		vec_push(&d.argv, mem_strdup(p->argument));
		vec_push(&d.argv, mem_strdup(p->value));
	}
	frr_text(m, n, p->name, &key, &more);
	d.config = mem_printf("%s%s", key.s, more.s ? more.s : "");
	/* one's own configuration cannot be taken back piece by piece */
	str_add(&key, ret->frr_text ? ret->frr_text : "");
	d.key = str_take(&key);
	str_free(&more);
	vec_push(&ret->v, d);
}

void frr_daemons(const struct model *m, const struct node *n, struct daemons *ret)
{
	const struct service *own = node_service(n, SERVICE_FRR);
	bool any = false;

	vec_each (&n->services, s)
		any |= service_is_frr((*s)->kind);
	if (!any)
		return;
	ret->frr_text = own ? service_word(own, "text", 0) : NULL;
	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		if (is_needed(n, ret->frr_text, &programs[i]))
			add(m, n, &programs[i], ret);
}
