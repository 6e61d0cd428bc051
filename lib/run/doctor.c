/*
 * doctor.c — trying out what this kernel and this user can do.
 *
 * What needs namespaces is tried by a child, which writes its findings to
 * memory it shares with us: should the system end it in the middle of a trial
 * (a seccomp filter can), what it had found until then counts, and the trial
 * it was at is known. The rest is looked up here: limits and leftovers, of
 * which there is always something to say.
 */
#include "run/doctor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "kern/modules.h"
#include "run/doctor_trial.h"
#include "run/network.h"
#include "run/rootless.h"

enum {
	NEIGHBOURS_FEW = 8192, /* a LAN of 90 hosts in which all talk with all */
	FILES_FEW = 4096,
	NODE_BYTES = 400 * 1024, /* kernel memory of a host and its link, measured */
	NODES_FEW = 100,
};

#if defined(__x86_64__)
#define DEBIAN_KERNEL "linux-image-amd64"
#elif defined(__aarch64__)
#define DEBIAN_KERNEL "linux-image-arm64"
#else
#define DEBIAN_KERNEL "linux-image"
#endif

static void add(findings *f, const char *name, bool works, bool needed, char *why,
		char *then)
{
	struct finding finding = { name, works, needed, why, then };

	vec_push(f, finding);
}

/* ---- inside ---- */

enum progress { NOT_TRIED, TRYING, WORKED, FAILED };

/* What the child says about one trial. */
struct note {
	enum progress progress;
	int code;
	char why[256], hint[256];
};

struct notes {
	struct note stage; /* the namespaces themselves */
	struct note trials[];
};

static void note_down(struct note *n, int r, const struct err *e)
{
	snprintf(n->why, sizeof(n->why), "%s", e->msg ? e->msg : "");
	snprintf(n->hint, sizeof(n->hint), "%s", e->hint ? e->hint : "");
	n->code = r;
	n->progress = r < 0 ? FAILED : WORKED;
}

static void __attribute__((noreturn)) try_all(struct notes *notes)
{
	struct trial_room room;
	struct err e = ERR_INIT;
	int r;

	notes->stage.progress = TRYING;
	r = rootless_unshare(&e);
	note_down(&notes->stage, r, &e);
	if (r < 0)
		_exit(1);
	trial_room_open(&room);
	for (size_t i = 0; i < n_trials; i++) {
		err_clear(&e);
		notes->trials[i].progress = TRYING;
		r = trials[i].run(&room, &trials[i], &e);
		note_down(&notes->trials[i], r, &e);
	}
	trial_room_close(&room);
	_exit(0);
}

/* What to do where a trial failed, and what follows from it. */
static char *advice(const struct trial *t, const struct note *n)
{
	if (n->hint[0])
		return mem_printf("%s; without, %s", n->hint, t->without);
	if (n->code == -EPERM || n->code == -EACCES)
		return mem_printf("run espalier as root; else %s", t->without);
	if (!t->module)
		return mem_strdup(t->without);
	if (!modules_can_be_loaded())
		return mem_printf("another kernel has it (Debian's " DEBIAN_KERNEL
				  "), this one loads no modules; without, %s",
				  t->without);
	return mem_printf("'modprobe %s' as root (Debian package " DEBIAN_KERNEL
			  "); without, %s",
			  t->module, t->without);
}

static void collect(findings *f, const struct notes *notes, int status)
{
	for (size_t i = 0; i < n_trials; i++) {
		const struct trial *t = &trials[i];
		const struct note *n = &notes->trials[i];
		char *why;

		if (n->progress == WORKED) {
			add(f, t->name, true, t->needed, mem_strdup(n->why), NULL);
			continue;
		}
		if (n->progress == FAILED)
			why = mem_strdup(n->why);
		else if (n->progress == TRYING && WIFSIGNALED(status))
			why = mem_printf("the trial was ended by signal %d (%s)",
					 WTERMSIG(status), strsignal(WTERMSIG(status)));
		else
			why = mem_printf("not tried: %s",
					 notes->stage.progress == FAILED
						 ? notes->stage.why
						 : "the trial before it ended badly");
		add(f, t->name, false, t->needed, why,
		    n->progress == FAILED ? advice(t, n) : mem_strdup(t->without));
	}
}

static int examine_inside(findings *f, struct err *e)
{
	size_t size = sizeof(struct notes) + n_trials * sizeof(struct note);
	struct notes *notes = mmap(NULL, size, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0, r = 0;
	pid_t pid;

	if (notes == MAP_FAILED)
		return err_sys(e, errno, "memory for the doctor");
	pid = fork();
	if (pid == 0)
		try_all(notes);
	if (pid < 0)
		r = err_sys(e, errno, "start a process");
	else
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	if (r == 0)
		collect(f, notes, status);
	munmap(notes, size);
	return r;
}

/* ---- outside ---- */

static void look_user_namespaces(findings *f)
{
	struct err e = ERR_INIT;
	int r = rootless_check(&e);

	if (r == 0)
		add(f, "user namespaces", true, rootless_needed(), mem_strdup(""), NULL);
	else
		add(f, "user namespaces", false, rootless_needed(),
		    mem_strdup(e.msg ? e.msg : ""),
		    mem_strdup(e.hint ? e.hint : "run espalier as root"));
	err_clear(&e);
}

static void look_neighbours(findings *f)
{
	static const char name[] = "neighbour table";
	cleanup_free char *text = NULL;
	unsigned long limit;
	size_t n;

	if (file_read("/proc/sys/net/ipv4/neigh/default/gc_thresh3", 64, &text, &n,
		      NULL) < 0) {
		add(f, name, true, false,
		    mem_strdup("its size cannot be read in this namespace"), NULL);
		return;
	}
	limit = strtoul(text, NULL, 10);
	add(f, name, limit >= NEIGHBOURS_FEW, false,
	    mem_printf("%lu entries for all namespaces together", limit),
	    limit >= NEIGHBOURS_FEW
		    ? NULL
		    : mem_strdup("'sysctl net.ipv4.neigh.default.gc_thresh3=65536 "
				 "net.ipv6.neigh.default.gc_thresh3=65536' as root; "
				 "without, some packets get lost where more neighbours "
				 "than that talk within seconds"));
}

static void look_files(findings *f)
{
	struct rlimit files;
	bool enough;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return;
	enough = files.rlim_max >= FILES_FEW;
	add(f, "open files", enough, false,
	    files.rlim_max == RLIM_INFINITY
		    ? mem_strdup("unlimited")
		    : mem_printf("%ju at most", (uintmax_t)files.rlim_max),
	    enough ? NULL
		   : mem_strdup("raise 'nofile' in /etc/security/limits.conf; without, "
				"large networks are handled more slowly"));
}

static void look_memory(findings *f)
{
	cleanup_free char *text = NULL;
	unsigned long long kib, nodes;
	const char *line;
	size_t n;

	if (file_read("/proc/meminfo", 65536, &text, &n, NULL) < 0)
		return;
	line = strstr(text, "MemAvailable:");
	if (!line || sscanf(line, "MemAvailable: %llu kB", &kib) != 1)
		return;
	nodes = kib * 1024 / NODE_BYTES;
	add(f, "memory", nodes >= NODES_FEW, false,
	    mem_printf("%llu MiB free, room for some %llu hosts", kib / 1024, nodes),
	    nodes >= NODES_FEW
		    ? NULL
		    : mem_strdup("end other programs, or keep networks small"));
}

/* The names of networks that run; those of root are only root's to see. */
static int running(struct str *held, struct str *left, struct err *e)
{
	network_list list = { NULL, 0, 0 };
	rootless_names names;
	int r;

	if (rootless_needed()) {
		r = rootless_list(&names, e);
		if (r < 0)
			return r;
		vec_each (&names, name) {
			str_addf(held, "%s%s", held->n ? ", " : "", *name);
			free(*name);
		}
		vec_free(&names);
		return 0;
	}
	r = network_list_all(&list, e);
	vec_each (&list, info) {
		struct str *to = info->holder.pid ? held : left;

		str_addf(to, "%s%s", to->n ? ", " : "", info->name);
	}
	network_list_free(&list);
	return r;
}

static void look_networks(findings *f)
{
	static const char name[] = "other networks";
	struct str held = { 0 }, left = { 0 }, why = { 0 };
	struct err e = ERR_INIT;

	if (running(&held, &left, &e) < 0) {
		add(f, name, false, false, mem_strdup(e.msg ? e.msg : ""),
		    mem_strdup("networks that were left running are not seen"));
	} else {
		if (held.n)
			str_addf(&why, "running: %s", held.s);
		if (left.n)
			str_addf(
				&why,
				"%swithout a shell: %s ('espalier attach NAME' takes one "
				"up, 'espalier destroy NAME' ends it)",
				held.n ? "; " : "", left.s);
		if (!why.n)
			str_add(&why, "none");
		add(f, name, true, false, str_take(&why), NULL);
	}
	str_free(&held);
	str_free(&left);
	str_free(&why);
	err_clear(&e);
}

int doctor_examine(findings *ret, struct err *e)
{
	int r;

	*ret = (findings){ NULL, 0, 0 };
	look_user_namespaces(ret);
	r = examine_inside(ret, e);
	if (r < 0) {
		findings_free(ret);
		return r;
	}
	look_neighbours(ret);
	look_files(ret);
	look_memory(ret);
	look_networks(ret);
	return 0;
}

void findings_free(findings *f)
{
	vec_each (f, finding) {
		free(finding->why);
		free(finding->then);
	}
	vec_free(f);
}
