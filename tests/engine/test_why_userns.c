/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_why_userns.c - distributions' switches of user namespaces
 *
 * The kernel that runs the tests need not have them: /proc/sys is a folder of
 * the test's own (src/engine/why/probe_userns.c).
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "engine/why/why.h"
#include "sys/process.h"

static struct arena arena;
static char folder[] = "/tmp/kist-sysctl-XXXXXX";

static int setup(void **state)
{
	arena_init(&arena);
	assert_non_null(mkdtemp(folder));
	return 0;
}

static int teardown(void **state)
{
	arena_done(&arena);
	return rmdir(folder);
}

static void set(const char *dir, const char *name, const char *value)
{
	char path[200];
	CLEANUP_FD int fd = -1;

	snprintf(path, sizeof(path), "%s/%s", folder, dir);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/%s", folder, dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_int_equal(write(fd, value, strlen(value)), strlen(value));
}

static void clear(const char *dir, const char *name)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s/%s", folder, dir, name);
	unlink(path);
	snprintf(path, sizeof(path), "%s/%s", folder, dir);
	rmdir(path);
}

static struct why_case unprivileged(void)
{
	struct why_case c = { .proc_fd = -1 };

	CHECK_SYS(why_case_self(NULL, &arena, &c));
	c.call = WHY_NS;
	c.name = "unshare";
	c.flags = CLONE_NEWUSER;
	c.errnum = EPERM;
	c.sysctl_folder = folder;
	return c;
}

static const struct {
	const char *name, *value;
	int cause;
	int found;
} switches[] = {
	{ "unprivileged_userns_clone", "0\n", KIST_CAUSE_USERNS_DEBIAN, 1 },
	{ "unprivileged_userns_clone", "1\n", KIST_CAUSE_USERNS_DEBIAN, 0 },
	{ "apparmor_restrict_unprivileged_userns", "1\n",
	  KIST_CAUSE_USERNS_UBUNTU, 1 },
	{ "apparmor_restrict_unprivileged_userns", "0\n",
	  KIST_CAUSE_USERNS_UBUNTU, 0 },
};

/* Is it the first rule that is found? */
static int finds(const struct why_case *c, int cause)
{
	struct kist_why why = { .count = 0 };

	return why_find(c, &why) == 0 && why.count > 0 &&
	       why.findings[0].cause == cause;
}

static int drop(void)
{
	return setresgid(65534, 65534, 65534) < 0 ||
			       setresuid(65534, 65534, 65534) < 0 ?
		       -1 :
		       0;
}

static void the_switches(void)
{
	struct why_case c = unprivileged();

	EACH(row, switches) {
		CASE(row->name);
		set("kernel", row->name, row->value);
		if (is_root() && fork() == 0) {
			int ret = drop();

			close(c.proc_fd);
			c = unprivileged();
			_exit(ret < 0 ? 9 : finds(&c, row->cause));
		} else if (is_root()) {
			int status;

			wait(&status);
			assert_int_equal(WEXITSTATUS(status), row->found);
		} else {
			assert_int_equal(finds(&c, row->cause), row->found);
		}
		clear("kernel", row->name);
	}
	close(c.proc_fd);
}

static void an_ordinary_user_meets_them(void **state)
{
	CHECK_SYS(chmod(folder, 0755));
	the_switches();
}

static void root_does_not(void **state)
{
	struct why_finding found = { 0 };
	struct why_case c = unprivileged();

	skip_unless(is_root());
	set("kernel", "unprivileged_userns_clone", "0\n");
	assert_int_equal(probe_userns_debian(&c, &found), 0);
	clear("kernel", "unprivileged_userns_clone");
	close(c.proc_fd);
}

static void a_limit_of_0_is_a_switch(void **state)
{
	struct why_finding found = { 0 };
	struct why_case c = unprivileged();

	set("user", "max_user_namespaces", "0\n");
	assert_int_equal(probe_ns_off(&c, &found), 1);
	assert_string_equal(found.arg[1], "user.max_user_namespaces");
	set("user", "max_user_namespaces", "5\n");
	assert_int_equal(probe_ns_off(&c, &found), 0);
	assert_int_equal(probe_ns_used_up(&c, &found), 1);
	clear("user", "max_user_namespaces");
	close(c.proc_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ordinary_user_meets_them),
		cmocka_unit_test(root_does_not),
		cmocka_unit_test(a_limit_of_0_is_a_switch),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
