/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup_kill.c - ending all processes of a group
 *
 * How it works
 * ============
 *
 * v2 since Linux 5.14 does it with one write to cgroup.kill. Else the group
 * is frozen, so that nobody forks or exits (and no process id is given to
 * somebody else) between listing and signalling, and thawed for the signals
 * to be seen. SIGKILL is repeated until nobody is left; other signals, which
 * can be handled, are sent once.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "kernel/cgroup_internal.h"

#define FREEZE_MS 500
#define KILL_MS 10000

static int refuse_self(const pid_t *pids, size_t count,
		       const struct cgroup *cgroup, struct kist_error *err)
{
	for (size_t i = 0; i < count; i++)
		if (pids[i] == getpid())
			return err_set(err, KIST_E_CGROUP_SELF,
				       "kill control group '%s': this "
				       "process is in it",
				       cgroup->path);
	return 0;
}

static int signal_all(const struct cgroup *cgroup, int signal,
		      struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	size_t count = 0;
	pid_t *pids = NULL;
	int ret;

	arena_init(&arena);
	ret = cgroup_pids(cgroup, &arena, &pids, &count, err);
	for (size_t i = 0; ret == 0 && i < count; i++)
		if (kill(pids[i], signal) && errno != ESRCH)
			ret = err_sys(err, KIST_E_SYSTEM, errno,
				      "send signal %d to process %d", signal,
				      pids[i]);
	return ret;
}

/* Best effort: who stays frozen is found by the next round, or the deadline. */
static void thaw(const struct cgroup *cgroup)
{
	if (cgroup_freeze(cgroup, false, FREEZE_MS, NULL))
		cgroup_wait(-1, 1);
}

/* Nobody may slip away while the list is gone through. */
static int signal_frozen(const struct cgroup *cgroup, int signal,
			 struct kist_error *err)
{
	bool was_frozen = cgroup_is_frozen(cgroup);
	int ret;

	/* not being able to freeze makes a second round likelier, no more */
	if (!was_frozen && cgroup_freeze(cgroup, true, FREEZE_MS, NULL))
		return signal_all(cgroup, signal, err);
	ret = signal_all(cgroup, signal, err);
	if (!was_frozen || signal == SIGKILL)
		thaw(cgroup);
	return ret;
}

static int list(const struct cgroup *cgroup, size_t *ret_count, pid_t *ret_one,
		struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	pid_t *pids = NULL;
	int ret;

	arena_init(&arena);
	ret = cgroup_pids(cgroup, &arena, &pids, ret_count, err);
	if (ret)
		return ret;
	*ret_one = *ret_count ? pids[0] : 0;
	return refuse_self(pids, *ret_count, cgroup, err);
}

static int kill_once(const struct cgroup *cgroup, struct kist_error *err)
{
	int v2_fd = cgroup_clone_fd(cgroup);

	if (v2_fd >= 0 && cgroup_file_write(v2_fd, "cgroup.kill", "1") == 0) {
		/* v1's freezer holds even those that are to die */
		if (cgroup->world->mode != CGROUP_HYBRID)
			return 0;
		thaw(cgroup);
		return signal_all(cgroup, SIGKILL, err);
	}
	return signal_frozen(cgroup, SIGKILL, err);
}

int cgroup_kill(const struct cgroup *cgroup, int signal, struct kist_error *err)
{
	int64_t deadline_ms = cgroup_now_ms() + KILL_MS;
	int v2_fd = cgroup_clone_fd(cgroup);
	CLEANUP_FD int events =
		v2_fd < 0 ? -1 :
			    cgroup_file_open(v2_fd, "cgroup.events", O_RDONLY);
	int pause_ms = 1, ret;
	size_t count = 0;
	pid_t one = 0;

	ret = list(cgroup, &count, &one, err);
	if (ret)
		return ret;
	if (signal != SIGKILL)
		return signal_frozen(cgroup, signal, err);

	while (count) {
		if (cgroup_now_ms() > deadline_ms)
			return err_set(err, KIST_E_CGROUP_TIMEOUT,
				       "kill control group '%s': process %d "
				       "does not end",
				       cgroup->path, one);
		ret = kill_once(cgroup, err);
		if (ret)
			return ret;
		cgroup_wait(events, pause_ms);
		pause_ms = pause_ms < 64 ? pause_ms * 2 : 64;
		ret = list(cgroup, &count, &one, err);
		if (ret)
			return ret;
	}
	return 0;
}
