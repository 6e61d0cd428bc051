/*
 * attempt.c — expectations that packets tell: ping, rtt, rate, path.
 */
#include "shell/attempt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/units.h"
#include "kern/netns.h"
#include "lang/kinds.h"
#include "measure/tcp.h"
#include "run/ping.h"
#include "shell/handlers.h"
#include "shell/interrupt.h"

#define SECOND 1000000000ULL
static const uint64_t ANSWER_NS = 2 * SECOND;	   /* a full queue can take a second */
static const uint64_t SILENCE_NS = SECOND * 3 / 2; /* so long nothing comes: no ping */
static const uint64_t RATE_NS = 3 * SECOND;

enum {
	SHARE = 1000000000,
	LOSS_PINGS = 50, /* and more where a small loss is to be told */
	LOSS_PINGS_MAX = 1000,
	LOSS_PARALLEL = 8, /* a burst that no queue is too short for */
	RTT_PINGS = 5,
	SILENT_PINGS = 3,
	HOPS_MAX = 30,
};

const struct arg *attempt_arg(const struct attempt *x, const char *kind, size_t i)
{
	vec_each (&x->a->v, arg)
		if (arg->kind && strcmp(arg->kind->name, kind) == 0 && i-- == 0)
			return arg;
	return NULL;
}

const struct node *attempt_node(const struct attempt *x, size_t i)
{
	const struct arg *arg = attempt_arg(x, "NODE", i);

	/* the timeline may have deleted it meanwhile */
	return arg ? model_node(x->s->net->model, arg->value.node) : NULL;
}

bool attempt_keeps(const struct attempt *x, uint64_t seen, uint64_t limit)
{
	return args_has(x->a, "<") ? seen < limit : seen > limit;
}

/* From the first node to the second, or to an address; false: they have none in common,
 * which is what was seen. */
static bool find_ends(struct attempt *x, const struct node **ret_from, struct ip *ret_to)
{
	const struct model *m = x->s->net->model;
	const struct arg *address = attempt_arg(x, "ADDR", 0);
	const struct node *from = attempt_node(x, 0), *to = attempt_node(x, 1);
	cleanup_free char *why = NULL;

	*ret_from = from;
	if (!from || (!address && !to)) {
		str_add(&x->seen, "the node is gone");
		return false;
	}
	if (address) {
		*ret_to = address->value.ip;
		return true;
	}
	if (handlers_common_address(m, from, to, ret_to))
		return true;
	why = handlers_why_no_address(m, from, to);
	str_add(&x->seen, why);
	return false;
}

/* n pings; *ret (free() it) holds them. */
static int ping(struct attempt *x, const struct node *from, const struct ip *to, size_t n,
		unsigned parallel, uint64_t timeout, struct ping **ret, struct err *e)
{
	struct hooks hooks = { .interrupted = x->s->hooks.interrupted,
			       .cookie = x->s->hooks.cookie };
	struct ping *pings = mem_alloc(n * sizeof(*pings));
	int r;

	for (size_t i = 0; i < n; i++)
		pings[i] = (struct ping){ .from = from->id, .to = *to };
	r = ping_run(x->s->net, pings, n, parallel, timeout, NULL, NULL, &hooks, e);
	if (r < 0)
		free(pings);
	else
		*ret = pings;
	return r;
}

static void say_no_answer(struct attempt *x, const struct node *from, const struct ip *to,
			  const struct ping *p)
{
	cleanup_free char *why = handlers_why_not(x->s->net, from, to);
	char text[IP_TEXT_MAX];

	str_addf(&x->seen, "no answer from %s", ip_text(to, text));
	if (why || p->why[0])
		str_addf(&x->seen, ": %s", why ? why : p->why);
}

static int attempt_loss(struct attempt *x, const struct node *from, const struct ip *to,
			uint64_t limit, struct err *e)
{
	struct ping *pings = NULL;
	uint64_t n = limit ? 4ULL * SHARE / limit : LOSS_PINGS_MAX, lost = 0;
	char text[IP_TEXT_MAX];
	int r;

	n = n < LOSS_PINGS ? LOSS_PINGS : n > LOSS_PINGS_MAX ? LOSS_PINGS_MAX : n;
	r = ping(x, from, to, n, LOSS_PARALLEL, ANSWER_NS, &pings, e);
	if (r < 0)
		return r;
	for (uint64_t i = 0; i < n; i++)
		lost += pings[i].outcome != PING_ANSWERED;
	free(pings);
	str_addf(&x->seen, "%ju of %ju pings to %s were lost (%.1f%%)", (uintmax_t)lost,
		 (uintmax_t)n, ip_text(to, text), 100.0 * (double)lost / (double)n);
	return attempt_keeps(x, lost * SHARE / n, limit);
}

int attempt_ping(struct attempt *x, struct err *e)
{
	const struct value *loss = args_get(x->a, "loss", 0);
	const struct node *from;
	struct ping *p = NULL;
	char text[IP_TEXT_MAX];
	struct ip to;
	bool holds;
	int r;

	if (!find_ends(x, &from, &to))
		return 0;
	if (loss)
		return attempt_loss(x, from, &to, loss->number, e);
	r = ping(x, from, &to, 1, 1, ANSWER_NS, &p, e);
	if (r < 0)
		return r;
	holds = p->outcome == PING_ANSWERED;
	if (holds)
		str_addf(&x->seen, "%s answered in %.3f ms", ip_text(&to, text),
			 (double)p->rtt_ns / 1e6);
	else
		say_no_answer(x, from, &to, p);
	free(p);
	return holds;
}

int attempt_no_ping(struct attempt *x, struct err *e)
{
	const struct node *from;
	struct ping *pings = NULL;
	char text[IP_TEXT_MAX];
	struct ip to;
	bool answered = false;
	int r;

	if (!find_ends(x, &from, &to))
		return 1;
	r = ping(x, from, &to, SILENT_PINGS, SILENT_PINGS, SILENCE_NS, &pings, e);
	if (r < 0)
		return r;
	for (int i = 0; i < SILENT_PINGS; i++)
		answered |= pings[i].outcome == PING_ANSWERED;
	if (answered)
		str_addf(&x->seen, "%s answers", ip_text(&to, text));
	else
		say_no_answer(x, from, &to, pings);
	free(pings);
	return !answered;
}

int attempt_rtt(struct attempt *x, struct err *e)
{
	uint64_t limit = attempt_arg(x, "TIME", 0)->value.number, least = UINT64_MAX;
	const struct node *from;
	struct ping *pings = NULL;
	struct ip to;
	int r;

	if (!find_ends(x, &from, &to))
		return 0;
	r = ping(x, from, &to, RTT_PINGS, 1, ANSWER_NS, &pings, e);
	if (r < 0)
		return r;
	for (int i = 0; i < RTT_PINGS; i++)
		if (pings[i].outcome == PING_ANSWERED && pings[i].rtt_ns < least)
			least = pings[i].rtt_ns;
	if (least == UINT64_MAX)
		say_no_answer(x, from, &to, pings);
	else
		str_addf(&x->seen, "the shortest of %d took %.3f ms", RTT_PINGS,
			 (double)least / 1e6);
	free(pings);
	return least != UINT64_MAX && attempt_keeps(x, least, limit);
}

/* ---- rate ---- */

/* The end of a TCP connection, which goes the way that the node's routes say. */
static int open_end(struct attempt *x, const struct node *n, const struct ip *address,
		    struct measure_end *ret, struct err *e)
{
	cleanup_free char *path = network_netns_path(x->s->net, n->name);

	*ret = (struct measure_end){ .name = n->name, .address = *address };
	ret->netns = netns_open(path);
	return ret->netns < 0 ? err_sys(e, ret->netns, "%s: open %s", n->name, path) : 0;
}

static void tell_goodput(struct attempt *x, const struct tcp_goodput *got)
{
	double mean = (double)got->mean / 1e6, best = (double)got->best / 1e6;
	int digits = best < 1 ? 4 : best < 100 ? 2 : best < 1000 ? 1 : 0;

	str_addf(&x->seen, "TCP carried %.*f Mbit/s, and %.*f in its best second", digits,
		 mean, digits, best);
}

int attempt_rate(struct attempt *x, struct err *e)
{
	uint64_t limit = attempt_arg(x, "RATE", 0)->value.number;
	struct tcp_goodput got = { 0 };
	struct measure_end from = { 0 }, to = { 0 };
	struct ip any = { 0 }, address;
	const struct node *source;
	struct timespec t;
	int r;

	if (!find_ends(x, &source, &address))
		return 0;
	any.family = address.family;
	r = open_end(x, source, &any, &from, e);
	if (r < 0)
		return r;
	r = open_end(x, attempt_node(x, 1), &address, &to, e);
	if (r == 0) {
		clock_gettime(CLOCK_MONOTONIC, &t);
		got = tcp_goodput(&from, &to,
				  (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec +
					  RATE_NS,
				  interrupt_flag());
		close(to.netns);
	}
	close(from.netns);
	if (r < 0 || interrupt_pending())
		return r;
	if (got.mean == 0)
		str_add(&x->seen, "no TCP connection carried anything");
	else
		tell_goodput(x, &got);
	/* a path that carries so much is one, also where the machine stood still */
	return got.mean &&
	       attempt_keeps(x, args_has(x->a, ">") ? got.best : got.mean, limit);
}

/* ---- path ---- */

/* What a ping of some time to live came to. */
struct hop {
	uint32_t node; /* whose router said that its time was over; 0: nobody known */
	bool reached;  /* the end of the way */
	bool stuck;    /* the router says that there is no further way */
};

static int ask_hop(struct attempt *x, const struct node *from, const char *to, size_t ttl,
		   struct hop *ret, struct err *e)
{
	cleanup_free char *hops = mem_printf("%zu", ttl);
	char *argv[] = { (char *)"ping", (char *)"-n", (char *)"-c1", (char *)"-W1",
			 (char *)"-t",	 hops,	       (char *)to,    NULL };
	struct str text = { 0 };
	const char *line;
	int status, r = attempt_run(x, from, argv, NULL, &text, &status, e);

	if (r < 0)
		return r;
	*ret = (struct hop){ .reached = status == 0 };
	line = text.s ? strstr(text.s, "\nFrom ") : NULL;
	if (line) {
		cleanup_free char *word = NULL;
		struct ip ip;

		line += strlen("\nFrom ");
		word = mem_strndup(line, strcspn(line, " \n"));
		if (*word && word[strlen(word) - 1] == ':')
			word[strlen(word) - 1] = '\0';
		if (ip_parse(word, &ip, NULL) == 0)
			ret->node = model_address_owner(x->s->net->model, &ip);
		ret->stuck = strstr(line, "nreachable") != NULL;
	}
	str_free(&text);
	return 0;
}

int attempt_path(struct attempt *x, struct err *e)
{
	const struct node *from;
	struct hop hop = { 0 };
	char text[IP_TEXT_MAX];
	bool same = true;
	struct ip ip;

	if (!attempt_arg(x, "NODE", 1)) {
		err_set(e, EINVAL, "a path has two ends");
		return err_hint(e, "`expect path h1 h2 r1` is from h1 to h2 by r1");
	}
	if (!find_ends(x, &from, &ip))
		return 0;
	ip_text(&ip, text);
	str_add(&x->seen, from->name);
	for (size_t i = 0; i < HOPS_MAX && same && !hop.reached && !hop.stuck; i++) {
		const struct arg *wanted = attempt_arg(x, "NODE", 2 + i);
		const struct node *at;
		int r;

		from = attempt_node(x, 0); /* what is planned may have changed it */
		r = from ? ask_hop(x, from, text, i + 1, &hop, e) : 0;
		if (r < 0 || !from)
			return r;
		at = hop.reached ? attempt_node(x, 1)
				 : model_node(x->s->net->model, hop.node);
		str_addf(&x->seen, " → %s%s", at ? at->name : "?",
			 hop.stuck ? ", and no further" : "");
		same = hop.reached ? !wanted : wanted && wanted->value.node == hop.node;
	}
	return same && hop.reached;
}
