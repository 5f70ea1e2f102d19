/* SPDX-License-Identifier: Apache-2.0 */
/* test_walk.c - the plan itself: bad plans, faults, reports, small operations
 * (src/child/main.c, call.c, process.c) */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <net/if.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "planned.h"

static struct plan_head *head_of(struct planned *p)
{
	return (struct plan_head *)p->block;
}

static void wrong_magic(struct planned *p)
{
	head_of(p)->magic++;
}

static void wrong_size(struct planned *p)
{
	head_of(p)->size++;
}

static void ops_outside(struct planned *p)
{
	head_of(p)->ops = p->size;
}

static void ops_over_the_end(struct planned *p)
{
	head_of(p)->op_count = 0xffffffff;
}

static void ops_misaligned(struct planned *p)
{
	head_of(p)->ops += 4;
}

static void slots_outside(struct planned *p)
{
	head_of(p)->slots = 0xfffffff8;
}

static void no_slots(struct planned *p)
{
	head_of(p)->slot_count = 0;
}

static void many_slots(struct planned *p)
{
	head_of(p)->slot_count = PLAN_SLOT_MAX + 1;
}

static void cut_short(struct planned *p)
{
	p->size = sizeof(struct plan_head) - 1;
}

static const struct {
	const char *name;
	void (*spoil)(struct planned *p);
} bad_plans[] = {
	{ "wrong magic", wrong_magic },
	{ "wrong size", wrong_size },
	{ "operations outside", ops_outside },
	{ "operations over the end", ops_over_the_end },
	{ "operations misaligned", ops_misaligned },
	{ "slots outside", slots_outside },
	{ "no slots", no_slots },
	{ "many slots", many_slots },
	{ "cut short", cut_short },
};

static void a_bad_plan_is_not_walked(void **state)
{
	EACH(row, bad_plans) {
		struct planned p;

		CASE(row->name);
		planned_begin(&p);
		planned_op(&p, PLAN_READY, ARGS(0));
		p.spoil = row->spoil;
		planned_run(&p);
		assert_int_equal(p.report_count, 0);
		assert_int_equal(p.status, 125);
	}
}

static const struct {
	const char *name;
	enum plan_op_kind kind;
	uint64_t arg[7];
	int dir;
	int errnum;
} bad_ops[] = {
	{ "text outside", PLAN_LOOKUP, { 1u << 20 }, -1, EFAULT },
	{ "text missing", PLAN_LINK_UP, { 0 }, -1, EFAULT },
	{ "vector misaligned", PLAN_EXEC, { 33 }, -1, EFAULT },
	{ "bytes over the end", PLAN_SECCOMP, { 32, 4096 }, -1, EFAULT },
	{ "bytes around the end", PLAN_WRITE, { 0, 32, ~0ull }, -1, EFAULT },
	{ "slot outside", PLAN_PIVOT, { 77 }, -1, EBADF },
	{ "slot huge", PLAN_PIVOT, { 1ull << 31 }, -1, EBADF },
	{ "slot empty", PLAN_PIVOT, { 1 }, -1, EBADF },
	{ "directory outside", PLAN_MASK, { 32 }, 77, EBADF },
	{ "directory empty", PLAN_MASK, { 32 }, 1, EBADF },
	{ "no such operation", PLAN_OP_COUNT, { 0 }, -1, ENOSYS },
};

static void an_operation_that_points_outside_is_reported(void **state)
{
	EACH(row, bad_ops) {
		struct planned p;

		CASE(row->name);
		planned_begin(&p);
		planned_text(&p, "x");
		planned_slot(&p, -1);
		planned_op(&p, PLAN_READY, ARGS(0));
		planned_op(&p, row->kind, row->arg)->dir = (int16_t)row->dir;
		planned_run(&p);
		assert_int_equal(planned_failure(&p), row->errnum);
		assert_int_equal(planned_report(&p, PLAN_FAILED)->op, 1);
		assert_int_equal(p.status, 125);
	}
}

/* chdir("/nowhere"), which is ENOENT */
static struct plan_op *op_failing(struct planned *p)
{
	struct plan_op *op;

	op = planned_op(p, PLAN_CALL,
			ARGS(SYS_chdir, planned_text(p, "/nowhere")));
	op->offsets = 1 << 1;
	return op;
}

static void a_failure_ends_the_plan(void **state)
{
	struct planned p;

	planned_begin(&p);
	op_failing(&p);
	planned_op(&p, PLAN_READY, ARGS(0));
	planned_run(&p);
	assert_int_equal(planned_failure(&p), ENOENT);
	assert_int_equal(p.report_count, 1);
}

static void an_ignored_errno_is_success(void **state)
{
	struct planned p;

	planned_begin(&p);
	op_failing(&p)->ignore[2] = ENOENT;
	planned_op(&p, PLAN_READY, ARGS(0));
	op_failing(&p)->ignore[0] = EACCES;
	planned_run(&p);
	assert_int_equal(p.reports[0].kind, PLAN_IS_READY);
	assert_int_equal(p.reports[1].kind, PLAN_FAILED);
	assert_int_equal(p.reports[1].op, 2);
}

static void an_optional_failure_is_told_and_passed(void **state)
{
	struct planned p;

	planned_begin(&p);
	op_failing(&p)->flags = PLAN_F_OPTIONAL;
	planned_op(&p, PLAN_READY, ARGS(0));
	planned_run(&p);
	assert_int_equal(p.reports[0].kind, PLAN_WARNED);
	assert_int_equal(p.reports[0].errnum, ENOENT);
	assert_int_equal(p.reports[1].kind, PLAN_IS_READY);
	assert_int_equal(p.status, 0);
}

static void a_fault_fails_its_operation_or_kills(void **state)
{
	struct planned p;

	planned_begin(&p);
	planned_op(&p, PLAN_READY, ARGS(0));
	planned_op(&p, PLAN_READY, ARGS(0));
	p.fault_op = 1;
	p.fault_errno = ENOSPC;
	planned_run(&p);
	assert_int_equal(p.report_count, 2);
	assert_int_equal(planned_failure(&p), ENOSPC);

	planned_begin(&p);
	planned_op(&p, PLAN_READY, ARGS(0));
	p.fault_op = 0;
	p.fault_errno = -1;
	planned_run(&p);
	assert_int_equal(p.report_count, 0);
	assert_int_equal(p.status, 128 + SIGKILL);
}

static void a_call_takes_slots_and_data_and_keeps_its_result(void **state)
{
	struct planned p;
	struct plan_op *op;
	int ends[2];
	char text[8] = "";

	CHECK_SYS(pipe2(ends, O_CLOEXEC));
	planned_begin(&p);
	planned_slot(&p, ends[1]);
	planned_slot(&p, -1);
	op = planned_op(&p, PLAN_CALL, ARGS(SYS_dup, 1));
	op->fds = 1 << 1;
	op->slot = 2;
	op = planned_op(&p, PLAN_CALL,
			ARGS(SYS_write, 2, planned_text(&p, "hello"), 5));
	op->fds = 1 << 1;
	op->offsets = 1 << 2;
	planned_run(&p);
	assert_int_equal(planned_failure(&p), 0);
	assert_int_equal(read(ends[0], text, sizeof(text)), 5);
	assert_string_equal(text, "hello");
	close(ends[0]);
	close(ends[1]);
}

static void write_writes_once_and_makes_nothing(void **state)
{
	struct planned p;
	uint64_t bytes;

	skip_unless(is_root());
	make_file(PLANNED_WORLD "/written", "12345");
	planned_begin(&p);
	bytes = planned_text(&p, "abc");
	planned_slot(&p, open_dir(PLANNED_WORLD));
	planned_op(&p, PLAN_WRITE, ARGS(planned_text(&p, "written"), bytes, 3))
		->dir = 1;
	planned_op(&p, PLAN_WRITE, ARGS(planned_text(&p, "missing"), bytes, 3))
		->dir = 1;
	planned_run(&p);
	assert_int_equal(planned_failure(&p), ENOENT);
	assert_int_equal(planned_report(&p, PLAN_FAILED)->op, 1);
	assert_false(exists(PLANNED_WORLD "/missing"));
	close(p.slots[1]);
}

static void write_to_a_pipe_nobody_reads_is_an_error_not_a_death(void **state)
{
	struct planned p;
	int ends[2];

	CHECK_SYS(pipe2(ends, O_CLOEXEC));
	close(ends[0]);
	planned_begin(&p);
	planned_slot(&p, ends[1]);
	planned_op(&p, PLAN_WRITE, ARGS(0, planned_text(&p, "abc"), 3, 1));
	planned_run(&p);
	assert_int_equal(planned_failure(&p), EPIPE);
	close(ends[1]);
}

static void look_at_the_waiting(struct planned *p, int stage)
{
	char path[64], name[32] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", p->pid);
	fd = (int)CHECK_SYS(open(path, O_RDONLY | O_CLOEXEC));
	CHECK_SYS(read(fd, name, sizeof(name) - 1));
	close(fd);
	assert_string_equal(name, "kist-setup\n");
	assert_int_equal(stage, PLAN_STAGE_NAMESPACES);
}

static void sync_waits_for_the_parent(void **state)
{
	struct planned p;

	planned_begin(&p);
	planned_op(&p, PLAN_SYNC, ARGS(PLAN_STAGE_NAMESPACES));
	planned_op(&p, PLAN_READY, ARGS(0));
	p.on_sync = look_at_the_waiting;
	planned_run(&p);
	assert_int_equal(p.reports[0].kind, PLAN_SYNCED);
	assert_int_equal(p.reports[0].value, PLAN_STAGE_NAMESPACES);
	assert_int_equal(p.reports[1].kind, PLAN_IS_READY);
}

static void sync_ends_the_child_when_the_parent_is_gone(void **state)
{
	struct planned p;

	planned_begin(&p);
	planned_op(&p, PLAN_SYNC, ARGS(PLAN_STAGE_ID_MAPS));
	planned_op(&p, PLAN_READY, ARGS(0));
	p.deserts = true;
	planned_run(&p);
	assert_int_equal(p.report_count, 1);
	assert_int_equal(p.status, 125);
}

#define GROUP "/sys/fs/cgroup/unified/kist-test-fork"

static void look_at_the_group(struct planned *p, int stage)
{
	char path[64], text[512] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", p->forked);
	fd = (int)CHECK_SYS(open(path, O_RDONLY | O_CLOEXEC));
	CHECK_SYS(read(fd, text, sizeof(text) - 1));
	close(fd);
	assert_non_null(strstr(text, "\n0::/kist-test-fork\n"));
}

static void fork_can_be_into_a_group(void **state)
{
	struct planned p;

	skip_unless(is_root());
	skip_unless(has_file("/sys/fs/cgroup/unified/cgroup.procs"));
	make_dir(GROUP);
	planned_begin(&p);
	planned_slot(&p, open_dir(GROUP));
	planned_op(&p, PLAN_FORK, ARGS(0, 1));
	planned_op(&p, PLAN_SYNC, ARGS(0));
	p.on_sync = look_at_the_group;
	planned_run(&p);
	close(p.slots[1]);
	CHECK_SYS(rmdir(GROUP));
	assert_int_equal(planned_failure(&p), 0);
}

static void fork_goes_on_as_another_child_of_the_parent(void **state)
{
	for (int i = 0; i < 20; i++) {
		struct planned p;

		planned_begin(&p);
		planned_op(&p, PLAN_FORK, ARGS(0, NO_SLOT));
		planned_op(&p, PLAN_READY, ARGS(0));
		op_failing(&p);
		planned_run(&p);
		assert_int_equal(p.reports[0].kind, PLAN_FORKED);
		assert_int_equal(p.reports[1].kind, PLAN_IS_READY);
		assert_int_equal(p.reports[2].kind, PLAN_FAILED);
		assert_int_equal(p.status, 125);
	}
}

static void fork_with_flags_the_kernel_refuses_is_reported(void **state)
{
	struct planned p;

	planned_begin(&p);
	planned_op(&p, PLAN_FORK, ARGS(CLONE_THREAD, NO_SLOT));
	planned_run(&p);
	assert_int_equal(planned_failure(&p), EINVAL);
}

static void listen_takes_the_first_connection_as_the_report(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = sizeof(address);
	struct plan_report report;
	struct planned p;
	int listener, fd;

	listener = (int)CHECK_SYS(
		socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
	/* an automatic name */
	CHECK_SYS(bind(listener, (void *)&address, sizeof(sa_family_t)));
	CHECK_SYS(listen(listener, 1));
	CHECK_SYS(getsockname(listener, (void *)&address, &size));
	fd = (int)CHECK_SYS(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
	CHECK_SYS(connect(fd, (void *)&address, size));

	planned_begin(&p);
	planned_slot(&p, listener);
	planned_op(&p, PLAN_LISTEN, ARGS(1));
	planned_op(&p, PLAN_READY, ARGS(0));
	planned_run(&p);
	assert_int_equal(p.report_count, 0);
	assert_int_equal(read(fd, &report, sizeof(report)), sizeof(report));
	assert_int_equal(report.kind, PLAN_IS_READY);
	assert_int_equal(read(fd, &report, sizeof(report)), 0);
	close(fd);
	close(listener);
}

static void only_the_fds_of_fds_survive_exec(void **state)
{
	static const char *const list[] = { "sh", "-c",
					    "for i in 3 4 5 6 7 8 9; do "
					    "[ -e /proc/$$/fd/$i ] && "
					    "echo $i; done; true",
					    NULL };
	struct planned p;

	for (int i = 3; i < 10; i++)
		if (fcntl(i, F_GETFD) < 0)
			dup2(0, i);
	planned_begin(&p);
	planned_op(&p, PLAN_FDS, ARGS(2));
	planned_exec(&p, list);
	planned_run(&p);
	assert_int_equal(planned_failure(&p), 0);
	assert_string_equal(p.output, "3\n4\n");

	planned_begin(&p);
	planned_exec(&p, list);
	planned_run(&p);
	assert_string_equal(p.output, "");
}

static void fds_refuses_to_pass_on_what_is_the_plans(void **state)
{
	struct planned p;

	planned_begin(&p);
	planned_slot(&p, 4);
	planned_op(&p, PLAN_FDS, ARGS(2));
	planned_run(&p);
	assert_int_equal(planned_failure(&p), EBUSY);
}

static void bring_loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	struct planned p;
	int fd;

	CHECK_SYS(unshare(CLONE_NEWNET));
	planned_begin(&p);
	planned_op(&p, PLAN_LINK_UP, ARGS(planned_text(&p, "lo")));
	planned_op(&p, PLAN_LINK_UP, ARGS(planned_text(&p, "nosuch0")));
	planned_run(&p);
	assert_int_equal(planned_failure(&p), ENODEV);
	assert_int_equal(planned_report(&p, PLAN_FAILED)->op, 1);
	fd = (int)CHECK_SYS(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	CHECK_SYS(ioctl(fd, SIOCGIFFLAGS, &request));
	assert_true(request.ifr_flags & IFF_UP);
	close(fd);
}

static void link_up_brings_up_the_one_named(void **state)
{
	skip_unless(is_root());
	in_child(bring_loopback_up);
}

static void signals_are_as_by_default_in_the_program(void **state)
{
	static const char *const argv[] = { "grep", "-E", "Sig(Blk|Ign)",
					    "/proc/self/status", NULL };
	struct planned p;
	sigset_t mask, old;

	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigprocmask(SIG_BLOCK, &mask, &old);
	planned_begin(&p);
	planned_exec(&p, argv);
	planned_run(&p);
	sigprocmask(SIG_SETMASK, &old, NULL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	assert_string_equal(p.output, "SigBlk:\t0000000000000000\n"
				      "SigIgn:\t0000000000000000\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bad_plan_is_not_walked),
		cmocka_unit_test(an_operation_that_points_outside_is_reported),
		cmocka_unit_test(a_failure_ends_the_plan),
		cmocka_unit_test(an_ignored_errno_is_success),
		cmocka_unit_test(an_optional_failure_is_told_and_passed),
		cmocka_unit_test(a_fault_fails_its_operation_or_kills),
		cmocka_unit_test(
			a_call_takes_slots_and_data_and_keeps_its_result),
		cmocka_unit_test(write_writes_once_and_makes_nothing),
		cmocka_unit_test(
			write_to_a_pipe_nobody_reads_is_an_error_not_a_death),
		cmocka_unit_test(sync_waits_for_the_parent),
		cmocka_unit_test(sync_ends_the_child_when_the_parent_is_gone),
		cmocka_unit_test(fork_can_be_into_a_group),
		cmocka_unit_test(fork_goes_on_as_another_child_of_the_parent),
		cmocka_unit_test(
			fork_with_flags_the_kernel_refuses_is_reported),
		cmocka_unit_test(
			listen_takes_the_first_connection_as_the_report),
		cmocka_unit_test(only_the_fds_of_fds_survive_exec),
		cmocka_unit_test(fds_refuses_to_pass_on_what_is_the_plans),
		cmocka_unit_test(link_up_brings_up_the_one_named),
		cmocka_unit_test(signals_are_as_by_default_in_the_program),
	};

	planned_world();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
