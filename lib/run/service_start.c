/*
 * service_start.c — starting the programs of services, and waiting until they run.
 *
 * A program that is ready has its socket, listens, or says so in its log; that is
 * waited for. One that ends before is an error with the last that it wrote.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "run/services_parts.h"

enum {
	READY_MS = 60000, /* many start at once, maybe on an emulated processor */
	LOOK_AGAIN_MS = 5,
	TOLD_LINES = 3,
	TOLD_MAX = 600, /* bytes */
	LOG_MAX = 1 << 20,
	TCP_LISTEN = 10, /* kernel include/net/tcp_states.h */
};

static int make_files(struct network *n, const struct service_start *s, struct err *e)
{
	const char *node = s->node->name;
	cleanup_free char *tmp = services_path(n, node, "tmp");
	cleanup_free char *config = services_file(n, node, s->daemon->name, "conf");
	int r = file_make_dirs(tmp, 0755, e);

	vec_each (&s->daemon->files, f) {
		cleanup_free char *path = services_path(n, node, f->name);
		cleanup_free char *folder =
			mem_strndup(path, (size_t)(strrchr(path, '/') - path));

		if (r == 0)
			r = file_make_dirs(folder, 0755, e);
		if (r == 0)
			r = file_replace(path, f->text, strlen(f->text), e);
	}
	if (r == 0 && *s->daemon->config)
		r = file_replace(config, s->daemon->config, strlen(s->daemon->config), e);
	if (r == 0 && s->daemon->frr) {
		cleanup_free char *folder = services_path(n, node, NULL);

		r = service_prepare_vtysh(folder, e);
	}
	if (r == 0 && s->daemon->ready == READY_FILE) {
		cleanup_free char *path = services_path(n, node, s->daemon->ready_word);

		/* of one that was killed */
		unlink(path);
	}
	return r;
}

static int list(struct network *n, const struct service_start *s, pid_t pid,
		struct err *e)
{
	struct service_run r = {
		.services = s->daemon->services,
		.child = true,
	}, *old = services_find(n, s->node->name, s->daemon->name);
	int code;

	if (proc_find(pid, &r.proc) < 0)
		return err_sys(e, ESRCH, "process %d", (int)pid);
	r.node = mem_strdup(s->node->name);
	r.name = mem_strdup(s->daemon->name);
	r.key = mem_strdup(s->daemon->key);
	r.config = mem_strdup(s->daemon->config);
	code = service_record(n, &r, e);
	if (old) {
		free(old->node);
		free(old->name);
		free(old->key);
		free(old->config);
		*old = r;
	} else {
		vec_push(&n->services->v, r);
	}
	return code;
}

int service_start(struct network *n, struct service_start *s, struct err *e)
{
	const char *node = s->node->name;
	cleanup_free char *log = services_file(n, node, s->daemon->name, "log");
	cleanup_free char *program = service_find_program(s->daemon->argv.v[0]);
	cleanup_free char *born = services_file(n, node, s->daemon->name, "born");
	cleanup_close int out = -1, null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	VEC(char *) argv = { 0 };
	struct service_place place;
	struct exec_spec spec = { .node = node, .in = null, .own_group = true };
	struct stat st;
	pid_t pid;
	int r = make_files(n, s, e);

	if (r < 0)
		return r;
	out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (out < 0 || null < 0 || fstat(out, &st) < 0)
		return err_sys(e, errno, "%s", log);
	s->log_from = (size_t)st.st_size;
	vec_copy(&argv, &s->daemon->argv);
	vec_push(&argv, NULL);
	argv.v[0] = program;
	service_place(n, node, &place);
	spec.argv = argv.v;
	spec.out = spec.err = out;
	spec.folder = place.folder;
	spec.born = born;
	if (s->daemon->frr)
		spec.mounts = place.mounts;
	r = exec_start(n, &spec, &pid, e);
	if (r == 0) {
		r = list(n, s, pid, e);
		if (r < 0)
			kill(-pid, SIGKILL);
	}
	unlink(born);
	service_place_free(&place);
	vec_free(&argv);
	return r;
}

/* ---- whether it runs ---- */

/* Whether a socket is the process' own, not that of another in its namespace. */
static bool has_socket(pid_t pid, unsigned long inode)
{
	cleanup_free char *path = mem_printf("/proc/%d/fd", (int)pid);
	cleanup_free char *wanted = mem_printf("socket:[%lu]", inode);
	DIR *dir = opendir(path);
	struct dirent *d;
	bool found = false;

	while (dir && !found && (d = readdir(dir))) {
		char to[64] = "";

		found = readlinkat(dirfd(dir), d->d_name, to, sizeof(to) - 1) > 0 &&
			strcmp(to, wanted) == 0;
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Of /proc/net/tcp: "  0: 00000000:0050 00000000:0000 0A …", with the socket's inode. */
static bool listens_in(pid_t pid, const char *file, unsigned port)
{
	cleanup_free char *path = mem_printf("/proc/%d/net/%s", (int)pid, file);
	FILE *f = fopen(path, "re");
	char line[512];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		unsigned own, state;
		unsigned long inode;

		found = sscanf(line,
			       " %*d: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x %*s %*s %*s %*d "
			       "%*d %lu",
			       &own, &state, &inode) == 3 &&
			own == port && state == TCP_LISTEN && has_socket(pid, inode);
	}
	if (f)
		fclose(f);
	return found;
}

static char *read_log(const struct network *n, const struct service_start *s)
{
	char *text;

	service_log_read(n, s->node->name, s->daemon->name, s->log_from, LOG_MAX, &text);
	return text;
}

static bool is_ready(struct network *n, const struct service_start *s,
		     const struct service_run *r)
{
	cleanup_free char *text = NULL;

	switch (s->daemon->ready) {
	case READY_FILE:
		text = services_path(n, s->node->name, s->daemon->ready_word);
		return access(text, F_OK) == 0;
	case READY_LISTEN:
		return listens_in(r->proc.pid, "tcp", s->daemon->ready_port) ||
		       listens_in(r->proc.pid, "tcp6", s->daemon->ready_port);
	case READY_LOG:
		text = read_log(n, s);
		return strstr(text, s->daemon->ready_word) != NULL;
	}
	return false;
}

/* The last lines that are not empty, in one. */
static void last_lines(char *text, struct str *ret)
{
	char *lines[TOLD_LINES], *rest = text, *line;
	size_t n = 0;

	while ((line = strsep(&rest, "\n"))) {
		if (!line[strspn(line, " \t\r")])
			continue;
		if (n == TOLD_LINES)
			memmove(lines, lines + 1, --n * sizeof(*lines));
		lines[n++] = line;
	}
	for (size_t i = 0; i < n; i++)
		str_addf(ret, "%s%.*s", i ? "; " : "", TOLD_MAX / TOLD_LINES, lines[i]);
}

static int say_ended(struct network *n, const struct service_start *s,
		     const struct service_run *r, struct err *e)
{
	cleanup_free char *text = read_log(n, s);
	struct str lines = { 0 };
	int code;

	last_lines(text, &lines);
	code = err_set(e, ECHILD, "%s: %s ended at once, %s %d%s%s", s->node->name,
		       s->daemon->name,
		       r->status > 128 ? "by signal" : "with exit status",
		       r->status > 128 ? r->status - 128 : r->status, lines.n ? ": " : "",
		       lines.n ? lines.s : "");
	str_free(&lines);
	return code;
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int services_await(struct network *n, const struct service_start *v, size_t count,
		   const struct hooks *hooks, struct err *e)
{
	long long deadline = now_ms() + READY_MS;

	for (size_t i = 0; i < count;) {
		struct service_run *r =
			services_find(n, v[i].node->name, v[i].daemon->name);
		bool ready = is_ready(n, &v[i], r);

		service_look(r);
		if (r->ended) {
			r->told = true;
			return say_ended(n, &v[i], r, e);
		}
		if (ready) {
			i++;
			if (hooks && hooks->progress)
				hooks->progress(hooks->cookie, "starting services", i,
						count);
			continue;
		}
		if (hooks && hooks->interrupted && hooks->interrupted(hooks->cookie))
			return err_set(e, EINTR, "interrupted: the network is as it was");
		if (now_ms() > deadline)
			return err_set(e, ETIMEDOUT, "%s: %s does not get ready",
				       v[i].node->name, v[i].daemon->name);
		poll(NULL, 0, LOOK_AGAIN_MS);
	}
	return 0;
}
