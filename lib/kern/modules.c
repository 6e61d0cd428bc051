/*
 * modules.c — see modules.h.
 *
 * Of /proc/modules it takes what is not counted: names, sizes, whether they are there
 * yet, and places, which are others when a module is loaded again. modprobe finds what it
 * may load in the release's folder. depmod renames new files into that; where busybox
 * writes into the old ones, those are newer. What /etc/modprobe.d forbids is not looked
 * at.
 */
#include "kern/modules.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

static int add_loaded(struct str *s)
{
	cleanup_free char *text = NULL;
	char *rest = NULL;
	size_t n;
	int r = file_read("/proc/modules", SIZE_MAX, &text, &n, NULL);

	if (r < 0) /* without modules the kernel has no such file */
		return r == -ENOENT ? 0 : r;
	for (char *line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		char name[64], size[24], state[16], place[24];

		/* those between: by how many it is used, and by which */
		if (sscanf(line, "%63s %23s %*s %*s %15s %23s", name, size, state,
			   place) != 4)
			return -EBADMSG;
		str_addf(s, "%s %s %s %s\n", name, size, state, place);
	}
	return 0;
}

static void add_installed(struct str *s)
{
	static const char *const files[] = { "", "/modules.dep", "/modules.alias" };
	struct utsname kernel;

	uname(&kernel);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		cleanup_free char *path =
			mem_printf("/lib/modules/%s%s", kernel.release, files[i]);
		struct stat st;

		if (stat(path, &st) == 0)
			str_addf(s, "%ju %ju.%09ld\n", (uintmax_t)st.st_ino,
				 (uintmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
		else
			str_add(s, "none\n");
	}
}

char *modules_state(void)
{
	struct str s = { 0 };

	if (add_loaded(&s) < 0) {
		str_free(&s);
		return NULL;
	}
	add_installed(&s);
	return str_take(&s);
}

bool modules_can_be_loaded(void)
{
	return access("/proc/modules", F_OK) == 0; /* only such a kernel has it */
}
