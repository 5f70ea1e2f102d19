/* SPDX-License-Identifier: Apache-2.0 */
/* test_exec.c - privileges, working directory, finding and starting the
 * program (src/child/process.c, exec.c) */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "planned.h"

#define BIN PLANNED_WORLD "/bin"
#define CAP(name) (1ull << CAP_##name)

static void make_program(const char *path, const char *text, unsigned int mode)
{
	make_file(path, text);
	CHECK_SYS(chmod(path, mode));
}

static void build_programs(void)
{
	make_dir(BIN);
	make_dir(BIN "/a");
	make_dir(BIN "/b");
	make_dir(BIN "/a/folder");
	make_dir(BIN "/a/both");
	make_program(BIN "/a/plain", "x", 0644);
	make_program(BIN "/a/two", "#!/bin/sh\necho first\n", 0644);
	make_program(BIN "/b/two", "#!/bin/sh\necho second\n", 0755);
	make_program(BIN "/b/both", "#!/bin/sh\necho both\n", 0755);
	make_program(BIN "/b/args", "#!/bin/sh\necho $0 $1 $V\n", 0755);
	make_program(BIN "/b/script", "#! /no/such/sh -e\n", 0755);
	make_program(BIN "/b/text", "hello\n", 0755);
	make_program(BIN "/b/empty", "", 0755);
	make_program(BIN "/b/machine",
		     "\177ELF\2\1\1       \2 \76\1 a foreign machine's", 0755);
	CHECK_SYS(mknod(BIN "/b/pipe", S_IFIFO | 0777, 0));
	make_link(BIN "/b/link", "args");
	make_link(BIN "/b/gone", "/no/such");
}

#define PATH BIN "/no:" BIN "/a/plain:" BIN "/a:" BIN "/b"

static const struct {
	const char *name, *path;
	int errnum;
	const char *output;
} lookups[] = {
	{ "args", PATH, 0, "/mnt/bin/b/args one\n" },
	{ "link", PATH, 0, "/mnt/bin/b/link one\n" },
	{ "two", PATH, 0, "second\n" },
	{ "both", PATH, 0, "both\n" },
	{ BIN "/b/args", "", 0, "/mnt/bin/b/args one\n" },
	{ "b/args", PATH, 0, "b/args one\n" },
	{ "args", "b", 0, "b/args one\n" },
	{ "args", ":b", 0, "b/args one\n" },
	{ "args", NULL, ENOENT, "" },
	{ "nothing", PATH, ENOENT, "" },
	{ "", PATH, ENOENT, "" },
	{ "plain", PATH, EACCES, "" },
	{ "folder", PATH, EISDIR, "" },
	{ "pipe", PATH, EACCES, "" },
	{ "gone", PATH, ENOENT, "" },
	{ BIN, PATH, EISDIR, "" },
	{ BIN "/", PATH, EISDIR, "" },
	{ BIN "/a/plain", PATH, EACCES, "" },
	{ BIN "/a/plain/x", PATH, ENOENT, "" },
	{ BIN "/none", PATH, ENOENT, "" },
};

static void a_program_is_found_as_a_shell_finds_it(void **state)
{
	skip_unless(is_root());
	EACH(row, lookups) {
		const char *const argv[] = { row->name, "one", NULL };
		const struct plan_report *report;
		struct planned p;
		uint64_t vector, path;

		CASE(row->name);
		planned_begin(&p);
		vector = planned_vector(&p, argv);
		path = row->path ? planned_text(&p, row->path) : 0;
		planned_op(&p, PLAN_CWD, ARGS(planned_text(&p, BIN)));
		planned_op(&p, PLAN_LOOKUP, ARGS(vector, path));
		planned_op(&p, PLAN_EXEC, ARGS(vector, 0));
		planned_run(&p);
		report = planned_report(&p, PLAN_FAILED);
		assert_int_equal(planned_failure(&p), row->errnum);
		assert_string_equal(p.output, row->output);
		if (report) {
			assert_int_equal(report->op, 1);
			assert_string_equal(report->text, row->name);
		}
	}
}

static const struct {
	const char *name;
	int errnum;
	const char *text;
} failures[] = {
	{ BIN "/b/script", ENOENT, "interpreter /no/such/sh" },
	{ BIN "/b/text", ENOEXEC, "format" },
	{ BIN "/b/empty", ENOEXEC, "format" },
	{ BIN "/b/machine", ENOEXEC, "machine" },
};

static void a_program_that_cannot_start_says_why(void **state)
{
	skip_unless(is_root());
	EACH(row, failures) {
		const char *const argv[] = { row->name, NULL };
		struct planned p;

		CASE(row->name);
		planned_begin(&p);
		planned_exec(&p, argv);
		planned_run(&p);
		assert_int_equal(planned_failure(&p), row->errnum);
		assert_string_equal(planned_report(&p, PLAN_FAILED)->text,
				    row->text);
	}
}

static void a_missing_loader_is_named(void **state)
{
	static const char *const argv[] = { "/prog", NULL };
	struct planned p;
	struct plan_op *op;

	skip_unless(is_root());
	make_file(BIN "/prog", "");
	CHECK_SYS(mount("/bin/true", BIN "/prog", NULL, MS_BIND, NULL));
	planned_begin(&p);
	op = planned_op(&p, PLAN_CALL, ARGS(SYS_chroot, planned_text(&p, BIN)));
	op->offsets = 1 << 1;
	planned_exec(&p, argv);
	planned_run(&p);
	assert_int_equal(planned_failure(&p), ENOENT);
	assert_int_equal(strncmp(planned_report(&p, PLAN_FAILED)->text,
				 "interpreter /lib", 16),
			 0);
	CHECK_SYS(umount2(BIN "/prog", MNT_DETACH));
}

static void the_environment_is_the_plans(void **state)
{
	static const char *const argv[] = { "args", "one", NULL };
	static const char *const envp[] = { "V=value", NULL };
	struct planned p;
	uint64_t vector;

	skip_unless(is_root());
	planned_begin(&p);
	vector = planned_vector(&p, argv);
	planned_op(&p, PLAN_LOOKUP, ARGS(vector, planned_text(&p, PATH)));
	planned_op(&p, PLAN_EXEC, ARGS(vector, planned_vector(&p, envp)));
	planned_run(&p);
	assert_string_equal(p.output, "/mnt/bin/b/args one value\n");
}

static void run_cwd(struct planned *p, const char *path, unsigned int flags)
{
	static const char *const argv[] = { "/bin/pwd", NULL };

	planned_begin(p);
	planned_op(p, PLAN_CWD, ARGS(planned_text(p, path)))->flags =
		(uint16_t)flags;
	planned_exec(p, argv);
	planned_run(p);
}

static void the_working_directory_is_entered_and_made(void **state)
{
	struct planned p;

	skip_unless(is_root());
	run_cwd(&p, BIN "/a", 0);
	assert_string_equal(p.output, BIN "/a\n");
	run_cwd(&p, BIN "/x/y", 0);
	assert_int_equal(planned_failure(&p), ENOENT);
	run_cwd(&p, BIN "/x/y/", PLAN_F_MAKE_DIR);
	assert_string_equal(p.output, BIN "/x/y\n");
	run_cwd(&p, BIN "/a/plain", PLAN_F_MAKE_DIR);
	assert_int_equal(planned_failure(&p), ENOTDIR);
	/* what CVE-2024-21626 was about */
	run_cwd(&p, "/proc/self/cwd", 0);
	assert_int_equal(planned_failure(&p), ELOOP);
}

static void a_working_directory_outside_the_root_is_refused(void **state)
{
	struct planned p;
	struct plan_op *op;

	skip_unless(is_root());
	planned_begin(&p);
	op = planned_op(&p, PLAN_CALL, ARGS(SYS_chroot, planned_text(&p, BIN)));
	op->offsets = 1 << 1;
	planned_op(&p, PLAN_CWD, ARGS(planned_text(&p, ".")));
	planned_run(&p);
	assert_int_equal(planned_failure(&p), ENOENT);
	assert_string_equal(planned_report(&p, PLAN_FAILED)->text,
			    "outside the root");
}

static void capabilities_are_those_asked_and_had(void **state)
{
	static const char *const argv[] = { "grep", "-E",
					    "Cap(Inh|Prm|Eff|Bnd|Amb)",
					    "/proc/self/status", NULL };
	uint64_t kept = CAP(CHOWN) | CAP(KILL) | CAP(NET_BIND_SERVICE);
	struct planned p;

	skip_unless(is_root());
	planned_begin(&p);
	planned_op(&p, PLAN_BOUND, ARGS(kept));
	planned_op(&p, PLAN_CALL, ARGS(SYS_prctl, PR_SET_KEEPCAPS, 1));
	planned_op(&p, PLAN_CALL, ARGS(SYS_setresuid, 1000, 1000, 1000));
	/* CAP 63 nobody has; ambient MKNOD is not among the permitted */
	planned_op(&p, PLAN_CAPS,
		   ARGS(CAP(CHOWN) | CAP(MKNOD) | 1ull << 63,
			CAP(CHOWN) | CAP(KILL) | 1ull << 63, kept,
			CAP(KILL) | CAP(MKNOD)));
	planned_exec(&p, argv);
	planned_run(&p);
	assert_int_equal(planned_failure(&p), 0);
	/* after exec as an ordinary user the ambient ones are what is left */
	assert_string_equal(p.output, "CapInh:\t0000000000000421\n"
				      "CapPrm:\t0000000000000020\n"
				      "CapEff:\t0000000000000020\n"
				      "CapBnd:\t0000000000000421\n"
				      "CapAmb:\t0000000000000020\n");
}

static void bounding_needs_setpcap(void **state)
{
	struct planned p;

	skip_unless(is_root());
	planned_begin(&p);
	planned_op(&p, PLAN_CAPS, ARGS(0, 0, 0, 0));
	planned_op(&p, PLAN_BOUND, ARGS(0));
	planned_run(&p);
	assert_int_equal(planned_failure(&p), EPERM);
	assert_int_equal(planned_report(&p, PLAN_FAILED)->op, 1);
}

static void a_filter_is_installed(void **state)
{
	static const struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_chdir, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOTNAM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct planned p;
	struct plan_op *op;
	uint64_t program;

	planned_begin(&p);
	program = planned_data(&p, filter, sizeof(filter));
	planned_op(&p, PLAN_CALL, ARGS(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1));
	planned_op(&p, PLAN_SECCOMP, ARGS(program, 4, 0));
	op = planned_op(&p, PLAN_CALL, ARGS(SYS_chdir, planned_text(&p, "/")));
	op->offsets = 1 << 1;
	planned_run(&p);
	assert_int_equal(planned_failure(&p), ENOTNAM);
	assert_int_equal(planned_report(&p, PLAN_FAILED)->op, 2);

	planned_begin(&p);
	program = planned_data(&p, filter, sizeof(filter));
	planned_op(&p, PLAN_SECCOMP, ARGS(program, 0, 0));
	planned_run(&p);
	assert_int_equal(planned_failure(&p), EINVAL);
}

static void
a_filter_that_knows_no_new_calls_does_not_hide_programs(void **state)
{
	static const struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_statx, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 439 /* faccessat2 */, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	};
	const char *argv[] = { "", "one", NULL };
	static const struct {
		const char *name;
		int errnum;
	} rows[] = { { BIN "/b/args", 0 },
		     { BIN "/a/plain", EACCES },
		     { BIN "/none", ENOENT } };

	skip_unless(is_root());
	EACH(row, rows) {
		struct planned p;

		CASE(row->name);
		argv[0] = row->name;
		planned_begin(&p);
		planned_op(&p, PLAN_SECCOMP,
			   ARGS(planned_data(&p, filter, sizeof(filter)), 5,
				0));
		planned_exec(&p, argv);
		planned_run(&p);
		assert_int_equal(planned_failure(&p), row->errnum);
	}
}

static int dumpable;

static void note_dumpable(struct planned *p, int stage)
{
	char path[64];
	struct stat st;

	/* /proc/PID/ of what is not dumpable belongs to root */
	snprintf(path, sizeof(path), "/proc/%d/fd", p->pid);
	CHECK_SYS(stat(path, &st));
	dumpable = st.st_uid != 0;
}

static void the_child_is_not_dumpable_unless_the_plan_says_so(void **state)
{
	struct planned p;

	skip_unless(is_root());
	for (int on = 0; on < 2; on++) {
		planned_begin(&p);
		planned_op(&p, PLAN_CALL,
			   ARGS(SYS_setresuid, 1000, 1000, 1000));
		planned_op(&p, PLAN_CALL, ARGS(SYS_prctl, PR_SET_DUMPABLE, on));
		planned_op(&p, PLAN_SYNC, ARGS(0));
		p.on_sync = note_dumpable;
		planned_run(&p);
		assert_int_equal(planned_failure(&p), 0);
		assert_int_equal(dumpable, on);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_is_found_as_a_shell_finds_it),
		cmocka_unit_test(a_program_that_cannot_start_says_why),
		cmocka_unit_test(a_missing_loader_is_named),
		cmocka_unit_test(the_environment_is_the_plans),
		cmocka_unit_test(the_working_directory_is_entered_and_made),
		cmocka_unit_test(
			a_working_directory_outside_the_root_is_refused),
		cmocka_unit_test(capabilities_are_those_asked_and_had),
		cmocka_unit_test(bounding_needs_setpcap),
		cmocka_unit_test(a_filter_is_installed),
		cmocka_unit_test(
			a_filter_that_knows_no_new_calls_does_not_hide_programs),
		cmocka_unit_test(
			the_child_is_not_dumpable_unless_the_plan_says_so),
	};

	planned_world();
	if (geteuid() == 0)
		build_programs();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
