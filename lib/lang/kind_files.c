/*
 * kind_files.c — what the machine has: files, programs, interfaces.
 */
#include <dirent.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "lang/kinds.h"

static bool is_folder(int at, const struct dirent *d)
{
	struct stat st;

	if (d->d_type == DT_DIR)
		return true;
	/* a link may lead to a folder; some file systems do not tell the type */
	return (d->d_type == DT_LNK || d->d_type == DT_UNKNOWN) &&
	       fstatat(at, d->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

/* The folder to look in for what was begun; NULL: there is no telling. */
static char *folder_of(const char *begun, size_t length)
{
	const char *home = getenv("HOME");

	if (length == 0)
		return mem_strdup(".");
	if (str_starts(begun, "~/") && home)
		return mem_printf("%s/%.*s", home, (int)length - 2, begun + 2);
	return mem_strndup(begun, length);
}

/* lex_quote() with the "~/" left as it is, since quotes would take its meaning away. */
static char *quote_path(const char *path)
{
	cleanup_free char *rest = NULL;

	if (!str_starts(path, "~/"))
		return lex_quote(path);
	rest = path[2] ? lex_quote(path + 2) : mem_strdup("");
	return *rest == '\'' ? lex_quote(path) : mem_printf("~/%s", rest);
}

void kind_complete_file(struct kind_context *c, const struct word *before, size_t n,
			const char *begun, choice_vec *ret)
{
	const char *slash = strrchr(begun, '/');
	size_t length = slash ? (size_t)(slash - begun) + 1 : 0;
	cleanup_free char *folder = folder_of(begun, length);
	const char *name = begun + length;
	DIR *dir = opendir(folder);
	struct dirent *d;

	(void)c;
	(void)before;
	(void)n;
	if (!dir)
		return;
	while ((d = readdir(dir))) {
		cleanup_free char *path = NULL;
		bool dots = strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0;
		bool into;

		if (dots || (d->d_name[0] == '.' && name[0] != '.') ||
		    !str_starts(d->d_name, name))
			continue;
		into = is_folder(dirfd(dir), d);
		path = mem_printf("%.*s%s%s", (int)length, begun, d->d_name,
				  into ? "/" : "");
		vec_push(ret, ((struct choice){ quote_path(path), NULL, into }));
	}
	closedir(dir);
}

static void complete_programs(const char *folder, const char *begun, choice_vec *ret)
{
	DIR *dir = opendir(folder);
	struct dirent *d;

	if (!dir)
		return;
	while ((d = readdir(dir)))
		if (str_starts(d->d_name, begun) && d->d_name[0] != '.' &&
		    !is_folder(dirfd(dir), d) &&
		    faccessat(dirfd(dir), d->d_name, X_OK, 0) == 0)
			kind_offer(ret, begun, d->d_name, NULL, false);
	closedir(dir);
}

void kind_complete_command(struct kind_context *c, const struct word *before, size_t n,
			   const char *begun, choice_vec *ret)
{
	cleanup_free char *path = mem_strdup(getenv("PATH"));
	char *rest = path;

	if (n > 0) {
		kind_complete_node(c, before, n, begun, ret);
		kind_complete_file(c, before, n, begun, ret);
		return;
	}
	if (strchr(begun, '/')) {
		kind_complete_file(c, before, n, begun, ret);
		return;
	}
	for (char *folder; (folder = strsep(&rest, ":"));)
		complete_programs(*folder ? folder : ".", begun, ret);
}

int kind_parse_nic(struct kind_context *c, const struct word *w, size_t n,
		   struct value *ret, struct err *e)
{
	int r = nic_check_name(w->text, e);

	(void)n;
	(void)ret;
	return r < 0 ? kind_refuse(c, 0, LIKE_SURE, r) : 1;
}

void kind_complete_nic(struct kind_context *c, const struct word *before, size_t n,
		       const char *begun, choice_vec *ret)
{
	const struct node *node = c->n_args ? model_node(c->m, c->args[0].value.node)
					    : NULL;
	struct if_nameindex *all = if_nameindex();

	(void)before;
	(void)n;
	for (struct if_nameindex *i = all; i && i->if_index; i++)
		if (strcmp(i->if_name, "lo") != 0)
			kind_offer(ret, begun, i->if_name, NULL, false);
	if (all)
		if_freenameindex(all);
	if (!node)
		return;
	vec_each (&node->nics, nic)
		kind_offer(ret, begun, nic->name, mem_strdup("which it has"), false);
}
