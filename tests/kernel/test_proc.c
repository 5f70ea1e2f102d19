/* SPDX-License-Identifier: Apache-2.0 */
/* test_proc.c - processes as /proc shows them (src/kernel/proc.c) */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "kernel/proc.h"
#include "sys/mount.h"
#include "sys/process.h"

#define REST                                                 \
	" 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2 " \
	"18446744073709551615 1"

static const struct {
	const char *text;
	int ret;
	struct proc_stat stat;
} stats[] = {
	{ "7 (sh) S 1 7 6" REST, 0, { 'S', 1, 7, 6, 987654 } },
	{ "7 (a b) c) Z 2 3 4" REST, 0, { 'Z', 2, 3, 4, 987654 } },
	{ "7 () R 1 (evil) R 5 6 7" REST, 0, { 'R', 5, 6, 7, 987654 } },
	{ "", -EINVAL, { 0 } },
	{ "7 (sh)", -EINVAL, { 0 } },
	{ "7 (sh) S 1 2", -EINVAL, { 0 } },
	{ "7 (sh) S 1 x 6" REST, -EINVAL, { 0 } },
};

static void a_stat_line_is_read_behind_the_last_bracket(void **state)
{
	EACH(row, stats) {
		struct proc_stat stat = { 0 };

		CASE(row->text);
		assert_int_equal(proc_parse_stat(row->text, &stat), row->ret);
		assert_int_equal(stat.state, row->stat.state);
		assert_int_equal(stat.parent, row->stat.parent);
		assert_int_equal(stat.group, row->stat.group);
		assert_int_equal(stat.session, row->stat.session);
		assert_int_equal(stat.start_time, row->stat.start_time);
	}
}

static void our_own_process_is_there(void **state)
{
	int proc_fd = proc_open(NULL);
	struct proc_stat stat;
	int pidfd;

	assert_true(proc_fd >= 0);
	assert_int_equal(proc_stat(proc_fd, getpid(), &stat), 0);
	assert_int_equal(stat.parent, getppid());
	assert_int_equal(stat.session, getsid(0));
	assert_int_equal(stat.state, 'R');
	assert_true(proc_is_alive(proc_fd, getpid(), stat.start_time));
	assert_false(proc_is_alive(proc_fd, getpid(), stat.start_time + 1));

	pidfd = proc_open_pidfd(proc_fd, getpid(), stat.start_time);
	assert_true(pidfd >= 0);
	assert_int_equal(proc_pid_of(proc_fd, pidfd), getpid());
	close(pidfd);
	assert_int_equal(proc_open_pidfd(proc_fd, getpid(),
					 stat.start_time - 1),
			 -ESRCH);
	assert_int_equal(proc_stat(proc_fd, INT32_MAX, &stat), -ESRCH);
	close(proc_fd);
}

static void execute_sleep(void *arg)
{
	(void)arg;
	execl("/bin/sleep", "sleep", "60", NULL);
	_exit(127);
}

static void look_inside(void)
{
	const struct sys_vfork args = { .flags = CLONE_NEWUSER | CLONE_NEWPID,
					.cgroup_fd = -1,
					.child = execute_sleep };
	int proc_fd = proc_open(NULL), pidfd;
	struct proc_stat stat;
	siginfo_t info;
	pid_t pid;

	assert_int_equal(sys_vfork3(&args, &pid, &pidfd), 0);
	assert_int_equal(proc_inner_pid(proc_fd, pid), 1);
	assert_int_equal(proc_pid_of(proc_fd, pidfd), pid);
	assert_int_equal(proc_stat(proc_fd, pid, &stat), 0);
	assert_true(proc_is_alive(proc_fd, pid, stat.start_time));

	assert_int_equal(sys_pidfd_send_signal(pidfd, SIGKILL), 0);
	assert_int_equal(sys_waitid(pidfd, WEXITED | WNOWAIT, &info), 0);
	assert_false(proc_is_alive(proc_fd, pid, stat.start_time)); /* zombie */
	assert_int_equal(sys_wait_exit(pidfd), 128 + SIGKILL);
	assert_int_equal(proc_pid_of(proc_fd, pidfd), -ESRCH);
	assert_int_equal(proc_inner_pid(proc_fd, pid), -ESRCH);
}

static void a_process_is_1_inside_and_dead_as_a_zombie(void **state)
{
	skip_unless(can_make_user_namespaces());
	in_child(look_inside);
}

static void fake_proc(void)
{
	struct kist_error err = { 0 };

	CHECK_SYS(unshare(CLONE_NEWUSER | CLONE_NEWNS));
	assert_int_equal(sys_mount("none", "/proc", "tmpfs", 0, NULL), 0);
	assert_int_equal(proc_open(&err), -EXDEV);
	CHECK_ERR(&err, "'/proc' is not the kernel's");
}

static void something_else_at_proc_is_refused(void **state)
{
	skip_unless(can_make_user_namespaces());
	in_child(fake_proc);
}

static void a_folder_of_proc_is_not_its_root(void **state)
{
	int fd = (int)CHECK_SYS(open("/proc/self", O_PATH | O_CLOEXEC));

	assert_false(proc_is_root(fd));
	close(fd);
	fd = (int)CHECK_SYS(open("/", O_PATH | O_CLOEXEC));
	assert_false(proc_is_root(fd));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stat_line_is_read_behind_the_last_bracket),
		cmocka_unit_test(our_own_process_is_there),
		cmocka_unit_test(a_process_is_1_inside_and_dead_as_a_zombie),
		cmocka_unit_test(something_else_at_proc_is_refused),
		cmocka_unit_test(a_folder_of_proc_is_not_its_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
