/*
 * daemons.c — the programs of services that are no part of FRR; see daemons.h.
 *
 * All stay in the foreground and write their log to standard error or output.
 */
#include "plan/daemons.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { LEASE = 3600 }; /* seconds; dnsmasq's own default */

void daemons_free(struct daemons *d)
{
	vec_each (&d->v, p) {
		vec_each (&p->argv, word)
			free(*word);
		vec_free(&p->argv);
		vec_each (&p->files, f) {
			free(f->name);
			free(f->text);
		}
		vec_free(&p->files);
		free(p->key);
		free(p->config);
	}
	vec_free(&d->v);
}

static struct daemon *add(struct daemons *ret, const struct service *s,
			  const char *package, const char *const *argv)
{
	struct daemon d = {
		.name = service_name(s->kind),
		.services = 1U << s->kind,
		.package = package,
	};

	for (; *argv; argv++)
		vec_push(&d.argv, mem_strdup(*argv));
	vec_push(&ret->v, d);
	return &ret->v.v[ret->v.n - 1];
}

static void add_file(struct daemon *d, const char *name, char *text)
{
	vec_push(&d->files, ((struct daemon_file){ mem_strdup(name), text }));
}

/* Whatever it was made from is what it goes on with. */
static void finish(struct daemon *d)
{
	struct str key = { 0 };

	vec_each (&d->argv, word)
		str_addf(&key, "%s\n", *word);
	vec_each (&d->files, f)
		str_add(&key, f->text);
	if (!d->config)
		d->config = mem_strdup("");
	str_add(&key, d->config);
	d->key = str_take(&key);
}

/* ---- BIRD ---- */

static void bird(const struct service *s, struct daemons *ret)
{
	const char *const argv[] = { "bird",	 "-d", "-c",	   "bird.conf", "-s",
				     "bird.ctl", "-P", "bird.pid", NULL };
	struct daemon *d = add(ret, s, "bird2", argv);

	/* its socket is there before it has read the configuration */
	d->ready = READY_LOG;
	d->ready_word = "Started";
	d->config = mem_printf("%s\n", service_word(s, "text", 0));
	finish(d);
}

/* ---- dnsmasq ---- */

static struct daemon *dnsmasq(const struct service *s, const char *folder,
			      struct daemons *ret)
{
	cleanup_free char *config =
		mem_printf("--conf-file=%s/%s.conf", folder, service_name(s->kind));
	cleanup_free char *pid =
		mem_printf("--pid-file=%s/%s.pid", folder, service_name(s->kind));
	const char *const argv[] = { "dnsmasq",	    "--keep-in-foreground",
				     "--user=root", "--group=root",
				     config,	    pid,
				     NULL };
	struct daemon *d = add(ret, s, "dnsmasq-base", argv);

	d->ready = READY_FILE;
	d->ready_word = s->kind == SERVICE_DHCP ? "dhcp.pid" : "dns.pid";
	return d;
}

static void dhcp(const struct node *n, const struct service *s, const char *folder,
		 struct daemons *ret)
{
	const char *router = service_word(s, "router", 0);
	const char *dns = service_word(s, "dns", 0), *iface;
	struct daemon *d = dnsmasq(s, folder, ret);
	struct str c = { 0 };

	str_addf(&c,
		 "port=0\nlog-facility=-\nlog-dhcp\nno-ping\ndhcp-authoritative\n"
		 "dhcp-leasefile=%s/dhcp.leases\ndhcp-range=%s,%s,%us\n",
		 folder, service_word(s, "range", 0), service_word(s, "range", 1),
		 service_seconds(s, "lease", LEASE));
	/* unless told, dnsmasq offers itself as router, which a host is not */
	if (router || n->kind != NODE_ROUTER)
		str_addf(&c, "dhcp-option=option:router%s%s\n", router ? "," : "",
			 router ? router : "");
	if (dns)
		str_addf(&c, "dhcp-option=option:dns-server,%s\n", dns);
	for (size_t i = 0; (iface = service_word(s, "on", i)); i++)
		if (strcmp(iface, "all") != 0)
			str_addf(&c, "interface=%s\n", iface);
	d->config = str_take(&c);
	finish(d);
}

static void dns(const struct service *s, const char *folder, struct daemons *ret)
{
	const char *forward = service_word(s, "forward", 0), *name;
	struct daemon *d = dnsmasq(s, folder, ret);
	struct str c = { 0 };

	str_add(&c, "log-facility=-\nlog-queries\nno-hosts\nno-resolv\n");
	for (size_t i = 0; (name = service_word(s, "name", i)); i += 2)
		str_addf(&c, "host-record=%s,%s\nlocal=/%s/\n", name,
			 service_word(s, "name", i + 1), name);
	str_addf(&c, "local-ttl=%u\n", service_seconds(s, "ttl", 0));
	if (forward)
		str_addf(&c, "server=%s\n", forward);
	d->config = str_take(&c);
	finish(d);
}

/* ---- DHCP's other side ---- */

/*
 * busybox udhcpc runs `PROGRAM EVENT`. With sh as the program the event is a file
 * that sh reads: nothing has to be executable on /run, which may be mounted noexec.
 */
static const char lease_script[] =
	"# $interface, $ip, $mask, $router: see udhcpc\n"
	"[ ! -e leased ] || read -r old <leased\n"
	"[ \"${old:-$ip/$mask}\" = \"$ip/$mask\" ] || "
	"{ rm leased; ip addr del \"$old\" dev $interface; }\n";
static const char lease_taken[] =
	"ip addr replace $ip/$mask dev $interface && echo $ip/$mask >leased\n"
	"for r in $router; do ip route replace default via $r dev $interface; break; "
	"done\n"
	"echo \"$interface: $ip/$mask${router:+, router $router}${dns:+, DNS $dns}, for "
	"$lease s\"\n";

static void dhcp_client(const struct service *s, struct daemons *ret)
{
	static const char *const events[] = { "bound", "renew", "deconfig", "leasefail",
					      "nak" };
	const char *iface = service_word(s, "on", 0);
	const char *const argv[] = { "busybox", "udhcpc",  "-f",
				     "-R",	"-i",	   iface ? iface : "eth0",
				     "-s",	"/bin/sh", "-t",
				     "5",	"-T",	   "1",
				     "-A",	"1",	   NULL };
	struct daemon *d = add(ret, s, "busybox", argv);

	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		add_file(d, events[i],
			 i < 2	 ? mem_printf("%s%s", lease_script, lease_taken)
			 : i < 3 ? mem_strdup(lease_script)
				 : mem_strdup("echo no lease\n"));
	d->ready = READY_LOG;
	d->ready_word = "udhcpc: started";
	finish(d);
}

/* ---- servers, captures ---- */

static void http(const struct node *n, const struct service *s, struct daemons *ret)
{
	const char *folder = service_word(s, "folder", 0);
	cleanup_free char *port = mem_printf("%u", service_port(s));
	const char *const argv[] = { "busybox", "httpd", "-f", "-v",
				     "-p",	port,	 "-h", folder ? folder : "www",
				     NULL };
	struct daemon *d = add(ret, s, "busybox", argv);

	if (!folder)
		add_file(d, "www/index.html",
			 mem_printf("<!DOCTYPE html>\n<title>%s</title>\n"
				    "<p>This is %s.</p>\n",
				    n->name, n->name));
	d->ready = READY_LISTEN;
	d->ready_port = service_port(s);
	finish(d);
}

static void iperf3(const struct service *s, struct daemons *ret)
{
	cleanup_free char *port = mem_printf("%u", service_port(s));
	const char *const argv[] = { "iperf3", "-s", "-p", port, "--forceflush", NULL };
	struct daemon *d = add(ret, s, "iperf3", argv);

	d->ready = READY_LISTEN;
	d->ready_port = service_port(s);
	finish(d);
}

static void tcpdump(const struct service *s, struct daemons *ret)
{
	const char *iface = s->words.v[0];
	const char *const argv[] = { "tcpdump",
				     "-n",
				     "-U",
				     "-Z",
				     "root",
				     "-i",
				     strcmp(iface, "all") == 0 ? "any" : iface,
				     "-w",
				     service_word(s, "to", 0),
				     NULL };
	struct daemon *d = add(ret, s, "tcpdump", argv);

	d->ready = READY_LOG;
	d->ready_word = "listening on";
	finish(d);
}

void daemons_of(const struct model *m, const struct node *n, const char *folder,
		struct daemons *ret)
{
	*ret = (struct daemons){ 0 };
	frr_daemons(m, n, ret);
	vec_each (&n->services, each) {
		const struct service *s = *each;

		switch (s->kind) {
		case SERVICE_BIRD:
			bird(s, ret);
			break;
		case SERVICE_DHCP:
			dhcp(n, s, folder, ret);
			break;
		case SERVICE_DHCP_CLIENT:
			dhcp_client(s, ret);
			break;
		case SERVICE_DNS:
			dns(s, folder, ret);
			break;
		case SERVICE_HTTP:
			http(n, s, ret);
			break;
		case SERVICE_IPERF3:
			iperf3(s, ret);
			break;
		case SERVICE_TCPDUMP:
			tcpdump(s, ret);
			break;
		default:
			break;
		}
	}
}
