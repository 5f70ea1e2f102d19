/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unshare_make.c - the maker of new namespaces, and why the kernel refused
 *
 * The child shares the maker's memory until it executes the command
 * (sys_vfork3), so what it finds out lies ready when the maker goes on. Only
 * with a time namespace it is a fork: before Linux 6.3 a process that shares
 * memory is not in it. Then the error is in shared memory, and a pipe that
 * closes on execution says how far it came.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <kist/why.h>

#include "engine/ns/unshare.h"
#include "sys/file.h"
#include "sys/process.h"

/* ---- why not ---- */

/* Is / not the top of the mounts? Then the kernel gives no user namespace. */
static bool is_chrooted(void)
{
	struct stat ours, first;

	if (!unshare_is_mount("/"))
		return true;
	return stat("/", &ours) == 0 && stat("/proc/1/root/.", &first) == 0 &&
	       (ours.st_dev != first.st_dev || ours.st_ino != first.st_ino);
}

/* Which rule it was is looked for here: in the process that was refused. */
static int refused(enum ns_kind kind, int errnum, struct kist_error *err)
{
	bool is_limit = errnum == ENOSPC || errnum == EUSERS;
	bool is_rule = errnum == EPERM || errnum == EINVAL;
	int ret = err_sys(err,
			  is_limit ? KIST_E_UNSHARE_LIMIT :
			  is_rule  ? KIST_E_UNSHARE_DENIED :
				     KIST_E_SYSTEM,
			  errnum, "make a %s namespace", ns_table[kind].name);

	if (err)
		kist_why_advise(NULL, err);
	/* with a process made it could be told for sure */
	if (errnum == EPERM && kind == NS_USER && is_chrooted())
		err_cause(err, KIST_CAUSE_CHROOTED, NULL, NULL);
	return ret;
}

/* All at once was refused: which of them? We are about to give up anyway. */
static int find_refused(const struct unshare *u, int errnum,
			struct kist_error *err)
{
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		if (unshare_has(u, kind) &&
		    unshare(ns_table[kind].clone_flag) < 0)
			return refused(kind, errno, err);
	return err_sys(err, KIST_E_UNSHARE_DENIED, errnum, "make namespaces");
}

/* ---- making ---- */

static int become_owner(const struct unshare *u, struct kist_error *err)
{
	if (!u->owner_uid.given)
		return 0;
	if (syscall(SYS_setresgid, -1, u->owner_gid.id, -1) < 0 ||
	    syscall(SYS_setresuid, -1, u->owner_uid.id, -1) < 0)
		return err_sys(err, KIST_E_UNSHARE_DENIED, errno,
			       "make the user namespace that of %s",
			       u->args->owner);
	/* else our files in /proc, the maps among them, are not ours */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	return 0;
}

static int write_own_map(const char *word, const struct id_maps *maps,
			 struct kist_error *err)
{
	char path[32], line[48];
	int len, ret;

	if (!maps->count)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/%s_map", word);
	len = snprintf(line, sizeof(line), "%u %u 1\n", maps->maps[0].inside,
		       maps->maps[0].outside);
	ret = sys_write_file(AT_FDCWD, path, line, (size_t)len);
	if (ret == 0)
		return 0;
	err_sys(err, KIST_E_ID_MAP_DENIED, -ret, "write the %s map", word);
	if (err)
		kist_why_advise(NULL, err);
	return ret;
}

static int map_ids(const struct unshare *u, struct kist_error *err)
{
	int ret = 0;

	if (!unshare_has(u, NS_USER))
		return 0;
	if (u->deny_setgroups)
		ret = sys_write_file(AT_FDCWD, "/proc/self/setgroups", "deny",
				     4);
	if (ret < 0)
		return err_sys(err, KIST_E_ID_MAP_DENIED, -ret,
			       "deny setgroups");
	if (u->by_outside)
		return outside_map(u, getpid(), err);
	ret = write_own_map("uid", &u->uids, err);
	return ret < 0 ? ret : write_own_map("gid", &u->gids, err);
}

static int clock_refused(const char *name, clockid_t id, int64_t offset,
			 int errnum, struct kist_error *err)
{
	struct timespec now = { 0 };
	char least[32];
	int ret = err_sys(err, KIST_E_UNSHARE_DENIED, errnum,
			  "set the %s clock off by %lld seconds", name,
			  (long long)offset);

	clock_gettime(id, &now);
	snprintf(least, sizeof(least), "-%lld", (long long)now.tv_sec);
	if (errnum == ERANGE)
		err_cause(err, KIST_CAUSE_TIME_RANGE, name, least);
	return ret;
}

static int set_clocks(const struct unshare *u, struct kist_error *err)
{
	const struct {
		const char *name;
		clockid_t id;
		int64_t offset;
	} clocks[] = { { "monotonic", CLOCK_MONOTONIC, u->args->monotonic_ns },
		       { "boottime", CLOCK_BOOTTIME, u->args->boottime_ns } };

	for (size_t i = 0; i < ARRAY_LEN(clocks); i++) {
		int64_t sec = clocks[i].offset / 1000000000;
		int64_t nsec = clocks[i].offset % 1000000000;
		char line[64];
		int len, ret;

		if (!clocks[i].offset)
			continue;
		if (nsec < 0) {
			nsec += 1000000000;
			sec--;
		}
		len = snprintf(line, sizeof(line), "%s %lld %lld\n",
			       clocks[i].name, (long long)sec, (long long)nsec);
		ret = sys_write_file(AT_FDCWD, "/proc/self/timens_offsets",
				     line, (size_t)len);
		if (ret < 0)
			return clock_refused(clocks[i].name, clocks[i].id, sec,
					     -ret, err);
	}
	return 0;
}

static int make_namespaces(const struct unshare *u, struct kist_error *err)
{
	int flags = 0, ret;

	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		if (unshare_has(u, kind))
			flags |= ns_table[kind].clone_flag;
	ret = become_owner(u, err);
	if (ret == 0 && flags && unshare(flags) < 0)
		ret = find_refused(u, errno, err);
	if (ret == 0)
		ret = map_ids(u, err);
	if (ret == 0)
		ret = set_clocks(u, err);
	if (ret == 0)
		ret = outside_keep(u, getpid(),
				   u->keeps & ~(unsigned)(KIST_NS_PID |
							  KIST_NS_TIME),
				   err);
	return ret;
}

/* ---- the command as a child ---- */

struct birth {
	struct unshare *u;
	pid_t maker;
	int ret;
	struct kist_error *err;
};

static void be_born(void *arg)
{
	struct birth *birth = arg;
	const struct unshare *u = birth->u;

	/* half prepared, nobody is to be left */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (unshare_is_maker_dead(u))
		_exit(125);
	if (u->ignores_sigchld)
		signal(SIGCHLD, SIG_IGN);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &u->mask, NULL, 8);
	birth->ret = outside_keep(u, birth->maker,
				  u->keeps & (KIST_NS_PID | KIST_NS_TIME),
				  birth->err);
	if (birth->ret == 0)
		birth->ret = unshare_inside(u, birth->err);
	_exit(125);
}

static int fork_sharing(struct birth *birth, pid_t *ret_pid)
{
	const struct sys_vfork child = {
		.cgroup_fd = -1,
		.child = be_born,
		.arg = birth,
	};

	return sys_vfork3(&child, ret_pid, NULL);
}

/* What a child that shares no memory leaves to us. */
struct far {
	struct birth birth;
	struct kist_error err;
};

static int fork_and_watch(struct far *far, const int pipe_fd[2], pid_t *ret_pid)
{
	char byte;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0)
		be_born(&far->birth);
	close(pipe_fd[1]);
	/* nothing is written: it closes when the command is executed */
	while (read(pipe_fd[0], &byte, 1) < 0 && errno == EINTR)
		;
	close(pipe_fd[0]);
	*ret_pid = pid;
	return 0;
}

static int fork_apart(struct birth *birth, pid_t *ret_pid)
{
	struct far *far = mmap(NULL, sizeof(*far), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int pipe_fd[2], ret;

	if (far == MAP_FAILED)
		return -ENOMEM;
	if (pipe2(pipe_fd, O_CLOEXEC) < 0) {
		ret = -errno;
		munmap(far, sizeof(*far));
		return ret;
	}
	far->birth = *birth;
	far->birth.err = &far->err;
	ret = fork_and_watch(far, pipe_fd, ret_pid);
	birth->ret = far->birth.ret;
	if (birth->ret < 0 && birth->err)
		*birth->err = far->err;
	munmap(far, sizeof(*far));
	return ret;
}

static int no_child(const struct unshare *u, int errnum, struct kist_error *err)
{
	int ret = err_sys(err, KIST_E_UNSHARE_DENIED, errnum,
			  "make the command's process");

	if (err)
		kist_why_advise(NULL, err);
	(void)u;
	return ret;
}

static int run_child(struct unshare *u, int *ret_status, struct kist_error *err)
{
	struct birth birth = { .u = u, .maker = getpid(), .err = err };
	int status, ret;
	pid_t pid;

	unshare_hold(u);
	ret = unshare_has(u, NS_TIME) ? fork_apart(&birth, &pid) :
					fork_sharing(&birth, &pid);
	if (ret < 0)
		return no_child(u, -ret, err);
	if (birth.ret < 0) {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		return birth.ret;
	}
	ret = unshare_wait(u, pid);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "wait for the command");
	*ret_status = ret;
	return 0;
}

static int make(struct unshare *u, int *ret_status, struct kist_error *err)
{
	int ret = make_namespaces(u, err);

	if (ret < 0)
		return ret;
	if (u->forks)
		return run_child(u, ret_status, err);
	return unshare_inside(u, err);
}

int unshare_make(struct unshare *u, int *ret_status, struct kist_error *err)
{
	int ret;

	if (u->args->kill_child || u->args->setup || u->keeps) {
		u->self_pidfd = sys_pidfd_open(getpid());
		if (u->self_pidfd < 0)
			return err_sys(err, KIST_E_SYSTEM, -u->self_pidfd,
				       "open the own process");
	}
	ret = outside_begin(u, err);
	if (ret == 0)
		ret = make(u, ret_status, err);
	if (ret < 0)
		outside_abort(u);
	cleanup_fd(&u->outside_fd);
	cleanup_fd(&u->self_pidfd);
	return ret;
}
