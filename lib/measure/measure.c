/*
 * measure.c — runs a measurement: see measure.h, and schedule.h for what is done when.
 *
 * Two threads receive from the beginning to the end, one for each direction. For each
 * phase there are threads that send. The caller's thread watches: it sees whether the
 * user wants to stop, whether a thread failed, and whether all that was sent has come.
 * No thread ever waits for more than some 20 ms without looking at `stop`.
 */
#include "measure/measure.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"
#include "measure/clock.h"
#include "measure/frame.h"
#include "measure/port.h"
#include "measure/schedule.h"
#include "measure/statistics.h"
#include "measure/tcp.h"
#include "measure/way.h"

enum {
	WATCH_NS = 10000000, /* the pace of the caller's thread */
	QUIET_NS = 50000000, /* after so long without a frame, no more will come */
	MTU_MIN = 46,	     /* below, an Ethernet frame is padded */
	MTU_MAX = 65535,
};

struct run {
	const struct measure_options *options;
	struct schedule schedule;
	uint64_t begin;
	struct port ports[2];
	struct way ways[2];
	atomic_bool stop, failed;
	pthread_t receivers[2];
	int n_receivers;
	struct clock_cpu cpu;
};

/* ---- threads ---- */

/* With all signals blocked: they are for the caller's threads. */
static int start(pthread_t *ret, void *(*fn)(void *), struct way *w, struct err *e)
{
	sigset_t all, old;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	r = pthread_create(ret, NULL, fn, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return r ? err_sys(e, r, "start a thread") : 0;
}

static void *send_tcp(void *cookie)
{
	struct way *w = cookie;

	w->samples.goodput = tcp_goodput(w->from, w->to, w->end, w->stop).mean;
	atomic_store(&w->sending, false);
	return NULL;
}

/* ---- watching ---- */

static int check(const struct run *r, struct err *e)
{
	if (atomic_load(&r->failed))
		return -EIO; /* the ways know better */
	if (r->options->interrupted && r->options->interrupted(r->options->cookie))
		return err_set(e, EINTR, "interrupted");
	return 0;
}

/* Until then, or done(); 0 or why not. */
static int watch(struct run *r, uint64_t until,
		 bool (*done)(const struct run *r, const struct schedule_phase *p),
		 const struct schedule_phase *p, struct err *e)
{
	for (;;) {
		uint64_t now = clock_now();
		int result = check(r, e);

		if (result < 0)
			return result;
		if (now >= until || (done && done(r, p)))
			return 0;
		clock_sleep_until(until - now > WATCH_NS ? now + WATCH_NS : until,
				  &r->stop);
	}
}

static bool takes_part(const struct schedule_phase *p, int way)
{
	return p->way < 0 || p->way == way;
}

/* Nothing is sent any more, and nothing more is to be expected. */
static bool has_come(const struct run *r, const struct schedule_phase *p)
{
	for (int i = 0; i < 2; i++) {
		const struct way *w = &r->ways[i];
		uint64_t now = clock_now(), expected = w->from->shape.delay;

		if (!takes_part(p, i))
			continue;
		if (atomic_load(&w->sending))
			return false;
		if (p->kind == SCHEDULE_PROBES &&
		    atomic_load(&w->came) < atomic_load(&w->sent))
			return false;
		if (p->kind == SCHEDULE_FULL &&
		    now < atomic_load(&w->window_end) + expected / 8)
			return false;
		if (p->kind == SCHEDULE_FULL &&
		    now < atomic_load(&w->full_came) + QUIET_NS)
			return false;
	}
	return true;
}

static bool senders_ended(const struct run *r, const struct schedule_phase *p)
{
	return !(takes_part(p, 0) && atomic_load(&r->ways[0].sending)) &&
	       !(takes_part(p, 1) && atomic_load(&r->ways[1].sending));
}

/* ---- phases ---- */

static void prepare(struct run *r, struct way *w, const struct schedule_phase *p)
{
	const struct shape *s = &w->from->shape;
	uint64_t sending = p->quiet - p->begin;

	w->begin = r->begin + p->begin;
	w->end = r->begin + p->quiet;
	if (p->kind == SCHEDULE_PROBES) {
		w->interval = schedule_probe_interval(s, w->samples.mtu, w->samples.probe,
						      sending);
		w->samples.interval = w->interval;
	} else if (p->kind == SCHEDULE_FULL) {
		w->offer = schedule_offer(s);
		w->tick = schedule_tick(s, w->samples.mtu);
		/* a quarter, until the queue is full and a bucket of tokens is empty */
		atomic_store(&w->window_begin, w->begin + s->delay + sending / 4);
		atomic_store(&w->window_end, w->end + s->delay);
		w->samples.watched = sending - sending / 4;
	}
	atomic_store(&w->sending, true);
}

static int run_phase(struct run *r, const struct schedule_phase *p, struct err *e)
{
	void *(*const senders[])(void *) = { way_send_probes, way_send_full, send_tcp };
	pthread_t threads[2];
	int n = 0, result = watch(r, r->begin + p->begin, NULL, p, e);
	double cpu;

	(void)clock_cpu_used(&r->cpu);
	for (int i = 0; i < 2 && result == 0; i++) {
		if (!takes_part(p, i))
			continue;
		prepare(r, &r->ways[i], p);
		result = start(&threads[n], senders[p->kind], &r->ways[i], e);
		n += result == 0;
	}
	if (result == 0)
		result = watch(r, r->begin + p->end, senders_ended, p, e);
	cpu = clock_cpu_used(&r->cpu);
	for (int i = 0; i < 2; i++)
		if (takes_part(p, i) && p->kind == SCHEDULE_PROBES)
			r->ways[i].samples.cpu = cpu;
		else if (takes_part(p, i) && p->kind == SCHEDULE_FULL)
			r->ways[i].samples.cpu_full = cpu;
	if (result == 0)
		result = watch(r, r->begin + p->end, has_come, p, e);
	if (result < 0)
		atomic_store(&r->stop, true);
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	return result;
}

/* Waits for the rest of what is under way. */
static int await_rest(struct run *r, struct err *e)
{
	int result = 0;

	for (size_t i = 0; i < r->schedule.n && result == 0; i++)
		if (r->schedule.phases[i].kind != SCHEDULE_TCP) {
			const struct schedule_phase *p = &r->schedule.phases[i];
			uint64_t last = r->begin + p->quiet + r->schedule.end -
					r->schedule.phases[r->schedule.n - 1].end;

			result = watch(r, last, has_come, p, e);
		}
	return result;
}

/* ---- all of it ---- */

static uint32_t smaller_mtu(const struct measure_end ends[2])
{
	return ends[0].mtu < ends[1].mtu ? ends[0].mtu : ends[1].mtu;
}

static int open_all(struct run *r, const struct measure_end ends[2], struct err *e)
{
	uint32_t mtu = smaller_mtu(ends);
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return err_sys(e, errno, "random numbers");
	for (int i = 0; i < 2; i++) {
		struct way *w = &r->ways[i];
		uint64_t sending = 0;

		for (size_t k = 0; k < r->schedule.n; k++)
			if (r->schedule.phases[k].kind == SCHEDULE_FULL)
				sending = r->schedule.phases[k].quiet -
					  r->schedule.phases[k].begin;
		w->from = &ends[i];
		w->to = &ends[!i];
		/* far from each other: one damaged bit does not make one the other */
		w->run = i ? ~number : number;
		w->stop = &r->stop;
		w->failed = &r->failed;
		w->samples.mtu = mtu;
		w->samples.probe = FRAME_MIN;
		w->samples.takes_time = ends[i].wire;
		w->samples.frame = schedule_frame(&ends[i].shape, mtu, sending);
	}
	for (int i = 0; i < 2; i++) {
		/* an end receives what the other way is */
		uint64_t room = schedule_room(&ends[i].shape, r->ways[i].samples.frame);
		int result = port_open(&r->ports[i], &ends[i], r->ways[!i].run,
				       (size_t)room, e);

		if (result < 0)
			return result;
	}
	for (int i = 0; i < 2; i++) {
		r->ways[i].tx = r->ports[i].tx;
		r->ways[i].room = r->ports[i].room;
		r->ways[i].in = &r->ports[!i];
	}
	return 0;
}

static int failure(const struct run *r, struct err *e)
{
	for (int i = 0; i < 2; i++) {
		const struct way *w = &r->ways[i];
		int sent = atomic_load(&w->send_error);
		int received = atomic_load(&w->receive_error);

		if (sent)
			return err_sys(e, sent, "%s: send", w->from->name);
		if (received)
			return err_sys(e, received, "%s: receive", w->to->name);
	}
	return err_set(e, EIO, "it failed");
}

static int run_all(struct run *r, struct err *e)
{
	int result = 0;

	for (int i = 0; i < 2; i++) {
		result = start(&r->receivers[i], way_receive, &r->ways[i], e);
		if (result < 0)
			return result;
		r->n_receivers++;
	}
	r->begin = clock_now();
	for (size_t i = 0; i < r->schedule.n && result == 0; i++)
		result = run_phase(r, &r->schedule.phases[i], e);
	return result < 0 ? result : await_rest(r, e);
}

static void conclude(struct way *w, struct measured *ret)
{
	struct measure_samples *s = &w->samples;

	s->sent = atomic_load(&w->sent);
	s->refused = w->refused;
	s->offered = w->offered;
	s->stalled = w->stalled;
	s->pressed = w->pressed;
	statistics_sort(w->lates.v, w->lates.n);
	s->late = statistics_quantile(w->lates.v, w->lates.n, 0.5);
	measure_judge(&w->from->shape, s, ret);
}

static int check_arguments(const struct measure_end ends[2],
			   const struct measure_options *options, struct err *e)
{
	for (int i = 0; i < 2; i++)
		if (ends[i].mtu < MTU_MIN || ends[i].mtu > MTU_MAX)
			return err_set(e, EINVAL,
				       "%s: frames of %u bytes are not measured",
				       ends[i].name, ends[i].mtu);
	if (options->time < MEASURE_TIME_MIN) {
		err_set(e, EINVAL, "that time is too short to measure a link");
		return err_hint(e, "200ms is the shortest");
	}
	return 0;
}

uint64_t measure_time_wanted(const struct measure_end ends[2])
{
	uint64_t time = MEASURE_TIME_DEFAULT;

	for (int i = 0; i < 2; i++) {
		uint64_t wanted = schedule_time_wanted(&ends[i].shape, smaller_mtu(ends),
						       FRAME_MIN);

		if (wanted > time)
			time = wanted;
	}
	return time;
}

int measure_run(const struct measure_end ends[2], const struct measure_options *options,
		struct measured ret[2], struct err *e)
{
	struct run *r;
	int result = check_arguments(ends, options, e);

	if (result < 0)
		return result;
	r = mem_alloc(sizeof(*r));
	r->options = options;
	r->schedule = schedule_make(options->time, &ends[0].shape, &ends[1].shape,
				    !options->no_tcp && tcp_possible(&ends[0], &ends[1]));
	for (int i = 0; i < 2; i++)
		r->ports[i] = (struct port){ .tx = -1, .rx = -1, .counters = -1 };
	result = open_all(r, ends, e);
	if (result == 0)
		result = run_all(r, e);
	atomic_store(&r->stop, true);
	for (int i = 0; i < r->n_receivers; i++)
		pthread_join(r->receivers[i], NULL);
	if (result < 0 && atomic_load(&r->failed))
		result = failure(r, e);
	for (int i = 0; i < 2; i++) {
		if (result == 0)
			conclude(&r->ways[i], &ret[i]);
		measure_samples_free(&r->ways[i].samples);
		vec_free(&r->ways[i].lates);
		port_close(&r->ports[i]);
	}
	free(r);
	return result;
}
