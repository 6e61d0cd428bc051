/*
 * service_record.c — records of what runs, in the folders of nodes: NAME.run, by the
 * shell, and before that NAME.born, by the program itself.
 */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "run/services_parts.h"

enum { RECORD_MAX = 1 << 20 };

int service_record(const struct network *n, const struct service_run *r, struct err *e)
{
	cleanup_free char *path = services_file(n, r->node, r->name, "run");
	cleanup_free char *text = NULL;
	json_t *o = json_pack("{s:I, s:I, s:I, s:s, s:s}", "pid", (json_int_t)r->proc.pid,
			      "start", (json_int_t)r->proc.start, "services",
			      (json_int_t)r->services, "key", r->key, "config",
			      r->config);

	if (o && r->ended && r->status_known)
		json_object_set_new(o, "status", json_integer(r->status));
	text = o ? json_dumps(o, JSON_COMPACT) : NULL;
	json_decref(o);
	if (!text)
		return err_set(e, EINVAL, "%s: %s: its record cannot be written", r->node,
			       r->name);
	return file_replace(path, text, strlen(text), e);
}

static void load_one(struct network *n, const char *node, const char *name)
{
	cleanup_free char *path = services_file(n, node, name, "run"), *text = NULL;
	struct service_run r = { 0 };
	json_int_t pid, start, services;
	const char *key, *config;
	json_t *o = NULL;
	size_t size;

	if (file_read(path, RECORD_MAX, &text, &size, NULL) == 0)
		o = json_loadb(text, size, 0, NULL);
	if (o &&
	    json_unpack(o, "{s:I, s:I, s:I, s:s, s:s}", "pid", &pid, "start", &start,
			"services", &services, "key", &key, "config", &config) == 0) {
		r.proc = (struct proc){ (pid_t)pid, (unsigned long long)start };
		r.services = (uint32_t)services;
		r.node = mem_strdup(node);
		r.name = mem_strdup(name);
		r.key = mem_strdup(key);
		r.config = mem_strdup(config);
		r.status_known = json_unpack(o, "{s:i}", "status", &r.status) == 0;
		r.told = r.status_known; /* by the shell that learned it */
		r.ended = r.status_known || !proc_alive(&r.proc);
		vec_push(&n->services->v, r);
	}
	json_decref(o);
}

/* One that was started by a shell which was killed before it wrote the record. */
static void end_orphan(const struct network *n, const char *node, const char *name)
{
	cleanup_free char *path = services_file(n, node, name, "born"), *text = NULL;
	struct proc p;
	size_t size;
	int pid;

	if (file_read(path, RECORD_MAX, &text, &size, NULL) < 0 ||
	    sscanf(text, "%d %llu", &pid, &p.start) != 2)
		return;
	p.pid = pid;
	if (!services_find(n, node, name))
		proc_signal(&p, SIGKILL);
	unlink(path);
}

static void load_node(struct network *n, const char *node)
{
	cleanup_free char *path = services_path(n, node, NULL);
	DIR *dir = opendir(path);
	struct dirent *d;

	while (dir && (d = readdir(dir))) {
		const char *dot = strrchr(d->d_name, '.');

		if (dot && strcmp(dot, ".run") == 0) {
			cleanup_free char *name =
				mem_strndup(d->d_name, (size_t)(dot - d->d_name));

			load_one(n, node, name);
		}
	}
	if (dir && !n->read_only) {
		rewinddir(dir);
		while ((d = readdir(dir))) {
			const char *dot = strrchr(d->d_name, '.');
			cleanup_free char *name =
				dot ? mem_strndup(d->d_name, (size_t)(dot - d->d_name))
				    : NULL;

			if (dot && strcmp(dot, ".born") == 0)
				end_orphan(n, node, name);
		}
	}
	if (dir)
		closedir(dir);
}

static int by_node(const void *a, const void *b)
{
	const struct service_run *x = a, *y = b;
	int r = strcmp(x->node, y->node);

	return r ? r : strcmp(x->name, y->name);
}

void services_load(struct network *n)
{
	cleanup_free char *path = mem_printf("%s/services", n->dir);
	DIR *dir = opendir(path);
	struct dirent *d;

	services_free(n->services);
	n->services = mem_alloc(sizeof(*n->services));
	while (dir && (d = readdir(dir)))
		if (d->d_name[0] != '.')
			load_node(n, d->d_name);
	if (dir)
		closedir(dir);
	if (n->services->v.n)
		qsort(n->services->v.v, n->services->v.n, sizeof(*n->services->v.v),
		      by_node);
}
