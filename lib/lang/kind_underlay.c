/*
 * kind_underlay.c — where a tunnel may end: in a node, or in one of another network.
 *
 * Nodes of other networks are offered as other tools see them, by /run/netns. The own
 * network is among these: its name may be typed, too. A tunnel cannot end in a switch.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "lang/kinds.h"

/* "NETWORK." of such a word, with its point; 0: it has none. */
static size_t network_length(const char *text)
{
	const char *point = strchr(text, '.');

	return point ? (size_t)(point - text) + 1 : 0;
}

static int check_name(struct kind_context *c, const char *name, size_t n, struct err *e)
{
	cleanup_free char *copy = mem_strndup(name, n);
	int r = model_check_name(copy, e);

	return r < 0 ? kind_refuse(c, 0, LIKE_MAYBE, r) : 0;
}

int kind_parse_underlay(struct kind_context *c, const struct word *w, size_t n,
			struct value *ret, struct err *e)
{
	size_t length = network_length(w->text);
	const char *node = w->text + length;
	int r;

	if (!length)
		return kind_parse_node(c, w, n, ret, e);
	r = check_name(c, w->text, length - 1, e);
	if (r == 0)
		r = check_name(c, node, strlen(node), e);
	return r < 0 ? r : 1;
}

static bool has_choice(const choice_vec *v, const char *text)
{
	vec_each (v, c)
		if (strcmp(c->text, text) == 0)
			return true;
	return false;
}

static void offer_own(struct kind_context *c, const char *begun, choice_vec *ret)
{
	vec_each (&c->m->names, node)
		if ((*node)->kind != NODE_SWITCH)
			kind_offer(ret, begun, (*node)->name,
				   mem_strdup(node_kind_text(*node)), false);
}

/* In two steps, "sub." and then "sub.m1": networks are few, and have many nodes. */
void kind_complete_underlay(struct kind_context *c, const struct word *before, size_t n,
			    const char *begun, choice_vec *ret)
{
	size_t typed = network_length(begun);
	DIR *dir = opendir("/run/netns");
	struct dirent *d;

	(void)before;
	(void)n;
	if (!typed)
		offer_own(c, begun, ret);
	if (!dir)
		return;
	while ((d = readdir(dir))) {
		size_t length = network_length(d->d_name);
		cleanup_free char *network = mem_strndup(d->d_name, length);
		int name = (int)length - 1;

		if (length < 2)
			continue;
		if (typed)
			kind_offer(ret, begun, d->d_name,
				   mem_printf("of network %.*s", name, network), false);
		else if (!has_choice(ret, network))
			kind_offer(ret, begun, network,
				   mem_printf("a node of network %.*s", name, network),
				   true);
	}
	closedir(dir);
}
