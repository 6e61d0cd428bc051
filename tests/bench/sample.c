/*
 * sample.c — what a sample of a network costs beside the bare dumps, in the same run.
 *
 *     sample NETWORK
 *
 * The dumps are those that a sample makes, sent and received through sockets of their own
 * and not looked at: the kernel's part. Both take turns. Then samples for a while at ten
 * a second, with rates and history; and the memory of ten minutes of it.
 */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "kern/netlink.h"
#include "kern/netns.h"
#include "kern/request.h"
#include "run/network.h"
#include "stat/history.h"
#include "stat/sample.h"

enum {
	ROUNDS = 7,
	PER_SECOND = 10,
	SECONDS = 5,
	BUFFER = 65536, /* as a sampler's */
	NS_PER_S = 1000000000,
};

static char buffer[BUFFER];

static _Noreturn void die(const char *what, const struct err *e)
{
	fprintf(stderr, "sample: %s: %s\n", what, e && e->msg ? e->msg : strerror(errno));
	exit(3);
}

static double now_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_value);
	return v[n / 2];
}

static void row(const char *what, const char *figure, const char *than, double ratio,
		double most)
{
	printf("%-44s %10s %10s", what, figure, than);
	if (ratio > 0)
		printf(" %7.2fx   <= %.1fx  %s", ratio, most,
		       ratio <= most ? "met" : "MISSED");
	putchar('\n');
}

/* ---- the bare dumps ---- */

static struct nl_msg *request(int type, const void *header, size_t n)
{
	struct nl_msg *m = nlmsg_alloc_simple(type, NLM_F_REQUEST);

	if (!m || nlmsg_append(m, (void *)(uintptr_t)header, n, NLMSG_ALIGNTO) < 0)
		die("a message", NULL);
	return m;
}

static void dump(int fd, struct nl_msg *m)
{
	struct nlmsghdr *r = nlmsg_hdr(m);
	bool done = false;

	r->nlmsg_flags |= NLM_F_DUMP;
	if (send(fd, r, r->nlmsg_len, 0) < 0)
		die("send", NULL);
	while (!done) {
		ssize_t got = recv(fd, buffer, sizeof(buffer), 0);
		const struct nlmsghdr *h = (const struct nlmsghdr *)buffer;

		if (got < 0)
			die("receive", NULL);
		for (int left = (int)got; nlmsg_ok(h, left);
		     h = nlmsg_next((struct nlmsghdr *)(uintptr_t)h, &left))
			done |= h->nlmsg_type == NLMSG_DONE ||
				h->nlmsg_type == NLMSG_ERROR;
	}
}

static struct netlink *open_all(const struct network *n)
{
	struct netlink *all = mem_resize(NULL, n->model->nodes.n, sizeof(*all));
	int home = netns_open_self();
	struct err e = ERR_INIT;

	for (size_t i = 0; i < n->model->nodes.n; i++) {
		cleanup_free char *path =
			network_netns_path(n, n->model->nodes.v[i]->name);
		cleanup_close int ns = netns_open(path);

		if (ns < 0 || netns_enter(ns) < 0 || netlink_open(&all[i], &e) < 0)
			die(path, &e);
	}
	if (netns_enter(home) < 0)
		die("go home", NULL);
	close(home);
	return all;
}

static double time_dumps(const struct netlink *all, size_t n, struct nl_msg *const *r,
			 size_t n_requests)
{
	double begin = now_ms(CLOCK_MONOTONIC);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n_requests; k++)
			dump(all[i].fd, r[k]);
	return now_ms(CLOCK_MONOTONIC) - begin;
}

/* ---- samples ---- */

static struct snapshot *sample(struct sampler *s, const struct network *n)
{
	struct snapshot *ret;
	struct err e = ERR_INIT;

	if (sampler_read(s, n->model, SAMPLE_LINKS, &ret, &e) < 0)
		die("sample", &e);
	if (ret->trouble) {
		fprintf(stderr, "sample: %s\n", ret->trouble);
		exit(3);
	}
	return ret;
}

/* A second apart, so that a sample reads all there is. */
static void compare(struct sampler *s, const struct network *n)
{
	const struct if_stats_msg counters = {
		.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64),
	};
	const struct tcmsg tc = { 0 };
	const struct ifinfomsg link = { 0 };
	struct nl_msg *dumps[] = { request_links(),
				   request(RTM_GETSTATS, &counters, sizeof(counters)),
				   request(RTM_GETQDISC, &tc, sizeof(tc)),
				   request(RTM_GETLINK, &link, sizeof(link)) };
	struct netlink *all = open_all(n);
	double bare[ROUNDS], sampled[ROUNDS], whole[ROUNDS];
	size_t nodes = n->model->nodes.n;
	char figure[32], than[32];

	for (int i = 0; i < ROUNDS; i++) {
		double begin;

		sleep(1);
		bare[i] = time_dumps(all, nodes, dumps, 3);
		begin = now_ms(CLOCK_MONOTONIC);
		snapshot_free(sample(s, n));
		sampled[i] = now_ms(CLOCK_MONOTONIC) - begin;
		whole[i] = time_dumps(all, nodes, dumps + 2, 2);
	}
	for (size_t i = 0; i < nodes; i++)
		netlink_close(&all[i]);
	for (size_t i = 0; i < ARRAY_LEN(dumps); i++)
		nlmsg_free(dumps[i]);
	free(all);
	snprintf(figure, sizeof(figure), "%.1f ms", median(sampled, ROUNDS));
	snprintf(than, sizeof(than), "%.1f ms", median(bare, ROUNDS));
	row("one sample, of everything", figure, than,
	    sampled[ROUNDS / 2] / bare[ROUNDS / 2], 2);
	snprintf(than, sizeof(than), "%.1f ms", median(whole, ROUNDS));
	row("  by RTM_GETLINK with counters, and queues", "-", than, 0, 0);
}

static void keep_sampling(struct sampler *s, const struct network *n)
{
	struct stat_history *h = stat_history_new();
	struct snapshot *last = NULL;
	double begin = now_ms(CLOCK_MONOTONIC), cpu, spent;
	char figure[32];

	cpu = now_ms(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 1; i <= SECONDS * PER_SECOND; i++) {
		struct snapshot *now = sample(s, n);
		struct rates *r = rates_between(last, now);
		double left;

		stat_history_add(h, now, r);
		rates_free(r);
		snapshot_free(last);
		last = now;
		left = begin + i * 1e3 / PER_SECOND - now_ms(CLOCK_MONOTONIC);
		if (left > 0)
			nanosleep(&(struct timespec){ .tv_nsec = (long)(left * 1e6) },
				  NULL);
	}
	spent = now_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	snapshot_free(last);
	stat_history_free(h);
	snprintf(figure, sizeof(figure), "%.1f %%",
		 100 * spent / (now_ms(CLOCK_MONOTONIC) - begin));
	row("ten samples a second, of one core", figure, "-", 0, 0);
}

static long resident_kb(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[128];
	long kb = 0;

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kb = strtol(line + 6, NULL, 10);
	if (f)
		fclose(f);
	return kb;
}

/* Every series of every direction is in use, as by traffic on all links. */
static void remember(struct sampler *s, const struct network *n)
{
	struct stat_history *h = stat_history_new();
	struct snapshot *a = sample(s, n), *b = sample(s, n);
	struct rates *r = rates_between(a, b);
	char figure[32];

	vec_each (&r->links, l)
		for (int d = 0; d < 2; d++)
			l->direction[d] = (struct rate_direction){
				.known = true,
				.bits = 1e6,
				.packets = 100,
				.drops = 1,
				.backlog_bytes = 1500,
			};
	for (int i = 0; i < HISTORY_SECONDS; i++) {
		b->time += NS_PER_S;
		stat_history_add(h, b, r);
	}
	snprintf(figure, sizeof(figure), "%.0f MB", (double)resident_kb() / 1e3);
	printf("%-44s %10s %10s %8s   <64 MB   %s\n",
	       "memory, ten minutes of history, peak", figure, "-", "",
	       resident_kb() < 64000 ? "met" : "MISSED");
	rates_free(r);
	snapshot_free(a);
	snapshot_free(b);
	stat_history_free(h);
}

int main(int argc, char **argv)
{
	cleanup_free char *report = NULL;
	struct err e = ERR_INIT;
	struct network *n;
	struct sampler *s;
	size_t queues;

	if (argc != 2) {
		fprintf(stderr, "usage: sample NETWORK\n");
		return 2;
	}
	if (network_attach(argv[1], true, &n, &report, &e) < 0 ||
	    sampler_new(n->dir, &s, &e) < 0)
		die(argv[1], &e);
	{
		struct snapshot *first = sample(s, n);

		queues = first->queues.n;
		snapshot_free(first);
	}
	printf("%zu links, %zu queues; medians of %d\n%-44s %10s %10s %8s   %s\n",
	       n->model->links.n, queues, ROUNDS, "", "Espalier", "bare", "ratio", "aim");
	compare(s, n);
	keep_sampling(s, n);
	remember(s, n);
	sampler_free(s);
	network_detach(n);
	return 0;
}
