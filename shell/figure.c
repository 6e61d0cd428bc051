/*
 * figure.c — see figure.h. What gnuplot reads and writes are files in memory, so that
 * neither side waits for the other; the picture replaces the file once it is whole.
 */
#include "shell/figure.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

extern char **environ;

enum { PICTURE_MAX = 1 << 28, COMPLAINT_MAX = 1 << 16 };

const char *figure_terminal(const char *path)
{
	static const char *const kinds[][2] = { { ".svg", "svg" },
						{ ".png", "pngcairo" } };
	size_t n = strlen(path);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (n > 4 && strcmp(path + n - 4, kinds[i][0]) == 0)
			return kinds[i][1];
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

static int run(const int fds[3], int *ret_status, struct err *e)
{
	char *const argv[] = { (char *)"gnuplot", (char *)"-", NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int r;

	posix_spawn_file_actions_init(&actions);
	for (int i = 0; i < 3; i++)
		posix_spawn_file_actions_adddup2(&actions, fds[i], i);
	r = posix_spawnp(&pid, "gnuplot", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (r == ENOENT) {
		err_set(e, r, "gnuplot is not installed");
		return err_hint(e, "it is in the package gnuplot-nox; without a file, "
				   "plot draws in the terminal");
	}
	if (r != 0)
		return err_sys(e, r, "run gnuplot");
	while (waitpid(pid, ret_status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, errno, "wait for gnuplot");
	return 0;
}

int figure_draw(const char *path, const char *script, struct err *e)
{
	cleanup_close int in = open_memory(script, e);
	cleanup_close int out = in < 0 ? in : open_memory("", e);
	cleanup_close int complaint = out < 0 ? out : open_memory("", e);
	cleanup_free char *picture = NULL, *said = NULL;
	int fds[] = { in, out, complaint }, status = 0, r;
	size_t n;

	if (complaint < 0)
		return complaint;
	r = run(fds, &status, e);
	if (r == 0)
		r = read_memory(out, PICTURE_MAX, &picture, &n, e);
	if (r == 0 && (status != 0 || n == 0)) {
		size_t said_n;

		if (read_memory(complaint, COMPLAINT_MAX, &said, &said_n, NULL) < 0)
			said = mem_strdup("");
		said[strcspn(said, "\n")] = '\0';
		return err_set(e, EIO, "gnuplot failed%s%s", *said ? ": " : "", said);
	}
	return r < 0 ? r : file_replace(path, picture, n, e);
}
