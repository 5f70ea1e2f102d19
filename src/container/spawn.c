/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spawn.c - start the child with a plan, and listen to what it reports
 *
 * How it works
 * ============
 * The child is a program of its own (child/), carried in this library as
 * bytes. Each start copies it and its plan to a memory file, seals that, and
 * executes it from there: what the container can reach as /proc/PID/exe is that copy,
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

#include <kist/cause.h>

#include "container/child_image.h"
#include "container/spawn.h"
#include "kernel/ns.h"
#include "sys/file.h"
#include "sys/process.h"

/* What the new process needs; shared memory, it must not change it. */
struct start {
	const struct plan *plan;
	const int *stdio;
	int image_fd, report_fd;
	char fd_number[12], offset_number[12]; /* of the plan, in decimal */
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

/* Return: only after a failure. */
static void execute(struct start *start)
{
	char *argv[] = { (char *)"kist-init", start->fd_number,
			 start->offset_number, (char *)start->plan->mark,
			 NULL };
	char *envp[] = { NULL };

	if (pass_slots(start->plan) == 0 &&
	    keep_over_exec(start->image_fd) == 0)
		syscall(SYS_execveat, start->image_fd, "", argv, envp,
			AT_EMPTY_PATH);
	start->errnum = errno;
}

static void enter_child(void *arg)
{
	struct start *start = arg;

	if (pass_stdio(start->stdio) == 0 &&
	    keep_over_exec(start->report_fd) == 0)
		execute(start);
	else
		start->errnum = errno;
	_exit(125);
}

/* The plan goes behind the program, from here on. */
static size_t plan_offset(void)
{
	size_t size = (size_t)(kist_child_image_end - kist_child_image);

	return (size + 63) & ~(size_t)63;
}

static int write_parts(int fd, const struct iovec *plan)
{
	static const char zeroes[64];
	struct iovec parts[2 + PLAN_PARTS];
	size_t size = (size_t)(kist_child_image_end - kist_child_image);
	size_t total = 0;

	parts[0] = (struct iovec){ (void *)(uintptr_t)kist_child_image, size };
	parts[1] = (struct iovec){ (void *)(uintptr_t)zeroes,
				   plan_offset() - size };
	memcpy(parts + 2, plan, PLAN_PARTS * sizeof(*plan));
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		total += parts[i].iov_len;
	if (writev(fd, parts, ARRAY_LEN(parts)) != (ssize_t)total)
		return errno ? -errno : -EIO;
	return sys_seal(fd);
}

/* One memory file holds the program and its plan. */
static int image_open(struct plan *plan, int *ret_fd, struct kist_error *err)
{
	CLEANUP_FD int fd =
		sys_memfd("kist-init", MFD_EXEC | MFD_ALLOW_SEALING);
	struct iovec parts[PLAN_PARTS];
	int ret = plan_finish(plan, parts, err);

	if (ret < 0)
		return ret;
	if (fd < 0) {
		err_sys(err, KIST_E_SYSTEM, -fd,
			"make a memory file for the first process");
		if (fd == -EACCES)
			err_cause(err, KIST_CAUSE_MEMFD_NOEXEC, NULL, NULL);
		return fd;
	}
	ret = write_parts(fd, parts);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "write the first process to memory");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static void name_numbers(struct start *start, int image_fd)
{
	start->image_fd = image_fd;
	snprintf(start->fd_number, sizeof(start->fd_number), "%d", image_fd);
	snprintf(start->offset_number, sizeof(start->offset_number), "%u",
		 (unsigned)plan_offset());
}

static int exec_error(int errnum, struct kist_error *err)
{
	err_sys(err, KIST_E_SYSTEM, errnum, "execute the first process");
	if (errnum == EACCES)
		err_cause(err, KIST_CAUSE_MEMFD_NOEXEC, NULL, NULL);
	return -errnum;
}

int spawn_become(struct plan *plan, struct kist_error *err)
{
	CLEANUP_FD int image_fd = -1;
	struct start start = { .plan = plan };
	int ret = image_open(plan, &image_fd, err);

	if (ret < 0)
		return ret;
	name_numbers(&start, image_fd);
	execute(&start);
	return exec_error(start.errnum, err);
}

/* " (user, mnt)": the table of causes is asked about them. */
static const char *kinds_text(uint64_t flags, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (int kind = 0; kind < NS_COUNT; kind++)
		if (flags & (uint64_t)ns_table[kind].clone_flag && len < size)
			len += (size_t)snprintf(buf + len, size - len, "%s%s",
						len ? ", " : " (",
						ns_table[kind].name);
	if (len && len < size)
		snprintf(buf + len, size - len, ")");
	return buf;
}

static int clone_error(const struct plan *plan, int errnum,
		       struct kist_error *err)
{
	char kinds[80];

	if (plan->cgroup && (errnum == EBUSY || errnum == EOPNOTSUPP ||
			     errnum == EAGAIN || errnum == EACCES))
		return cgroup_explain_join(plan->cgroup, errnum, err);
	err_sys(err, KIST_E_NAMESPACE, errnum,
		"make the first process in its namespaces%s",
		kinds_text(plan->clone_flags, kinds, sizeof(kinds)));
	if (errnum == EPERM && !(plan->clone_flags & CLONE_NEWUSER))
		err_hint(err, "root, or a user namespace, is needed: add one "
			      "with id maps to the configuration");
	return -errnum;
}

int spawn_start(struct plan *plan, const int stdio[3], struct spawn *ret_spawn,
		struct kist_error *err)
{
	CLEANUP_FD int image_fd = -1, ours = -1, theirs = -1;
	int pair[2], ret, on = 1;
	struct start start = { .plan = plan, .stdio = stdio };
	struct sys_vfork vfork = {
		.flags = plan->clone_flags,
		.cgroup_fd = plan->cgroup ? cgroup_clone_fd(plan->cgroup) : -1,
		.child = enter_child,
		.arg = &start
	};

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "make a socket pair");
	ours = pair[0];
	theirs = pair[1];
	if (plan->forks &&
	    setsockopt(ours, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "ask for the senders of reports");
	if (!buf_failed(&plan->slots))
		((int32_t *)(void *)plan->slots.data)[PLAN_SLOT_REPORT] =
			theirs;
	ret = image_open(plan, &image_fd, err);
	if (ret < 0)
		return ret;

	name_numbers(&start, image_fd);
	start.report_fd = theirs;
	*ret_spawn = (struct spawn){ .pidfd = -1,
				     .report_fd = -1,
				     .is_maker = plan->forks };
	ret = sys_vfork3(&vfork, &ret_spawn->pid, &ret_spawn->pidfd);
	if (ret < 0)
		return clone_error(plan, -ret, err);
	ret_spawn->report_fd = TAKE_FD(ours);
	if (start.errnum == 0)
		return 0;
	spawn_done(ret_spawn);
	return exec_error(start.errnum, err);
}

/* The pid a FORK operation made is ours to wait for (CLONE_PARENT); its maker
 * has done its work. */
static int follow_fork(struct spawn *spawn, pid_t pid, struct kist_error *err)
{
	int pidfd = sys_pidfd_open(pid);

	if (pidfd < 0)
		return err_sys(err, KIST_E_SYSTEM, -pidfd,
			       "open the first process %d", pid);
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

/*
 * The report socket is closed: executed, or dead? Its fds are closed before a
 * process is seen to be dead, and before exec changes its name; a dead one
 * keeps the name until it is reaped. So it is one or the other in a moment: a
 * program that really has our child's name is believed to live after some.
 */
static bool died(const struct spawn *spawn, siginfo_t *ret_info)
{
	struct pollfd end = { .fd = spawn->pidfd, .events = POLLIN };
	bool dead = poll(&end, 1, 0) > 0;

	for (int ms = 0; ms < 100 && !dead; ms++) {
		if (!is_setting_up(spawn->pid))
			return false;
		dead = poll(&end, 1, 1) > 0;
	}
	if (!dead)
		return false;
	if (sys_waitid(spawn->pidfd, WEXITED | WNOHANG | WNOWAIT, ret_info) < 0)
		ret_info->si_code = CLD_KILLED; /* no child of ours */
	/* setting up never ends well without exec */
	if (ret_info->si_code == CLD_EXITED && ret_info->si_status == 0)
		return false;
	return is_setting_up(spawn->pid);
}

static int death(int status, struct kist_error *err)
{
	if (status <= 0)
		return err_set(err, KIST_E_CONTAINER_DIED,
			       "the first process died while it was set up");
	if (status <= 128)
		return err_set(err, KIST_E_CONTAINER_DIED,
			       "the first process ended with status %d while "
			       "it was set up",
			       status);
	err_set(err, KIST_E_CONTAINER_DIED,
		"the first process was killed by signal %d while it was set up",
		status - 128);
	if (status - 128 == SIGKILL)
		err_hint(err, "out of memory? a memory limit below about 1 MiB "
			      "leaves no room to start");
	return -ECHILD;
}

int spawn_check(const struct spawn *spawn, struct kist_error *err)
{
	siginfo_t info = { 0 };

	if (spawn->pidfd < 0)
		return death(spawn->maker_status, err);
	if (!died(spawn, &info))
		return 0;
	/* process 1 of a pid namespace cannot kill itself: it exits so */
	if (info.si_code != CLD_EXITED && info.si_status)
		info.si_status += 128;
	return death(info.si_status, err);
}

static int answer(struct spawn *spawn, spawn_sync *sync, void *context,
		  const struct plan_report *report, struct kist_error *err)
{
	int ret = sync ? sync(context, (enum plan_stage)report->value,
			      spawn->pid, err) :
			 0;

	if (ret < 0)
		return ret;
	if (send(spawn->report_fd, "g", 1, MSG_NOSIGNAL) != 1)
		return err_set(err, KIST_E_CONTAINER_DIED,
			       "the first process is gone");
	return 0;
}

/* A report, and who sent it as far as the socket tells (else 0). */
static int receive(int fd, struct plan_report *report, pid_t *ret_sender)
{
	char control[CMSG_SPACE(sizeof(struct ucred))];
	struct iovec part = { report, sizeof(*report) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *head;
	struct ucred sender = { 0 };
	ssize_t n;

	do
		n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	head = CMSG_FIRSTHDR(&message);
	if (head && head->cmsg_level == SOL_SOCKET &&
	    head->cmsg_type == SCM_CREDENTIALS)
		memcpy(&sender, CMSG_DATA(head), sizeof(sender));
	*ret_sender = sender.pid;
	report->text[sizeof(report->text) - 1] = '\0';
	return n == (ssize_t)sizeof(*report);
}

/* It exits when it has made the real process, or failed: what was reported is
 * there to be read then, without sleeping once more. */
static void reap_maker(struct spawn *spawn)
{
	if (!spawn->is_maker)
		return;
	spawn->maker_status = sys_wait_exit(spawn->pidfd);
	close(spawn->pidfd);
	spawn->pidfd = -1;
	spawn->is_maker = false;
}

int spawn_watch_fork(struct spawn *spawn, const struct plan *plan,
		     const struct config_source *config, struct kist_error *err)
{
	struct plan_report report = { 0 };
	pid_t sender;
	int ret;

	reap_maker(spawn);
	ret = receive(spawn->report_fd, &report, &sender);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "listen to the first process");
	if (ret == 0)
		return spawn_check(spawn, err);
	if (report.kind == PLAN_FORKED)
		return follow_fork(spawn, sender, err);
	return plan_error(plan, &report, config, err);
}

int spawn_watch(struct spawn *spawn, const struct plan *plan, spawn_sync *sync,
		void *context, const struct config_source *config,
		struct kist_error *err)
{
	struct plan_report report = { 0 };
	pid_t sender;
	int ret = 0;

	reap_maker(spawn);
	while (ret == 0) {
		ret = receive(spawn->report_fd, &report, &sender);
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
			ret = follow_fork(spawn, sender, err);
		else if (report.kind == PLAN_SYNCED)
			ret = answer(spawn, sync, context, &report, err);
	}
	return ret;
}

int spawn_watch_start(int fd, struct plan_report *ret_failure)
{
	pid_t sender;
	int ret;

	while ((ret = receive(fd, ret_failure, &sender)) > 0)
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
	*spawn = (struct spawn){ .pidfd = -1,
				 .report_fd = -1,
				 .released = true };
}
