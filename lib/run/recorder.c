/*
 * recorder.c — see recorder.h.
 *
 * Shell and process have a pair of sockets. A byte from the shell asks for the numbers so
 * far; the end of it means that the shell has ended, or that the recording is to. The
 * process answers with a struct recorded, at its start too; where it cannot go on, with a
 * text, and ends. So an answer's length tells the two apart.
 */
#include "run/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "model/way.h"
#include "run/self.h"
#include "stat/report.h"
#include "stat/sample.h"

enum {
	ANSWER_MS = 20000, /* a sample of a great network is under way */
	TEXT_MAX = 1024,
	NS_PER_MS = 1000000,
};

static const char argument[] = "--record";

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* ---- the process ---- */

struct recording {
	struct network *net;
	struct sampler *sampler;
	int control;
	uint32_t *links; /* n of them, rising; 0: all */
	size_t n;
	uint64_t every;
	struct snapshot *last;
	struct recorded done;
};

static int by_id(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Takes out what is not to be recorded. */
static void choose(const struct recording *c, struct snapshot *s)
{
	size_t kept = 0;

	if (!c->n)
		return;
	vec_each (&s->links, l) {
		if (bsearch(&l->id, c->links, c->n, sizeof(l->id), by_id))
			s->links.v[kept++] = *l;
		else
			free(l->name);
	}
	s->links.n = kept;
	kept = 0;
	vec_each (&s->tcp, t)
		if (model_way_takes(c->net->model, t->node, &t->remote, c->links, c->n))
			s->tcp.v[kept++] = *t;
	s->tcp.n = kept;
}

/* All of a text at once, so that a file that breaks off does so between samples, or in
 * what the kernel did not take. */
static int put(struct recording *c, const struct snapshot *s, const struct rates *r,
	       struct err *e)
{
	cleanup_free char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);
	int code;

	if (!to)
		return err_sys(e, errno, "write the recording");
	if (s)
		report_csv(to, s, r);
	else
		report_csv_head(to);
	if (fclose(to) != 0)
		return err_sys(e, errno, "write the recording");
	code = file_write_all(STDOUT_FILENO, text, n);
	if (code < 0)
		return err_sys(e, code, "write the recording");
	c->done.bytes += n;
	c->done.samples += s != NULL;
	return 0;
}

static int sample(struct recording *c, struct err *e)
{
	struct snapshot *s;
	struct rates *rates;
	int r = network_refresh(c->net, e);

	if (r == 0)
		r = sampler_read(c->sampler, c->net->model, SAMPLE_TCP, &s, e);
	if (r < 0)
		return r;
	choose(c, s);
	rates = rates_between(c->last, s);
	r = put(c, s, rates, e);
	rates_free(rates);
	snapshot_free(c->last);
	c->last = s;
	return r;
}

static bool tell(const struct recording *c)
{
	return send(c->control, &c->done, sizeof(c->done), MSG_NOSIGNAL) ==
	       sizeof(c->done);
}

/* Until then, or the shell has had enough: false. */
static bool wait_until(const struct recording *c, uint64_t then)
{
	for (;;) {
		struct pollfd p = { .fd = c->control, .events = POLLIN };
		uint64_t now = now_ns(), left = then > now ? then - now : 0;
		struct timespec t = { (time_t)(left / 1000000000),
				      (long)(left % 1000000000) };
		char byte;

		if (ppoll(&p, 1, &t, NULL) <= 0)
			return true;
		if (recv(c->control, &byte, 1, 0) != 1 || !tell(c))
			return false;
	}
}

static int record(struct recording *c, struct err *e)
{
	uint64_t next = now_ns();
	int r = put(c, NULL, NULL, e);

	if (r == 0)
		r = sample(c, e);
	if (r < 0 || !tell(c))
		return r;
	for (;;) {
		uint64_t now = now_ns();

		next += c->every;
		if (next < now) /* what was missed is left out */
			next += (now - next) / c->every * c->every;
		if (!wait_until(c, next))
			return 0;
		r = sample(c, e);
		if (r < 0)
			return r;
	}
}

bool recorder_is_meant(int argc, char **argv)
{
	return argc >= 5 && strcmp(argv[1], argument) == 0;
}

/* argv: the argument, the network, the socket's descriptor, ns, and ids of links. */
int recorder_main(int argc, char **argv)
{
	struct recording c = { .control = atoi(argv[3]),
			       .every = strtoull(argv[4], NULL, 10) };
	cleanup_free char *report = NULL;
	struct err e = ERR_INIT;
	int r;

	c.n = (size_t)argc - 5;
	c.links = mem_resize(NULL, c.n + 1, sizeof(*c.links));
	for (size_t i = 0; i < c.n; i++)
		c.links[i] = (uint32_t)strtoul(argv[5 + i], NULL, 10);
	qsort(c.links, c.n, sizeof(*c.links), by_id);
	r = network_attach(argv[2], true, &c.net, &report, &e);
	if (r == 0)
		r = sampler_new(c.net->dir, &c.sampler, &e);
	if (r == 0)
		r = record(&c, &e);
	if (r < 0)
		send(c.control, e.msg, strlen(e.msg), MSG_NOSIGNAL);
	snapshot_free(c.last);
	sampler_free(c.sampler);
	network_detach(c.net);
	free(c.links);
	err_clear(&e);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* ---- in the shell ---- */

/* It ends when its socket does. */
static void forget(struct recorder *r)
{
	close(r->control);
	while (r->pid > 0 && waitpid(r->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(r->file);
	vec_free(&r->links);
	*r = (struct recorder){ 0 };
}

static int hear(struct recorder *r, struct recorded *ret, struct err *e)
{
	struct pollfd p = { .fd = r->control, .events = POLLIN };
	char text[TEXT_MAX];
	ssize_t n;
	int ready;

	do
		ready = poll(&p, 1, ANSWER_MS);
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return err_set(e, ETIMEDOUT, "the recording does not answer");
	n = recv(r->control, text, sizeof(text), 0);
	if (n == sizeof(*ret)) {
		memcpy(ret, text, sizeof(*ret));
		return 0;
	}
	if (n > 0)
		return err_set(e, EIO, "%.*s", (int)n, text);
	return err_set(e, ECHILD, "its process has ended");
}

static void become(const struct network *n, const struct recorder *r, int control,
		   int out)
{
	char **argv = mem_resize(NULL, r->links.n + 6, sizeof(*argv));
	size_t at = 0;

	argv[at++] = mem_strdup("espalier");
	argv[at++] = mem_strdup(argument);
	argv[at++] = n->name;
	argv[at++] = mem_printf("%d", control);
	argv[at++] = mem_printf("%ju", (uintmax_t)r->every);
	vec_each (&r->links, id)
		argv[at++] = mem_printf("%u", *id);
	argv[at] = NULL;
	self_become(argv, control, out);
}

int recorder_start(struct recorder *r, const struct network *n, const char *file,
		   const uint32_t *links, size_t n_links, uint64_t every, struct err *e)
{
	cleanup_close int out = -1;
	struct recorded begun;
	int pair[2], code;

	if (r->pid) {
		err_set(e, EBUSY, "%s is being recorded already", r->file);
		return err_hint(e, "'record stop' ends that");
	}
	out = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0)
		return err_sys(e, errno, "%s", file);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, errno, "make a pair of sockets");
	*r = (struct recorder){ .control = pair[0], .every = every };
	r->file = mem_strdup(file);
	for (size_t i = 0; i < n_links; i++)
		vec_push(&r->links, links[i]);
	r->pid = fork();
	if (r->pid == 0)
		become(n, r, pair[1], out);
	close(pair[1]);
	code = r->pid < 0 ? err_sys(e, errno, "fork") : hear(r, &begun, e);
	if (code == 0)
		return 0;
	forget(r);
	return err_context(e, "record to %s", file);
}

/* What it said, with its end where that was it. */
static int hear_all(struct recorder *r, struct recorded *ret, struct err *e)
{
	int code = hear(r, ret, e);

	if (code < 0) {
		err_context(e, "the recording to %s ended", r->file);
		forget(r);
	}
	return code;
}

bool recorder_has_ended(struct recorder *r, struct err *e)
{
	struct pollfd p = { .fd = r->control, .events = POLLIN };
	struct recorded done;

	/* it says nothing unasked but why it ends */
	return r->pid && poll(&p, 1, 0) > 0 && hear_all(r, &done, e) < 0;
}

int recorder_ask(struct recorder *r, struct recorded *ret, struct err *e)
{
	if (send(r->control, "", 1, MSG_NOSIGNAL) < 0 && errno != EPIPE &&
	    errno != ECONNRESET)
		return err_sys(e, errno, "ask the recording");
	return hear_all(r, ret, e); /* what it said before it ended is still there */
}

int recorder_stop(struct recorder *r, struct recorded *ret, struct err *e)
{
	int code;

	*ret = (struct recorded){ 0 };
	if (!r->pid)
		return 0;
	code = recorder_ask(r, ret, e);
	if (code == 0)
		forget(r);
	return code;
}
