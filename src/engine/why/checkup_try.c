/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkup_try.c - the children that try what the check-up is about
 *
 * One for each place, and one for the same place of a user namespace. A place
 * that cannot be made leaves its number in all rows that are of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/why/checkup.h"
#include "sys/file.h"
#include "sys/mount.h"

#define NOBODY 65534
#define PATIENCE_SECONDS 5 /* then a child that hangs is ended */

static const int place_kinds[CHECK_PLACES] = {
	[CHECK_MOUNT] = CLONE_NEWNS | CLONE_NEWIPC, /* mqueue is of it */
	[CHECK_PROC] = CLONE_NEWNS | CLONE_NEWPID,
	[CHECK_NET] = CLONE_NEWNET | CLONE_NEWNS,
};

struct trial {
	struct checkup *up;
	enum check_place place;
	bool inside;
};

static bool is_of(const struct trial *t, const struct check *check)
{
	return check->attempt && check->place == t->place &&
	       check->how & (t->inside ? CHECK_INSIDE : CHECK_HERE) &&
	       (!check->module ||
		checkup_module(t->up, check->module) == MODULE_READY);
}

static void store(const struct trial *t, size_t i, int errnum)
{
	struct check_slot *slot = &t->up->slots[i];

	if (t->inside)
		slot->inside = errnum;
	else
		slot->here = errnum;
}

/* ---- in the child ---- */

static int write_map(const char *path, const char *text)
{
	return sys_write_file(AT_FDCWD, path, text, strlen(text));
}

static int enter_user(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64];
	int ret;

	if (unshare(CLONE_NEWUSER) < 0)
		return -errno;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	ret = write_map("/proc/self/uid_map", map);
	if (ret == 0)
		ret = write_map("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", gid);
	return ret == 0 ? write_map("/proc/self/gid_map", map) : ret;
}

/* Mounts of the children go nowhere, and stand on a tmpfs that is theirs. */
static int prepare_mounts(void)
{
	int ret = sys_mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);

	if (ret == 0)
		ret = sys_mount("tmpfs", "/tmp", "tmpfs", 0, "size=1m");
	if (ret == 0 && chdir("/tmp") < 0)
		ret = -errno;
	return ret;
}

static int become_nobody(void)
{
	if (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
		return -errno;
	/* Else /proc/self is root's, and no map can be written. */
	prctl(PR_SET_DUMPABLE, 1);
	return 0;
}

static int prepare(const struct trial *t)
{
	int ret = 0;

	if (t->place == CHECK_NOBODY)
		return t->up->is_master ? become_nobody() : 0;
	if (t->inside)
		ret = enter_user();
	if (ret == 0 && place_kinds[t->place] &&
	    unshare(place_kinds[t->place]) < 0)
		ret = -errno;
	if (ret == 0 && place_kinds[t->place] & CLONE_NEWNS)
		ret = prepare_mounts();
	return ret;
}

static void attempt_all(const struct trial *t, int ret)
{
	for (size_t i = 0; i < checkup_count; i++) {
		const struct check *check = &checkup_table[i];
		int64_t *number = &t->up->slots[i].number;

		if (is_of(t, check))
			store(t, i,
			      ret < 0 ? -ret : -check->attempt(check, number));
	}
}

static void wait_for(pid_t pid)
{
	int status;

	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

static void try(const struct trial *t)
{
	int ret;
	pid_t pid;

	signal(SIGALRM, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(PATIENCE_SECONDS);
	ret = prepare(t);
	if (t->place != CHECK_PROC || ret < 0) {
		attempt_all(t, ret);
		return;
	}
	/* A pid namespace is for children. */
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		attempt_all(t, 0);
		_exit(0);
	}
	wait_for(pid);
}

/* ---- outside ---- */

static bool is_wanted(const struct trial *t)
{
	for (size_t i = 0; i < checkup_count; i++)
		if (is_of(t, &checkup_table[i]))
			return true;
	return false;
}

static void forget(struct checkup *up)
{
	for (size_t i = 0; i < checkup_count; i++)
		up->slots[i] = (struct check_slot){ .here = CHECK_UNTRIED,
						    .inside = CHECK_UNTRIED };
}

int checkup_start(struct checkup *up, pid_t pids[CHECK_PLACES * 2])
{
	forget(up);
	for (int i = 0; i < CHECK_PLACES * 2; i++)
		pids[i] = -1;
	for (int i = 0; i < CHECK_PLACES * 2; i++) {
		struct trial t = { up, (enum check_place)(i / 2), i % 2 };

		if (!is_wanted(&t))
			continue;
		pids[i] = fork();
		if (pids[i] == 0) {
			try(&t);
			_exit(0);
		}
		if (pids[i] < 0) {
			int ret = -errno;

			checkup_finish(pids);
			return ret;
		}
	}
	return 0;
}

void checkup_finish(const pid_t pids[CHECK_PLACES * 2])
{
	for (int i = 0; i < CHECK_PLACES * 2; i++)
		wait_for(pids[i]);
}
