/*
 * journal.c — see journal.h. The file is in memory (/run is a tmpfs) and needs
 * to outlive the shell, not the machine: nothing is synced.
 */
#include "run/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "run/state.h"

enum {
	VERSION = 1,
	SIZE_MAX_BYTES = 1 << 30, /* far above what is ever written */
	LONG_BYTES = 1 << 18,	  /* below this it is not worth while to write anew */
	LONG_FACTOR = 4,
};

struct journal {
	int fd;
	off_t size;  /* without what is not done yet */
	off_t begun; /* size when it was written anew */
};

static char *journal_path(const char *dir)
{
	return mem_printf("%s/journal", dir);
}

/* ---- lines ---- */

static void add_line(struct str *text, json_t *o)
{
	cleanup_free char *line = json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII);

	str_add(text, line ? line : "{}");
	str_add(text, "\n");
	json_decref(o);
}

/* A command may hold any bytes: what is not UTF-8 is shown as '?'. */
static json_t *command_json(const char *command)
{
	json_t *o = json_string(command);
	cleanup_free char *plain = NULL;

	if (o)
		return o;
	plain = mem_strdup(command);
	for (char *c = plain; *c; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	return json_string(plain);
}

static json_t *change_line(const char *command, const struct model *from,
			   const struct model *to)
{
	json_t *o = json_object();

	json_object_set_new(o, "change", command_json(command));
	json_object_set_new(o, "delta", state_write_delta(from, to));
	return o;
}

static const char *const words[] = {
	[JOURNAL_CHANGE] = "change",
	[JOURNAL_UNDO] = "undo",
	[JOURNAL_REDO] = "redo",
	[JOURNAL_BACK] = "back",
};

static json_t *word_line(const char *word)
{
	return json_pack("{s:b}", word, 1);
}

static json_t *move_line(enum journal_kind kind, size_t at)
{
	return json_pack("{s:I}", words[kind], (json_int_t)at);
}

/* ---- reading ---- */

void journal_story_free(struct journal_story *s)
{
	history_free(s->history);
	journal_forget(&s->pending);
	*s = (struct journal_story){ 0 };
}

static int read_first(const json_t *o, struct journal_story *s, struct err *e)
{
	struct model *m = NULL;
	int r;

	if (json_integer_value(json_object_get(o, "version")) != VERSION)
		return err_set(e, EBADMSG,
			       "it was written by another version of this "
			       "program");
	r = state_read(json_object_get(o, "model"), &m, e);
	if (r == 0)
		s->history = history_new(m);
	return r;
}

/* undo, redo and back tell where they lead. */
static bool read_move(const json_t *o, const struct history *h, struct journal_pending *p)
{
	for (p->kind = JOURNAL_UNDO; p->kind <= JOURNAL_BACK; p->kind++) {
		const json_t *at = json_object_get(o, words[p->kind]);

		if (!json_is_integer(at))
			continue;
		p->at = (size_t)json_integer_value(at);
		if (p->at > h->changes.n)
			return false;
		p->after = model_copy(history_model(h, p->at));
		return true;
	}
	return false;
}

static int read_pending(const json_t *o, struct journal_story *s, struct err *e)
{
	struct history *h = s->history;
	struct journal_pending p = { .there = true };
	const char *command =
		json_string_value(json_object_get(o, words[JOURNAL_CHANGE]));
	int r = 0;

	if (command)
		r = state_read_delta(json_object_get(o, "delta"), history_model(h, h->at),
				     &p.after, e);
	else if (!read_move(o, h, &p))
		r = err_set(e, EBADMSG, "it has a line of no known kind");
	if (r < 0)
		return r;
	p.command = mem_strdup(command);
	s->pending = p;
	return 0;
}

void journal_settle(struct journal_pending *p, struct history *h)
{
	if (!p->there)
		return;
	if (p->kind == JOURNAL_CHANGE)
		history_add(h, p->command, steal_ptr(p->after));
	else if (p->kind == JOURNAL_BACK)
		history_cut(h, p->at);
	else
		h->at = p->at;
	journal_forget(p);
}

void journal_forget(struct journal_pending *p)
{
	free(p->command);
	model_free(p->after);
	*p = (struct journal_pending){ 0 };
}

static int read_line(const char *line, size_t n, struct journal_story *s, struct err *e)
{
	json_error_t why;
	json_t *o = json_loadb(line, n, 0, &why);
	int r = 0;

	if (!o)
		return err_set(e, EBADMSG, "%s", why.text);
	if (!s->history)
		r = read_first(o, s, e);
	else if (json_object_get(o, "done"))
		journal_settle(&s->pending, s->history);
	else if (json_object_get(o, "ending"))
		s->pending.ending = true;
	else if (json_object_get(o, "destroyed"))
		s->destroyed = true;
	else
		r = read_pending(o, s, e);
	json_decref(o);
	return r;
}

/* What is behind the first `from` bytes. */
static int read_behind(int fd, size_t from, size_t size, struct str *ret)
{
	enum { CHUNK = 1 << 16 };
	cleanup_free char *chunk = mem_alloc(CHUNK);
	ssize_t got;

	/* a file that grows meanwhile has an end all the same */
	while (from < size &&
	       (got = pread(fd, chunk, size - from < CHUNK ? size - from : CHUNK,
			    (off_t)from)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		str_addn(ret, chunk, (size_t)got);
		from += (size_t)got;
	}
	return 0;
}

/* A last line without its end was cut off in the writing: it is not there. */
static int read_lines(const struct str *text, struct journal_story *s, unsigned *line,
		      struct err *e)
{
	size_t before = s->place.settled, at = 0;
	char *end;

	while (at < text->n && (end = memchr(text->s + at, '\n', text->n - at))) {
		size_t n = (size_t)(end - text->s) - at;
		int r;

		++*line;
		r = read_line(text->s + at, n, s, e);
		if (r < 0)
			return r;
		at += n + 1;
		if (!s->pending.there)
			s->place = (struct journal_place){ s->place.file, before + at,
							   *line };
	}
	return s->history ? 0 : err_set(e, EBADMSG, "it is empty");
}

int journal_read_on(const char *dir, struct journal_story *s, struct err *e)
{
	cleanup_free char *path = journal_path(dir);
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct journal_story x = { 0 };
	struct str text = { 0 };
	unsigned line;
	struct stat st;
	bool same;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, errno, "%s", path);
	if (st.st_size > SIZE_MAX_BYTES)
		return err_sys(e, EFBIG, "%s", path);
	same = s->history && s->place.file == st.st_ino &&
	       s->place.settled <= (size_t)st.st_size;
	if (same) {
		x.history = steal_ptr(s->history);
		x.place = s->place;
	}
	x.place.file = st.st_ino;
	line = x.place.lines;
	r = read_behind(fd, x.place.settled, (size_t)st.st_size, &text);
	if (r < 0)
		err_sys(e, r, "%s", path);
	else if ((r = read_lines(&text, &x, &line, e)) < 0)
		err_context(e, "%s:%u", path, line);
	str_free(&text);
	if (r < 0 && !same) {
		journal_story_free(&x);
		return r;
	}
	if (r < 0)
		journal_forget(&x.pending);
	journal_story_free(s);
	*s = x;
	return r;
}

int journal_read(const char *dir, struct journal_story *ret, struct err *e)
{
	*ret = (struct journal_story){ 0 };
	return journal_read_on(dir, ret, e);
}

/* ---- writing ---- */

static void write_history(struct str *text, const struct history *h)
{
	json_t *first = json_object();

	json_object_set_new(first, "version", json_integer(VERSION));
	json_object_set_new(first, "model", state_write(h->first));
	add_line(text, first);
	for (size_t i = 0; i < h->changes.n; i++) {
		add_line(text, change_line(h->changes.v[i].command, history_model(h, i),
					   history_model(h, i + 1)));
		add_line(text, word_line("done"));
	}
	if (h->at < h->changes.n) {
		add_line(text, move_line(JOURNAL_UNDO, h->at));
		add_line(text, word_line("done"));
	}
}

int journal_begin(const char *dir, const struct history *h, struct journal **ret,
		  struct err *e)
{
	cleanup_free char *path = journal_path(dir);
	struct str text = { 0 };
	int r;

	write_history(&text, h);
	r = file_replace(path, text.s, text.n, e);
	str_free(&text);
	return r < 0 ? r : journal_open(dir, SIZE_MAX, ret, e);
}

int journal_open(const char *dir, size_t settled, struct journal **ret, struct err *e)
{
	cleanup_free char *path = journal_path(dir);
	struct journal *j = mem_alloc(sizeof(*j));
	char c = '\n';
	int r = 0;

	j->fd = open(path, O_RDWR | O_CLOEXEC);
	j->size = j->fd < 0 ? -1 : lseek(j->fd, 0, SEEK_END);
	if (j->size < 0)
		r = err_sys(e, errno, "open %s", path);
	/* back to the end of the last whole line */
	while (r == 0 && j->size > 0 &&
	       (pread(j->fd, &c, 1, j->size - 1) != 1 || c != '\n'))
		j->size--;
	if (r == 0 && ftruncate(j->fd, j->size) < 0)
		r = err_sys(e, errno, "cut off the end of %s", path);
	if (r < 0) {
		journal_close(j);
		return r;
	}
	if ((size_t)j->size > settled)
		j->size = (off_t)settled;
	j->begun = j->size;
	*ret = j;
	return 0;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	if (j->fd >= 0)
		close(j->fd);
	free(j);
}

/* Appends behind what there is; whole, or not at all. */
static int append(struct journal *j, json_t *line, struct err *e)
{
	struct str text = { 0 };
	off_t end = lseek(j->fd, 0, SEEK_END);
	int r;

	add_line(&text, line);
	r = file_write_all(j->fd, text.s, text.n);
	if (r < 0) {
		err_sys(e, r, "write the network's journal");
		if (ftruncate(j->fd, end) < 0)
			err_context(e, "cannot cut it off again");
	}
	str_free(&text);
	return r;
}

int journal_intend_change(struct journal *j, const char *command,
			  const struct model *from, const struct model *to, struct err *e)
{
	return append(j, change_line(command, from, to), e);
}

int journal_intend_move(struct journal *j, enum journal_kind kind, size_t at,
			struct err *e)
{
	return append(j, move_line(kind, at), e);
}

int journal_mark_ending(struct journal *j, struct err *e)
{
	return append(j, word_line("ending"), e);
}

int journal_mark_done(struct journal *j, struct err *e)
{
	int r = append(j, word_line("done"), e);

	if (r == 0)
		j->size = lseek(j->fd, 0, SEEK_END);
	return r;
}

void journal_cancel(struct journal *j)
{
	/* shrinking a file on a tmpfs needs nothing that could run out */
	if (ftruncate(j->fd, j->size) == 0)
		lseek(j->fd, 0, SEEK_END);
}

int journal_mark_destroyed(struct journal *j, struct err *e)
{
	return append(j, word_line("destroyed"), e);
}

bool journal_is_long(const struct journal *j)
{
	return j->size > LONG_BYTES && j->size > LONG_FACTOR * j->begun;
}
