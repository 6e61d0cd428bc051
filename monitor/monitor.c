/*
 * monitor.c — two loops: one with a user in front of a terminal, one that writes.
 *
 * Both wait for the time of the next sample, and for signals; the first for keys too.
 * Rates need two samples: the second comes soon after the first, so that there is
 * something to see at once and something moving shortly after.
 */
#include "monitor/monitor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "monitor/layout.h"
#include "monitor/terminal.h"
#include "monitor/watching.h"
#include "stat/report.h"

static const uint64_t SECOND_SAMPLE = 200000000; /* ns after the first */
enum { TEXT_WIDTH = 120 };

/* ---- waiting ---- */

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static bool interrupted(const struct watch_request *w)
{
	return w->interrupted && w->interrupted(w->cookie);
}

/* Waits until `until`, a key (fd -1: none are waited for) or a signal; false: the
 * terminal is gone. */
static bool wait_until(const struct watch_request *w, int fd, uint64_t until)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct timespec left = { 0 };
	uint64_t now = now_ns();
	sigset_t held, before;
	int r = 0;

	if (until > now) {
		left.tv_sec = (time_t)((until - now) / 1000000000);
		left.tv_nsec = (long)((until - now) % 1000000000);
	}
	/* held back, so that none falls between the look and the wait */
	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGHUP);
	sigaddset(&held, SIGWINCH);
	sigprocmask(SIG_BLOCK, &held, &before);
	if (!interrupted(w))
		r = ppoll(&p, 1, &left, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r <= 0 || !(p.revents & (POLLHUP | POLLERR | POLLNVAL));
}

/* When the next sample is due; what was missed is not made up for. */
static uint64_t next_time(uint64_t due, uint64_t every)
{
	uint64_t now = now_ns();

	return due + every > now ? due + every : now + every;
}

/* ---- on the terminal ---- */

static unsigned wanted(const struct state *st)
{
	switch (st->view) {
	case VIEW_LINKS:
		return SAMPLE_LINKS;
	case VIEW_NODE:
		return SAMPLE_NODES | SAMPLE_TCP;
	default:
		return SAMPLE_NODES;
	}
}

static void draw(struct watching *x, struct state *st, struct shown *shown)
{
	struct scene scene;
	struct grid g;
	int width, height;

	watching_freeze(x, st->frozen);
	scene = watching_scene(x, st->every, st->view == VIEW_TOPOLOGY);
	terminal_size(&width, &height);
	grid_begin(&g, width, height, st->ascii);
	shown_free(shown);
	layout(&g, &scene, st, shown);
	if (st->redraw)
		terminal_redraw();
	st->redraw = false;
	terminal_show(&g, st->theme);
	grid_end(&g);
}

/* A picture a key: what is pressed next refers to it. */
static void take_events(struct watching *x, struct state *st, struct shown *shown)
{
	struct terminal_event event;

	while (!st->quit && terminal_event(&event)) {
		if (event.key)
			state_key(st, shown, event.key);
		else if (event.wheel)
			state_wheel(st, shown, event.wheel);
		else
			state_click(st, shown, event.y);
		draw(x, st, shown);
	}
}

static int run_screen(struct watching *x, struct err *e)
{
	const struct watch_request *w = x->w;
	struct shown shown = { 0 };
	struct state st;
	uint64_t due = now_ns(), end = w->time ? due + w->time : UINT64_MAX;
	int r = watching_sample(x, SAMPLE_LINKS, e);

	state_begin(&st, w->every ? w->every : WATCH_EVERY);
	st.ascii = terminal_is_ascii();
	due += st.every < SECOND_SAMPLE ? st.every : SECOND_SAMPLE;
	while (r == 0 && !st.quit && !interrupted(w) && now_ns() < end) {
		unsigned what = wanted(&st);
		uint64_t every = st.every;

		draw(x, &st, &shown);
		if (!wait_until(w, STDIN_FILENO, due < end ? due : end))
			break;
		take_events(x, &st, &shown);
		/* a view that needs more has it at once; a new pace begins at once */
		if (wanted(&st) & ~what)
			due = now_ns();
		else if (st.every < every)
			due = now_ns() + st.every;
		if (now_ns() < due)
			continue;
		r = watching_sample(x, wanted(&st), e);
		due = wanted(&st) & ~what && st.every > SECOND_SAMPLE
			      ? now_ns() + SECOND_SAMPLE
			      : next_time(due, st.every);
	}
	shown_free(&shown);
	return r;
}

/* ---- written ---- */

static int columns(const struct watch_request *w)
{
	const char *text = getenv("COLUMNS");
	struct winsize size;
	int n = text ? atoi(text) : 0;

	if (n <= 0 && ioctl(fileno(w->to), TIOCGWINSZ, &size) == 0)
		n = size.ws_col;
	return n <= 0 ? TEXT_WIDTH : n < LAYOUT_WIDTH_MIN ? LAYOUT_WIDTH_MIN : n;
}

static void write_picture(struct watching *x, uint64_t every, bool first)
{
	struct scene scene = watching_scene(x, every, false);
	struct shown shown;
	struct state st;
	struct grid g;
	char *text;

	state_begin(&st, every);
	st.written = true;
	grid_begin(&g, columns(x->w), layout_height(&scene, &st), terminal_is_ascii());
	layout(&g, &scene, &st, &shown);
	shown_free(&shown);
	text = grid_print(&g);
	for (size_t n = strlen(text); n > 1 && text[n - 2] == '\n'; n--)
		text[n - 1] = '\0';
	fprintf(x->w->to, "%s%s", first ? "" : "\n", text);
	free(text);
	grid_end(&g);
}

static bool is_data(const struct watch_request *w)
{
	return w->form == WATCH_JSON || w->form == WATCH_CSV;
}

static void write_one(struct watching *x, uint64_t every, bool first)
{
	struct watching_part part;

	if (!is_data(x->w)) {
		write_picture(x, every, first);
		return;
	}
	watching_part(x, &part);
	if (x->w->form == WATCH_JSON) {
		report_json(x->w->to, &part.snapshot, &part.rates);
	} else {
		if (first)
			report_csv_head(x->w->to);
		report_csv(x->w->to, &part.snapshot, &part.rates);
	}
	watching_part_end(&part);
}

static int run_written(struct watching *x, struct err *e)
{
	const struct watch_request *w = x->w;
	uint64_t every = w->every ? w->every : WATCH_EVERY;
	unsigned what = is_data(w) ? SAMPLE_NODES | SAMPLE_TCP : SAMPLE_LINKS;
	uint64_t begin = now_ns(), due = begin;
	int r = watching_sample(x, what, e);

	/* the first sample has no rates yet */
	for (bool first = true; r == 0; first = false) {
		due = next_time(due, every);
		if (w->time && due - begin > w->time && !first)
			break;
		while (!interrupted(w) && now_ns() < due)
			wait_until(w, -1, due);
		if (interrupted(w))
			break;
		r = watching_sample(x, what, e);
		if (r < 0)
			break;
		write_one(x, every, first);
		errno = 0;
		if (fflush(w->to) != 0 || ferror(w->to)) {
			r = -errno;
			clearerr(w->to);
			return r == -EPIPE ? 0 : err_sys(e, r ? -r : EIO, "write");
		}
		if (w->once)
			break;
	}
	return r;
}

/* ---- the program's way in ---- */

/* Where there is no terminal, or none that could show it, it is written. */
static bool has_screen(const struct watch_request *w)
{
	return w->form == WATCH_SCREEN && !w->once && isatty(STDIN_FILENO) &&
	       isatty(STDOUT_FILENO);
}

static int monitor_watch(const struct watch_request *w, struct err *e)
{
	struct watching x;
	int r = watching_begin(&x, w, e);

	if (r == 0 && has_screen(w)) {
		r = terminal_open(e);
		if (r == 0)
			r = run_screen(&x, e);
		terminal_close();
	} else if (r == 0) {
		r = run_written(&x, e);
	}
	watching_end(&x);
	return r;
}

const struct watcher monitor_watcher = { .watch = monitor_watch, .keys = key_help };
