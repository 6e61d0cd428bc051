/*
 * cmd_ping.c — ping: from one node to another or to an address, and what the
 * model knows about why no answer comes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "model/trace.h"
#include "run/ping.h"
#include "run/underlay.h"
#include "shell/describe.h"
#include "shell/handlers.h"

enum { COUNT_DEFAULT = 3, COUNT_MAX = 1000000 };
static const uint64_t TIMEOUT_NS =
	2000000000;		       /* a queue that is full can take a second */
static const long PACE_NS = 200000000; /* iputils' own limit for users */

/* ---- what the model says ---- */

static bool any_up(const struct model *m, const struct node *n)
{
	vec_each (&n->ports, p) {
		const struct link *l = p->link ? model_link(m, p->link) : NULL;

		if (l && model_iface_up(m, l, p->end) && model_iface_up(m, l, !p->end))
			return true;
	}
	return false;
}

/* Whether packets for the address find a way out of the node. */
static bool has_way(const struct model *m, const struct node *n, const struct ip *to)
{
	const struct link *link;
	int end;

	if (model_next_hop(m, n, to, &link, &end))
		return true;
	vec_each (&n->routes, r)
		if (r->prefix.family == to->family && ip_within(to, &r->prefix))
			return true;
	return false;
}

static char *why_alone(const struct model *m, const struct node *n)
{
	if (!n->up)
		return mem_printf("%s is down", n->name);
	if (!n->ports.n)
		return mem_printf("%s has no link", n->name);
	if (!any_up(m, n))
		return mem_printf("every link of %s is down", n->name);
	return NULL;
}

/* The first tunnel on the way there that leads nowhere. */
static char *why_tunnel(struct network *net, const struct node *from, const struct ip *to)
{
	const struct model *m = net->model;
	link_ids links = { 0 };
	uint32_t mtu;
	char *why = NULL;

	trace_path(m, from->id, to, &mtu, &links, NULL);
	vec_each (&links, id) {
		const struct link *l = model_link(m, *id);
		struct err e = ERR_INIT;
		struct tunnel now;

		if (!why && l->tunnel.kind && underlay_path(net, l, &now, &mtu, &e) < 0) {
			cleanup_free char *text = link_text(m, l);

			why = mem_printf("the underlay of %s is broken: %s", text, e.msg);
		}
		err_clear(&e);
	}
	vec_free(&links);
	return why;
}

char *handlers_why_not(struct network *net, const struct node *from, const struct ip *to)
{
	const struct model *m = net->model;
	const struct node *owner = model_node(m, model_owner_near(m, to, from->id));
	const struct ip *source = trace_source(m, from->id, to);
	const struct ip *back = source ? source : model_node_address(m, from, to->family);
	char text[IP_TEXT_MAX];
	char *why;

	if (owner == from && from->up)
		return NULL;
	why = why_alone(m, from);
	if (!why)
		why = why_tunnel(net, from, to);
	if (!why && owner)
		why = why_alone(m, owner);
	if (!why && !has_way(m, from, to))
		why = mem_printf("%s has no route to %s", from->name, ip_text(to, text));
	if (!why && !owner)
		why = mem_printf("no node has the address %s", ip_text(to, text));
	if (!why && back && !has_way(m, owner, back))
		why = mem_printf("%s has no route back", owner->name);
	return why;
}

/* ---- whom to ping ---- */

bool handlers_common_address(const struct model *m, const struct node *from,
			     const struct node *to, struct ip *ret)
{
	static const int families[] = { AF_INET, AF_INET6 };

	for (size_t f = 0; f < ARRAY_LEN(families); f++) {
		const struct ip *ip = model_node_address(m, to, families[f]);

		if (!ip || !model_node_address(m, from, families[f]))
			continue;
		*ret = *ip;
		return true;
	}
	return false;
}

static bool has_address(const struct model *m, const struct node *n)
{
	return model_node_address(m, n, AF_INET) || model_node_address(m, n, AF_INET6);
}

char *handlers_why_no_address(const struct model *m, const struct node *from,
			      const struct node *to)
{
	const struct node *without = has_address(m, from) ? to : from;

	if (has_address(m, without))
		return mem_printf("%s and %s have no address of the same family",
				  from->name, to->name);
	return mem_printf("%s has no address%s", without->name,
			  without->kind == NODE_SWITCH ? ": it is a switch"
			  : without->ports.n	       ? ""
						       : ": it has no link");
}

/* The address that is typed, or that of the node that is named. */
static int find_target(struct session *s, const struct args *a, const struct node *from,
		       struct ip *ret, struct err *e)
{
	const struct model *m = s->net->model;
	const struct value *address = args_get(a, "ADDR", 0);
	const struct node *to = address ? from
					: model_node(m, args_get(a, "NODE", 1)->node);
	cleanup_free char *why = NULL;

	if (address && has_address(m, from)) {
		*ret = address->ip;
		return 0;
	}
	if (!address && handlers_common_address(m, from, to, ret))
		return 0;
	why = handlers_why_no_address(m, from, to);
	err_set(e, EADDRNOTAVAIL, "%s", why);
	return args_blame(a, "NODE", has_address(m, from) ? 1 : 0, e);
}

/* ---- one after the other ---- */

struct tally {
	uint64_t sent, answered, min_ns, max_ns, sum_ns;
	json_t *rtts; /* ms; null for a lost one */
};

static void count(struct tally *t, const struct ping *p)
{
	t->sent++;
	if (p->outcome != PING_ANSWERED) {
		json_array_append_new(t->rtts, json_null());
		return;
	}
	if (!t->answered || p->rtt_ns < t->min_ns)
		t->min_ns = p->rtt_ns;
	if (p->rtt_ns > t->max_ns)
		t->max_ns = p->rtt_ns;
	t->sum_ns += p->rtt_ns;
	t->answered++;
	json_array_append_new(t->rtts, json_real((double)p->rtt_ns / 1e6));
}

static void say_outcome(struct session *s, const struct ping *p, uint64_t seq)
{
	char text[IP_TEXT_MAX];
	const char *to = ip_text(&p->to, text);

	switch (p->outcome) {
	case PING_ANSWERED:
		output_say(&s->out, STYLE_PLAIN, "%ju: %s answered in %.3f ms",
			   (uintmax_t)seq, to, (double)p->rtt_ns / 1e6);
		break;
	case PING_LOST:
		output_say(&s->out, STYLE_BAD, "%ju: no answer from %s in 2 s",
			   (uintmax_t)seq, to);
		break;
	case PING_UNREACHABLE:
	case PING_NOT_SENT:
		output_say(&s->out, STYLE_BAD, "%ju: %s: %s", (uintmax_t)seq, to, p->why);
		break;
	}
}

/* The pause before the next; false: Ctrl-C. */
static bool pause_between(const struct session *s)
{
	struct timespec pace = { .tv_nsec = PACE_NS };

	nanosleep(&pace, NULL);
	return !(s->hooks.interrupted && s->hooks.interrupted(s->hooks.cookie));
}

static int ping_all_of(struct session *s, struct ping *p, uint64_t n, struct tally *t,
		       struct err *e)
{
	/* each has a line of its own, so none tells of progress */
	struct hooks hooks = { .interrupted = s->hooks.interrupted,
			       .cookie = s->hooks.cookie };

	for (uint64_t i = 0; i < n; i++) {
		int r;

		if (i && !pause_between(s))
			return err_set(e, EINTR, "interrupted");
		r = ping_run(s->net, p, 1, 1, TIMEOUT_NS, NULL, NULL, &hooks, e);
		if (r < 0)
			return r;
		count(t, p);
		say_outcome(s, p, i + 1);
		fflush(stdout);
		if (p->outcome == PING_NOT_SENT)
			break; /* nor would the next be */
	}
	return 0;
}

static void say_tally(struct session *s, const struct tally *t)
{
	double n = t->answered ? (double)t->answered : 1;

	if (t->answered)
		output_say(&s->out, STYLE_PLAIN,
			   "%ju sent, %ju answered; rtt %.3f / %.3f / %.3f ms "
			   "(least, mean, most)",
			   (uintmax_t)t->sent, (uintmax_t)t->answered,
			   (double)t->min_ns / 1e6, (double)t->sum_ns / n / 1e6,
			   (double)t->max_ns / 1e6);
	else if (t->sent)
		output_say(&s->out, STYLE_PLAIN, "%ju sent, none answered",
			   (uintmax_t)t->sent);
}

int cmd_ping(struct session *s, const struct args *a, struct err *e)
{
	const struct node *from = model_node(s->net->model, args_get(a, "NODE", 0)->node);
	uint64_t n = args_number(a, "count", COUNT_DEFAULT);
	struct tally t = { .rtts = NULL };
	struct ping p = { .from = from->id };
	char text[IP_TEXT_MAX];
	cleanup_free char *why = NULL;
	bool interrupted = false;
	int r;

	if (n < 1 || n > COUNT_MAX) {
		err_set(e, ERANGE, "a count is 1 to %d", COUNT_MAX);
		return args_blame(a, "count", 0, e);
	}
	r = find_target(s, a, from, &p.to, e);
	if (r < 0)
		return r;
	t.rtts = json_array();
	r = ping_all_of(s, &p, n, &t, e);
	if (r == -EINTR && handlers_at_prompt(s)) {
		output_say(&s->out, STYLE_PLAIN, "%s", ""); /* behind ^C */
		r = 0;
		interrupted = true;
	}
	say_tally(s, &t);
	output_result(&s->out,
		      json_pack("{s:s, s:s, s:I, s:I, s:o}", "from", from->name, "to",
				ip_text(&p.to, text), "sent", (json_int_t)t.sent,
				"answered", (json_int_t)t.answered, "rtt_ms", t.rtts));
	if (r < 0 || t.answered || interrupted)
		return r;
	why = handlers_why_not(s->net, from, &p.to);
	if (!why && p.why[0])
		why = mem_strdup(p.why);
	err_set(e, EHOSTUNREACH, "%s does not reach %s%s%s", from->name,
		ip_text(&p.to, text), why ? ": " : "", why ? why : "");
	return e->code;
}
