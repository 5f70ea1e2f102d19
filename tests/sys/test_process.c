/* SPDX-License-Identifier: Apache-2.0 */
/* test_process.c - children that borrow memory, pidfds (src/sys/process.c) */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "sys/process.h"
#include "sys/syscall.h"

/* What a child found, in memory it shares with us. */
struct found {
	pid_t pid, parent;
	uid_t uid;
	bool usr1_blocked, usr2_is_default, pipe_is_ignored;
};

static void look(void *arg)
{
	struct found *found = arg;
	struct sigaction action;
	sigset_t mask;

	found->pid = getpid();
	found->parent = getppid();
	found->uid = getuid();
	sigprocmask(SIG_BLOCK, NULL, &mask);
	found->usr1_blocked = sigismember(&mask, SIGUSR1);
	sigaction(SIGUSR2, NULL, &action);
	found->usr2_is_default = action.sa_handler == SIG_DFL;
	sigaction(SIGPIPE, NULL, &action);
	found->pipe_is_ignored = action.sa_handler == SIG_IGN;
	errno = 4711;
	_exit(7);
}

static int start(uint64_t flags, void (*child)(void *), void *arg,
		 pid_t *ret_pid)
{
	const struct sys_vfork args = {
		.flags = flags, .cgroup_fd = -1, .child = child, .arg = arg
	};
	int pidfd = -1;

	assert_int_equal(sys_vfork3(&args, ret_pid, &pidfd), 0);
	return pidfd;
}

static void a_child_shares_memory_and_its_exit_is_seen(void **state)
{
	struct found found = { 0 };
	int pidfd;
	pid_t pid;

	errno = 42;
	pidfd = start(0, look, &found, &pid);
	assert_int_equal(errno, 42);
	assert_int_equal(found.pid, pid);
	assert_int_equal(found.parent, getpid());
	assert_int_equal(sys_wait_exit(pidfd), 7);
	close(pidfd);
}

static void nothing(int signal)
{
	(void)signal;
}

static void signals_of_the_child(void)
{
	struct found found = { 0 };
	sigset_t mask, after;

	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	signal(SIGUSR2, nothing);
	signal(SIGPIPE, SIG_IGN);

	assert_int_equal(sys_wait_exit(start(0, look, &found, NULL)), 7);
	assert_true(found.usr1_blocked);
	assert_true(found.usr2_is_default);
	assert_true(found.pipe_is_ignored);

	sigprocmask(SIG_BLOCK, NULL, &after);
	assert_true(sigismember(&after, SIGUSR1));
	assert_false(sigismember(&after, SIGTERM));
}

static void handlers_are_reset_and_the_mask_is_the_callers(void **state)
{
	in_child(signals_of_the_child);
}

static void execute(void *arg)
{
	execl("/bin/sh", "sh", "-c", (const char *)arg, NULL);
	_exit(127);
}

/* Start a shell with a command. Return: its pidfd. */
static int shell(const char *command)
{
	return start(0, execute, (void *)(uintptr_t)command, NULL);
}

static void a_child_that_a_signal_ended_exits_with_128_and_more(void **state)
{
	assert_int_equal(sys_wait_exit(shell("exit 3")), 3);
	assert_int_equal(sys_wait_exit(shell("kill -9 $$")), 128 + 9);
}

static void namespaces_are_made_with_the_child(void **state)
{
	struct found found = { 0 };
	pid_t pid;

	skip_unless(can_make_user_namespaces());
	assert_int_equal(sys_wait_exit(start(CLONE_NEWUSER | CLONE_NEWPID |
						     CLONE_NEWNS | CLONE_NEWUTS,
					     look, &found, &pid)),
			 7);
	assert_int_equal(found.pid, 1);
	assert_int_equal(found.parent, 0);
	assert_int_not_equal(pid, 1);
	assert_int_equal(found.uid, 65534); /* no map yet */
}

static void *start_some(void *arg)
{
	int *failures = arg;

	for (int i = 0; i < 20; i++) {
		struct found found = { 0 };
		pid_t pid;
		int pidfd = start(0, look, &found, &pid);

		if (found.pid != pid || sys_wait_exit(pidfd) != 7)
			++*failures;
		close(pidfd);
	}
	return NULL;
}

static void threads_may_start_children_at_the_same_time(void **state)
{
	int failures[4] = { 0 };
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, start_some,
						&failures[i]),
				 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(failures[i], 0);
	}
}

/* As a container's filter does. */
static void refuse_clone3(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { ARRAY_LEN(code), code };

	assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter),
			 0);
	errno = 0;
	assert_int_equal(syscall(SYS_clone3, NULL, 0), -1);
	assert_int_equal(errno, ENOSYS);
}

static void without_clone3(void)
{
	const struct sys_vfork in_time = { .flags = CLONE_NEWTIME,
					   .cgroup_fd = -1,
					   .child = look };
	const struct sys_vfork own = { .cgroup_fd = -1,
				       .child = look,
				       .arg = &(struct found){ 0 },
				       .own_memory = true };
	int pidfd = -1;

	refuse_clone3();
	a_child_shares_memory_and_its_exit_is_seen(NULL);
	signals_of_the_child();
	threads_may_start_children_at_the_same_time(NULL);
	assert_int_equal(sys_vfork3(&own, NULL, &pidfd), 0);
	assert_int_equal(sys_wait_exit(pidfd), 7);
	/* what only clone3 can be told */
	assert_int_equal(sys_vfork3(&in_time, NULL, NULL), -ENOSYS);
}

static void where_a_filter_denies_clone3_it_is_clone(void **state)
{
	in_child(without_clone3);
}

static void a_refused_clone_returns_its_errno(void **state)
{
	/* a mount namespace cannot be shared half */
	const struct sys_vfork bad = { .flags = CLONE_FS | CLONE_NEWNS,
				       .cgroup_fd = -1,
				       .child = look };
	const struct sys_vfork no_group = { .cgroup_fd = 9999, .child = look };

	assert_int_equal(sys_vfork3(&bad, NULL, NULL), -EINVAL);
	assert_int_equal(sys_vfork3(&no_group, NULL, NULL), -EBADF);
}

#define CGROUP2 "/sys/fs/cgroup/unified"

static void read_own_cgroup(void *arg)
{
	char text[4096], *line;
	int fd = open("/proc/self/cgroup", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	line = strstr(text, "0::");
	if (line)
		line[strcspn(line, "\n")] = '\0';
	strncpy(arg, line ? line + 3 : "", 99);
	_exit(0);
}

/* A group of our own to be born in. Return: its fd, or -1. */
static int make_cgroup(const char *path)
{
	if (mkdir(path, 0755) < 0)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void a_child_can_be_born_in_a_control_group(void **state)
{
	const char *path = CGROUP2 "/kist-test-vfork";
	char group[100] = "";
	struct sys_vfork args = { .cgroup_fd = -1,
				  .child = read_own_cgroup,
				  .arg = group };
	int pidfd;

	skip_unless(is_root());
	skip_unless(has_file(CGROUP2 "/cgroup.procs"));
	args.cgroup_fd = make_cgroup(path);
	CHECK_SYS(args.cgroup_fd);
	assert_int_equal(sys_vfork3(&args, NULL, &pidfd), 0);
	assert_int_equal(sys_wait_exit(pidfd), 0);
	close(args.cgroup_fd);
	CHECK_SYS(rmdir(path));
	assert_non_null(strstr(group, "/kist-test-vfork"));
}

static void a_pidfd_signals_and_is_dead_when_waited_for(void **state)
{
	siginfo_t info;
	int pidfd = shell("exec sleep 60");

	assert_int_equal(sys_waitid(pidfd, WEXITED | WNOHANG, &info), 0);
	assert_int_equal(info.si_pid, 0);
	assert_int_equal(sys_pidfd_send_signal(pidfd, SIGTERM), 0);
	assert_int_equal(sys_wait_exit(pidfd), 128 + SIGTERM);
	assert_int_equal(sys_pidfd_send_signal(pidfd, 0), -ESRCH);
	assert_int_equal(sys_wait_exit(pidfd), -ECHILD);
	close(pidfd);
}

static void a_pidfd_of_a_process_gives_its_fds(void **state)
{
	int pidfd = sys_pidfd_open(getpid());
	int copy, bad;

	assert_true(pidfd >= 0);
	copy = sys_pidfd_getfd(pidfd, 0);
	bad = sys_pidfd_getfd(pidfd, 9999);
	close(pidfd);
	assert_true(copy >= 0);
	assert_int_equal(fcntl(copy, F_GETFD), FD_CLOEXEC);
	close(copy);
	assert_int_equal(bad, -EBADF);
	assert_int_equal(sys_pidfd_open(INT32_MAX), -ESRCH);
}

static void setns_refuses_what_is_no_namespace(void **state)
{
	assert_int_equal(sys_setns(-1, 0), -EBADF);
	assert_int_equal(sys_setns(0, CLONE_NEWNET), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_shares_memory_and_its_exit_is_seen),
		cmocka_unit_test(
			handlers_are_reset_and_the_mask_is_the_callers),
		cmocka_unit_test(
			a_child_that_a_signal_ended_exits_with_128_and_more),
		cmocka_unit_test(namespaces_are_made_with_the_child),
		cmocka_unit_test(threads_may_start_children_at_the_same_time),
		cmocka_unit_test(where_a_filter_denies_clone3_it_is_clone),
		cmocka_unit_test(a_refused_clone_returns_its_errno),
		cmocka_unit_test(a_child_can_be_born_in_a_control_group),
		cmocka_unit_test(a_pidfd_signals_and_is_dead_when_waited_for),
		cmocka_unit_test(a_pidfd_of_a_process_gives_its_fds),
		cmocka_unit_test(setns_refuses_what_is_no_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
