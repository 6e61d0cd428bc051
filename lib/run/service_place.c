/*
 * service_place.c — where services run: folders, the files they see, their programs.
 *
 * FRR's programs would become the user frr, with files in /var/run/frr and /var/tmp.
 * In a node they are root as all programs there are, which also works where the
 * machine's users are not to be had: they find an /etc/passwd and /etc/group by which
 * frr is root, and a /var/tmp of their own. All else their options say.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "run/services_parts.h"

enum { TOLD_MAX = 400, FILE_MAX = 16 << 20 };

static const char folders[] = "/usr/local/sbin:/usr/sbin:/sbin";

char *services_path(const struct network *n, const char *node, const char *file)
{
	if (!file)
		return mem_printf("%s/services/%s", n->dir, node);
	return mem_printf("%s/services/%s/%s", n->dir, node, file);
}

char *services_file(const struct network *n, const char *node, const char *name,
		    const char *suffix)
{
	return mem_printf("%s/services/%s/%s.%s", n->dir, node, name, suffix);
}

/* ---- programs ---- */

static char *find_in(const char *path, const char *name)
{
	cleanup_free char *copy = mem_strdup(path);
	char *rest = copy, *folder;

	while (rest && (folder = strsep(&rest, ":"))) {
		char *file = mem_printf("%s/%s", *folder ? folder : ".", name);

		if (access(file, X_OK) == 0)
			return file;
		free(file);
	}
	return NULL;
}

char *service_find_program(const char *name)
{
	const char *path = getenv("PATH");
	char *found;

	if (strchr(name, '/'))
		return access(name, X_OK) == 0 ? mem_strdup(name) : NULL;
	found = path ? find_in(path, name) : NULL;
	/* an ordinary user's PATH lacks the folders of root's programs */
	return found ? found : find_in(folders, name);
}

/* ---- what they see ---- */

/* The line "frr:…" or "frrvty:…" as one of root's. */
static void add_line(struct str *out, const char *line, size_t n, bool users)
{
	if (users && strncmp(line, "frr:", 4) == 0)
		str_add(out, "frr:x:0:0::/:/usr/sbin/nologin");
	else if (!users && strncmp(line, "frr:", 4) == 0)
		str_add(out, "frr:x:0:");
	else if (!users && strncmp(line, "frrvty:", 7) == 0)
		str_add(out, "frrvty:x:0:frr");
	else
		str_addn(out, line, n);
	str_add(out, "\n");
}

static int make_list(const struct network *n, const char *from, const char *name,
		     bool users, struct err *e)
{
	cleanup_free char *path = mem_printf("%s/services/%s", n->dir, name);
	cleanup_free char *text = NULL;
	struct str out = { 0 };
	size_t size;
	int r = file_read(from, FILE_MAX, &text, &size, e);

	for (const char *line = text; r == 0 && line && *line;) {
		size_t length = strcspn(line, "\n");

		add_line(&out, line, length, users);
		line += length + (line[length] == '\n');
	}
	if (r == 0)
		r = file_replace(path, out.s ? out.s : "", out.n, e);
	if (r == 0 && chmod(path, 0644) < 0)
		r = err_sys(e, errno, "%s", path);
	str_free(&out);
	return r;
}

int service_prepare_vtysh(const char *folder, struct err *e)
{
	static const char text[] = "service integrated-vtysh-config\n";
	cleanup_free char *path = mem_printf("%s/vtysh.conf", folder);

	return file_replace(path, text, strlen(text), e);
}

int services_prepare_frr(const struct network *n, struct err *e)
{
	cleanup_free char *folder = mem_printf("%s/services", n->dir);
	int r = file_make_dirs(folder, 0755, e);

	if (r == 0)
		r = make_list(n, "/etc/passwd", "passwd", true, e);
	if (r == 0)
		r = make_list(n, "/etc/group", "group", false, e);
	return r < 0 ? r : service_prepare_vtysh(folder, e);
}

void service_place(const struct network *n, const char *node, struct service_place *ret)
{
	static const char *const names[] = { "/etc/passwd", "/etc/group", "/var/tmp" };

	*ret = (struct service_place){ .folder = services_path(n, node, NULL) };
	ret->sources[0] = mem_printf("%s/services/passwd", n->dir);
	ret->sources[1] = mem_printf("%s/services/group", n->dir);
	ret->sources[2] = services_path(n, node, "tmp");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		ret->mounts[i][0] = ret->sources[i];
		ret->mounts[i][1] = names[i];
	}
}

void service_place_free(struct service_place *p)
{
	for (size_t i = 0; i < ARRAY_LEN(p->sources); i++)
		free(p->sources[i]);
	free(p->folder);
}

/* ---- vtysh ---- */

static int read_told(const char *path, char **ret)
{
	size_t n;
	int r = file_read(path, FILE_MAX, ret, &n, NULL);

	if (r < 0)
		return r;
	while (n > 0 && (*ret)[n - 1] == '\n')
		(*ret)[--n] = '\0';
	if (n > TOLD_MAX)
		(*ret)[TOLD_MAX] = '\0';
	for (char *p = *ret; (p = strchr(p, '\n'));)
		*p = ';';
	return 0;
}

/* With text as a file of that folder; only looks whether it could be if dry. */
static int run_vtysh(struct network *n, const char *node, const char *folder,
		     const char *text, bool dry, struct err *e)
{
	cleanup_free char *vtysh = service_find_program("vtysh"), *told = NULL;
	cleanup_free char *file = mem_printf("%s/fed.conf", folder);
	cleanup_free char *log = mem_printf("%s/vtysh.log", folder);
	char *argv[] = { vtysh,
			 (char *)"--vty_socket",
			 (char *)".",
			 (char *)"--config_dir",
			 (char *)".",
			 (char *)"-f",
			 (char *)"fed.conf",
			 (char *)(dry ? "-C" : NULL),
			 NULL };
	cleanup_close int out = -1, null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct exec_end end = { 0 };
	struct exec_spec s = { .node = node,
			       .argv = argv,
			       .in = null,
			       .folder = folder,
			       .own_group = true };
	pid_t pid;
	int r = file_replace(file, text, strlen(text), e);

	if (r < 0)
		return r;
	if (!vtysh)
		return err_set(e, ENOENT, "vtysh is not installed");
	out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (out < 0 || null < 0)
		return err_sys(e, errno, "%s", log);
	s.out = s.err = out;
	r = exec_start(n, &s, &pid, e);
	if (r == 0)
		r = exec_wait(pid, false, &end, e);
	if (r < 0 || end.status == 0)
		return r;
	if (read_told(log, &told) < 0 || !*told)
		return err_set(e, EINVAL, "%s: FRR refuses its configuration", node);
	return err_set(e, EINVAL, "%s: FRR refuses its configuration: %s", node, told);
}

int services_feed(struct network *n, const char *node, const char *text, struct err *e)
{
	cleanup_free char *folder = services_path(n, node, NULL);

	return run_vtysh(n, node, folder, text, false, e);
}

int services_check_text(struct network *n, const char *node, const char *text,
			struct err *e)
{
	cleanup_free char *folder = mem_printf("%s/services", n->dir);

	return run_vtysh(n, node, folder, text, true, e);
}
