/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spawn.c - start the child with a plan, and listen to what it reports
 *
 * How it works
 * ============
 * The child is a program of its own (child/), carried in this library as
 * bytes. Each start copies it to a memory file, seals that, and executes it
 * from there: what the container can reach as /proc/PID/exe is that copy,
 * whose pages nobody else uses (CVE-2019-5736 and its page-cache cousins).
 * Between clone3 and that exec the new process shares our memory and does
 * three things: stdio, close-on-exec flags, execveat.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "container/child_image.h"
#include "container/spawn.h"
#include "sys/file.h"
#include "sys/process.h"

/* What the new process needs; shared memory, it must not change it. */
struct start {
	const struct plan *plan;
	const int *stdio;
	int image_fd, plan_fd, report_fd;
	char plan_number[12]; /* plan_fd in decimal */
	volatile int errnum;
};

static int keep_over_exec(int fd)
{
	return fcntl(fd, F_SETFD, 0);
}

static int pass_stdio(const int stdio[3])
{
	for (int i = 0; i < 3; i++)
		if (stdio[i] >= 0 && stdio[i] != i && dup2(stdio[i], i) < 0)
			return -1;
	return 0;
}

static int pass_slots(const struct plan *plan)
{
	const int32_t *fds = (const void *)plan->slots.data;

	for (size_t i = 0; i < plan->slots.len / sizeof(*fds); i++)
		if (fds[i] >= 0 && keep_over_exec(fds[i]) < 0)
			return -1;
	return 0;
}

static void enter_child(void *arg)
{
	struct start *start = arg;
	char *argv[] = { (char *)"kist-init", start->plan_number, NULL };
	char *envp[] = { NULL };

	if (pass_stdio(start->stdio) == 0 && pass_slots(start->plan) == 0 &&
	    keep_over_exec(start->plan_fd) == 0 &&
	    keep_over_exec(start->report_fd) == 0)
		syscall(SYS_execveat, start->image_fd, "", argv, envp,
			AT_EMPTY_PATH);
	start->errnum = errno;
	_exit(125);
}

static int image_open(int *ret_fd, struct kist_error *err)
{
	CLEANUP_FD int fd = sys_memfd("kist-init", MFD_EXEC | MFD_ALLOW_SEALING);
	size_t size = (size_t)(kist_child_image_end - kist_child_image);
	int ret;

	if (fd < 0)
		return err_sys(err, KIST_E_SYSTEM, -fd,
			       "make a memory file for the first process");
	ret = sys_write_all(fd, kist_child_image, size);
	if (ret == 0)
		ret = sys_seal(fd);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "write the first process to memory");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int plan_open(struct plan *plan, int *ret_fd, struct kist_error *err)
{
	CLEANUP_FD int fd = sys_memfd("kist-plan",
				      MFD_NOEXEC_SEAL | MFD_ALLOW_SEALING);
	struct iovec parts[PLAN_PARTS];
	size_t size = 0;
	int ret = plan_finish(plan, parts, err);

	if (ret < 0)
		return ret;
	if (fd < 0)
		return err_sys(err, KIST_E_SYSTEM, -fd,
			       "make a memory file for the plan");
	for (size_t i = 0; i < PLAN_PARTS; i++)
		size += parts[i].iov_len;
	if (writev(fd, parts, PLAN_PARTS) != (ssize_t)size)
		return err_sys(err, KIST_E_SYSTEM, errno ? errno : EIO,
			       "write the plan to memory");
	ret = sys_seal(fd);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "seal the plan");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int clone_error(int errnum, struct kist_error *err)
{
	err_sys(err, KIST_E_NAMESPACE, errnum,
		"make the first process in its namespaces");
	if (errnum == EPERM)
		err_hint(err, "root, or a user namespace, is needed: add one "
			      "with id maps to the configuration");
	if (errnum == ENOSPC)
		err_hint(err, "raise the limits in /proc/sys/user/max_*"
			      "_namespaces");
	if (errnum == EBUSY)
		err_hint(err, "the control group has controllers enabled for "
			      "its children, or is being removed");
	return -errnum;
}

int spawn_start(struct plan *plan, const int stdio[3],
		struct spawn *ret_spawn, struct kist_error *err)
{
	CLEANUP_FD int image_fd = -1, plan_fd = -1, ours = -1, theirs = -1;
	int pair[2], ret;
	struct start start = { .plan = plan, .stdio = stdio };
	struct sys_vfork vfork = { .flags = plan->clone_flags,
				   .cgroup_fd = plan->cgroup_fd,
				   .child = enter_child,
				   .arg = &start };

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "make a socket pair");
	ours = pair[0];
	theirs = pair[1];
	if (!buf_failed(&plan->slots))
		((int32_t *)(void *)plan->slots.data)[PLAN_SLOT_REPORT] =
			theirs;
	ret = plan_open(plan, &plan_fd, err);
	if (ret == 0)
		ret = image_open(&image_fd, err);
	if (ret < 0)
		return ret;

	start.image_fd = image_fd;
	start.plan_fd = plan_fd;
	start.report_fd = theirs;
	snprintf(start.plan_number, sizeof(start.plan_number), "%d", plan_fd);
	*ret_spawn = (struct spawn){ .pidfd = -1, .report_fd = -1 };
	ret = sys_vfork3(&vfork, &ret_spawn->pid, &ret_spawn->pidfd);
	if (ret < 0)
		return clone_error(-ret, err);
	ret_spawn->report_fd = TAKE_FD(ours);
	if (start.errnum == 0)
		return 0;
	spawn_done(ret_spawn);
	err_sys(err, KIST_E_SYSTEM, start.errnum, "execute the first process");
	if (start.errnum == EACCES)
		err_hint(err, "memory files may not be executed here: see "
			      "the sysctl vm.memfd_noexec");
	return -start.errnum;
}

/* The pid a FORK operation made is ours to wait for (CLONE_PARENT); its maker
 * has done its work. */
static int follow_fork(struct spawn *spawn, pid_t pid, struct kist_error *err)
{
	int pidfd = sys_pidfd_open(pid);

	if (pidfd < 0)
		return err_sys(err, KIST_E_SYSTEM, -pidfd,
			       "open the first process %d", pid);
	waitpid(spawn->pid, NULL, __WALL);
	close(spawn->pidfd);
	spawn->pid = pid;
	spawn->pidfd = pidfd;
	return 0;
}

static bool is_setting_up(pid_t pid)
{
	char path[40], comm[20] = "";

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	return sys_read_file(AT_FDCWD, path, comm, sizeof(comm)) > 0 &&
	       strncmp(comm, "kist-setup", 10) == 0;
}

/* The report socket is closed: executed, or dead? A dead process keeps its
 * name until it is reaped, and exec changes it. */
int spawn_check(const struct spawn *spawn, struct kist_error *err)
{
	struct pollfd dead = { .fd = spawn->pidfd, .events = POLLIN };
	siginfo_t info = { 0 };

	if (poll(&dead, 1, 0) <= 0 || !is_setting_up(spawn->pid))
		return 0;
	if (sys_waitid(spawn->pidfd, WEXITED | WNOHANG | WNOWAIT, &info) < 0)
		return err_set(err, KIST_E_CONTAINER_DIED,
			       "the first process died while it was set up");
	if (info.si_code == CLD_EXITED)
		return err_set(err, KIST_E_CONTAINER_DIED,
			       "the first process ended with status %d while "
			       "it was set up",
			       info.si_status);
	err_set(err, KIST_E_CONTAINER_DIED,
		"the first process was killed by signal %d while it was set up",
		info.si_status);
	if (info.si_status == SIGKILL)
		err_hint(err, "out of memory? a memory limit below about 1 MiB "
			      "leaves no room to start");
	return -ECHILD;
}

static int answer(struct spawn *spawn, spawn_sync *sync, void *context,
		  const struct plan_report *report, struct kist_error *err)
{
	int ret = sync ? sync(context, (enum plan_stage)report->value,
			      spawn->pid, err)
		       : 0;

	if (ret < 0)
		return ret;
	if (send(spawn->report_fd, "g", 1, MSG_NOSIGNAL) != 1)
		return err_set(err, KIST_E_CONTAINER_DIED,
			       "the first process is gone");
	return 0;
}

static int receive(int fd, struct plan_report *report)
{
	ssize_t n;

	do
		n = recv(fd, report, sizeof(*report), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	report->text[sizeof(report->text) - 1] = '\0';
	return n == (ssize_t)sizeof(*report);
}

int spawn_watch(struct spawn *spawn, const struct plan *plan, spawn_sync *sync,
		void *context, const struct config_source *config,
		struct kist_error *err)
{
	struct plan_report report;
	int ret = 0;

	while (ret == 0) {
		ret = receive(spawn->report_fd, &report);
		if (ret < 0)
			return err_sys(err, KIST_E_SYSTEM, -ret,
				       "listen to the first process");
		if (ret == 0)
			return spawn_check(spawn, err);
		ret = 0;
		if (report.kind == PLAN_IS_READY)
			return 0;
		if (report.kind == PLAN_FAILED)
			ret = plan_error(plan, &report, config, err);
		else if (report.kind == PLAN_FORKED)
			ret = follow_fork(spawn, report.value, err);
		else if (report.kind == PLAN_SYNCED)
			ret = answer(spawn, sync, context, &report, err);
	}
	return ret;
}

int spawn_watch_start(int fd, struct plan_report *ret_failure)
{
	int ret;

	while ((ret = receive(fd, ret_failure)) > 0)
		if (ret_failure->kind == PLAN_FAILED)
			return 1;
	return ret;
}

int spawn_wait(const struct spawn *spawn)
{
	return sys_wait_exit(spawn->pidfd);
}

void spawn_release(struct spawn *spawn)
{
	spawn->released = true;
}

void spawn_done(struct spawn *spawn)
{
	if (!spawn->released && spawn->pidfd >= 0) {
		sys_pidfd_send_signal(spawn->pidfd, SIGKILL);
		spawn_wait(spawn);
	}
	if (spawn->pidfd >= 0)
		close(spawn->pidfd);
	if (spawn->report_fd >= 0)
		close(spawn->report_fd);
	*spawn = (struct spawn){ .pidfd = -1, .report_fd = -1,
				 .released = true };
}
