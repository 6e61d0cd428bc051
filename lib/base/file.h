/*
 * file.h — whole files: read, and write aside then rename.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * Reads all of a file; *ret is NUL-terminated (free() it), *ret_n its length
 * without that. "-" is not special. A folder is -EISDIR, above max bytes -EFBIG.
 */
int file_read(const char *path, size_t max, char **ret, size_t *ret_n, struct err *e);

/*
 * Writes n bytes beside path, syncs where it is a disk, and renames: path
 * holds the old text or the new, never a part. Permissions of an existing
 * file are kept; a symbolic link is followed.
 */
int file_replace(const char *path, const char *text, size_t n, struct err *e);

/* write() until all is written; 0 or -errno. */
int file_write_all(int fd, const char *text, size_t n);

/* mkdir -p with the given mode; fine where it exists. */
int file_make_dirs(const char *path, mode_t mode, struct err *e);

/* rm -r of a folder's content and itself, not crossing into mounts; fine where it is
 * gone. */
int file_remove_tree(const char *path, struct err *e);

#endif
