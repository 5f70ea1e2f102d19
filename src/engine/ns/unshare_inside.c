/* SPDX-License-Identifier: Apache-2.0 */
/* unshare_inside.c - inside new namespaces: names, ids, the command */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kist/cause.h>

#include "base/path.h"
#include "engine/command.h"
#include "engine/ns/unshare.h"
#include "kernel/cap.h"
#include "sys/process.h"

/* A network namespace without loopback is a trap. */
static int loopback_up(struct kist_error *err)
{
	/* any socket will do for interfaces: this one costs least */
	CLEANUP_FD int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "bring the loopback interface up");
	return 0;
}

static int set_names(const struct unshare *u, struct kist_error *err)
{
	const char *host = u->args->hostname, *domain = u->args->domainname;

	if (host && sethostname(host, strlen(host)) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "set the host name '%s'", host);
	if (domain && setdomainname(domain, strlen(domain)) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "set the domain name '%s'", domain);
	return 0;
}

/* ---- a command before the command ---- */

static int run_setup(const struct unshare *u, struct kist_error *err)
{
	const char *argv[] = { "sh", "-c", u->args->setup, NULL };
	int status = 0;
	pid_t pid;

	if (!u->args->setup)
		return 0;
	pid = vfork();
	if (pid == 0) {
		execv("/bin/sh", (char *const *)argv);
		_exit(127);
	}
	if (pid < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "run --setup");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0)
		return 0;
	if (WIFSIGNALED(status))
		return err_set(err, KIST_E_UNSHARE_SETUP,
			       "--setup: signal %d ended it", WTERMSIG(status));
	return err_set(err, KIST_E_UNSHARE_SETUP,
		       "--setup: it ended with status %d", WEXITSTATUS(status));
}

/* ---- ids and capabilities ---- */

/* The caller's own ids are not mapped: be the owner whom we took on. */
static int become_mapped(const struct unshare *u, struct kist_error *err)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (!u->owner_uid.given)
		return 0;
	if (!u->deny_setgroups)
		/* refused where no group is mapped: then none counts */
		(void)syscall(SYS_setgroups, 0, NULL);
	if ((u->gids.count && syscall(SYS_setresgid, gid, gid, gid) < 0) ||
	    (u->uids.count && syscall(SYS_setresuid, uid, uid, uid) < 0))
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "become the owner of the user namespace");
	return 0;
}

static int not_mapped(uint32_t id, int errnum, int ret, struct kist_error *err)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", id);
	if (errnum == EINVAL)
		err_cause(err, KIST_CAUSE_UNMAPPED, number, NULL);
	return ret;
}

static int set_ids(const struct unshare *u, struct kist_error *err)
{
	if (u->args->keep_caps && u->uid.given)
		prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	if (u->gid.given) {
		if (!u->deny_setgroups && syscall(SYS_setgroups, 0, NULL) < 0 &&
		    !unshare_has(u, NS_USER))
			return err_sys(err, KIST_E_SYSTEM, errno,
				       "drop the supplementary groups");
		if (syscall(SYS_setresgid, u->gid.id, u->gid.id, u->gid.id) <
		    0) {
			int errnum = errno;
			int ret = err_sys(err, KIST_E_SYSTEM, errnum,
					  "become group %u", u->gid.id);

			return not_mapped(u->gid.id, errnum, ret, err);
		}
	}
	if (u->uid.given &&
	    syscall(SYS_setresuid, u->uid.id, u->uid.id, u->uid.id) < 0) {
		int errnum = errno;
		int ret = err_sys(err, KIST_E_SYSTEM, errnum, "become user %u",
				  u->uid.id);

		return not_mapped(u->uid.id, errnum, ret, err);
	}
	return 0;
}

/* What is inheritable and ambient survives an execve(2) of a user. */
static int keep_caps(const struct unshare *u, struct kist_error *err)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];

	if (!u->args->keep_caps || !unshare_has(u, NS_USER))
		return 0;
	if (syscall(SYS_capget, &head, data) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "keep capabilities");
	for (int i = 0; i < 2; i++) {
		data[i].effective = data[i].permitted;
		data[i].inheritable = data[i].permitted;
	}
	if (syscall(SYS_capset, &head, data) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "keep capabilities");
	for (int cap = 0; cap < 64; cap++)
		if (data[cap / 32].permitted & BIT(cap % 32))
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0);
	return 0;
}

/* ---- the command ---- */

bool unshare_is_maker_dead(const struct unshare *u)
{
	struct pollfd maker = { .fd = u->self_pidfd, .events = POLLIN };

	return u->self_pidfd >= 0 && poll(&maker, 1, 0) > 0;
}

static int die_with(const struct unshare *u, struct kist_error *err)
{
	if (!u->forks)
		return 0;
	/* a change of ids took it away */
	prctl(PR_SET_PDEATHSIG, u->args->kill_child, 0, 0, 0);
	/* it may have died before we asked to be told of it */
	if (unshare_is_maker_dead(u))
		return err_set(err, KIST_E_SYSTEM, "the parent has ended");
	return 0;
}

static int cannot_run(const char *name, const char *path, int errnum,
		      struct kist_error *err)
{
	struct stat st;
	int ret;

	if (errnum == ENOENT && stat(path, &st) == 0)
		return command_error(path, errnum, err);
	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
		return command_not_found(name, err);
	case EACCES:
	case EISDIR:
	case ENOEXEC:
	case EPERM:
		ret = err_sys(err, KIST_E_COMMAND_NOT_EXECUTABLE, errnum,
			      "run '%s'", name);
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			err_cause(err, KIST_CAUSE_EXEC_FOLDER, path, NULL);
		return ret;
	default:
		return err_sys(err, KIST_E_SYSTEM, errnum, "run '%s'", name);
	}
}

static void execute(const struct unshare *u, const char *path)
{
	const char *const *env = u->args->env ? u->args->env :
						(const char *const *)environ;

	execve(path, (char *const *)u->argv, (char *const *)env);
}

/* Along PATH. A failed execve(2) costs ten times what access(2) does. Return:
 * the errno to tell of; @path: the last one tried. */
static int search(const struct unshare *u, char path[PATH_BYTES])
{
	const char *dirs = getenv("PATH");
	int errnum = ENOENT;

	if (!dirs || !*dirs)
		dirs = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
		       "/sbin:/bin";
	for (;;) {
		size_t len = strcspn(dirs, ":");
		size_t name = strlen(u->argv[0]) + 1;

		if (len + 1 + name <= PATH_BYTES) {
			memcpy(path, dirs, len);
			path[len] = '/';
			memcpy(path + len + !!len, u->argv[0], name);
			if (access(path, F_OK) == 0) {
				execute(u, path);
				errnum = errno;
				/* a folder may have the name, or no rights */
				if (errnum != EACCES)
					return errnum;
			}
		}
		if (!dirs[len])
			return errnum;
		dirs += len + 1;
	}
}

static int run_command(const struct unshare *u, struct kist_error *err)
{
	char path[PATH_BYTES];
	int errnum;

	snprintf(path, sizeof(path), "%s", u->argv[0]);
	if (!*path) {
		errnum = ENOENT;
	} else if (strchr(path, '/')) {
		execute(u, path);
		errnum = errno;
	} else {
		errnum = search(u, path);
	}
	return cannot_run(u->argv[0], path, errnum, err);
}

static int change_dir(const struct unshare *u, struct kist_error *err)
{
	if (u->args->cwd && chdir(u->args->cwd) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno,
			       "change to the folder '%s'", u->args->cwd);
	return 0;
}

int unshare_inside(const struct unshare *u, struct kist_error *err)
{
	int ret = 0;

	if (unshare_has(u, NS_NET) && !u->args->plain)
		ret = loopback_up(err);
	if (ret == 0)
		ret = set_names(u, err);
	if (ret == 0)
		ret = unshare_mounts(u, err);
	if (ret == 0)
		ret = run_setup(u, err);
	if (ret == 0)
		ret = change_dir(u, err);
	if (ret == 0)
		ret = become_mapped(u, err);
	if (ret == 0)
		ret = set_ids(u, err);
	if (ret == 0)
		ret = keep_caps(u, err);
	if (ret == 0)
		ret = die_with(u, err);
	if (ret < 0)
		return ret;
	outside_commit(u);
	return run_command(u, err);
}
