/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_why_modules.c - what security modules refuse
 *
 * The kernel that runs the tests need not have them: /proc/PID and /proc/sys
 * are folders of the test's own (src/engine/why/probe_process.c,
 * probe_caller.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "engine/why/why.h"

static struct arena arena;
static char folder[] = "/tmp/kist-modules-XXXXXX";

static void in(const char *name, char path[200])
{
	snprintf(path, 200, "%s/%s", folder, name);
}

static int setup(void **state)
{
	static const char *const dirs[] = { "attr", "kernel", "kernel/yama" };
	char path[200];

	arena_init(&arena);
	assert_non_null(mkdtemp(folder));
	EACH(dir, dirs) {
		in(*dir, path);
		CHECK_SYS(mkdir(path, 0755));
	}
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "attr/current", "status",
					     "kernel/yama/ptrace_scope" };
	static const char *const dirs[] = { "attr", "kernel/yama", "kernel" };
	char path[200];

	EACH(name, names) {
		in(*name, path);
		unlink(path);
	}
	EACH(dir, dirs) {
		in(*dir, path);
		rmdir(path);
	}
	arena_done(&arena);
	return rmdir(folder);
}

static void put(const char *name, const char *text)
{
	char path[200];
	CLEANUP_FD int fd = -1;

	in(name, path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static struct why_case refused(const char *name)
{
	return (struct why_case){
		.arena = &arena,
		.call = WHY_OTHER,
		.name = name,
		.errnum = EPERM,
		.pid = 7,
		.proc_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.sysctl_folder = folder,
	};
}

/* Is the rule among those that are found? */
static bool is_told(const struct why_case *c, int cause)
{
	struct kist_why why = { 0 };

	assert_int_equal(why_find(c, &why), 0);
	for (size_t i = 0; i < why.count; i++)
		if (why.findings[i].cause == cause)
			return true;
	return false;
}

static const struct {
	const char *label;
	int apparmor, selinux;
	const char *name;
} labels[] = {
	{ "docker-default (enforce)\n", 1, 0, "docker-default" },
	{ "/usr/bin/a b (enforce)", 1, 0, "/usr/bin/a b" },
	{ "docker-default (complain)\n", 0, 0, NULL },
	{ "unconfined\n", 0, 0, NULL },
	{ "system_u:system_r:container_t:s0:c1,c2", 0, 1,
	  "system_u:system_r:container_t:s0:c1,c2" },
	{ "unconfined_u:unconfined_r:unconfined_t:s0", 0, 0, NULL },
};

static void a_label_says_which_module_may_have_refused(void **state)
{
	struct why_case c = refused("mount");

	EACH(row, labels) {
		struct why_finding found = { 0 };

		CASE(row->label);
		put("attr/current", row->label);
		assert_int_equal(probe_lsm_apparmor(&c, &found), row->apparmor);
		assert_int_equal(probe_lsm_selinux(&c, &found), row->selinux);
		assert_int_equal(is_told(&c, KIST_CAUSE_LSM_APPARMOR),
				 row->apparmor);
		assert_int_equal(is_told(&c, KIST_CAUSE_LSM_SELINUX),
				 row->selinux);
		/* the log alone knows: never certain */
		assert_false(found.is_certain);
		if (row->name)
			assert_string_equal(found.arg[0], row->name);
	}
	close(c.proc_fd);
}

static const struct {
	const char *scope, *caps;
	int found;
} scopes[] = {
	{ "0\n", "0", 0 },     { "1\n", "0", 1 },
	{ "1\n", "80000", 0 }, /* CAP_SYS_PTRACE */
	{ "2\n", "80000", 0 }, { "3\n", "80000", 1 },
};

static void yama_lets_only_some_look(void **state)
{
	struct why_case c = refused("ptrace");

	EACH(row, scopes) {
		struct why_finding found = { 0 };
		char status[100];

		CASE(row->scope);
		snprintf(status, sizeof(status),
			 "Name:\tgdb\nUid:\t7\t7\t7\t7\nGid:\t7\t7\t7\t7\n"
			 "CapEff:\t%016lx\n",
			 strtoul(row->caps, NULL, 16));
		put("status", status);
		put("kernel/yama/ptrace_scope", row->scope);
		assert_int_equal(probe_ptrace_scope(&c, &found), row->found);
		assert_int_equal(found.is_certain, row->found);
		assert_int_equal(is_told(&c, KIST_CAUSE_PTRACE_SCOPE),
				 row->found);
	}
	close(c.proc_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_label_says_which_module_may_have_refused),
		cmocka_unit_test(yama_lets_only_some_look),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
