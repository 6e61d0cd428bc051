/*
 * recall.c — readline's history on disk.
 *
 * Each line is appended as it is typed, under a lock on the folder, so that no
 * shell loses another's. The file may grow to twice what is kept before a
 * starting shell cuts it, under the same lock.
 */
#include "shell/recall.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <readline/history.h>

#include "base/file.h"
#include "base/mem.h"

enum { KEEP_LINES = 1000, FILE_LINES = 2 * KEEP_LINES, FOLDER_MODE = 0700 };

static char *folder, *file; /* NULL: there is no place for it */

static char *find_folder(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (state && *state == '/')
		return mem_printf("%s/espalier", state);
	if (home && *home == '/')
		return mem_printf("%s/.local/state/espalier", home);
	return NULL;
}

/* -1: no lock, which is no reason not to go on. */
static int lock_folder(void)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		flock(fd, LOCK_EX);
	return fd;
}

void recall_begin(void)
{
	cleanup_close int lock = -1;
	int fd;

	using_history();
	stifle_history(KEEP_LINES);
	folder = find_folder();
	if (!folder || file_make_dirs(folder, FOLDER_MODE, NULL) < 0)
		return;
	file = mem_printf("%s/history", folder);
	lock = lock_folder();
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	if (read_history(file) != 0)
		return;
	/* stifled on the way in: what history_base says was in the file before */
	if (history_base + history_length - 1 > FILE_LINES)
		history_truncate_file(file, KEEP_LINES);
}

void recall_add(const char *line)
{
	HIST_ENTRY *last = history_length > 0
				   ? history_get(history_base + history_length - 1)
				   : NULL;
	cleanup_close int lock = -1;

	if (line[strspn(line, " \t")] == '\0' || (last && strcmp(last->line, line) == 0))
		return;
	add_history(line);
	if (!file)
		return;
	lock = lock_folder();
	append_history(1, file);
}

void recall_end(void)
{
	clear_history();
	free(folder);
	free(file);
	folder = file = NULL;
}
