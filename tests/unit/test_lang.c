/*
 * test_lang.c — statements to arguments, errors with place and hint, and
 * completion, over a small table of verbs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "lang/kinds.h"
#include "lang/lang.h"

static const struct verb table[] = {
	{ .name = "add", .pattern = "{host | router | switch} NAME...", .help = "add" },
	{ .name = "link",
	  .pattern = "END END [name LINKNAME] [ip {ENDADDR | none} {ENDADDR | none}] "
		     "[mtu BYTES] [mac MAC MAC]",
	  .help = "link" },
	{ .name = "del", .pattern = "[node | link] TARGET...", .help = "del" },
	{ .name = "ip", .pattern = "IFACE {ADDR/LEN... | none}", .help = "ip" },
	{ .name = "route",
	  .pattern = "{auto | NODE PREFIX {via ADDR [metric COUNT] | none}}",
	  .help = "route" },
	{ .pattern = "NODE COMMAND", .help = "run a program" },
	{ .name = "run", .pattern = "NODE COMMAND", .help = "run a program" },
	{ .name = "stop", .pattern = "JOB", .help = "stop" },
	{ .name = "ping", .pattern = "NODE {NODE | ADDR} [count COUNT]", .help = "ping" },
	{ .name = "show", .pattern = "[nodes | links | NODE | LINK]", .help = "show" },
	{ .name = "shape",
	  .pattern = "{NODE -> NODE | LINK} {none | [rate RATE] [delay TIME]}",
	  .help = "shape" },
	{ .name = "save", .pattern = "FILE", .help = "save" },
	{ .name = "undo", .pattern = "", .help = "undo" },
	{ .name = "help", .pattern = "[VERB]", .help = "help" },
	{ .name = "quit", .pattern = "", .help = "quit" },
	{ .name = "?", .pattern = "[VERB]", .help = "help" },
};

static struct lang *lang;
static struct model *model;
static uint32_t h1, h2, s1, r1, spine; /* ids */

static size_t list_jobs(void *cookie, unsigned *ret, size_t max)
{
	assert_ptr_equal(cookie, &lang);
	assert_true(max >= 2);
	ret[0] = 1;
	ret[1] = 12;
	return 2;
}

static uint32_t add_link(uint32_t a, uint32_t b, const char *name)
{
	struct link_options o = { .name = name };
	uint32_t id;

	assert_int_equal(model_add_link(model, a, b, &o, &id, NULL), 0);
	return id;
}

/* h1 — s1 — h2, and r1 joined to s1 by two links, one of them named. */
static int set_up(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	if (lang_new(table, ARRAY_LEN(table), list_jobs, &lang, &lang, &e) < 0)
		fail_msg("%s", e.msg);
	model = model_new();
	model_add_node(model, NODE_HOST, "h1", &h1, NULL);
	model_add_node(model, NODE_HOST, "h2", &h2, NULL);
	model_add_node(model, NODE_SWITCH, "s1", &s1, NULL);
	model_add_node(model, NODE_ROUTER, "r1", &r1, NULL);
	add_link(h1, s1, NULL);
	add_link(h2, s1, NULL);
	add_link(r1, s1, NULL);
	spine = add_link(r1, s1, "spine");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	model_free(model);
	lang_free(lang);
	return 0;
}

/* ---- parsing ---- */

struct parsed {
	struct statement st;
	const struct verb *verb;
	struct args args;
	struct err e;
	int code;
};

static struct parsed *parse(const char *text, size_t n)
{
	struct parsed *p = mem_alloc(sizeof(*p));
	struct lexer x;

	lex_begin(&x, text, n);
	assert_int_equal(lex_next(&x, &p->st, &p->e), 1);
	p->code = lang_parse(lang, model, &p->st, &p->verb, &p->args, &p->e);
	/* without an error to fill, the outcome is the same */
	if (p->code < 0)
		assert_true(lang_parse(lang, model, &p->st, &p->verb, &p->args, NULL) <
			    0);
	return p;
}

static void parsed_free(struct parsed *p)
{
	args_free(&p->args);
	err_clear(&p->e);
	statement_free(&p->st);
	free(p);
}

static struct parsed *good(const char *text)
{
	struct parsed *p = parse(text, strlen(text));

	if (p->code < 0)
		fail_msg("%s: %s", text, p->e.msg);
	return p;
}

/* An error, its column and the length of its caret, and its hint (NULL: any). */
static void bad(const char *text, unsigned column, unsigned length, const char *msg,
		const char *hint)
{
	struct parsed *p = parse(text, strlen(text));

	assert_true(p->code < 0);
	assert_int_equal(p->code, p->e.code);
	assert_string_equal(p->e.msg, msg);
	assert_int_equal(p->e.place.line, 1);
	assert_int_equal(p->e.place.column, column);
	assert_int_equal(p->e.place.length, length);
	if (hint && !*hint)
		assert_null(p->e.hint);
	else if (hint)
		assert_string_equal(p->e.hint, hint);
	parsed_free(p);
}

static void test_arguments(void **state)
{
	struct parsed *p = good("link h1 s1:eth7 mtu 9000B name up-1 ip 10.0.0.1 none");
	const struct value *v;

	(void)state;
	assert_string_equal(p->verb->name, "link");
	assert_int_equal(args_get(&p->args, "END", 0)->node, h1);
	assert_int_equal(args_get(&p->args, "END", 0)->number, 0);
	assert_int_equal(args_get(&p->args, "END", 1)->node, s1);
	assert_int_equal(args_get(&p->args, "END", 1)->number, 8);
	assert_int_equal(args_number(&p->args, "mtu", 1), 9000);
	assert_string_equal(args_text(&p->args, "name", ""), "up-1");
	v = args_get(&p->args, "ip", 0);
	assert_int_equal(v->ip.len, 32);
	assert_int_equal(v->number, 0);
	assert_null(args_get(&p->args, "ip", 1));
	assert_int_equal(args_count(&p->args, "ip"), 1);
	assert_int_equal(args_count(&p->args, "mac"), 0);
	assert_true(args_has(&p->args, "none"));
	assert_false(args_has(&p->args, "mac"));
	assert_int_equal(args_number(&p->args, "mac", 5), 5);
	err_set(&p->e, EINVAL, "x");
	assert_int_equal(args_blame(&p->args, "END", 1, &p->e), -EINVAL);
	assert_int_equal(p->e.place.column, 9);
	assert_int_equal(p->e.place.length, 7);
	parsed_free(p);
}

static void test_values(void **state)
{
	struct parsed *p = good("link h1 s1 mac 02:00:00:00:00:0A 0e:ff:00:00:00:01");

	(void)state;
	assert_memory_equal(args_get(&p->args, "mac", 0)->mac, "\2\0\0\0\0\n", 6);
	assert_memory_equal(args_get(&p->args, "mac", 1)->mac, "\16\377\0\0\0\1", 6);
	parsed_free(p);
	p = good("link h1 s1 ip 10.0.0.1/24 fd00::1");
	assert_int_equal(args_get(&p->args, "ip", 0)->number, 1);
	assert_int_equal(args_get(&p->args, "ip", 0)->ip.len, 24);
	assert_int_equal(args_get(&p->args, "ip", 1)->ip.family, AF_INET6);
	parsed_free(p);
	p = good("ip r1:lo 192.0.2.1/32 2001:db8::1/128");
	assert_int_equal(args_get(&p->args, "IFACE", 0)->link, 0);
	assert_int_equal(args_get(&p->args, "IFACE", 0)->node, r1);
	assert_int_equal(args_count(&p->args, "ADDR/LEN"), 2);
	parsed_free(p);
	p = good("ip r1:eth1 none");
	assert_int_equal(args_get(&p->args, "IFACE", 0)->link, spine);
	assert_int_equal(args_get(&p->args, "IFACE", 0)->end, 0);
	parsed_free(p);
	p = good("route h1 default via 10.0.0.2 metric 7");
	assert_int_equal(args_get(&p->args, "PREFIX", 0)->ip.family, 0);
	assert_int_equal(args_number(&p->args, "metric", 0), 7);
	assert_int_equal(args_get(&p->args, "via", 0)->ip.len, 32);
	parsed_free(p);
	p = good("stop %12");
	assert_int_equal(args_number(&p->args, "JOB", 0), 12);
	parsed_free(p);
	p = good("help li");
	assert_string_equal(args_text(&p->args, "VERB", ""), "link");
	parsed_free(p);
	p = good("shape r1 -> h2 delay 20ms rate 10mbit");
	assert_int_equal(args_count(&p->args, "NODE"), 2);
	assert_int_equal(args_number(&p->args, "rate", 0), 10000000);
	assert_int_equal(args_number(&p->args, "delay", 0), 20000000);
	parsed_free(p);
}

static void test_first_word(void **state)
{
	uint32_t id;
	struct parsed *p = good("a host x");

	(void)state;
	assert_string_equal(p->verb->name, "add");
	parsed_free(p);
	p = good("h1 ping h2");
	assert_null(p->verb->name);
	parsed_free(p);
	/* a node's exact name goes before the beginning of a verb, a verb before a node
	 */
	assert_int_equal(model_add_node(model, NODE_HOST, "li", &id, NULL), 0);
	assert_int_equal(model_add_node(model, NODE_HOST, "undo", &id, NULL), 0);
	p = good("li x");
	assert_null(p->verb->name);
	parsed_free(p);
	p = good("undo");
	assert_string_equal(p->verb->name, "undo");
	parsed_free(p);
	bad("s", 1, 1, "'s' is short for several commands",
	    "say stop, show, shape or save");
	bad("lnk h1", 1, 3, "no command or node named 'lnk'", "did you mean 'link'?");
	bad("h11 ls", 1, 3, "no command or node named 'h11'", "did you mean 'h1'?");
	bad("exit", 1, 4, "no command or node named 'exit'", "did you mean 'quit'?");
	bad("zzzzzz", 1, 6, "no command or node named 'zzzzzz'",
	    "`help` lists the commands");
	bad("'undo'", 1, 6, "no command or node named 'undo'",
	    "a command is typed without quotes");
	bad("'h1' ls", 1, 4, "no command or node named 'h1'", NULL);
	bad("'' x", 1, 2, "no command or node named ''", NULL);
}

static void test_links(void **state)
{
	struct parsed *p = good("show h1 s1");

	(void)state;
	assert_int_not_equal(args_get(&p->args, "LINK", 0)->link, 0);
	assert_null(args_get(&p->args, "NODE", 0));
	parsed_free(p);
	p = good("show h1");
	assert_int_equal(args_get(&p->args, "NODE", 0)->node, h1);
	parsed_free(p);
	p = good("show spine");
	assert_int_equal(args_get(&p->args, "LINK", 0)->link, spine);
	parsed_free(p);
	p = good("show r1:eth1");
	assert_int_equal(args_get(&p->args, "LINK", 0)->link, spine);
	parsed_free(p);
	p = good("show r1:eth1 s1:eth3");
	assert_int_equal(args_get(&p->args, "LINK", 0)->link, spine);
	parsed_free(p);
	bad("show h1 h2", 6, 5, "no link joins h1 and h2", "");
	bad("show r1 s1", 6, 5, "2 links join r1 and s1",
	    "say which: r1:eth0 or r1:eth1");
	bad("show h1 h1", 9, 2, "a link joins two nodes, not h1 to itself", "");
	bad("show r1:eth1 s1:eth2", 14, 7, "unexpected word 's1:eth2'", NULL);
	bad("show r1:eth9", 6, 7, "r1 has no interface 'eth9'", "it has eth0, eth1");
	bad("shape h1", 9, 1, "'shape' needs -> or LINK", NULL);
}

/* "node" or "link" for each target. */
static void targets(const char *text, const char *wanted)
{
	struct parsed *p = good(text);
	struct str s = { 0 };

	for (size_t i = 0; i < args_count(&p->args, "TARGET"); i++) {
		const struct value *v = args_get(&p->args, "TARGET", i);

		assert_true(!v->node != !v->link);
		str_addf(&s, "%s%s", i ? " " : "", v->link ? "link" : "node");
	}
	assert_string_equal(s.s, wanted);
	str_free(&s);
	parsed_free(p);
}

static void test_targets(void **state)
{
	(void)state;
	targets("del h1", "node");
	targets("del h1 s1", "link");
	targets("del node h1 h2", "node node");
	bad("del h1 h2", 5, 5, "no link joins h1 and h2",
	    "say `node h1 h2` to mean the two nodes");
	targets("del h1 s1 h2", "node node node");
	targets("del node h1 s1", "node node");
	targets("del link h1 s1 spine s1 h2", "link link link");
	targets("del spine h1 r1:eth0", "link node link");
	bad("del r1 s1", 5, 5, "2 links join r1 and s1", NULL);
	bad("del node spine", 10, 5, "no node named 'spine'", NULL);
	bad("del link h1 h2", 10, 5, "no link joins h1 and h2", NULL);
	bad("del h1 nosuch", 8, 6, "no node or link named 'nosuch'", NULL);
	bad("del h1 spin", 8, 4, "no node or link named 'spin'", "did you mean 'spine'?");
	bad("del", 4, 1, "'del' needs node, link or TARGET", NULL);
	bad("del 'node' h1", 5, 6, "unexpected word 'node'",
	    "without quotes 'node' would be a keyword");
}

static void test_commands(void **state)
{
	struct parsed *p = good("  h1 sh -c 'a; b' | cat \\\n -n &");
	const struct arg *last = &p->args.v.v[p->args.v.n - 1];

	(void)state;
	assert_string_equal(args_text(&p->args, "COMMAND", ""),
			    "sh -c 'a; b' | cat \\\n -n");
	assert_int_equal(last->n_words, 6);
	assert_string_equal(last->word[2].text, "a; b");
	assert_true(p->args.statement->background);
	parsed_free(p);
	bad("h1", 3, 1, "'h1' needs COMMAND", NULL);
	bad("run h1", 7, 1, "'run' needs COMMAND", NULL);
	bad("h1 '' x", 4, 2, "the name of a program is empty", "");
}

static void test_errors(void **state)
{
	(void)state;
	bad("link h1 h3 delay 10ms", 9, 2, "no node named 'h3'", "did you mean 'h2'?");
	bad("link h1", 8, 1, "'link' needs another NODE", NULL);
	bad("link h1 s1 mtu", 15, 1, "'mtu' needs BYTES",
	    "BYTES is a size with its unit, as in 1500B");
	bad("link h1 s1 mtu 9000", 16, 4, "'9000' lacks a unit of size", NULL);
	bad("link h1 s1 foo 1", 12, 3, "unexpected word 'foo'",
	    "possible here: name, ip, mtu or mac");
	bad("link h1 s1 mtu 1500B nmae x", 22, 4, "unexpected word 'nmae'",
	    "did you mean 'name'?");
	bad("link h1 s1 mtu 1500B mtu 1500B", 22, 3, "'mtu' is given twice", "");
	bad("link h1 s1 'mtu' 1500B", 12, 5, "unexpected word 'mtu'",
	    "without quotes 'mtu' would be a keyword");
	bad("link h1 s1 ip 10.0.0.300 none", 15, 10, "'10.0.0.300' is not an address",
	    NULL);
	bad("link h1 s1:eth99999 ", 9, 11, "'eth99999' cannot be an interface of s1",
	    NULL);
	bad("link h1 s1 mac 01:00:00:00:00:00 02:00:00:00:00:00", 16, 17,
	    "'01:00:00:00:00:00' is a multicast MAC address", NULL);
	bad("link h1 s1 mac 00:00:00:00:00:00 02:00:00:00:00:00", 16, 17,
	    "an interface's MAC address cannot be all zero", "");
	bad("link h1 s1 mac 2:0:0:0:0:1 x", 16, 11, "'2:0:0:0:0:1' is not a MAC address",
	    NULL);
	bad("add hos h3", 5, 3, "unexpected word 'hos'", "did you mean 'host'?");
	bad("add", 4, 1, "'add' needs host, router or switch",
	    "usage: add {host | router | switch} NAME...");
	bad("add host h1", 10, 2, "there is a host named 'h1' already", "");
	bad("add host spine", 10, 5, "there is a link named 'spine' already", "");
	bad("add host undo", 10, 4, "'undo' is a command, so it cannot be a name", "");
	bad("add host a.b", 10, 3, "the name 'a.b' has a '.' in it", NULL);
	bad("add host ''", 10, 2, "a name is empty", NULL);
	bad("add host 'a\nb'", 10, 2, "'a?b' cannot be a NAME", NULL);
	bad("link h1 s1 name h2", 17, 2, "there is a host named 'h2' already", "");
	bad("ip h1", 4, 2, "'h1' is a node; say which interface of it",
	    "as in h1:eth0; it has eth0 and lo");
	bad("ip h1:eth3 none", 4, 7, "h1 has no interface 'eth3'", "it has eth0 and lo");
	bad("ip h1:eth0 none 10.0.0.1/24", 17, 11, "unexpected word '10.0.0.1/24'", NULL);
	bad("ip h1:eth0 10.0.0.1/24 none", 24, 4, "'none' is not an address", NULL);
	bad("ip h1:eth0 10.0.0.1", 12, 8, "'10.0.0.1' lacks its prefix length", NULL);
	bad("route h1 10.0.0.0/8", 20, 1, "'route' needs via or none", NULL);
	bad("route h1 10.0.0.1/8 none", 10, 10,
	    "'10.0.0.1/8' is no prefix: it has bits beyond its length", NULL);
	bad("ping h1 h3", 9, 2, "no node named 'h3'", "did you mean 'h2'?");
	bad("ping h1 10.0.0", 9, 6, "'10.0.0' is not an address", NULL);
	bad("ping h1 h2 count many", 18, 4, "'many' is not a whole number", "");
	bad("ping h1 h2 count 4294967296", 18, 10, "'4294967296' is too large a number",
	    NULL);
	bad("ping h1 h2 count 99999999999999999999999", 18, 23,
	    "'99999999999999999999999' is too large a number", NULL);
	bad("stop 0", 6, 1, "'0' is too small a number", NULL);
	bad("stop x", 6, 1, "'x' is not the number of a job", "`jobs` lists them");
	bad("show ndoes", 6, 5, "unexpected word 'ndoes'", "did you mean 'nodes'?");
	bad("show h9", 6, 2, "no node or link named 'h9'", "did you mean 'h1'?");
	bad("save ''", 6, 2, "the name of a file is empty", "");
	bad("undo it", 6, 2, "unexpected word 'it'", "usage: undo");
	bad("help zz", 6, 2, "no command named 'zz'", NULL);
}

/* ---- completion ---- */

/* The choices as "a b c/", '/' where more of the word may follow, "-" if described. */
static void complete(const char *text, size_t at, const char *wanted)
{
	struct str s = { 0 };
	choice_vec v;
	size_t got;

	lang_complete(lang, model, text, strlen(text), &got, &v);
	vec_each (&v, c)
		str_addf(&s, "%s%s%s", s.n ? " " : "", *c->text ? c->text : "-",
			 c->partial ? "/" : "");
	assert_string_equal(s.s ? s.s : "", wanted);
	assert_int_equal(got, at);
	str_free(&s);
	choices_free(&v);
}

static void test_completion(void **state)
{
	(void)state;
	complete("", 0,
		 "? add del h1 h2 help ip link ping quit r1 route run s1 save shape "
		 "show stop undo");
	complete("h", 0, "h1 h2 help");
	complete("s", 0, "s1 save shape show stop");
	complete("undo; a", 6, "add");
	complete("add ", 4, "host router switch");
	complete("add r", 4, "router");
	complete("add host ", 9, "-");
	complete("link ", 5, "h1 h2 r1 s1");
	complete("link h1 s1 ", 11, "ip mac mtu name");
	complete("link h1 s1 mtu 1B m", 18, "mac");
	complete("link h1 s1 mtu 1B 'm", 18, "");
	complete("link h1 s1 mtu ", 15, "-");
	complete("link h1:", 5, "h1:eth1");
	complete("ip h", 3, "h1:/ h2:/");
	complete("ip r1:", 3, "r1:eth0 r1:eth1 r1:lo");
	complete("ip r1:lo ", 9, "none -");
	complete("ip r1:lo 10.0.0.1/32 ", 21, "-");
	complete("show ", 5, "h1 h2 links nodes r1 s1 spine");
	complete("show s1 ", 8, "h1 h2 r1");
	complete("show h1 s1 ", 11, "");
	complete("del node ", 9, "h1 h2 r1 s1");
	complete("del link h1 ", 12, "s1");
	complete("del h1 s", 7, "s1 spine");
	complete("shape r1 ", 9, "-> s1");
	complete("route ", 6, "auto h1 h2 r1 s1");
	complete("route h1 ", 9, "default");
	complete("route h1 default ", 17, "none via");
	complete("stop ", 5, "1 12");
	complete("help l", 5, "link");
	complete("nosuch ", 7, "");
	complete("link nosuch ", 12, "");
	complete("undo ", 5, "");
	complete("# add", 5, "");
	complete("add \001", 5, "");
}

static void test_complete_files(void **state)
{
	char folder[] = "/tmp/espalier-test-XXXXXX";
	cleanup_free char *name = NULL, *text = NULL, *wanted = NULL, *inner = NULL;

	(void)state;
	assert_non_null(mkdtemp(folder));
	name = mem_printf("%s/a b.lab", folder);
	fclose(fopen(name, "w"));
	text = mem_printf("save %s/", folder);
	wanted = mem_printf("'%s'", name);
	complete(text, 5, wanted);
	inner = mem_printf("save '%s/a ", folder);
	complete(inner, 5, wanted);
	free(text);
	text = mem_printf("save %.*s", (int)sizeof(folder) - 2, folder);
	free(wanted);
	wanted = mem_printf("%s//", folder);
	complete(text, 5, wanted);
	unlink(name);
	rmdir(folder);
	complete("save /no/such/folder/", 5, "");
}

static void test_complete_programs(void **state)
{
	cleanup_free char *path = mem_strdup(getenv("PATH"));
	size_t at;
	choice_vec v;

	(void)state;
	setenv("PATH", "/bin:/bin", 1);
	lang_complete(lang, model, "h1 l", 4, &at, &v);
	bool has_ls = false;

	for (size_t i = 0; i < v.n; i++) {
		has_ls |= strcmp(v.v[i].text, "ls") == 0;
		assert_true(i == 0 || strcmp(v.v[i].text, v.v[i - 1].text) != 0);
	}
	assert_true(has_ls);
	choices_free(&v);
	if (path)
		setenv("PATH", path, 1);
	complete("h1 ping h", 8, "h1 h2");
}

/* ---- the table, and size ---- */

static void refuse_table(const struct verb *verbs, size_t n)
{
	struct err e = ERR_INIT;
	struct lang *l = NULL;

	assert_int_equal(lang_new(verbs, n, NULL, NULL, &l, &e), -EINVAL);
	assert_non_null(e.msg);
	assert_null(l);
	err_clear(&e);
}

static void test_table(void **state)
{
	static const struct verb bad_pattern[] = {
		{ .name = "x", .pattern = "{", .help = "x" }
	};
	static const struct verb no_help[] = { { .name = "x", .pattern = "" } };
	static const struct verb no_pattern[] = { { .name = "x", .help = "x" } };
	static const struct verb twice[] = {
		{ .name = "x", .pattern = "", .help = "x" },
		{ .name = "x", .pattern = "", .help = "x" }
	};
	static const struct verb nameless[] = { { .pattern = "NODE", .help = "x" },
						{ .pattern = "NODE", .help = "x" } };
	cleanup_free char *usage = lang_usage(&table[1]), *bare = lang_usage(&table[12]);

	(void)state;
	refuse_table(bad_pattern, 1);
	refuse_table(no_help, 1);
	refuse_table(no_pattern, 1);
	refuse_table(twice, 2);
	refuse_table(nameless, 2);
	assert_string_equal(usage, "link NODE NODE [name NAME] [ip {ADDR[/LEN] | none} "
				   "{ADDR[/LEN] | none}] [mtu BYTES] [mac MAC MAC]");
	assert_string_equal(bare, "undo");
	assert_string_equal(lang_verb(lang, "li")->name, "link");
	assert_string_equal(lang_verb(lang, "?")->name, "?");
	assert_null(lang_verb(lang, "s"));
	assert_null(lang_verb(lang, ""));
	assert_null(lang_verb(lang, "nosuch"));
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Thousands of words in one statement, in a network of thousands of nodes and links. */
static void test_size(void **state)
{
	struct str add = { 0 }, del = { 0 }, ip = { 0 };
	struct parsed *p;
	uint32_t id, hub;
	double begin;

	(void)state;
	assert_int_equal(model_add_node(model, NODE_ROUTER, "hub", &hub, NULL), 0);
	str_add(&add, "add host");
	str_add(&del, "del node");
	str_add(&ip, "ip hub:lo");
	for (unsigned i = 0; i < 5000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%u", i);
		assert_int_equal(model_add_node(model, NODE_HOST, name, &id, NULL), 0);
		add_link(id, hub, NULL);
		str_addf(&add, " m%u", i);
		str_addf(&del, " %s", name);
		if (i < 3000)
			str_addf(&ip, " 10.1.%u.%u/32", i / 250, i % 250 + 1);
	}
	begin = seconds();
	p = good(add.s);
	assert_int_equal(args_count(&p->args, "NAME"), 5000);
	for (size_t i = 0; i < 5000; i++)
		assert_non_null(args_get(&p->args, "NAME", i));
	parsed_free(p);
	p = good(del.s);
	assert_int_equal(args_count(&p->args, "TARGET"), 5000);
	parsed_free(p);
	p = good(ip.s);
	assert_int_equal(args_count(&p->args, "ADDR/LEN"), 3000);
	parsed_free(p);
	str_add(&del, " nosuch");
	p = parse(del.s, del.n);
	assert_string_equal(p->e.msg, "no node named 'nosuch'");
	parsed_free(p);
	/* milliseconds in truth; the bound only tells linear from quadratic */
	assert_true(seconds() - begin < 1.0);
	str_free(&add);
	str_free(&del);
	str_free(&ip);
}

/* A word as long as a statement may be, where each kind of word may stand. */
static void test_long_words(void **state)
{
	static const char *const before[] = {
		"",	 "add host ",	"link h1 ", "link h1 s1 ", "link h1 s1 mtu ",
		"ip ",	 "ip h1:eth0 ", "del ",	    "ping h1 ",	   "help ",
		"stop ", "route h1 "
	};
	cleanup_free char *text = mem_alloc(70000);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(before); i++) {
		struct parsed *p;
		size_t n = strlen(before[i]);

		strcpy(text, before[i]);
		memset(text + n, 'a', 60000);
		text[n + 60000] = '\0';
		p = parse(text, n + 60000);
		assert_true(p->code < 0);
		assert_true(strlen(p->e.msg) < 200);
		parsed_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(test_arguments),	   TEST(test_values),
		TEST(test_first_word),	   TEST(test_links),
		TEST(test_targets),	   TEST(test_commands),
		TEST(test_errors),	   TEST(test_completion),
		TEST(test_complete_files), TEST(test_complete_programs),
		TEST(test_table),	   TEST(test_size),
		TEST(test_long_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
