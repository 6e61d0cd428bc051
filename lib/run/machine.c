/*
 * machine.c — see machine.h.
 */
#include "run/machine.h"

#include <dirent.h>
#include <sys/stat.h>

#include "base/mem.h"

int machine_identify(struct netns_id *ret, struct err *e)
{
	cleanup_close int ns = netns_open_self();
	int r = ns < 0 ? ns : netns_identify(ns, ret);

	return r < 0 ? err_sys(e, r, "look at the machine's network namespace") : 0;
}

bool machine_same(const struct netns_id *a, const struct netns_id *b)
{
	return a->dev == b->dev && a->ino == b->ino;
}

bool machine_is_alive(const struct netns_id *machine)
{
	DIR *processes = opendir("/proc");
	bool alive = false;
	struct dirent *d;

	while (processes && !alive && (d = readdir(processes))) {
		cleanup_free char *path = mem_printf("/proc/%s/ns/net", d->d_name);
		struct stat st;

		alive = stat(path, &st) == 0 && st.st_ino == machine->ino &&
			st.st_dev == machine->dev;
	}
	if (processes)
		closedir(processes);
	return alive;
}
