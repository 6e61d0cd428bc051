/*
 * figure.c — see figure.h. What a program reads and writes are files in memory, so that
 * neither side waits for the other; the picture replaces the file once it is whole.
 */
#include "shell/figure.h"

#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "shell/interrupt.h"

extern char **environ;

enum { PICTURE_MAX = 1 << 28, COMPLAINT_MAX = 1 << 16 };

static const struct maker {
	const char *program, *package, *instead;
	const char *argument; /* before the format, or all there is */
	bool takes_format;
	const char *formats[2][2]; /* by how a file's name ends */
} makers[] = {
	[FIGURE_GNUPLOT] = { "gnuplot",
			     "gnuplot-nox",
			     "without a file, plot draws in the terminal",
			     "-",
			     false,
			     { { ".svg", "svg" }, { ".png", "pngcairo" } } },
	[FIGURE_GRAPHVIZ] = { "dot",
			      "graphviz",
			      "without a file, graph draws in the terminal",
			      "-T",
			      true,
			      { { ".svg", "svg" }, { ".png", "png" } } },
};

const char *figure_format(enum figure_maker maker, const char *path)
{
	const struct maker *m = makers + maker;
	size_t n = strlen(path);

	for (size_t i = 0; i < ARRAY_LEN(m->formats); i++)
		if (n > 4 && strcmp(path + n - 4, m->formats[i][0]) == 0)
			return m->formats[i][1];
	return NULL;
}

static int open_memory(const char *text, struct err *e)
{
	cleanup_close int fd = memfd_create("espalier", MFD_CLOEXEC);
	int r = fd < 0 ? -errno : file_write_all(fd, text, strlen(text));

	if (r < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, r < 0 ? r : errno, "a file in memory");
	return steal_fd(&fd);
}

static int read_memory(int fd, size_t max, char **ret, size_t *ret_n, struct err *e)
{
	cleanup_free char *path = mem_printf("/proc/self/fd/%d", fd);

	return file_read(path, max, ret, ret_n, e);
}

static int run(const struct maker *m, const char *format, const int fds[3],
	       int *ret_status, struct err *e)
{
	cleanup_free char *argument =
		mem_printf("%s%s", m->argument, m->takes_format ? format : "");
	char *const argv[] = { (char *)m->program, argument, NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int r;

	posix_spawn_file_actions_init(&actions);
	for (int i = 0; i < 3; i++)
		posix_spawn_file_actions_adddup2(&actions, fds[i], i);
	r = posix_spawnp(&pid, m->program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (r == ENOENT) {
		err_set(e, r, "%s is not installed", m->program);
		return err_hint(e, "'apt install %s' installs it; %s", m->package,
				m->instead);
	}
	if (r != 0)
		return err_sys(e, r, "run %s", m->program);
	while (waitpid(pid, ret_status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, errno, "wait for %s", m->program);
	return 0;
}

int figure_draw(const char *path, enum figure_maker maker, const char *text,
		struct err *e)
{
	const struct maker *m = makers + maker;
	cleanup_close int in = open_memory(text, e);
	cleanup_close int out = in < 0 ? in : open_memory("", e);
	cleanup_close int complaint = out < 0 ? out : open_memory("", e);
	cleanup_free char *picture = NULL, *said = NULL;
	int fds[] = { in, out, complaint }, status = 0, r;
	size_t n;

	if (complaint < 0)
		return complaint;
	r = run(m, figure_format(maker, path), fds, &status, e);
	/* Graphviz answers Ctrl-C with what it has, and says that all is well */
	if (r == 0 && interrupt_pending())
		r = err_set(e, EINTR, "interrupted");
	if (r == 0)
		r = read_memory(out, PICTURE_MAX, &picture, &n, e);
	if (r == 0 && (status != 0 || n == 0)) {
		size_t said_n;

		if (read_memory(complaint, COMPLAINT_MAX, &said, &said_n, NULL) < 0)
			said = mem_strdup("");
		said[strcspn(said, "\n")] = '\0';
		return err_set(e, EIO, "%s failed%s%s", m->program, *said ? ": " : "",
			       said);
	}
	return r < 0 ? r : file_replace(path, picture, n, e);
}
