/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target_fd.c - fd:4@1234: what a process has open
 *
 * The descriptor is copied out of the process, so it is that very file,
 * whatever the process does with the number.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/num.h"
#include "engine/ns/target_find.h"
#include "kernel/proc.h"
#include "sys/process.h"

#ifndef SIOCGSKNS
#define SIOCGSKNS 0x894C
#endif

static int no_such_fd(struct kist_error *err, uint64_t number, uint64_t pid)
{
	if (pid)
		target_unknown(err, "process %llu has no descriptor %llu",
			       (unsigned long long)pid,
			       (unsigned long long)number);
	else
		target_unknown(err, "descriptor %llu is not open",
			       (unsigned long long)number);
	return -ENOENT;
}

static int copy_own(uint64_t number, struct kist_error *err)
{
	int fd = fcntl((int)number, F_DUPFD_CLOEXEC, 3);

	return fd < 0 ? no_such_fd(err, number, 0) : fd;
}

static int copy_from(uint64_t number, uint64_t pid, struct kist_error *err)
{
	CLEANUP_FD int pidfd = sys_pidfd_open((pid_t)pid);
	int fd;

	if (pidfd < 0)
		return target_unknown(err, "there is no process %llu",
				      (unsigned long long)pid);
	fd = sys_pidfd_getfd(pidfd, (int)number);
	if (fd == -EBADF)
		return no_such_fd(err, number, pid);
	if (fd == -ESRCH)
		return target_unknown(err, "process %llu has ended",
				      (unsigned long long)pid);
	if (fd < 0)
		return err_sys(err, KIST_E_TARGET_DENIED, -fd,
			       "copy descriptor %llu of process %llu",
			       (unsigned long long)number,
			       (unsigned long long)pid);
	return fd;
}

/* "4@1234" or "4" */
static int copy(const char *rest, const struct target *t,
		struct kist_error *err)
{
	size_t len = strcspn(rest, "@");
	uint64_t number, pid;

	if (num_parse_u64_n(rest, len, &number) < 0 || number > INT32_MAX)
		return target_syntax(t, err);
	if (!rest[len])
		return copy_own(number, err);
	if (num_parse_u64(rest + len + 1, &pid) < 0 || pid == 0 ||
	    pid > INT32_MAX)
		return target_syntax(t, err);
	return copy_from(number, pid, err);
}

/* "anon_inode:[pidfd]", or "pidfd:[1234]" since Linux 6.9 */
static bool is_pidfd(const struct target *t, int fd)
{
	char path[48], link[64];
	ssize_t len;

	snprintf(path, sizeof(path), "self/fd/%d", fd);
	len = readlinkat(t->proc_fd, path, link, sizeof(link) - 1);
	link[len > 0 ? len : 0] = '\0';
	return link[0] != '/' && strstr(link, "pidfd");
}

int target_find_fd(const struct kist *kist, struct target *t, const char *rest,
		   struct kist_error *err)
{
	CLEANUP_FD int fd = copy(rest, t, err);
	int ns_fd;
	pid_t pid;

	(void)kist;
	if (fd < 0)
		return fd;
	if (ioctl(fd, NS_GET_NSTYPE) > 0)
		return target_take_ns(t, TAKE_FD(fd), err);
	pid = is_pidfd(t, fd) ? proc_pid_of(t->proc_fd, fd) : 0;
	if (pid > 0)
		return target_take_process(t, pid, err);
	if (pid < 0)
		return target_unknown(err, "the process of '%s' has ended",
				      t->word);
	ns_fd = ioctl(fd, SIOCGSKNS);
	if (ns_fd >= 0)
		return target_take_ns(t, ns_fd, err);
	if (errno == EPERM)
		return err_sys(err, KIST_E_TARGET_DENIED, errno,
			       "ask socket '%s' for its network namespace",
			       t->word);
	return err_set(err, KIST_E_TARGET_SYNTAX,
		       "'%s' is no namespace, process or socket", t->word);
}
