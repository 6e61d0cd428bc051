/*
 * attempt_look.c — expectations of what is there: routes, addresses, counters; and of
 * what a program says.
 */
#include "shell/attempt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "shell/capture.h"
#include "shell/handlers.h"
#include "shell/text.h"

#define SECOND 1000000000ULL
enum {
	SEEN_MAX = 160, /* bytes of a program's output that are told */
	AROUND = 24,	/* bytes before and behind what was wanted */
};

int attempt_run(struct attempt *x, const struct node *n, char *const *argv,
		const struct service_place *place, struct str *ret_text, int *ret_status,
		struct err *e)
{
	cleanup_close int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct exec_spec spec = {
		.node = n->name,
		.argv = argv,
		.in = nothing,
		.own_group = true,
		.folder = place ? place->folder : NULL,
		.mounts = place ? place->mounts : NULL,
	};
	struct capture c = { 0 };
	struct exec_end end = { 0 };
	uint64_t least;
	struct timespec t;
	int r;

	/* the last try too has some time */
	clock_gettime(CLOCK_MONOTONIC, &t);
	least = (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec + 2 * SECOND;
	r = capture_run(x->s, &spec, true, x->until > least ? x->until : least, &c, &end,
			e);
	*ret_status = end.status;
	if (r < 0)
		str_free(&c.text);
	else
		*ret_text = c.text;
	return r;
}

/* ---- programs ---- */

static void say_output(struct attempt *x, const struct str *text, int status)
{
	const char *s = text->s ? text->s : "";
	size_t n = strlen(s), from;
	cleanup_free char *clean = NULL;

	while (n > 0 && s[n - 1] == '\n')
		n--;
	/* the end tells most; a character stays whole */
	from = n > SEEN_MAX ? n - SEEN_MAX : 0;
	while (from < n && from > 0 && ((unsigned char)s[from] & 0xc0) == 0x80)
		from++;
	clean = text_clean(s + from, n - from);
	if (status == 128 + SIGKILL)
		str_add(&x->seen, "it did not end in time");
	else
		str_addf(&x->seen, "exit status %d", status);
	if (n)
		str_addf(&x->seen, ", it printed “%s%s”", from ? "…" : "", clean);
	else
		str_add(&x->seen, ", it printed nothing");
}

/* What was wanted, with what stands around it in its line. */
static void say_found(struct attempt *x, const char *text, const char *at, size_t n)
{
	const char *from = at, *to = at + n;
	cleanup_free char *clean = NULL;
	bool cut;

	/* whole words, on either side */
	while (from > text && from[-1] != '\n' && (at - from < AROUND || from[-1] != ' '))
		from--;
	while (*to && *to != '\n' && (to - at - (long)n < AROUND || *to != ' '))
		to++;
	cut = from > text && from[-1] != '\n';
	clean = text_clean(from, (size_t)(to - from));
	str_addf(&x->seen, "it printed “%s%s%s”", cut ? "… " : "",
		 clean + strspn(clean, " "), *to && *to != '\n' ? " …" : "");
}

/* The program of a node, or a command for its vtysh or birdc. */
static int run_program(struct attempt *x, const struct node *n, const struct arg *words,
		       struct str *ret_text, int *ret_status, struct err *e)
{
	cleanup_free char *command = NULL;
	cleanup_free char **argv = NULL;
	struct daemon_prompt p;
	int r;

	if (x->first->kind) {
		argv = handlers_program(x->a, words, &command);
		return attempt_run(x, n, argv, NULL, ret_text, ret_status, e);
	}
	r = handlers_prompt(x->s, n, x->first->key, words, &p, e);
	if (r == 0) {
		r = attempt_run(x, n, p.argv.v, &p.place, ret_text, ret_status, e);
		handlers_prompt_free(&p);
	}
	return r;
}

int attempt_program(struct attempt *x, struct err *e)
{
	const struct arg *words = attempt_arg(x, "PROGRAM", 0);
	const char *wanted = args_text(x->a, "prints", NULL);
	const struct node *n = attempt_node(x, 0);
	struct str text = { 0 };
	int status = 0, r;
	const char *at;
	bool holds;

	if (!n) {
		str_add(&x->seen, "the node is gone");
		return 0;
	}
	r = run_program(x, n, words, &text, &status, e);
	if (r < 0) {
		if (e)
			e->place = words->word->place;
		return r;
	}
	at = wanted && text.s ? strstr(text.s, wanted) : NULL;
	holds = wanted ? at != NULL : (status == 0) == args_has(x->a, "succeeds");
	if (at)
		say_found(x, text.s, at, strlen(wanted));
	else
		say_output(x, &text, status);
	str_free(&text);
	return holds;
}

/* ---- routes and addresses, as `ip` tells them ---- */

static int run_ip(struct attempt *x, const char *family, const char *object,
		  const char *how, const char *what, json_t **ret, struct err *e)
{
	char *argv[] = { (char *)"ip",	 (char *)"-j", (char *)family, (char *)object,
			 (char *)"show", (char *)how,  (char *)what,   NULL };
	const struct node *n = attempt_node(x, 0);
	struct str text = { 0 };
	int status, r;

	if (!n) {
		*ret = json_array();
		return 0;
	}
	r = attempt_run(x, n, argv, NULL, &text, &status, e);
	if (r == 0) {
		*ret = json_loadb(text.s ? text.s : "", text.n, 0, NULL);
		if (!*ret) /* it prints nothing at all for no route */
			*ret = json_array();
	}
	str_free(&text);
	return r;
}

static bool same_address(const json_t *text, const struct ip *wanted)
{
	struct ip ip;

	return json_is_string(text) &&
	       ip_parse(json_string_value(text), &ip, NULL) == 0 &&
	       ip_same_address(&ip, wanted);
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "?";
}

int attempt_route(struct attempt *x, struct err *e)
{
	struct ip prefix = attempt_arg(x, "PREFIX", 0)->value.ip;
	const struct ip *via = &attempt_arg(x, "ADDR", 0)->value.ip;
	char text[IP_TEXT_MAX];
	json_t *routes, *route, *hop;
	size_t i, k;
	bool holds = false;
	int r;

	if (!prefix.family)
		strcpy(text, "default");
	else
		ip_text_length(&prefix, text);
	r = run_ip(x, via->family == AF_INET ? "-4" : "-6", "route", "exact", text,
		   &routes, e);
	if (r < 0)
		return r;
	json_array_foreach(routes, i, route)
	{
		if (json_object_get(route, "gateway")) {
			holds |= same_address(json_object_get(route, "gateway"), via);
			str_addf(&x->seen, "%svia %s", x->seen.n ? ", " : "",
				 text_of(route, "gateway"));
		} else if (!json_object_get(route, "nexthops")) {
			str_addf(&x->seen, "%sdirectly on %s", x->seen.n ? ", " : "",
				 text_of(route, "dev"));
		}
		json_array_foreach(json_object_get(route, "nexthops"), k, hop)
		{
			holds |= same_address(json_object_get(hop, "gateway"), via);
			str_addf(&x->seen, "%svia %s", x->seen.n ? ", " : "",
				 text_of(hop, "gateway"));
		}
	}
	if (!x->seen.n)
		str_addf(&x->seen, "it has no route to %s", text);
	json_decref(routes);
	return holds;
}

int attempt_address(struct attempt *x, struct err *e)
{
	const struct value *wanted = &attempt_arg(x, "ENDADDR", 0)->value;
	json_t *interfaces, *interface, *address;
	size_t i, k;
	bool holds = false;
	int r = run_ip(x, wanted->ip.family == AF_INET ? "-4" : "-6", "address", NULL,
		       NULL, &interfaces, e);

	if (r < 0)
		return r;
	json_array_foreach(interfaces, i, interface)
	{
		json_array_foreach(json_object_get(interface, "addr_info"), k, address)
		{
			json_int_t length =
				json_integer_value(json_object_get(address, "prefixlen"));

			holds |= same_address(json_object_get(address, "local"),
					      &wanted->ip) &&
				 (!wanted->number || length == wanted->ip.len);
			if (strcmp(text_of(interface, "ifname"), "lo") != 0)
				str_addf(&x->seen, "%s%s %s/%d",
					 x->seen.n ? ", " : "it has ",
					 text_of(interface, "ifname"),
					 text_of(address, "local"), (int)length);
		}
	}
	if (!x->seen.n)
		str_add(&x->seen, "it has no such address");
	json_decref(interfaces);
	return holds;
}

/* ---- counters ---- */

int attempt_drops(struct attempt *x, struct err *e)
{
	uint64_t limit = attempt_arg(x, "COUNT", 0)->value.number, dropped = 0;
	const struct link *l =
		model_link(x->s->net->model, attempt_arg(x, "LINK", 0)->value.link);
	int r;

	if (!l) {
		str_add(&x->seen, "the link is gone");
		return 0;
	}
	r = handlers_link_drops(x->s, l, &dropped, e);
	if (r < 0)
		return r;
	str_addf(&x->seen, "%ju packets were dropped", (uintmax_t)dropped);
	return attempt_keeps(x, dropped, limit);
}
