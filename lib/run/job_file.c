/*
 * job_file.c — records and output of jobs on disk.
 */
#include "run/job_file.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

enum { RECORD_MAX = 8 << 20 }; /* bytes; a command line of 1 MB may be all escapes */

char *job_file_path(const char *dir, unsigned number, const char *suffix)
{
	return mem_printf("%s/jobs/%u.%s", dir, number, suffix);
}

unsigned job_file_number(const char *name)
{
	unsigned number;
	int end = 0;

	if (name[0] < '1' || name[0] > '9' ||
	    sscanf(name, "%9u.json%n", &number, &end) != 1 || !end || name[end])
		return 0;
	return number;
}

/* ---- records ---- */

/* JSON holds UTF-8 only; what is not becomes '?'. */
static json_t *json_text(const char *text)
{
	cleanup_free char *ascii = NULL;
	json_t *s = json_string(text);

	if (s)
		return s;
	ascii = mem_strdup(text);
	for (char *p = ascii; *p; p++)
		if (*p & 0x80)
			*p = '?';
	return json_string(ascii);
}

int job_file_write_record(const char *dir, const struct job *p, struct err *e)
{
	cleanup_free char *path = job_file_path(dir, p->number, "json"), *text = NULL;
	json_t *o;

	o = json_pack("{s:s, s:o, s:I, s:I}", "node", p->node, "command",
		      json_text(p->command), "pid", (json_int_t)p->proc.pid, "start",
		      (json_int_t)p->proc.start);
	if (o && p->state == JOB_ENDED && p->status_known)
		json_object_set_new(o, "status", json_integer(p->status));
	text = o ? json_dumps(o, JSON_COMPACT) : NULL;
	json_decref(o);
	if (!text)
		return err_sys(e, ENOMEM, "job %u: write its record", p->number);
	return file_replace(path, text, strlen(text), e);
}

static int parse_record(const json_t *o, struct job *p)
{
	const char *node, *command;
	json_int_t pid, start;
	int status = 0;

	if (json_unpack((json_t *)o, "{s:s, s:s, s:I, s:I}", "node", &node, "command",
			&command, "pid", &pid, "start", &start) < 0)
		return -EINVAL;
	p->status_known = json_unpack((json_t *)o, "{s:i}", "status", &status) == 0;
	p->status = status;
	p->told = p->status_known; /* by the shell that learned it */
	p->node = mem_strdup(node);
	p->command = mem_strdup(command);
	p->proc = (struct proc){ (pid_t)pid, (unsigned long long)start };
	p->state = p->status_known || !proc_alive(&p->proc) ? JOB_ENDED : JOB_RUNNING;
	return 0;
}

int job_file_read_record(const char *dir, unsigned number, struct job *ret, struct err *e)
{
	cleanup_free char *path = job_file_path(dir, number, "json"), *text = NULL;
	struct job job = { .number = number, .recorded = true };
	json_t *o;
	size_t n;
	int r;

	r = file_read(path, RECORD_MAX, &text, &n, e);
	if (r < 0)
		return r;
	o = json_loadb(text, n, 0, NULL);
	r = o ? parse_record(o, &job) : -EINVAL;
	json_decref(o);
	if (r < 0)
		return err_set(e, r, "%s: not the record of a job", path);
	*ret = job;
	return 0;
}

/* ---- output ---- */

int job_file_make_output(const char *dir, unsigned number, struct err *e)
{
	cleanup_free char *path = job_file_path(dir, number, "out");
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

	return fd < 0 ? err_sys(e, errno, "%s", path) : fd;
}

/*
 * What to show of text that was cut at the front; its first byte, the last one
 * to go, tells whether a line begins behind it.
 */
static const char *after_cut(const char *text, size_t n)
{
	const char *line = memchr(text, '\n', n), *end = text + n;

	if (line && line + 1 < end)
		return line + 1;
	text++;
	while (text < end && (*text & 0xc0) == 0x80) /* the rest of a UTF-8 character */
		text++;
	return text;
}

static int read_from(int fd, off_t at, off_t end, struct str *ret)
{
	char chunk[65536];

	while (at < end) {
		size_t want = (size_t)(end - at);
		ssize_t got =
			pread(fd, chunk, want < sizeof(chunk) ? want : sizeof(chunk), at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0) /* the program cut its own output */
			break;
		at += got;
		str_addn(ret, chunk, (size_t)got);
	}
	return 0;
}

static char *without_nul(const char *text, size_t n)
{
	char *s = mem_alloc(n + 1), *to = s;

	for (size_t i = 0; i < n; i++)
		if (text[i])
			*to++ = text[i];
	return s;
}

static int read_last(int fd, size_t max, char **ret)
{
	struct str text = { 0 };
	const char *from;
	struct stat st;
	off_t at = 0;
	bool cut;
	int r;

	if (fstat(fd, &st) < 0)
		return -errno;
	cut = (unsigned long long)st.st_size > max;
	if (cut)
		at = st.st_size - (off_t)max - 1;
	r = read_from(fd, at, st.st_size, &text);
	if (r == 0) {
		from = cut && text.n ? after_cut(text.s, text.n) : text.s;
		*ret = without_nul(from, text.n - (size_t)(from - text.s));
	}
	str_free(&text);
	return r;
}

int job_file_read_output(const char *dir, unsigned number, size_t max, char **ret,
			 struct err *e)
{
	cleanup_free char *path = job_file_path(dir, number, "out");
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r;

	if (fd < 0 && errno == ENOENT)
		return err_set(e, ENODATA,
			       "job %u writes to the terminal; nothing is kept", number);
	if (fd < 0)
		return err_sys(e, errno, "%s", path);
	r = read_last(fd, max, ret);
	return r < 0 ? err_sys(e, r, "%s", path) : 0;
}

int job_file_remove(const char *dir, unsigned number, struct err *e)
{
	cleanup_free char *record = job_file_path(dir, number, "json");
	cleanup_free char *out = job_file_path(dir, number, "out");

	/* the record last: without it nobody would look for the output */
	if (unlink(out) < 0 && errno != ENOENT)
		return err_sys(e, errno, "%s", out);
	if (unlink(record) < 0 && errno != ENOENT)
		return err_sys(e, errno, "%s", record);
	return 0;
}
