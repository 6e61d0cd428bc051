/*
 * networks.c — the networks of root, or of an ordinary user.
 *
 * Joining the namespaces of a rootless network cannot be taken back, so to list
 * or destroy one a child joins them and writes what it found, or its error, to a
 * pipe: one JSON object.
 */
#include "shell/networks.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/str.h"
#include "run/rootless.h"
#include "shell/text.h"

enum { TRIES_MAX = 10000, BASE_MAX = NETWORK_NAME_MAX - 8 };

static bool joined; /* this process is in a rootless network's namespaces */

/* ---- names ---- */

char *networks_clean_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t n = strlen(base);
	struct str b = { 0 };

	if (n >= 4 && strcmp(base + n - 4, ".lab") == 0)
		n -= 4;
	if (n == 0 || !isalpha((unsigned char)*base))
		str_add(&b, "net");
	if (n > 0 && isdigit((unsigned char)*base))
		str_add(&b, "-");
	for (size_t i = 0; i < n && b.n < BASE_MAX; i++) {
		bool fine = isalnum((unsigned char)base[i]) || base[i] == '_';

		/* what no name may hold becomes one '-' */
		if (fine)
			str_addn(&b, base + i, 1);
		else if (b.s && b.s[b.n - 1] != '-')
			str_add(&b, "-");
	}
	while (b.n > 0 && b.s[b.n - 1] == '-')
		b.s[--b.n] = '\0';
	return str_take(&b);
}

char *networks_name(enum naming how, const char *name, unsigned i)
{
	if (how == NAME_COUNTED)
		return mem_printf("net%u", i);
	if (how == NAME_SERIAL && i > 1)
		return mem_printf("%s-%u", name, i);
	return mem_strdup(name);
}

/* ---- this process' own network ---- */

static int create_named(const char *name, struct network **ret, struct err *e)
{
	int r;

	if (!rootless_needed())
		return network_create(name, ret, e);
	r = model_check_name(name, e); /* it becomes a file's name */
	if (r == 0)
		r = rootless_create(name, e);
	if (r < 0)
		return r;
	joined = true;
	r = network_create(name, ret, e);
	if (r < 0)
		rootless_end(name, NULL);
	return r;
}

int networks_create(enum naming how, const char *name, struct network **ret,
		    struct err *e)
{
	unsigned tries = how == NAME_GIVEN ? 1 : TRIES_MAX;
	int r = -EEXIST;

	for (unsigned i = 1; i <= tries && r == -EEXIST && !joined; i++) {
		cleanup_free char *candidate = networks_name(how, name, i);

		err_clear(e);
		r = create_named(candidate, ret, e);
	}
	return r;
}

int networks_attach(const char *name, bool read_only, struct network **ret,
		    char **ret_report, struct err *e)
{
	int r;

	if (rootless_needed()) {
		r = rootless_join(name, e);
		if (r < 0)
			return r;
		joined = true;
	}
	return network_attach(name, read_only, ret, ret_report, e);
}

int networks_finish(struct network *n, const struct hooks *hooks, struct err *e)
{
	cleanup_free char *name = mem_strdup(n->name);
	int r = network_destroy(n, hooks, e);

	if (r == 0 && joined)
		r = rootless_end(name, e);
	return r;
}

/* ---- rootless networks, each looked at by a child ---- */

/* Done in the child, inside the network's namespaces. */
typedef int visit_fn(const char *name, json_t *reply, struct err *e);

static void visit_child(const char *name, visit_fn *visit, int fd)
{
	struct err e = ERR_INIT;
	json_t *reply = json_object();
	cleanup_free char *text = NULL;
	int r = rootless_join(name, &e);

	if (r == 0)
		r = visit(name, reply, &e);
	if (r < 0) {
		json_object_set_new(reply, "code", json_integer(r));
		json_object_set_new(reply, "message",
				    text_json(e.msg, e.msg ? strlen(e.msg) : 0));
		if (e.hint)
			json_object_set_new(reply, "hint",
					    text_json(e.hint, strlen(e.hint)));
	}
	text = json_dumps(reply, JSON_COMPACT);
	_exit(text && file_write_all(fd, text, strlen(text)) == 0 ? 0 : 1);
}

static json_t *read_reply(int fd)
{
	struct str b = { 0 };
	char chunk[4096];
	json_t *reply;
	ssize_t got;

	while ((got = read(fd, chunk, sizeof(chunk))) > 0 || (got < 0 && errno == EINTR))
		if (got > 0)
			str_addn(&b, chunk, (size_t)got);
	reply = b.n ? json_loadb(b.s, b.n, 0, NULL) : NULL;
	str_free(&b);
	return reply;
}

static int visit_network(const char *name, visit_fn *visit, json_t **ret, struct err *e)
{
	json_t *reply;
	int fds[2], r;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(e, errno, "look into network '%s'", name);
	pid = fork();
	if (pid < 0) {
		r = errno;
		close(fds[0]);
		close(fds[1]);
		return err_sys(e, r, "look into network '%s'", name);
	}
	if (pid == 0) {
		close(fds[0]);
		visit_child(name, visit, fds[1]);
	}
	close(fds[1]);
	reply = read_reply(fds[0]);
	close(fds[0]);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (!reply)
		return err_set(e, EIO, "look into network '%s': it did not answer", name);
	r = (int)json_integer_value(json_object_get(reply, "code"));
	if (r < 0) {
		const char *hint = json_string_value(json_object_get(reply, "hint"));

		err_set(e, r, "%s", json_string_value(json_object_get(reply, "message")));
		if (hint)
			err_hint(e, "%s", hint);
		json_decref(reply);
		return r;
	}
	*ret = reply;
	return 0;
}

/* ---- listing ---- */

static int visit_list(const char *name, json_t *reply, struct err *e)
{
	network_list all = { 0 };
	int r = network_list_all(&all, e);

	if (r == 0) {
		vec_each (&all, i) {
			if (strcmp(i->name, name) != 0)
				continue;
			json_object_set_new(reply, "pid", json_integer(i->holder.pid));
			json_object_set_new(reply, "start",
					    json_integer((json_int_t)i->holder.start));
			json_object_set_new(reply, "nodes",
					    json_integer((json_int_t)i->nodes));
			json_object_set_new(reply, "links",
					    json_integer((json_int_t)i->links));
		}
	}
	network_list_free(&all);
	return r;
}

static json_int_t member(const json_t *reply, const char *key)
{
	return json_integer_value(json_object_get(reply, key));
}

static int list_rootless(network_list *ret, struct err *e)
{
	rootless_names names = { 0 };
	int r = rootless_list(&names, e);

	vec_each (&names, name) {
		json_t *reply = NULL;

		/* one that ends just now is no error of the list */
		if (r == 0 && visit_network(*name, visit_list, &reply, NULL) == 0) {
			struct network_info i = {
				.name = steal_ptr(*name),
				.holder = { .pid = (pid_t)member(reply, "pid"),
					    .start = (unsigned long long)member(
						    reply, "start") },
				.nodes = (size_t)member(reply, "nodes"),
				.links = (size_t)member(reply, "links"),
			};

			vec_push(ret, i);
			json_decref(reply);
		}
		free(*name);
	}
	vec_free(&names);
	return r;
}

int networks_list(network_list *ret, struct err *e)
{
	return rootless_needed() ? list_rootless(ret, e) : network_list_all(ret, e);
}

/* ---- destroying ---- */

static int visit_destroy(const char *name, json_t *reply, struct err *e)
{
	int r = network_remove(name, e);

	(void)reply;
	return r < 0 ? r : rootless_end(name, e);
}

int networks_destroy(const char *name, struct err *e)
{
	json_t *reply = NULL;
	int r;

	if (!rootless_needed())
		return network_remove(name, e);
	r = visit_network(name, visit_destroy, &reply, e);
	json_decref(reply);
	return r;
}
