/*
 * test_doctor.c — the doctor's findings, as this user, as an ordinary one, and
 * where no user namespace can be had.
 */
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "run/doctor.h"
#include "run/rootless.h"

enum { ORDINARY = 65534 };

static char top[] = "/tmp/espalier-test-XXXXXX";

static const struct finding *find(const findings *f, const char *name)
{
	vec_each (f, finding)
		if (strcmp(finding->name, name) == 0)
			return finding;
	return NULL;
}

/* What is true of findings anywhere; NULL, or what is wrong. */
static const char *fault(const findings *f)
{
	if (f->n < 20)
		return "few findings";
	vec_each (f, finding) {
		if (!finding->name[0] || find(f, finding->name) != finding)
			return "a name is missing or there twice";
		if (!finding->why)
			return "no why";
		if (finding->works == (finding->then != NULL))
			return "advice where it works, or none where it does not";
		if (!finding->works && (!finding->why[0] || !finding->then[0]))
			return "a failure without its reason";
	}
	return NULL;
}

static size_t count_entries(const char *path)
{
	DIR *dir = opendir(path);
	size_t n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

static size_t count_interfaces(void)
{
	struct if_nameindex *all = if_nameindex();
	size_t n = 0;

	while (all && all[n].if_index)
		n++;
	if_freenameindex(all);
	return n;
}

static int examine_here(void)
{
	struct err e = ERR_INIT;
	const char *wrong;
	findings f;

	if (doctor_examine(&f, &e) < 0) {
		fprintf(stderr, "# %s\n", e.msg);
		return 1;
	}
	wrong = fault(&f);
	vec_each (&f, finding) {
		if (finding->needed && !finding->works) {
			fprintf(stderr, "# %s: %s\n", finding->name, finding->why);
			wrong = "something needed fails";
		}
		if (wrong)
			fprintf(stderr, "# %s: %d (%s) %s\n", finding->name,
				finding->works, finding->why,
				finding->then ? finding->then : "");
	}
	if (wrong)
		fprintf(stderr, "# %s\n", wrong);
	findings_free(&f);
	return wrong != NULL;
}

static void become_ordinary(void)
{
	if (geteuid() == 0 &&
	    (setgroups(0, NULL) < 0 || setresgid(ORDINARY, ORDINARY, ORDINARY) < 0 ||
	     setresuid(ORDINARY, ORDINARY, ORDINARY) < 0))
		_exit(2);
}

static int run(int (*scenario)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		become_ordinary();
		_exit(scenario());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int drop_admin(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, caps) < 0)
		return -1;
	caps[0].effective &= ~(1U << CAP_SYS_ADMIN);
	caps[0].permitted &= ~(1U << CAP_SYS_ADMIN);
	return (int)syscall(SYS_capset, &header, caps);
}

/* A user namespace in which no further one may be made, and nothing else either. */
static int examine_forbidden(void)
{
	const struct finding *veth, *users;
	struct err e = ERR_INIT;
	findings f;
	int bad = 0;

	if (rootless_unshare(&e) < 0)
		return 2;
	FILE *limit = fopen("/proc/sys/user/max_user_namespaces", "w");
	if (!limit || fputs("0", limit) < 0 || fclose(limit) != 0 || drop_admin() < 0)
		return 3;
	if (rootless_check(&e) != -ENOSPC || !e.hint ||
	    !strstr(e.hint, "user.max_user_namespaces"))
		return 4;
	err_clear(&e);
	if (doctor_examine(&f, &e) < 0 || fault(&f))
		return 5;
	users = find(&f, "user namespaces");
	veth = find(&f, "veth");
	bad |= !users || users->works || !users->needed ||
	       !strstr(users->why, "max_user_namespaces");
	bad |= !veth || veth->works || !veth->needed || !strstr(veth->why, "not tried");
	findings_free(&f);
	return bad ? 6 : 0;
}

static void test_here(void **state)
{
	size_t files = count_entries("/proc/self/fd"), interfaces = count_interfaces();

	(void)state;
	assert_int_equal(examine_here(), 0);
	/* all of it happened elsewhere */
	assert_int_equal(count_entries("/proc/self/fd"), files);
	assert_int_equal(count_interfaces(), interfaces);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_ordinary_user(void **state)
{
	(void)state;
	assert_int_equal(run(examine_here), 0);
}

static void test_forbidden(void **state)
{
	(void)state;
	assert_int_equal(run(examine_forbidden), 0);
}

static void test_free_empty(void **state)
{
	findings f = { NULL, 0, 0 };

	(void)state;
	findings_free(&f);
	assert_null(f.v);
}

static int check_here(void)
{
	return rootless_check(NULL) < 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_here),
		cmocka_unit_test(test_ordinary_user),
		cmocka_unit_test(test_forbidden),
		cmocka_unit_test(test_free_empty),
	};
	int r;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (!mkdtemp(top) || (geteuid() == 0 && chown(top, ORDINARY, ORDINARY) < 0))
		return 1;
	setenv("XDG_RUNTIME_DIR", top, 1);
	if (run(check_here) != 0) {
		fprintf(stderr, "SKIPPED: no user namespaces for ordinary users here\n");
		rmdir(top);
		return getenv("ESPALIER_MUST_RUN") ? 1 : (puts("1..0 # SKIP"), 0);
	}
	r = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(top);
	return r;
}
