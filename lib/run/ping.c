/*
 * ping.c — many echo requests at once.
 *
 * A request under way is a slot; its sequence number is found again by a table
 * of all 65536, so an answer costs no search. All requests have the same
 * timeout, so those that wait for an answer form a queue by the time they were
 * sent, and its head is the next to time out. A request that could not leave
 * for want of room (ENOBUFS: a full queue, or a full neighbour table, see
 * ping_neighbour.c) waits in a second queue and is tried again a little later,
 * until the timeout; as with ping(8), it has not been sent before it left, and
 * its round trip counts from then.
 *
 * Requests go out in short bursts with answers read in between, so that no
 * receive buffer overflows and a round trip holds no waiting of our own.
 */
#include "run/ping.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "run/ping_neighbour.h"
#include "run/ping_source.h"

enum {
	PARALLEL_MAX = 16384, /* leaves sequence numbers unused for a while */
	SEQS = 65536,
	BURST = 32, /* requests sent before answers are read again */
	NS_PER_MS = 1000000,
	RETRY_NS = 10 * NS_PER_MS,
	LOOK_NS = 50 * NS_PER_MS, /* for Ctrl-C and progress */
};

struct slot {
	uint32_t ping;
	uint16_t seq;
	struct ping_source *source;
	uint64_t begun; /* first tried to send; all times are monotonic ns */
	uint64_t sent;	/* last tried */
	struct queue *in;
	struct slot *prev, *next; /* in its queue */
};

struct queue {
	struct slot *head, *tail;
};

struct run {
	struct ping *pings;
	size_t n, begun, decided;
	const uint32_t *order; /* NULL: as given */
	unsigned under_way, limit;
	uint64_t timeout;
	struct slot *slots;
	struct queue idle, waiting, later;
	struct slot *by_seq[SEQS];
	uint16_t next_seq;
	struct ping_sources sources;
	struct ping_neighbours *neighbours; /* NULL: no care needed */
	void (*done)(const struct ping *p, void *cookie);
	void *cookie;
	const struct hooks *hooks;
	uint64_t looked;
};

static void queue_add(struct queue *q, struct slot *s)
{
	s->in = q;
	s->next = NULL;
	s->prev = q->tail;
	*(q->tail ? &q->tail->next : &q->head) = s;
	q->tail = s;
}

static void queue_remove(struct slot *s)
{
	*(s->prev ? &s->prev->next : &s->in->head) = s->next;
	*(s->next ? &s->next->prev : &s->in->tail) = s->prev;
}

static void decide(struct run *run, struct slot *s, enum ping_outcome outcome)
{
	struct ping *p = &run->pings[s->ping];

	queue_remove(s);
	queue_add(&run->idle, s);
	run->by_seq[s->seq] = NULL;
	s->source->under_way--;
	run->under_way--;
	run->decided++;
	p->outcome = outcome;
	if (outcome == PING_LOST || outcome == PING_ANSWERED)
		p->why[0] = '\0';
	if (run->neighbours)
		ping_neighbours_decided(run->neighbours, s->ping);
	if (run->done)
		run->done(p, run->cookie);
}

static void heard(struct ping_source *source, const struct ping_heard *h, void *cookie)
{
	struct run *run = cookie;
	struct slot *s = run->by_seq[h->seq];
	char text[IP_TEXT_MAX];
	struct ping *p;

	/* an answer that comes after its timeout may have met its number's next use */
	if (!s || s->source != source || s->in != &run->waiting ||
	    (h->index != UINT32_MAX && h->index != s->ping))
		return;
	p = &run->pings[s->ping];
	if (h->refused) {
		snprintf(p->why, sizeof(p->why), "%s from %s", h->what,
			 ip_text(&h->from, text));
		decide(run, s, PING_UNREACHABLE);
	} else {
		p->rtt_ns = h->at > s->sent ? h->at - s->sent : 1;
		decide(run, s, PING_ANSWERED);
	}
}

static void slot_send(struct run *run, struct slot *s)
{
	struct ping *p = &run->pings[s->ping];
	int r;

	/*
	 * It waits before it is sent, since an error about it may be heard while
	 * sending; sent is set just before, and not touched afterwards.
	 */
	queue_remove(s);
	queue_add(&run->waiting, s);
	s->sent = ping_now();
	r = ping_source_send(&run->sources, s->source, &p->to, s->seq, s->ping);
	if (r == 0 || run->by_seq[s->seq] != s)
		return;
	if (r == -ENOBUFS && s->sent - s->begun < run->timeout) {
		queue_remove(s);
		queue_add(&run->later, s);
		return;
	}
	snprintf(p->why, sizeof(p->why), "%s", strerror(-r));
	decide(run, s, PING_NOT_SENT);
}

/* When the next ping may begin: a time that is past, to come, or UINT64_MAX. */
static uint64_t next_begin(const struct run *run)
{
	const struct slot *s = run->waiting.tail;

	if (run->begun == run->n || run->under_way >= run->limit)
		return UINT64_MAX;
	if (!run->neighbours)
		return 0;
	for (unsigned n = ping_neighbours_burst(run->neighbours); s && n > 1; n--)
		s = s->prev;
	return s ? s->sent + PING_NEIGHBOURS_BURST_NS : 0;
}

/* Begins the next ping; -EMFILE: not before another was decided. */
static int begin(struct run *run, struct err *e)
{
	uint32_t index = run->order ? run->order[run->begun] : (uint32_t)run->begun;
	struct ping *p = &run->pings[index];
	struct ping_source *source =
		ping_source_get(&run->sources, p->from, p->to.family);
	struct slot *s = run->idle.head;
	int r;

	if (p->to.family != AF_INET && p->to.family != AF_INET6) {
		run->begun++;
		run->decided++;
		snprintf(p->why, sizeof(p->why), "%s", strerror(EAFNOSUPPORT));
		if (run->done)
			run->done(p, run->cookie);
		return 0;
	}
	if (!source)
		return err_set(e, EINVAL, "no node has number %u", p->from);
	if (source->fd < 0 || source->newer) { /* open, and note that it is in use */
		r = ping_source_open(&run->sources, source, e);
		if (r < 0)
			return r;
	}
	while (run->by_seq[run->next_seq])
		run->next_seq++;
	s->ping = index;
	s->seq = run->next_seq++;
	s->source = source;
	s->begun = ping_now();
	run->by_seq[s->seq] = s;
	source->under_way++;
	run->under_way++;
	run->begun++;
	slot_send(run, s);
	return 0;
}

/* Up to a burst of requests: those tried before first. *ret_more: there are others. */
static int send_some(struct run *run, bool *ret_more, struct err *e)
{
	uint64_t now = ping_now();
	int left = BURST, r;

	*ret_more = true;
	for (; left > 0 && run->later.head; left--) {
		struct slot *s = run->later.head;

		if (now - s->sent < RETRY_NS)
			break;
		slot_send(run, s);
	}
	for (; left > 0; left--) {
		if (next_begin(run) > now)
			break;
		r = begin(run, e);
		if (r == -EMFILE && run->under_way > 0) {
			err_clear(e);
			break;
		}
		if (r < 0)
			return r;
	}
	*ret_more = left == 0;
	return 0;
}

static void expire(struct run *run)
{
	uint64_t now = ping_now();
	struct slot *s;

	while ((s = run->waiting.head) && now - s->sent >= run->timeout)
		decide(run, s, PING_LOST);
}

/* Milliseconds until something has to be done, rounded up. */
static int until_due(const struct run *run)
{
	uint64_t now = ping_now(), due = now + LOOK_NS, at;

	at = next_begin(run);
	due = at < due ? at : due;
	if (run->waiting.head) {
		at = run->waiting.head->sent + run->timeout;
		due = at < due ? at : due;
	}
	if (run->later.head) {
		at = run->later.head->sent + RETRY_NS;
		due = at < due ? at : due;
	}
	return due <= now ? 0 : (int)((due - now + NS_PER_MS - 1) / NS_PER_MS);
}

/* Lets the user see and stop; -EINTR. */
static int look(struct run *run, struct err *e)
{
	const struct hooks *h = run->hooks;
	uint64_t now = ping_now();

	if (!h || now - run->looked < LOOK_NS)
		return 0;
	run->looked = now;
	if (h->interrupted && h->interrupted(h->cookie))
		return err_set(e, EINTR, "interrupted after %zu of %zu pings",
			       run->decided, run->n);
	if (h->progress)
		h->progress(h->cookie, "pinging", run->decided, run->n);
	return 0;
}

static int run_all(struct run *run, struct err *e)
{
	bool more;
	int r = 0;

	while (run->decided < run->n) {
		r = look(run, e);
		if (r == 0)
			r = send_some(run, &more, e);
		if (r == 0)
			r = ping_sources_hear(&run->sources, more ? 0 : until_due(run),
					      e);
		if (r < 0)
			break;
		expire(run);
		if (run->neighbours)
			ping_neighbours_tidy(run->neighbours);
	}
	return r;
}

int ping_run(struct network *net, struct ping *pings, size_t n, unsigned parallel,
	     uint64_t timeout_ns, void (*done)(const struct ping *p, void *cookie),
	     void *cookie, const struct hooks *hooks, struct err *e)
{
	cleanup_free struct run *run = NULL;
	struct err own = ERR_INIT;
	int r;

	if (n > UINT32_MAX - 1)
		return err_set(e, E2BIG, "%zu pings at once are too many", n);
	for (size_t i = 0; i < n; i++) {
		pings[i].outcome = PING_NOT_SENT;
		pings[i].rtt_ns = 0;
		strcpy(pings[i].why, "interrupted");
	}
	if (n == 0)
		return 0;
	run = mem_alloc(sizeof(*run));
	*run = (struct run){ .pings = pings,
			     .n = n,
			     .timeout = timeout_ns,
			     .done = done,
			     .cookie = cookie,
			     .hooks = hooks,
			     .looked = ping_now() };
	if (parallel == 0)
		parallel = 1;
	run->limit = parallel < PARALLEL_MAX ? parallel : PARALLEL_MAX;
	r = ping_sources_begin(&run->sources, net, e);
	if (r < 0)
		return r;
	run->sources.heard = heard;
	run->sources.cookie = run;
	run->neighbours = ping_neighbours_plan(&run->sources, pings, n, &run->order);
	if (run->neighbours && ping_neighbours_room(run->neighbours) < run->limit)
		run->limit = ping_neighbours_room(run->neighbours);
	run->slots = mem_resize(NULL, run->limit, sizeof(*run->slots));
	for (unsigned i = 0; i < run->limit; i++)
		queue_add(&run->idle, &run->slots[i]);
	r = run_all(run, e ? e : &own);
	err_clear(&own);
	ping_neighbours_end(run->neighbours);
	ping_sources_end(&run->sources);
	free(run->slots);
	return r;
}
