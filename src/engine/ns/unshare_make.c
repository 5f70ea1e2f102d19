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
#include <unistd.h>

#include "engine/ns/unshare.h"
#include "sys/file.h"
#include "sys/process.h"

/* ---- why not ---- */

static bool is_number(const char *path, int wanted)
{
	char text[32];
	ssize_t len = sys_read_file(AT_FDCWD, path, text, sizeof(text));

	return len > 0 && atoi(text) == wanted;
}

/* Is / not the top of the mounts? Then the kernel gives no user namespace. */
static bool is_chrooted(void)
{
	struct stat ours, first;

	if (!unshare_is_mount("/"))
		return true;
	return stat("/", &ours) == 0 && stat("/proc/1/root/.", &first) == 0 &&
	       (ours.st_dev != first.st_dev || ours.st_ino != first.st_ino);
}

static void hint_user(struct kist_error *err)
{
	if (is_number("/proc/sys/kernel/unprivileged_userns_clone", 0) &&
	    geteuid() != 0)
		err_hint(err, "kernel.unprivileged_userns_clone is 0: root may "
			      "run 'sysctl -w "
			      "kernel.unprivileged_userns_clone=1'");
	else if (is_chrooted())
		err_hint(err,
			 "this process is in a chroot, where the kernel "
			 "gives no user namespace: enter the folder with "
			 "'kist unshare -m -R DIR' instead, or be root and "
			 "leave -U out");
	else
		err_hint(err, "a security module or a seccomp filter forbids "
			      "user namespaces here, or the own ids are not "
			      "mapped");
}

static void hint_other(const struct unshare *u, struct kist_error *err)
{
	if (!unshare_has(u, NS_USER))
		err_hint(err, "it takes CAP_SYS_ADMIN: be root, or add -r, "
			      "a user namespace in which you are");
	else if (is_number("/proc/sys/kernel/"
			   "apparmor_restrict_unprivileged_userns",
			   1))
		err_hint(err, "AppArmor takes the capabilities of user "
			      "namespaces away: root may run 'sysctl -w "
			      "kernel.apparmor_restrict_unprivileged_userns"
			      "=0', or give kist a profile with 'userns,'");
	else
		err_hint(err, "a security module or a seccomp filter forbids "
			      "it");
}

static int too_many(enum ns_kind kind, int errnum, struct kist_error *err)
{
	const char *name = ns_table[kind].name;
	char path[64], text[32] = "";
	int ret = err_sys(err, KIST_E_UNSHARE_LIMIT, errnum,
			  "make a %s namespace", name);

	snprintf(path, sizeof(path), "/proc/sys/user/max_%s_namespaces", name);
	if (sys_read_file(AT_FDCWD, path, text, sizeof(text)) < 0)
		return ret;
	text[strcspn(text, "\n")] = '\0';
	err_hint(err,
		 "user.max_%s_namespaces is %s in this user namespace, or less "
		 "in one around it, or 32 are nested: end some, or as root "
		 "run 'sysctl -w user.max_%s_namespaces=N'",
		 name, text, name);
	return ret;
}

static bool is_pid_dead(void)
{
	struct stat own, children;

	return stat("/proc/self/ns/pid", &own) == 0 &&
	       (stat("/proc/self/ns/pid_for_children", &children) < 0 ||
		own.st_ino != children.st_ino);
}

static int refused(const struct unshare *u, enum ns_kind kind, int errnum,
		   struct kist_error *err)
{
	const char *name = ns_table[kind].name;
	char path[32];
	int ret;

	if (errnum == ENOSPC || errnum == EUSERS)
		return too_many(kind, errnum, err);
	ret = err_sys(err,
		      errnum == EPERM || errnum == EINVAL ?
			      KIST_E_UNSHARE_DENIED :
			      KIST_E_SYSTEM,
		      errnum, "make a %s namespace", name);
	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	if (errnum == EPERM && kind == NS_USER)
		hint_user(err);
	else if (errnum == EPERM)
		hint_other(u, err);
	else if (errnum == EINVAL && access(path, F_OK) < 0)
		err_hint(err, "this kernel has no %s namespaces", name);
	else if (errnum == EINVAL && kind == NS_PID && is_pid_dead())
		err_hint(err, "the children of this process are for another "
			      "pid namespace already, whose first process "
			      "may have ended: start anew from a shell");
	return ret;
}

/* All at once was refused: which of them? We are about to give up anyway. */
static int find_refused(const struct unshare *u, int errnum,
			struct kist_error *err)
{
	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		if (unshare_has(u, kind) &&
		    unshare(ns_table[kind].clone_flag) < 0)
			return refused(u, kind, errno, err);
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
	if (is_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
		      1))
		err_hint(err, "AppArmor restricts user namespaces: root may "
			      "run 'sysctl -w "
			      "kernel.apparmor_restrict_unprivileged_userns"
			      "=0'");
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

static int set_clocks(const struct unshare *u, struct kist_error *err)
{
	const struct {
		const char *name;
		int64_t offset;
	} clocks[] = { { "monotonic", u->args->monotonic_ns },
		       { "boottime", u->args->boottime_ns } };

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
			return err_sys(err, KIST_E_UNSHARE_DENIED, -ret,
				       "set the %s clock off by %lld seconds",
				       clocks[i].name, (long long)sec);
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

	if (errnum == ENOMEM && is_pid_dead())
		err_hint(err, "the pid namespace that this process's children "
			      "go to has no first process any more");
	else if (errnum == EAGAIN)
		err_hint(err, "there are too many processes: look at "
			      "'ulimit -u' and at pids.max of the control "
			      "group");
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
