/*
 * cmd_service.c — service, vtysh, birdc: what nodes run, and the prompts of routing
 * daemons.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "lang/kinds.h"
#include "run/services.h"
#include "shell/handlers.h"

typedef VEC(char *) word_vec;

static void words_free(word_vec *v)
{
	vec_each (v, w)
		free(*w);
	vec_free(v);
}

/* ---- service ---- */

/* The place in the arguments of the service's name. */
static size_t find_name(const struct args *a, enum service_kind *ret)
{
	size_t i = 0;

	/* nodes come first, or `routers` */
	while (a->v.v[i].kind || !service_kind_named(a->v.v[i].key, ret))
		i++;
	return i;
}

/* A relative name counts from the folder of the lab under way. */
static char *file_path(const struct session *s, const struct arg *arg)
{
	const char *name = arg->value.text, *home = getenv("HOME"), *slash;
	char folder[PATH_MAX];

	if (name[0] == '/')
		return mem_strdup(name);
	if (home && !arg->word->quoted && strncmp(name, "~/", 2) == 0)
		return mem_printf("%s%s", home, name + 1);
	if (s->sources.n && (slash = strrchr(s->sources.v[s->sources.n - 1], '/')))
		return mem_printf("%.*s/%s",
				  (int)(slash - s->sources.v[s->sources.n - 1]),
				  s->sources.v[s->sources.n - 1], name);
	if (!getcwd(folder, sizeof(folder)))
		return mem_strdup(name);
	return mem_printf("%s/%s", folder, name);
}

static int check_text(const char *text, size_t n, struct err *e)
{
	json_t *json;

	if (n > SERVICE_TEXT_MAX)
		return err_set(e, EFBIG, "a configuration is of at most %d bytes",
			       SERVICE_TEXT_MAX);
	if (strlen(text) != n || !(json = json_string(text)))
		return err_set(e, EINVAL, "a configuration is text, in UTF-8");
	json_decref(json);
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' && !strchr("\t\n\r", *c))
			return err_set(e, EINVAL,
				       "a configuration has a control character in it");
	return 0;
}

/* The configuration that is in a file, as `text TEXT` would say it. */
static int read_configuration(const struct session *s, const struct arg *arg,
			      word_vec *ret, struct err *e)
{
	cleanup_free char *path = file_path(s, arg);
	char *text = NULL;
	size_t n;
	int r = file_read(path, 16 << 20, &text, &n, e);

	if (r < 0)
		return r;
	r = check_text(text, n, e);
	if (r < 0) {
		err_context(e, "%s", path);
		free(text);
		return r;
	}
	vec_push(ret, mem_strdup("text"));
	vec_push(ret, text);
	return 0;
}

static int say_itself(const struct node *n, struct err *e)
{
	return err_set(e, EINVAL, "%s is no neighbour of its own", n->name);
}

/* A neighbour by its name: the address of it that is nearest. */
static int add_neighbour(const struct session *s, const struct node *n,
			 const struct arg *arg, word_vec *ret, struct err *e)
{
	const struct node *other = model_node(s->draft, arg->value.node);
	const struct link *between[1];
	char text[IP_TEXT_MAX];
	struct ip ip;

	if (other->id == n->id)
		return say_itself(n, e);
	if (model_links_between(s->draft, n->id, other->id, between, 1) == 1) {
		int end = between[0]->end[0].node != other->id;

		vec_each (&between[0]->end[end].addresses, a) {
			vec_push(ret, mem_strdup(ip_text(&a->ip, text)));
			return 0;
		}
	}
	if (handlers_common_address(s->draft, n, other, &ip)) {
		vec_push(ret, mem_strdup(ip_text(&ip, text)));
		return 0;
	}
	return err_set(e, EADDRNOTAVAIL, "%s has no address that %s could reach",
		       other->name, n->name);
}

/* What stands behind the service's name, in the form that a model keeps. */
static int read_words(const struct session *s, const struct node *n, const struct args *a,
		      size_t at, word_vec *ret, struct err *e)
{
	int r = 0;

	for (; at < a->v.n && r == 0; at++) {
		const struct arg *arg = &a->v.v[at];
		char text[IP_TEXT_MAX];

		if (!arg->kind) {
			vec_push(ret, mem_strdup(arg->key));
		} else if (strcmp(arg->kind->name, "NODE") == 0) {
			r = add_neighbour(s, n, arg, ret, e);
		} else if (strcmp(arg->kind->name, "PREFIX") == 0) {
			vec_push(ret,
				 mem_strdup(arg->value.ip.family
						    ? ip_text_length(&arg->value.ip, text)
						    : "0.0.0.0/0"));
		} else if (strcmp(arg->kind->name, "ADDR") == 0) {
			if (strcmp(arg->key, "neighbor") == 0 &&
			    model_address_owner(s->draft, &arg->value.ip) == n->id)
				r = say_itself(n, e);
			vec_push(ret, mem_strdup(ip_text(&arg->value.ip, text)));
		} else if (strcmp(arg->kind->name, "FILE") == 0 &&
			   strcmp(arg->key, "to") != 0 &&
			   strcmp(arg->key, "folder") != 0) {
			r = read_configuration(s, arg, ret, e);
		} else if (strcmp(arg->kind->name, "FILE") == 0) {
			vec_push(ret, file_path(s, arg));
		} else {
			if (strcmp(arg->kind->name, "TEXT") == 0)
				r = check_text(arg->value.text, strlen(arg->value.text),
					       e);
			vec_push(ret, mem_strdup(arg->value.text));
		}
		if (r < 0 && e)
			e->place = arg->word->place;
	}
	return r;
}

static int set_service(struct session *s, uint32_t node, enum service_kind kind,
		       const struct args *a, size_t at, struct err *e)
{
	word_vec words = { 0 };
	const char *key = NULL;
	const struct arg *blamed;
	struct service *service;
	int r = read_words(s, model_node(s->draft, node), a, at, &words, e);

	if (r == 0) {
		service = service_new(kind, words.v, words.n);
		r = model_set_service(s->draft, node, service, &key, e);
		service_release(service);
		blamed = key ? args_behind(a, key, 0) : NULL;
		if (r < 0 && blamed && e)
			e->place = blamed->word->place;
	}
	words_free(&words);
	return r;
}

int cmd_service(struct session *s, const struct args *a, struct err *e)
{
	enum service_kind kind = 0;
	size_t name = find_name(a, &kind);
	bool off = name + 1 < a->v.n && !a->v.v[name + 1].kind &&
		   strcmp(a->v.v[name + 1].key, "off") == 0;
	VEC(uint32_t) nodes = { 0 };
	int r = 0;

	if (!a->v.v[0].kind)
		vec_each (&s->draft->nodes, n)
			if ((*n)->kind == NODE_ROUTER && (!off || node_service(*n, kind)))
				vec_push(&nodes, (*n)->id);
	for (size_t i = 0; i < name; i++)
		if (a->v.v[i].kind)
			vec_push(&nodes, a->v.v[i].value.node);
	if (nodes.n == 0)
		r = err_set(e, ENOENT,
			    off ? "no router has a service %s"
				: "there are no routers for a service %s",
			    service_name(kind));
	vec_each (&nodes, id) {
		if (r < 0)
			break;
		if (off)
			r = model_del_service(s->draft, *id, kind, e);
		else
			r = set_service(s, *id, kind, a, name + 1, e);
	}
	vec_free(&nodes);
	return r;
}

/* ---- prompts ---- */

/*
 * Words of a program as the daemon's commands: together one, or, if any has blanks in
 * it, each one. Lines of one text.
 */
static char *commands_of(const struct arg *words)
{
	struct str text = { 0 };
	bool each = false;

	for (size_t i = 0; i < words->n_words; i++)
		each |= strchr(words->word[i].text, ' ') != NULL;
	for (size_t i = 0; i < words->n_words; i++)
		str_addf(&text, "%s%s",
			 i == 0 ? ""
			 : each ? "\n"
				: " ",
			 words->word[i].text);
	return str_take(&text);
}

static bool runs_daemon(const struct node *n, bool bird)
{
	vec_each (&n->services, s)
		if (bird ? (*s)->kind == SERVICE_BIRD : service_is_frr((*s)->kind))
			return true;
	return false;
}

int handlers_prompt(const struct session *s, const struct node *n, const char *name,
		    const struct arg *words, struct daemon_prompt *ret, struct err *e)
{
	static const char *const vtysh[] = { "--vty_socket", ".",
					     "--config_dir", ".",
					     "-H",	     "history" };
	static const char *const birdc[] = { "-s", "bird.ctl" };
	bool bird = strcmp(name, "birdc") == 0;
	char *program;

	if (!runs_daemon(n, bird)) {
		err_set(e, ENOENT, "%s runs no %s", n->name, bird ? "BIRD" : "FRR");
		err_hint(e, "`help service` tells how to start it");
		return -ENOENT;
	}
	program = service_find_program(name);
	if (!program) {
		err_set(e, ENOENT, "%s is not installed", name);
		err_hint(e, "Debian has it in the package %s", bird ? "bird2" : "frr");
		return -ENOENT;
	}
	*ret = (struct daemon_prompt){ 0 };
	vec_push(&ret->argv, program);
	for (size_t i = 0; i < (bird ? ARRAY_LEN(birdc) : ARRAY_LEN(vtysh)); i++)
		vec_push(&ret->argv, mem_strdup(bird ? birdc[i] : vtysh[i]));
	if (words && !bird)
		vec_push(&ret->argv, mem_strdup("-c"));
	if (words)
		vec_push(&ret->argv, commands_of(words));
	vec_push(&ret->argv, NULL);
	service_place(s->net, n->name, &ret->place);
	if (bird)
		ret->place.mounts[0][0] = NULL; /* these are what FRR wants */
	return 0;
}

void handlers_prompt_free(struct daemon_prompt *p)
{
	vec_each (&p->argv, word)
		free(*word);
	vec_free(&p->argv);
	service_place_free(&p->place);
}

static int prompt(struct session *s, const struct args *a, const char *name,
		  struct err *e)
{
	const struct node *n = model_node(s->net->model, args_get(a, "NODE", 0)->node);
	const struct arg *last = &a->v.v[a->v.n - 1];
	const struct arg *words = args_get(a, "COMMAND", 0) ? last : NULL;
	/* the model may change meanwhile */
	cleanup_free char *node = mem_strdup(n->name);
	struct daemon_prompt p;
	int r;

	if (a->statement->background)
		return err_set(e, EINVAL, "%s cannot run in the background", name);
	if (!words && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
		return err_set(e, ENOTTY, "the prompt of %s needs a terminal", name);
	r = handlers_prompt(s, n, name, words, &p, e);
	if (r < 0)
		return args_blame(a, "NODE", 0, e);
	r = handlers_run_placed(s, node, p.argv.v, &p.place, !words, e);
	handlers_prompt_free(&p);
	return r;
}

int cmd_vtysh(struct session *s, const struct args *a, struct err *e)
{
	return prompt(s, a, "vtysh", e);
}

int cmd_birdc(struct session *s, const struct args *a, struct err *e)
{
	return prompt(s, a, "birdc", e);
}
